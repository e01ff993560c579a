"""Repositories that are not there any more, or that nobody may look at any more: what is kept of their scans may go in time."""

from __future__ import annotations

from fusion.ports import Store
from fusion.scanning.wanted import last_key


async def left(store: Store, tenant: str, scope: str) -> None:
    """Mark the last scan under that scope, so that `fusion purge` need not keep it past the retention.

    The next scan, if there is one, takes the mark away. Doing it twice is doing it once. Raises Conflict where a scan has just
    been recorded: whoever waits tries again.
    """
    key = last_key(tenant, scope)
    stored = await store.get(key)
    if stored is not None and not stored.value.get("gone"):
        await store.put(key, {**stored.value, "gone": True}, etag=stored.etag)
