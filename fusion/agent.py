"""What an agent is: three pure functions. The orchestration does the I/O between them.

`tasks` reads the case and returns the work, with every finding that needs no model already in it; `ask` writes the prompt
for one task (None: no model is needed); `read` turns a task and the model's completion (None: no model answered) into a
report. An agent holds no state, reads no clock and does no I/O.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from fusion.model import AgentTask, Change, Completion, Contents, Evidence, Prompt, Report, Work
from fusion.model.compliance import ScanException
from fusion.policy import Policy


@dataclass(frozen=True, slots=True, kw_only=True)
class Thinking:
    """How much of a model's attention an agent may plan with, in tokens as the bound counts them."""

    prompt: int = 12_000
    """Of one brief, at most."""
    briefs: int = 40
    """Of one agent, at most; what does not fit is left out by name."""
    works: frozenset[Work] = frozenset(Work)
    """What there are models for: other work is not planned."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """Everything known about a change when the agents are asked: the change, its bytes, the policy and the evidence."""

    change: Change
    contents: Contents
    policy: Policy
    evidence: Sequence[Evidence] = ()
    thinking: Thinking | None = None
    """What a model may be asked; None: no model is there, or none is wanted for this change."""
    exceptions: Sequence[ScanException] = ()
    """What the base branch's policy and the Store accept for a time, whether it has lapsed or not."""
    day: date | None = None
    """The day (UTC) of the run, by its orchestration: agents have no clock. None: nobody has said it."""


@dataclass(frozen=True, slots=True)
class Skip:
    """Why an agent or analyzer takes no part; shown on the receipt."""

    reason: str


class Agent(Protocol):
    """One specialist of the team. Its module's docstring is its documentation page."""

    name: str

    def tasks(self, case: Case) -> Sequence[AgentTask] | Skip:
        """The work to do on this change."""
        ...

    def ask(self, task: AgentTask) -> Prompt | None:
        """The prompt for one task, or None when no model is needed."""
        ...

    def read(self, task: AgentTask, completion: Completion | None) -> Report:
        """The report of one task."""
        ...
