"""How receivers wait for a message without asking all the time, on whatever thread and event loop each of them runs."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable, Collection
from contextlib import suppress
from enum import StrEnum
from typing import TypeVar

_Waiter = tuple[asyncio.AbstractEventLoop, asyncio.Event]
_T = TypeVar("_T")


class Bell:
    """Wakes those who wait for messages of a kind. Messages that come unseen (another process sent them, their time
    came, a lock ran out) are found by looking again every `poll` seconds.
    """

    def __init__(self, *, poll: float) -> None:
        self._poll = poll
        self._lock = threading.Lock()
        self._waiters: dict[StrEnum, set[_Waiter]] = {}

    def ring(self, kinds: Collection[StrEnum]) -> None:
        """There may be something to receive. From any thread."""
        with self._lock:
            waiters = [waiter for kind in kinds for waiter in self._waiters.get(kind, ())]
        for loop, event in waiters:
            # A loop that was closed meanwhile has nobody to wake.
            with suppress(RuntimeError):
                loop.call_soon_threadsafe(event.set)

    async def wait(self, kind: StrEnum, take: Callable[[], Awaitable[_T | None]], seconds: float) -> _T | None:
        """What `take` has, or comes to have within so many seconds; None otherwise."""
        loop = asyncio.get_running_loop()
        end = loop.time() + seconds
        waiter = (loop, asyncio.Event())
        with self._lock:
            self._waiters.setdefault(kind, set()).add(waiter)
        try:
            while True:
                # Cleared before looking: a ring in between is not missed.
                waiter[1].clear()
                if (found := await take()) is not None:
                    return found
                left = end - loop.time()
                if left <= 0:
                    return None
                with suppress(TimeoutError):
                    await asyncio.wait_for(waiter[1].wait(), min(left, self._poll))
        finally:
            with self._lock:
                self._waiters[kind].discard(waiter)
