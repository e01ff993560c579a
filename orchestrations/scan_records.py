"""What the activities of scans share: the bundle's part for them, and small records that the last writer replaces."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Mapping
from typing import Any

from fusion.errors import Denied, UserError
from fusion.model import Record
from fusion.model.posture import Posture, Unknown
from fusion.ports import Key
from fusion.scanning.series import Point, Series
from orchestrations.activity import Job, Method
from orchestrations.bundle import Bundle, Compliance
from orchestrations.shelf import Shelf
from orchestrations.waiting import settled


def compliance(bundle: Bundle) -> Compliance:
    """What scans work with. Raises UserError on a host that scans nothing."""
    if bundle.compliance is None:
        raise UserError("This host scans nothing: its bundle was composed without checks.")
    return bundle.compliance


def answering(method: Method) -> Method:
    """The activity with what stands against it as a value: `wait`, `gone`, `denied` or `failed`."""

    async def answer(job: Job) -> Any:
        return await settled(_denied(method(job)))

    return answer


async def _denied(work: Awaitable[Job]) -> Job:
    try:
        return await work
    except Denied as error:
        return {"status": "denied", "message": str(error)}


async def replace(bundle: Bundle, key: Key, value: Mapping[str, Any]) -> None:
    """Write a record, whatever it was. Raises Conflict where another writer came first: whoever waits tries again."""
    stored = await bundle.store.get(key)
    if stored is None or stored.value != value:
        await bundle.store.put(key, dict(value), etag=stored.etag if stored else None)


async def remember(bundle: Bundle, key: Key, point: Point) -> None:
    """Have a whole scan in its series, once. Raises Conflict where another writer came first: whoever waits tries again."""
    stored = await bundle.store.get(key)
    known = Series.model_validate(stored.value) if stored else Series()
    now = known.having(point)
    if now != known:
        await bundle.store.put(key, plain(now), etag=stored.etag if stored else None)


async def load_posture(shelf: Shelf, digest: str) -> Posture | Unknown:
    """The posture behind a digest, which may be that there is none."""
    data = await shelf.blobs.get(digest)
    return Unknown.model_validate_json(data) if b'"why"' in data[:8] else Posture.model_validate_json(data)


def plain(record: Record) -> dict[str, Any]:
    """As JSON without what is as by default."""
    return record.model_dump(mode="json", exclude_defaults=True)


def as_bytes(value: Mapping[str, Any]) -> bytes:
    """JSON of equal values is equal."""
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()
