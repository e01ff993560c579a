"""Blobs in a folder: each file is named by the SHA-256 digest of its bytes.

A file is written beside its place and renamed into it, so that a reader never sees half of one and two writers of the same
bytes do not disturb each other. Bytes are checked against their digest whenever they are read. A file's modification time
is when its bytes were last put.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import os
import re
import tempfile
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path

from fusion.adapters import state
from fusion.errors import PermanentError
from fusion.ports import KeptBlob

_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_WALKED = 500
"""Files that a walk looks at in one go."""
_ABANDONED = timedelta(days=1)
"""A file that was begun and not finished for so long belongs to a process that is no more."""


class FileBlobs:
    """Blobs below `folder`, which is made when the first bytes come.

    `fsync`: force bytes to the disk before they count as kept, so that they survive a power cut and not only a crash of the
    process.
    """

    def __init__(self, folder: Path, *, fsync: bool = False) -> None:
        self._folder = folder
        self._fsync = fsync

    async def put(self, data: bytes) -> str:
        """Keep the bytes and return their digest. Raises UserError when the folder cannot take them."""
        return await asyncio.to_thread(self._put, data)

    async def get(self, digest: str) -> bytes:
        """The bytes. Raises PermanentError when they are not there, are damaged, or `digest` is none."""
        return await asyncio.to_thread(self._get, digest)

    async def walk(self) -> AsyncIterator[KeptBlob]:
        """Every blob. Raises UserError when the folder cannot be read."""
        found = self._walk()
        while page := await asyncio.to_thread(lambda: list(islice(found, _WALKED))):
            for kept in page:
                yield kept

    async def delete(self, digest: str, *, before: datetime) -> bool:
        """Remove the blob if it was last put before that time, and say whether it was removed."""
        return await asyncio.to_thread(self._delete, digest, before)

    def _put(self, data: bytes) -> str:
        digest = hashlib.sha256(data).hexdigest()
        path = self._path(digest)
        try:
            # A file of another size is the torn remains of a lost disk write: the bytes are at hand, so it is written anew.
            if not self._refresh(path, len(data)):
                path.parent.mkdir(parents=True, exist_ok=True)
                self._write(path, data)
        except OSError as error:
            raise state.refused(self._folder, error) from None
        return f"sha256:{digest}"

    def _refresh(self, path: Path, size: int) -> bool:
        """Make the file young again; False when it must be written."""
        try:
            if path.stat().st_size != size:
                return False
            # Fails if a purge takes the file away between these lines; one that comes later sees the new time.
            os.utime(path)
        except FileNotFoundError:
            return False
        return True

    def _write(self, path: Path, data: bytes) -> None:
        handle, name = tempfile.mkstemp(prefix=".new-", dir=path.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                if self._fsync:
                    file.flush()
                    os.fsync(file.fileno())
            Path(name).replace(path)
        except OSError:
            with contextlib.suppress(OSError):
                Path(name).unlink(missing_ok=True)
            raise
        if self._fsync:
            folder = os.open(path.parent, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)

    def _get(self, digest: str) -> bytes:
        if not _DIGEST.fullmatch(digest):
            raise PermanentError(f"{digest[:100]!r} is not a digest.")
        path = self._path(digest.removeprefix("sha256:"))
        try:
            data = self._read(path)
        except OSError as error:
            raise PermanentError(f"The blob {digest} cannot be read from {self._folder}: {error.strerror}.") from None
        if hashlib.sha256(data).hexdigest() != path.parent.name + path.name:
            raise PermanentError(f"The blob {digest} in {self._folder} is damaged.")
        return data

    def _read(self, path: Path) -> bytes:
        # While a purge looks whether it may have the file, that lies beside its place for a moment.
        for place in (path, _aside(path)):
            with contextlib.suppress(FileNotFoundError):
                return place.read_bytes()
        return path.read_bytes()

    def _walk(self) -> Iterator[KeptBlob]:
        try:
            for folder in sorted(self._folder.glob("[0-9a-f][0-9a-f]")):
                for entry in sorted(os.scandir(folder), key=lambda entry: entry.name):
                    digest = f"sha256:{folder.name}{entry.name}"
                    if _DIGEST.fullmatch(digest):
                        with contextlib.suppress(FileNotFoundError):
                            found = entry.stat()
                            yield KeptBlob(digest=digest, size=found.st_size, written=_time(found))
        except OSError as error:
            raise state.refused(self._folder, error) from None

    def _delete(self, digest: str, before: datetime) -> bool:
        if not _DIGEST.fullmatch(digest):
            return False
        path = self._path(digest.removeprefix("sha256:"))
        # Out of the way first, then looked at: whoever puts the bytes from now on writes them anew.
        aside = _aside(path)
        try:
            if _time(path.stat()) >= before:
                return False
            path.rename(aside)
            if _time(aside.stat()) >= before:
                aside.rename(path)
                return False
            aside.unlink()
        except FileNotFoundError:
            return False
        except OSError as error:
            raise state.refused(self._folder, error) from None
        self._tidy(path.parent)
        return True

    def _tidy(self, folder: Path) -> None:
        """Remove what killed processes left beside a blob that was deleted."""
        now = datetime.now(UTC)
        with contextlib.suppress(OSError):
            for path in folder.glob(".*"):
                if now - _time(path.stat()) > _ABANDONED:
                    path.unlink(missing_ok=True)

    def _path(self, digest: str) -> Path:
        return self._folder / digest[:2] / digest[2:]


def _aside(path: Path) -> Path:
    return path.with_name(f".old-{path.name}")


def _time(found: os.stat_result) -> datetime:
    return datetime.fromtimestamp(found.st_mtime, UTC)
