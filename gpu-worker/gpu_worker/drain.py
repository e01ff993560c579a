"""One drain, whoever asks for it: SIGTERM, a Spot eviction, Ctrl-C.

Draining means: take nothing more, finish what fits into the time that is left, give back the rest, and be gone in time.
"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Iterable


class Drain:
    """Begins once; a later reason can only shorten the time. For one event loop."""

    def __init__(self) -> None:
        self._begun = asyncio.Event()
        self._ends: float | None = None
        self.why = ""
        """The first reason."""

    @property
    def begun(self) -> bool:
        """Whether nothing may be taken any more."""
        return self._begun.is_set()

    def begin(self, why: str, *, within: float) -> None:
        """Stop taking, and be gone `within` so many seconds."""
        ends = asyncio.get_running_loop().time() + max(within, 0.0)
        self._ends = ends if self._ends is None else min(ends, self._ends)
        self.why = self.why or why
        self._begun.set()

    async def wait(self) -> None:
        """Until it begins."""
        await self._begun.wait()

    def left(self) -> float:
        """Seconds until everybody must be gone; without end before it begins."""
        return float("inf") if self._ends is None else max(self._ends - asyncio.get_running_loop().time(), 0.0)


def on_signals(drain: Drain, *, within: float, signals: Iterable[int] = (signal.SIGTERM, signal.SIGINT)) -> Callable[[], None]:
    """Begin the drain on these signals; a second one leaves no time. In the main thread. Returns what undoes it."""
    loop = asyncio.get_running_loop()
    caught = tuple(signals)

    def heard(number: int) -> None:
        drain.begin(signal.Signals(number).name, within=0.0 if drain.begun else within)

    for number in caught:
        loop.add_signal_handler(number, heard, number)

    def undo() -> None:
        for number in caught:
            loop.remove_signal_handler(number)

    return undo
