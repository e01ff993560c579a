"""The cost ladder: what is given up first when money is short. Data, and one pure function.

Tasks are paid from the top of the ladder down, the most valuable first, each if the money that is left allows it; so the lowest
rungs go first. What counts is what they likely cost: upper bounds are many times that, and that no cap is exceeded is seen to
before each call, where its bound is set aside (`fusion.budget.book`).
A task's price contains the check of its findings: findings that nobody verified are not worth their price, so verification is
never given up alone. What needs no model costs nothing and always stays, and so does what was answered before. Notes between
agents, re-asks and second opinions of a stronger model are asked for with what the tasks leave, call by call.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import inf

from fusion.budget.accounts import Cap
from fusion.budget.answers import CAPS
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
    """As people call it: `a draft of documentation`."""
    several: str
    """`drafts of documentation`."""
    holds: Callable[[AgentTask], bool]
    wanted: bool = True
    """Whether a review without it is incomplete."""


def _is_minor(task: AgentTask) -> bool:
    """Whether it looks at nothing but tests, examples and documents."""
    shown = [passage.path for passage in task.brief.passages if passage.kind == "change"] if task.brief else []
    return bool(shown) and not any(roles.is_production(path) for path in shown)


LADDER: Sequence[Rung] = (
    Rung(
        name="a draft of documentation",
        several="drafts of documentation",
        holds=lambda task: task.agent == "documentation" or _is(task, Work.DOCUMENT),
        wanted=False,
    ),
    Rung(
        name="a look for missing tests",
        several="looks for missing tests",
        holds=lambda task: task.agent == "tests",
        wanted=False,
    ),
    Rung(
        name="a model's view of compliance",
        several="models' views of compliance",
        holds=lambda task: task.agent == "compliance",
        wanted=False,
    ),
    Rung(
        name="a review of a passage of low risk",
        several="reviews of passages of low risk",
        holds=lambda task: task.agent != "security" and _is_minor(task),
    ),
    Rung(name="a review", several="reviews", holds=lambda task: task.agent != "security"),
    Rung(
        name="a security review of a passage of low risk",
        several="security reviews of passages of low risk",
        holds=_is_minor,
    ),
    Rung(name="a security review", several="security reviews", holds=lambda _: True),
)
"""What is given up first, after the walkthrough. A task stands on the first rung that holds it."""
_NAMED = 3
"""Topics that one sentence names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is known of a prompt before it is asked."""

    prompt: Prompt | None = None
    answered: bool = False
    """One of the models answered the very same before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Purse:
    """What the caps leave for a run, and which of them leaves so little."""

    left: float = inf
    """Infinite: there is no cap."""
    cap: Cap = Cap.RUN


@dataclass(frozen=True, slots=True, kw_only=True)
class Afforded:
    """What the budget allows."""

    kept: tuple[AgentTask, ...]
    """The most valuable first, so that they are asked, and paid, in that order."""
    left_out: tuple[tuple[AgentTask, str], ...] = ()
    """What is not done, and why, the same for all of them; what is given up first comes first."""
    quote: Quote | None = None
    """For what is kept."""
    walkthrough: bool = True
    """Whether there is money for it."""


def afford(
    tasks: Sequence[AgentTask],
    models: ModelsFile,
    purse: Purse,
    *,
    policy: Policy,
    walkthrough: Question | None = None,
    known: Mapping[int, Question] | None = None,
) -> Afforded:
    """Which tasks to do with the money that is left. `known`: what their questions are, by their position among the tasks.

    Of tasks on one rung those that come first are done first. A task fits when it likely costs no more than those above it
    likely leave, and when they leave the bound of a call. One that does not fit does not keep a cheaper one below from being
    done.
    """
    questions = known or {}
    prices = [_priced(task, questions.get(at, Question()), models, policy) for at, task in enumerate(tasks)]
    worth = sorted(range(len(tasks)), key=lambda at: (-rung(tasks[at]), at))
    left = None if purse.left == inf else picos(max(purse.left, 0.0))
    kept: list[int] = []
    for at in worth:
        if _fits(prices[at], left):
            kept.append(at)
            left = None if left is None else left - picos(prices[at].likely)
    overview = FREE
    if walkthrough is not None and walkthrough.prompt is not None and not walkthrough.answered:
        overview = priced_prompt(walkthrough.prompt, models, policy)
    has_walkthrough = _fits(overview, left)
    currency = models.caps.currency
    given_up = [at for at in reversed(worth) if at not in set(kept)]
    whole = total([*(prices[at] for at in kept), *([overview] if has_walkthrough else [])])
    rest = f"the cap {CAPS[purse.cap]} leaves {units(picos(max(purse.left, 0.0))):.4f} {currency}" if given_up else ""
    rest += ", and more valuable work comes first" if given_up and whole.calls else ""
    first = () if has_walkthrough else ("The walkthrough was left out: the budget does not allow it.",)
    return Afforded(
        kept=tuple(tasks[at] for at in kept),
        left_out=tuple((tasks[at], f"the budget does not allow it: {rest}") for at in given_up),
        quote=Quote(
            bound=whole.bound,
            limit=None if purse.left == inf else max(purse.left, 0.0),
            limited_by="" if purse.left == inf else purse.cap.value,
            likely=whole.likely,
            calls=whole.calls,
            kept=sum(questions[at].answered for at in kept if at in questions),
            currency=currency,
            left_out=(*first, *_sentences([(tasks[at], prices[at]) for at in given_up], rest, currency)),
        ),
        walkthrough=has_walkthrough,
    )


def rung(task: AgentTask) -> int:
    """On which rung of the ladder a task stands; the lowest is given up first."""
    return next(number for number, one in enumerate(LADDER) if one.holds(task))


def is_wanted(task: AgentTask) -> bool:
    """Whether a review without it is incomplete; otherwise it is one that says so."""
    return LADDER[rung(task)].wanted


def _is(task: AgentTask, work: Work) -> bool:
    return task.brief is not None and task.brief.work is work


def _priced(task: AgentTask, question: Question, models: ModelsFile, policy: Policy) -> Priced:
    return priced(task, models, policy, prompt=question.prompt, answered=question.answered)


def _fits(price: Priced, left: int | None) -> bool:
    return left is None or max(picos(price.likely), picos(price.once)) <= left


def _sentences(given_up: Sequence[tuple[AgentTask, Priced]], rest: str, currency: str) -> Iterator[str]:
    """One for each rung, in the order given."""
    by_rung: dict[int, list[tuple[AgentTask, Priced]]] = {}
    for task, price in given_up:
        by_rung.setdefault(rung(task), []).append((task, price))
    for number, group in by_rung.items():
        one, several = LADDER[number].name, LADDER[number].several
        what = f"{one[0].upper()}{one[1:]}" if len(group) == 1 else f"{len(group):,} {several}"
        topics = list(dict.fromkeys(task.brief.topic for task, _ in reversed(group) if task.brief and task.brief.topic))
        more = f" and {len(topics) - _NAMED:,} more" if len(topics) > _NAMED else ""
        named = f" ({', '.join(topics[:_NAMED])}{more})" if topics else ""
        whole = total([price for _, price in group])
        yield (
            f"{what}{named} {'was' if len(group) == 1 else 'were'} left out: likely {whole.likely:.4f} {currency},"
            f" and up to {whole.once:.4f} for one call; {rest}."
        )
