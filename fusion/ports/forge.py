"""Where changes come from, and what helps to read them."""

from __future__ import annotations

from collections.abc import Collection, Generator, Mapping, Sequence
from typing import Protocol

from fusion.model import Change, Request


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
