"""The loop: keeps the engine fed with jobs, until a drain begins.

It holds as many jobs as the engine generates at once, and a quarter more so that the engine never waits for the queue;
batching them is the engine's. Nothing is taken while the engine is not ready. What becomes of one job is in `answering`.

A job that was delivered three times without an end may be what kills the engine: it is held until everything else has ended
and runs alone, so that it takes nobody with it.
"""

from __future__ import annotations

import asyncio
import contextlib
import math
import socket
from collections.abc import Callable, Collection
from datetime import UTC, datetime

from gpu_worker.answering import Answering, Rules
from gpu_worker.drain import Drain
from gpu_worker.protocols import Engine, Happening, Held, Jobs, Listener, Payloads, Results


def nobody(_happening: Happening) -> None:
    """Listens to nothing."""


def now() -> datetime:
    """The machine's time."""
    return datetime.now(UTC)


class Consumer:
    """The worker's loop, for one event loop. `name`: who says so in results; default: this machine's name."""

    def __init__(
        self,
        jobs: Jobs,
        payloads: Payloads,
        results: Results,
        engine: Engine,
        *,
        drain: Drain,
        rules: Rules | None = None,
        name: str = "",
        clock: Callable[[], datetime] = now,
        listen: Listener = nobody,
    ) -> None:
        self._jobs = jobs
        self._engine = engine
        self._drain = drain
        self._rules = rules or Rules()
        self._listen = listen
        capacity = max(engine.capacity, 1)
        self._room = capacity + math.ceil(capacity * max(self._rules.ahead, 0.0))
        self._running: set[asyncio.Task[None]] = set()
        self._answering = Answering(
            jobs,
            payloads,
            results,
            engine,
            seats=asyncio.Semaphore(capacity),
            clock=clock,
            rules=self._rules,
            name=name or socket.gethostname(),
            listen=listen,
        )

    @property
    def running(self) -> int:
        """Jobs that are held now."""
        return len(self._running)

    async def run(self) -> None:
        """Until the drain has begun and everything is finished or given back."""
        draining = asyncio.create_task(self._drain.wait())
        try:
            while not self._drain.begun:
                await self._feed(draining)
            await self._finish()
        finally:
            draining.cancel()
            for task in self._running:
                task.cancel()
            await asyncio.gather(draining, *self._running, return_exceptions=True)

    async def _feed(self, draining: asyncio.Task[None]) -> None:
        """One turn: room, a ready engine, a job."""
        if self.running >= self._room:
            await asyncio.wait({draining, *self._running}, return_when=asyncio.FIRST_COMPLETED)
            return
        if not await self._engine.ready():
            await self._pause()
            return
        try:
            held = await self._jobs.receive(self._rules.wait)
        except ConnectionError as error:
            self._listen(Happening(kind="away", detail=str(error)))
            await self._pause()
            return
        if held is None:
            return
        if self._drain.begun:
            with contextlib.suppress(ConnectionError):
                await self._jobs.give_back(held, delay=0.0, blameless=True)
        elif held.delivery >= self._rules.alone_from:
            await self._alone(held, draining)
        else:
            self._start(held)

    def _start(self, held: Held, *, after: Collection[asyncio.Task[None]] = ()) -> asyncio.Task[None]:
        task = asyncio.create_task(self._answering.work(held, running=lambda: self.running, after=after))
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return task

    async def _alone(self, held: Held, draining: asyncio.Task[None]) -> None:
        task = self._start(held, after=frozenset(self._running))
        await asyncio.wait({draining, task}, return_when=asyncio.FIRST_COMPLETED)

    async def _pause(self) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._drain.wait(), self._rules.cold)

    async def _finish(self) -> None:
        """What ends in time, ends; the rest is given back."""
        while self._running:
            left = self._drain.left() - self._rules.margin
            if left <= 0:
                break
            # Looked at again each second: a second reason can shorten the time.
            await asyncio.wait(set(self._running), timeout=min(left, 1.0))
        # What was just taken gets to where it can give itself back.
        await asyncio.sleep(0)
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)
