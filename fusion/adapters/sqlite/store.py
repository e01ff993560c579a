"""Store in one SQLite file, for any number of processes at once.

Writers queue up for at most `patience` seconds (WAL; readers never wait). A record's ETag is the number of the write that
made it; numbers are never used again, so that a record deleted and made anew is not mistaken for the old one.
"""

from __future__ import annotations

import asyncio
import json
import sqlite3
import threading
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

from fusion.adapters.sqlite.database import Database, Migrations, SystemClock, transaction
from fusion.errors import Conflict, UserError
from fusion.ports import Clock, Key, Stored

MIGRATIONS: Migrations = (
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
_WALKED = 500
"""Records that a walk reads at once."""

_T = TypeVar("_T")


class SqliteStore:
    """Records in the file `path`; it and its folder are made when they are first needed.

    `patience` is in seconds. `fsync`: every write survives a power cut (SQLite's synchronous=FULL), and not only a crash
    of the process. `close` gives the file back before the store is forgotten, and so does using it as a context manager.
    """

    def __init__(self, path: Path, *, clock: Clock | None = None, patience: float = 30.0, fsync: bool = True) -> None:
        self._database = Database(path, MIGRATIONS, patience=patience, fsync=fsync)
        self._clock = clock or SystemClock()
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
            with transaction(connection):
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

    async def walk(self, *, tenant: str) -> AsyncIterator[Stored]:
        """Every record of the tenant, first written first."""
        seen = 0
        while page := await self._run(partial(_page, tenant=tenant, seen=seen)):
            for stored in page:
                yield stored
            seen = int(page[-1].etag)

    async def delete(self, key: Key, *, etag: str | None = None) -> None:
        """Remove the record; no error when it is not there. Raises Conflict when `etag` is given and not the record's."""

        def remove(connection: sqlite3.Connection) -> None:
            with transaction(connection):
                held = connection.execute(f"SELECT write FROM records WHERE {_KEY}", _named(key)).fetchone()
                if held and etag is not None and str(held[0]) != etag:
                    raise Conflict(f"The {key.kind} {key.id} changed since it was read.")
                connection.execute(f"DELETE FROM records WHERE {_KEY}", _named(key))

        await self._run(remove)

    async def _run(self, work: Callable[[sqlite3.Connection], _T]) -> _T:
        return await asyncio.to_thread(self._locked, work)

    def _locked(self, work: Callable[[sqlite3.Connection], _T]) -> _T:
        with self._lock, self._database.errors():
            if self._open is None:
                self._open = self._database.open()
            return work(self._open)


def _named(key: Key) -> dict[str, Any]:
    return {"tenant": key.tenant, "scope": key.scope, "kind": key.kind, "id": key.id}


def _select(connection: sqlite3.Connection, where: str, named: dict[str, Any], limit: int) -> Sequence[Stored]:
    sql = f"SELECT {_COLUMNS} FROM records WHERE {where} ORDER BY write DESC LIMIT :limit"
    return [_stored(row) for row in connection.execute(sql, named | {"limit": max(limit, 0)})]


def _page(connection: sqlite3.Connection, *, tenant: str, seen: int) -> Sequence[Stored]:
    """The next records of a walk after the write `seen`; writes are in the order of the table."""
    sql = f"SELECT {_COLUMNS} FROM records WHERE write > ? AND tenant = ? ORDER BY write LIMIT {_WALKED}"
    return [_stored(row) for row in connection.execute(sql, (seen, tenant))]


def _stored(row: tuple[Any, ...]) -> Stored:
    tenant, scope, kind, id, value, write, updated = row
    return Stored(
        key=Key(tenant=tenant, scope=scope, kind=kind, id=id),
        value=json.loads(value),
        etag=str(write),
        updated=datetime.fromisoformat(updated),
    )
