"""Jobs to the worker and results back in one SQLite file, for any number of processes: both sides of the queue.

Fusion's side is the port `Inference`. The worker's side, `SqliteJobs` and `SqliteResults`, has the shape that `gpu_worker` asks
for (`gpu_worker/protocols.py`) without knowing of it: locks, renewals and settlements tell by their value what happened, and
`ConnectionError` is all that they raise. Which job is next is not decided here: the worker brings a `Pick`.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self, TypeVar

from fusion.adapters.sqlite import jobs
from fusion.adapters.sqlite.bell import Bell
from fusion.adapters.sqlite.database import Database, SystemClock
from fusion.adapters.sqlite.group_commit import GroupCommit, Work
from fusion.adapters.sqlite.jobs import HeldJob, HeldResult, Pick
from fusion.errors import FusionError, UserError
from fusion.model import InferenceJob, Urgency
from fusion.ports import Answered, Clock, DeadJob

POLL = 0.2
"""Seconds after which a waiting receiver looks for what another process wrote, or what has come due."""
REMEMBERED = timedelta(days=7)
"""For how long ids of jobs and their answers are known."""
PURGE = timedelta(hours=1)
"""How often they are looked through."""
AGAIN = 2.0
"""Seconds until a result that could not be passed on comes again; doubled each time, up to `LONGEST`."""
LONGEST = 300.0
_NEVER = datetime.min.replace(tzinfo=UTC)

_T = TypeVar("_T")


@contextmanager
def _away() -> Iterator[None]:
    """Our errors in the worker's terms. A full disk or a damaged file is one more reason to come back later."""
    try:
        yield
    except FusionError as error:
        raise ConnectionError(str(error)) from error


async def _taken(future: Future[_T | None], undo: Callable[[_T], None]) -> _T | None:
    """What was locked. When whoever waited is gone, it is put back as if it had not been delivered."""

    def put_back(done: Future[_T | None]) -> None:
        if not done.cancelled() and done.exception() is None and (held := done.result()) is not None:
            undo(held)

    try:
        return await asyncio.wrap_future(future)
    except asyncio.CancelledError:
        future.add_done_callback(put_back)
        raise


class Kind(StrEnum):
    """What somebody waits for."""

    JOB = "job"
    RESULT = "result"


class Token(Protocol):
    """What names a lock."""

    @property
    def token(self) -> str:
        """The lock."""
        ...

    @property
    def body(self) -> bytes:
        """The job."""
        ...

    @property
    def delivery(self) -> int:
        """Which delivery it was."""
        ...


class SqliteInference:
    """Jobs and results in the file `path`; it and its folder are made when they are first needed.

    `lock_seconds`: how long a job or a result is held unless a job's lock is renewed. `fsync` and `patience` are those of
    SqliteQueue, and so are the errors. `close` gives the file back, and so does using it as a context manager.
    """

    def __init__(
        self,
        path: Path,
        *,
        clock: Clock | None = None,
        lock_seconds: float = 60.0,
        fsync: bool = True,
        patience: float = 30.0,
    ) -> None:
        self._clock = clock or SystemClock()
        self._lock = timedelta(seconds=lock_seconds)
        self._writes = GroupCommit(Database(path, jobs.MIGRATIONS, patience=patience, fsync=fsync))
        self._bell = Bell(poll=POLL)
        self._purged = _NEVER

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Finish what is being written and close the file."""
        self._writes.close()

    async def submit(self, job: InferenceJob, *, at: datetime | None = None) -> None:
        """Enqueue it in its class, to be taken not before `at`; a job of the same id is dropped."""
        now = self._clock.now()
        purge = now - self._purged >= PURGE
        if purge:
            self._purged = now

        def write(connection: sqlite3.Connection) -> None:
            if purge and jobs.forget(connection, before=(now - REMEMBERED).timestamp()):
                self._purged = _NEVER
            jobs.add(connection, job, now=now.timestamp(), at=at.timestamp() if at else None)

        await self._done(write, ring=Kind.JOB)

    async def depth(self) -> Mapping[Urgency, int]:
        """Jobs that wait, by class."""
        now = self._clock.now().timestamp()
        return await self._done(lambda connection: jobs.depth(connection, now=now))

    async def under_way(self) -> int:
        """Jobs that workers hold now."""
        now = self._clock.now().timestamp()
        return await self._done(lambda connection: jobs.under_way(connection, now=now))

    async def withdraw(self, run: str) -> int:
        """Take back the jobs of a run that no worker holds, and forget its results; how many jobs."""
        now = self._clock.now().timestamp()
        return await self._done(lambda connection: jobs.withdraw(connection, run, now=now))

    async def dead(self, *, limit: int = 100) -> Sequence[DeadJob]:
        """Jobs that workers set aside, oldest first."""
        return await self._done(lambda connection: jobs.dead(connection, limit=limit))

    async def discard(self, id: str) -> None:
        """Forget a job that was set aside. Raises UserError if there is none."""
        if not await self._done(lambda connection: jobs.discard(connection, id)):
            raise UserError(f"No job {id!r} was set aside; `fusion dead-letters list` shows those that were.")

    @asynccontextmanager
    async def result(self, *, wait: float, prefix: str = "") -> AsyncIterator[Answered | None]:
        """The next result for a run whose id begins with `prefix`, or None after `wait` seconds. Leaving the block settles it;
        with an error, it comes again some seconds later.
        """
        held = await self._bell.wait(Kind.RESULT, lambda: self._take_result(prefix), wait)
        if held is None:
            yield None
            return
        try:
            yield held.answered
        except BaseException:
            pause = min(AGAIN * 2 ** (held.answered.attempt - 1), LONGEST)
            due = (self._clock.now() + timedelta(seconds=pause)).timestamp()
            await asyncio.shield(self._done(lambda connection: jobs.return_result(connection, held, due=due)))
            raise
        await self._done(lambda connection: jobs.end_result(connection, held))

    def jobs(self, pick: Pick) -> SqliteJobs:
        """The worker's side of the jobs."""
        return SqliteJobs(self, pick)

    def results(self) -> SqliteResults:
        """The worker's side of the results."""
        return SqliteResults(self)

    async def _take_result(self, prefix: str) -> HeldResult | None:
        now = self._clock.now()
        future = self._writes.do_if(
            lambda connection: jobs.news(connection, prefix, now=now.timestamp()),
            lambda connection: jobs.take_result(connection, prefix, now=now.timestamp(), until=(now + self._lock).timestamp()),
        )
        return await _taken(future, self._untake_result)

    def _untake_result(self, held: HeldResult) -> None:
        self._writes.do(
            lambda connection: jobs.return_result(connection, held, due=0.0, counted=False),
            after=lambda: self._bell.ring((Kind.RESULT,)),
        )

    async def _done(self, work: Work[_T], *, ring: Kind | None = None) -> _T:
        after: Callable[[], None] | None = (lambda: self._bell.ring((ring,))) if ring else None
        return await asyncio.wrap_future(self._writes.do(work, after=after))

    # The worker's side

    async def take(self, pick: Pick, wait: float) -> HeldJob | None:
        """The job that `pick` chooses, locked; None after `wait` seconds without one."""
        return await self._bell.wait(Kind.JOB, lambda: self._take(pick), wait)

    async def _take(self, pick: Pick) -> HeldJob | None:
        now = self._clock.now()
        future = self._writes.do_if(
            lambda connection: jobs.waits(connection, now=now.timestamp()),
            lambda connection: jobs.take(connection, pick, now=now.timestamp(), until=now + self._lock),
        )
        return await _taken(future, self._untake)

    def _untake(self, held: HeldJob) -> None:
        self._writes.do(lambda connection: jobs.untake(connection, held.token), after=lambda: self._bell.ring((Kind.JOB,)))

    async def longer(self, held: Token) -> HeldJob | None:
        """Hold it for another `lock_seconds` from now; None when the lock is lost."""
        now = self._clock.now()
        until = now + self._lock
        kept = await self._done(
            lambda connection: jobs.renew(connection, held.token, now=now.timestamp(), until=until.timestamp())
        )
        return HeldJob(body=held.body, token=held.token, delivery=held.delivery, until=until) if kept else None

    async def end(self, held: Token) -> bool:
        """It is done. False when the lock is lost."""
        now = self._clock.now().timestamp()
        return await self._done(lambda connection: jobs.complete(connection, held.token, now=now))

    async def back(self, held: Token, *, delay: float, blameless: bool) -> bool:
        """Let it come again. False when the lock is lost."""
        now = self._clock.now().timestamp()
        due = now + delay if delay > 0 else None
        count = held.delivery - 1 if blameless else held.delivery
        return await self._done(
            lambda connection: jobs.give_back(connection, held.token, now=now, due=due, deliveries=count), ring=Kind.JOB
        )

    async def bury(self, held: Token, reason: str, detail: str) -> bool:
        """Set it aside. False when the lock is lost."""
        now = self._clock.now().timestamp()
        return await self._done(
            lambda connection: jobs.set_aside(connection, held.token, now=now, reason=reason, detail=detail)
        )

    async def answered(self, job: str) -> str | None:
        """Digest of the result that was told for the job."""
        return await self._done(lambda connection: jobs.answered(connection, job))

    async def tell(self, job: str, run: str, event: str, digest: str) -> str:
        """Note the result, and let it be passed on; returns the digest that counts."""
        now = self._clock.now().timestamp()
        return await self._done(lambda connection: jobs.tell(connection, job, run, event, digest, now=now), ring=Kind.RESULT)


class SqliteJobs:
    """The queue of jobs as a worker sees it. Every method raises ConnectionError while the file cannot be used."""

    def __init__(self, inference: SqliteInference, pick: Pick) -> None:
        self._inference = inference
        self._pick = pick

    async def receive(self, wait: float) -> HeldJob | None:
        """The job to do next, locked; None after `wait` seconds without one."""
        with _away():
            return await self._inference.take(self._pick, wait)

    async def renew(self, held: Token) -> HeldJob | None:
        """Hold it longer; None when the lock is lost."""
        with _away():
            return await self._inference.longer(held)

    async def complete(self, held: Token) -> bool:
        """It is done. False when the lock is lost."""
        with _away():
            return await self._inference.end(held)

    async def give_back(self, held: Token, *, delay: float, blameless: bool = False) -> bool:
        """Let it come again after `delay` seconds. False when the lock is lost."""
        with _away():
            return await self._inference.back(held, delay=delay, blameless=blameless)

    async def dead_letter(self, held: Token, reason: str, detail: str) -> bool:
        """Set it aside for a person. False when the lock is lost."""
        with _away():
            return await self._inference.bury(held, reason, detail)


class SqliteResults:
    """Where a worker's results go. Every method raises ConnectionError while the file cannot be used."""

    def __init__(self, inference: SqliteInference) -> None:
        self._inference = inference

    async def answered(self, job: str) -> str | None:
        """The digest of the result that was delivered for the job."""
        with _away():
            return await self._inference.answered(job)

    async def deliver(self, job: str, run: str, event: str, digest: str) -> str:
        """Tell it; returns the digest that counts, which is the first."""
        with _away():
            return await self._inference.tell(job, run, event, digest)
