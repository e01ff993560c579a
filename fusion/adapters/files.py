"""Blobs in a folder: each file is named by the SHA-256 digest of its bytes.

A file is written beside its place and renamed into it, so that a reader never sees half of one and two writers of the same
bytes do not disturb each other. Bytes are checked against their digest whenever they are read.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import os
import re
import tempfile
from pathlib import Path

from fusion.adapters import state
from fusion.errors import PermanentError

_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")


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

    def _put(self, data: bytes) -> str:
        digest = hashlib.sha256(data).hexdigest()
        path = self._path(digest)
        try:
            # A file of another size is the torn remains of a lost disk write: the bytes are at hand, so it is written anew.
            if path.exists() and path.stat().st_size == len(data):
                return f"sha256:{digest}"
            path.parent.mkdir(parents=True, exist_ok=True)
            self._write(path, data)
        except OSError as error:
            raise state.refused(self._folder, error) from None
        return f"sha256:{digest}"

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
            data = path.read_bytes()
        except OSError as error:
            raise PermanentError(f"The blob {digest} cannot be read from {self._folder}: {error.strerror}.") from None
        if hashlib.sha256(data).hexdigest() != path.parent.name + path.name:
            raise PermanentError(f"The blob {digest} in {self._folder} is damaged.")
        return data

    def _path(self, digest: str) -> Path:
        return self._folder / digest[:2] / digest[2:]
