"""Records and contents in Blobs, by digest, with the last ones kept in memory: many activities read the same change, and a
bot has many changes at work at once."""

from __future__ import annotations

import asyncio
import hashlib
from collections import OrderedDict
from typing import Generic, TypeVar

from fusion import policy as policies
from fusion.model import Blob, Change, Contents, Record, Request
from fusion.policy import Policy
from fusion.ports import Blobs

R = TypeVar("R", bound=Record)
V = TypeVar("V")


class Shelf:
    """Typed reading and writing of claim checks. `records` and `contents`: bytes of each (records as JSON) kept in memory."""

    def __init__(self, blobs: Blobs, *, records: int = 8_000_000, contents: int = 32_000_000) -> None:
        self.blobs = blobs
        self._records = _Kept[Record](records)
        self._contents = _Kept[asyncio.Task[Contents]](contents)

    async def save(self, record: Record) -> str:
        """Put the record and return its digest."""
        data = record.model_dump_json(exclude_defaults=True).encode()
        digest = await self.blobs.put(data)
        self._records.put(digest, record, len(data))
        return digest

    @staticmethod
    def digest(record: Record) -> str:
        """The digest under which `save` keeps the record."""
        return f"sha256:{hashlib.sha256(record.model_dump_json(exclude_defaults=True).encode()).hexdigest()}"

    async def load(self, kind: type[R], digest: str) -> R:
        """The record behind a digest."""
        record = self._records.get(digest)
        if not isinstance(record, kind):
            data = await self.blobs.get(digest)
            record = kind.model_validate_json(data)
            self._records.put(digest, record, len(data))
        return record

    async def policy(self, change: Change, request: Request) -> Policy:
        """The policy in force: the one given with the request, else the base side's, else the defaults."""
        if request.policy:
            return policies.load(await self.blobs.get(request.policy), origin="--policy")
        if change.policy:
            return policies.load(await self.blobs.get(change.policy.digest), origin=change.policy_origin)
        return Policy()

    async def contents(self, digest: str, change: Change) -> Contents:
        """The bytes behind a change; `digest` is the change's own."""
        # Shared by concurrent activities: the first one loads, the others wait for the same task.
        task = self._contents.get(digest)
        if task is None:
            task = asyncio.create_task(self._read(change))
            self._contents.put(digest, task, _size(change))
        try:
            return await asyncio.shield(task)
        except BaseException:
            if task.done():
                self._contents.drop(digest)
            raise

    async def _read(self, change: Change) -> Contents:
        async def fetch(blobs: dict[str, Blob]) -> dict[str, bytes]:
            return {path: await self.blobs.get(blob.digest) for path, blob in blobs.items()}

        return Contents(
            head=await fetch({file.path: file.head for file in change.files if file.head}),
            base=await fetch({file.base_path: file.base for file in change.files if file.base}),
            context=await fetch({file.path: file.blob for file in change.context}),
            imports=await fetch({file.path: file.blob for file in change.imports}),
        )


class _Kept(Generic[V]):
    """The values used last, of together at most `limit` bytes; the very last two in any case."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._held = 0
        self._values: OrderedDict[str, tuple[V, int]] = OrderedDict()

    def get(self, name: str) -> V | None:
        if name not in self._values:
            return None
        self._values.move_to_end(name)
        return self._values[name][0]

    def put(self, name: str, value: V, size: int) -> None:
        self.drop(name)
        self._values[name] = value, size
        self._held += size
        while self._held > self._limit and len(self._values) > 2:
            self.drop(next(iter(self._values)))

    def drop(self, name: str) -> None:
        if name in self._values:
            self._held -= self._values.pop(name)[1]


def _size(change: Change) -> int:
    """Bytes of a change's contents."""
    files = [blob for file in change.files for blob in (file.head, file.base) if blob]
    return sum(blob.size for blob in (*files, *(file.blob for file in (*change.context, *change.imports))))
