"""Queue and DeadLetters in one SQLite file, for any number of processes at once.

A message is acknowledged when it is durable (group commit, synchronous=FULL), and that it was seen is written in the same
transaction, so that a redelivery after a crash is either the first or dropped. A lock is a row's `until`: a consumer that
dies needs nobody to clean up after it. A session is held per priority, as on Service Bus, where each priority is a queue.

Two counts: `attempts` is what consumers see and bound their retries by; `unended` are deliveries since the message was last
given back with `defer`. Only the latter are bounded here (`max_deliveries`): they are the deliveries whose consumer died or
hung, so that a message that kills its consumer is set aside after ten of them, while one that is retried on purpose
(`fusion/dispatch/retry.py`, up to twenty attempts) is never set aside here before its time.
"""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

from fusion.adapters.sqlite import messages as messages
from fusion.adapters.sqlite.bell import Bell
from fusion.adapters.sqlite.database import Database, SystemClock
from fusion.adapters.sqlite.group_commit import GroupCommit, Work
from fusion.ports import Clock, DeadLetter, Locked, Message, Priority, QueueState

POLL = 0.2
"""Seconds after which a waiting receiver looks for what another process sent, or what has come due."""
PURGE = timedelta(hours=1)
"""How often the records of old deliveries are looked through."""

NEVER = datetime.min.replace(tzinfo=UTC)

_T = TypeVar("_T")


class SqliteQueue:
    """Messages in the file `path`; it and its folder are made when they are first needed.

    `lock_seconds`: how long a message is held unless it is renewed. `max_deliveries`: after so many deliveries that nobody
    ended, a message is set aside. `duplicate_window`: for how long ids are remembered. `fsync`: an acknowledged message
    survives a power cut, and not only a crash. `patience`: seconds to wait for another process's write. `close` gives the
    file back (the next use opens it again), and so does using the queue as a context manager.

    Any number of threads and event loops may use one queue. Every method raises TransientError when the file stays locked,
    and UserError when the disk is full, the folder cannot be written to, or the file is damaged or a newer Fusion's.
    """

    def __init__(
        self,
        path: Path,
        *,
        clock: Clock | None = None,
        lock_seconds: float = 60.0,
        max_deliveries: int = 10,
        duplicate_window: timedelta = timedelta(days=7),
        fsync: bool = True,
        patience: float = 30.0,
    ) -> None:
        self._clock = clock or SystemClock()
        self._lock_seconds = lock_seconds
        self._max_deliveries = max_deliveries
        self._window = duplicate_window
        self._writes = GroupCommit(Database(path, messages.MIGRATIONS, patience=patience, fsync=fsync))
        self._bell = Bell(poll=POLL)
        self._purged = NEVER

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Finish what is being written and close the file."""
        self._writes.close()

    async def send(self, message: Message, *, at: datetime | None = None) -> None:
        """Keep the message durably, to come at once or not before `at`; a duplicate is dropped.

        Raises ValueError or TypeError when the body is no JSON.
        """
        body = json.dumps(message.body, allow_nan=False)
        now = self._clock.now()
        since = now - self._window
        purge = now - self._purged >= PURGE
        if purge:
            self._purged = now

        def write(connection: sqlite3.Connection) -> None:
            if purge and messages.forget(connection, before=since):
                self._purged = NEVER
            if messages.first(connection, message.id, now=now, since=since):
                messages.enqueue(connection, message, body, now=now, at=at)

        await self._done(write, ring=(message.priority,))

    async def receive(self, priority: Priority, *, wait: float) -> Locked | None:
        """The oldest message whose session nobody holds; None after `wait` seconds without one.

        One that was delivered `max_deliveries` times without an end is set aside instead (`MaxDeliveryCountExceeded`).
        """
        return await self._bell.wait(priority, lambda: self._take(priority), wait)

    async def renew(self, locked: Locked) -> Locked:
        """Hold it for another `lock_seconds` from now. Raises LockLost."""
        now = self._clock.now()
        return await self._done(lambda connection: messages.renew(connection, locked, now=now, until=self._until(now)))

    async def complete(self, locked: Locked) -> None:
        """It is done. Raises LockLost."""
        now = self._clock.now()
        await self._done(lambda connection: messages.complete(connection, locked, now=now), ring=(locked.message.priority,))

    async def defer(self, locked: Locked, *, until: datetime) -> None:
        """Give it back, to come again at `until` as its next attempt; its session goes on without it. Raises LockLost."""
        now = self._clock.now()
        await self._done(
            lambda connection: messages.defer(connection, locked, now=now, due=until), ring=(locked.message.priority,)
        )

    async def dead_letter(self, locked: Locked, *, reason: str, detail: str) -> None:
        """Set it aside for a person. Raises LockLost."""
        now = self._clock.now()
        await self._done(
            lambda connection: messages.set_aside(connection, locked, now=now, reason=reason, detail=detail),
            ring=(locked.message.priority,),
        )

    async def reclaim(self) -> int:
        """Unlock every message: their consumers are dead. They come as their next attempt; how many there were.

        For whoever knows that nobody else consumes from this file.
        """
        return await self._done(messages.unlock, ring=tuple(Priority))

    async def list(self, *, limit: int = 100) -> Sequence[DeadLetter]:
        """The messages set aside, oldest first."""
        return await self._done(lambda connection: messages.dead(connection, limit=limit))

    async def replay(self, id: str) -> str:
        """Enqueue it anew as `<delivery>/r<n>`, n one higher than before; returns that id. Raises UserError: no such."""
        now = self._clock.now()
        return await self._done(lambda connection: messages.replay(connection, id, now=now), ring=tuple(Priority))

    async def drop(self, id: str) -> None:
        """Forget it. Raises UserError if there is none."""
        await self._done(lambda connection: messages.drop(connection, id))

    async def depth(self) -> Mapping[Priority, QueueState]:
        """How many messages of each priority wait, are being worked on, come later or were set aside."""
        now = self._clock.now()
        return await self._done(lambda connection: messages.depth(connection, now=now))

    async def _take(self, priority: Priority) -> Locked | None:
        now = self._clock.now()
        future = self._writes.do_if(
            lambda connection: messages.candidate(connection, priority, now=now) is not None,
            lambda connection: messages.take(
                connection, priority, now=now, until=self._until(now), max_deliveries=self._max_deliveries
            ),
        )
        try:
            return await asyncio.wrap_future(future)
        except asyncio.CancelledError:
            # Whoever waited is gone, and the message may just have been locked for them.
            future.add_done_callback(self._return)
            raise

    def _return(self, taken: Future[Locked | None]) -> None:
        """Put back what nobody saw, as if it had not been delivered."""
        if taken.cancelled() or taken.exception() is not None or (locked := taken.result()) is None:
            return
        priority = locked.message.priority
        self._writes.do(lambda connection: messages.untake(connection, locked), after=lambda: self._bell.ring((priority,)))

    async def _done(self, work: Work[_T], *, ring: Sequence[Priority] = ()) -> _T:
        after: Callable[[], None] | None = (lambda: self._bell.ring(ring)) if ring else None
        return await asyncio.wrap_future(self._writes.do(work, after=after))

    def _until(self, now: datetime) -> datetime:
        return now + timedelta(seconds=self._lock_seconds)
