"""Composes the frozen bundle of ports that the activities work with. The only importer of adapters, and lazily."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from fusion import plugins
from fusion.errors import UserError
from fusion.model import Request, RequestKind
from fusion.ports import Blobs, Clock, Forge, Store
from fusion.progress import Listener, nobody
from fusion.settings import Settings
from orchestrations.bundle import Bundle


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


def functions(settings: Settings) -> Bundle:
    """The Function App's bundle, on the embedded stores. Analyzers stay off beside its identities unless asked for."""
    return embedded(settings.model_copy(update={"evidence": "off" if settings.evidence == "auto" else settings.evidence}))


def embedded(settings: Settings, *, listen: Listener = nobody) -> Bundle:
    """Everything on this machine: SQLite, files, local git, analyzers in the sandbox."""
    store, blobs = stores(settings)
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
