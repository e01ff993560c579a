"""What both bills of materials are made of: each package once, with every place that names it, and who depends on whom."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal
from uuid import NAMESPACE_URL, UUID, uuid5

from fusion.inventory.formats import tells_sources_alone
from fusion.inventory.licences import readable
from fusion.inventory.purls import key
from fusion.inventory.python import is_constraints
from fusion.inventory.resolving import answers
from fusion.model.compliance import Deviation, Scan
from fusion.model.inventory import Component
from fusion.render.text import clip, exact

VULNERABILITIES = "vulnerabilities"
"""The check whose deviations are vulnerabilities."""
_OPAQUE = frozenset({"docker", "github"})
_UNREAD = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One package of the bill."""

    component: Component
    """The first of those that name it with its version; direct ones first."""
    places: tuple[tuple[str, int], ...]
    licence: str
    """SPDX expression in SPDX's own form; empty: none is known."""
    told: str
    """What was told of the licence, where it is no SPDX expression."""
    hashes: tuple[tuple[str, str], ...]
    """Algorithm (`sha256`) and hex digits. Only where there is one file to install: one package's several files have several
    hashes, and none of them is the package's."""
    direct: bool
    development: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Wholeness:
    """Whether the bill names everything, as far as manifests and lock files can tell."""

    aggregate: Literal["complete", "incomplete", "unknown"]
    """In CycloneDX's words."""
    why: tuple[str, ...]
    """Sentences; empty where it is complete."""


def items(scan: Scan) -> Sequence[Item]:
    """The packages by purl. An entry of a manifest that names no version is the package that the lock file beside it, or above
    it, has in just one version that answers it."""
    found: dict[str, list[Component]] = {}
    locked: dict[tuple[str, str], dict[str, Component]] = {}
    loose: list[Component] = []
    for one in sorted(scan.inventory.components, key=lambda one: (one.purl, not one.direct, one.path, one.line)):
        if one.lock and one.version:
            locked.setdefault((one.ecosystem, key(one.ecosystem, one.name)), {}).setdefault(one.purl, one)
        if one.version or not one.direct or one.stale or one.source != "registry":
            found.setdefault(one.purl, []).append(one)
        else:
            loose.append(one)
    for one in loose:
        known = locked.get((one.ecosystem, key(one.ecosystem, one.name)), {})
        fitting = [purl for purl, other in known.items() if _is_beside(other.lock, one.path) and _answers(other, one)]
        found.setdefault(fitting[0] if len(fitting) == 1 else one.purl, []).append(one)
    return tuple(_item(found[purl]) for purl in sorted(found))


def _answers(locked: Component, entry: Component) -> bool:
    return locked.source == "registry" and answers(entry.ecosystem, entry.wanted, locked.version)


def _is_beside(lock: str, path: str) -> bool:
    """Whether a lock file lies in a manifest's folder or above it."""
    folder = lock.rpartition("/")[0]
    return not folder or path.startswith(f"{folder}/")


def wholeness(scan: Scan) -> Wholeness:
    """What the bill may lack: files that were not read, or in part, and what packages need that no lock file names."""
    inventory = scan.inventory
    unread = [one for one in inventory.unread if not tells_sources_alone(one[0])]
    if not inventory.read and not unread:
        return Wholeness(aggregate="unknown", why=("No manifest or lock file was found.",))
    why = [clip(exact(f"{path or 'The tree'}: {told}"), 300) for path, told in unread[:_UNREAD]]
    if why:
        why[0] = f"Not read, or in part, so that packages may be missing: {why[0]}"
    bare = sorted({one.path for one in inventory.components if one.direct and _is_bare(one, inventory.compiled)})
    if bare:
        more = f" and {len(bare) - 3:,} more" if len(bare) > 3 else ""
        names = ", ".join(clip(exact(path), 120) for path in bare[:3])
        why.append(f"No lock file names all that packages of {names}{more} need in turn.")
    return Wholeness(aggregate="incomplete" if why else "complete", why=tuple(why))


def opaque(known: Sequence[Item]) -> Sequence[str]:
    """The purls of images and actions: what is in them, nobody has looked at."""
    return tuple(item.component.purl for item in known if item.component.ecosystem in _OPAQUE)


def _is_bare(one: Component, compiled: Collection[tuple[str, str]]) -> bool:
    """Whether nothing names what the package needs in turn: no lock file, nor a list in which each entry has its hash, without
    which pip would not install it."""
    if one.ecosystem in _OPAQUE or one.source == "path" or one.omitted:
        return False
    limited = is_constraints(one.lock) and (one.path, one.lock) not in compiled
    return not (one.ecosystem == "pypi" and one.pinned and one.hashed) and (not one.lock or limited)


def _item(which: Sequence[Component]) -> Item:
    told = next((one.licence for one in which if one.licence), "")
    licence = readable(told)
    known = sorted({tuple(text.split(":", 1)) for one in which for text in one.hashes if ":" in text})
    algorithms = [algorithm for algorithm, _ in known]
    return Item(
        component=which[0],
        places=tuple(dict.fromkeys((one.path, one.line) for one in which)),
        licence=licence,
        told="" if licence else told,
        hashes=tuple((algorithm, digits) for algorithm, digits in known if algorithms.count(algorithm) == 1),
        direct=any(one.direct for one in which),
        development=all(one.development for one in which),
    )


def relations(scan: Scan, known: Sequence[Item]) -> Mapping[str, Sequence[str]]:
    """purl -> the purls that it depends on, both on the bill."""
    purls = {item.component.purl for item in known}
    found: dict[str, list[str]] = {purl: [] for purl in sorted(purls)}
    for one, other in scan.inventory.relations:
        if one in purls and other in purls:
            found[one].append(other)
    return found


def vulnerabilities(scan: Scan) -> Sequence[Deviation]:
    """What the check of known vulnerabilities found."""
    return tuple(one for result in scan.results if result.check == VULNERABILITIES for one in result.deviations if one.evidence)


def assessed(scan: Scan) -> str:
    """How that check ended, with its reason."""
    return next(
        (f"{result.status}: {result.reason}" for result in scan.results if result.check == VULNERABILITIES),
        "not_assessed: The scan holds no check of known vulnerabilities.",
    )


def identity(scan: Scan, form: str) -> UUID:
    """The same for the same scan, another for another form."""
    return uuid5(NAMESPACE_URL, f"fusion:{form}:{scan.repository}:{scan.commit}:{scan.id}:{scan.at.isoformat()}")
