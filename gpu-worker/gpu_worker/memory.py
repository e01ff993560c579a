"""The queue, the payloads and the results in memory: the public fakes, with the semantics of the real ones."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from gpu_worker.picking import pick
from gpu_worker.protocols import Held

POLL = 0.01
"""Seconds after which a waiting receiver looks again."""


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoryHeld:
    """A job that somebody holds."""

    body: bytes
    token: str
    delivery: int
    until: datetime


@dataclass(slots=True)
class _Kept:
    body: bytes
    urgency: str
    repository: str
    since: float
    delivery: int = 0
    token: str = ""
    until: float = 0.0


class MemoryJobs:
    """Jobs in a dictionary, for one event loop."""

    def __init__(self, *, clock: Callable[[], datetime] = _now, lock_seconds: float = 60.0) -> None:
        self._clock = clock
        self._lock = lock_seconds
        self._jobs: dict[int, _Kept] = {}
        self._served: dict[str, float] = {}
        self._put = 0
        self._turn = 0
        self.away = False
        """Whether the queue is away: every call raises ConnectionError."""
        self.dead: list[tuple[bytes, str, str]] = []
        """What was set aside: body, reason, detail."""

    def put(self, body: bytes, *, at: datetime | None = None) -> None:
        """Enqueue what shall be a job."""
        try:
            found: Any = json.loads(body)
        except (ValueError, RecursionError):
            found = None
        known = found if isinstance(found, dict) else {}
        self._put += 1
        self._jobs[self._put] = _Kept(
            body=body,
            urgency=str(known.get("urgency", "")),
            repository=str(known.get("repository", "")),
            since=(at or self._clock()).timestamp(),
        )

    def __len__(self) -> int:
        return len(self._jobs)

    async def receive(self, wait: float) -> MemoryHeld | None:
        """The job to do next."""
        end = asyncio.get_running_loop().time() + wait
        while True:
            self._present()
            if (held := self._take()) is not None or asyncio.get_running_loop().time() >= end:
                return held
            await asyncio.sleep(POLL)

    async def renew(self, held: Held) -> MemoryHeld | None:
        """Hold it longer."""
        kept = self._owned(held.token)
        if kept is None:
            return None
        until = self._clock() + timedelta(seconds=self._lock)
        kept.until = until.timestamp()
        return MemoryHeld(body=held.body, token=held.token, delivery=held.delivery, until=until)

    async def complete(self, held: Held) -> bool:
        """It is done."""
        return self._end(held.token)

    async def give_back(self, held: Held, *, delay: float, blameless: bool = False) -> bool:
        """Let it come again."""
        kept = self._owned(held.token)
        if kept is None:
            return False
        kept.token, kept.until = "", 0.0
        kept.since = max(kept.since, self._clock().timestamp() + delay) if delay > 0 else kept.since
        kept.delivery -= blameless
        return True

    async def dead_letter(self, held: Held, reason: str, detail: str) -> bool:
        """Set it aside."""
        ended = self._end(held.token)
        if ended:
            self.dead.append((held.body, reason, detail))
        return ended

    def lose(self) -> None:
        """Let every lock run out, as when a worker stood still for too long."""
        for kept in self._jobs.values():
            kept.until = 0.0

    def _take(self) -> MemoryHeld | None:
        now = self._clock()
        stamp = now.timestamp()
        waiting = {number: kept for number, kept in self._jobs.items() if kept.since <= stamp and kept.until <= stamp}
        if not waiting:
            return None
        numbers = list(waiting)
        offered = [(waiting[number].urgency, waiting[number].repository, waiting[number].since) for number in numbers]
        number = numbers[pick(offered, self._served, self._turn, stamp)]
        kept, until = waiting[number], now + timedelta(seconds=self._lock)
        self._turn += 1
        self._served[kept.repository] = stamp
        kept.delivery += 1
        kept.token, kept.until = f"{number}.{self._turn}", until.timestamp()
        return MemoryHeld(body=kept.body, token=kept.token, delivery=kept.delivery, until=until)

    def _end(self, token: str) -> bool:
        if self._owned(token) is None:
            return False
        del self._jobs[int(token.partition(".")[0])]
        return True

    def _owned(self, token: str) -> _Kept | None:
        self._present()
        kept = self._jobs.get(int(token.partition(".")[0]))
        return kept if kept is not None and kept.token == token and kept.until > self._clock().timestamp() else None

    def _present(self) -> None:
        if self.away:
            raise ConnectionError("The queue is away.")


class MemoryPayloads:
    """Bytes in a dictionary."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}

    async def get(self, digest: str) -> bytes:
        """The bytes. Raises LookupError."""
        return self.kept[digest]

    async def put(self, data: bytes) -> str:
        """Keep the bytes and return their digest."""
        digest = f"sha256:{hashlib.sha256(data).hexdigest()}"
        self.kept[digest] = data
        return digest


class MemoryResults:
    """What was told, in order: job, run, event, digest."""

    def __init__(self) -> None:
        self.told: list[tuple[str, str, str, str]] = []

    async def answered(self, job: str) -> str | None:
        """The digest that was told first for the job."""
        return next((digest for id, _, _, digest in self.told if id == job), None)

    async def deliver(self, job: str, run: str, event: str, digest: str) -> str:
        """Tell it; returns the digest that was told first."""
        first = await self.answered(job) or digest
        self.told.append((job, run, event, first))
        return first
