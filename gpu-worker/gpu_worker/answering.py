"""One job, from its lock to its end: what the loop does with each job it holds."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from gpu_worker.contract import Ending, Job, Prompt, Result
from gpu_worker.leases import Lease
from gpu_worker.protocols import Engine, EngineFailed, Generation, Happening, Held, Jobs, Kind, Listener, Payloads, Results

_log = logging.getLogger(__name__)
_Read = TypeVar("_Read", bound=BaseModel)
_LONGEST = 1_000
"""Characters of a reason."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """How patient the worker is. Times are in seconds."""

    wait: float = 2.0
    """For a job, in one go; a drain waits as long before it begins to count what is running."""
    most_deliveries: int = 5
    """After so many, a job that never ended is set aside, and whoever waits for it is told. The queue itself allows more."""
    alone_from: int = 3
    """From this delivery on a job runs with nothing beside it: it may be what kills the engine."""
    delay: float = 5.0
    """Before a job that the engine failed comes again; doubled with each delivery."""
    longest_delay: float = 300.0
    keep_trying: float = 120.0
    """To store and tell a result while the queue or the blobs are away: it was dear."""
    hung: float = 60.0
    """Beyond a prompt's own seconds, after which an engine that says nothing counts as failed."""
    cold: float = 0.5
    """Between two looks whether the engine is ready, and after an outage of the queue."""
    margin: float = 5.0
    """Of a drain's time, kept to give back what did not finish."""
    ahead: float = 0.25
    """Jobs held beyond the engine's capacity, as a share of it and at least one, so that the engine never waits for the
    queue; 0: none."""


class _Refused(Exception):
    """The job can never be done: `ending` for whoever waits, `reason` for the dead letters."""

    def __init__(self, reason: str, detail: str, ending: Ending) -> None:
        super().__init__(detail)
        self.reason = reason
        self.ending = ending


class Answering:
    """Answers jobs. `seats`: one for each generation that the engine takes at the same time. `name`: this worker's."""

    def __init__(
        self,
        jobs: Jobs,
        payloads: Payloads,
        results: Results,
        engine: Engine,
        *,
        seats: AbstractAsyncContextManager[object],
        clock: Callable[[], datetime],
        rules: Rules,
        name: str,
        listen: Listener,
    ) -> None:
        self._jobs = jobs
        self._payloads = payloads
        self._results = results
        self._engine = engine
        self._seats = seats
        self._clock = clock
        self._rules = rules
        self._name = name
        self._listen = listen

    async def work(self, held: Held, *, running: Callable[[], int], after: Collection[asyncio.Task[None]] = ()) -> None:
        """Do the job, once the tasks of `after` have ended, and settle it. Cancelled, it gives the job back first.

        `running`: how many jobs are held.
        """
        async with Lease(self._jobs, held, self._clock) as lease:
            try:
                job = _read(Job, held.body, "InvalidJob")
            except _Refused as refused:
                if await self._settled(self._jobs.dead_letter(held, refused.reason, str(refused)), None):
                    self._listen(Happening(kind="dead_lettered", detail=str(refused)))
                return
            queued = max((self._clock() - job.enqueued).total_seconds(), 0.0)
            self._tell("taken", job, queued_seconds=queued, running=running())
            try:
                if after:
                    await asyncio.wait(after)
                await self._answer(job, lease, queued)
            except asyncio.CancelledError:
                await self._give_back(job, lease, "the worker goes away", delay=0.0, blameless=True)
                raise
            except ConnectionError as error:
                self._tell("away", job, detail=str(error))
                await self._give_back(job, lease, str(error), delay=self._rules.delay, blameless=True)
            except EngineFailed as error:
                await self._failed(job, lease, str(error), queued)
            except Exception as error:
                # The edge of the host: what nobody foresaw for one job must not end the others, nor pass unseen.
                _log.exception("The job %s failed in a way that nobody foresaw", job.id)
                await self._failed(job, lease, f"{type(error).__name__}", queued)

    async def _answer(self, job: Job, lease: Lease, queued: float) -> None:
        if (known := await self._results.answered(job.id)) is not None:
            await self._results.deliver(job.id, job.run, job.event, known)
            await self._complete(job, lease)
            self._tell("told_again", job)
        elif self._clock() >= job.expires:
            await self._deliver(
                job, self._without(job, Ending.ABANDONED, "Nobody waited any longer when it was taken.", queued)
            )
            await self._complete(job, lease)
            self._tell("expired", job)
        elif job.model != self._engine.model:
            # Told at once and not set aside: nothing is wrong with the job, and whoever waits has other ways to go.
            detail = f"This worker runs {self._engine.model}, and the job asks for {job.model}."
            await self._deliver(job, self._without(job, Ending.MISSING, detail, queued))
            await self._complete(job, lease)
            self._tell("declined", job, detail=detail)
        elif lease.held.delivery > self._rules.most_deliveries:
            await self._set_aside(
                job, lease, "MaxDeliveries", f"It was taken {lease.held.delivery} times and never ended.", queued
            )
        else:
            try:
                prompt = await self._prompt(job)
            except _Refused as refused:
                await self._set_aside(job, lease, refused.reason, str(refused), queued, refused.ending)
                return
            result = await self._generate(job, prompt, queued)
            await self._deliver(job, result)
            await self._complete(job, lease)
            self._tell("answered", job, result=result)

    async def _prompt(self, job: Job) -> Prompt:
        try:
            payload = await self._payloads.get(job.payload)
        except LookupError as error:
            raise _Refused("PayloadMissing", f"Its prompt {job.payload} is not there: {error}", Ending.ABANDONED) from None
        return _read(Prompt, payload, "InvalidPrompt")

    async def _generate(self, job: Job, prompt: Prompt, queued: float) -> Result:
        async with self._seats:
            left = (job.expires - self._clock()).total_seconds()
            if left <= 0:
                return self._without(job, Ending.ABANDONED, "Nobody waited any longer when its turn came.", queued)
            # Nobody waits beyond that, whatever the prompt allows.
            limits = prompt.limits.model_copy(update={"seconds": min(prompt.limits.seconds, left)})
            try:
                async with asyncio.timeout(limits.seconds + self._rules.hung):
                    made = await self._engine.generate(prompt.messages, prompt.reply_schema, limits)
            except TimeoutError:
                raise EngineFailed(f"The engine said nothing for {limits.seconds + self._rules.hung:.0f} seconds.") from None
        return self._result(job, made, queued)

    def _result(self, job: Job, made: Generation, queued: float) -> Result:
        return Result(
            job=job.id,
            ending=Ending(made.ending),
            text=made.text,
            reason=made.reason[:_LONGEST],
            model=made.model or job.model,
            input_tokens=made.input_tokens,
            output_tokens=made.output_tokens,
            cached_tokens=made.cached_tokens,
            queued_seconds=queued,
            first_token_seconds=made.first_token_seconds,
            seconds=made.seconds,
            gpu_seconds=made.gpu_seconds,
            worker=self._name,
        )

    def _without(self, job: Job, ending: Ending, reason: str, queued: float) -> Result:
        return Result(job=job.id, ending=ending, reason=reason[:_LONGEST], queued_seconds=queued, worker=self._name)

    async def _deliver(self, job: Job, result: Result) -> None:
        """Store and tell the result, also when the lock was lost: results count once by the job's id, so that the first helps.

        Raises ConnectionError when the other side stays away.
        """
        data = result.model_dump_json().encode()
        end = asyncio.get_running_loop().time() + self._rules.keep_trying
        pause = self._rules.cold
        while True:
            try:
                await self._results.deliver(job.id, job.run, job.event, await self._payloads.put(data))
                return
            except ConnectionError as error:
                if asyncio.get_running_loop().time() + pause >= end:
                    raise
                self._tell("away", job, detail=str(error))
            await asyncio.sleep(pause)
            pause = min(pause * 2, 10.0)

    async def _complete(self, job: Job, lease: Lease) -> None:
        """A lock that is gone needs nothing: the next delivery finds the answer."""
        if lease.lost or not await self._settled(self._jobs.complete(lease.held), job):
            self._tell("lock_lost", job)

    async def _failed(self, job: Job, lease: Lease, why: str, queued: float) -> None:
        delivery = lease.held.delivery
        if delivery >= self._rules.most_deliveries:
            try:
                await self._set_aside(job, lease, "EngineFailed", f"{why} ({delivery} deliveries)", queued)
            except ConnectionError as error:
                self._tell("away", job, detail=str(error))
            return
        delay = min(self._rules.delay * 2 ** (delivery - 1), self._rules.longest_delay)
        await self._give_back(job, lease, why, delay=delay)

    async def _set_aside(
        self, job: Job, lease: Lease, reason: str, detail: str, queued: float, ending: Ending = Ending.ABANDONED
    ) -> None:
        """Told first, so that nobody waits in vain for what only a person will look at."""
        await self._deliver(job, self._without(job, ending, detail, queued))
        if not lease.lost and await self._settled(self._jobs.dead_letter(lease.held, reason, detail[:_LONGEST]), job):
            self._tell("dead_lettered", job, detail=f"{reason}: {detail}")
        else:
            self._tell("lock_lost", job)

    async def _give_back(self, job: Job, lease: Lease, why: str, *, delay: float, blameless: bool = False) -> None:
        back = self._jobs.give_back(lease.held, delay=delay, blameless=blameless)
        # Shielded: a drain that cancels twice must not leave half a step behind.
        if not lease.lost and await asyncio.shield(asyncio.ensure_future(self._settled(back, job))):
            self._tell("given_back", job, detail=why)
        else:
            self._tell("lock_lost", job)

    async def _settled(self, step: Awaitable[bool], job: Job | None) -> bool:
        """Whether it was done. With the queue away the lock runs out by itself."""
        try:
            return await step
        except ConnectionError as error:
            self._listen(Happening(kind="away", job=job.id if job else "", detail=str(error)))
            return False

    def _tell(
        self,
        kind: Kind,
        job: Job,
        *,
        queued_seconds: float = 0.0,
        running: int = 0,
        result: Result | None = None,
        detail: str = "",
    ) -> None:
        self._listen(
            Happening(
                kind=kind,
                job=job.id,
                urgency=job.urgency.value,
                repository=job.repository,
                queued_seconds=queued_seconds,
                running=running,
                result=result,
                detail=detail,
            )
        )


def _read(kind: type[_Read], data: bytes, reason: str) -> _Read:
    """What the bytes say. Raises _Refused with where they are wrong, and nothing of what they hold."""
    try:
        return kind.model_validate_json(data)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False, include_context=False)[0]
        where = ".".join(map(str, first["loc"])) or "the whole"
        raise _Refused(reason, f"It does not fit its schema at {where[:200]}: {first['msg'][:300]}.", Ending.INVALID) from None
