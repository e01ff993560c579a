"""Whether a record of the OSV database is about a component: the evaluation of the OSV schema (1.7, "Evaluation"), pure.

The module is what an adapter of a mirror is given to match with: `packages`, `package` and `advisory`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fusion.inventory import versions
from fusion.inventory.documents import mapping, sequence, word
from fusion.inventory.purls import key, parsed
from fusion.inventory.versions import UnreadableVersion
from fusion.ports.compliance import Advisory

ECOSYSTEMS: Mapping[str, str] = {
    "PyPI": "pypi",
    "npm": "npm",
    "Go": "golang",
    "Maven": "maven",
    "crates.io": "cargo",
    "NuGet": "nuget",
    "RubyGems": "gem",
    "Packagist": "composer",
    "Hex": "hex",
    "GitHub Actions": "github",
}
"""The database's ecosystems that are read -> purl types."""
_LONGEST_SUMMARY = 300


@dataclass(frozen=True, slots=True)
class Match:
    """What one record says of one version."""

    affects: bool
    fixed: tuple[str, ...] = ()
    unsure: str = ""


def packages(record: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Type and name of each package that a record is about, as they are looked up."""
    for one in sequence(record.get("affected")):
        found = _package(mapping(one))
        if found is not None:
            yield found


def package(purl: str) -> tuple[str, str] | None:
    """Type and name under which a component is looked up; None where the database cannot know it."""
    found = parsed(purl)
    return None if found is None or found[0] not in versions.ORDERED else found[:2]


def advisory(record: Mapping[str, Any], purl: str) -> Advisory | None:
    """What the record says of the component, with `unsure` where it cannot be settled; None where it does not affect it."""
    found = parsed(purl)
    if found is None or record.get("withdrawn"):
        return None
    match = affects(record, *found)
    if not match.affects and not match.unsure:
        return None
    aliases = tuple(filter(None, (word(one) for one in sequence(record.get("aliases"))[:20])))
    return Advisory(
        id=word(record.get("id")),
        aliases=aliases,
        summary=(word(record.get("summary")) or word(word(record.get("details"))[:_LONGEST_SUMMARY]))[:_LONGEST_SUMMARY],
        severity=severity_text(record, *found[:2]),
        fixed=match.fixed,
        unsure=match.unsure,
    )


def affects(record: Mapping[str, Any], type: str, name: str, version: str) -> Match:
    """Whether the record affects that version: by its list of versions, or by one of its ranges."""
    fixed: dict[str, None] = {}
    unsure, hit = "", False
    for one in (mapping(item) for item in sequence(record.get("affected"))):
        if _package(one) != (type, key(type, name)):
            continue
        listed = [word(item) for item in sequence(one.get("versions"))]
        ranges = [mapping(item) for item in sequence(one.get("ranges")) if mapping(item).get("type") != "GIT"]
        if not listed and not ranges:
            unsure = f"{word(record.get('id'))} names no versions of it that can be compared."
        hit = hit or version in listed
        for events in (sequence(item.get("events")) for item in ranges):
            try:
                inside, later = _inside(type, version, [mapping(event) for event in events])
            except UnreadableVersion as error:
                if _holds_for_all(events):
                    hit = True
                elif version not in listed:
                    unsure = f"{word(record.get('id'))} could not be compared: {error}."
                continue
            hit = hit or inside
            if inside or version in listed:
                fixed |= dict.fromkeys(later)
    return Match(True, tuple(fixed)) if hit else Match(False, (), unsure)


def _package(one: Mapping[str, Any]) -> tuple[str, str] | None:
    said = mapping(one.get("package"))
    # `Maven:https://...` and `Alpine:v3.5` name a part of an ecosystem.
    type = ECOSYSTEMS.get(word(said.get("ecosystem")).partition(":")[0])
    return None if type is None or not word(said.get("name")) else (type, key(type, word(said.get("name"))))


def _inside(type: str, version: str, events: Sequence[Mapping[str, Any]]) -> tuple[bool, tuple[str, ...]]:
    """Whether a version is within a range, and the later versions in which it is mended. Raises UnreadableVersion."""
    at = versions.ordered(type, version)
    limits = [word(event["limit"]) for event in events if "limit" in event]
    if limits and "*" not in limits and not any(at < versions.ordered(type, limit) for limit in limits):
        return False, ()
    marks: list[tuple[Any, int, str]] = []
    always = False
    for event in events:
        for order, kind in enumerate(("fixed", "introduced", "last_affected")):
            said = word(event.get(kind))
            if kind == "introduced" and said == "0":
                always = True
            elif said:
                marks.append((versions.ordered(type, said), order, kind))
    vulnerable = always
    for mark, _, kind in sorted(marks, key=_Sorted):
        if kind == "introduced" and at >= mark:
            vulnerable = True
        elif (kind == "fixed" and at >= mark) or (kind == "last_affected" and at > mark):
            vulnerable = False
    later = [word(event["fixed"]) for event in events if word(event.get("fixed"))]
    return vulnerable, tuple(text for text in later if versions.ordered(type, text) > at)


class _Sorted:
    """Sorts marks by version, then by kind; versions of univers know only `<`."""

    def __init__(self, mark: tuple[Any, int, str]) -> None:
        self._version, self._order, _ = mark

    def __lt__(self, other: _Sorted) -> bool:
        if self._version == other._version:
            return self._order < other._order
        return bool(self._version < other._version)


def _holds_for_all(events: Sequence[Any]) -> bool:
    """Whether a range takes in every version there is, so that one that cannot be compared is in it, too."""
    said = [mapping(event) for event in events]
    return bool(said) and all(set(event) == {"introduced"} and event["introduced"] == "0" for event in said)


def severity_text(record: Mapping[str, Any], type: str, name: str) -> str:
    """How bad the record says it is: a CVSS 3 vector, else the database's word, else whatever vector there is."""
    places = [record]
    places += [one for one in (mapping(item) for item in sequence(record.get("affected"))) if _package(one) == (type, name)]
    vectors: dict[str, str] = {}
    for place in places:
        for one in sequence(place.get("severity")):
            vectors.setdefault(word(mapping(one).get("type")), word(mapping(one).get("score")))
    told = next((text for place in places if (text := word(mapping(place.get("database_specific")).get("severity")))), "")
    return vectors.get("CVSS_V3", "") or told or vectors.get("CVSS_V4", "") or next(iter(vectors.values()), "")
