"""What a change does to the posture that scans assess, as observations: what it brings, and what it takes away.

What the agent or a tool has said of the same file already is not said again; where policy lets the check block, that finding
blocks instead.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set

from fusion.agent import Case
from fusion.model import Category, Confidence, Finding, Location, Severity, Side
from fusion.reading.observation import Observation, at, quoted
from fusion.scanning.posture_change import Shift, shifts

SAID_BY = {
    "token-permissions": frozenset({"excessive-permissions"}),
    "dangerous-workflow": frozenset({"dangerous-trigger"}),
    "workflow-secrets": frozenset({"secrets-inherited"}),
    "pinned-actions": frozenset({"unpinned-action"}),
    "pinned-dependencies": frozenset({"unpinned-dependency"}),
    "dependency-sources": frozenset({"unpinned-dependency"}),
    "container-image-pins": frozenset({"unpinned-image"}),
    "container-images": frozenset({"runs-as-root"}),
    "lock-files": frozenset({"stale-lock-file"}),
    "licence-file": frozenset({"licence"}),
    "open-licence": frozenset({"licence"}),
}
"""Families of findings that say what a check would say."""
BY_LINE = frozenset({"container-images"})
"""Checks of several matters in one file: what is said of a line covers that line alone."""
PREFIX = "posture/"
_SHOWN = 4


def posture_shifts(case: Case) -> Sequence[Shift]:
    """What the change does to the posture, by our own checks."""
    if case.change.whole_tree:
        return ()
    # Over a hundred modules: only a review that gets here pays for them.
    from fusion.checks.registry import builtin

    return shifts(case.change, case.contents, case.policy, builtin())


def posture_observations(found: Iterable[Shift], said: Iterable[tuple[Location, str]]) -> Iterator[Observation]:
    """What is to be said of it. `said`: place and family of what is said already."""
    places: dict[str, set[tuple[str, int]]] = {}
    for where, family in said:
        places.setdefault(family, set()).add((where.path, where.line))
    for shift in found:
        left = _unsaid(shift, places)
        if left is not None:
            yield _lost(left) if left.lost else _brought(left)


def _unsaid(shift: Shift, places: Mapping[str, Set[tuple[str, int]]]) -> Shift | None:
    """What nobody has said of it yet; None: nothing is left."""
    id = shift.about.id
    families = {id, *SAID_BY.get(id, ())}
    there = {line for family in families for path, line in places.get(family, ()) if path == shift.path}
    if id in BY_LINE and not shift.lost:
        brought = tuple(one for one in shift.brought if one.line not in there)
        return dataclasses.replace(shift, brought=brought) if brought else None
    # A lock file and what it fixes are two files and one matter.
    elsewhere = id == "lock-files" and any(places.get(family) for family in families)
    return None if there or elsewhere else shift


def weighed(findings: Iterable[Finding], block: Set[str]) -> Iterator[Finding]:
    """The findings, of which those about a check that policy names block, and other ones about the posture inform."""
    named = {family for check in block for family in SAID_BY.get(check, ())}
    for one in findings:
        checks = [item.rule.removeprefix(PREFIX) for item in one.evidence if item.rule.startswith(PREFIX)]
        if one.family in named or not block.isdisjoint(checks):
            yield one.model_copy(update={"weight": "blocks"})
        else:
            yield one.model_copy(update={"weight": "informs"}) if checks else one


def _brought(shift: Shift) -> Observation:
    titles = [one.title for one in shift.brought]
    more = f" And {len(titles) - _SHOWN} more." if len(titles) > _SHOWN else ""
    others = f" The change also brings: {' '.join(titles[1:_SHOWN])}{more}" if len(titles) > 1 else ""
    return _observation(
        shift,
        titles[0].rstrip("."),
        f"The check {quoted(shift.about.id)} does not find this before the change.{others} {shift.about.rationale} "
        f"{shift.about.remediation}",
        max((one.severity for one in shift.brought), key=lambda one: one.rank),
        Confidence.CERTAIN,
        next((one.line for one in shift.brought if one.line), 1),
        Side.RIGHT,
        "brought",
    )


def _lost(shift: Shift) -> Observation:
    return _observation(
        shift,
        f"The change takes away what the check {quoted(shift.about.id)} stood on: {quoted(shift.path)}",
        f"{shift.about.rationale} Where no other file serves, the next scan reports it. {shift.about.remediation}",
        shift.about.severity,
        Confidence.LIKELY,
        1,
        Side.LEFT,
        "lost",
    )


def _observation(
    shift: Shift, title: str, body: str, severity: Severity, confidence: Confidence, line: int, side: Side, what: str
) -> Observation:
    return Observation(
        rule=f"{PREFIX}{shift.about.id}",
        family=shift.about.id,
        category=Category.COMPLIANCE,
        title=" ".join(title.split()),
        body=body,
        severity=severity,
        confidence=confidence,
        location=at(shift.path, line, side=side),
        subject=f"{shift.about.id} {what}",
        symbol="",
    )
