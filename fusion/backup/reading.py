"""Read an archive into a state folder: beside its place first, compared with its manifest, and only then moved into it."""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import sqlite3
import tarfile
import tempfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import IO

from pydantic import ValidationError

from fusion.backup.manifest import KNOWN, MANIFEST, RECORDS, Manifest, Part
from fusion.backup.writing import private
from fusion.errors import UserError

_CHUNK = 1 << 20
_LARGEST_MANIFEST = 1 << 28
_LATEST = 1 << 33
"""Seconds since 1970 that can be a time: what file systems take."""


def restore(source: Path, home: Path, *, opened: Callable[[Path], None]) -> Manifest:
    """Make the state folder `home`, which must not hold anything, from an archive, and say what was in that.

    `opened` opens what was unpacked, and raises UserError where this Fusion cannot. Nothing is left behind when this raises
    UserError: no archive, one that was cut off or changed, a folder that is in use, a full disk.
    """
    if home.exists() and any(path.name != "runs" or any(path.iterdir()) for path in home.iterdir()):
        raise UserError(f"{home} is not empty: move it away, or set FUSION_HOME to a folder that is not there yet.")
    try:
        home.parent.mkdir(parents=True, exist_ok=True)
        beside = Path(tempfile.mkdtemp(prefix=f".{home.name}-restoring-", dir=home.parent))
        try:
            manifest = _unpacked(source, beside)
            for part in manifest.parts:
                if part.name.endswith(".db"):
                    _whole(beside / part.name)
            opened(beside)
            if home.exists():
                with contextlib.suppress(FileNotFoundError):
                    (home / "runs").rmdir()
                home.rmdir()
            beside.rename(home)
        except BaseException:
            shutil.rmtree(beside, ignore_errors=True)
            raise
    except OSError as error:
        raise UserError(f"The backup cannot be restored to {home} ({error.strerror or error}).") from None
    return manifest


def _unpacked(source: Path, folder: Path) -> Manifest:
    try:
        given = source.open("rb")
    except FileNotFoundError:
        raise UserError(f"There is no file {source}.") from None
    except OSError as error:
        raise UserError(f"{source} cannot be read ({error.strerror or error}).") from None
    try:
        with given, tarfile.open(fileobj=given, mode="r|*") as archive:
            return _members(archive, source, folder)
    except (tarfile.TarError, EOFError, zlib.error, OverflowError, UnicodeError) as error:
        raise UserError(f"{source} is no backup of Fusion, or was cut off ({error}).") from None
    except OSError as error:
        if error.errno is None:
            # The gzip module's own, of a checksum that does not fit.
            raise UserError(f"{source} is no backup of Fusion, or was cut off ({error}).") from None
        raise


def _members(archive: tarfile.TarFile, source: Path, folder: Path) -> Manifest:
    parts: list[Part] = []
    for member in archive:
        file = archive.extractfile(member) if member.isreg() else None
        if file is None:
            raise UserError(f"{source} is no backup of Fusion: {member.name[:200]!r} is not a file.")
        if member.name == MANIFEST:
            return _compared(file, member.size, source, parts)
        if not KNOWN.fullmatch(member.name):
            raise UserError(f"{source} is no backup of Fusion: it has no place for {member.name[:200]!r}.")
        parts.append(_saved(file, folder, member))
    raise UserError(f"{source} was cut off: it has no manifest. Take another backup.")


def _saved(file: IO[bytes], folder: Path, member: tarfile.TarInfo) -> Part:
    path = folder / member.name
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    digest, size = hashlib.sha256(), 0
    # A name that comes twice is not in any archive of ours, and fails here.
    with private(path) as target:
        while data := file.read(_CHUNK):
            digest.update(data)
            size += len(data)
            target.write(data)
    if member.name.startswith("blobs/") and 0 < member.mtime < _LATEST:
        # When it was last put, by which it is purged.
        os.utime(path, (member.mtime, member.mtime))
    return Part(name=member.name, size=size, digest=digest.hexdigest())


def _compared(file: IO[bytes], size: int, source: Path, found: list[Part]) -> Manifest:
    try:
        manifest = Manifest.model_validate_json(file.read(min(size, _LARGEST_MANIFEST)))
    except ValidationError:
        raise UserError(f"The manifest of {source} cannot be read: a newer Fusion made it, or it was changed.") from None
    if manifest.schema_version != 1:
        raise UserError(f"A newer Fusion made {source}: update Fusion, then restore.")
    told = {part.name: part for part in manifest.parts}
    for part in found:
        if told.pop(part.name, None) != part:
            raise UserError(f"{part.name} in {source} is not what its manifest says: the file was changed or damaged.")
    if told or RECORDS not in {part.name for part in found}:
        raise UserError(f"{next(iter(told), RECORDS)} is missing in {source}: the file was changed or damaged.")
    return manifest


def _whole(path: Path) -> None:
    try:
        with contextlib.closing(sqlite3.connect(path)) as database:
            flaw = database.execute("PRAGMA quick_check(1)").fetchone()[0]
    except sqlite3.Error as error:
        flaw = str(error)
    if flaw != "ok":
        raise UserError(f"{path.name} of the backup is damaged ({flaw}): restore another one.")
