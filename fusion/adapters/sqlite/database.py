"""A SQLite file of ours: opened, migrated, and its errors said to whoever must act.

Any number of processes use it at once (WAL; readers never wait). The file carries its schema's version
(`PRAGMA user_version`) and is migrated when it is opened; a file of a newer Fusion is refused and left alone.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from fusion.adapters import state
from fusion.errors import FusionError, PermanentError, TransientError, UserError

_BUSY = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})
_UNWRITABLE = frozenset({sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_PERM})
_DAMAGED = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
_PAUSE = 0.01
"""Seconds between two tries to turn WAL on."""

Migrations = Sequence[Sequence[str]]
"""The statements that lead from each schema version to the next. Never change one that was released: add one."""


class SystemClock:
    """The machine's clock, in UTC: what an adapter uses that is given none."""

    def now(self) -> datetime:
        """The present."""
        return datetime.now(UTC)


class Database:
    """How the file `path` is opened; it and its folder are made when they are first needed.

    `patience`: seconds that a writer waits for another one. `fsync`: every write survives a power cut (SQLite's
    synchronous=FULL), and not only a crash of the process.
    """

    def __init__(self, path: Path, migrations: Migrations, *, patience: float, fsync: bool) -> None:
        self.path = path
        self._migrations = migrations
        self._patience = patience
        self._fsync = fsync

    def open(self) -> sqlite3.Connection:
        """A connection in autocommit mode, for one thread at a time, to the migrated file. Raises as `meaning` says."""
        with self.errors():
            self.path.parent.mkdir(parents=True, exist_ok=True)
            connection = sqlite3.connect(self.path, timeout=self._patience, isolation_level=None, check_same_thread=False)
            try:
                self._refuse_newer(_version(connection))
                self._write_ahead(connection)
                connection.execute(f"PRAGMA synchronous = {'FULL' if self._fsync else 'NORMAL'}")
                self._migrate(connection)
            except BaseException:
                connection.close()
                raise
            return connection

    @contextmanager
    def errors(self) -> Iterator[None]:
        """Raises the errors of SQLite and of the folder as ours."""
        try:
            yield
        except OSError as error:
            raise self.meaning(error) from None
        except sqlite3.Error as error:
            raise self.meaning(error) from error

    def meaning(self, error: sqlite3.Error | OSError) -> FusionError:
        """What SQLite's primary result code (sqlite.org/rescode.html), or the system's refusal, means to whoever must act."""
        folder = self.path.parent
        if isinstance(error, OSError):
            return state.refused(folder, error)
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if code in _BUSY:
            return TransientError(f"{self.path} is locked by another process for more than {self._patience:g} seconds.")
        if code == sqlite3.SQLITE_FULL:
            return state.full(folder)
        if code in _UNWRITABLE:
            return state.unwritable(folder, str(error))
        if code in _DAMAGED:
            return UserError(
                f"{self.path} is damaged or no Fusion state ({error}): move it away or set FUSION_HOME to another folder."
            )
        return PermanentError(f"{self.path}: {error}.")

    def _write_ahead(self, connection: sqlite3.Connection) -> None:
        """Turn WAL on. The first to do so needs the file for itself, and SQLite refuses at once where two try: try again."""
        until = time.monotonic() + self._patience
        while True:
            try:
                connection.execute("PRAGMA journal_mode = WAL").close()
                return
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode & 0xFF not in _BUSY or time.monotonic() >= until:
                    raise
            time.sleep(_PAUSE)

    def _migrate(self, connection: sqlite3.Connection) -> None:
        if _version(connection) == len(self._migrations):
            return
        with transaction(connection):
            # Asked again inside: another process may have migrated the file meanwhile.
            version = _version(connection)
            self._refuse_newer(version)
            for statements in self._migrations[version:]:
                for statement in statements:
                    connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {len(self._migrations)}")

    def _refuse_newer(self, version: int) -> None:
        if version > len(self._migrations):
            raise UserError(
                f"{self.path} was written by a newer Fusion (schema {version}; this one knows {len(self._migrations)}):"
                " update Fusion or set FUSION_HOME to another folder."
            )


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """A write transaction that holds the lock from its beginning, so that what it read is still so when it writes."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        # SQLite itself rolls back on some errors (a full disk).
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])
