"""What both bills of materials are made of: each package once, with every place that names it, and who depends on whom."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import NAMESPACE_URL, UUID, uuid5

from fusion.inventory.licences import readable
from fusion.model.compliance import Deviation, Scan
from fusion.model.inventory import Component

VULNERABILITIES = "vulnerabilities"
"""The check whose deviations are vulnerabilities."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One package of the bill."""

    component: Component
    """The first of those that name it; direct ones first."""
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


def items(scan: Scan) -> Sequence[Item]:
    """The packages by purl."""
    found: dict[str, list[Component]] = {}
    for one in sorted(scan.inventory.components, key=lambda one: (one.purl, not one.direct, one.path, one.line)):
        found.setdefault(one.purl, []).append(one)
    return tuple(_item(which) for which in found.values())


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
