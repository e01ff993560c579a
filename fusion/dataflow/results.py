"""What the analysis finds: flows with their traces, places that it proved harmless, and what it did not read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fusion.dataflow.ir import Span
from fusion.dataflow.knowledge.schema import Kind
from fusion.model import Confidence, Fix, Severity


@dataclass(frozen=True, slots=True)
class Place:
    """One step of a trace: where, and why the data is there."""

    path: str
    span: Span
    why: str


@dataclass(frozen=True, slots=True)
class Flow:
    """Hostile data that reaches a place where it hurts, or a weak setting (then the trace has one step)."""

    kind: Kind
    trace: Sequence[Place]
    """From the source to the sink; the last is the sink."""
    severity: Severity
    confidence: Confidence
    cwe: int
    callee: str
    """The sink's path as knowledge spells it (`dbapi.Cursor.execute`)."""
    fix: str = ""
    """Name of the mechanical fix that knowledge suggests."""
    repair: Fix | None = None
    """That fix for this place, where it could be made."""

    @property
    def sink(self) -> Place:
        """Where it hurts."""
        return self.trace[-1]


@dataclass(frozen=True, slots=True)
class Cleared:
    """A sink that was reached on every path with data that cannot hurt there: constant, or hostile but checked or escaped."""

    kind: Kind
    path: str
    span: Span
    reason: str
    """A sentence fragment: "the value is constant", "checked against an allow-list in line 12"."""


@dataclass(frozen=True, slots=True)
class Analysis:
    """The result for a group of files."""

    flows: Sequence[Flow]
    cleared: Sequence[Cleared]
    unread: Sequence[tuple[str, str]]
    """Files that were asked for and not analysed, or not wholly, each with the reason."""
    read: Sequence[str]
    """Files that were analysed, imported ones included."""
    lines: int
