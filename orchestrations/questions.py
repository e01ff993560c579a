"""What tasks ask, before they ask it: their prompts, and which of these a model answered before."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence

from fusion.agent import Agent
from fusion.budget.ladder import Question
from fusion.model import AgentTask, Change, Prompt
from fusion.policy import Policy
from fusion.reasoning.fence import derived, sources
from fusion.reasoning.replies import check
from fusion.routing.catalogue import ModelsFile
from orchestrations.bundle import Bundle
from orchestrations.paid import Paid
from orchestrations.shelf import Shelf

AT_ONCE = 16
"""Prompts that are looked up at the same time."""


def asked(agent: Agent, task: AgentTask) -> Prompt | None:
    """What a task asks; None: it wants no model. Raises whatever a third party's agent raises."""
    prompt = agent.ask(task)
    if prompt is None:
        return None
    check(prompt.reply_schema)
    shown = sources(task.brief) if task.brief else ()
    return prompt.model_copy(update={"sources": derived(prompt.sources, shown)})


class Questions:
    """What is known of a plan's prompts, in one repository under one policy."""

    def __init__(self, bundle: Bundle, shelf: Shelf, models: ModelsFile, change: Change, policy: Policy) -> None:
        self._agents = bundle.agents.plugins
        self._paid = Paid(bundle.store, shelf, bundle.tenant, bundle.clock)
        self._shelf = shelf
        self._models = tuple(endpoint.model for endpoint in models.endpoints)
        self._change = change
        self._policy = policy
        self._turns = asyncio.Semaphore(AT_ONCE)

    async def of(self, tasks: Sequence[AgentTask]) -> Mapping[int, Question]:
        """What the tasks with a brief ask, by their position."""
        wanted = {at: task for at, task in enumerate(tasks) if task.brief is not None}
        found = await asyncio.gather(*(self._of(task) for task in wanted.values()))
        return dict(zip(wanted, found, strict=True))

    async def look(self, prompt: Prompt | None) -> Question:
        """The prompt, and whether it was answered before."""
        if prompt is None:
            return Question()
        async with self._turns:
            found = await self._paid.answered(self._change, self._policy, self._shelf.digest(prompt), self._models)
        return Question(prompt=prompt, answered=found is not None)

    async def _of(self, task: AgentTask) -> Question:
        try:
            prompt = asked(self._agents[task.agent], task)
        except Exception:  # a third party's agent may raise anything; when it is asked, its report says what
            return Question()
        return await self.look(prompt)
