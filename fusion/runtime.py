"""Composes the frozen bundle of ports that the activities work with. The only importer of adapters, and lazily."""

from __future__ import annotations

import asyncio
import dataclasses
import hashlib
import hmac
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from fusion import plugins
from fusion.errors import Conflict, TransientError, UserError
from fusion.model import Request, RequestKind
from fusion.ports import Blobs, Clock, Forge, Key, Mailbox, Store
from fusion.progress import Listener, nobody
from fusion.settings import Settings
from orchestrations.bundle import Bundle

if TYPE_CHECKING:
    from fusion.adapters.github import App

class SystemClock:
    """The machine's clock, in UTC."""

    def now(self) -> datetime:
        """The present."""
        return datetime.now(UTC)


def state_folder(settings: Settings) -> Path:
    """`$FUSION_HOME`, made if it is not there. Raises UserError when it cannot be written."""
    home = settings.home
    try:
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


def stores(settings: Settings) -> tuple[Store, Blobs]:
    """The embedded Store and Blobs in the state folder."""
    from fusion.adapters.files import FileBlobs
    from fusion.adapters.sqlite import SqliteStore

    home = state_folder(settings)
    return SqliteStore(home / "state.db"), FileBlobs(home / "blobs")


@asynccontextmanager
async def records(settings: Settings) -> AsyncIterator[tuple[Store, Blobs]]:
    """Store and Blobs: Cosmos DB and Azure Storage where FUSION_COSMOS and FUSION_BLOBS name them, else the embedded ones."""
    async with AsyncExitStack() as stack:
        store, blobs = stores(settings)
        if settings.cosmos:
            from fusion.adapters.cosmos import CosmosStore

            store = await stack.enter_async_context(CosmosStore(settings.cosmos.get_secret_value()))
        if settings.blobs:
            from fusion.adapters.azure_blobs import AzureBlobs

            blobs = await stack.enter_async_context(AzureBlobs(settings.blobs.get_secret_value()))
        yield store, blobs


@asynccontextmanager
async def queue(settings: Settings) -> AsyncIterator[Mailbox]:
    """The queue, and its dead letters: Service Bus where FUSION_SERVICEBUS names it, else a file in the state folder."""
    if settings.servicebus:
        from fusion.adapters.servicebus import ServiceBusQueue

        async with ServiceBusQueue(settings.servicebus.get_secret_value()) as remote:
            yield remote
        return
    from fusion.adapters.sqlite_queue import SqliteQueue

    with SqliteQueue(state_folder(settings) / "queue.db") as local:
        yield local


@asynccontextmanager
async def bot(settings: Settings, *, listen: Listener = nobody) -> AsyncIterator[Bundle]:
    """The bundle of a host that is a GitHub App; its connections are open while it is. Raises UserError: what is not set."""
    named = {
        "FUSION_WEBHOOK_SECRET": settings.webhook_secret,
        "FUSION_GITHUB_APP": settings.github_app,
        "FUSION_GITHUB_KEY": settings.github_key,
    }
    if missing := [name for name, value in named.items() if not value]:
        raise UserError(f"The bot needs {' and '.join(missing)}: docs/bot.md says where they come from.")
    assert settings.github_key is not None
    from fusion.adapters.github import connect
    from fusion.dataflow.trail import Trail

    async with records(settings) as (store, blobs), queue(settings) as mailbox:
        github = connect(
            blobs,
            api=settings.github_api,
            app=settings.github_app,
            key=settings.github_key.get_secret_value(),
            follower=Trail(files=60, depth=3),
        )
        assert github.app is not None
        async with github.access:
            base = embedded(settings, listen=listen, records=(store, blobs))
            yield dataclasses.replace(
                base,
                forge=lambda request: github.forge if request.installation else base.forge(request),
                conversation=github.conversation,
                hub=github.hub,
                app=github.app,
                queue=mailbox,
                slug=await _slug(github.app, store, settings),
                signing_key=signing_key(settings.webhook_secret[0].get_secret_value()),
                quota=settings.quota,
            )


def signing_key(secret: str) -> bytes:
    """The key of the hidden markers, derived from the webhook's secret: one secret to keep, and neither tells the other."""
    return hmac.new(secret.encode(), b"fusion: markers, version 1", hashlib.sha256).digest()


async def _slug(app: App, store: Store, settings: Settings) -> str:
    """The App's name. GitHub may be down when a host starts: then what it said last."""
    key = Key(tenant=settings.tenant, scope="app", kind="app", id=str(settings.github_app))
    stored = await store.get(key)
    try:
        slug = (await asyncio.wait_for(app.identity(), 10)).slug
    except (TransientError, TimeoutError):
        return str(stored.value["slug"]) if stored else ""
    if stored is None or stored.value["slug"] != slug:
        # Another host that starts at the same time writes the same.
        with suppress(Conflict):
            await store.put(key, {"slug": slug}, etag=stored.etag if stored else None)
    return slug


def functions(settings: Settings) -> Bundle:
    """The Function App's bundle, on the embedded stores. Analyzers stay off beside its identities unless asked for."""
    return embedded(settings.model_copy(update={"evidence": "off" if settings.evidence == "auto" else settings.evidence}))


def embedded(settings: Settings, *, listen: Listener = nobody, records: tuple[Store, Blobs] | None = None) -> Bundle:
    """Everything on this machine: SQLite and files unless there are other `records`, local git, analyzers in the sandbox."""
    store, blobs = records or stores(settings)
    clock = SystemClock()
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


def _forge(request: Request, settings: Settings, blobs: Blobs, clock: Clock) -> Forge:
    from fusion.dataflow.trail import Trail

    if request.kind is RequestKind.PULL:
        from fusion.adapters.github import GitHubForge

        token = settings.github_token.get_secret_value() if settings.github_token else None
        # Each file is a request of its own there.
        return GitHubForge(blobs, api=settings.github_api, token=token, follower=Trail(files=60, depth=3))
    from fusion.adapters.git import GitForge

    return GitForge(blobs, clock, follower=Trail())
