"""What a change does to the posture that scans assess, as observations: what it brings, and what it takes away.

What the agent or a tool has said of the same file already is not said again; where policy lets the check block, that finding
blocks instead. What an exception of the base branch or of the Store accepts on the day of the review is said, with who answers
for it and until when, and does not block; nor does the finding that says it in the check's place.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set

from fusion.agent import Case
from fusion.check import Check
from fusion.model import Category, Confidence, Finding, Location, Severity, Side
from fusion.model.compliance import Deviation, ScanException
from fusion.reading.observation import Observation, at, quoted
from fusion.scanning.accepting import Accepting, accepting, sentence
from fusion.scanning.posture_change import HABITS, Shift, is_made, shifts

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
_Matter = tuple[str, Deviation]
"""A check, and what it would say."""


class PostureChange:
    """What one change does to the posture, and what of it is accepted."""

    def __init__(self, case: Case) -> None:
        self._shifts: Sequence[Shift] = ()
        self._accepting = Accepting()
        self._silent: Set[str] = frozenset()
        """Checks that say nothing of a change, or nothing of what is new in it."""
        self._told: dict[tuple[str, str], Shift] = {}
        if not case.change.whole_tree:
            # Over a hundred modules: only a review that gets here pays for them.
            from fusion.checks.registry import builtin

            self._look(case, builtin())

    def _look(self, case: Case, checks: Sequence[Check]) -> None:
        self._shifts = shifts(case.change, case.contents, case.policy, checks)
        known = frozenset(check.about.id for check in checks)
        self._silent = HABITS.union(check.about.id for check in checks if not is_made(check))
        # Of other checks than these nothing is said here, and so nothing is accepted.
        wanted = [one for one in case.exceptions if one.check in known]
        self._accepting = accepting(wanted, repository=case.change.repository, day=case.day, checks=known)

    def observations(self, said: Iterable[tuple[Location, str]]) -> Iterator[Observation]:
        """What is to be said of it. `said`: place and family of what is said already."""
        places: dict[str, set[tuple[str, int]]] = {}
        for where, family in said:
            places.setdefault(family, set()).add((where.path, where.line))
        for shift in self._shifts:
            left = _unsaid(shift, places)
            if left is not None:
                left, accepted = self._parted(left)
                self._told[left.about.id, left.path] = left
                yield _lost(left) if left.lost else _brought(left, accepted)

    def _parted(self, shift: Shift) -> tuple[Shift, Sequence[str]]:
        """What of it nobody accepts, and sentences on the rest; all of it, where that is accepted altogether."""
        found = [(one, self._accepting.by(shift.about.id, one)) for one in shift.brought]
        left = tuple(one for one, by in found if by is None)
        if not left or len(left) == len(found):
            return shift, ()
        return dataclasses.replace(shift, brought=left), [_with(one, by) for one, by in found if by is not None]

    def weighed(self, findings: Iterable[Finding], block: Set[str]) -> Iterator[Finding]:
        """The findings, of which those about a check that policy names block, and other ones about the posture inform.

        On what an exception is about it is said whether it accepts it.
        """
        named = {family for check in block for family in SAID_BY.get(check, ())}
        for one in findings:
            found = self._answered(one)
            checks = _checks(one)
            if found.family in named or not block.isdisjoint(checks):
                yield found.model_copy(update={"weight": "blocks"})
            else:
                yield found.model_copy(update={"weight": "informs"}) if checks else found

    def _answered(self, finding: Finding) -> Finding:
        """A finding with what exceptions say of it: that all it speaks of is accepted, or why it is not."""
        matters = list(self._matters(finding))
        found = [self._accepting.by(check, deviation) for check, deviation in matters]
        accepted = [one for one in found if one is not None]
        if found and len(accepted) == len(found):
            return finding.model_copy(update={"accepted": " ".join(dict.fromkeys(sentence(one) for one in accepted))})
        left = [matter for matter, by in zip(matters, found, strict=True) if by is None]
        why = dict.fromkeys(why for check, deviation in left for why in self._accepting.why_not(check, deviation))
        return finding.model_copy(update={"body": " ".join((finding.body, *why))}) if why else finding

    def _matters(self, finding: Finding) -> Iterator[_Matter]:
        """What a finding speaks of, as the checks see it; none: it is not about the posture."""
        path, line = finding.location.path, finding.location.line
        if own := _checks(finding):
            where = path if finding.location.side is Side.RIGHT else ""
            for check in own:
                told = self._told.get((check, path))
                yield from _of(told) if told is not None else [(check, _anywhere(finding.title, finding.severity, where))]
            return
        for check in (check for check, families in SAID_BY.items() if finding.family in families):
            there = [shift for shift in self._shifts if (shift.about.id, shift.path) == (check, path)]
            found = [matter for shift in there for matter in _of(shift)]
            yield from [matter for matter in found if matter[1].line == line] or found
            if not there and check in self._silent:
                yield check, _anywhere(finding.title, finding.severity, path)


def _of(shift: Shift) -> Iterator[_Matter]:
    if shift.lost:
        # What the next scan says of it, and where, nobody knows yet: only who accepts the whole check accepts that.
        yield shift.about.id, _anywhere(shift.about.title, shift.about.severity)
    for one in shift.brought:
        yield shift.about.id, one


def _anywhere(title: str, severity: Severity, path: str = "") -> Deviation:
    """What a check would say of a file, as far as it is known: neither which deviation nor which dependency it is about."""
    return Deviation(fingerprint="", title=title, severity=severity, path=path)


def _checks(finding: Finding) -> Sequence[str]:
    """The checks by whose observations a finding stands."""
    return [item.rule.removeprefix(PREFIX) for item in finding.evidence if item.rule.startswith(PREFIX)]


def _with(deviation: Deviation, by: ScanException) -> str:
    return f"{deviation.title.rstrip('.')}. {sentence(by)}"


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


def _brought(shift: Shift, accepted: Sequence[str]) -> Observation:
    titles = [one.title for one in shift.brought]
    more = f" And {len(titles) - _SHOWN} more." if len(titles) > _SHOWN else ""
    others = f" The change also brings: {' '.join(titles[1:_SHOWN])}{more}" if len(titles) > 1 else ""
    beside = f" Beside it, accepted: {' '.join(accepted)}" if accepted else ""
    return _observation(
        shift,
        titles[0].rstrip("."),
        f"The check {quoted(shift.about.id)} does not find this before the change.{others} {shift.about.rationale} "
        f"{shift.about.remediation}{beside}",
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
