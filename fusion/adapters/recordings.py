"""What inference workers on this machine record of their accelerators, read from the files that they write."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from fusion.errors import TransientError

MOST_FILES = 40
MOST_BYTES = 256 << 10
"""Of the end of each file: a worker's last hours."""


class FileRecordings:
    """The files of a folder, `*.jsonl`; a folder that is not there holds nothing."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def recent(self, since: datetime) -> Sequence[str]:
        """The last lines of the files that were written to since then. Raises TransientError: the folder cannot be read."""
        return await asyncio.to_thread(self._recent, since.timestamp())

    def _recent(self, since: float) -> list[str]:
        try:
            files = sorted(((path.stat().st_mtime, path) for path in self._folder.glob("*.jsonl")), reverse=True)
            return [line for written, path in files[:MOST_FILES] if written >= since for line in _end(path)]
        except OSError as error:
            raise TransientError(f"The recordings in {self._folder} cannot be read: {error.strerror}.") from None


def _end(path: Path) -> list[str]:
    with path.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(max(0, size - MOST_BYTES))
        return file.read(MOST_BYTES).decode("utf-8", "replace").splitlines()
