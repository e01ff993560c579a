"""What following the data says about what others only see as a pattern: a trace confirms it, a proof of harmlessness lowers it.

A pattern on one of the steps of a trace of its kind is the same flaw: it becomes one of the trace's witnesses. A pattern at a
place where everything that arrives has been followed and cannot hurt is only possible, never blocks, and says why.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from math import inf

from fusion.judging.merge import is_traced, joined
from fusion.model import Cleared, Confidence, Evidence, Finding, Location, Side

_LONGEST = 30
"""Lines of a pattern's range that are looked at."""


def weighed(findings: Sequence[Finding], cleared: Iterable[Cleared]) -> list[Finding]:
    """The merged findings in the light of the data flow, in their order."""
    by_file: defaultdict[str, list[Cleared]] = defaultdict(list)
    for item in cleared:
        by_file[item.location.path].append(item)
    return [_lowered(finding, by_file[finding.location.path]) for finding in confirmed(findings)]


def confirmed(findings: Sequence[Finding]) -> list[Finding]:
    """The findings, those that lie on a trace of their kind within the finding that has it."""
    traced = [finding for finding in findings if is_traced(finding)]
    steps: defaultdict[tuple[str, int], list[int]] = defaultdict(list)
    for index, finding in enumerate(traced):
        for item in finding.evidence:
            for step in item.trace:
                place = step.location.path, step.location.line
                if index not in steps[place]:
                    steps[place].append(index)
    witnesses: defaultdict[int, list[Finding]] = defaultdict(list)
    absorbed: set[int] = set()
    for number, finding in enumerate(findings):
        if is_traced(finding) or not finding.evidence or finding.location.side is not Side.RIGHT:
            continue
        lines = range(finding.location.line, min(finding.location.end_line, finding.location.line + _LONGEST) + 1)
        near = {index for line in lines for index in steps.get((finding.location.path, line), ())}
        homes = [index for index in near if _is_kin(finding.family, finding.cwe, traced[index].family, traced[index].cwe)]
        if homes:
            witnesses[min(homes, key=lambda index: (_distance(finding.location, traced[index].location), index))].append(
                finding
            )
            absorbed.add(number)
    mended = {id(traced[index]): joined([traced[index], *more]) for index, more in witnesses.items()}
    return [mended.get(id(finding), finding) for number, finding in enumerate(findings) if number not in absorbed]


def _lowered(finding: Finding, cleared: Sequence[Cleared]) -> Finding:
    """The finding, only possible where each of its witnesses points at a place that was cleared of its kind."""
    if not finding.evidence or not cleared or is_traced(finding) or finding.location.side is not Side.RIGHT:
        return finding
    reasons: list[str] = []
    for item in finding.evidence:
        reason = refuted(item, cleared)
        if not reason:
            return finding
        reasons.append(reason)
    said = "; ".join(dict.fromkeys(reasons))
    why = f"Data flow followed what arrives here and found it harmless: {said}."
    body = f"{finding.body}\n\n{why}" if finding.body else why
    return finding.model_copy(update={"confidence": Confidence.POSSIBLE, "cleared": said, "body": body})


def refuted(item: Evidence, cleared: Iterable[Cleared]) -> str:
    """Why a witness is wrong about its place, as another tool has shown; empty: nobody has shown that, or it has a trace."""
    if item.trace or item.location.side is not Side.RIGHT:
        return ""
    return next((fact.reason or "harmless" for fact in cleared if _speaks_of(fact, item)), "")


def _speaks_of(fact: Cleared, item: Evidence) -> bool:
    return (
        fact.tool != item.tool
        and _is_kin(fact.family, fact.cwe, item.family, item.cwe)
        and fact.location.path == item.location.path
        and _overlap(fact.location, item.location)
    )


def _is_kin(family: str, cwe: Sequence[int], other: str, others: Sequence[int]) -> bool:
    return family == other or not set(cwe).isdisjoint(others)


def _overlap(one: Location, other: Location) -> bool:
    """Whether two places share a character; where no column is known, a line."""
    (start, end), (other_start, other_end) = _reach(one), _reach(other)
    return start <= other_end and other_start <= end


def _reach(place: Location) -> tuple[tuple[int, float], tuple[int, float]]:
    """The first and the last character. A column without an end is a single place: two calls may share a line."""
    start = place.line, place.column or 0
    if place.end_column is not None:
        return start, (place.end_line, place.end_column - 1)
    return start, start if place.column is not None else (place.end_line, inf)


def _distance(one: Location, other: Location) -> tuple[bool, int]:
    return one.path != other.path, abs(one.line - other.line)
