"""The cost ladder: what is given up first when money is short. Data, and one pure function.

Tasks are paid from the top of the ladder down, the most valuable first, each if the money
that is left allows it; so the lowest rungs go first.
A task's price contains the check of its findings: findings that nobody verified are not worth their price, so verification is
never given up alone. What needs no model costs nothing and always stays. Notes between agents, re-asks and second opinions of
a stronger model are asked for with what the tasks leave, call by call.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from fusion.budget.money import picos, units
from fusion.budget.quote import FREE, Priced, priced, priced_prompt, total
from fusion.changes import roles
from fusion.model import AgentTask, Prompt, Quote, Work
from fusion.policy import Policy
from fusion.routing.catalogue import ModelsFile


@dataclass(frozen=True, slots=True, kw_only=True)
class Rung:
    """One step of the ladder."""

    name: str
    """As people call it: `the drafts of documentation`."""
    holds: Callable[[AgentTask], bool]


def _is_minor(task: AgentTask) -> bool:
    """Whether it looks at nothing but tests, examples and documents."""
    shown = [passage.path for passage in task.brief.passages if passage.kind == "change"] if task.brief else []
    return bool(shown) and not any(roles.is_production(path) for path in shown)


LADDER: Sequence[Rung] = (
    Rung(name="a draft of documentation", holds=lambda task: task.agent == "documentation" or _is(task, Work.DOCUMENT)),
    Rung(name="a look for missing tests", holds=lambda task: task.agent == "tests"),
    Rung(name="a model's view of compliance", holds=lambda task: task.agent == "compliance"),
    Rung(name="a review of a passage of low risk", holds=lambda task: task.agent != "security" and _is_minor(task)),
    Rung(name="a review", holds=lambda task: task.agent != "security"),
    Rung(name="a security review of a passage of low risk", holds=_is_minor),
    Rung(name="a security review", holds=lambda _: True),
)
"""What is given up first, after the walkthrough. A task stands on the first rung that holds it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Afforded:
    """What the budget allows."""

    kept: tuple[AgentTask, ...]
    """In the order in which they were given."""
    left_out: tuple[tuple[AgentTask, str], ...] = ()
    """What is not done, and why, a sentence each; what is given up first comes first."""
    quote: Quote | None = None
    """For what is kept."""
    walkthrough: bool = True
    """Whether there is money for it."""


def afford(
    tasks: Sequence[AgentTask], models: ModelsFile, left: float, *, walkthrough: Prompt | None, policy: Policy
) -> Afforded:
    """Which tasks to do with the money that is left (infinite: no cap). `walkthrough`: its prompt; None: there is none.

    Of tasks on one rung those that come first are done first. A task that does not fit does not keep a cheaper one below from
    being done.
    """
    prices = [priced(task, models, policy) for task in tasks]
    worth = sorted(range(len(tasks)), key=lambda at: (-rung(tasks[at]), at))
    purse = None if left == float("inf") else picos(max(left, 0.0))
    kept: set[int] = set()
    for at in worth:
        need = picos(prices[at].planned)
        if purse is None or need <= purse:
            kept.add(at)
            purse = None if purse is None else purse - need
    overview = priced_prompt(walkthrough, models, policy) if walkthrough is not None else FREE
    has_walkthrough = purse is None or picos(overview.planned) <= purse
    currency = models.caps.currency
    given_up = [at for at in reversed(worth) if at not in kept]
    reasons = {at: _sentence(tasks[at], prices[at], left, currency) for at in given_up}
    whole = total([*(prices[at] for at in sorted(kept)), *([overview] if has_walkthrough else [])])
    first = () if has_walkthrough else ("The walkthrough was left out: the budget does not allow it.",)
    return Afforded(
        kept=tuple(task for at, task in enumerate(tasks) if at in kept),
        left_out=tuple((tasks[at], reasons[at]) for at in given_up),
        quote=Quote(
            bound=min(whole.bound, max(left, 0.0)),
            likely=min(whole.likely, max(left, 0.0)),
            calls=whole.calls,
            currency=currency,
            left_out=(*first, *(reasons[at] for at in given_up)),
        ),
        walkthrough=has_walkthrough,
    )


def rung(task: AgentTask) -> int:
    """On which rung of the ladder a task stands; the lowest is given up first."""
    return next(number for number, one in enumerate(LADDER) if one.holds(task))


def _is(task: AgentTask, work: Work) -> bool:
    return task.brief is not None and task.brief.work is work


def _sentence(task: AgentTask, price: Priced, left: float, currency: str) -> str:
    what = LADDER[rung(task)].name
    topic = f" ({task.brief.topic})" if task.brief and task.brief.topic else ""
    return (
        f"{what[0].upper()}{what[1:]}{topic} was left out: it may cost {price.planned:.4f} {currency}, and of the"
        f" {units(picos(max(left, 0.0))):.4f} that the budget has left more valuable work comes first."
    )
