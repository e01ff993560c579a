"""The life of a bot in one process: open, work, and on SIGTERM end without losing or doubling anything.

What runs its orchestrations is plugged in (`fusion.serve.durable`): the engine beside it, or the Durable Task Scheduler.
Order matters. Opening: the queue and what runs orchestrations first, which resumes what was unfinished; then the door and the
consumer. Closing: the door, so that GitHub hears nothing and Fusion asks for the delivery again; then the consumer, whose
messages go back to the queue; then what runs orchestrations, whose activities get some seconds and are begun again by the next
process if they need more.
When it has to stop by itself (a full disk) or is away, deliveries are still kept, and it is opened again until it can work.
"""

from __future__ import annotations

import asyncio
import logging
import socket
import sys
from collections.abc import Callable, Iterable
from datetime import timedelta

from fusion import plugins
from fusion.dispatch.answers import relay
from fusion.dispatch.catchup import EVERY, due
from fusion.dispatch.consume import Consumer
from fusion.dispatch.dispatcher import Dispatcher
from fusion.errors import FusionError
from fusion.granting import Door, Reply, Visitor
from fusion.ports import Reclaiming
from fusion.scanning import schedule
from fusion.serve.durable import Durable, WhileOpen
from fusion.serve.intake import application
from fusion.serve.metrics import Metrics
from fusion.serve.watch import watch
from fusion.serve.web import Web
from fusion.settings import Settings
from fusion.telemetry.metering import Measurement, tell
from orchestrations.bundle import Bundle
from orchestrations.sounding import EVERY as EVERY_SOUNDING
from orchestrations.sounding import soundings
from orchestrations.upkeep import keep_up

log = logging.getLogger("fusion.serve")

PURGE = timedelta(days=1)
GRACE = 20.0
"""Seconds that running work gets to end; container platforms kill after 30."""


class Process:
    """One bot. `listening` is where the web server takes over, `durable` runs its orchestrations."""

    def __init__(
        self, settings: Settings, bundle: Bundle, listening: socket.socket, *, durable: Durable, metrics: Metrics
    ) -> None:
        if bundle.queue is None:
            raise ValueError("a bot needs a queue")
        self.settings = settings
        self.bundle = bundle
        self.queue = bundle.queue
        self.listening = listening
        self.durable = durable
        self._is_stopping = False
        self._sounded: tuple[Measurement, ...] = ()
        self.metrics = metrics
        metrics.read(self._gauges)
        metrics.age = durable.age

    @property
    def why(self) -> str:
        """Why deliveries are not both kept and worked on now; empty when they are."""
        return "it is stopping" if self._is_stopping else self.durable.standing.why

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
                ready=lambda: self.why,
                app_slug=self.bundle.slug,
                app_id=self.settings.github_app,
                door=door,
                granting=granting,
                telemetry=self.bundle.telemetry,
            ),
            self.listening,
            grace=GRACE,
        )
        conductor = self.durable.conductor
        dispatcher = Dispatcher(self.bundle, conductor)
        messages = WhileOpen(self.queue, self.durable.standing)
        consumer = Consumer(
            messages, dispatcher.handle, clock=self.bundle.clock, listen=watch(self.metrics, self.bundle.clock.now)
        )
        first: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        durable = asyncio.create_task(self.durable.keep(stop, first))
        try:
            await asyncio.wait({durable, first}, return_when=asyncio.FIRST_COMPLETED)
            if durable.done():
                durable.result()
            await self._reclaim()
            web.start()
            opened()
            self._introduce()
            async with asyncio.TaskGroup() as group:
                group.create_task(consumer.run())
                timers = [group.create_task(work(stop)) for work in (self._catch_up, self._purge, self._scans, self._sound)]
                if self.bundle.reasoning is not None and self.bundle.reasoning.inference is not None:
                    timers.append(group.create_task(relay(self.bundle.reasoning.inference, conductor)))
                stopping = group.create_task(stop.wait())
                await asyncio.wait({stopping, durable}, return_when=asyncio.FIRST_COMPLETED)
                if not stop.is_set():
                    # Nothing is to end it before: a mistake, or what no longer can be mended while it runs.
                    stopping.cancel()
                    durable.result()
                log.info("draining: no more deliveries are taken")
                self._is_stopping = True
                await asyncio.to_thread(web.stop)
                for timer in timers:
                    timer.cancel()
                await consumer.stop(GRACE)
        finally:
            stop.set()
            if web.alive:
                await asyncio.to_thread(web.stop)
            self.listening.close()
            await asyncio.gather(durable, return_exceptions=True)
        log.info("stopped")

    def _introduce(self) -> None:
        """Say who works where: a wrong folder or address shows at once."""
        app, api, place = self.settings.github_app, self.settings.github_api, self.durable.place
        if self.bundle.slug:
            log.info("works as the App %s (%d) of %s; %s", self.bundle.slug, app, api, place)
        else:
            log.warning("%s does not answer now; work begins once it does; %s", api, place)

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

    async def _sound(self, stop: asyncio.Event) -> None:
        """Tell whoever measures how things stand; /metrics asks for itself."""
        while not stop.is_set():
            self._sounded = await soundings(self.bundle)
            tell(self.metrics.meter, self._gauges())
            await asyncio.sleep(EVERY_SOUNDING.total_seconds())

    def _gauges(self) -> Iterable[Measurement]:
        yield Measurement("fusion.ready", 0.0 if self.why else 1.0)
        yield from self.durable.gauges()
        # What a sounding no longer finds, an accelerator whose workers are gone, is not shown either.
        yield from self._sounded
