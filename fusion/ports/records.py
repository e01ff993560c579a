"""Where things are kept: records in a Store, bytes in Blobs."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptBlob:
    """A blob that is there. `size` is in bytes; `written` is when it was last put, up to a day too early."""

    digest: str
    size: int
    written: datetime


class Blobs(Protocol):
    """Content-addressed bytes (claim checks). Writing the same bytes again only makes them young again."""

    async def put(self, data: bytes) -> str:
        """Keep the bytes and return their digest, `sha256:` and 64 hex digits."""
        ...

    async def get(self, digest: str) -> bytes:
        """The bytes. Raises PermanentError when they are not there or do not match the digest."""
        ...

    def walk(self) -> AsyncIterator[KeptBlob]:
        """Every blob, in no order; one that is put or deleted meanwhile may be shown or not."""
        ...

    async def delete(self, digest: str, *, before: datetime) -> bool:
        """Remove the blob if it was last put before that time, and say whether it was removed.

        Asked and removed in one step: bytes that are put at the same moment are there afterwards.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """Hierarchical key of a stored record: tenant / scope / kind / id. Scope is a repository or an installation."""

    tenant: str
    scope: str
    kind: str
    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """A stored record with the ETag that its next write must match."""

    key: Key
    value: dict[str, Any]
    etag: str
    updated: datetime


class Store(Protocol):
    """Records with optimistic concurrency: runs, ledgers, reviews, audit."""

    async def get(self, key: Key) -> Stored | None:
        """The record, or None."""
        ...

    async def put(self, key: Key, value: dict[str, Any], *, etag: str | None) -> str:
        """Write and return the new ETag. `etag` None: the record must not exist yet. Raises Conflict when it does not match."""
        ...

    async def list(
        self, *, tenant: str, kind: str, scope: str | None = None, limit: int = 100, after: str = ""
    ) -> Sequence[Stored]:
        """Records of one kind, newest first; `after` is the id of the last one already seen."""
        ...

    def walk(self, *, tenant: str) -> AsyncIterator[Stored]:
        """Every record of the tenant, of whatever kind and scope, first written first.

        A record that is there all the while is shown; one that is written meanwhile is shown again as it is then.
        """
        ...

    async def delete(self, key: Key, *, etag: str | None = None) -> None:
        """Remove the record; no error when it is not there. Raises Conflict when `etag` is given and not the record's."""
        ...
