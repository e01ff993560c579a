"""What is recorded and not sealed yet: one record for each, from before it is recorded until its link is there."""

from __future__ import annotations

from collections.abc import Sequence

from fusion.ports import Key, Store, Stored

OWED = "evidence-owed"
"""Kind of these records; their scope is the repository, their value `{"review": digest}`."""
_PAGE = 100


def owed_key(tenant: str, repository: str, id: str) -> Key:
    """Where it is noted that a review is owed."""
    return Key(tenant=tenant, scope=repository, kind=OWED, id=id)


async def owed(store: Store, tenant: str, repository: str | None = None, *, most: int = _PAGE) -> Sequence[Stored]:
    """What is owed, of one repository or of all, oldest first; the newest `most` where there is more."""
    found = await store.list(tenant=tenant, kind=OWED, scope=repository, limit=most)
    return sorted(found, key=lambda one: (one.updated, one.key.id))


async def counted(store: Store, tenant: str) -> int:
    """How much is owed."""
    number, after = 0, ""
    while page := await store.list(tenant=tenant, kind=OWED, limit=_PAGE, after=after):
        number, after = number + len(page), page[-1].key.id
    return number
