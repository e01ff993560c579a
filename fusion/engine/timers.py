"""Durable timers in memory: a heap that forgets the timers of executions that are over."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple


class Timer(NamedTuple):
    """One timer; ordered by due time (Unix seconds), then by creation."""

    due: float
    tick: int
    instance: str
    execution: str
    task: int
    fire_at: Any


class Timers:
    """All timers of the engine."""

    def __init__(self) -> None:
        self._heap: list[Timer] = []
        self._tick = itertools.count()
        self._stale = 0

    def __len__(self) -> int:
        return len(self._heap)

    @property
    def next_due(self) -> float | None:
        """When the earliest timer is due, in Unix seconds."""
        return self._heap[0].due if self._heap else None

    def add(self, instance: str, execution: str, task: int, fire_at: Any) -> None:
        """Set a timer; `fire_at` is a protobuf timestamp."""
        due = fire_at.seconds + fire_at.nanos / 1e9
        heapq.heappush(self._heap, Timer(due, next(self._tick), instance, execution, task, fire_at))

    def pop_due(self, now: float) -> Iterator[Timer]:
        """Take every timer that is due."""
        while self._heap and self._heap[0].due <= now:
            yield heapq.heappop(self._heap)

    def forget(self, count: int, alive: Callable[[Timer], bool]) -> None:
        """Note that `count` timers are of no use any more; sweep them out once they are the majority."""
        self._stale += count
        if self._stale > 1_000 and self._stale * 2 > len(self._heap):
            self._heap = [timer for timer in self._heap if alive(timer)]
            heapq.heapify(self._heap)
            self._stale = 0
