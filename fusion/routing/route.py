"""The choice: which endpoint answers a prompt, or why none does. Pure and total; every answer has its reason in plain words.

The order of the questions: may it go there (the repository's policy), can that model do it (figures, size of the window), is
the endpoint well, can we pay for it; then who is asked first.

- Cheap works go to a local model first, where its queue is short, then to a small one in the cloud, then to a large one.
- Hard works go to a large model in the cloud, then to a large local one, then to a small one.
- After an answer that was no use, nobody weaker is asked, and not the same model again: its answer would be the same.
- After an outage the same model is asked elsewhere first: another deployment, another region.
- Among equals the order of the models file counts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from fusion.budget import quote
from fusion.model import Call, Ending, NoRoute, Prompt, Record, Route, Urgency, Work
from fusion.policy import Policy
from fusion.routing import residency, retry
from fusion.routing.catalogue import Endpoint, ModelCard, ModelsFile, Visibility, may_do
from fusion.routing.health import Health, State

DEEP: Mapping[Urgency, int] = {
    Urgency.PERSON: 2,
    Urgency.PULL: 8,
    Urgency.AGAIN: 16,
    Urgency.SCHEDULED: 64,
    Urgency.BACKFILL: 1_000_000,
}
"""Jobs of the same urgency or a higher one that may wait for a worker before a call of that urgency rather goes elsewhere."""
_TOLD = 6
"""Endpoints that a refusal names."""


class Ask(Record):
    """One call that somebody wants to make."""

    work: Work
    prompt: Prompt
    tokens: int
    """Upper bound of the prompt in tokens."""
    policy: Policy = Policy()
    """Of the base side."""
    visibility: Visibility = "local"
    """Of the repository."""
    urgency: Urgency = Urgency.PULL
    tried: tuple[Call, ...] = ()
    """Attempts at this very call so far, oldest first. One that ended well is there because its answer was not sure enough."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """An endpoint in the order of asking, or why it is not asked."""

    endpoint: Endpoint
    card: ModelCard
    refusal: str = ""
    """Why not, as half a sentence; empty: it may be asked."""
    kept: Literal["", "busy", "poor"] = ""
    """busy: it may be asked later; poor: with more money."""
    wait: float = 0.0
    """Of one that is busy, seconds until it may be asked."""
    why: str = ""
    bound: float = 0.0
    likely: float = 0.0
    rank: tuple[int, ...] = ()


def choose(
    ask: Ask,
    models: ModelsFile,
    *,
    breakers: Health,
    at: datetime,
    waiting: Mapping[Urgency, int] | None = None,
    left: float | None = None,
) -> Route | NoRoute:
    """Where the call goes, or why nowhere.

    `waiting`: jobs in the worker's queue by urgency; `left`: money that the caps leave, in their currency (None: no cap).
    """
    if not ask.policy.models.use:
        return NoRoute(why="Policy says that no model is asked (models.use).")
    if not models.endpoints:
        return NoRoute(why="No model is configured: FUSION_MODELS names no file with endpoints.")
    candidates = weigh(ask, models, breakers=breakers, at=at, waiting=waiting, left=left)
    best = next((candidate for candidate in candidates if not candidate.refusal), None)
    if best is None:
        return _none(candidates)
    return Route(
        endpoint=best.endpoint.name,
        kind=best.endpoint.route_kind,
        model=best.endpoint.model,
        region=best.endpoint.region,
        local=best.endpoint.local,
        why=best.why,
        bound=best.bound,
        likely=best.likely,
    )


def weigh(
    ask: Ask,
    models: ModelsFile,
    *,
    breakers: Health,
    at: datetime,
    waiting: Mapping[Urgency, int] | None = None,
    left: float | None = None,
) -> tuple[Candidate, ...]:
    """All endpoints: first those that may be asked, in the order of asking, then the others with the reason."""
    scene = _Scene(ask, models, waiting or {})
    candidates = []
    for place, endpoint in enumerate(models.endpoints):
        card = models.card(endpoint)
        bound, likely = _cost(ask, endpoint, card)
        refusal = residency.refusal(endpoint, ask.policy.models, ask.prompt.sources, ask.visibility)
        refusal = refusal or _incapable(ask, endpoint, card) or scene.spent(endpoint, card)
        kept: Literal["", "busy", "poor"] = ""
        wait = 0.0
        if not refusal:
            standing = breakers.standing(endpoint.name, at)
            if standing.state is State.OPEN:
                refusal, wait = _unwell(standing.barred, standing.last, standing.wait), standing.wait
                kept = "" if standing.barred else "busy"
            elif left is not None and bound > max(left, 0.0):
                refusal, kept = (
                    f"it would cost up to {bound:.4f} {models.caps.currency} and {max(left, 0.0):.4f} are left",
                    "poor",
                )
        rank, why = scene.rank(endpoint, card)
        candidates.append(
            Candidate(
                endpoint=endpoint,
                card=card,
                refusal=refusal,
                kept=kept,
                wait=wait,
                why=why,
                bound=bound,
                likely=likely,
                rank=(bool(refusal), *rank, place),
            )
        )
    return tuple(sorted(candidates, key=lambda candidate: candidate.rank))


class _Scene:
    """What has been tried, and the order that follows from it."""

    def __init__(self, ask: Ask, models: ModelsFile, waiting: Mapping[Urgency, int]) -> None:
        self.ask = ask
        self.order = [endpoint.model for endpoint in models.endpoints]
        self.tried: dict[str, list[Ending]] = {}
        self.useless: dict[str, Literal["large", "small", "embedding"]] = {}
        """Models that answered to no use, with their sizes."""
        self.same = ""
        """The model to stay with after an outage."""
        for call in ask.tried:
            # What the other side calls its model is its own matter; the endpoint says which it is.
            endpoint = models.endpoint(call.endpoint)
            if endpoint is None:
                continue
            if not call.cached:
                self.tried.setdefault(endpoint.name, []).append(call.ending)
            if call.ending in retry.USELESS:
                self.useless[endpoint.model] = models.card(endpoint).size
            elif call.ending in retry.OUTAGES:
                self.same = endpoint.model
        self.same = "" if self.same in self.useless else self.same
        self.ahead = sum(waiting.get(urgency, 0) for urgency in _as_urgent(ask.urgency))
        self.deep = self.ahead > DEEP[ask.urgency]

    def spent(self, endpoint: Endpoint, card: ModelCard) -> str:
        """Why an endpoint is not asked once more."""
        endings = self.tried.get(endpoint.name, [])
        if endings and len(endings) >= min(retry.attempts(ending) for ending in endings):
            times = "once" if len(endings) == 1 else f"{len(endings)} times"
            return f"it was asked {times} and the call ended as {endings[-1]}"
        if endpoint.model in self.useless:
            return f"{endpoint.model} has answered and the answer was no use"
        if "large" in self.useless.values() and card.size != "large":
            return "a stronger model's answer was no use"
        return ""

    def rank(self, endpoint: Endpoint, card: ModelCard) -> tuple[tuple[int, ...], str]:
        """What to sort by, the lowest first, and the reason to ask this one."""
        again = len(self.tried.get(endpoint.name, ()))
        moved = self.same != "" and endpoint.model != self.same
        tier, why = self._tier(endpoint, card)
        if again:
            why = f"it is asked once more, after {again} failed {'attempt' if again == 1 else 'attempts'}"
        elif self.same and not moved:
            why = f"it has {endpoint.model} too, which could not be reached elsewhere"
        elif self.useless:
            why = f"the answer of {' and of '.join(sorted(self.useless))} was no use; {why}"
        return (again, moved, tier, self.order.index(endpoint.model)), f"{endpoint.name}: {why}."

    def _tier(self, endpoint: Endpoint, card: ModelCard) -> tuple[int, str]:
        work, name = self.ask.work, card.name
        is_large = card.size == "large"
        if work.is_cheap and not self.useless:
            if endpoint.local and endpoint.kind == "worker" and self.deep:
                return 3, f"{self.ahead} jobs wait for the worker, and {work} goes to {name} there for want of another"
            if endpoint.local:
                return 0, f"{work} is cheap work, and {name} runs here"
            if not is_large:
                return 1, f"{work} is cheap work, and {name} is a small model"
            return 2, f"{work} goes to {name} for want of a smaller model"
        if not is_large:
            return (3 if endpoint.local else 2), f"{work} goes to {name} for want of a larger model"
        if endpoint.local:
            return 1, f"{work} goes to {name} here"
        return 0, f"{work} is hard work, and {name} is a large model"


def _as_urgent(urgency: Urgency) -> list[Urgency]:
    """The urgency and all higher ones."""
    ranked = list(Urgency)
    return ranked[: ranked.index(urgency) + 1]


def _incapable(ask: Ask, endpoint: Endpoint, card: ModelCard) -> str:
    if ask.work not in endpoint.roles:
        return f"it is not there to {ask.work}"
    if why := may_do(card, ask.work):
        return why
    if ask.prompt.limits.output_tokens > card.output:
        return f"{card.name} writes {card.output:,} tokens at most"
    if ask.tokens + ask.prompt.limits.output_tokens > card.context:
        return f"{card.name} takes {card.context:,} tokens, and prompt and reply may have {_size(ask):,}"
    if card.price is None and not endpoint.local:
        return f"the price of {card.name} is not known, so the call cannot be quoted"
    return ""


def _size(ask: Ask) -> int:
    return ask.tokens + ask.prompt.limits.output_tokens


def _cost(ask: Ask, endpoint: Endpoint, card: ModelCard) -> tuple[float, float]:
    """What the call costs at most, and likely. A worker's machine is paid for by the second, and the call may take them all."""
    if card.price is None:
        return 0.0, 0.0
    limits = ask.prompt.limits
    seconds = limits.seconds if endpoint.kind == "worker" else 0.0
    bound = quote.at_most(card.price, ask.tokens, limits.output_tokens, seconds=seconds)
    return bound, min(quote.likely(ask.prompt, card.price), bound)


def _unwell(barred: str, last: Ending | None, wait: float) -> str:
    if barred:
        return f"it is asked no more: {barred}"
    return f"it is left alone for {wait:.0f} s after calls that ended as {last}"


def _none(candidates: tuple[Candidate, ...]) -> NoRoute:
    waits = [candidate.wait for candidate in candidates if candidate.kept == "busy"]
    poor = [candidate.bound for candidate in candidates if candidate.kept == "poor"]
    told = list(_told(candidates))
    more = f"; and {len(told) - _TOLD} more" if len(told) > _TOLD else ""
    return NoRoute(
        why=f"No endpoint can be asked. {'; '.join(told[:_TOLD])}{more}.",
        ending=Ending.CAPPED if poor else Ending.UNAVAILABLE,
        wait=min(waits, default=0.0),
        needs=min(poor, default=0.0),
    )


def _told(candidates: tuple[Candidate, ...]) -> Iterator[str]:
    for candidate in candidates:
        yield f"{candidate.endpoint.name}: {candidate.refusal}"
