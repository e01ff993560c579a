"""Anchors in a folder: one file for each, written once and never again.

It helps only as far as whoever can write to the ledger cannot write there: a share of another machine, a write-once medium, a
folder that is copied away.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
from pathlib import Path

from fusion.adapters.anchors import kept
from fusion.adapters.sqlite.database import SystemClock
from fusion.errors import TransientError
from fusion.model.compliance import Anchored
from fusion.ports import Clock


class FilesAnchor:
    """Keeps anchors below `folder`, which is made when the first comes."""

    def __init__(self, folder: Path, *, clock: Clock | None = None) -> None:
        self._folder = folder
        self._clock = clock or SystemClock()

    async def anchor(self, chain: str, number: int, hash: str) -> Anchored:
        """Have it kept. Raises TransientError where the folder cannot take it, PermanentError for another hash."""
        path = self._folder / kept.name(chain, number)
        anchored = Anchored(chain=chain, number=number, hash=hash, kind="file", where=str(path), at=self._clock.now())
        try:
            return await asyncio.to_thread(_keep, path, anchored)
        except OSError as error:
            raise TransientError(f"{path} cannot be written ({error.strerror}).") from None

    async def caution(self) -> str:
        """What a folder is worth."""
        return (
            f"{self._folder} is a folder: it proves something only where whoever writes the ledger cannot change it, or where a"
            " copy is kept elsewhere."
        )


def _keep(path: Path, anchored: Anchored) -> Anchored:
    path.parent.mkdir(parents=True, exist_ok=True)
    number, name = tempfile.mkstemp(prefix=".new-", dir=path.parent)
    try:
        with os.fdopen(number, "wb") as file:
            file.write(kept.text(anchored))
            file.flush()
            os.fchmod(number, 0o444)
            os.fsync(number)
        try:
            # Whole or not at all, and never over another.
            os.link(name, path)
        except FileExistsError:
            return kept.first(path.read_bytes(), anchored)
        return anchored
    finally:
        Path(name).unlink(missing_ok=True)
