"""The activities of a thought that has a way: ask the cloud, give the worker a job and read what it made of it.

What the other side does wrong is a value. Each call is settled once it has ended.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta
from functools import cached_property

from pydantic import ValidationError

from fusion.budget.accounts import Reservation, is_believable
from fusion.budget.answers import Overcharged, Refused, Settled, overcharged
from fusion.budget.money import picos, units
from fusion.budget.quote import cost
from fusion.errors import PermanentError, TransientError, UserError
from fusion.model import (
    Call,
    Completion,
    Ending,
    InferenceJob,
    InferenceResult,
    Prompt,
    Request,
    Response,
    Route,
    Usage,
)
from fusion.ports.telemetry import Value
from fusion.progress import Heard as Piece
from fusion.reasoning.replies import Misfit, again, read
from fusion.telemetry import chat
from fusion.telemetry.context import here, step
from fusion.telemetry.watching import provider
from orchestrations.activity import Activity, Job, named, published
from orchestrations.bundle import Bundle, Reasoning
from orchestrations.cases import Cases
from orchestrations.paid import Paid
from orchestrations.shelf import Shelf
from orchestrations.spending import reserved, urgency

_LONGEST = 86_400.0
"""Seconds that one call can have taken, whatever a worker says."""


class ThoughtActivities:
    """The activities of thoughts, bound to one bundle."""

    def __init__(self, bundle: Bundle, shelf: Shelf) -> None:
        self.bundle = bundle
        self.shelf = shelf
        self.cases = Cases(bundle, shelf)

    def table(self) -> Mapping[str, Activity]:
        """Name -> async function `(context, input)`."""
        return named(self, ("complete", "submit_inference", "collect_inference"), published)

    @cached_property
    def _slots(self) -> asyncio.Semaphore:
        return asyncio.Semaphore(self._reasoning.parallel)

    @property
    def _reasoning(self) -> Reasoning:
        assert self.bundle.reasoning is not None, "no thought without models"
        return self.bundle.reasoning

    @cached_property
    def _paid(self) -> Paid:
        return Paid(self.bundle.store, self.shelf, self.bundle.tenant, self.bundle.clock)

    # --- the cloud

    async def complete(self, job: Job) -> Job:
        """One attempt at an endpoint: `completion` or not, `calls`, and `again`, the prompt that asks once more."""
        if self.bundle.reasoning is None:
            return {"calls": []}
        route = Route.model_validate(job["route"])
        prompt = await self.shelf.load(Prompt, job["prompt"])
        async with self._slots:
            before = await self._reasoning.book.reservation(reserved(job))
            if before is not None and before.begins and (kept := await self._kept(job, prompt, route, before)):
                return kept
            earlier = before.begins if before is not None else 0
            # Begun when it is its turn: of what only waits for one, a host that dies leaves nothing to be counted as billed.
            if not await self._begun(job):
                return await self._settled(job, prompt, route, _unpaid(), earlier=earlier)
            started = self.bundle.clock.now()
            response = await self._answered(route, prompt, waits=not job["request"].get("publish"))
        seconds = (self.bundle.clock.now() - started).total_seconds()
        return await self._settled(job, prompt, route, response, seconds=seconds, earlier=earlier)

    async def _kept(self, job: Job, prompt: Prompt, route: Route, before: Reservation) -> Job | None:
        """The answer to a call that this activity began before, kept while only its own end was lost: it is not paid twice."""
        change, policy = await self.cases.stamped(job)
        completion = await self._paid.bought(change, policy, job["asked"], route.model)
        if completion is None:
            return None
        await self._reasoning.book.release(reserved(job))
        self._reasoning.breakers.note(route.endpoint, Ending.CAPPED, at=self.bundle.clock.now())
        own = before.state == "settled" and completion.endpoint == route.endpoint
        if not own:
            completion = completion.model_copy(update={"cached": True, "usage": Usage()})
        call = _call(prompt, route, Ending.OK).model_copy(
            update={
                **completion.model_dump(include={"model", "endpoint", "region", "cached"}),
                "usage": completion.usage,
                "sources": prompt.sources if own else (),
                "why": route.why if own else "the same question was answered before",
            }
        )
        lost = await self._lost(job, prompt, route, before.begins - own, completion.usage.cost)
        calls = [await self.shelf.save(one) for one in (*lost, call)]
        return {"calls": calls, "completion": await self.shelf.save(completion), "unsure": False}

    async def _answered(self, route: Route, prompt: Prompt, *, waits: bool) -> Response:
        """What the endpoint says, as a step of the trace; `waits`: a person, who hears it."""
        seen = self.bundle.telemetry
        with step(seen.tracer, chat.name(route), kind="client", attributes=self._asked(route, prompt)) as span:
            response = await self._said(route, prompt, waits=waits)
            chat.answered(span, response, content=seen.content)
            return response

    def _asked(self, route: Route, prompt: Prompt) -> Mapping[str, Value]:
        endpoint = self._reasoning.file.endpoint(route.endpoint)
        named = provider(endpoint) if endpoint is not None else ""
        return chat.asked(prompt, route, named, content=self.bundle.telemetry.content)

    def _seen(
        self, route: Route, prompt: Prompt, response: Response, *, waited: float, seconds: float = 0.0, gpu: float = 0.0
    ) -> None:
        """The worker's answer, told as a step that is over: it waited so long for its turn, and took so long.

        `gpu`: what it is charged for, its share of the accelerator's time.
        """
        seen, now = self.bundle.telemetry, self.bundle.clock.now()
        said = chat.reply(response, content=seen.content)
        # What a worker counts is not believed beyond what can be; and no number is neither more nor less.
        waited, seconds, gpu = (each if 0 <= each <= _LONGEST else 0.0 for each in (waited, seconds, gpu))
        seen.tracer.past(
            chat.name(route),
            kind="client",
            start=now - timedelta(seconds=waited + seconds),
            end=now,
            parent=here(),
            attributes={
                **self._asked(route, prompt),
                **said,
                "fusion.queue.seconds": waited,
                "fusion.accelerator.seconds": gpu,
            },
            failure="" if response.ending is Ending.OK else response.ending.value,
        )

    async def _said(self, route: Route, prompt: Prompt, *, waits: bool) -> Response:
        """One that cannot be asked as it is set up is not there."""
        model = self._reasoning.models.get(route.endpoint)
        if model is None:
            return _unasked("the models file names it no more")
        heard = (lambda text: self.bundle.listen(Piece(prompt.agent, text))) if waits else None
        try:
            return await model.complete(prompt, heard=heard)
        except UserError as error:
            return _unasked(str(error))

    async def _begun(self, job: Job) -> bool:
        """Whether the call may be made: where this activity was begun before, that call may have been billed unseen."""
        route, prompt = Route.model_validate(job["route"]), await self.shelf.load(Prompt, job["prompt"])
        planned = _call(prompt, route, Ending.OK)
        return not isinstance(await self._reasoning.book.begin(reserved(job), planned), Refused)

    # --- the worker

    async def submit_inference(self, job: Job) -> Job:
        """Give the worker a job; `seconds` is how long its answer is waited for."""
        if self.bundle.reasoning is None:
            return {"calls": []}
        reasoning, route = self._reasoning, Route.model_validate(job["route"])
        prompt = await self.shelf.load(Prompt, job["prompt"])
        if reasoning.inference is None:
            return await self._settled(job, prompt, route, _unasked("the models file names no worker any more"))
        before = await reasoning.book.reservation(reserved(job))
        earlier = before.begins if before is not None else 0
        if not await self._begun(job):
            return await self._settled(job, prompt, route, _unpaid(), earlier=earlier)
        seconds = reasoning.patience + prompt.limits.seconds
        try:
            await reasoning.inference.submit(await self._inference_job(job, route, seconds))
        except TransientError as error:
            # It may have been taken all the same, so that it counts; whoever waits is better served elsewhere.
            away = Response(ending=Ending.UNAVAILABLE, reason=str(error))
            return await self._settled(job, prompt, route, away, earlier=earlier)
        return {"seconds": seconds}

    async def _inference_job(self, job: Job, route: Route, seconds: float) -> InferenceJob:
        change, _ = await self.cases.stamped(job)
        now = self.bundle.clock.now()
        return InferenceJob(
            id=reserved(job),
            urgency=urgency(Request.model_validate(job["request"])),
            repository=change.repository,
            model=route.model,
            payload=job["prompt"],
            run=job["thought"],
            event=job["event"],
            enqueued=now,
            expires=now + timedelta(seconds=seconds),
        )

    async def collect_inference(self, job: Job) -> Job:
        """What the worker made of its job, as `complete` answers; silence until the timer is an ending too."""
        if self.bundle.reasoning is None:
            return {"calls": []}
        route, prompt = Route.model_validate(job["route"]), await self.shelf.load(Prompt, job["prompt"])
        earlier = await self._before(job)
        if not job.get("result"):
            silent = Response(ending=Ending.ABANDONED, reason="the worker did not answer in time", usage=Usage())
            self._seen(route, prompt, silent, waited=self._reasoning.patience + prompt.limits.seconds)
            return await self._settled(job, prompt, route, silent, earlier=earlier)
        try:
            result = await self.shelf.load(InferenceResult, job["result"]["result"])
        except (PermanentError, ValidationError):
            unread = Response(ending=Ending.UNAVAILABLE, reason="the worker's result cannot be read")
            self._seen(route, prompt, unread, waited=0.0)
            return await self._settled(job, prompt, route, unread, earlier=earlier)
        usage = Usage(input_tokens=result.input_tokens, output_tokens=result.output_tokens, cached_tokens=result.cached_tokens)
        response = Response(ending=result.ending, text=result.text, model=result.model, usage=usage, reason=result.reason)
        seconds = result.gpu_seconds or result.seconds
        self._seen(route, prompt, response, waited=result.queued_seconds, seconds=result.seconds, gpu=seconds)
        return await self._settled(job, prompt, route, response, seconds=seconds, earlier=earlier)

    def _priced(self, route: Route, usage: Usage, seconds: float) -> Usage:
        """What the other side counted, with its price in our catalogue. Counts that cannot be true are none."""
        endpoint = self._reasoning.file.endpoint(route.endpoint)
        price = self._reasoning.file.card(endpoint).price if endpoint else None
        seconds = min(seconds, _LONGEST) if seconds >= 0 else 0.0
        timed = usage.model_copy(update={"seconds": seconds, "currency": self._reasoning.file.caps.currency})
        if not is_believable(usage, Ending.UNUSABLE):
            return Usage(seconds=seconds, currency=timed.currency)
        if price is None:
            return timed
        spent = cost(price, usage, seconds=seconds if route.kind == "worker" else 0.0)
        return timed.model_copy(update={"cost": spent})

    # --- what came of it

    async def _settled(
        self, job: Job, prompt: Prompt, route: Route, response: Response, *, seconds: float = 0.0, earlier: int = 0
    ) -> Job:
        """Read the reply, settle the account, tell the breaker; the attempt as plain JSON.

        `earlier`: how many calls this very attempt began before, of which nobody kept an answer.
        """
        reasoning, now = self._reasoning, self.bundle.clock.now()
        value = read(prompt, response)
        ending = Ending.UNUSABLE if isinstance(value, Misfit) and response.ending is Ending.OK else response.ending
        call = _call(prompt, route, ending).model_copy(
            update={
                "model": response.model or route.model,
                "usage": self._priced(route, response.usage or Usage(), seconds),
                "sources": prompt.sources if response.sent else (),
                "sent": response.sent,
            }
        )
        settled = await self._charged(reserved(job), call)
        over = isinstance(settled, Overcharged)
        reasoning.breakers.note(route.endpoint, ending, at=now, retry_after=response.retry_after)
        if over:
            reasoning.breakers.bar(route.endpoint, overcharged(route.endpoint))
        call = call.model_copy(
            update={
                "reason": _reason(response, value, reasoning.breakers.standing(route.endpoint, now).wait),
                "usage": call.usage.model_copy(update={"cost": settled.cost}),
                "assumed": isinstance(settled, Settled) and settled.assumed,
                "over": over,
            }
        )
        lost = await self._lost(job, prompt, route, earlier, settled.cost)
        answer: Job = {"calls": [await self.shelf.save(one) for one in (*lost, call)]}
        if isinstance(value, Misfit):
            if ending is Ending.UNUSABLE and not job.get("stay") and not over:
                answer["again"] = await self.shelf.save(again(prompt, response, value))
            return answer
        completion = Completion(value=value, model=call.model, usage=call.usage, endpoint=route.endpoint, region=route.region)
        change, policy = await self.cases.stamped(job)
        answer |= {"completion": await self.shelf.save(completion), "unsure": value.get("certainty") == "low"}
        if not answer["unsure"]:
            # What is kept spares money later; it is not worth the answer that was just paid for.
            with suppress(TransientError):
                await self._paid.keep_completion(change, policy, job["asked"], route.model, completion)
        return answer

    async def _before(self, job: Job) -> int:
        """How many calls of this attempt were begun before the last.

        An answer is not left lying because the accounts are away.
        """
        try:
            held = await self._reasoning.book.reservation(reserved(job))
        except TransientError:
            return 0
        return max(held.begins - 1, 0) if held is not None else 0

    async def _lost(self, job: Job, prompt: Prompt, route: Route, number: int, own: float) -> list[Call]:
        """The calls of this attempt that were cut off before their answers: what the account counts for them beside `own`."""
        if number < 1:
            return []
        try:
            held = await self._reasoning.book.reservation(reserved(job))
        except TransientError:
            return []
        cost = units(max(held.committed - picos(own), 0)) if held is not None else 0.0
        call = _call(prompt, route, Ending.ABANDONED).model_copy(
            update={
                "reason": "it was cut off before its answer was kept",
                "usage": Usage(cost=cost / number, currency=self._reasoning.file.caps.currency),
                "sources": prompt.sources,
                "assumed": True,
                "lost": True,
            }
        )
        return [call] * number

    async def _charged(self, reservation: str, call: Call) -> Settled | Overcharged:
        """What the call cost. While the accounts are away nobody can say: the call stays begun, and counts as its bound."""
        try:
            return await self._reasoning.book.settle(reservation, call)
        except TransientError:
            return Settled(cost=call.bound, assumed=True)


def _reason(response: Response, value: object, wait: float) -> str:
    """What went wrong, in the endpoint's words or in ours; empty where nothing did. `wait`: seconds until it is asked again."""
    if not isinstance(value, Misfit):
        return ""
    said = value.reason if response.ending is Ending.OK else response.reason or value.reason
    if response.ending is not Ending.LIMITED or not wait:
        return said
    return f"{said.rstrip('.')}: it is asked again in {math.ceil(wait)} s at the earliest."


def _call(prompt: Prompt, route: Route, ending: Ending) -> Call:
    return Call(
        agent=prompt.agent,
        work=prompt.work,
        endpoint=route.endpoint,
        model=route.model,
        region=route.region,
        local=route.local,
        ending=ending,
        why=route.why,
        bound=route.bound,
    )


def _unpaid() -> Response:
    reason = "the budget does not allow the call again, after one that nobody saw the end of"
    return Response(ending=Ending.CAPPED, reason=reason, usage=Usage(), sent=False)


def _unasked(reason: str) -> Response:
    return Response(ending=Ending.MISSING, reason=reason, usage=Usage(), sent=False)
