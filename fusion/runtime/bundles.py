"""The frozen bundle of ports for each host: a command, a host that reviews what it is asked to, a bot."""

from __future__ import annotations

import dataclasses
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from fusion import plugins
from fusion.errors import UserError
from fusion.model import Request, RequestKind
from fusion.ports import Blobs, Clock, Forge, Store
from fusion.ports.telemetry import Meter
from fusion.progress import Listener, nobody
from fusion.render.phrases import listed
from fusion.runtime.app import app_slug, signing_key
from fusion.runtime.attesting import attested, attesting
from fusion.runtime.evidence import examiner
from fusion.runtime.measuring import measured
from fusion.runtime.models import thoughtful
from fusion.runtime.storage import queue, records, stores
from fusion.runtime.telemetry import telemetry
from fusion.settings import Settings
from orchestrations.bundle import Bundle

if TYPE_CHECKING:
    from fusion.adapters.git.mending import Mending


class SystemClock:
    """The machine's clock, in UTC."""

    def now(self) -> datetime:
        """The present."""
        return datetime.now(UTC)


@asynccontextmanager
async def bot(
    settings: Settings,
    *,
    listen: Listener = nobody,
    clock: Clock | None = None,
    meters: Sequence[Meter] = (),
    beside_identities: bool = False,
) -> AsyncIterator[Bundle]:
    """The bundle of a host that is a GitHub App; its connections are open while it is. Raises UserError: what is not set.

    `clock`: what everything embedded goes by; left out, the machine's. `meters`: what measures beside the settings' exporters.
    `beside_identities`: whether any process of this host could ask for an identity's tokens; no analyzer runs here then.
    """
    if needed := settings.missing_for_bot:
        raise UserError(f"The bot needs {listed(needed)}: docs/bot.md says where each comes from.")
    assert settings.github_key is not None
    keys = tuple(signing_key(secret.get_secret_value()) for secret in settings.webhook_secret)
    from fusion.adapters.github import Access, connect
    from fusion.dataflow.repository.trail import Trail
    from fusion.runtime.scanning import complying

    clock = clock or SystemClock()
    async with (
        telemetry(settings) as seen,
        records(settings, clock=clock) as (store, blobs),
        queue(settings, clock=clock) as mailbox,
    ):
        github = connect(
            blobs,
            access=Access(api=settings.github_api, clock=lambda: clock.now().timestamp()),
            app=settings.github_app,
            key=settings.github_key.get_secret_value(),
            follower=Trail(files=60, depth=3),
        )
        assert github.app is not None
        async with github.access:
            base = embedded(settings, listen=listen, records=(store, blobs), clock=clock, beside_identities=beside_identities)
            known = dataclasses.replace(
                base,
                forge=lambda request: github.forge if request.installation else base.forge(request),
                conversation=github.conversation,
                hub=github.hub,
                app=github.app,
                queue=mailbox,
                slug=await app_slug(github.app, store, settings),
                signing_key=keys[0],
                older_keys=keys[1:],
                quota=settings.quota,
                telemetry=seen,
            )
            async with (
                complying(settings, github, clock=clock, keys=keys) as compliance,
                thoughtful(attesting(dataclasses.replace(known, compliance=compliance), settings), settings) as bundle,
            ):
                yield measured(bundle, *meters)


@asynccontextmanager
async def reviewer(settings: Settings, *, beside_identities: bool = False) -> AsyncIterator[Bundle]:
    """The bundle of a host that reviews what it is asked to and publishes nothing; its connections are open while it is."""
    async with telemetry(settings) as seen, records(settings) as kept:
        base = embedded(settings, records=kept, beside_identities=beside_identities)
        async with (
            attested(dataclasses.replace(base, telemetry=seen), settings) as known,
            thoughtful(known, settings) as bundle,
        ):
            yield measured(bundle)


def embedded(
    settings: Settings,
    *,
    listen: Listener = nobody,
    records: tuple[Store, Blobs] | None = None,
    clock: Clock | None = None,
    beside_identities: bool = False,
) -> Bundle:
    """Everything on this machine: SQLite and files unless there are other `records`, local git, analyzers in the sandbox.

    Where FUSION_EVIDENCE_SERVICE names a service, the analyzers look there. Raises UserError: it cannot be asked.
    """
    store, blobs = records or stores(settings)
    clock = clock or SystemClock()
    return Bundle(
        tenant=settings.tenant,
        clock=clock,
        blobs=blobs,
        store=store,
        forge=lambda request: _forge(request, settings, blobs, clock),
        analyzers=plugins.analyzers(settings.knowledge),
        agents=plugins.agents(),
        examiner=examiner(settings, beside_identities=beside_identities),
        parallel=settings.parallel,
        listen=listen,
    )


def mending() -> Mending:
    """What writes patched files to repositories on this machine."""
    from fusion.adapters.git.mending import Mending

    return Mending()


def _forge(request: Request, settings: Settings, blobs: Blobs, clock: Clock) -> Forge:
    from fusion.dataflow.repository.trail import Trail

    if request.kind is RequestKind.PULL:
        from fusion.adapters.github import GitHubForge

        token = settings.github_token.get_secret_value() if settings.github_token else None
        # Each file is a request of its own there.
        return GitHubForge(blobs, api=settings.github_api, token=token, follower=Trail(files=60, depth=3))
    from fusion.adapters.git import GitForge

    return GitForge(blobs, clock, follower=Trail())
