"""The Durable Task Scheduler as what runs a bot's orchestrations.

Any number of processes may do this on one task hub: each replays orchestrations, runs activities and takes messages, and none
holds state. When the scheduler is away, deliveries are kept, messages stay in the queue, and what activities have done by then
is delivered once it is back.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from fusion.errors import FusionError, TransientError
from fusion.ports import Conductor, Progress
from fusion.scheduler.flows import Beginnings, Ended, Orchestrator, watched
from fusion.serve.durable import Standing
from fusion.serve.endings import line, trace_of
from fusion.serve.logs import about
from fusion.telemetry.metering import Measurement
from orchestrations.activity import Activity
from orchestrations.bundle import Bundle
from orchestrations.registry import activities, orchestrators

log = logging.getLogger("fusion.scheduler")

LOOK = 5.0
"""Seconds between looks at the scheduler, and those that one may take."""
STRANDED = 60.0
"""Seconds for which the scheduler answers and gives no work until the worker is made anew: the SDK's should not need it."""
PURGE = timedelta(hours=1)
KEPT = timedelta(days=1)
"""How long the task hub remembers what has ended; the records of runs are in the Store."""


class Hub(Protocol):
    """A task hub with a worker of ours at work: `fusion.adapters.azure.scheduler.Scheduler`."""

    @property
    def host(self) -> str:
        """The scheduler's host name."""
        ...

    @property
    def conductor(self) -> Conductor:
        """Its orchestrations."""
        ...

    @property
    def running(self) -> int:
        """Activities at work here."""
        ...

    async def reach(self, patience: float) -> None:
        """Raises TransientError while nothing can be started; UserError where a person has to mend it."""
        ...

    async def joined(self) -> bool:
        """Whether the worker is given work."""
        ...

    async def purge(self, before: datetime) -> int:
        """Forget what ended before then."""
        ...

    async def unfinished(self) -> int:
        """How many orchestrations have not ended."""
        ...


Open = Callable[[Mapping[str, Orchestrator], Mapping[str, Activity]], AbstractAsyncContextManager[Hub]]
"""Opens the hub with a worker for these orchestrators and activities."""


class Scheduled:
    """Orchestrations on a task hub that `open` opens. `look`: seconds between looks at it; `stranded`: see `STRANDED`."""

    def __init__(self, bundle: Bundle, open: Open, *, place: str, look: float = LOOK, stranded: float = STRANDED) -> None:
        self.bundle = bundle
        self.hub: Hub | None = None
        self._open = open
        self._place = place
        self._look = look
        self._stranded = stranded
        self._standing = Standing()
        self._beginnings = Beginnings()

    @property
    def standing(self) -> Standing:
        """Whether the scheduler answers, and gives this process work."""
        return self._standing

    @property
    def place(self) -> str:
        """Where its runs are, for the log."""
        return self._place

    @property
    def conductor(self) -> Conductor:
        """The hub's orchestrations; while it is not open, callers come again later."""
        return _Asked(self)

    async def keep(self, stop: asyncio.Event, first: asyncio.Future[None]) -> None:
        """Work until `stop`. Deliveries may be taken at once: they are kept whether the scheduler answers or not."""
        loop = asyncio.get_running_loop()

        def ended(end: Ended) -> None:
            # A replay may end after the loop has: that nobody is told must not become the run's failure.
            with contextlib.suppress(RuntimeError):
                loop.call_soon_threadsafe(_tell, end)

        flows = watched(orchestrators(lambda: self.bundle.telemetry.tracer), self._beginnings, ended)
        while not stop.is_set():
            async with self._open(flows, activities(self.bundle)) as hub:
                self.hub = hub
                purging = asyncio.create_task(self._purge(hub))
                try:
                    await self._watch(hub, stop, first)
                finally:
                    purging.cancel()
                    self.hub = None

    async def _watch(self, hub: Hub, stop: asyncio.Event, first: asyncio.Future[None]) -> None:
        """Look at the hub again and again, until `stop` or until its worker has had no work for too long."""
        since = 0.0
        while not stop.is_set():
            since = 0.0 if await self._see(hub) else since + self._look
            if not first.done():
                first.set_result(None)
            if since >= self._stranded:
                log.error("the worker of the scheduler at %s is made anew: it gets no work", hub.host)
                return
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), self._look)

    async def _see(self, hub: Hub) -> bool:
        """Look whether the scheduler is there, and say so when that has changed. False: it is, and gives no work."""
        before, joined = self._standing.why, True
        try:
            await hub.reach(self._look)
        except FusionError as error:
            now = str(error)
        else:
            joined = await hub.joined()
            now = "" if joined else f"The worker waits for a connection to the Durable Task Scheduler at {hub.host}."
        if now:
            self._standing.close(now)
            if before != now:
                log.error("%s Deliveries are kept, and worked on once it is mended.", now)
        else:
            self._standing.open()
            if before:
                log.info("the scheduler at %s answers, and gives work", hub.host)
        return joined

    async def _purge(self, hub: Hub) -> None:
        """Forget what has ended: the hub's history costs, and holds what repositories contain."""
        while True:
            # Not all replicas at the same moment: what one has purged the others need not look at.
            await asyncio.sleep(PURGE.total_seconds() * random.uniform(0.5, 1.5))
            try:
                gone = await hub.purge(datetime.now(UTC) - KEPT)
            except FusionError as error:
                log.warning("what has ended stays for another hour in the task hub: %s", error)
            else:
                log.info("%d ended orchestrations are gone from the task hub", gone)

    async def unfinished(self) -> int:
        """How many orchestrations of the hub have not ended, those within others counted, too."""
        if self.hub is None:
            raise TransientError("The Durable Task Scheduler is not connected.")
        return await self.hub.unfinished()

    def age(self, run: str) -> float | None:
        """Seconds since an orchestration began, where it was replayed here."""
        at = self._beginnings.get(run)
        return (datetime.now(UTC) - at).total_seconds() if at is not None else None

    def gauges(self) -> Iterable[Measurement]:
        """How busy this process is; how many runs there are, the scheduler's own dashboard says."""
        if self.hub is not None:
            yield Measurement("fusion.activities.running", self.hub.running)


class _Asked:
    """The hub of the moment; it says of runs that it ends that they are."""

    def __init__(self, scheduled: Scheduled) -> None:
        self._scheduled = scheduled

    def _now(self) -> Conductor:
        if self._scheduled.hub is None:
            raise TransientError("The Durable Task Scheduler is not connected.")
        return self._scheduled.hub.conductor

    async def start(self, name: str, input: Any, id: str) -> bool:
        return await self._now().start(name, input, id)

    async def status(self, id: str) -> Progress | None:
        return await self._now().status(id)

    async def terminate(self, id: str, why: str) -> None:
        await self._now().terminate(id, why)
        with about(run=id):
            log.info("the run is ended: %s", why)

    async def tell(self, id: str, event: str, data: Any) -> bool:
        return await self._now().tell(id, event, data)


def _tell(end: Ended) -> None:
    if found := line(name=end.name, input=end.input, output=end.output, failure=end.failure):
        with about(trace=trace_of(end.input), run=end.id):
            log.log(*found)
