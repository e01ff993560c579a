"""What calls cost: one call at most and likely, and all the calls of a run before the first is made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_CEILING, Decimal

from fusion.budget import tokens
from fusion.budget.money import picos, units
from fusion.model import AgentTask, Limits, Prompt, Usage, Work
from fusion.policy import Policy
from fusion.ports import Tokenizer
from fusion.routing.catalogue import Endpoint, ModelCard, ModelsFile, Price, may_do, room
from fusion.routing.residency import is_allowed


@dataclass(frozen=True, slots=True, kw_only=True)
class Foreseen:
    """What a run's calls are taken to be before there are prompts. At most: every call asked twice, every task's questions put
    and answered, and every task checked. A run may not spend more than that (`orchestrations.spending.caps`)."""

    prefix: int = 12_000
    """Tokens, as `tokens.bound` counts, of an agent's instructions with the reply's schema; the brief comes on top."""
    output: Mapping[Work, int] = field(default_factory=lambda: {Work.TRIAGE: 2_000, Work.REVIEW: 2_000, Work.DOCUMENT: 2_000})
    """Tokens of a reply at most, where they are not those of `Limits`."""
    asks: int = 2
    """Each prompt at most: once, and once more with what was wrong with the reply, which is then part of it."""
    notes: int = 2
    """Questions to other agents of each task, at most; the task is then asked once more."""
    checks: int = 1
    """Calls of the verifier for each task that finds something, at most, each with as many asks."""
    replied: float = 0.25
    """Share of the reply's limit that replies likely have."""
    repeated: float = 0.05
    """Share of prompts that are likely asked twice."""
    found: float = 0.4
    """Share of tasks that likely find something to check."""


FORESEEN = Foreseen()


@dataclass(frozen=True, slots=True, kw_only=True)
class Priced:
    """What one task costs, in the budget's currency."""

    bound: float
    """With everything that is foreseen."""
    once: float
    """What must be free to make any of its calls: the bound of one, its own or a check of it."""
    likely: float
    """With the checks that are to be expected: what it is admitted by."""
    calls: int
    """With its checks, each asked once."""


FREE = Priced(bound=0.0, once=0.0, likely=0.0, calls=0)


def cost(price: Price, usage: Usage, *, seconds: float = 0.0) -> float:
    """What that usage costs. `seconds` of the machine, where it is paid for. Counts that cannot be true count as 0."""
    fresh, kept, out = (max(count, 0) for count in (usage.input_tokens, usage.cached_tokens, usage.output_tokens))
    kept = min(kept, fresh)
    cached = price.input if price.cached is None else price.cached
    return units(_money(((fresh - kept, price.input), (kept, cached), (out, price.output)), seconds, price.second))


def most(prompt: Prompt, price: Price, *, tokenizer: Tokenizer | None = None, seconds: float = 0.0) -> float:
    """What one call costs at most: every token counted at the dearer price, and a reply as long as it may be."""
    return at_most(price, tokens.bound(prompt, tokenizer), prompt.limits.output_tokens, seconds=seconds)


def at_most(price: Price, input_tokens: int, output_tokens: int, *, seconds: float = 0.0) -> float:
    """What a call of at most so many tokens costs at most."""
    dearer = max(price.input, price.cached or 0.0)
    return units(_money(((input_tokens, dearer), (output_tokens, price.output)), seconds, price.second))


def likely(prompt: Prompt, price: Price, *, tokenizer: Tokenizer | None = None, foreseen: Foreseen = FORESEEN) -> float:
    """What one call costs as is to be expected."""
    reply = int(prompt.limits.output_tokens * foreseen.replied)
    return at_most(price, tokens.likely(prompt, tokenizer), reply)


def priced(
    task: AgentTask,
    models: ModelsFile,
    policy: Policy,
    *,
    prompt: Prompt | None = None,
    answered: bool = False,
    foreseen: Foreseen = FORESEEN,
) -> Priced:
    """What a task costs: at most at the dearest endpoint that may be asked, likely at the first. Without a brief, nothing.

    `prompt`: its own, where it is known already. `answered`: that was answered before. Then it costs nothing, and what follows
    from the answer (notes, checks) was most likely asked before, too; at most, that is asked anew.
    """
    if task.brief is None:
        return FREE
    size, work = task.brief.tokens + foreseen.prefix, task.brief.work
    own = _call(size, work, models, policy, foreseen)
    if prompt is not None:
        own = priced_prompt(prompt, models, policy, foreseen=foreseen)
    check = _call(size, Work.VERIFY, models, policy, foreseen)
    # A draft is done without its check, where there is no money for that.
    checked = check if work is Work.REVIEW else FREE
    # A brief about another place may be larger than this one.
    note = _call(max(size, room(models) + foreseen.prefix), Work.ANSWER, models, policy, foreseen)
    again = _call(size + foreseen.output.get(work, 0) + foreseen.notes * Limits().output_tokens, work, models, policy, foreseen)
    follows = (again.bound, *[note.bound] * foreseen.notes, *[check.bound] * foreseen.checks)
    if answered:
        return Priced(bound=_sum(*follows), once=0.0, likely=0.0, calls=0)
    return Priced(
        bound=_sum(own.bound, *follows),
        once=max(own.once, checked.once),
        likely=_sum(own.likely, checked.likely * foreseen.found),
        calls=own.calls + checked.calls * foreseen.checks,
    )


def priced_prompt(prompt: Prompt, models: ModelsFile, policy: Policy, *, foreseen: Foreseen = FORESEEN) -> Priced:
    """What a prompt costs, asked as a task is."""
    return _call(tokens.bound(prompt), prompt.work, models, policy, foreseen, output=prompt.limits.output_tokens)


def total(parts: Sequence[Priced]) -> Priced:
    """All of them together, exactly, in whatever order; `once` is that of the dearest call."""
    return Priced(
        bound=_sum(*(part.bound for part in parts)),
        once=max((part.once for part in parts), default=0.0),
        likely=_sum(*(part.likely for part in parts)),
        calls=sum(part.calls for part in parts),
    )


def _call(
    size: int, work: Work, models: ModelsFile, policy: Policy, foreseen: Foreseen, *, output: int | None = None
) -> Priced:
    reply = output or foreseen.output.get(work, Limits().output_tokens)
    asked = [one for one in models.endpoints if _may_ask(one, models.card(one), work, policy)]
    if not asked:
        return FREE
    once = [_most(endpoint, models.card(endpoint), size, reply) for endpoint in asked]
    twice = [_most(endpoint, models.card(endpoint), size + reply, reply) for endpoint in asked]
    first = models.card(asked[0]).price
    expected = _expected(first, size, reply, foreseen) if first else 0.0
    return Priced(
        bound=_sum(max(once), *[max(twice)] * (foreseen.asks - 1)),
        once=once[0],
        likely=expected * (1 + foreseen.repeated),
        calls=1,
    )


def _expected(price: Price, size: int, reply: int, foreseen: Foreseen) -> float:
    """What one call likely costs. Where kept prefixes have a price of their own, the instructions are read from there."""
    fresh = max(size - foreseen.prefix, 0) if price.cached is not None else size
    read = Usage(
        input_tokens=int(size / tokens.BYTES_PER_TOKEN),
        cached_tokens=int((size - fresh) / tokens.BYTES_PER_TOKEN),
        output_tokens=int(reply * foreseen.replied),
    )
    return cost(price, read)


def _most(endpoint: Endpoint, card: ModelCard, size: int, reply: int) -> float:
    seconds = Limits().seconds if endpoint.kind == "worker" else 0.0
    return at_most(card.price, size, min(reply, card.output), seconds=seconds) if card.price else 0.0


def _may_ask(endpoint: Endpoint, card: ModelCard, work: Work, policy: Policy) -> bool:
    """Whether a call could go there at all. (Where each one goes is decided by its own bytes, in `fusion.routing.route`.)"""
    if work not in endpoint.roles or may_do(card, work):
        return False
    if endpoint.local:
        return True
    return is_allowed(endpoint, policy.models) and card.price is not None and "**" not in policy.models.local


def _money(counted: Sequence[tuple[int, float]], seconds: float, rate: float) -> int:
    """Picounits for tokens, each count at its price per million, and for seconds; rounded up once."""
    million = 10**6
    exact = sum((count * Decimal(repr(price)) / million for count, price in counted), Decimal(0))
    return picos((exact + Decimal(repr(seconds)) * Decimal(repr(rate))).quantize(Decimal("1e-12"), rounding=ROUND_CEILING))


def _sum(*amounts: float) -> float:
    return units(sum(picos(amount) for amount in amounts))
