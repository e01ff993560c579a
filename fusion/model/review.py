"""What agents find and what the judge makes of it: findings, reports, the coverage receipt, the review."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Literal

from fusion.model.evidence import Evidence, Fix, Location, Outcome, ToolRun, Unread
from fusion.model.reasoning import Brief, Call, Quote, Usage, Vote, Walkthrough
from fusion.model.values import SCHEMA_VERSION, Category, Confidence, Provenance, Record, Severity, Side, Verdict


class State(StrEnum):
    """Disposition of a finding in the ledger."""

    OPEN = "open"
    CARRIED = "carried"
    ADDRESSED = "addressed"
    WONT_FIX = "wont_fix"
    INCORRECT = "incorrect"
    DUPLICATE = "duplicate"
    STALE = "stale"


class Disposition(Record):
    """What became of a finding, who said so and how it is known."""

    state: State = State.OPEN
    by: str = ""
    how: str = ""
    commit: str = ""
    at: datetime | None = None


class Placement(StrEnum):
    """Where a finding is shown: on its line, in the summary, or only in the JSON (suppressed, below the floor)."""

    INLINE = "inline"
    SUMMARY = "summary"
    HIDDEN = "hidden"


class Echo(Record):
    """What another agent found that is the same flaw: said once, by the finding that has it among its `echoes`."""

    agent: str
    family: str
    fingerprint: str
    title: str = ""
    draft: bool = False
    """It is a proposal for the flaw, a test or a passage, and no finding of the flaw itself."""


class Finding(Record):
    """What an agent tells people. `location` is exact; `evidence` is what it stands on (empty: opinion, cannot block)."""

    fingerprint: str
    agent: str
    family: str
    category: Category
    title: str
    body: str = ""
    severity: Severity
    confidence: Confidence
    location: Location
    snippet: str = ""
    symbol: str = ""
    cwe: tuple[int, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    fix: Fix | None = None
    placement: Placement = Placement.SUMMARY
    why_placed: str = ""
    blocking: bool = False
    weight: Literal["", "blocks", "informs"] = ""
    """What policy makes of it by name (`scans.block`): it blocks whatever its severity, or only informs; empty: neither."""
    excused: str = ""
    """The author's own suppression comment, where policy lets it count: shown, but it neither blocks nor fails a command."""
    accepted: str = ""
    """Which exception accepts it for a time, and until when: shown, but it neither blocks nor fails a command."""
    cleared: str = ""
    """Why data flow holds it to be harmless, where it has followed everything that arrives at its place."""
    votes: tuple[Vote, ...] = ()
    """Of a model's finding: who found it, and what the verifier said."""
    echoes: tuple[Echo, ...] = ()
    """Opinions of other agents that say the same of the same lines, or that are drafts for it."""
    draft: str = ""
    """What a model wrote for it, a test or a passage: nobody has run it."""
    disposition: Disposition = Disposition()
    id: str = ""
    """What people type to name it: 8 to 64 hex digits, of which the first eight are its own among all of a review and its
    ledger. Given by the judge, and kept for life (`fusion.judging.ids`)."""
    provenance: Provenance = Provenance()

    @property
    def short(self) -> str:
        """The digits of its id that are shown; of its fingerprint, before it has an id."""
        return (self.id or self.fingerprint)[:8]


class AgentTask(Record):
    """One piece of work for an agent: what it read, and the findings that need no model."""

    agent: str
    id: str
    read: tuple[str, ...] = ()
    candidates: tuple[Finding, ...] = ()
    unread: tuple[Unread, ...] = ()
    brief: Brief | None = None
    """What a model is asked to look at; None: the task needs no model."""


class Unasked(Record):
    """Parts of a change that a model was to read for an agent and that none read, for one reason."""

    reason: str
    parts: int
    of: int
    """Of how many parts in all that models were to read for the agent."""
    paths: tuple[str, ...] = ()
    counts: bool = True
    """Whether it makes a review incomplete; otherwise it is a note."""


class Report(Record):
    """What an agent brings home; a failure is a report too."""

    agent: str
    outcome: Outcome
    reason: str = ""
    read: tuple[str, ...] = ()
    unread: tuple[Unread, ...] = ()
    findings: tuple[Finding, ...] = ()
    usage: Usage = Usage()
    reasoned: bool = False
    """A model was asked, or should have been."""
    calls: tuple[Call, ...] = ()
    """Every model call of the task and every attempt, in order."""
    dropped: tuple[Finding, ...] = ()
    """Findings of a model that its verifier refuted: kept with both votes, shown to nobody."""
    set_aside: tuple[str, ...] = ()
    """What a model said and what became no finding, counted by why: it quoted no line, a tool had said it, it was too much."""
    unasked: tuple[Unasked, ...] = ()
    """Of an agent's one report: what no model read for it, by reason. Its paths may well have been read by rules and tools."""
    provenance: Provenance = Provenance()


class HunkCoverage(Record):
    """One hunk on the receipt, by its head lines (its base lines when it only deletes)."""

    line: int
    count: int
    side: Side = Side.RIGHT
    reviewed: bool
    reason: str = ""


class FileCoverage(Record):
    """One file on the receipt. `wanted` is false for what policy excludes: shown, but it does not make a review incomplete."""

    path: str
    reviewed: bool
    wanted: bool = True
    reason: str = ""
    by: tuple[str, ...] = ()
    """Tools and agents that read it."""
    hunks: tuple[HunkCoverage, ...] = ()


class Coverage(Record):
    """The receipt: every file and hunk as read or not and why; every tool and agent as ran, skipped or failed."""

    files: tuple[FileCoverage, ...] = ()
    tools: tuple[ToolRun, ...] = ()
    agents: tuple[Report, ...] = ()
    """Agents' reports without their findings."""
    gaps: tuple[str, ...] = ()
    """Why the review is incomplete, a sentence each; empty: it is complete."""
    notes: tuple[str, ...] = ()
    """What a reader should know and that does not make it incomplete ("no model reasoned about this change")."""
    quote: Quote | None = None
    """What the model calls were foreseen to cost; None: none was planned."""


class Tally(Record):
    """Against the last review of the same subject."""

    new: int = 0
    carried: int = 0
    fixed: int = 0
    dismissed: int = 0
    suppressed: int = 0


class Review(Record):
    """The judged result: what is published, rendered and recorded."""

    schema_version: int = SCHEMA_VERSION
    id: str
    repository: str
    subject: str
    base: str
    head: str
    title: str = ""
    verdict: Verdict
    reasons: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    """Open and carried ones, best first."""
    fixed: tuple[Finding, ...] = ()
    tally: Tally = Tally()
    coverage: Coverage
    policy_origin: str = ""
    walkthrough: Walkthrough | None = None
    usage: Usage = Usage()
    provenance: Provenance = Provenance()
