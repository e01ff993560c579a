"""What is given up first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fusion.model import AgentTask, Prompt, Quote
from fusion.policy import Policy
from fusion.routing.catalogue import ModelsFile


@dataclass(frozen=True, slots=True, kw_only=True)
class Afforded:
    """What can be paid."""

    kept: tuple[AgentTask, ...]
    left_out: tuple[tuple[AgentTask, str], ...] = ()
    quote: Quote | None = None
    walkthrough: bool = True


def afford(
    tasks: Sequence[AgentTask], models: ModelsFile, left: float, *, walkthrough: Prompt | None, policy: Policy
) -> Afforded:
    """All of it."""
    return Afforded(kept=tuple(tasks), quote=Quote(calls=sum(task.brief is not None for task in tasks)))
