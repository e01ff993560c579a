"""Repositories that were renamed or transferred: what is known of their pull requests goes with them.

GitHub's ids of repositories stay, their names do not, and records lie under names. So the names that an id has had are kept,
and a pull request that nobody knows under its repository's name is looked for under the earlier ones.
"""

from __future__ import annotations

from contextlib import suppress

from fusion.dispatch.record import subject
from fusion.errors import Conflict
from fusion.model import SCHEMA_VERSION, Pull, Record
from fusion.ports import Key, Store

NAMES = 5
"""Names of one repository that are kept."""
KINDS = ("ledger", "conversation", "conclusion")
"""What goes along. Which orchestration runs does not: it is of the old name, and ends by itself."""


class Names(Record):
    """The names of one repository, the latest last."""

    schema_version: int = SCHEMA_VERSION
    names: tuple[str, ...] = ()


async def follow(store: Store, tenant: str, pull: Pull) -> str:
    """Bring along what an earlier name's records say of a pull request that is new under this one; that name, or nothing.

    Doing it twice is doing it once: what is there already is left alone.
    """
    if not pull.repository_id:
        return ""
    key = Key(tenant=tenant, scope=f"repository:{pull.repository_id}", kind="repository", id=str(pull.repository_id))
    stored = await store.get(key)
    known = Names.model_validate(stored.value) if stored else Names()
    earlier = [name for name in reversed(known.names) if name != pull.repository]
    found = ""
    for name in earlier:
        if await _copy(store, tenant, pull, name):
            found = name
            break
    if known.names[-1:] != (pull.repository,):
        now = Names(names=(*reversed(earlier), pull.repository)[-NAMES:])
        with suppress(Conflict):  # another pull request of the repository has just brought the same news
            await store.put(key, now.model_dump(mode="json"), etag=stored.etag if stored else None)
    return found


async def _copy(store: Store, tenant: str, pull: Pull, name: str) -> bool:
    """Whether there was something under that name."""
    found = False
    for kind in KINDS:
        old = await store.get(Key(tenant=tenant, scope=name, kind=kind, id=subject(pull.number)))
        if old is None:
            continue
        found = True
        with suppress(Conflict):
            await store.put(Key(tenant=tenant, scope=pull.repository, kind=kind, id=old.key.id), old.value, etag=None)
    return found
