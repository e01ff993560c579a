"""The part of `fusion doctor` about scans: keys, anchors, advisories, and what cannot be assessed and why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from fusion.cli import work
from fusion.errors import FusionError
from fusion.render.phrases import listed

if TYPE_CHECKING:
    from fusion.evidence.analyzer import Analyzer
    from fusion.ports import Installed
    from fusion.settings import Settings

Row = tuple[str, str, bool, str]
"""Part, name, whether it is ready, and a sentence."""
_MOST = 20
"""Installations that get a row of their own."""
_NAMED = 3
"""Checks that a row names."""
_STAND_ON: Mapping[str, tuple[str, ...]] = {
    "checkov": ("infrastructure",),
    "secrets": ("secrets-in-tree", "secrets-in-history"),
    "zizmor": ("workflow-security",),
}
"""Analyzer -> checks that stand on it alone, wherever there are files for it."""


def rows(configured: Settings, analyzers: Mapping[str, Analyzer], installations: Sequence[Installed]) -> list[Row]:
    """What scans need: key, anchors, mirror of advisories, analyzers, permissions."""
    return [
        ("scans", "evidence key", *work(_key(configured))),
        *(("scans", "anchor", *told) for told in work(_anchors(configured))),
        ("scans", "advisories", *work(_advisories(configured))),
        *_left_out(analyzers),
        *_permissions(installations),
    ]


async def _key(configured: Settings) -> tuple[bool, str]:
    from fusion.attesting.jwk import thumbprint
    from fusion.runtime import attesting, scanning

    if not scanning.signs(configured):
        return False, "FUSION_EVIDENCE_KEY not set: scans of hosts that share a store are not sealed without one"
    path = attesting.key_file(configured)
    if path is not None and not configured.evidence_key and not path.exists():
        return True, f"made on first use: {path}"
    try:
        async with attesting.signer(configured, make=False) as signer:
            id = thumbprint(await signer.public())
    except FusionError as error:
        return False, str(error)
    return True, f"{path or configured.evidence_key}, key {id}"


async def _anchors(configured: Settings) -> Sequence[tuple[bool, str]]:
    """A row for each; none of them is written to."""
    from fusion.runtime import attesting

    if configured.anchor is None or not configured.anchor.get_secret_value().split():
        return [(False, "FUSION_ANCHOR not set: nobody could tell if the newest records of a chain were taken away")]
    told: list[tuple[bool, str]] = []
    try:
        async with attesting.anchors(configured) as places:
            for place in places:
                kind = type(place).__name__.removesuffix("Anchor").lower()
                try:
                    caution = await place.caution()
                except FusionError as error:
                    told.append((False, f"{kind}: {error}"))
                else:
                    told.append((True, f"{kind}: {caution}" if caution else kind))
    except FusionError as error:
        return [(False, str(error))]
    return told


async def _advisories(configured: Settings) -> tuple[bool, str]:
    """Whether there is a mirror, what it covers, and how old it is."""
    from fusion.checks.packages.vulnerabilities import STALE
    from fusion.runtime import scanning
    from fusion.runtime.bundles import SystemClock

    mirror = scanning.advisories(configured, SystemClock())
    if mirror is None:
        return False, "FUSION_ADVISORIES not set: known vulnerabilities are not assessed"
    try:
        found = await mirror.mirror()
    except FusionError as error:
        return False, str(error)
    covers = f"{found.where}, covers {listed(sorted(found.ecosystems)) if found.ecosystems else 'no ecosystem whole'}"
    if found.at is None:
        return False, f"{covers}; how old it is nobody knows: known vulnerabilities are not assessed"
    age = datetime.now(UTC) - found.at
    if age > STALE:
        return False, f"{covers}; {age.days} days old: renew it, older than {STALE.days} days nothing is assessed with it"
    return bool(found.ecosystems), f"{covers}; {age.days} day{'' if age.days == 1 else 's'} old"


def _left_out(analyzers: Mapping[str, Analyzer]) -> Iterator[Row]:
    """What is not assessed for want of an analyzer."""
    from fusion.checks.sight import only
    from fusion.evidence.analyzer import Missing

    for name, analyzer in analyzers.items():
        if not isinstance(found := analyzer.locate(), Missing):
            continue
        parts = [f"the check{'s' if len(ids) > 1 else ''} {listed(ids)}"] if (ids := _STAND_ON.get(name, ())) else []
        parts += [f"weaknesses of code in {listed(languages)}"] if (languages := sorted(only(name))) else []
        if parts:
            yield "scans", name, False, f"not assessed without it: {' and '.join(parts)} ({found.reason})"


def _permissions(installations: Sequence[Installed]) -> Iterator[Row]:
    """For each installation, the permissions that its owner has not granted, and the checks that need them."""
    if not installations:
        return
    from fusion import plugins
    from fusion.scanning.permitted import lacking

    checks = list(plugins.checks().plugins.values())
    for one in installations[:_MOST]:
        missing = lacking(one.permissions, checks)
        name = f"permissions of {one.account}"
        if not missing:
            yield "scans", name, True, "all that scans read is granted"
        for lack in missing:
            count, named = len(lack.checks), lack.checks[:_NAMED]
            more = f" and {count - _NAMED} more" if count > _NAMED else ""
            yield "scans", name, False, f"without {lack.permission}, not assessed or only in part: {', '.join(named)}{more}"
    if len(installations) > _MOST:
        yield "scans", "permissions", False, f"{len(installations) - _MOST} further installations were not looked at"
