"""Group commit: what many callers ask of a SQLite file at the same time becomes one transaction, with one fsync.

While one batch is being made durable the next one gathers, so that the file takes as many writes a second as there are
callers, and no caller waits longer than for two commits.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import Any, Generic, TypeVar

from fusion.adapters.sqlite.database import Database, transaction

MOST = 256
"""Jobs of one transaction: those behind them should not wait for a batch without end."""

_T = TypeVar("_T")
Work = Callable[[sqlite3.Connection], _T]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Job(Generic[_T]):
    work: Work[_T]
    worth: Work[bool] | None
    after: Callable[[], None] | None
    future: Future[_T]


@dataclass(frozen=True, slots=True)
class _Failed:
    error: BaseException


class GroupCommit:
    """A thread that owns a connection to `database`. It begins with the first job and ends with `close` or its owner."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = threading.Lock()
        self._jobs: SimpleQueue[_Job[Any] | None] = SimpleQueue()
        self._thread: threading.Thread | None = None

    def __del__(self) -> None:
        self._jobs.put(None)

    def do(self, work: Work[_T], *, after: Callable[[], None] | None = None) -> Future[_T]:
        """Run `work` in a transaction. The future has its result once that is durable, or its error; an error undoes what
        this job wrote and leaves the others of the transaction alone.

        `after` is called on the thread once it is durable; it must be quick.
        """
        return self._put(_Job(work=work, worth=None, after=after, future=Future()))

    def do_if(self, worth: Work[bool], work: Work[_T | None]) -> Future[_T | None]:
        """As `do`, if `worth` says so outside of any transaction; otherwise None, and nothing was locked."""
        return self._put(_Job(work=work, worth=worth, after=None, future=Future()))

    def _put(self, job: _Job[_T]) -> Future[_T]:
        if threading.current_thread() is self._thread:
            # Asked by a callback of another job. `close` may be waiting for this thread, with the lock.
            self._jobs.put(job)
            return job.future
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(
                    target=_serve, args=(self._database, self._jobs), name=f"commit {self._database.path.name}", daemon=True
                )
                self._thread.start()
            self._jobs.put(job)
        return job.future

    def close(self) -> None:
        """Finish what was asked, and what its callbacks ask, and close the file; the next job opens it again."""
        with self._lock:
            if self._thread is not None:
                self._jobs.put(None)
                self._thread.join()
                self._thread = None


def _serve(database: Database, jobs: SimpleQueue[_Job[Any] | None]) -> None:
    """The thread's work. It knows nothing of the GroupCommit, which can so be forgotten while it waits."""
    connection: sqlite3.Connection | None = None
    closing = False
    try:
        while not closing or not jobs.empty():
            connection, last = _turn(database, connection, jobs)
            closing = closing or last
    finally:
        if connection is not None:
            connection.close()


def _turn(
    database: Database, connection: sqlite3.Connection | None, jobs: SimpleQueue[_Job[Any] | None]
) -> tuple[sqlite3.Connection | None, bool]:
    """One batch; also whether it was to be the last. (Once it is over the thread holds on to no job, and so to no caller.)"""
    batch = _gather(jobs)
    wanted = [job for job in batch if job is not None and job.future.set_running_or_notify_cancel()]
    try:
        if wanted:
            connection = connection or database.open()
            _commit(database, connection, wanted)
    except BaseException as error:
        # Whatever it is, it is for those who asked: nobody may wait for ever. The thread tries again for the next.
        for job in wanted:
            if not job.future.done():
                job.future.set_exception(error)
    return connection, batch[-1] is None


def _gather(jobs: SimpleQueue[_Job[Any] | None]) -> list[_Job[Any] | None]:
    """What there is to do, at least one job; None ends it and is the last."""
    batch = [jobs.get()]
    while batch[-1] is not None and len(batch) < MOST:
        try:
            batch.append(jobs.get_nowait())
        except Empty:
            break
    return batch


def _commit(database: Database, connection: sqlite3.Connection, jobs: Sequence[_Job[Any]]) -> None:
    worthwhile = []
    for job in jobs:
        try:
            if job.worth is None or job.worth(connection):
                worthwhile.append(job)
            else:
                job.future.set_result(None)
        except sqlite3.Error as error:
            job.future.set_exception(database.meaning(error))
    if not worthwhile:
        return
    try:
        with transaction(connection):
            outcomes = [_one(connection, job.work) for job in worthwhile]
    except sqlite3.Error as error:
        for job in worthwhile:
            job.future.set_exception(database.meaning(error))
        return
    for job, outcome in zip(worthwhile, outcomes, strict=True):
        if not isinstance(outcome, _Failed):
            job.future.set_result(outcome)
            if job.after is not None:
                job.after()
        elif isinstance(outcome.error, sqlite3.Error):
            job.future.set_exception(database.meaning(outcome.error))
        else:
            job.future.set_exception(outcome.error)


def _one(connection: sqlite3.Connection, work: Work[_T]) -> _T | _Failed:
    """A job's result, or its error with all that it wrote undone. Raises sqlite3.Error when the transaction is lost."""
    connection.execute("SAVEPOINT job")
    try:
        result = work(connection)
    except BaseException as error:
        # As in any executor, a job's error belongs to whoever asked for it, not to the thread.
        if isinstance(error, sqlite3.Error) and not connection.in_transaction:
            raise
        connection.execute("ROLLBACK TO job")
        connection.execute("RELEASE job")
        return _Failed(error)
    connection.execute("RELEASE job")
    return result
