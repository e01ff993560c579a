"""Where things are kept: records in a Store, bytes in Blobs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol


class Blobs(Protocol):
    """Content-addressed bytes (claim checks). Writing the same bytes twice is a no-op."""

    async def put(self, data: bytes) -> str:
        """Keep the bytes and return their digest, `sha256:` and 64 hex digits."""
        ...

    async def get(self, digest: str) -> bytes:
        """The bytes. Raises PermanentError when they are not there or do not match the digest."""
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

    async def delete(self, key: Key) -> None:
        """Remove the record; no error when it is not there."""
        ...
