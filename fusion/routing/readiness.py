"""What an operator wants to know of a models file: which endpoints can be used here, and who is asked first. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

from fusion.model import Prompt, Work
from fusion.routing.catalogue import Endpoint, ModelsFile, may_do
from fusion.routing.health import Snapshot, Standing, State
from fusion.routing.route import Ask, Candidate, weigh

RETIRED = "Microsoft retired the Azure AI Inference SDK's service on 26 August 2026: move to kind openai and /openai/v1/"
OLD = 180
"""Days after which a price should be looked at again."""
TYPICAL = 4000
"""Tokens of the prompt that the outlook supposes."""
_THEN = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Readiness:
    """Whether an endpoint can be used on this host, and what to know or do about it."""

    endpoint: Endpoint
    ready: bool
    detail: str


def readiness(
    models: ModelsFile, environ: Mapping[str, str], *, kernel: bool, today: date, barred: Mapping[str, str] | None = None
) -> tuple[Readiness, ...]:
    """Of each endpoint in turn. `environ`: where keys are looked for; `kernel`: whether the packages of [models] are here;
    `barred`: why an endpoint is asked no more, by its name."""
    ready = [_ready(models, endpoint, environ, kernel, today) for endpoint in models.endpoints]
    out = barred or {}
    return tuple(
        replace(one, ready=False, detail=f"it is asked no more: {out[one.endpoint.name]}; {one.detail}")
        if one.endpoint.name in out
        else one
        for one in ready
    )


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
    told = [f"{endpoint.model} {where}", place, *([] if endpoint.kind in ("worker", "exchange") else [signs_in])]
    wrong = []
    if endpoint.key and not environ.get(endpoint.key):
        wrong.append(f"{endpoint.key} is not set")
    if endpoint.kind in ("openai", "inference") and not kernel:
        wrong.append("its packages are not installed: install Fusion with [models]")
    if card.price is None and not endpoint.local:
        wrong.append(f"the price of {card.name} is not known, so nothing can be quoted: give it one")
    elif all(work not in endpoint.roles or may_do(card, work) for work in Work):
        wrong.append(f"{card.name} may do none of its works: {may_do(card, Work.REVIEW)}")
    if endpoint.kind == "inference":
        told.append(RETIRED)
    if card.price is not None and (today - card.price.date).days > OLD:
        told.append(f"its price was read on {card.price.date}: see whether it still holds")
    if card.trial:
        told.append("on trial: asked without figures, for an evaluation only")
    return Readiness(endpoint=endpoint, ready=not wrong, detail="; ".join([*wrong, *told]))
