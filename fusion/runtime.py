"""Composes the frozen bundle of ports that the activities work with. The only importer of adapters, and lazily."""

from __future__ import annotations

import asyncio
import dataclasses
import hashlib
import hmac
import os
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, contextmanager, nullcontext, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import SecretStr

from fusion import plugins
from fusion.errors import TransientError, UserError
from fusion.model import Request, RequestKind
from fusion.ports import Blobs, Clock, Conductor, Forge, Inference, Installed, Key, Mailbox, Model, Priority, Store
from fusion.progress import Listener, nobody
from fusion.render.phrases import listed
from fusion.settings import Settings
from orchestrations.bundle import Bundle, Reasoning

if TYPE_CHECKING:
    from fusion.adapters.git.mending import Mending
    from fusion.adapters.github import App
    from fusion.adapters.sqlite.inference import SqliteJobs, SqliteResults
    from fusion.adapters.sqlite.jobs import Pick
    from fusion.dispatch.answers import ResultDesk
    from fusion.dispatch.triggered import Desk
    from fusion.routing.catalogue import Endpoint, ModelsFile


class SystemClock:
    """The machine's clock, in UTC."""

    def now(self) -> datetime:
        """The present."""
        return datetime.now(UTC)


def state_folder(settings: Settings) -> Path:
    """`$FUSION_HOME`, made if it is not there, for its owner alone: reviews quote code. Raises UserError: not writable."""
    home = settings.home
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        (home / "runs").mkdir(parents=True, exist_ok=True)
        probe = home / "runs" / ".writable"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise UserError(
            f"Fusion cannot write to its state folder {home} ({error.strerror}): "
            "make it writable or set FUSION_HOME to another folder."
        ) from None
    return home


def stores(settings: Settings, *, clock: Clock | None = None) -> tuple[Store, Blobs]:
    """The embedded Store and Blobs in the state folder."""
    return stores_in(state_folder(settings), clock=clock)


def stores_in(home: Path, *, clock: Clock | None = None) -> tuple[Store, Blobs]:
    """The embedded Store and Blobs in a folder; nothing is opened or made before they are used."""
    from fusion.adapters.files import FileBlobs
    from fusion.adapters.sqlite.store import SqliteStore

    return SqliteStore(home / "state.db", clock=clock), FileBlobs(home / "blobs")


@asynccontextmanager
async def records(settings: Settings, *, clock: Clock | None = None) -> AsyncIterator[tuple[Store, Blobs]]:
    """Store and Blobs: Cosmos DB and Azure Storage where FUSION_COSMOS and FUSION_BLOBS name them, else the embedded ones."""
    async with AsyncExitStack() as stack:
        store: Store
        blobs: Blobs
        if settings.cosmos:
            from fusion.adapters.azure.cosmos import CosmosStore

            store = await stack.enter_async_context(CosmosStore(settings.cosmos.get_secret_value()))
        else:
            from fusion.adapters.sqlite.store import SqliteStore

            store = stack.enter_context(SqliteStore(state_folder(settings) / "state.db", clock=clock))
        if settings.blobs:
            from fusion.adapters.azure.blobs import AzureBlobs

            blobs = await stack.enter_async_context(AzureBlobs(settings.blobs.get_secret_value()))
        else:
            from fusion.adapters.files import FileBlobs

            blobs = FileBlobs(state_folder(settings) / "blobs")
        yield store, blobs


@asynccontextmanager
async def queue(settings: Settings, *, clock: Clock | None = None) -> AsyncIterator[Mailbox]:
    """The queue, and its dead letters: Service Bus where FUSION_SERVICEBUS names it, else a file in the state folder."""
    if settings.servicebus:
        from fusion.adapters.servicebus.queue import ServiceBusQueue

        async with ServiceBusQueue(settings.servicebus.get_secret_value()) as remote:
            yield remote
        return
    from fusion.adapters.sqlite.queue import SqliteQueue

    with SqliteQueue(state_folder(settings) / "queue.db", clock=clock) as local:
        yield local


@asynccontextmanager
async def inference(settings: Settings, *, clock: Clock | None = None) -> AsyncIterator[Inference]:
    """The inference worker's queue: Service Bus where FUSION_SERVICEBUS names it, else a file in the state folder."""
    if settings.servicebus:
        from fusion.adapters.servicebus.inference import ServiceBusInference

        async with ServiceBusInference(settings.servicebus.get_secret_value()) as remote:
            yield remote
        return
    from fusion.adapters.sqlite.inference import SqliteInference

    with SqliteInference(state_folder(settings) / "inference.db", clock=clock) as local:
        yield local


@contextmanager
def worker_queue(settings: Settings, pick: Pick) -> Iterator[tuple[SqliteJobs, SqliteResults, Path]]:
    """The worker's side of the embedded queue, and the folder of the blobs. `pick`: which of the waiting jobs is next."""
    from fusion.adapters.sqlite.inference import SqliteInference

    home = state_folder(settings)
    with SqliteInference(home / "inference.db") as local:
        yield local.jobs(pick), local.results(), home / "blobs"


@asynccontextmanager
async def bot(settings: Settings, *, listen: Listener = nobody, clock: Clock | None = None) -> AsyncIterator[Bundle]:
    """The bundle of a host that is a GitHub App; its connections are open while it is. Raises UserError: what is not set.

    `clock`: what everything embedded goes by; left out, the machine's.
    """
    if needed := settings.missing_for_bot:
        raise UserError(f"The bot needs {listed(needed)}: docs/bot.md says where they come from.")
    assert settings.github_key is not None
    keys = tuple(signing_key(secret.get_secret_value()) for secret in settings.webhook_secret)
    from fusion.adapters.github import Access, connect
    from fusion.dataflow.trail import Trail

    clock = clock or SystemClock()
    async with records(settings, clock=clock) as (store, blobs), queue(settings, clock=clock) as mailbox:
        github = connect(
            blobs,
            access=Access(api=settings.github_api, clock=lambda: clock.now().timestamp()),
            app=settings.github_app,
            key=settings.github_key.get_secret_value(),
            follower=Trail(files=60, depth=3),
        )
        assert github.app is not None
        async with github.access:
            base = embedded(settings, listen=listen, records=(store, blobs), clock=clock)
            known = dataclasses.replace(
                base,
                forge=lambda request: github.forge if request.installation else base.forge(request),
                conversation=github.conversation,
                hub=github.hub,
                app=github.app,
                queue=mailbox,
                slug=await _slug(github.app, store, settings),
                signing_key=keys[0],
                older_keys=keys[1:],
                quota=settings.quota,
            )
            async with thoughtful(known, settings) as bundle:
                yield bundle


async def introduce(settings: Settings) -> tuple[str, Sequence[Installed]]:
    """The App's name and installations, as GitHub tells. Raises UserError for a wrong key, TransientError without GitHub."""
    from fusion.adapters.github import App
    from fusion.adapters.github.client import Access

    key = settings.github_key.get_secret_value() if settings.github_key else ""
    async with Access(api=settings.github_api, timeout=10) as access:
        app = App(access, id=settings.github_app, key=key)
        return (await app.identity()).slug, await app.installations()


def signing_key(secret: str) -> bytes:
    """The key of the hidden markers, derived from the webhook's secret: one secret to keep, and neither tells the other."""
    return hmac.new(secret.encode(), b"fusion: markers, version 1", hashlib.sha256).digest()


async def _slug(app: App, store: Store, settings: Settings) -> str:
    """The App's name. While GitHub is down, what it said last. Raises TransientError when the store is down, too."""
    key = Key(tenant=settings.tenant, scope="app", kind="app", id=str(settings.github_app))
    stored, outage = None, None
    try:
        stored = await store.get(key)
    except TransientError as error:
        outage = error
    try:
        slug = (await asyncio.wait_for(app.identity(), 10)).slug
    except (TransientError, TimeoutError):
        if outage is not None:
            raise outage from None
        return str(stored.value["slug"]) if stored else ""
    if stored is None or stored.value["slug"] != slug:
        # Another host that starts at the same time writes the same; and it can be written the next time.
        with suppress(TransientError):
            await store.put(key, {"slug": slug}, etag=stored.etag if stored else None)
    return slug


@asynccontextmanager
async def reviewer(settings: Settings) -> AsyncIterator[Bundle]:
    """The bundle of a host that reviews what it is asked to and publishes nothing; its connections are open while it is."""
    async with records(settings) as kept, thoughtful(embedded(settings, records=kept), settings) as bundle:
        yield bundle


@asynccontextmanager
async def thoughtful(
    bundle: Bundle, settings: Settings, *, exchange: Path | None = None, environ: Mapping[str, str] = os.environ
) -> AsyncIterator[Bundle]:
    """The bundle with the models that FUSION_MODELS names, and what governs them; unchanged where it names none.

    `exchange`: a folder through which another process answers every call instead. Raises UserError: the file cannot be used, or
    a key that it names is not set.
    """
    if settings.models is None and exchange is None:
        yield bundle
        return
    from fusion.budget.book import Book
    from fusion.routing import catalogue
    from fusion.routing.health import Breakers

    file = catalogue.exchanged(exchange) if exchange is not None else catalogue.read(settings.models)
    async with AsyncExitStack() as stack:
        models = {
            endpoint.name: await stack.enter_async_context(_model(endpoint, environ))
            for endpoint in file.endpoints
            if endpoint.kind != "worker"
        }
        reasoning = Reasoning(
            models=models,
            file=file,
            breakers=Breakers(),
            book=Book(bundle.store, bundle.tenant, bundle.clock, currency=file.caps.currency),
            inference=await stack.enter_async_context(inference(settings, clock=bundle.clock)) if file.has_worker else None,
            patience=file.worker.patience,
        )
        yield dataclasses.replace(bundle, reasoning=reasoning)


def recorded(reasoning: Reasoning, file: Path) -> Reasoning:
    """The same models, each reply added to the end of the file."""
    from fusion.adapters.models.recorded import Recorder

    models = {name: Recorder(model, file) for name, model in reasoning.models.items()}
    return dataclasses.replace(reasoning, models=models)


def replayed(bundle: Bundle, models: ModelsFile, file: Path) -> Reasoning:
    """Models that answer as the file recorded them, routed by the models file. Raises UserError: it is no recording."""
    from fusion.adapters.models.recorded import RecordedModel
    from fusion.budget.book import Book
    from fusion.routing.health import Breakers

    model = RecordedModel(file)
    return Reasoning(
        models={endpoint.name: model for endpoint in models.endpoints},
        file=models,
        breakers=Breakers(),
        book=Book(bundle.store, bundle.tenant, bundle.clock, currency=models.caps.currency),
    )


def _model(endpoint: Endpoint, environ: Mapping[str, str]) -> AbstractAsyncContextManager[Model]:
    """The model behind one endpoint, opened when it is first asked. Raises UserError: its key is not set."""
    from fusion.adapters.models.late import LateModel

    secret = environ.get(endpoint.key, "") if endpoint.key else ""
    if endpoint.key and not secret:
        raise UserError(f"The endpoint {endpoint.name!r} of the models file signs in with {endpoint.key}, which is not set.")

    def make() -> AbstractAsyncContextManager[Model]:
        if endpoint.kind == "exchange":
            from fusion.adapters.models.exchange import ExchangeModel

            return nullcontext(ExchangeModel(Path(endpoint.address)))
        try:
            from agents.kernel import KernelModel
        except ImportError as error:
            raise UserError(
                f"Models are asked through Semantic Kernel, and it is not here ({error}): install Fusion with [models]."
            ) from None
        return KernelModel(
            kind="inference" if endpoint.kind == "inference" else "openai",
            address=endpoint.address,
            deployment=endpoint.asked_for,
            # Where nobody signs in, no token of ours may be shown.
            key=SecretStr(secret or "none") if endpoint.sign_in != "entra" else None,
            region=endpoint.region,
            schemas="none" if not endpoint.structured else "plain" if endpoint.local else "strict",
            temperature=endpoint.temperature,
            max_tokens="max_completion_tokens" if endpoint.max_completion_tokens else "max_tokens",
        )

    return LateModel(make)


@asynccontextmanager
async def triggered(settings: Settings) -> AsyncIterator[tuple[Desk, ResultDesk]]:
    """What becomes of messages and of worker's results that triggers received. Raises UserError without a Service Bus."""
    from fusion.adapters.servicebus.results import TriggeredResults
    from fusion.adapters.servicebus.triggered import Triggered

    if settings.servicebus is None:
        raise UserError("Triggers need a Service Bus: set FUSION_SERVICEBUS.")
    connection = settings.servicebus.get_secret_value()
    async with Triggered(connection) as messages, TriggeredResults(connection) as results:
        yield messages, results


def result_queue() -> str:
    """Name of the queue of the worker's results in Service Bus."""
    from fusion.adapters.servicebus.inference import QUEUES, InferenceQueue

    return QUEUES[InferenceQueue.RESULTS]


def trigger_queues() -> Mapping[Priority, str]:
    """Names of the queues in Service Bus."""
    from fusion.adapters.servicebus.queue import QUEUES

    return QUEUES


def conductor(client: Any) -> Conductor:
    """Orchestrations behind the durable client (`DurableFunctionsClient`) of an invocation."""
    from fusion.adapters.azure.durable import DurableConductor

    return DurableConductor(client)


def embedded(
    settings: Settings,
    *,
    listen: Listener = nobody,
    records: tuple[Store, Blobs] | None = None,
    clock: Clock | None = None,
) -> Bundle:
    """Everything on this machine: SQLite and files unless there are other `records`, local git, analyzers in the sandbox."""
    store, blobs = records or stores(settings)
    clock = clock or SystemClock()
    sandbox = None
    if settings.evidence != "off":
        from fusion.evidence.sandbox import Sandbox

        sandbox = Sandbox.detect()
    return Bundle(
        tenant=settings.tenant,
        clock=clock,
        blobs=blobs,
        store=store,
        forge=lambda request: _forge(request, settings, blobs, clock),
        analyzers=plugins.analyzers(settings.knowledge),
        agents=plugins.agents(),
        sandbox=sandbox,
        parallel=settings.parallel,
        listen=listen,
    )


def mending() -> Mending:
    """What writes patched files to repositories on this machine."""
    from fusion.adapters.git.mending import Mending

    return Mending()


def _forge(request: Request, settings: Settings, blobs: Blobs, clock: Clock) -> Forge:
    from fusion.dataflow.trail import Trail

    if request.kind is RequestKind.PULL:
        from fusion.adapters.github import GitHubForge

        token = settings.github_token.get_secret_value() if settings.github_token else None
        # Each file is a request of its own there.
        return GitHubForge(blobs, api=settings.github_api, token=token, follower=Trail(files=60, depth=3))
    from fusion.adapters.git import GitForge

    return GitForge(blobs, clock, follower=Trail())
