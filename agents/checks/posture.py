"""What a change does to the posture that scans assess, as observations: what it brings, and what it takes away.

What the agent or a tool has said of the same file already is not said again; where policy lets the check block, that finding
blocks instead.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence, Set

from fusion.agent import Case
from fusion.model import Category, Confidence, Finding, Severity, Side
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
    "lock-files": frozenset({"stale-lock-file"}),
    "licence-file": frozenset({"licence"}),
    "open-licence": frozenset({"licence"}),
}
"""Families of findings that say what a check would say."""
PREFIX = "posture/"
_SHOWN = 4


def posture_shifts(case: Case) -> Sequence[Shift]:
    """What the change does to the posture, by our own checks."""
    if case.change.whole_tree:
        return ()
    # Over a hundred modules: only a review that gets here pays for them.
    from fusion.checks.registry import builtin

    return shifts(case.change, case.contents, case.policy, builtin())


def posture_observations(found: Iterable[Shift], said: Collection[tuple[str, str]]) -> Iterator[Observation]:
    """What is to be said of it. `said`: path and family of what is said already."""
    families = {family for _, family in said}
    for shift in found:
        if (shift.path, shift.about.id) in said:
            continue
        # A lock file and what it fixes are two files and one matter.
        if shift.about.id == "lock-files" and not SAID_BY["lock-files"].isdisjoint(families):
            continue
        if any((shift.path, family) in said for family in SAID_BY.get(shift.about.id, ())):
            continue
        yield _lost(shift) if shift.lost else _brought(shift)


def weighed(findings: Iterable[Finding], found: Iterable[Shift], block: Set[str]) -> Iterator[Finding]:
    """The findings, of which those about a check that policy names block, and other ones about the posture inform."""
    named = {(shift.path, family) for shift in found if shift.about.id in block for family in SAID_BY.get(shift.about.id, ())}
    for one in findings:
        checks = [item.rule.removeprefix(PREFIX) for item in one.evidence if item.rule.startswith(PREFIX)]
        if (one.location.path, one.family) in named or not block.isdisjoint(checks):
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
