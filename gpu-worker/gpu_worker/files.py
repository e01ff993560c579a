"""Content-addressed bytes in a folder: Fusion's embedded blobs, where worker and Fusion share a machine.

The bytes of `sha256:abcdef...` are the file `ab/cdef...`, written beside its place and renamed into it.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import os
import re
import tempfile
from pathlib import Path

_DIGEST = re.compile(r"sha256:([0-9a-f]{2})([0-9a-f]{62})")


class FilePayloads:
    """Bytes below `folder`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def get(self, digest: str) -> bytes:
        """The bytes. Raises LookupError."""
        return await asyncio.to_thread(self._get, digest)

    async def put(self, data: bytes) -> str:
        """Keep the bytes and return their digest. Raises ConnectionError when the folder does not take them now."""
        return await asyncio.to_thread(self._put, data)

    def _get(self, digest: str) -> bytes:
        path = self._path(digest)
        try:
            data = self._read(path)
        except OSError as error:
            raise LookupError(f"The blob {digest} cannot be read from {self._folder}: {error.strerror}.") from None
        if f"sha256:{hashlib.sha256(data).hexdigest()}" != digest:
            raise LookupError(f"The blob {digest} in {self._folder} is damaged.")
        return data

    def _read(self, path: Path) -> bytes:
        # While Fusion's purge looks whether it may have the file, that lies beside its place for a moment.
        for place in (path, path.with_name(f".old-{path.name}")):
            with contextlib.suppress(FileNotFoundError):
                return place.read_bytes()
        return path.read_bytes()

    def _put(self, data: bytes) -> str:
        digest = f"sha256:{hashlib.sha256(data).hexdigest()}"
        path = self._path(digest)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(prefix=".new-", dir=path.parent)
            try:
                with os.fdopen(handle, "wb") as file:
                    file.write(data)
                Path(name).replace(path)
            except OSError:
                Path(name).unlink(missing_ok=True)
                raise
        except OSError as error:
            raise ConnectionError(f"{self._folder} does not take the result: {error.strerror}.") from None
        return digest

    def _path(self, digest: str) -> Path:
        found = _DIGEST.fullmatch(digest)
        if found is None:
            raise LookupError(f"{digest[:100]!r} is no digest.")
        return self._folder / found[1] / found[2]
