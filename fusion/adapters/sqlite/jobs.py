"""The SQL of SqliteInference: jobs, answers and results in one file. Each function works within a transaction of the caller's.

Times are seconds since 1970. `due` is when something may come; `until` is when its lock runs out, 0 without one.
"""

from __future__ import annotations

import json
import secrets
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from fusion.adapters.sqlite.database import Migrations
from fusion.model import InferenceJob, Urgency
from fusion.ports import Answered, DeadJob

MIGRATIONS: Migrations = (
    (
        """
        CREATE TABLE jobs (
            number INTEGER PRIMARY KEY AUTOINCREMENT,
            id TEXT NOT NULL,
            urgency TEXT NOT NULL,
            repository TEXT NOT NULL,
            due REAL NOT NULL,
            deliveries INTEGER NOT NULL DEFAULT 0,
            until REAL NOT NULL DEFAULT 0,
            token TEXT NOT NULL DEFAULT '',
            body TEXT NOT NULL
        ) STRICT
        """,
        # Covers the search for the heads, which so never reads a body.
        "CREATE INDEX jobs_in_order ON jobs (urgency, repository, due, until)",
        "CREATE TABLE seen (id TEXT PRIMARY KEY, at REAL NOT NULL) STRICT, WITHOUT ROWID",
        "CREATE TABLE served (repository TEXT PRIMARY KEY, at REAL NOT NULL) STRICT, WITHOUT ROWID",
        "CREATE TABLE turns (count INTEGER NOT NULL) STRICT",
        "INSERT INTO turns (count) VALUES (0)",
        """
        CREATE TABLE dead (
            number INTEGER PRIMARY KEY AUTOINCREMENT,
            id TEXT NOT NULL,
            reason TEXT NOT NULL,
            detail TEXT NOT NULL,
            deliveries INTEGER NOT NULL,
            at REAL NOT NULL,
            body TEXT NOT NULL
        ) STRICT
        """,
        "CREATE TABLE answers (job TEXT PRIMARY KEY, digest TEXT NOT NULL, at REAL NOT NULL) STRICT, WITHOUT ROWID",
        """
        CREATE TABLE results (
            number INTEGER PRIMARY KEY AUTOINCREMENT,
            job TEXT NOT NULL,
            run TEXT NOT NULL,
            event TEXT NOT NULL,
            digest TEXT NOT NULL,
            due REAL NOT NULL,
            attempts INTEGER NOT NULL DEFAULT 0,
            until REAL NOT NULL DEFAULT 0
        ) STRICT
        """,
        "CREATE INDEX results_in_order ON results (due, until)",
    ),
)
"""The statements that lead from each schema version to the next. Never change one that was released: add one."""

Pick = Callable[[Sequence[tuple[str, str, float]], Mapping[str, float], int, float], int]
"""Which of some waiting jobs is next: (class, repository, since) of each; when repositories were served last; how many were
picked before; the time. Returns an index. The worker brings it (`gpu_worker.picking.pick`)."""

FORGET = 500
"""Rows of old times that one transaction deletes at most: nobody should wait for a clean-up."""
_HEADS = """
    SELECT urgency, repository, min(due) FROM jobs WHERE due <= :now AND until <= :now GROUP BY urgency, repository
"""
_HEAD = """
    SELECT number, deliveries, body FROM jobs
    WHERE urgency = :urgency AND repository = :repository AND due <= :now AND until <= :now ORDER BY due, number LIMIT 1
"""
_NEWS = """
    SELECT number, job, run, event, digest, attempts FROM results
    WHERE due <= :now AND until <= :now AND substr(run, 1, length(:prefix)) = :prefix ORDER BY number LIMIT 1
"""
_HELD = "number = :number AND token = :token AND until > :now"


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldJob:
    """A job that a worker holds."""

    body: bytes
    token: str
    delivery: int
    until: datetime


def add(connection: sqlite3.Connection, job: InferenceJob, *, now: float, at: float | None) -> None:
    """Enqueue the job, to come `at` that time; one whose id was seen is dropped."""
    done = connection.execute("INSERT INTO seen (id, at) VALUES (?, ?) ON CONFLICT DO NOTHING", (job.id, now))
    if done.rowcount == 1:
        connection.execute(
            "INSERT INTO jobs (id, urgency, repository, due, body) VALUES (?, ?, ?, ?, ?)",
            (job.id, job.urgency.value, job.repository, now if at is None else max(at, now), job.model_dump_json()),
        )


def forget(connection: sqlite3.Connection, *, before: float) -> bool:
    """Delete what is remembered of older jobs, a bounded number of rows. Whether there may be more."""
    more = False
    for table, key in (("seen", "id"), ("answers", "job"), ("served", "repository")):
        done = connection.execute(
            f"DELETE FROM {table} WHERE {key} IN (SELECT {key} FROM {table} WHERE at < ? LIMIT ?)", (before, FORGET)
        )
        more = more or done.rowcount == FORGET
    return more


def waits(connection: sqlite3.Connection, *, now: float) -> bool:
    """Whether there is a job to take."""
    found = connection.execute("SELECT 1 FROM jobs WHERE due <= :now AND until <= :now LIMIT 1", {"now": now})
    return found.fetchone() is not None


def take(connection: sqlite3.Connection, pick: Pick, *, now: float, until: datetime) -> HeldJob | None:
    """Lock the job that `pick` chooses among the oldest of each class and repository."""
    heads = [
        (str(urgency), str(repository), float(due)) for urgency, repository, due in connection.execute(_HEADS, {"now": now})
    ]
    if not heads:
        return None
    served = {str(repository): float(at) for repository, at in connection.execute("SELECT repository, at FROM served")}
    (turn,) = connection.execute("SELECT count FROM turns").fetchone()
    urgency, repository, _ = heads[pick(heads, served, int(turn), now)]
    number, deliveries, body = connection.execute(_HEAD, {"urgency": urgency, "repository": repository, "now": now}).fetchone()
    token = f"{number}.{secrets.token_hex(8)}"
    connection.execute(
        "UPDATE jobs SET deliveries = deliveries + 1, until = ?, token = ? WHERE number = ?", (until.timestamp(), token, number)
    )
    connection.execute(
        "INSERT INTO served (repository, at) VALUES (?, ?) ON CONFLICT (repository) DO UPDATE SET at = excluded.at",
        (repository, now),
    )
    connection.execute("UPDATE turns SET count = count + 1")
    return HeldJob(body=str(body).encode(), token=token, delivery=int(deliveries) + 1, until=until)


def untake(connection: sqlite3.Connection, token: str) -> None:
    """Undo `take`, if the lock is still the one that it made."""
    connection.execute(
        "UPDATE jobs SET deliveries = deliveries - 1, until = 0, token = '' WHERE number = :number AND token = :token",
        {"number": _number(token), "token": token},
    )


def renew(connection: sqlite3.Connection, token: str, *, now: float, until: float) -> bool:
    """Hold it longer; whether it was held."""
    done = connection.execute(f"UPDATE jobs SET until = :until WHERE {_HELD}", _lock(token, now) | {"until": until})
    return done.rowcount == 1


def complete(connection: sqlite3.Connection, token: str, *, now: float) -> bool:
    """Delete it; whether it was held."""
    return connection.execute(f"DELETE FROM jobs WHERE {_HELD}", _lock(token, now)).rowcount == 1


def give_back(connection: sqlite3.Connection, token: str, *, now: float, due: float | None, deliveries: int) -> bool:
    """Unlock it, to come at `due` (None: at once, in its old place), as one of so many deliveries; whether it was held."""
    done = connection.execute(
        f"UPDATE jobs SET until = 0, token = '', due = coalesce(:due, due), deliveries = :deliveries WHERE {_HELD}",
        _lock(token, now) | {"due": due, "deliveries": deliveries},
    )
    return done.rowcount == 1


def set_aside(connection: sqlite3.Connection, token: str, *, now: float, reason: str, detail: str) -> bool:
    """Move it to the dead; whether it was held."""
    done = connection.execute(
        f"INSERT INTO dead (id, reason, detail, deliveries, at, body) SELECT id, :reason, :detail, deliveries, :now, body"
        f" FROM jobs WHERE {_HELD}",
        _lock(token, now) | {"reason": reason, "detail": detail},
    )
    return done.rowcount == 1 and complete(connection, token, now=now)


def dead(connection: sqlite3.Connection, *, limit: int) -> Sequence[DeadJob]:
    """The jobs set aside, oldest first."""
    rows = connection.execute("SELECT id, reason, detail, deliveries, at, body FROM dead ORDER BY number LIMIT ?", (limit,))
    return [
        DeadJob(
            id=id,
            reason=reason,
            detail=detail,
            deliveries=deliveries,
            at=datetime.fromtimestamp(at, UTC),
            repository=repository_in(body),
            body=body,
        )
        for id, reason, detail, deliveries, at, body in rows
    ]


def repository_in(body: str) -> str:
    """Whose job it is, as far as what came tells."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return ""
    repository = found.get("repository") if isinstance(found, dict) else None
    return repository if isinstance(repository, str) else ""


def discard(connection: sqlite3.Connection, id: str) -> bool:
    """Forget what was set aside under that id; whether there was any."""
    return connection.execute("DELETE FROM dead WHERE id = ?", (id,)).rowcount > 0


def withdraw(connection: sqlite3.Connection, run: str, *, now: float) -> int:
    """Delete the run's jobs that nobody holds, and its results; how many jobs."""
    connection.execute("DELETE FROM results WHERE substr(job, 1, length(:of)) = :of", {"of": f"{run}/"})
    done = connection.execute(
        "DELETE FROM jobs WHERE substr(id, 1, length(:of)) = :of AND until <= :now", {"of": f"{run}/", "now": now}
    )
    return done.rowcount


def under_way(connection: sqlite3.Connection, *, now: float) -> int:
    """Jobs that are held."""
    (count,) = connection.execute("SELECT count(*) FROM jobs WHERE until > ?", (now,)).fetchone()
    return int(count)


def depth(connection: sqlite3.Connection, *, now: float) -> Mapping[Urgency, int]:
    """Jobs that could be taken now, by class."""
    rows = connection.execute("SELECT urgency, count(*) FROM jobs WHERE due <= ? AND until <= ? GROUP BY urgency", (now, now))
    found = dict(rows.fetchall())
    return {urgency: int(found.get(urgency.value, 0)) for urgency in Urgency}


def answered(connection: sqlite3.Connection, job: str) -> str | None:
    """Digest of the result that was told for the job."""
    row = connection.execute("SELECT digest FROM answers WHERE job = ?", (job,)).fetchone()
    return None if row is None else str(row[0])


def tell(connection: sqlite3.Connection, job: str, run: str, event: str, digest: str, *, now: float) -> str:
    """Note the job's result and enqueue the news; returns the digest that counts, which is the first."""
    connection.execute("INSERT INTO answers (job, digest, at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING", (job, digest, now))
    first = answered(connection, job) or digest
    connection.execute(
        "INSERT INTO results (job, run, event, digest, due) VALUES (?, ?, ?, ?, ?)", (job, run, event, first, now)
    )
    return first


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldResult:
    """News that somebody passes on."""

    number: int
    answered: Answered
    until: float


def news(connection: sqlite3.Connection, prefix: str, *, now: float) -> bool:
    """Whether there is a result to pass on to a run whose id begins so."""
    return connection.execute(_NEWS, {"now": now, "prefix": prefix}).fetchone() is not None


def take_result(connection: sqlite3.Connection, prefix: str, *, now: float, until: float) -> HeldResult | None:
    """Lock the oldest result for a run whose id begins so."""
    row = connection.execute(_NEWS, {"now": now, "prefix": prefix}).fetchone()
    if row is None:
        return None
    number, job, run, event, digest, attempts = row
    connection.execute("UPDATE results SET attempts = attempts + 1, until = ? WHERE number = ?", (until, number))
    found = Answered(run=run, event=event, result=digest, job=job, attempt=attempts + 1)
    return HeldResult(number=number, answered=found, until=until)


def end_result(connection: sqlite3.Connection, held: HeldResult) -> None:
    """It was passed on. What came of a lock that ran out meanwhile is told once more, and known by its job."""
    connection.execute("DELETE FROM results WHERE number = ? AND until = ?", (held.number, held.until))


def return_result(connection: sqlite3.Connection, held: HeldResult, *, due: float, counted: bool = True) -> None:
    """It could not be passed on; it comes again at `due`."""
    connection.execute(
        "UPDATE results SET until = 0, due = ?, attempts = attempts - ? WHERE number = ? AND until = ?",
        (due, 0 if counted else 1, held.number, held.until),
    )


def _number(token: str) -> int:
    return int(token.partition(".")[0])


def _lock(token: str, now: float) -> dict[str, str | int | float | None]:
    return {"number": _number(token), "token": token, "now": now}
