"""A trace for people: its places in order, numbered, what happens at each, and how many in the middle were left out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from fusion.model import Finding, Location, Step


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """Consecutive steps on one line: the code is read once, whatever happens to the data there."""

    location: Location
    """That line, also where a step is said to span more: its first one is what is read."""
    code: str
    whys: tuple[str, ...]
    """What happens, in order, each said once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """Stops with their numbers; `left_out` of them lie between `first` and `last`."""

    first: Sequence[tuple[int, Stop]]
    left_out: int = 0
    last: Sequence[tuple[int, Stop]] = ()


def trace_of(finding: Finding) -> tuple[Step, ...]:
    """The trace that tells most: the longest of its witnesses', the first of equals.

    Empty when none has one, or none that leads anywhere: where data enters and where it hurts are both told in the finding's
    own words, and when they are on its own line, too, the trace would say nothing else.
    """
    trace = max((evidence.trace for evidence in finding.evidence), key=len, default=())
    here = _line(finding.location)
    return () if len(trace) <= 2 and all(_line(step.location) == here for step in trace) else trace


def stops(trace: Sequence[Step]) -> list[Stop]:
    """The trace's places, in order: consecutive steps on one line are one."""
    groups = (list(group) for _, group in groupby(trace, key=lambda step: _line(step.location)))
    return [
        Stop(location=_first_line(group[0].location), code=group[0].code, whys=tuple(dict.fromkeys(step.why for step in group)))
        for group in groups
    ]


def shown(places: Sequence[Stop], most: int) -> Shown:
    """At most `most` stops (two or more). Where data enters and where it hurts always stay."""
    numbered = list(enumerate(places, start=1))
    if len(numbered) <= most:
        return Shown(first=numbered)
    head = max(1, most // 2)
    tail = max(1, most - head)
    return Shown(first=numbered[:head], left_out=len(numbered) - head - tail, last=numbered[-tail:])


def _first_line(location: Location) -> Location:
    if location.end_line <= location.line:
        return location
    return location.model_copy(update={"end_line": location.line, "end_column": None})


def _line(location: Location) -> tuple[str, str, int]:
    return location.path, location.side.value, location.line
