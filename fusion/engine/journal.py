"""The journal: one SQLite database in WAL mode that holds everything the engine has promised.

One engine owns a journal at a time (an advisory lock on a file beside it). Writes come as batches, each one transaction.
With `synchronous=FULL` a committed batch survives a power cut, and a thread of its own waits for the disk; with `NORMAL` it
survives any death of the process (the operating system holds the pages), and the last moments before a power cut may be lost.
Reads see committed batches only.
"""

from __future__ import annotations

import fcntl
import itertools
import os
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from operator import itemgetter
from pathlib import Path
from typing import IO, Any, Literal

from fusion.engine.errors import JournalBusy, JournalCorrupt, JournalTooNew, JournalUnwritable

Synchronous = Literal["FULL", "NORMAL"]
Statement = tuple[str, tuple[Any, ...]]

APPLICATION_ID = 0x46757345
SCHEMA_VERSION = 1
Migration = Callable[[sqlite3.Connection], None]
MIGRATIONS: Mapping[int, Migration] = {}
"""From version n to n + 1; each runs in the one transaction that brings an old journal up to `SCHEMA_VERSION`."""


def _blocks(source: str) -> dict[str, str]:
    blocks: dict[str, list[str]] = {}
    lines: list[str] = []
    for line in source.splitlines():
        if line.startswith("-- name: "):
            lines = blocks.setdefault(line.removeprefix("-- name: ").strip(), [])
        else:
            lines.append(line)
    return {name: "\n".join(block).strip() for name, block in blocks.items()}


SQL = _blocks(Path(__file__).with_name("journal.sql").read_text(encoding="utf-8"))


def _refusal(path: Path, error: sqlite3.Error) -> JournalUnwritable | JournalCorrupt:
    """The sentence for an SQLite error met while opening or reading."""
    name = getattr(error, "sqlite_errorname", "") or ""
    if name.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB")):
        return JournalCorrupt(f"The journal {path} is damaged ({error}): move it away, or restore it from a backup.")
    return JournalUnwritable(
        f"The journal {path} cannot be opened for writing or read ({error}): check its folder and the disk."
    )


def _acquire(path: Path) -> IO[bytes]:
    """The lock of a journal, held until it is closed. Raises JournalBusy within a tenth of a second."""
    beside = path.with_name(path.name + ".lock")
    for patience in (0.03, 0.03, 0.0):
        try:
            lock = beside.open("ab")
        except OSError as error:
            raise JournalUnwritable(
                f"The journal {path} cannot be opened for writing ({error.strerror}): check its folder."
            ) from error
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            # Whoever had the journal before may have deleted it, lock and all: then this lock guards nothing.
            if beside.exists() and os.path.samestat(os.fstat(lock.fileno()), beside.stat()):
                return lock
        except OSError:
            time.sleep(patience)  # it may only be `in_use`, looking
        lock.close()
    raise JournalBusy(f"The journal {path} is in use by another process: wait for it, or choose another state folder.")


def in_use(path: Path) -> bool:
    """Whether a process has the journal open now."""
    try:
        with path.with_name(path.name + ".lock").open("rb") as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except OSError:
        return True
    return False


@contextmanager
def kept_away(path: Path) -> Iterator[None]:
    """Let no engine open the journal meanwhile; it need not be there, nor be whole. Raises JournalBusy: one has it open."""
    with _acquire(path):
        yield


class Journal:
    """An open journal. Raises a `JournalError` that says what to do when it cannot be opened."""

    def __init__(
        self,
        path: Path,
        *,
        synchronous: Synchronous = "FULL",
        max_pages: int | None = None,
        migrations: Mapping[int, Migration] = MIGRATIONS,
    ) -> None:
        self.path = path
        self._migrations = migrations
        self._lock = _acquire(path)
        try:
            self._write = self._connect(synchronous, max_pages)
            self._read = sqlite3.connect(path, isolation_level=None)
        except sqlite3.Error as error:
            self._lock.close()
            raise _refusal(path, error) from error
        except BaseException:
            self._lock.close()
            raise

    def _connect(self, synchronous: Synchronous, max_pages: int | None) -> sqlite3.Connection:
        wal = self.path.with_name(self.path.name + "-wal")
        unclean = wal.exists() and wal.stat().st_size > 0
        db = sqlite3.connect(self.path, isolation_level=None, check_same_thread=False, timeout=1.0)
        try:
            db.execute("PRAGMA journal_mode = WAL")
            db.execute(f"PRAGMA synchronous = {synchronous}")
            if max_pages is not None:
                db.execute(f"PRAGMA max_page_count = {max_pages:d}")
            if unclean and (found := db.execute("PRAGMA quick_check(1)").fetchone()[0]) != "ok":
                raise JournalCorrupt(
                    f"The journal {self.path} is damaged ({found}): move it away, or restore it from a backup."
                )
            self._migrate(db)
        except BaseException:
            db.close()
            raise
        return db

    def _migrate(self, db: sqlite3.Connection) -> None:
        (version,) = db.execute("PRAGMA user_version").fetchone()
        (application,) = db.execute("PRAGMA application_id").fetchone()
        (tables,) = db.execute("SELECT count(*) FROM sqlite_master").fetchone()
        if tables and application != APPLICATION_ID:
            raise JournalCorrupt(f"{self.path} is a database of something else: choose another path for the journal.")
        if version > SCHEMA_VERSION:
            raise JournalTooNew(
                f"The journal {self.path} has schema {version} and this Fusion knows {SCHEMA_VERSION}: upgrade Fusion."
            )
        if version == SCHEMA_VERSION:
            return
        db.execute("BEGIN IMMEDIATE")
        try:
            if not tables:
                for statement in SQL["schema"].split(";"):
                    db.execute(statement)
            else:
                for step in range(version, SCHEMA_VERSION):
                    self._migrations[step](db)
            db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            db.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
        except BaseException:
            db.execute("ROLLBACK")
            raise
        db.execute("COMMIT")

    def write(self, statements: Iterable[Statement]) -> None:
        """Put one batch into an open transaction: memory, not yet disk.

        Meant for the engine's own thread. SQLite's calls give up the interpreter's lock one by one; on a thread beside a busy
        loop each would wait for it to be given back. Raises sqlite3.Error, after which the journal must be opened anew.
        """
        db = self._write
        db.execute("BEGIN IMMEDIATE")
        for sql, group in itertools.groupby(statements, key=itemgetter(0)):
            db.executemany(sql, [values for _, values in group])

    def commit(self) -> None:
        """Make the open transaction durable; this is what waits for the disk. Raises sqlite3.Error like `write`."""
        self._write.execute("COMMIT")

    def rows(self, sql: str, values: tuple[Any, ...] = ()) -> list[Any]:
        """Rows of a query over what is committed. Raises a JournalError when the file cannot be read."""
        try:
            return self._read.execute(sql, values).fetchall()
        except sqlite3.Error as error:
            raise _refusal(self.path, error) from error

    def row(self, sql: str, values: tuple[Any, ...] = ()) -> Any:
        """The first row of a query, or None."""
        return next(iter(self.rows(sql, values)), None)

    def close(self) -> None:
        """Close the database and let another engine have it."""
        try:
            self._read.close()
            self._write.close()
        finally:
            self._lock.close()
