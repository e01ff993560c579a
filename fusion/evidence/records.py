"""From a tool's hits to evidence: family, severity and CWE from our table, a fingerprint, the lines, the symbol."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from fusion.evidence import shown
from fusion.evidence.catalogue import Classified, classify
from fusion.evidence.pages import Page, Pages
from fusion.evidence.redaction import FAMILIES, redact
from fusion.evidence.suppressions import silencer
from fusion.judging.fingerprint import fingerprints
from fusion.model import Evidence, Fix, Hit, Location, Provenance, Step

_MOST_STEPS = 200
"""Steps of a trace that are kept; of a longer one the middle goes: where data enters and where it hurts stay."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """One hit with what we know of it: its class, its page, the symbol around it, its fingerprint."""

    hit: Hit
    classified: Classified
    symbol: str
    normal: str
    """Its first line, normalised."""
    fingerprint: str


def sightings(
    tool: str, hits: Iterable[Hit], pages: Pages, *, classifier: Callable[[str, Hit], Classified] = classify
) -> list[Sighting]:
    """The hits that count, by path and place: on files we hold, inside them, not noise by our table, each once."""
    kept: dict[str, list[tuple[Hit, Classified, Page]]] = {}
    seen: set[str] = set()
    for hit in hits:
        page = pages.get(hit.location.path)
        location = page.inside(hit.location) if page is not None else None
        if page is None or location is None:
            continue
        classified = classifier(tool, hit)
        hit = hit.model_copy(update={"location": location})
        identity = json.dumps([hit.rule, hit.message, location.model_dump(mode="json")])
        if classified.off or identity in seen:
            continue
        seen.add(identity)
        kept.setdefault(location.path, []).append((hit, classified, page))
    return [sighting for path in sorted(kept) for sighting in _of_file(kept[path])]


def _of_file(found: list[tuple[Hit, Classified, Page]]) -> list[Sighting]:
    found.sort(key=lambda item: (item[0].location.line, item[0].location.column or 0, item[0].rule, item[0].message))
    items = [
        (classified.family, page.symbol(hit.location.line), page.line(hit.location.line)) for hit, classified, page in found
    ]
    return [
        Sighting(
            hit=hit,
            classified=classified,
            symbol=symbol,
            normal=page.normal(hit.location.line),
            fingerprint=fingerprint,
        )
        for (hit, classified, page), (_, symbol, _), fingerprint in zip(found, items, fingerprints(items), strict=True)
    ]


def record(tool: str, version: str, sighting: Sighting, pages: Pages, provenance: Provenance) -> Evidence:
    """The evidence of one sighting."""
    hit, classified = sighting.hit, sighting.classified
    page = pages.get(hit.location.path)
    return Evidence(
        id=_id(tool, hit.rule, sighting.fingerprint, hit.location),
        tool=tool,
        tool_version=shown.message(version),
        rule=shown.message(hit.rule),
        family=classified.family,
        category=classified.category,
        message=shown.message(hit.message),
        severity=classified.severity,
        confidence=classified.confidence,
        location=hit.location,
        snippet=snippet(page, sighting) if page else "",
        symbol=sighting.symbol,
        fingerprint=sighting.fingerprint,
        cwe=classified.cwe,
        fix=_fix(hit.fix),
        help_uri=shown.address(hit.help_uri),
        trace=_trace(hit.trace, pages),
        suppressed=silencer(page.suppressions, tool, hit) if page else "",
        provenance=provenance,
    )


def numbered_anew(items: Sequence[Evidence], pages: Pages) -> list[Evidence]:
    """Evidence of one tool that several looks at the same files told, with the fingerprints that one look would have given."""
    by_path: dict[str, list[Evidence]] = {}
    for item in items:
        by_path.setdefault(item.location.path, []).append(item)
    numbered: list[Evidence] = []
    for path in sorted(by_path):
        page = pages.get(path)
        told = sorted(by_path[path], key=lambda item: (item.location.line, item.location.column or 0, item.rule, item.message))
        lines = [(item.family, item.symbol, page.line(item.location.line) if page else "") for item in told]
        for item, fingerprint in zip(told, fingerprints(lines), strict=True):
            id = _id(item.tool, item.rule, fingerprint, item.location)
            numbered.append(item.model_copy(update={"id": id, "fingerprint": fingerprint}))
    return numbered


def _id(tool: str, rule: str, fingerprint: str, location: Location) -> str:
    identity = [tool, rule, fingerprint, *location.model_dump(mode="json").values()]
    return hashlib.sha256(json.dumps(identity).encode()).hexdigest()[:20]


def snippet(page: Page, sighting: Sighting) -> str:
    """The lines at the location; where they hold a secret it is masked, for a review must not spread what it warns of."""
    location = sighting.hit.location
    lines = page.lines[location.line - 1 : location.end_line]
    if sighting.classified.family in FAMILIES:
        lines = redact("\n".join(lines), location).split("\n")
    return shown.snippet(lines)


def _fix(fix: Fix | None) -> Fix | None:
    return fix.model_copy(update={"title": shown.message(fix.title), "verified": False, "patch": ""}) if fix else None


def _trace(steps: Sequence[Step], pages: Pages) -> tuple[Step, ...]:
    """The steps that lie in files we hold, with the code as it stands there."""
    told = []
    half = _MOST_STEPS // 2
    for step in steps if len(steps) <= _MOST_STEPS else (*steps[:half], *steps[-half:]):
        page = pages.get(step.location.path)
        location = page.inside(step.location) if page else None
        if page is not None and location is not None:
            code = shown.line(page.line(location.line).strip())
            told.append(Step(location=location, code=code, why=shown.message(step.why)))
    return tuple(told)
