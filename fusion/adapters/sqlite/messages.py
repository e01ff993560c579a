"""The SQL of SqliteQueue: what each of its operations does to the tables, within a transaction of the caller's.

Times are seconds since 1970. A message's `number` is the order of sending; `due` is when it may come, 0 for at once (whatever
the clock of the receiver says); `until` is when its lock runs out, 0 without one.
"""

from __future__ import annotations

import json
import secrets
import sqlite3
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from fusion.adapters.deliveries import TOO_OFTEN, lost, missing, next_replay, too_often
from fusion.adapters.sqlite.database import Migrations
from fusion.ports import DeadLetter, Locked, Message, Priority, QueueState

MIGRATIONS: Migrations = (
    (
        """
        CREATE TABLE messages (
            number INTEGER PRIMARY KEY AUTOINCREMENT,
            id TEXT NOT NULL,
            session TEXT NOT NULL,
            priority TEXT NOT NULL,
            enqueued REAL NOT NULL,
            due REAL NOT NULL,
            attempts INTEGER NOT NULL DEFAULT 0,
            unended INTEGER NOT NULL DEFAULT 0,
            until REAL NOT NULL DEFAULT 0,
            token TEXT NOT NULL DEFAULT '',
            body TEXT NOT NULL
        ) STRICT
        """,
        # Covers the search for the next message, which so never reads a body.
        "CREATE INDEX messages_in_order ON messages (priority, number, due, until, session)",
        "CREATE INDEX messages_held ON messages (priority, session, until) WHERE until > 0",
        "CREATE TABLE seen (id TEXT PRIMARY KEY, at REAL NOT NULL) STRICT, WITHOUT ROWID",
        "CREATE INDEX seen_by_age ON seen (at)",
        """
        CREATE TABLE dead (
            number INTEGER PRIMARY KEY AUTOINCREMENT,
            id TEXT NOT NULL UNIQUE,
            session TEXT NOT NULL,
            priority TEXT NOT NULL,
            reason TEXT NOT NULL,
            detail TEXT NOT NULL,
            attempts INTEGER NOT NULL,
            at REAL NOT NULL,
            body TEXT NOT NULL
        ) STRICT
        """,
    ),
    (
        "ALTER TABLE messages ADD COLUMN trace TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE dead ADD COLUMN trace TEXT NOT NULL DEFAULT ''",
    ),
)
"""The statements that lead from each schema version to the next. Never change one that was released: add one."""

FORGET = 500
"""Records of old deliveries that one transaction deletes at most: nobody should wait for a clean-up."""

NEXT = """
    SELECT number FROM messages AS m
    WHERE priority = :priority AND due <= :now AND until <= :now AND NOT EXISTS (
        SELECT 1 FROM messages AS h
        WHERE h.until > 0 AND h.priority = :priority AND h.session = m.session AND h.until > :now
    )
    ORDER BY number LIMIT 1
"""
"""The message to receive next: the oldest that is due, unlocked, and of a session nobody holds."""
_HELD = "number = :number AND token = :token AND until > :now"


def first(connection: sqlite3.Connection, id: str, *, now: datetime, since: datetime) -> bool:
    """Note that the id was seen; whether it was not before, since then."""
    # Also what was seen by a clock that was put back since is a duplicate.
    done = connection.execute(
        "INSERT INTO seen (id, at) VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET at = excluded.at WHERE at < ?",
        (id, now.timestamp(), since.timestamp()),
    )
    return done.rowcount == 1


def forget(connection: sqlite3.Connection, *, before: datetime) -> bool:
    """Delete records of deliveries that are older, a bounded number of them. Whether there may be more."""
    done = connection.execute(
        "DELETE FROM seen WHERE id IN (SELECT id FROM seen WHERE at < ? ORDER BY at LIMIT ?)", (before.timestamp(), FORGET)
    )
    return done.rowcount == FORGET


def enqueue(connection: sqlite3.Connection, message: Message, body: str, *, now: datetime, at: datetime | None = None) -> None:
    """Add the message behind all others, to come `at` that time."""
    connection.execute(
        "INSERT INTO messages (id, session, priority, enqueued, due, body, trace) VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            *(message.id, message.session, message.priority.value),
            *(now.timestamp(), at.timestamp() if at else 0.0, body, message.trace),
        ),
    )


def candidate(connection: sqlite3.Connection, priority: Priority, *, now: datetime) -> int | None:
    """The number of the message that may be received next."""
    row = connection.execute(NEXT, {"priority": priority.value, "now": now.timestamp()}).fetchone()
    return None if row is None else int(row[0])


def take(
    connection: sqlite3.Connection, priority: Priority, *, now: datetime, until: datetime, max_deliveries: int
) -> Locked | None:
    """Lock the next message. Sets those aside that were delivered too often without an end."""
    while (number := candidate(connection, priority, now=now)) is not None:
        row = connection.execute("SELECT * FROM messages WHERE number = ?", (number,))
        held = dict(zip((column[0] for column in row.description), row.fetchone(), strict=True))
        if held["unended"] >= max_deliveries:
            _bury(connection, number, now=now, reason=TOO_OFTEN, detail=too_often(held["unended"]))
            continue
        token = f"{number}.{secrets.token_hex(8)}"
        connection.execute(
            "UPDATE messages SET attempts = attempts + 1, unended = unended + 1, until = ?, token = ? WHERE number = ?",
            (until.timestamp(), token, number),
        )
        return Locked(
            message=_message(held["id"], held["session"], held["priority"], held["body"], held["trace"]),
            token=token,
            attempt=held["attempts"] + 1,
            enqueued=_time(held["enqueued"]),
            until=until,
        )
    return None


def untake(connection: sqlite3.Connection, locked: Locked) -> None:
    """Undo `take`, if the lock is still the one that it made."""
    connection.execute(
        "UPDATE messages SET attempts = attempts - 1, unended = unended - 1, until = 0, token = ''"
        " WHERE number = :number AND token = :token",
        _lock(locked),
    )


def unlock(connection: sqlite3.Connection) -> int:
    """Free every lock, and leave the counts of deliveries as they are: a message may be what killed its consumer."""
    return connection.execute("UPDATE messages SET until = 0, token = '' WHERE until > 0").rowcount


def renew(connection: sqlite3.Connection, locked: Locked, *, now: datetime, until: datetime) -> Locked:
    """Hold it until then. Raises LockLost."""
    named = _lock(locked, now) | {"until": until.timestamp()}
    _owned(connection.execute(f"UPDATE messages SET until = :until WHERE {_HELD}", named), locked)
    return Locked(message=locked.message, token=locked.token, attempt=locked.attempt, enqueued=locked.enqueued, until=until)


def complete(connection: sqlite3.Connection, locked: Locked, *, now: datetime) -> None:
    """Delete it. Raises LockLost."""
    _owned(connection.execute(f"DELETE FROM messages WHERE {_HELD}", _lock(locked, now)), locked)


def defer(connection: sqlite3.Connection, locked: Locked, *, now: datetime, due: datetime) -> None:
    """Unlock it, to come at `due`. Raises LockLost."""
    named = _lock(locked, now) | {"due": due.timestamp()}
    _owned(
        connection.execute(f"UPDATE messages SET due = :due, until = 0, token = '', unended = 0 WHERE {_HELD}", named), locked
    )


def set_aside(connection: sqlite3.Connection, locked: Locked, *, now: datetime, reason: str, detail: str) -> None:
    """Move it to the dead letters. Raises LockLost."""
    # An update that changes nothing: it says whether the lock is held.
    _owned(connection.execute(f"UPDATE messages SET token = token WHERE {_HELD}", _lock(locked, now)), locked)
    _bury(connection, _number(locked), now=now, reason=reason, detail=detail)


def dead(connection: sqlite3.Connection, *, limit: int) -> Sequence[DeadLetter]:
    """The dead letters, oldest first."""
    rows = connection.execute(
        "SELECT reason, detail, attempts, at, id, session, priority, body, trace FROM dead ORDER BY number LIMIT ?",
        (max(limit, 0),),
    ).fetchall()
    return [
        DeadLetter(message=_message(*held), reason=reason, detail=detail, attempts=attempts, at=_time(at))
        for reason, detail, attempts, at, *held in rows
    ]


def replay(connection: sqlite3.Connection, id: str, *, now: datetime) -> str:
    """Move a dead letter back into the queue under the next id of its delivery; returns that id. Raises UserError."""
    row = connection.execute("SELECT session, priority, body, trace FROM dead WHERE id = ?", (id,)).fetchone()
    if row is None:
        raise missing(id)
    new = id
    # The window never ends for ids that are numbered on: a replay is deliberate.
    while connection.execute("SELECT 1 FROM seen WHERE id = ?", (new := next_replay(new),)).fetchone():
        pass
    connection.execute("INSERT INTO seen (id, at) VALUES (?, ?)", (new, now.timestamp()))
    enqueue(connection, _message(new, *row), row[2], now=now)
    connection.execute("DELETE FROM dead WHERE id = ?", (id,))
    return new


def drop(connection: sqlite3.Connection, id: str) -> None:
    """Delete a dead letter. Raises UserError."""
    if connection.execute("DELETE FROM dead WHERE id = ?", (id,)).rowcount == 0:
        raise missing(id)


def depth(connection: sqlite3.Connection, *, now: datetime) -> Mapping[Priority, QueueState]:
    """How many messages of each priority are where."""
    rows = connection.execute(
        """
        SELECT priority, sum(due <= :now AND until <= :now), sum(until > :now), sum(due > :now AND until <= :now),
               min(CASE WHEN due <= :now AND until <= :now THEN max(due, enqueued) END)
        FROM messages GROUP BY priority
        """,
        {"now": now.timestamp()},
    ).fetchall()
    living = {priority: counts for priority, *counts in rows}
    buried = dict(connection.execute("SELECT priority, count(*) FROM dead GROUP BY priority").fetchall())
    states = {}
    for priority in Priority:
        waiting, locked, scheduled, oldest = living.get(priority.value, (0, 0, 0, None))
        states[priority] = QueueState(
            waiting=waiting,
            locked=locked,
            scheduled=scheduled,
            dead=buried.get(priority.value, 0),
            oldest_seconds=0.0 if oldest is None else now.timestamp() - oldest,
        )
    return states


def _bury(connection: sqlite3.Connection, number: int, *, now: datetime, reason: str, detail: str) -> None:
    # An id that dies again after the window in which it would have been a duplicate takes its predecessor's place.
    connection.execute(
        "INSERT OR REPLACE INTO dead (id, session, priority, body, trace, attempts, reason, detail, at)"
        " SELECT id, session, priority, body, trace, attempts, ?, ?, ? FROM messages WHERE number = ?",
        (reason, detail, now.timestamp(), number),
    )
    connection.execute("DELETE FROM messages WHERE number = ?", (number,))


def _owned(done: sqlite3.Cursor, locked: Locked) -> None:
    if done.rowcount == 0:
        raise lost(locked)


def _number(locked: Locked) -> int:
    return int(locked.token.partition(".")[0])


def _lock(locked: Locked, now: datetime | None = None) -> dict[str, Any]:
    return {"number": _number(locked), "token": locked.token, "now": now.timestamp() if now else 0}


def _message(id: str, session: str, priority: str, body: str, trace: str) -> Message:
    return Message(id=id, session=session, priority=Priority(priority), body=json.loads(body), trace=trace)


def _time(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
