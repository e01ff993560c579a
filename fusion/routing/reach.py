"""Which works can be routed at all: known before anything is planned. Pure.

What the host's models file leaves out is configuration: such work is not planned, and the receipt says so once. Where the
repository's policy shuts out every endpoint that could do a work, a model should have looked and could not; what becomes of
that is policy's matter too (`models.missing`).
"""

from __future__ import annotations

from collections.abc import Sequence

from fusion.model import Source, Work
from fusion.policy.rules import Models
from fusion.render.phrases import listed
from fusion.routing.catalogue import Endpoint, ModelsFile, Visibility, may_do
from fusion.routing.residency import is_allowed, kept_by

FILE = "the models file (FUSION_MODELS)"
_ASKED = (Work.REVIEW, Work.DOCUMENT, Work.SUMMARISE)
"""Works that a review begins with."""
_THEN = (Work.VERIFY, Work.ANSWER)
"""Works that come up once a model has looked."""
_NAMED = 3
"""Endpoints that one sentence names."""


def served(models: ModelsFile, visibility: Visibility) -> frozenset[Work]:
    """The works that some endpoint does for repositories of that visibility, whatever a policy says."""
    return frozenset(work for work in Work if _able(models, work, visibility))


def shut_out(models: ModelsFile, policy: Models, work: Work, visibility: Visibility, sources: Sequence[Source]) -> str:
    """Which key of the policy keeps what is made of those sources from every endpoint that does the work, and what to do, as
    half a sentence; empty: an endpoint may be asked, or policy is not what is in the way.

    All paths under one pattern get the same words.
    """
    able = _able(models, work, visibility)
    if not able or any(endpoint.local for endpoint in able):
        return ""
    if pattern := kept_by(policy.local, sources):
        return (
            f"policy keeps `{pattern}` local (models.local), and no endpoint with the role `{work}` is local: add one to"
            f" {FILE}, or change models.local"
        )
    if not any(is_allowed(endpoint, policy) for endpoint in able):
        where = dict.fromkeys(endpoint.region or "a region that is not said" for endpoint in able)
        return (
            f"policy allows the {'region' if len(policy.regions) == 1 else 'regions'} {listed(policy.regions)} alone"
            f" (models.regions), and the role `{work}` is done in {listed(list(where))}: add an endpoint there to"
            f" {FILE}, or change models.regions"
        )
    return ""


def notes(models: ModelsFile | None, policy: Models, visibility: Visibility, *, off: str = "") -> tuple[str, ...]:
    """What a receipt says about models that were not asked because nobody configured them, or somebody switched them off.

    `off`: who switched them off for this run, such as a flag of the command line; empty: nobody.
    """
    if off:
        return (f"Models were switched off for this review by {off}.",)
    if not policy.use:
        return ("Models are switched off by policy (models.use: false).",)
    if models is None:
        return ("No model is configured: FUSION_MODELS names no models file.",)
    if not models.endpoints:
        return (f"No model is configured: {FILE} has no endpoints.",)
    does = served(models, visibility)
    wanted = [work for work in _ASKED if policy.walkthrough or work is not Work.SUMMARISE]
    wanted += _THEN if does & {Work.REVIEW, Work.DOCUMENT} else ()
    missing = [work for work in wanted if work not in does]
    return tuple(f"No model was asked to {work}: {_why(models, work, visibility)}." for work in missing)


def _able(models: ModelsFile, work: Work, visibility: Visibility) -> list[Endpoint]:
    return [endpoint for endpoint in models.endpoints if not _unable(models, endpoint, work, visibility)]


def _unable(models: ModelsFile, endpoint: Endpoint, work: Work, visibility: Visibility) -> str:
    """Why an endpoint does not do a work for such repositories, as half a sentence; empty when it does."""
    card = models.card(endpoint)
    if work not in endpoint.roles:
        return f"it lacks the role `{work}`"
    if endpoint.visibility and visibility not in endpoint.visibility:
        return f"it is for {' and '.join(endpoint.visibility)} repositories, and this one is {visibility}"
    if why := may_do(card, work):
        return why
    return "" if card.price is not None or endpoint.local else f"the price of {card.name} is not known"


def _why(models: ModelsFile, work: Work, visibility: Visibility) -> str:
    """Of the endpoints that should do a work why they do not; or that none should."""
    meant = [endpoint for endpoint in models.endpoints if work in endpoint.roles]
    if not meant:
        return f"no endpoint in {FILE} has `{work}` among its roles"
    told = [f"{endpoint.name}: {_unable(models, endpoint, work, visibility)}" for endpoint in meant]
    more = f"; and {len(told) - _NAMED} more" if len(told) > _NAMED else ""
    return f"of {FILE}, {'; '.join(told[:_NAMED])}{more}"
