"""A trace for people: its first and its last steps, numbered, and how many in the middle were left out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fusion.model import Finding, Step


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """Steps with their numbers; `left_out` of them lie between `first` and `last`."""

    first: Sequence[tuple[int, Step]]
    left_out: int = 0
    last: Sequence[tuple[int, Step]] = ()


def trace_of(finding: Finding) -> tuple[Step, ...]:
    """The trace that tells most: the longest of its witnesses', the first of equals.

    Empty when none has one, or none that leads anywhere: one step on the finding's own line is the finding.
    """
    trace = max((evidence.trace for evidence in finding.evidence), key=len, default=())
    if len(trace) == 1 and (trace[0].location.path, trace[0].location.line) == (finding.location.path, finding.location.line):
        return ()
    return trace


def shown(trace: Sequence[Step], most: int) -> Shown:
    """At most `most` steps (two or more). Where data enters and where it hurts always stay."""
    steps = list(enumerate(trace, start=1))
    if len(steps) <= most:
        return Shown(first=steps)
    head = max(1, most // 2)
    tail = max(1, most - head)
    return Shown(first=steps[:head], left_out=len(steps) - head - tail, last=steps[-tail:])
