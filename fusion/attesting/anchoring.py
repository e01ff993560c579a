"""Having the heads of chains kept outside. An anchor that is away stops nothing: the next head is anchored all the same."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from fusion.attesting.links import instant
from fusion.errors import Conflict, FusionError
from fusion.model.compliance import Anchored, Sealed
from fusion.ports import Key, Store
from fusion.ports.compliance import Anchor

ANCHOR = "evidence-anchor"
"""Kind of the records of what was anchored."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchoring:
    """What became of the anchors of one head."""

    anchored: tuple[Anchored, ...] = ()
    missed: tuple[str, ...] = ()
    """A sentence for each anchor that did not take it."""


async def anchor(store: Store, anchors: Sequence[Anchor], *, tenant: str, link: Sealed) -> Anchoring:
    """Have a head kept at each anchor, and keep what they give back. Anchors' errors are sentences; the store's are raised."""
    kept: list[Anchored] = []
    missed: list[str] = []
    for one in anchors:
        try:
            kept.append(await one.anchor(link.chain, link.number, link.hash))
        except FusionError as error:
            missed.append(f"Link {link.number} of the chain {link.chain} is not anchored: {error}")
    for anchored in kept:
        await _keep(store, tenant, anchored)
    return Anchoring(anchored=tuple(kept), missed=tuple(missed))


async def cautions(anchors: Sequence[Anchor]) -> Sequence[str]:
    """What keeps these anchors from proving all that they could, a sentence each; that there are none is one."""
    if not anchors:
        return ("Heads of chains are kept nowhere else, so that a cut end could not be seen: set FUSION_ANCHOR.",)
    found: list[str] = []
    for one in anchors:
        try:
            found.append(await one.caution())
        except FusionError as error:
            found.append(str(error))
    return [sentence for sentence in found if sentence]


async def anchors_of(store: Store, tenant: str, chain: str) -> Sequence[Anchored]:
    """Every anchor that is known of a chain, by number."""
    found: list[Anchored] = []
    after = ""
    while page := await store.list(tenant=tenant, kind=ANCHOR, scope=chain, limit=_PAGE, after=after):
        found += [Anchored.model_validate(stored.value) for stored in page]
        after = page[-1].key.id
    return sorted(found, key=lambda one: (one.number, one.kind, one.where))


_PAGE = 1_000


async def _keep(store: Store, tenant: str, anchored: Anchored) -> None:
    where = hashlib.sha256(f"{anchored.kind}\0{anchored.where}".encode()).hexdigest()[:16]
    key = Key(tenant=tenant, scope=anchored.chain, kind=ANCHOR, id=f"{anchored.number:010}-{where}")
    try:
        await store.put(key, anchored.model_dump(mode="json") | {"at": instant(anchored.at)}, etag=None)
    except Conflict:
        # It is there from before: the older proof is the better one.
        return
