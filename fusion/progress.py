"""What a run tells whoever watches: one small value per thing that happened. Nothing depends on anybody listening."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from fusion.model import Change, Finding, Quote, Report, Review, State, ToolReport, Work
from fusion.model.compliance import ScanOf


@dataclass(frozen=True, slots=True)
class Fetched:
    """The change is here; `analyzers` will be asked."""

    change: Change
    analyzers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ToolStarted:
    """An analyzer began."""

    tool: str


@dataclass(frozen=True, slots=True)
class ToolFinished:
    """An analyzer came back, whatever the outcome."""

    report: ToolReport


@dataclass(frozen=True, slots=True)
class Quoted:
    """What the model calls of this run will cost, before the first is made."""

    quote: Quote


@dataclass(frozen=True, slots=True)
class Heard:
    """A model answers an agent, and this piece of it has come in."""

    agent: str
    text: str


@dataclass(frozen=True, slots=True)
class Waits:
    """Model calls of a run, or the questions of a scan, wait, and nothing moves meanwhile.

    Told for every call and again: who listens says it once.
    """

    reason: str
    """What tells this reason from others; the same for all calls that wait for the same."""
    what: str
    """What is waited for, in a word or two."""
    text: str
    """What is waited for, up to when, and what can be done about it; one line."""
    first: bool = False
    """Whether it is a scan's very first question that nobody answers: nothing was read yet."""


@dataclass(frozen=True, slots=True)
class Rerouted:
    """A question is put to another model: the answer before was unsure or of no use, or its endpoint was away."""

    work: Work
    why: Literal["unsure", "no_use", "away"]


@dataclass(frozen=True, slots=True)
class AgentFinished:
    """An agent's task came back, whatever the outcome."""

    report: Report


@dataclass(frozen=True, slots=True)
class Judged:
    """The review is ready."""

    review: Review


@dataclass(frozen=True, slots=True)
class Recorded:
    """The review is kept, and its ledger with it: told by the attempt that wrote them, and so at most once of each."""

    review: Review


Means = Literal["review", "command", "reply", "reaction", "thread"]
"""How it is known what becomes of a finding: from the next review, or from people."""


@dataclass(frozen=True, slots=True)
class Decided:
    """What becomes of a finding is another now in its ledger; told by whoever wrote that."""

    finding: Finding
    state: State
    how: Means


@dataclass(frozen=True, slots=True)
class Published:
    """What `run` found stands on its pull request, `seconds` after the webhook that asked for it; None: no webhook did.

    Told once of a run.
    """

    run: str
    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Listed:
    """The repositories of an account are known; so many will be scanned."""

    account: str
    repositories: int


@dataclass(frozen=True, slots=True)
class ScanStep:
    """The scan of a repository has come to its next step, in a few words."""

    repository: str
    step: str


@dataclass(frozen=True, slots=True)
class Resumed:
    """An interrupted scan is taken up again."""

    id: str
    what: str
    """The repository, folder or account; empty: nobody can tell any more."""
    until: datetime | None
    """Until when it waits before it goes on, as it had begun to; None: it goes on at once."""


@dataclass(frozen=True, slots=True)
class Filed:
    """The issues of a repository were kept."""

    repository: str
    told: str
    """What was done, in sentences."""


@dataclass(frozen=True, slots=True)
class Scanned:
    """The scan of a repository came to its end, whatever that is."""

    line: ScanOf


Notice = (
    Fetched
    | ToolStarted
    | ToolFinished
    | Quoted
    | Heard
    | Waits
    | Rerouted
    | AgentFinished
    | Judged
    | Recorded
    | Decided
    | Published
    | Listed
    | ScanStep
    | Resumed
    | Filed
    | Scanned
)
Listener = Callable[[Notice], None]


def nobody(notice: Notice) -> None:
    """The listener of a run that nobody watches."""
