"""Store in one SQLite file, for any number of processes at once.

Writers queue up for at most `patience` seconds (WAL; readers never wait). A record's ETag is the number of the write that
made it; numbers are never used again, so that a record deleted and made anew is not mistaken for the old one. The file
carries its schema's version (`PRAGMA user_version`) and is migrated when it is opened; a file of a newer Fusion is refused.
"""

from __future__ import annotations

import asyncio
import json
import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

from fusion.adapters import state
from fusion.errors import Conflict, FusionError, PermanentError, TransientError, UserError
from fusion.ports import Clock, Key, Stored

MIGRATIONS: Sequence[Sequence[str]] = (
    (
        """
        CREATE TABLE records (
            write INTEGER PRIMARY KEY AUTOINCREMENT,
            tenant TEXT NOT NULL,
            scope TEXT NOT NULL,
            kind TEXT NOT NULL,
            id TEXT NOT NULL,
            value TEXT NOT NULL,
            updated TEXT NOT NULL,
            UNIQUE (tenant, scope, kind, id)
        ) STRICT
        """,
        "CREATE INDEX records_by_kind ON records (tenant, kind, write)",
        "CREATE INDEX records_by_scope ON records (tenant, kind, scope, write)",
    ),
)
"""The statements that lead from each schema version to the next. Never change one that was released: add one."""

_KEY = "tenant = :tenant AND scope = :scope AND kind = :kind AND id = :id"
_COLUMNS = "tenant, scope, kind, id, value, write, updated"
_BUSY = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})
_UNWRITABLE = frozenset({sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_PERM})
_DAMAGED = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})

_T = TypeVar("_T")


class _Clock:
    def now(self) -> datetime:
        return datetime.now(UTC)


class SqliteStore:
    """Records in the file `path`; it and its folder are made when they are first needed.

    `patience` is in seconds. `fsync`: every write survives a power cut (SQLite's synchronous=FULL), and not only a crash
    of the process. `close` gives the file back before the store is forgotten, and so does using it as a context manager.
    """

    def __init__(self, path: Path, *, clock: Clock | None = None, patience: float = 30.0, fsync: bool = True) -> None:
        self._path = path
        self._clock = clock or _Clock()
        self._patience = patience
        self._fsync = fsync
        self._lock = threading.Lock()
        self._open: sqlite3.Connection | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def __del__(self) -> None:
        # A store that lives as long as its process needs nobody to close it.
        if self._open:
            self._open.close()

    def close(self) -> None:
        """Close the file; the next use opens it again."""
        with self._lock:
            if self._open:
                self._open.close()
                self._open = None

    async def get(self, key: Key) -> Stored | None:
        """The record, or None."""
        rows = await self._run(lambda connection: _select(connection, _KEY, _named(key), 1))
        return rows[0] if rows else None

    async def put(self, key: Key, value: dict[str, Any], *, etag: str | None) -> str:
        """Write and return the new ETag. Raises Conflict when `etag` is not the record's."""
        row = _named(key) | {"value": json.dumps(value, allow_nan=False), "updated": self._clock.now().isoformat()}

        def write(connection: sqlite3.Connection) -> str:
            with _transaction(connection):
                held = connection.execute(f"SELECT write FROM records WHERE {_KEY}", _named(key)).fetchone()
                if (None if held is None else str(held[0])) != etag:
                    raise Conflict(f"The {key.kind} {key.id} changed since it was read.")
                connection.execute(f"DELETE FROM records WHERE {_KEY}", _named(key))
                cursor = connection.execute(
                    "INSERT INTO records (tenant, scope, kind, id, value, updated)"
                    " VALUES (:tenant, :scope, :kind, :id, :value, :updated)",
                    row,
                )
                return str(cursor.lastrowid)

        return await self._run(write)

    async def list(
        self, *, tenant: str, kind: str, scope: str | None = None, limit: int = 100, after: str = ""
    ) -> Sequence[Stored]:
        """Records of one kind, last written first. Raises UserError when there is no record `after`."""
        where = "tenant = :tenant AND kind = :kind" + ("" if scope is None else " AND scope = :scope")
        named: dict[str, Any] = {"tenant": tenant, "kind": kind, "scope": scope, "id": after}

        def read(connection: sqlite3.Connection) -> Sequence[Stored]:
            if not after:
                return _select(connection, where, named, limit)
            # Ids are unique within a scope only: going on from the newest may show a record twice, but never skips one.
            seen = connection.execute(f"SELECT max(write) FROM records WHERE {where} AND id = :id", named).fetchone()[0]
            if seen is None:
                raise UserError(f"There is no {kind} {after!r} to go on from.")
            return _select(connection, f"{where} AND write < :seen", named | {"seen": seen}, limit)

        return await self._run(read)

    async def delete(self, key: Key) -> None:
        """Remove the record; no error when it is not there."""
        await self._run(lambda connection: connection.execute(f"DELETE FROM records WHERE {_KEY}", _named(key)).close())

    async def _run(self, work: Callable[[sqlite3.Connection], _T]) -> _T:
        return await asyncio.to_thread(self._locked, work)

    def _locked(self, work: Callable[[sqlite3.Connection], _T]) -> _T:
        with self._lock:
            try:
                if self._open is None:
                    self._path.parent.mkdir(parents=True, exist_ok=True)
                    self._open = self._connect()
                return work(self._open)
            except OSError as error:
                raise state.refused(self._path.parent, error) from None
            except sqlite3.Error as error:
                raise self._meaning(error) from error

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._path, timeout=self._patience, isolation_level=None, check_same_thread=False)
        try:
            self._refuse_newer(_version(connection))
            connection.execute("PRAGMA journal_mode = WAL").close()
            connection.execute(f"PRAGMA synchronous = {'FULL' if self._fsync else 'NORMAL'}")
            self._migrate(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    def _migrate(self, connection: sqlite3.Connection) -> None:
        if _version(connection) == len(MIGRATIONS):
            return
        with _transaction(connection):
            # Asked again inside: another process may have migrated the file meanwhile.
            version = _version(connection)
            self._refuse_newer(version)
            for statements in MIGRATIONS[version:]:
                for statement in statements:
                    connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")

    def _refuse_newer(self, version: int) -> None:
        if version > len(MIGRATIONS):
            raise UserError(
                f"{self._path} was written by a newer Fusion (schema {version}; this one knows {len(MIGRATIONS)}):"
                " update Fusion or set FUSION_HOME to another folder."
            )

    def _meaning(self, error: sqlite3.Error) -> FusionError:
        """What SQLite's primary result code (sqlite.org/rescode.html) means to whoever must act."""
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        folder = self._path.parent
        if code in _BUSY:
            return TransientError(f"{self._path} is locked by another process for more than {self._patience:g} seconds.")
        if code == sqlite3.SQLITE_FULL:
            return state.full(folder)
        if code in _UNWRITABLE:
            return state.unwritable(folder, str(error))
        if code in _DAMAGED:
            return UserError(
                f"{self._path} is damaged or no Fusion state ({error}): move it away or set FUSION_HOME to another folder."
            )
        return PermanentError(f"{self._path}: {error}.")


@contextmanager
def _transaction(connection: sqlite3.Connection) -> Iterator[None]:
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


def _named(key: Key) -> dict[str, Any]:
    return {"tenant": key.tenant, "scope": key.scope, "kind": key.kind, "id": key.id}


def _select(connection: sqlite3.Connection, where: str, named: dict[str, Any], limit: int) -> Sequence[Stored]:
    rows = connection.execute(
        f"SELECT {_COLUMNS} FROM records WHERE {where} ORDER BY write DESC LIMIT :limit", named | {"limit": max(limit, 0)}
    ).fetchall()
    return [
        Stored(
            key=Key(tenant=tenant, scope=scope, kind=kind, id=id),
            value=json.loads(value),
            etag=str(write),
            updated=datetime.fromisoformat(updated),
        )
        for tenant, scope, kind, id, value, write, updated in rows
    ]
