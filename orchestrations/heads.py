"""Which pull requests have the same head, and how the review of each ended: one record for each commit in the Store."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import Field

from fusion.dispatch.record import PullRecord, pull_key
from fusion.model import SCHEMA_VERSION, Record, Request
from fusion.ports import Key
from fusion.publishing import Beside
from orchestrations.bundle import Bundle


class Head(Record):
    """A commit that is the head of pull requests."""

    schema_version: int = SCHEMA_VERSION
    pulls: dict[int, str] = Field(default_factory=dict)
    """Number -> conclusion of its own review; empty: not yet."""


async def register(bundle: Bundle, request: Request, conclusion: str) -> None:
    """Keep what one pull request's review says of its head. Raises Conflict when another one does so at the same time."""
    key = _key(bundle, request)
    stored = await bundle.store.get(key)
    pulls = await _there(bundle, request, Head.model_validate(stored.value).pulls) if stored else {}
    after = Head(pulls={**pulls, request.number: conclusion}).model_dump(mode="json")
    if stored is None or after != stored.value:
        await bundle.store.put(key, after, etag=stored.etag if stored else None)


async def beside(bundle: Bundle, request: Request) -> tuple[Beside, ...]:
    """The other open pull requests with this head."""
    stored = await bundle.store.get(_key(bundle, request))
    pulls = await _there(bundle, request, Head.model_validate(stored.value).pulls) if stored else {}
    return tuple(Beside(number=number, conclusion=said) for number, said in sorted(pulls.items()) if number != request.number)


async def _there(bundle: Bundle, request: Request, pulls: Mapping[int, str]) -> dict[int, str]:
    """Those of the pull requests that are open and still have this head, as far as is known."""
    found = {}
    for number, said in pulls.items():
        stored = await bundle.store.get(pull_key(bundle.tenant, request.repository, number))
        pull = PullRecord.model_validate(stored.value).pull if stored else None
        # one that is not known yet has just begun
        if pull is None or (pull.open and pull.head == request.head):
            found[number] = said
    return found


def _key(bundle: Bundle, request: Request) -> Key:
    return Key(tenant=bundle.tenant, scope=request.repository, kind="head", id=request.head)
