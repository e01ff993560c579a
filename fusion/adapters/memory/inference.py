"""The public fake of the worker's queue, in memory, both sides of it. A plugin's tests may use it, too."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from fusion.adapters.memory.records import ManualClock
from fusion.adapters.sqlite.bell import Bell
from fusion.adapters.sqlite.inference import AGAIN, LONGEST, Kind, Token
from fusion.adapters.sqlite.jobs import HeldJob, Pick
from fusion.errors import UserError
from fusion.model import InferenceJob, Urgency
from fusion.ports import Answered, Clock, DeadJob

POLL = 0.01
"""Seconds after which whoever waits looks again, also whether a clock that tests move made something due."""


@dataclass(slots=True)
class _Job:
    job: InferenceJob
    due: datetime
    deliveries: int = 0
    token: str = ""
    until: datetime | None = None

    def is_ready(self, now: datetime) -> bool:
        return self.due <= now and (self.until is None or self.until <= now)


@dataclass(slots=True)
class _News:
    answered: Answered
    due: datetime
    attempts: int = 0
    held: bool = False


class MemoryInference:
    """Jobs and results in lists, for one event loop. `worker(pick)` is the worker's side."""

    def __init__(self, clock: Clock | None = None, *, lock_seconds: float = 60.0) -> None:
        self.clock = clock or ManualClock()
        self.lock = timedelta(seconds=lock_seconds)
        self.waiting: dict[int, _Job] = {}
        self.buried: list[DeadJob] = []
        self.news: list[_News] = []
        self._seen: set[str] = set()
        self._bell = Bell(poll=POLL)

    async def submit(self, job: InferenceJob, *, at: datetime | None = None) -> None:
        """Enqueue it in its class, to be taken not before `at`; a job of the same id is dropped."""
        if job.id not in self._seen:
            self._seen.add(job.id)
            self.waiting[len(self._seen)] = _Job(job=job, due=at or self.clock.now())

    async def depth(self) -> Mapping[Urgency, int]:
        """Jobs that wait, by class."""
        now = self.clock.now()
        ready = [each.job.urgency for each in self.waiting.values() if each.is_ready(now)]
        return {urgency: ready.count(urgency) for urgency in Urgency}

    async def under_way(self) -> int:
        """Jobs that workers hold now."""
        now = self.clock.now()
        return sum(each.until is not None and each.until > now for each in self.waiting.values())

    async def withdraw(self, run: str) -> int:
        """Take back the jobs of a run that no worker holds, and forget its results; how many jobs."""
        now, of = self.clock.now(), f"{run}/"
        free = {n for n, each in self.waiting.items() if each.job.id.startswith(of) and (each.until or now) <= now}
        self.waiting = {number: each for number, each in self.waiting.items() if number not in free}
        self.news = [news for news in self.news if not news.answered.job.startswith(of)]
        return len(free)

    async def dead(self, *, limit: int = 100) -> Sequence[DeadJob]:
        """Jobs that workers set aside, oldest first."""
        return self.buried[:limit]

    async def discard(self, id: str) -> None:
        """Forget a job that was set aside. Raises UserError if there is none."""
        kept = [each for each in self.buried if each.id != id]
        if len(kept) == len(self.buried):
            raise UserError(f"No job {id!r} was set aside; `fusion dead-letters list` shows those that were.")
        self.buried = kept

    @asynccontextmanager
    async def result(self, *, wait: float, prefix: str = "") -> AsyncIterator[Answered | None]:
        """The next result for a run whose id begins with `prefix`, or None after `wait` seconds."""
        found = await self._bell.wait(Kind.RESULT, lambda: self._next(prefix), wait)
        if found is None:
            yield None
            return
        found.held, found.attempts = True, found.attempts + 1
        try:
            yield replace(found.answered, attempt=found.attempts)
        except BaseException:
            pause = min(AGAIN * 2 ** (found.attempts - 1), LONGEST)
            found.held, found.due = False, self.clock.now() + timedelta(seconds=pause)
            raise
        self.news.remove(found)

    def worker(self, pick: Pick) -> MemoryWorker:
        """Jobs and results as a worker sees them."""
        return MemoryWorker(self, pick)

    async def _next(self, prefix: str) -> _News | None:
        now = self.clock.now()
        ready = (each for each in self.news if not each.held and each.due <= now and each.answered.run.startswith(prefix))
        return next(ready, None)


class MemoryWorker:
    """The worker's side, of the shape that `gpu_worker` asks for."""

    def __init__(self, inference: MemoryInference, pick: Pick) -> None:
        self._inference = inference
        self._pick = pick
        self._served: dict[str, float] = {}
        self._turn = 0
        self._answers: dict[str, str] = {}
        self._bell = Bell(poll=POLL)

    async def receive(self, wait: float) -> HeldJob | None:
        """The job to do next, locked; None after `wait` seconds without one."""
        return await self._bell.wait(Kind.JOB, self._take, wait)

    async def renew(self, held: Token) -> HeldJob | None:
        """Hold it longer; None when the lock is lost."""
        kept = self._owned(held)
        if kept is None:
            return None
        kept.until = self._inference.clock.now() + self._inference.lock
        return HeldJob(body=held.body, token=held.token, delivery=held.delivery, until=kept.until)

    async def complete(self, held: Token) -> bool:
        """It is done. False when the lock is lost."""
        return self._owned(held) is not None and self._inference.waiting.pop(_number(held), None) is not None

    async def give_back(self, held: Token, *, delay: float, blameless: bool = False) -> bool:
        """Let it come again after `delay` seconds. False when the lock is lost."""
        kept = self._owned(held)
        if kept is None:
            return False
        kept.token, kept.until = "", None
        kept.deliveries -= blameless
        kept.due = self._inference.clock.now() + timedelta(seconds=delay) if delay > 0 else kept.due
        return True

    async def dead_letter(self, held: Token, reason: str, detail: str) -> bool:
        """Set it aside for a person. False when the lock is lost."""
        kept = self._owned(held)
        if kept is None:
            return False
        now = self._inference.clock.now()
        self._inference.buried.append(
            DeadJob(
                id=kept.job.id,
                reason=reason,
                detail=detail,
                deliveries=kept.deliveries,
                at=now,
                repository=kept.job.repository,
                body=kept.job.model_dump_json(),
            )
        )
        return await self.complete(held)

    async def answered(self, job: str) -> str | None:
        """The digest of the result that was delivered for the job."""
        return self._answers.get(job)

    async def deliver(self, job: str, run: str, event: str, digest: str) -> str:
        """Tell it; returns the digest that counts, which is the first."""
        first = self._answers.setdefault(job, digest)
        told = Answered(run=run, event=event, result=first, job=job)
        self._inference.news.append(_News(answered=told, due=self._inference.clock.now()))
        return first

    async def _take(self) -> HeldJob | None:
        now = self._inference.clock.now()
        ready = {number: each for number, each in self._inference.waiting.items() if each.is_ready(now)}
        if not ready:
            return None
        numbers = list(ready)
        offered = [(each.job.urgency.value, each.job.repository, each.due.timestamp()) for each in ready.values()]
        number = numbers[self._pick(offered, self._served, self._turn, now.timestamp())]
        kept = ready[number]
        self._turn += 1
        self._served[kept.job.repository] = now.timestamp()
        kept.deliveries += 1
        kept.token, kept.until = f"{number}.{self._turn}", now + self._inference.lock
        body = kept.job.model_dump_json().encode()
        return HeldJob(body=body, token=kept.token, delivery=kept.deliveries, until=kept.until)

    def _owned(self, held: Token) -> _Job | None:
        kept = self._inference.waiting.get(_number(held))
        now = self._inference.clock.now()
        return kept if kept is not None and kept.token == held.token and kept.until is not None and kept.until > now else None


def _number(held: Token) -> int:
    return int(held.token.partition(".")[0])
