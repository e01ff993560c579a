"""Security: what could let someone do what they should not.

Looks at the security evidence that the change brought, from every analyzer and from results handed in with the review, and
says for each what happened, why it matters and what to do. Evidence in tests counts two steps less, in examples one step.
Secrets are the compliance agent's matter; when policy switches that one off, they are told here.

Never says that a change is secure: without evidence it says nothing, and the receipt names the tools that looked.
"""

from __future__ import annotations

from collections.abc import Sequence

from agents.advice import SECRETS, told
from agents.deterministic import Deterministic, switched_off
from fusion.agent import Case, Skip
from fusion.model import AgentTask, Category


class Security(Deterministic):
    """The security agent."""

    name = "security"

    def tasks(self, case: Case) -> Sequence[AgentTask] | Skip:
        """One task with a finding per piece of security evidence."""
        if switched_off(self.name, case.policy.agents):
            return Skip("switched off by policy")
        elsewhere = SECRETS if not switched_off("compliance", case.policy.agents) else frozenset()
        evidence = [item for item in case.evidence if item.category is Category.SECURITY and item.family not in elsewhere]
        if not evidence:
            return Skip("no tool saw anything that touches security")
        return [self.task((told(self.name, item) for item in evidence), read=(item.location.path for item in evidence))]
