"""What `function_app.py` registers: the bot, or the reviewer alone, in an Azure Function App.

Which of the two it is, the settings say: with none of FUSION_GITHUB_APP, FUSION_GITHUB_KEY and FUSION_WEBHOOK_SECRET it
reviews what it is asked to over HTTP; with all of them it is the GitHub App; with some of them it does not start. Where the
models file (FUSION_MODELS) has an endpoint of the inference worker, its results are listened to, too.

Nothing is connected when the module is imported. Stores, queue and GitHub are opened at the first invocation, on the worker's
event loop, and kept: the worker has no end at which they could be closed.
"""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Generic, TypeVar

from fusion import granting, intake, plugins, runtime
from fusion.deliveries import Answer, take, unavailable
from fusion.dispatch.answers import hand_over
from fusion.dispatch.catchup import due
from fusion.dispatch.dispatcher import Dispatcher, Handled
from fusion.dispatch.outcomes import Outcome, Unavailable
from fusion.dispatch.told import Named, tell
from fusion.dispatch.triggered import consume
from fusion.errors import FusionError, TransientError, UserError
from fusion.granting import Door, Reply
from fusion.ports import Message, Priority, Queue
from fusion.ports.telemetry import OFF, Meter, Tracer, Unmeasured
from fusion.render.phrases import listed
from fusion.routing import catalogue
from fusion.runs import run_id
from fusion.scanning import schedule
from fusion.settings import Settings, read
from fusion.telemetry.context import carried, here, root, step
from fusion.telemetry.early import Early
from fusion.telemetry.metering import tell as measure
from fusion.telemetry.watching import of_delivery, of_outcome
from orchestrations.activity import Activity
from orchestrations.bundle import Bundle
from orchestrations.registry import activities, orchestrators
from orchestrations.sounding import soundings
from orchestrations.upkeep import keep_up

log = logging.getLogger("fusion.functions")

CONNECTION = "FUSION_SERVICEBUS"
"""The triggers' connection: this setting, or those that begin with it and two underscores."""
CATCH_UP = "0 */10 * * * *"
"""NCRONTAB, in UTC: every ten minutes (`fusion.dispatch.catchup.EVERY`)."""
SCANS = "0 15 * * * *"
"""A quarter past each hour (`fusion.scanning.schedule.OFFSET`)."""
PURGE = "0 17 3 * * *"
"""Once a day, when few people work."""
PURGE_LIMIT = 540.0
"""Seconds of one purge: the host ends the whole process after its `functionTimeout`."""

_T = TypeVar("_T")


class Kept(Generic[_T]):
    """A context that is entered when it is first needed and then kept, once for each event loop."""

    def __init__(self, make: Callable[[], AbstractAsyncContextManager[_T]]) -> None:
        self._make = make
        self._loop: asyncio.AbstractEventLoop | None = None
        self._entering = asyncio.Lock()
        self._stack: AsyncExitStack | None = None
        self._value: _T | None = None

    async def get(self) -> _T:
        """What the context gives. An error while it is entered is raised, and the next call tries again."""
        loop = asyncio.get_running_loop()
        if self._loop is not loop:
            # What another loop opened is of no use on this one, nor can it be closed here.
            self._loop, self._entering, self._stack = loop, asyncio.Lock(), None
        async with self._entering:
            if self._stack is None:
                stack = AsyncExitStack()
                self._value = await stack.enter_async_context(self._make())
                self._stack = stack
        assert self._value is not None
        return self._value

    async def close(self) -> None:
        """Leave the context; the next use enters it again."""
        stack, self._stack, self._value = self._stack, None, None
        if stack is not None:
            await stack.aclose()


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """The bundle and the activities on it."""

    bundle: Bundle
    activities: Mapping[str, Activity]


class Functions:
    """The functions of one Function App. Raises UserError for settings with which it must not start."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        settings = self.settings = read(environ)
        self.is_bot = _is_bot(settings, environ)
        self._door = Door(settings.api_token, checks=plugins.check_ids)
        self._has_worker = _has_worker(settings, environ)
        self._early = Early()
        self._meter: Meter = Unmeasured()
        self._kept = Kept(self._open)
        self._desks = Kept(lambda: runtime.triggered(self.settings))
        offline = runtime.embedded(
            self.settings.model_copy(update={"evidence": "off"}), records=runtime.stores_in(settings.home)
        )
        self._names = tuple(activities(offline))

    @asynccontextmanager
    async def _open(self) -> AsyncIterator[Opened]:
        context = runtime.bot if self.is_bot else runtime.reviewer
        # Beside the app's identities no analyzer runs, unless somebody asks for it by name.
        async with context(self.settings, beside_identities=True) as bundle:
            self._early.opened(bundle.telemetry.tracer)
            self._meter = bundle.telemetry.meter
            try:
                yield Opened(bundle=bundle, activities=activities(bundle))
            finally:
                self._early.closed()

    async def close(self) -> None:
        """End all connections; the next invocation opens them again."""
        await self._kept.close()
        await self._desks.close()

    # Orchestrations

    def orchestrators(self) -> Mapping[str, Callable[..., Any]]:
        """Every orchestrator by name: generator functions `(context, input)`."""
        return orchestrators(lambda: self._early)

    def activities(self) -> Mapping[str, Activity]:
        """Every activity by name: async functions `(context, input)`."""
        return {name: self._activity(name) for name in self._names}

    def _activity(self, name: str) -> Activity:
        async def activity(context: object, payload: dict[str, Any]) -> Any:  # noqa: ARG001 - the trigger's
            # Microsoft's stand-in for a context raises at whatever is asked of it; activities take none for one.
            return await (await self._kept.get()).activities[name](None, payload)

        activity.__name__ = activity.__qualname__ = name
        return activity

    # GitHub

    @property
    def queues(self) -> Mapping[Priority, str]:
        """The queues that are to be listened to; none without a bot."""
        return runtime.trigger_queues() if self.is_bot else {}

    async def deliver(self, headers: Mapping[str, str], body: bytes) -> Answer:
        """A webhook delivery."""
        began = time.perf_counter()
        answer = await self._delivered(headers, body)
        event = next((value for name, value in headers.items() if name.casefold() == "x-github-event"), "")
        measure(self._meter, of_delivery(event, answer.body["answer"], time.perf_counter() - began))
        return answer

    async def _delivered(self, headers: Mapping[str, str], body: bytes) -> Answer:
        if not self.is_bot:
            return unavailable(f"This Function App is no GitHub App: set {', '.join(self.settings.missing_for_bot)}.")
        try:
            bundle, queue = await self._bot()
        except FusionError as error:
            log.error("a delivery cannot be kept: %s", error)
            return unavailable("The delivery cannot be kept now; deliver it again.")
        secrets = [secret.get_secret_value().encode() for secret in self.settings.webhook_secret]
        app, seen = self.settings.github_app, bundle.telemetry
        now = bundle.clock.now()
        return await take(secrets, headers, body, queue=queue, app_slug=bundle.slug, app_id=app, telemetry=seen, received=now)

    async def consume(self, priority: Priority, delivered: Any, client: Any) -> None:
        """A message (`azure.functions.ServiceBusMessage`) that a trigger received, with the durable client.

        On return the host completes it; when this raises, it comes again at once.
        """
        desk, _ = await self._desks.get()
        locked = desk.read(delivered)
        if locked is None:
            log.error("set aside (Unreadable): %s", delivered.message_id)
            await desk.unreadable(delivered, priority)
            return

        async def handle(message: Message) -> Handled:
            return await Dispatcher(await self._opened(), runtime.conductor(client)).handle(message)

        await consume(locked, handle, desk=desk, clock=runtime.SystemClock(), listen=self._heard)

    def _heard(self, outcome: Outcome) -> None:
        delivery = "" if isinstance(outcome, Unavailable) else outcome.message.id
        end = tell(outcome, Named(log, {"delivery": delivery}))
        measure(self._meter, of_outcome(outcome, end, runtime.SystemClock().now()))

    async def _opened(self) -> Bundle:
        """The bundle. Raises TransientError also for what a person has to mend: the messages wait for that, for an hour."""
        try:
            return (await self._kept.get()).bundle
        except UserError as error:
            raise TransientError(str(error)) from error

    async def catch_up(self) -> None:
        """Ask for a look at what GitHub could not deliver, and at pull requests without a run. Raises TransientError."""
        bundle, queue = await self._bot()
        await queue.send(due(bundle.clock.now()))
        measure(self._meter, await soundings(bundle))

    async def scans(self) -> None:
        """Ask for a look at what is due to be scanned. Raises TransientError."""
        bundle, queue = await self._bot()
        await queue.send(schedule.tick(bundle.clock.now()))

    @property
    def is_scanning(self) -> bool:
        """Whether it is a bot that scans by itself (FUSION_SCANS)."""
        return self.is_bot and self.settings.scans == "on"

    async def _bot(self) -> tuple[Bundle, Queue]:
        bundle = (await self._kept.get()).bundle
        assert bundle.queue is not None
        return bundle, bundle.queue

    # The inference worker

    @property
    def results(self) -> str:
        """The queue of the worker's results, which is to be listened to; empty without a worker."""
        return runtime.result_queue() if self._has_worker else ""

    async def answered(self, delivered: Any, client: Any) -> None:
        """A worker's result (`azure.functions.ServiceBusMessage`) that the trigger received, with the durable client.

        On return the host completes it; when this raises, it comes again at once.
        """
        _, desk = await self._desks.get()
        await hand_over(delivered, desk, runtime.conductor(client).tell)

    # Everything else

    async def purge(self) -> None:
        """Remove what is past its retention, and close the accounts of runs that ended without it."""
        bundle = (await self._kept.get()).bundle
        retention = timedelta(days=self.settings.retention)
        try:
            async with asyncio.timeout(PURGE_LIMIT):
                done = await keep_up(bundle, retention=retention)
        except TimeoutError:
            log.warning("the purge took longer than %g s; the next one goes on", PURGE_LIMIT)
            return
        log.info("%s", done)

    async def exceptions(
        self, method: str, headers: Mapping[str, str], query: Mapping[str, str], body: Callable[[], bytes], *, id: str = ""
    ) -> Reply:
        """What is asked about exceptions; `body` gives its bytes, which nothing reads before the caller is known."""
        visitor = self._door.visitor(method, headers.items(), query.items(), id=id)
        if isinstance(visitor, Reply):
            return visitor
        brought = body() if visitor.brings else b""
        try:
            bundle = (await self._kept.get()).bundle
        except FusionError as error:
            log.error("exceptions can neither be read nor written: %s", error)
            return granting.unavailable()
        return await self._door.answer(visitor, brought, store=bundle.store, tenant=bundle.tenant, clock=bundle.clock)

    async def start(self, body: bytes, client: Any) -> Answer:
        """Start a review; a second start of the same one changes nothing."""
        try:
            accepted = intake.parse_start(body)
        except UserError as error:
            return Answer(status=400, body={"error": str(error)})
        request = accepted.request
        if accepted.patch is not None:
            blobs = (await self._kept.get()).bundle.blobs
            request = request.model_copy(update={"patch": await blobs.put(accepted.patch)})
        id = run_id(request)
        with step(await self._tracer(), "start", kind="server", own=root(id), attributes={"fusion.run": id}):
            await runtime.conductor(client).start("review", carried(request.model_dump(mode="json"), here()), id)
        return Answer(status=202, body={"id": id, "status": f"/api/reviews/{id}"})

    async def _tracer(self) -> Tracer:
        """Nothing is opened for the sake of a trace that goes nowhere."""
        if not self.settings.otlp_endpoint and self.settings.application_insights is None:
            return OFF.tracer
        return (await self._kept.get()).bundle.telemetry.tracer

    async def state(self, id: str, client: Any) -> tuple[int, Mapping[str, Any]]:
        """How far a review is; once finished, the review itself."""
        found = await runtime.conductor(client).status(id)
        if found is None:
            return 404, {"error": "There is no review with this id."}
        review = None
        if isinstance(found.output, dict) and found.output.get("review"):
            review = json.loads(await (await self._kept.get()).bundle.blobs.get(found.output["review"]))
        return 200, {"id": id, "status": found.status.upper(), "result": found.output, "review": review}


def _is_bot(settings: Settings, environ: Mapping[str, str]) -> bool:
    """Whether it is the GitHub App. Raises UserError when it is meant to be and cannot."""
    missing = settings.missing_for_bot
    if len(missing) == 3:
        return False
    if missing:
        raise UserError(f"The bot needs {listed(missing)}: docs/azure.md says where each comes from.")
    shared = {"FUSION_COSMOS": settings.cosmos, "FUSION_BLOBS": settings.blobs, CONNECTION: settings.servicebus}
    if absent := [name for name, value in shared.items() if not value]:
        raise UserError(
            f"The bot in a Function App needs {listed(absent)}: its instances share no disk. docs/azure.md says how."
        )
    _check_connection(environ)
    return True


def _has_worker(settings: Settings, environ: Mapping[str, str]) -> bool:
    """Whether an inference worker answers prompts. Raises UserError: a models file of no use, or that no worker reaches."""
    if settings.models is None or not catalogue.read(settings.models).has_worker:
        return False
    shared = {"FUSION_BLOBS": settings.blobs, CONNECTION: settings.servicebus}
    if absent := [name for name, value in shared.items() if not value]:
        raise UserError(
            f"The models file has an endpoint of the inference worker, which a Function App reaches by {listed(absent)} alone:"
            " docs/azure.md says how."
        )
    _check_connection(environ)
    return True


def _check_connection(environ: Mapping[str, str]) -> None:
    """Raises UserError where triggers would take a host name for a connection string."""
    if "=" not in environ.get(CONNECTION, "="):
        raise UserError(
            f"The triggers of a Function App take {CONNECTION} for a connection string: give the namespace's host name in"
            f" {CONNECTION}__fullyQualifiedNamespace instead."
        )
