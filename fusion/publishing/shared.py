"""One commit can be the head of several pull requests, and GitHub keeps one check of a name for it: the worst result stands.

Otherwise a pull request into a branch that policy leaves out, or that has the change already, would turn the failure of
another one green. Pure.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fusion.model import PutCheck
from fusion.render.phrases import listed

_WORST = ("failure", "action_required", "success", "neutral")
"""Conclusions, the worst first. What was cancelled says nothing about a commit."""
_SHOWN = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """Another open pull request with the same head, and the conclusion of its own review; empty: it has none yet."""

    number: int
    conclusion: str


def joint(check: PutCheck, beside: Sequence[Beside]) -> PutCheck:
    """The check as it should be at a commit with further pull requests; unfinished checks stay as they are.

    While one of them is not reviewed yet, nobody's result may pass for its own.
    """
    results = {other.number: other.conclusion or "action_required" for other in beside if other.conclusion != "cancelled"}
    if check.status != "completed" or not results:
        return check
    worst = min(results.values(), key=_rank)
    if _rank(check.conclusion) <= _rank(worst):
        return check
    numbers = sorted(number for number, result in results.items() if result == worst)
    who = listed([f"#{number}" for number in numbers[:_SHOWN]])
    told = {"failure": "blocked", "action_required": "not reviewed in full"}.get(worst, worst)
    are = "is" if len(numbers) == 1 else "are"
    why = f"This commit is also the head of {who}, which {are} {told}. GitHub has one check for all of them: the worst result."
    fields = {"conclusion": worst, "title": f"{who} at the same commit {are} {told}", "summary": f"{why}\n\n{check.summary}"}
    return check.model_copy(update=fields if worst in _WORST[:2] else {"conclusion": worst})


def _rank(conclusion: str) -> int:
    return _WORST.index(conclusion) if conclusion in _WORST else len(_WORST)
