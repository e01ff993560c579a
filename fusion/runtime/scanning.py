"""What scans work with: checks, catalogues, settings and trees on GitHub or in a folder."""

from __future__ import annotations

import dataclasses
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from fusion import plugins
from fusion.check import Check, Host
from fusion.errors import UserError
from fusion.progress import Listener, nobody
from fusion.runtime.bundles import embedded
from fusion.scanning.wanted import Wanted
from fusion.settings import Settings
from orchestrations.bundle import Bundle, Compliance

if TYPE_CHECKING:
    from fusion.adapters.github import Connected
    from fusion.controls.catalogue import Catalogue
    from fusion.ports.compliance import Settings as Source


@asynccontextmanager
async def scanner(settings: Settings, *, listen: Listener = nobody) -> AsyncIterator[Bundle]:
    """The bundle of a command that scans: everything on this machine, and GitHub as GITHUB_TOKEN sees it."""
    base = embedded(settings, listen=listen)
    from fusion.adapters.github import connect

    token = settings.github_token.get_secret_value() if settings.github_token else None
    github = connect(base.blobs, api=settings.github_api, token=token)
    async with github.access:
        yield dataclasses.replace(base, compliance=await compliance(settings, github))


async def compliance(settings: Settings, github: Connected) -> Compliance:
    """What scans work with, beside what reviews have. Raises UserError: a check of ours names a control that is none."""
    from fusion.adapters.github.accounts import repositories
    from fusion.controls.catalogue import ours

    loaded = plugins.checks()
    checks, broken = _fitting(loaded, ours())
    return Compliance(
        settings=lambda wanted: _source(wanted, github),
        checks=checks,
        broken=broken,
        catalogues=ours(),
        host=host(settings),
        repositories=None if github.app is not None else lambda account: repositories(github.settings.gate, account),
        scheduled=settings.scans == "on",
    )


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


def _fitting(
    loaded: plugins.Loaded[Check], catalogues: Sequence[Catalogue]
) -> tuple[Sequence[Check], Mapping[str, str]]:
    """The checks whose controls there are. One of a third party that names another is broken; one of ours is our mistake."""
    from fusion.checks.registry import builtin
    from fusion.controls.catalogue import dangling

    ours = {check.about.id for check in builtin()}
    wrong = {one.check: str(one) for one in dangling(loaded.plugins.values(), catalogues)}
    if mistaken := sorted(ours & wrong.keys()):
        raise UserError(wrong[mistaken[0]])
    checks = [check for id, check in loaded.plugins.items() if id not in wrong]
    return checks, {**loaded.broken, **wrong}
