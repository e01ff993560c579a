"""The life of `fusion serve`: open, work, and on SIGTERM end without losing or doubling anything.

Order matters. Opening: the queue and the engine's journal first, which resumes what was unfinished; then the door and the
consumer. Closing: the door, so that GitHub hears nothing and Fusion asks for the delivery again; then the consumer, whose
messages go back to the queue; then the engine, whose activities get some seconds and are begun again by the next process if
they need more.
When the engine has to stop by itself (a full disk), deliveries are still kept, and it is opened again until it can work.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
import sys
from collections.abc import Callable, Iterable
from datetime import timedelta
from pathlib import Path

from fusion import plugins
from fusion.dispatch.answers import relay
from fusion.dispatch.catchup import EVERY, due
from fusion.dispatch.consume import Consumer
from fusion.dispatch.dispatcher import Dispatcher
from fusion.engine import Engine, EngineStopped, JournalBusy
from fusion.errors import FusionError, UserError
from fusion.granting import Door, Reply, Visitor
from fusion.local import worker
from fusion.ports import Progress, Reclaiming
from fusion.scanning import schedule
from fusion.serve.conductor import EngineConductor
from fusion.serve.endings import Endings
from fusion.serve.intake import application
from fusion.serve.metrics import Metrics, Reading
from fusion.serve.watch import watch
from fusion.serve.web import Web
from fusion.settings import Settings
from orchestrations.bundle import Bundle
from orchestrations.registry import VERSION
from orchestrations.upkeep import keep_up

log = logging.getLogger("fusion.serve")

PURGE = timedelta(days=1)
KEPT = timedelta(hours=2)
"""How long the engine remembers what is finished; the records of runs are in the Store."""
GRACE = 20.0
"""Seconds that running work gets to end; container platforms kill after 30."""
_REOPEN = (1.0, 30.0)
"""Seconds before the engine is opened again: at first, and at most."""


class Process:
    """One bot on one state folder. `listening` is where the web server takes over."""

    def __init__(
        self, settings: Settings, bundle: Bundle, listening: socket.socket, *, journal: Path, metrics: Metrics
    ) -> None:
        if bundle.queue is None:
            raise ValueError("a bot needs a queue")
        self.settings = settings
        self.bundle = bundle
        self.queue = bundle.queue
        self.listening = listening
        self.journal = journal
        self.engine: Engine | None = None
        self.endings: Endings | None = None
        self._why = "it is starting"
        self.metrics = metrics
        metrics.read(self._gauges)
        metrics.age = self._age

    async def run(self, stop: asyncio.Event, *, opened: Callable[[], None] = lambda: None) -> None:
        """Work until `stop` is set. `opened` is called once deliveries are taken. Raises UserError when it cannot begin."""
        # The web thread and the queue's must get their turn while this one computes. An acknowledgement takes the interpreter's
        # lock some dozen times; at the default of 5 ms each, and on a busy machine at 1 ms too, that adds up.
        sys.setswitchinterval(0.0002)
        door, here = Door(self.settings.api_token, checks=plugins.check_ids), asyncio.get_running_loop()

        async def granting(visitor: Visitor, body: bytes) -> Reply:
            """On the main loop: a Store's connections belong to the loop that opened them, and the web server has its own."""
            bundle = self.bundle
            asked = door.answer(visitor, body, store=bundle.store, tenant=bundle.tenant, clock=bundle.clock)
            return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(asked, here))

        web = Web(
            application(
                secrets=[secret.get_secret_value().encode() for secret in self.settings.webhook_secret],
                queue=self.queue,
                metrics=self.metrics,
                ready=lambda: self._why,
                app_slug=self.bundle.slug,
                app_id=self.settings.github_app,
                door=door,
                granting=granting,
            ),
            self.listening,
            grace=GRACE,
        )
        dispatcher = Dispatcher(self.bundle, _Reopened(self))
        consumer = Consumer(self.queue, dispatcher.handle, clock=self.bundle.clock, listen=watch(self.metrics))
        first: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        engine = asyncio.create_task(self._keep_engine(stop, first))
        try:
            await asyncio.wait({engine, first}, return_when=asyncio.FIRST_COMPLETED)
            if engine.done():
                engine.result()
            await self._reclaim()
            web.start()
            opened()
            self._introduce()
            async with asyncio.TaskGroup() as group:
                group.create_task(consumer.run())
                timers = [group.create_task(work(stop)) for work in (self._catch_up, self._purge, self._scans)]
                if self.bundle.reasoning is not None and self.bundle.reasoning.inference is not None:
                    timers.append(group.create_task(relay(self.bundle.reasoning.inference, _Reopened(self))))
                await stop.wait()
                log.info("draining: no more deliveries are taken")
                self._why = "it is stopping"
                await asyncio.to_thread(web.stop)
                for timer in timers:
                    timer.cancel()
                await consumer.stop(GRACE)
        finally:
            stop.set()
            if web.alive:
                await asyncio.to_thread(web.stop)
            self.listening.close()
            await asyncio.gather(engine, return_exceptions=True)
        log.info("stopped")

    def _introduce(self) -> None:
        """Say who works where: a wrong folder or address shows at once."""
        app, api, home = self.settings.github_app, self.settings.github_api, self.settings.home
        if self.bundle.slug:
            log.info("works as the App %s (%d) of %s; its state is in %s", self.bundle.slug, app, api, home)
        else:
            log.warning("%s does not answer now; work begins once it does. State is in %s", api, home)

    async def _reclaim(self) -> None:
        """Free what a killed process held. Whoever has the journal open is the only consumer of this state folder."""
        if isinstance(self.queue, Reclaiming):
            try:
                freed = await self.queue.reclaim()
            except FusionError as error:
                log.error("messages of the process before come when their locks run out: %s", error)
            else:
                if freed:
                    log.info("%d messages that the process before had in hand come again", freed)

    async def _keep_engine(self, stop: asyncio.Event, first: asyncio.Future[None]) -> None:
        """The engine, opened again when it had to stop by itself. Raises UserError when it does not open the first time."""
        wait = _REOPEN[0]
        while not stop.is_set():
            try:
                async with Engine(self.journal, worker(self.bundle), version=VERSION, retention=KEPT, drain=GRACE) as engine:
                    self.engine, self._why, wait = engine, "", _REOPEN[0]
                    self.endings = Endings(engine)
                    if not first.done():
                        first.set_result(None)
                    while engine.stopped is None and not stop.is_set():
                        with contextlib.suppress(TimeoutError):
                            await asyncio.wait_for(stop.wait(), 0.5)
                    if not stop.is_set():
                        self._why = f"the engine stopped: {engine.stopped}"
            except JournalBusy:
                raise UserError(
                    f"Another `fusion serve` works on {self.journal.parent}: stop it, or set FUSION_HOME to another folder."
                ) from None
            except FusionError as error:
                if not first.done():
                    raise
                self._why = f"the engine cannot be opened: {error}"
            finally:
                self.engine = self.endings = None
            if not stop.is_set():
                log.error("%s; trying again in %g s", self._why, wait)
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(stop.wait(), wait)
                wait = min(2 * wait, _REOPEN[1])

    async def _catch_up(self, stop: asyncio.Event) -> None:
        """Ask for a look at GitHub's side: at once, and then every now and again. Of equal ids the queue keeps one."""
        while not stop.is_set():
            try:
                await self.queue.send(due(self.bundle.clock.now()))
            except FusionError as error:
                log.error("no catch-up is enqueued: %s", error)
            await asyncio.sleep(EVERY.total_seconds())

    async def _purge(self, stop: asyncio.Event) -> None:
        """Remove what is past its retention, and close the accounts of runs that ended without it, once a day."""
        while not stop.is_set():
            await asyncio.sleep(PURGE.total_seconds() / 24)
            try:
                done = await keep_up(self.bundle, retention=timedelta(days=self.settings.retention))
            except FusionError as error:
                log.error("nothing more is purged now: %s", error)
            else:
                log.info("%s", done)
            await asyncio.sleep(PURGE.total_seconds())

    async def _scans(self, stop: asyncio.Event) -> None:
        """Ask for a look at what is due to be scanned: at once, and then each hour. Of equal ids the queue keeps one."""
        if self.bundle.compliance is None or not self.bundle.compliance.scheduled:
            return
        while not stop.is_set():
            try:
                await self.queue.send(schedule.tick(self.bundle.clock.now()))
            except FusionError as error:
                log.error("no look for due scans is enqueued: %s", error)
            await asyncio.sleep(schedule.until_tick(self.bundle.clock.now()))

    def _age(self, run: str) -> float | None:
        """Seconds since an orchestration began; None when the engine does not know it."""
        state = self.engine.status(run) if self.engine is not None and self.engine.stopped is None else None
        return (self.bundle.clock.now() - state.created).total_seconds() if state is not None else None

    def _gauges(self) -> Iterable[Reading]:
        yield "fusion_ready", "1 while deliveries are kept and worked on.", (), [((), 0.0 if self._why else 1.0)]
        if self.engine is not None and self.engine.stopped is None:
            counts = self.engine.metrics()
            yield "fusion_orchestrations_live", "Unfinished orchestrations.", (), [((), float(counts.live))]
            yield "fusion_activities_running", "Activities at work.", (), [((), float(counts.running))]
            yield "fusion_activities_waiting", "Activities that wait for a slot.", (), [((), float(counts.waiting))]


class _Reopened:
    """The engine of the moment as a Conductor; while there is none, callers come again later."""

    def __init__(self, process: Process) -> None:
        self._process = process

    def _now(self) -> EngineConductor:
        if self._process.engine is None:
            raise EngineStopped("The engine is not open.")
        return EngineConductor(self._process.engine)

    async def start(self, name: str, input: object, id: str) -> bool:
        created = await self._now().start(name, input, id)
        if created and self._process.endings is not None:
            self._process.endings.expect(id)
        return created

    async def status(self, id: str) -> Progress | None:
        return await self._now().status(id)

    async def terminate(self, id: str, why: str) -> None:
        await self._now().terminate(id, why)

    async def tell(self, id: str, event: str, data: object) -> bool:
        return await self._now().tell(id, event, data)
