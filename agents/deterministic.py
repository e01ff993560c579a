"""The deterministic half that all agents share: findings are made in `tasks`, no model is asked, and `read` reports them."""

from __future__ import annotations

from collections.abc import Iterable

from fusion.model import AgentTask, Completion, Finding, Outcome, Prompt, Report, Unread


class Deterministic:
    """An agent whose findings need no model."""

    name: str

    def ask(self, task: AgentTask) -> Prompt | None:  # noqa: ARG002 - the protocol's signature
        """None: the candidates of the task are complete as they are."""
        return None

    def read(self, task: AgentTask, completion: Completion | None) -> Report:  # noqa: ARG002 - the protocol's signature
        """The task's candidates as the agent's report."""
        return Report(agent=self.name, outcome=Outcome.OK, read=task.read, unread=task.unread, findings=task.candidates)

    def task(self, findings: Iterable[Finding], *, read: Iterable[str], unread: Iterable[Unread] = ()) -> AgentTask:
        """The agent's one piece of work on a change. The id is the same on every replay."""
        missed = {item.path: item for item in unread}
        seen = dict.fromkeys(path for path in read if path not in missed)
        return AgentTask(
            agent=self.name, id=f"{self.name}-1", read=tuple(seen), candidates=tuple(findings), unread=tuple(missed.values())
        )


def switched_off(name: str, switches: dict[str, bool]) -> bool:
    """Whether policy switches the agent off."""
    return not switches.get(name, True)
