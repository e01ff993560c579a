"""Reading committed instances out of a journal."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from fusion.engine.errors import UnknownInstance
from fusion.engine.journal import SQL, Journal
from fusion.engine.state import TERMINAL, Failure, InstanceState, InstanceStatus
from fusion.engine.wire import pb

_COLUMNS = SQL["instance_get"].rpartition("WHERE")[0]


def _value(text: str | None) -> Any:
    return json.loads(text) if text else None


def _failure(blob: bytes | None) -> Failure | None:
    if blob is None:
        return None
    details = pb.TaskFailureDetails.FromString(blob)
    return Failure(type=details.errorType, message=details.errorMessage, stack=details.stackTrace.value)


def _state(row: tuple[Any, ...]) -> InstanceState:
    id, name, version, execution, parent, status, input, output, custom, failure, created, updated = row
    return InstanceState(
        id=id,
        name=name,
        version=version,
        execution=execution,
        parent=parent,
        status=InstanceStatus(status),
        input=_value(input),
        output=_value(output),
        custom_status=_value(custom),
        failure=_failure(failure),
        created=datetime.fromtimestamp(created, UTC),
        updated=datetime.fromtimestamp(updated, UTC),
    )


def peek(path: Path, id: str) -> InstanceState | None:
    """The committed state of an instance in a journal that another process may have open, or none; nothing is written.

    None also for a journal that cannot be read, or is of another version.
    """
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as db:
            row = db.execute(SQL["instance_get"], (id,)).fetchone()
        return _state(row) if row is not None else None
    except (sqlite3.Error, ValueError):
        return None


def status(journal: Journal, id: str) -> InstanceState | None:
    """The committed state of an instance, or None."""
    row = journal.row(SQL["instance_get"], (id,))
    return _state(row) if row is not None else None


def query(
    journal: Journal, *, status: Sequence[InstanceStatus] | None, name: str | None, prefix: str, limit: int, after: str
) -> tuple[InstanceState, ...]:
    """Instances that match everything given, in the order of their ids, at most `limit` that come after the id `after`."""
    where, values = ["id > ?"], [after]
    if prefix:
        where += ["id >= ?", "id < ?"]
        values += [prefix, prefix + "\U0010ffff"]
    if status is not None:
        where.append(f"status IN ({', '.join('?' * len(status))})")
        values += status
    if name is not None:
        where.append("name = ?")
        values.append(name)
    sql = f"{_COLUMNS} WHERE {' AND '.join(where)} ORDER BY id LIMIT ?"
    return tuple(_state(row) for row in journal.rows(sql, (*values, limit)))


def events(journal: Journal, id: str) -> list[pb.HistoryEvent]:
    """The committed history of an instance's latest execution. Raises UnknownInstance."""
    row = journal.row(SQL["instance_brief"], (id,))
    if row is None:
        raise UnknownInstance(f"There is no instance '{id}'.")
    chunks = journal.rows(SQL["history_get"], (row[1],))
    return [event for (chunk,) in chunks for event in pb.HistoryChunk.FromString(chunk).events]


def history(journal: Journal, id: str) -> list[dict[str, Any]]:
    """The same in protobuf's JSON form."""
    from google.protobuf.json_format import MessageToDict  # type: ignore[import-untyped]

    return [MessageToDict(event) for event in events(journal, id)]


def finished_before(journal: Journal, before: datetime, limit: int) -> list[tuple[str, str]]:
    """Id and execution of instances that finished before a time, the oldest first."""
    return [(id, execution) for id, execution in journal.rows(SQL["instances_old"], (before.timestamp(), limit))]


def family(journal: Journal, id: str) -> list[tuple[str, str]]:
    """Id and execution of a finished instance and of its finished descendants. Raises UnknownInstance."""
    found: dict[str, str] = {}
    pending = [id]
    while pending:
        member = pending.pop()
        row = journal.row(SQL["instance_brief"], (member,))
        if row is None:
            if member == id:
                raise UnknownInstance(f"There is no instance '{id}'.")
            continue
        if row[0] in TERMINAL and member not in found:
            found[member] = row[1]
            pending += [child for (child,) in journal.rows(SQL["instance_children"], (member,))]
    return list(found.items())
