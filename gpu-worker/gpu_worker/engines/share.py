"""Whose work the accelerator did: its time, divided among the generations that ran side by side."""

from __future__ import annotations

import time
from collections.abc import Callable


class Share:
    """Divides the accelerator's time: while n generations run, each is charged 1/n of every second.

    Kept as one running integral of 1/n, so that beginning and ending cost the same however many run; the charges of all
    generations add up to the time in which at least one ran.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._at = clock()
        self._each = 0.0
        self._busy = 0.0
        self._running_seconds = 0.0
        self.running = 0
        """Generations that run now: the batch, as far as the worker sees it."""

    def begin(self) -> float:
        """A generation starts. Returns what `end` wants back."""
        self._advance()
        self.running += 1
        return self._each

    def end(self, begun: float) -> float:
        """It ended. Returns the seconds of the accelerator that were its own."""
        self._advance()
        self.running -= 1
        return self._each - begun

    @property
    def busy_seconds(self) -> float:
        """Seconds in which at least one generation ran."""
        self._advance()
        return self._busy

    @property
    def running_seconds(self) -> float:
        """The integral of `running`; its growth over an interval, divided by the interval, is the mean batch."""
        self._advance()
        return self._running_seconds

    def _advance(self) -> None:
        now = self._clock()
        passed, self._at = now - self._at, now
        if self.running:
            self._busy += passed
            self._each += passed / self.running
            self._running_seconds += passed * self.running
