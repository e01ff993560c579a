"""Documents that still name what the change took out of the code: functions, classes, options, environment variables."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from agents.checks.interface import names_default, stale_default
from agents.checks.mentions import Mention, mentions, names
from agents.checks.switches import switches
from fusion.changes.roles import is_document, is_production, speaks_of_the_past
from fusion.model import Category, Confidence, Severity
from fusion.reading.behaviour import behaviour
from fusion.reading.comparison import Comparison, lines_of
from fusion.reading.observation import Observation, at, quoted
from fusion.syntax import symbols

_WORD = re.compile(r"[^\W\d][\w$]*")
_MOST_REMOVED = 400
"""Removed names that are looked for; a change that removes more is a rewrite, and its documents are too."""


@dataclass(frozen=True, slots=True)
class _Removed:
    """A public name that is gone, and the new name where it only changed."""

    name: str
    qualifiers: frozenset[str]
    method: bool
    renamed: str


def stale_names(comparisons: Sequence[Comparison], context: Mapping[str, str]) -> Iterator[Observation]:
    """One observation per document and removed name, at its first mention."""
    removed = _removed(comparisons)
    if not removed:
        return
    for path, text in documents(comparisons, context).items():
        present = {item.name: item for item in removed if item.name in text}
        if not present:
            continue
        lines = lines_of(text)
        found: dict[str, list[Mention]] = {}
        for mention in mentions(lines):
            for word in set(_WORD.findall(mention.code)) & present.keys():
                item = present[word]
                if names(mention, item.name, item.qualifiers, method=item.method):
                    found.setdefault(word, []).append(mention)
        for name, places in found.items():
            yield _stale_name(path, present[name], places)


def stale_switches(comparisons: Sequence[Comparison], context: Mapping[str, str]) -> Iterator[Observation]:
    """One observation per document and option or variable that the code no longer reads, or reads with another default."""
    before, after = _switches(comparisons)
    heads = "\n".join(item.after for item in comparisons if item.exists and not is_document(item.path)) if before else ""
    gone = {name for name in before if name not in after and name not in heads}
    changed = {name: (was, now) for name, was in before.items() if was and (now := after.get(name)) and was != now}
    if not gone and not changed:
        return
    for path, text in documents(comparisons, context).items():
        done: set[str] = set()
        for number, line in enumerate(lines_of(text), start=1):
            for name in set(re.findall(r"(?<![\w-])--[A-Za-z][\w-]+|\b[A-Z][A-Z0-9_]{3,}\b", line[:2_000])) - done:
                if name in gone and not re.search(r"\b(?:removed|deprecated|renamed|no longer|formerly)\b", line, re.I):
                    done.add(name)
                    yield _stale_switch(path, number, name)
                elif name in changed and names_default(line, *changed[name]):
                    done.add(name)
                    yield stale_default(path, number, name, *changed[name])


def documents(comparisons: Sequence[Comparison], context: Mapping[str, str]) -> dict[str, str]:
    """Documents at head by path, changed ones and context, without those that tell history."""
    found = {path: text for path, text in context.items() if is_document(path)}
    found |= {item.path: item.after for item in comparisons if item.exists and is_document(item.path)}
    return {path: text for path, text in sorted(found.items()) if not speaks_of_the_past(path)}


def _removed(comparisons: Sequence[Comparison]) -> list[_Removed]:
    sources = [item for item in comparisons if is_production(item.base_path) or is_production(item.path)]
    gone: dict[str, tuple[str, str]] = {}
    for item in sources:
        head = {symbol.name for symbol in symbols(item.path, item.after)} if item.exists else set()
        for symbol in symbols(item.base_path, item.before):
            simple = symbol.name.rpartition(".")[2]
            if symbol.public and symbol.name not in head and not simple.startswith("_"):
                gone.setdefault(simple, (symbol.name, item.base_path))
    if not gone or len(gone) > _MOST_REMOVED:
        return []
    kept = {word for item in sources if item.exists for word in _WORD.findall(item.after)}
    gone = {simple: where for simple, where in gone.items() if simple not in kept}
    renamed = behaviour(sources).renamed if gone else {}
    return [
        _Removed(
            name=simple,
            qualifiers=frozenset([name.split(".")[-2]]) if "." in name else frozenset(re.split(r"[/.]", path)),
            method="." in name,
            renamed=renamed.get(simple, ""),
        )
        for simple, (name, path) in gone.items()
    ]


def _switches(comparisons: Sequence[Comparison]) -> tuple[dict[str, str | None], dict[str, str | None]]:
    before: dict[str, str | None] = {}
    after: dict[str, str | None] = {}
    for item in comparisons:
        if is_production(item.base_path) or is_production(item.path):
            before |= switches(item.base_path, item.before)
            after |= switches(item.path, item.after)
    return before, after


def _stale_name(path: str, item: _Removed, places: Sequence[Mention]) -> Observation:
    other = [str(place.line) for place in places[1:5]]
    also = f" It does so again on line {', '.join(other)}." if other else ""
    return Observation(
        rule="docs/removed-name",
        family="stale-documentation",
        category=Category.DOCUMENTATION,
        title=f"{quoted(path)} still names {quoted(item.name)}, which this change "
        + (f"renames to {quoted(item.renamed)}" if item.renamed else "removes"),
        body=f"A reader who follows this text gets an error.{also} "
        + (f"Write {quoted(item.renamed)} here." if item.renamed else "Describe what takes its place, or drop the passage."),
        severity=Severity.MEDIUM,
        confidence=Confidence.LIKELY,
        location=at(path, places[0].line),
        subject=f"removed {item.name}",
        symbol="",
    )


def _stale_switch(path: str, line: int, name: str) -> Observation:
    kind = "option" if name.startswith("-") else "environment variable"
    return Observation(
        rule="docs/removed-switch",
        family="stale-documentation",
        category=Category.DOCUMENTATION,
        title=f"{quoted(path)} still names the {kind} {quoted(name)}, which the code no longer reads",
        body="Whoever sets it gets an error, or no effect at all. Describe what takes its place, or drop the passage.",
        severity=Severity.MEDIUM,
        confidence=Confidence.LIKELY,
        location=at(path, line),
        subject=f"removed {name}",
        symbol="",
    )
