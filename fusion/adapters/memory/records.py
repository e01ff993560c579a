"""The public fakes: Blobs and Store in memory, and a clock that tests set.

They pass the same contract suites as the real adapters. A plugin's tests may use them, too.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from fusion.errors import Conflict, PermanentError, UserError
from fusion.ports import Clock, KeptBlob, Key, Stored


class ManualClock:
    """A clock that stands still until it is told to move."""

    def __init__(self, start: datetime = datetime(2025, 1, 1, tzinfo=UTC)) -> None:
        self._now = start.astimezone(UTC)

    def now(self) -> datetime:
        """The present, in UTC."""
        return self._now

    def advance(self, seconds: float) -> None:
        """Move the present by so many seconds."""
        self._now += timedelta(seconds=seconds)


class MemoryBlobs:
    """Blobs in a dictionary. `blobs.kept` shows what was put, by digest."""

    def __init__(self, clock: Clock | None = None) -> None:
        self.kept: dict[str, bytes] = {}
        self._clock = clock or ManualClock()
        self._written: dict[str, datetime] = {}

    async def put(self, data: bytes) -> str:
        """Keep the bytes and return their digest."""
        digest = f"sha256:{hashlib.sha256(data).hexdigest()}"
        self.kept[digest] = bytes(data)
        self._written[digest] = self._clock.now()
        return digest

    async def get(self, digest: str) -> bytes:
        """The bytes. Raises PermanentError when they are not there."""
        try:
            return self.kept[digest]
        except KeyError:
            raise PermanentError(f"There is no blob {digest[:100]!r}.") from None

    async def walk(self) -> AsyncIterator[KeptBlob]:
        """Every blob."""
        for digest, data in list(self.kept.items()):
            yield KeptBlob(digest=digest, size=len(data), written=self._written[digest])

    async def delete(self, digest: str, *, before: datetime) -> bool:
        """Remove the blob if it was last put before that time, and say whether it was removed."""
        if digest not in self.kept or self._written[digest] >= before:
            return False
        del self.kept[digest], self._written[digest]
        return True


class MemoryStore:
    """Records in a dictionary. Values go through JSON, so that a reader never shares a writer's objects."""

    def __init__(self, clock: Clock | None = None) -> None:
        self._clock = clock or ManualClock()
        self._records: dict[Key, tuple[int, str, datetime]] = {}
        self._writes = 0

    async def get(self, key: Key) -> Stored | None:
        """The record, or None."""
        return self._stored(key) if key in self._records else None

    async def put(self, key: Key, value: dict[str, Any], *, etag: str | None) -> str:
        """Write and return the new ETag. Raises Conflict when `etag` is not the record's."""
        text = json.dumps(value, allow_nan=False)
        held = self._records.get(key)
        if (None if held is None else str(held[0])) != etag:
            raise Conflict(f"The {key.kind} {key.id} changed since it was read.")
        self._writes += 1
        self._records[key] = (self._writes, text, self._clock.now())
        return str(self._writes)

    async def list(
        self, *, tenant: str, kind: str, scope: str | None = None, limit: int = 100, after: str = ""
    ) -> Sequence[Stored]:
        """Records of one kind, last written first. Raises UserError when there is no record `after`."""
        keys = sorted(
            (key for key in self._records if key.tenant == tenant and key.kind == kind and scope in (None, key.scope)),
            key=lambda key: -self._records[key][0],
        )
        if after:
            seen = next((at for at, key in enumerate(keys) if key.id == after), None)
            if seen is None:
                raise UserError(f"There is no {kind} {after!r} to go on from.")
            keys = keys[seen + 1 :]
        return [self._stored(key) for key in keys[: max(limit, 0)]]

    async def walk(self, *, tenant: str) -> AsyncIterator[Stored]:
        """Every record of the tenant, first written first."""
        seen = 0
        while ahead := [key for key, (write, _, _) in self._records.items() if key.tenant == tenant and write > seen]:
            following = min(ahead, key=lambda key: self._records[key][0])
            seen = self._records[following][0]
            yield self._stored(following)

    async def delete(self, key: Key, *, etag: str | None = None) -> None:
        """Remove the record; no error when it is not there. Raises Conflict when `etag` is given and not the record's."""
        held = self._records.get(key)
        if held and etag is not None and str(held[0]) != etag:
            raise Conflict(f"The {key.kind} {key.id} changed since it was read.")
        self._records.pop(key, None)

    def _stored(self, key: Key) -> Stored:
        etag, text, updated = self._records[key]
        return Stored(key=key, value=json.loads(text), etag=str(etag), updated=updated)
