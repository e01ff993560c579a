"""The ports: what Fusion needs from the outside world, as narrow async protocols.

One contract suite per port (tests/contract) runs against the public fake, the embedded adapter and each vendor's adapter.
Adapters live in `fusion/adapters`, one module per vendor, and only `fusion/runtime.py` imports them.
"""

from __future__ import annotations

from collections.abc import Collection, Generator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from fusion.model import Change, Completion, Prompt, Request


class Forge(Protocol):
    """Where changes come from: a git repository on disk, a patch, or GitHub."""

    async def fetch_change(self, request: Request) -> Change:
        """Read the change and put its contents into Blobs. Raises UserError for what the caller can mend."""
        ...


class Follower(Protocol):
    """Knows which unchanged files a change leans on. Sans-I/O: a forge reads for it, within what it asks for."""

    file_bytes: int
    """A larger file need not be read for it."""

    def reads(self, path: str) -> bool:
        """Whether it looks into changed files of that name."""
        ...

    def follow(
        self, paths: Collection[str], changed: Sequence[tuple[str, bytes]]
    ) -> Generator[Sequence[str], Mapping[str, bytes], str]:
        """Yields paths of `paths` to read and is sent the bytes of those that can be; returns what was cut, or nothing.

        `changed`: both sides of the changed files that it reads.
        """
        ...


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


class Model(Protocol):
    """A language model behind whatever route."""

    async def complete(self, prompt: Prompt) -> Completion:
        """One reply that fits the prompt's schema. Raises TransientError or PermanentError."""
        ...


class Clock(Protocol):
    """Time, so that tests own it."""

    def now(self) -> datetime:
        """The present, in UTC."""
        ...
