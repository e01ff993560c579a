"""What an operator wants to know of a models file: which endpoints can be used here, and who is asked first. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

from fusion.errors import installing
from fusion.model import Prompt, Work
from fusion.routing.catalogue import Endpoint, ModelsFile, may_do
from fusion.routing.health import Snapshot, Standing, State
from fusion.routing.route import Ask, Candidate, weigh

RETIRED = "Microsoft retired the Azure AI Inference SDK's service on 26 August 2026: move to kind openai and /openai/v1/"
CLOUD = ("openai", "inference")
"""Kinds of endpoints that are asked through the packages of [models]."""
NOT_INSTALLED = f"the packages for models are not installed: {installing('models')}"
OLD = 180
"""Days after which a price should be looked at again."""
TYPICAL = 4000
"""Tokens of the prompt that the outlook supposes."""
_THEN = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Readiness:
    """Whether an endpoint can be used on this host, and what to know or do about it."""

    endpoint: Endpoint
    wrong: tuple[str, ...] = ()
    """What keeps it from being asked, each as half a sentence."""
    about: tuple[str, ...] = ()
    """Which model it is, where, and how one signs in there."""
    advice: tuple[str, ...] = ()
    """What to look at some day."""

    @property
    def ready(self) -> bool:
        """Whether it can be used."""
        return not self.wrong

    @property
    def detail(self) -> str:
        """All of it on one line."""
        return "; ".join([*self.wrong, *self.about, *self.advice])


def readiness(
    models: ModelsFile,
    environ: Mapping[str, str],
    *,
    kernel: bool,
    today: date,
    barred: Mapping[str, str] | None = None,
    unanswered: Mapping[str, str] | None = None,
) -> tuple[Readiness, ...]:
    """Of each endpoint in turn. `environ`: where keys are looked for; `kernel`: whether the packages of [models] are here.

    By name: `barred`, why an endpoint is asked no more; `unanswered`, why it does not answer, where that was tried.
    """
    out = {name: f"it is asked no more: {why}" for name, why in (barred or {}).items()}
    ready = []
    for endpoint in models.endpoints:
        one = _ready(models, endpoint, environ, kernel, today)
        first, last = out.get(endpoint.name), (unanswered or {}).get(endpoint.name)
        wrong = (*([first] if first else []), *one.wrong, *([last] if last else []))
        ready.append(replace(one, wrong=wrong))
    return tuple(ready)


def outlook(models: ModelsFile, *, barred: Mapping[str, str] | None = None) -> dict[Work, tuple[Candidate, ...]]:
    """For each work the endpoints in the order of asking, then those that are not asked; nothing waiting, no caps, and all
    well but those that are `barred`."""
    out = {name: Standing(state=State.OPEN, barred=why) for name, why in (barred or {}).items()}
    well = Snapshot(at=_THEN, endpoints=out)
    return {work: weigh(_typical(work), models, breakers=well, at=_THEN) for work in Work}


def _typical(work: Work) -> Ask:
    prompt = Prompt(agent="outlook", work=work, messages=(), schema_name="any", reply_schema={})
    return Ask(work=work, prompt=prompt, tokens=TYPICAL, visibility="private")


def _ready(models: ModelsFile, endpoint: Endpoint, environ: Mapping[str, str], kernel: bool, today: date) -> Readiness:
    card = models.card(endpoint)
    where = f"at {endpoint.address}" if endpoint.address else "by the queue"
    place = f"local: {endpoint.local_reason or 'by its address'}" if endpoint.local else endpoint.region or "region not said"
    signs_in = {"key": f"key in {endpoint.key}", "entra": "Entra ID signs in", "none": "nobody signs in"}[endpoint.sign_in]
    named = f"{endpoint.model} {where}" + (f", deployment {endpoint.deployment}" if endpoint.deployment else "")
    about = [named, place, *([signs_in] if endpoint.kind in CLOUD else [])]
    wrong, advice = [], []
    if endpoint.key and not environ.get(endpoint.key):
        wrong.append(f"{endpoint.key} is not set")
    if endpoint.kind in CLOUD and not kernel:
        wrong.append(NOT_INSTALLED)
    if card.price is None and not endpoint.local:
        wrong.append(f"the price of {card.name} is not known, so nothing can be quoted: give it one")
    elif not endpoint.roles:
        wrong.append("its `roles` are empty, so it is asked nothing")
    elif all(may_do(card, work) for work in endpoint.roles):
        first = Work.REVIEW if Work.REVIEW in endpoint.roles else endpoint.roles[0]
        wrong.append(f"{card.name} may do none of its works: {may_do(card, first)}")
    if endpoint.kind == "inference":
        advice.append(RETIRED)
    if card.price is not None and (today - card.price.date).days > OLD:
        advice.append(f"its price was read on {card.price.date}: see whether it still holds")
    if card.trial:
        advice.append("on trial: asked without figures, for an evaluation only")
    return Readiness(endpoint=endpoint, wrong=tuple(wrong), about=tuple(about), advice=tuple(advice))
