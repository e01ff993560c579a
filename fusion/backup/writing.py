"""Write a state folder into an archive while it is in use: databases by SQLite's own backup, blobs as they are.

Source: sqlite.org/backup.html, www.sqlite.org/wal.html: a copy in one step is one moment of the database, and readers of a
write-ahead log do not hold writers up.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import os
import sqlite3
import tarfile
import tempfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from fusion.backup.manifest import DATABASES, KEY, KNOWN, MANIFEST, RECORDS, Manifest, Part
from fusion.errors import UserError


def write(home: Path, target: Path, *, now: datetime, version: str, with_key: bool = True) -> Manifest:
    """Write the archive `target` (`.gz` at the end compresses) for its owner alone, and say what it holds.

    It has its name only once it is whole. Raises UserError: nothing to back up, a name that is taken, a damaged database, a
    full disk.
    """
    if not (home / RECORDS).exists():
        raise UserError(f"There is nothing to back up in {home}: no review was recorded there; FUSION_HOME names the folder.")
    if target.exists():
        raise UserError(f"{target} is there already: choose another name, or move it away.")
    if target.resolve().is_relative_to(home.resolve()):
        raise UserError(f"{target} lies in the state folder itself: write the backup to another place, best on another disk.")
    try:
        with tempfile.TemporaryDirectory(prefix=".fusion-backup-", dir=target.parent) as beside:
            unfinished = Path(beside) / "archive"
            with private(unfinished) as file:
                manifest = _archive(home, file, Path(beside), _Plan(now, version, with_key, target.suffix == ".gz"))
                file.flush()
                os.fsync(file.fileno())
            unfinished.rename(target)
    except OSError as error:
        raise UserError(f"The backup cannot be written to {target.parent} ({error.strerror or error}).") from None
    return manifest


class _Plan:
    """How an archive is to be written."""

    def __init__(self, now: datetime, version: str, with_key: bool, compressed: bool) -> None:
        self.now, self.version, self.with_key = now, version, with_key
        self.mode = "w|gz" if compressed else "w|"


def _archive(home: Path, file: BinaryIO, beside: Path, plan: _Plan) -> Manifest:
    parts: list[Part] = []
    damaged: list[str] = []
    with tarfile.open(fileobj=file, mode=plan.mode, format=tarfile.PAX_FORMAT) as archive:  # type: ignore[call-overload]
        for name in _databases(home):
            copy = beside / "copy.db"
            if _copied(home / name, copy):
                parts.append(_added(archive, copy, name))
                copy.unlink()
        if plan.with_key and (home / KEY).exists():
            parts.append(_added(archive, home / KEY, KEY))
        for name in _blobs(home):
            with contextlib.suppress(FileNotFoundError):  # a purge was quicker
                data, last = (home / name).read_bytes(), (home / name).stat().st_mtime
                if hashlib.sha256(data).hexdigest() != name.removeprefix("blobs/").replace("/", ""):
                    damaged.append(name)
                else:
                    parts.append(_put(archive, name, data, last))
        manifest = Manifest(made=plan.now, fusion=plan.version, parts=tuple(parts), damaged=tuple(damaged))
        _put(archive, MANIFEST, manifest.model_dump_json().encode())
    return manifest


def _databases(home: Path) -> Iterator[str]:
    yield from (name for name in DATABASES if (home / name).exists())
    yield from (f"runs/{path.name}" for path in sorted((home / "runs").glob("*.db")) if KNOWN.fullmatch(f"runs/{path.name}"))
    yield RECORDS


def _blobs(home: Path) -> Iterator[str]:
    for folder in sorted((home / "blobs").glob("[0-9a-f][0-9a-f]")):
        for path in sorted(folder.iterdir()):
            name = f"blobs/{folder.name}/{path.name}"
            if KNOWN.fullmatch(name):
                yield name


def _copied(source: Path, copy: Path) -> bool:
    """Whether there was still something to copy: the journal of a run goes when the run ends."""
    try:
        with (
            contextlib.closing(sqlite3.connect(f"{source.resolve().as_uri()}?mode=ro", uri=True, timeout=30)) as living,
            contextlib.closing(sqlite3.connect(copy)) as still,
        ):
            living.backup(still)
            # One file, not a file and its log.
            still.execute("PRAGMA journal_mode = DELETE").close()
            flaw = still.execute("PRAGMA quick_check(1)").fetchone()[0]
    except sqlite3.Error as error:
        if not source.exists():
            copy.unlink(missing_ok=True)
            return False
        if not _is_damage(error):
            raise UserError(f"{source} cannot be copied to {copy.parent.parent} ({error}).") from None
        flaw = str(error)
    if flaw != "ok":
        raise UserError(f"{source} is damaged ({flaw}): there is no backup of what is damaged; restore an older one.")
    return True


def _is_damage(error: sqlite3.Error) -> bool:
    """Whether it is the database's fault, and not that of a full disk, a lock or a missing permission."""
    return getattr(error, "sqlite_errorname", "").startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB"))


def _added(archive: tarfile.TarFile, path: Path, name: str) -> Part:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        size = file.seek(0, io.SEEK_END)
        file.seek(0)
        archive.addfile(_entry(name, size), file)
    return Part(name=name, size=size, digest=digest)


def _put(archive: tarfile.TarFile, name: str, data: bytes, last: float = 0.0) -> Part:
    archive.addfile(_entry(name, len(data), last), io.BytesIO(data))
    return Part(name=name, size=len(data), digest=hashlib.sha256(data).hexdigest())


def _entry(name: str, size: int, last: float = 0.0) -> tarfile.TarInfo:
    """`last`: when it was last put, by which blobs are purged."""
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode, entry.mtime = size, 0o600, int(last)
    return entry


def private(path: Path) -> BinaryIO:
    """A new file that its owner alone may read. Raises OSError, also where there is one."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")
