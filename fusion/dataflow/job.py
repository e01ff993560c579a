"""What the analysing process is asked and what it answers, as JSON: the contract between `fusion.dataflow` and its analyzer.

Both sides treat the other's text as data: the process checks the job, the analyzer checks every field of the answer.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from pydantic import Field

from fusion.dataflow.results import Analysis, Cleared, Flow, Place
from fusion.model import Fix, Record

MOST_FLOWS = 5_000
MOST_CLEARED = 20_000
MOST_STEPS = 200
"""Steps of one trace; the middle of a longer one is left out."""


class Job(Record):
    """What to analyse. Files are named as in the repository and lie below the job's folder under other names."""

    files: Mapping[str, str]
    """Repository path -> path below the folder, for every file that may be read."""
    targets: tuple[str, ...]
    """Repository paths of what to analyse; the others are read where they are imported."""
    knowledge: tuple[str, ...] = ()
    """Knowledge files beside ours, already checked; no others are used."""
    seconds: float = Field(default=60.0, gt=0)
    """Wall time for everything; what is not done by then is left out with that reason."""
    memory: int = Field(default=1 << 30, gt=0)
    """Bytes of address space that one worker may take beside what it starts with."""


class Answer:
    """The results of all batches, each flow and each cleared place once."""

    def __init__(self) -> None:
        self._flows: dict[tuple[object, ...], Flow] = {}
        self._cleared: dict[Cleared, None] = {}
        self.unread: dict[str, str] = {}
        """Targets that were not analysed, or not wholly, and why."""
        self.unfollowed: dict[str, str] = {}
        """Files that a target imports and that were not read for it, and why; one may be a target of another batch."""
        self.read: dict[str, None] = {}
        self.lines = 0

    @property
    def flows(self) -> list[Flow]:
        """In order of where they hurt."""
        return sorted(self._flows.values(), key=lambda flow: (flow.sink.path, flow.sink.span, flow.kind, flow.trace[0].path))

    @property
    def cleared(self) -> list[Cleared]:
        """In order of their places; none where data of another batch's files hurts."""
        hurt = {(flow.kind, flow.sink.path, flow.sink.span[0]) for flow in self._flows.values()}
        cleared = (item for item in self._cleared if (item.kind, item.path, item.span[0]) not in hurt)
        return sorted(cleared, key=lambda item: (item.path, item.span, item.kind, item.reason))

    def missed(self, path: str, reason: str, batch: Collection[str]) -> None:
        """A file that was not read for a batch: one of its targets, or one that they import."""
        (self.unread if path in batch else self.unfollowed)[path] = reason

    def add(self, analysis: Analysis, batch: Collection[str]) -> None:
        """The results of one batch of targets."""
        for flow in analysis.flows:
            self._flows.setdefault(
                (flow.kind, flow.callee, flow.trace[0].path, flow.trace[0].span, flow.sink.path, flow.sink.span), flow
            )
        self._cleared |= dict.fromkeys(analysis.cleared)
        for path, reason in analysis.unread:
            self.missed(path, reason, batch)
        self.read |= dict.fromkeys(analysis.read)
        self.lines += analysis.lines

    def document(self, names: Mapping[str, str]) -> dict[str, Any]:
        """The answer as JSON values, with the names that the files have below the job's folder."""
        flows, cleared = self.flows, self.cleared
        return {
            "flows": [_flow(flow, names) for flow in flows[:MOST_FLOWS] if all(at.path in names for at in flow.trace)],
            "cleared": [
                {"kind": item.kind.value, "reason": item.reason, **_place(item.path, item.span, names)}
                for item in cleared[:MOST_CLEARED]
                if item.path in names
            ],
            "unread": _missed(self.unread, names),
            "unfollowed": _missed(self.unfollowed, names),
            "read": sorted(names[path] for path in self.read if path in names),
            "cut": max(0, len(flows) - MOST_FLOWS),
            "lines": self.lines,
        }


def shortened(trace: Sequence[Place], most: int = MOST_STEPS) -> Sequence[Place]:
    """The trace without the middle of what is beyond `most` steps: where data enters and where it hurts stay."""
    if len(trace) <= most:
        return trace
    first = most // 2
    return [*trace[:first], *trace[len(trace) - (most - first) :]]


def _missed(files: Mapping[str, str], names: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"path": names[path], "reason": reason} for path, reason in sorted(files.items()) if path in names]


def _flow(flow: Flow, names: Mapping[str, str]) -> dict[str, Any]:
    return {
        "kind": flow.kind.value,
        "severity": flow.severity.value,
        "confidence": flow.confidence.value,
        "cwe": flow.cwe,
        "callee": flow.callee,
        "fix": _fix(flow.repair, names) if flow.repair is not None else None,
        "trace": [{"why": place.why, **_place(place.path, place.span, names)} for place in shortened(flow.trace)],
    }


def _fix(fix: Fix, names: Mapping[str, str]) -> dict[str, Any]:
    edits = [edit.model_dump() | {"path": names[edit.path]} for edit in fix.edits]
    return {"title": fix.title, "safe": fix.safe, "edits": edits}


def _place(path: str, span: tuple[int, int, int, int], names: Mapping[str, str]) -> dict[str, Any]:
    line, column, end_line, end_column = span
    return {"path": names[path], "line": line, "column": column, "end_line": end_line, "end_column": end_column}
