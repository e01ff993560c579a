"""The embedded engine as what runs a bot's orchestrations: one journal in the state folder."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path

from fusion.engine import Engine, EngineStopped, JournalBusy
from fusion.errors import FusionError, UserError
from fusion.local import worker
from fusion.ports import Conductor, Progress
from fusion.serve.conductor import EngineConductor
from fusion.serve.durable import Standing
from fusion.serve.endings import Endings
from fusion.telemetry.metering import Measurement
from orchestrations.bundle import Bundle
from orchestrations.registry import VERSION

log = logging.getLogger("fusion.serve")

KEPT = timedelta(hours=2)
"""How long the engine remembers what is finished; the records of runs are in the Store."""
_REOPEN = (1.0, 30.0)
"""Seconds before the engine is opened again: at first, and at most."""


class Embedded:
    """The engine on one journal; `grace` are the seconds that its activities get when it closes."""

    def __init__(self, bundle: Bundle, journal: Path, *, grace: float) -> None:
        self.bundle = bundle
        self.journal = journal
        self.grace = grace
        self.engine: Engine | None = None
        self.endings: Endings | None = None
        self._standing = Standing()

    @property
    def conductor(self) -> Conductor:
        """The engine of the moment; while there is none, callers come again later."""
        return _Reopened(self)

    @property
    def standing(self) -> Standing:
        """Whether the engine is open."""
        return self._standing

    @property
    def place(self) -> str:
        """Where its runs are, for the log."""
        return f"its state is in {self.journal.parent}"

    async def keep(self, stop: asyncio.Event, first: asyncio.Future[None]) -> None:
        """Open the engine again whenever it had to stop by itself. Raises UserError when it does not open the first time."""
        wait = _REOPEN[0]
        while not stop.is_set():
            try:
                async with Engine(
                    self.journal, worker(self.bundle), version=VERSION, retention=KEPT, drain=self.grace
                ) as engine:
                    self.engine, self.endings, wait = engine, Endings(engine), _REOPEN[0]
                    self._standing.open()
                    if not first.done():
                        first.set_result(None)
                    while engine.stopped is None and not stop.is_set():
                        with contextlib.suppress(TimeoutError):
                            await asyncio.wait_for(stop.wait(), 0.5)
                    if not stop.is_set():
                        self._standing.close(f"the engine stopped: {engine.stopped}")
            except JournalBusy:
                raise UserError(
                    f"Another `fusion serve` works on {self.journal.parent}: stop it, or set FUSION_HOME to another folder."
                ) from None
            except FusionError as error:
                if not first.done():
                    raise
                self._standing.close(f"the engine cannot be opened: {error}")
            finally:
                self.engine = self.endings = None
            if not stop.is_set():
                log.error("%s; trying again in %g s", self._standing.why, wait)
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(stop.wait(), wait)
                wait = min(2 * wait, _REOPEN[1])

    async def unfinished(self) -> int:
        """How many orchestrations have not ended, those within others counted, too."""
        if self.engine is None:
            raise EngineStopped("The engine is not open.")
        return self.engine.metrics().live

    def age(self, run: str) -> float | None:
        """Seconds since an orchestration began; None when the engine does not know it."""
        state = self.engine.status(run) if self.engine is not None and self.engine.stopped is None else None
        return (self.bundle.clock.now() - state.created).total_seconds() if state is not None else None

    def gauges(self) -> Iterable[Measurement]:
        """How busy the engine is."""
        if self.engine is not None and self.engine.stopped is None:
            counts = self.engine.metrics()
            yield Measurement("fusion.orchestrations.live", counts.live)
            yield Measurement("fusion.activities.running", counts.running)
            yield Measurement("fusion.activities.waiting", counts.waiting)


class _Reopened:
    def __init__(self, embedded: Embedded) -> None:
        self._embedded = embedded

    def _now(self) -> EngineConductor:
        if self._embedded.engine is None:
            raise EngineStopped("The engine is not open.")
        return EngineConductor(self._embedded.engine)

    async def start(self, name: str, input: object, id: str) -> bool:
        created = await self._now().start(name, input, id)
        if created and self._embedded.endings is not None:
            self._embedded.endings.expect(id)
        return created

    async def status(self, id: str) -> Progress | None:
        return await self._now().status(id)

    async def terminate(self, id: str, why: str) -> None:
        await self._now().terminate(id, why)

    async def tell(self, id: str, event: str, data: object) -> bool:
        return await self._now().tell(id, event, data)
