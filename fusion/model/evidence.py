"""What tools see: hits in their words, evidence in ours, and the receipt of each run."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import FailFast

from fusion.model.values import Category, Confidence, Provenance, Record, Severity, Side


class Location(Record):
    """A range of lines on one side of a change."""

    path: str
    line: int
    end_line: int
    column: int | None = None
    end_column: int | None = None
    side: Side = Side.RIGHT


class Step(Record):
    """One step of a trace: where, the code there, and why the data gets from the last step to here."""

    location: Location
    code: str
    why: str


class Edit(Record):
    """Replace a range of one file's head text. `end_column` is exclusive; whole lines: column 1 to column 1 of the next."""

    path: str
    line: int
    column: int
    end_line: int
    end_column: int
    text: str


class Fix(Record):
    """A suggested change. Offered to people only when `verified`: its witness, run again on the patched copy, is silent."""

    title: str
    edits: Annotated[tuple[Edit, ...], FailFast()]
    safe: bool = False
    """The tool that made it says it keeps behaviour."""
    verified: bool = False
    patch: str = ""
    """Unified diff that `git apply` takes, from the head; filled when verified."""
    by: Annotated[tuple[str, ...], FailFast()] = ()
    """The tools that looked at the patched copy again and were silent; filled when verified."""


class Hit(Record):
    """One result in a tool's own words, before we give it family, CWE and fingerprint."""

    rule: str
    message: str
    location: Location
    severity: Severity | None = None
    confidence: Confidence | None = None
    cwe: Annotated[tuple[int, ...], FailFast()] = ()
    fix: Fix | None = None
    help_uri: str = ""
    trace: Annotated[tuple[Step, ...], FailFast()] = ()


class Evidence(Record):
    """What one tool saw at one place, in our words: family, CWE and severity come from our own table of rules."""

    id: str
    tool: str
    tool_version: str = ""
    rule: str
    family: str
    """Tool-independent kind of flaw, e.g. `sql-injection`; `tool:rule` where our table does not know the rule."""
    category: Category
    message: str
    severity: Severity
    confidence: Confidence
    location: Location
    snippet: str = ""
    """The lines at the location, as they stand in the file."""
    symbol: str = ""
    """Enclosing function or class, dotted; empty at top level."""
    fingerprint: str
    cwe: tuple[int, ...] = ()
    fix: Fix | None = None
    help_uri: str = ""
    trace: tuple[Step, ...] = ()
    suppressed: str = ""
    """The author's own suppression comment on this place, quoted; empty when there is none."""
    provenance: Provenance = Provenance()


class Cleared(Record):
    """A place where a tool has shown that a flaw of this family cannot be: whoever claims one there is less likely right."""

    tool: str
    family: str
    cwe: tuple[int, ...] = ()
    location: Location
    reason: str
    """A sentence fragment: "the value is constant"."""


class Outcome(StrEnum):
    """How a tool's or an agent's run ended. Only `ok` and `skipped` leave a review complete."""

    OK = "ok"
    SKIPPED = "skipped"
    FAILED = "failed"
    TIMED_OUT = "timed_out"
    CUT = "cut"


class Unread(Record):
    """A path that a tool or agent was given and could not read, and why."""

    path: str
    reason: str


class ToolRun(Record):
    """Receipt of one analyzer: what it read, what it could not, under which isolation."""

    tool: str
    version: str = ""
    outcome: Outcome
    reason: str = ""
    required: bool = False
    read: tuple[str, ...] = ()
    unread: tuple[Unread, ...] = ()
    hits: int = 0
    known: int = 0
    """Hits that the base already had (not new)."""
    isolation: str = ""
    seconds: float = 0.0
    rules: str = ""
    """Digest of the configuration and rule set."""


class ToolReport(Record):
    """What one analyzer brings home: its receipt and the new evidence (head minus base)."""

    run: ToolRun
    evidence: tuple[Evidence, ...] = ()
    cleared: tuple[Cleared, ...] = ()
    """What it shows to be harmless at head."""
    unfollowed: tuple[Unread, ...] = ()
    """Imported files that nothing could be followed through; the run's reason names some."""
