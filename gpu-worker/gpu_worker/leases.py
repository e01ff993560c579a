"""A job's lock, kept alive in the background for as long as somebody works on it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from datetime import datetime
from types import TracebackType
from typing import Self

from gpu_worker.protocols import Held, Jobs

SOONEST = 0.05
"""Seconds between two renewals at least."""


class Lease:
    """Renews the lock when half of its time is over, until the block is left. `lost`: somebody else may have the job."""

    def __init__(self, jobs: Jobs, held: Held, clock: Callable[[], datetime]) -> None:
        self._jobs = jobs
        self._clock = clock
        self._task: asyncio.Task[None] | None = None
        self.held = held
        self.lost = False

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._keep())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    async def _keep(self) -> None:
        while not self.lost:
            left = (self.held.until - self._clock()).total_seconds()
            await asyncio.sleep(max(left / 2, SOONEST))
            try:
                renewed = await self._jobs.renew(self.held)
            except ConnectionError:
                # The queue is away: tried again until the lock is surely gone.
                self.lost = self._clock() >= self.held.until
                continue
            if renewed is None:
                self.lost = True
            else:
                self.held = renewed
