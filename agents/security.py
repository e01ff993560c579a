"""Security: what could let someone do what they should not.

Looks at the security evidence that the change brought, from every analyzer and from results handed in with the review, and
says for each what happened, why it matters and what to do. Evidence in tests counts two steps less, in examples one step.
Secrets are the compliance agent's matter; when policy switches that one off, they are told here.

Never says that a change is secure: without evidence it says nothing, and the receipt names the tools that looked.

Where a model may be asked, it reads the change in parts and looks for what tools cannot see: who may do what, what is trusted
although a stranger wrote it, ways of data that no analysis followed (`security.md`).
"""

from __future__ import annotations

from collections.abc import Sequence

from agents.advice import SECRETS, told
from agents.deterministic import switched_off
from agents.reasoned import Reasoned
from fusion.agent import Case, Skip
from fusion.changes.selection import is_code
from fusion.model import AgentTask, Category
from fusion.reading.workflows import is_action, is_workflow


class Security(Reasoned):
    """The security agent."""

    name = "security"
    prompt_name = "security"

    def without_model(self, case: Case) -> Sequence[AgentTask] | Skip:
        """One task with a finding per piece of security evidence."""
        elsewhere = SECRETS if not switched_off("compliance", case.policy.agents) else frozenset()
        evidence = [item for item in case.evidence if item.category is Category.SECURITY and item.family not in elsewhere]
        if not evidence:
            return Skip("no tool saw anything that touches security")
        return [self.task((told(self.name, item) for item in evidence), read=(item.location.path for item in evidence))]

    def wants(self, path: str) -> bool:
        """Code, and the workflows that run it."""
        return is_code(path) or is_workflow(path) or is_action(path)
