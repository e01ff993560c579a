"""Records and contents in Blobs, by digest, with the last few kept in memory: many activities read the same change."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from typing import TypeVar

from fusion import policy as policies
from fusion.model import Blob, Change, Contents, Record, Request
from fusion.policy import Policy
from fusion.ports import Blobs

R = TypeVar("R", bound=Record)


class Shelf:
    """Typed reading and writing of claim checks. `kept` bounds how many records stay in memory."""

    def __init__(self, blobs: Blobs, *, kept: int = 64) -> None:
        self.blobs = blobs
        self.kept = kept
        self._records: OrderedDict[str, Record] = OrderedDict()
        self._contents: OrderedDict[str, asyncio.Task[Contents]] = OrderedDict()

    async def save(self, record: Record) -> str:
        """Put the record and return its digest."""
        digest = await self.blobs.put(record.model_dump_json(exclude_defaults=True).encode())
        self._keep(digest, record)
        return digest

    async def load(self, kind: type[R], digest: str) -> R:
        """The record behind a digest."""
        record = self._records.get(digest)
        if not isinstance(record, kind):
            record = kind.model_validate_json(await self.blobs.get(digest))
        self._keep(digest, record)
        return record

    def _keep(self, digest: str, record: Record) -> None:
        self._records[digest] = record
        self._records.move_to_end(digest)
        while len(self._records) > self.kept:
            self._records.popitem(last=False)

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
        if digest not in self._contents:
            self._contents[digest] = asyncio.create_task(self._read(change))
            while len(self._contents) > 2:
                self._contents.popitem(last=False)
        task = self._contents[digest]
        try:
            return await asyncio.shield(task)
        except BaseException:
            if task.done():
                self._contents.pop(digest, None)
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
