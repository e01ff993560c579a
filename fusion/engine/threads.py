"""Threads for synchronous activities.

A thread cannot be killed. When an activity is given up (its time limit passed), its thread is left to end by itself and another
takes its place; threads are daemons, so that one that hangs forever does not keep the process alive either.
"""

from __future__ import annotations

import asyncio
import contextvars
import queue
import threading
from collections.abc import Callable
from typing import Any

Job = tuple[Callable[[], Any], "asyncio.Future[Any]", contextvars.Context]


class Threads:
    """Runs functions on daemon threads, started as needed; the caller bounds how many run at once."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._jobs: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._free = 0
        self._count = 0
        self._lock = threading.Lock()

    def run(self, function: Callable[[], Any]) -> asyncio.Future[Any]:
        """A future of the function's result; cancelling it abandons the function, which runs on unheard."""
        future = asyncio.get_running_loop().create_future()
        with self._lock:
            spare = self._free > 0
            if spare:
                self._free -= 1
            else:
                self._count += 1
                number = self._count
        self._jobs.put((function, future, contextvars.copy_context()))
        if not spare:
            threading.Thread(target=self._work, name=f"{self._name}-{number}", daemon=True).start()
        return future

    def close(self) -> None:
        """Let idle threads end."""
        with self._lock:
            idle, self._free = self._free, 0
        for _ in range(idle):
            self._jobs.put(None)

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            function, future, context = job
            result, error = None, None
            try:
                result = context.run(function)
            except BaseException as raised:  # it belongs to whoever waits for the future
                error = raised
            with self._lock:
                self._free += 1
            try:
                future.get_loop().call_soon_threadsafe(_settle, future, result, error)
            except RuntimeError:  # the loop is closed: nobody waits any more
                return
            del job, function, future, context, result, error


def _settle(future: asyncio.Future[Any], result: Any, error: BaseException | None) -> None:
    if future.done():
        return
    if error is None:
        future.set_result(result)
    elif isinstance(error, StopIteration):  # asyncio refuses it in a future
        future.set_exception(RuntimeError(f"activity raised {error!r}"))
    else:
        future.set_exception(error)
