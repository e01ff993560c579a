"""What scans work with: checks, catalogues, settings and trees on GitHub or in a folder."""

from __future__ import annotations

import dataclasses
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from fusion import plugins
from fusion.check import Check, Host
from fusion.errors import UserError
from fusion.model.compliance import Scan
from fusion.policy import Policy
from fusion.ports import Clock, Place
from fusion.progress import Listener, nobody
from fusion.runtime.app import signing_key
from fusion.runtime.attesting import anchors, signer
from fusion.runtime.bundles import embedded
from fusion.scanning.wanted import Wanted
from fusion.settings import Settings
from orchestrations.bundle import Bundle, Compliance

if TYPE_CHECKING:
    from fusion.adapters.github import Connected
    from fusion.controls.catalogue import Catalogue
    from fusion.ports.compliance import Advisories, History, Issues
    from fusion.ports.compliance import Settings as Source


@asynccontextmanager
async def scanner(settings: Settings, *, listen: Listener = nobody, clock: Clock | None = None) -> AsyncIterator[Bundle]:
    """The bundle of a command that scans: everything on this machine, and GitHub as GITHUB_TOKEN sees it."""
    from fusion.adapters.github import Access, connect

    base = embedded(settings, listen=listen, clock=clock)
    access = Access(api=settings.github_api, clock=lambda: base.clock.now().timestamp())
    token = settings.github_token.get_secret_value() if settings.github_token else None
    github = connect(base.blobs, access=access, token=token)
    keys = tuple(signing_key(secret.get_secret_value()) for secret in settings.webhook_secret)
    async with github.access, complying(settings, github, clock=base.clock, keys=keys) as compliance:
        yield dataclasses.replace(base, compliance=compliance)


@asynccontextmanager
async def complying(
    settings: Settings, github: Connected, *, clock: Clock, keys: Sequence[bytes] = ()
) -> AsyncIterator[Compliance]:
    """What scans work with, beside what reviews have. `keys` sign the markers of issues; without any none are kept.

    Raises UserError: a setting cannot be used, or a check of ours names a control that is none.
    """
    from fusion.adapters.github.accounts import repositories
    from fusion.controls.catalogue import ours

    checks, broken = _fitting(plugins.checks(), ours())
    async with AsyncExitStack() as stack:
        yield Compliance(
            settings=lambda wanted: _source(wanted, github),
            checks=checks,
            broken=broken,
            catalogues=ours(),
            history=_history,
            advisories=advisories(settings, clock),
            host=host(settings),
            repositories=None if github.app is not None else partial(repositories, github.settings.gate),
            filing=partial(_filed, github.issues, checks, keys) if keys else None,
            signer=await stack.enter_async_context(signer(settings)) if signs(settings) else None,
            anchors=await stack.enter_async_context(anchors(settings, clock=clock)),
            scheduled=settings.scans == "on",
        )


def signs(settings: Settings) -> bool:
    """Whether there is a key. One in the state folder would be another one on each of several hosts with one store."""
    return bool(settings.evidence_key) or not settings.cosmos


def advisories(settings: Settings, clock: Clock) -> Advisories | None:
    """The mirror of advisories that the operator names."""
    if not settings.advisories:
        return None
    from fusion.adapters.osv import OsvMirror
    from fusion.inventory import affected

    home, where = settings.home, settings.advisories
    return OsvMirror(where, home=home, matching=affected, ecosystems=affected.ECOSYSTEMS, clock=clock.now)


async def _filed(
    issues: Issues, checks: Sequence[Check], keys: Sequence[bytes], place: Place, scan: Scan, policy: Policy
) -> str:
    """Keep a repository's issues, and say what was done."""
    from fusion.scanning.issues import keep, plan

    planned = plan(scan, policy, await issues.ours(place), checks, keys=keys)
    done = await keep(issues, place, planned.actions)
    return " ".join([done.told, *planned.notes])


async def local_name(folder: Path) -> str:
    """What a folder is called: `owner/name` where its remote says so. Raises UserError for what cannot be read."""
    from fusion.adapters.git.settings import LocalTree

    found = await LocalTree(folder).local()
    return found.origin or found.name


def host(settings: Settings) -> Host:
    """What checks may know of this deployment. Raises UserError: the models file cannot be used."""
    if settings.models is None:
        return Host()
    from fusion.routing import catalogue

    endpoints = catalogue.read(settings.models).endpoints
    return Host(
        regions=tuple(sorted({one.region for one in endpoints if not one.local and one.region})),
        local_only=all(one.local for one in endpoints),
        endpoints=tuple((one.name, "local" if one.local else one.region) for one in endpoints),
    )


def _source(wanted: Wanted, github: Connected) -> Source:
    if not wanted.location:
        return github.settings
    from fusion.adapters.git.settings import LocalTree

    return LocalTree(Path(wanted.location))


def _history(wanted: Wanted) -> History | None:
    """Of a repository on GitHub no clone is made."""
    if not wanted.location:
        return None
    from fusion.adapters.git.history import LocalHistory

    return LocalHistory(Path(wanted.location))


def _fitting(loaded: plugins.Loaded[Check], catalogues: Sequence[Catalogue]) -> tuple[Sequence[Check], Mapping[str, str]]:
    """The checks whose controls there are. One of a third party that names another is broken; one of ours is our mistake."""
    from fusion.checks.registry import builtin
    from fusion.controls.catalogue import dangling

    ours = {check.about.id for check in builtin()}
    wrong = {one.check: str(one) for one in dangling(loaded.plugins.values(), catalogues)}
    if mistaken := sorted(ours & wrong.keys()):
        raise UserError(wrong[mistaken[0]])
    checks = [check for id, check in loaded.plugins.items() if id not in wrong]
    return checks, {**loaded.broken, **wrong}
