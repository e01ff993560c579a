"""The activities of a thought: choose a way, ask the cloud, give the worker a job and read what it made of it.

Money is reserved before a call and settled after it. What the other side does wrong is a value; so is a cap that is reached.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import timedelta
from functools import cached_property

from pydantic import ValidationError

from fusion.budget.accounts import Account, Caps, is_believable
from fusion.budget.answers import Overcharged, Refused, Settled, reservation
from fusion.budget.quote import at_most, cost
from fusion.budget.tokens import bound
from fusion.errors import PermanentError, TransientError, UserError
from fusion.model import (
    Call,
    Change,
    Completion,
    Ending,
    InferenceJob,
    InferenceResult,
    NoRoute,
    Prompt,
    Request,
    Response,
    Route,
    Urgency,
    Usage,
)
from fusion.policy import Policy
from fusion.progress import Heard as Piece
from fusion.reasoning.replies import Misfit, again, read
from fusion.routing.retry import wait
from fusion.routing.route import Ask, choose
from orchestrations.activity import Activity, Job, named, published
from orchestrations.bundle import Bundle, Reasoning
from orchestrations.cases import Cases
from orchestrations.paid import Paid
from orchestrations.shelf import Shelf
from orchestrations.spending import account, caps, paying_run, urgency

OVERCHARGED = "it billed more than its price allows"
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
        return named(self, ("route", "complete", "submit_inference", "collect_inference"), published)

    @cached_property
    def _slots(self) -> asyncio.Semaphore:
        return asyncio.Semaphore(self._reasoning.parallel)

    @property
    def _reasoning(self) -> Reasoning:
        assert self.bundle.reasoning is not None, "no thought without models"
        return self.bundle.reasoning

    # --- the way

    async def route(self, job: Job) -> Job:
        """Where a prompt goes next: `way` is `kept`, `cloud`, `worker`, `wait` or `none`; money for the call is reserved."""
        if self.bundle.reasoning is None:
            return {"way": "none", "failed": "no model is configured on this host"}
        change, policy = await self.cases.stamped(job)
        prompt = await self.shelf.load(Prompt, job["prompt"])
        tried = [await self.shelf.load(Call, digest) for digest in job["calls"]]
        if not tried and (kept := await self._known(job, change, policy, prompt)):
            return kept
        request = Request.model_validate(job["request"])
        ask = Ask(
            work=prompt.work,
            prompt=prompt,
            tokens=bound(prompt),
            policy=policy,
            visibility=change.provenance.visibility,
            urgency=urgency(request),
            tried=tuple(tried),
        )
        found, asked = await self._way(job, ask, account(job, change), caps(self._reasoning.file.caps, policy, job.get("most")))
        if isinstance(found, Route):
            return {"way": found.kind, "route": found.model_dump(mode="json"), "pause": _pause(job, found, tried), **asked}
        if 0 < found.wait <= self._patience(request) - job["waited"]:
            return {"way": "wait", "seconds": found.wait, "failed": found.why}
        call = Call(agent=prompt.agent, work=prompt.work, ending=found.ending, why=found.why)
        return {"way": "none", "failed": found.why, "calls": [await self.shelf.save(call)]}

    def _patience(self, request: Request) -> float:
        """Seconds that one thought waits for ways to be free again: whoever waits for it decides."""
        reasoning = self._reasoning
        return reasoning.person_waits if urgency(request) is Urgency.PERSON else reasoning.waits

    async def _way(self, job: Job, ask: Ask, payer: Account, limits: Caps) -> tuple[Route | NoRoute, Job]:
        """The way of the call before, where its model is to be told what was wrong; else the routing's choice, and the question
        as it was. With it, what is asked there."""
        found = await self._same(job, ask, payer, limits) if job.get("stay") else NoRoute(why="")
        if isinstance(found, Route):
            return found, {"prompt": job["prompt"], "stay": job["stay"]}
        prompt = await self.shelf.load(Prompt, job["asked"])
        ask = ask.model_copy(update={"prompt": prompt, "tokens": bound(prompt)})
        chosen = await self._chosen(job, ask, payer, limits, found if isinstance(found, Refused) else None)
        return chosen, {"prompt": job["asked"], "stay": None}

    async def _chosen(
        self, job: Job, ask: Ask, payer: Account, limits: Caps, refused: Refused | None = None
    ) -> Route | NoRoute:
        """The routing's choice, among endpoints that bill no more than they should; the money for it is set aside.

        Where another run was faster to take the money, the choice is made again with what is left: a cheaper way may do.
        """
        reasoning, now = self._reasoning, self.bundle.clock.now()
        tightest = await reasoning.book.tightest(payer, limits)
        left = tightest.left if tightest is not None else None
        waiting = await self._waiting()
        while True:
            found = choose(ask, reasoning.file, breakers=reasoning.breakers, at=now, waiting=waiting, left=left)
            if isinstance(found, NoRoute):
                short = refused or (tightest if found.ending is Ending.CAPPED else None)
                known = {"why": f"{short.reason} {found.why}", "ending": Ending.CAPPED} if short is not None else {}
                return found.model_copy(update=known)
            if await reasoning.book.distrusted(found.endpoint):
                reasoning.breakers.bar(found.endpoint, OVERCHARGED)
                continue
            held = await self._taken(job, found, payer, limits)
            if not isinstance(held, Refused):
                return found if held else NoRoute(why=f"{found.endpoint} is being tried by another call.", wait=1.0)
            refused, left = held, held.left if left is None else min(left, held.left)

    async def _same(self, job: Job, ask: Ask, payer: Account, limits: Caps) -> Route | NoRoute | Refused:
        """The way of the call before, if it still is one: its model is told what was wrong with its answer."""
        route = Route.model_validate(job["stay"])
        endpoint = self._reasoning.file.endpoint(route.endpoint)
        if endpoint is None or await self._reasoning.book.distrusted(route.endpoint):
            return NoRoute(why=f"{route.endpoint} is asked no more.")
        card, output = self._reasoning.file.card(endpoint), ask.prompt.limits.output_tokens
        if ask.tokens + output > card.context:
            return NoRoute(why=f"{card.name} takes {card.context:,} tokens.")
        seconds = ask.prompt.limits.seconds if route.kind == "worker" else 0.0
        most = at_most(card.price, ask.tokens, output, seconds=seconds) if card.price else 0.0
        why = "once more, with what was wrong about the answer"
        found = route.model_copy(update={"why": why, "bound": max(most, route.bound), "likely": max(most, route.likely)})
        held = await self._taken(job, found, payer, limits)
        return held if isinstance(held, Refused) else found if held else NoRoute(why=f"{route.endpoint} is left alone.")

    async def _taken(self, job: Job, route: Route, payer: Account, limits: Caps) -> bool | Refused:
        """Whether the endpoint takes a call now, with the money for it set aside."""
        if not self._reasoning.breakers.take(route.endpoint, self.bundle.clock.now()):
            return False
        held = await self._reasoning.book.reserve(_reservation(job), payer, route.bound, limits)
        if not isinstance(held, Refused):
            return True
        # The probe that was let through is not made.
        self._reasoning.breakers.note(route.endpoint, Ending.CAPPED, at=self.bundle.clock.now())
        return held

    async def _waiting(self) -> Mapping[Urgency, int]:
        """Jobs that wait for the worker. Of a queue that is away nothing is known; who has a job for it will find out."""
        if self._reasoning.inference is None:
            return {}
        try:
            return await self._reasoning.inference.depth()
        except TransientError:
            return {}

    # --- what was paid for before

    @cached_property
    def _paid(self) -> Paid:
        return Paid(self.bundle.store, self.shelf, self.bundle.tenant, self.bundle.clock)

    async def _known(self, job: Job, change: Change, policy: Policy, prompt: Prompt) -> Job | None:
        """The answer that one of the models gave to the very same prompt before, in this repository."""
        for name in dict.fromkeys(endpoint.model for endpoint in self._reasoning.file.endpoints):
            completion = await self._paid.completion(change, policy, job["asked"], name)
            if completion is not None:
                call = Call(
                    agent=prompt.agent,
                    work=prompt.work,
                    endpoint=completion.endpoint,
                    model=completion.model,
                    region=completion.region,
                    ending=Ending.OK,
                    why="the same question was answered before",
                    cached=True,
                )
                return {
                    "way": "kept",
                    "completion": await self.shelf.save(completion),
                    "calls": [await self.shelf.save(call)],
                }
        return None

    # --- the cloud

    async def complete(self, job: Job) -> Job:
        """One attempt at an endpoint: `completion` or not, `calls`, and `again`, the prompt that asks once more."""
        if self.bundle.reasoning is None:
            return {"calls": []}
        route = Route.model_validate(job["route"])
        prompt = await self.shelf.load(Prompt, job["prompt"])
        async with self._slots:
            # Begun when it is its turn: of what only waits for one, a host that dies leaves nothing to be counted as billed.
            if not await self._begun(job):
                return await self._settled(job, prompt, route, _unpaid())
            started = self.bundle.clock.now()
            response = await self._answered(route, prompt, waits=not job["request"].get("publish"))
        return await self._settled(job, prompt, route, response, seconds=(self.bundle.clock.now() - started).total_seconds())

    async def _answered(self, route: Route, prompt: Prompt, *, waits: bool) -> Response:
        """What the endpoint says; `waits`: a person, who hears it. One that cannot be asked as it is set up is not there."""
        model = self._reasoning.models.get(route.endpoint)
        if model is None:
            return Response(ending=Ending.MISSING, reason="the models file names it no more")
        heard = (lambda text: self.bundle.listen(Piece(prompt.agent, text))) if waits else None
        try:
            return await model.complete(prompt, heard=heard)
        except UserError as error:
            return Response(ending=Ending.MISSING, reason=str(error))

    async def _begun(self, job: Job) -> bool:
        """Whether the call may be made: where this activity was begun before, that call may have been billed unseen."""
        route, prompt = Route.model_validate(job["route"]), await self.shelf.load(Prompt, job["prompt"])
        planned = _call(prompt, route, Ending.OK)
        return not isinstance(await self._reasoning.book.begin(_reservation(job), planned), Refused)

    # --- the worker

    async def submit_inference(self, job: Job) -> Job:
        """Give the worker a job; `seconds` is how long its answer is waited for."""
        if self.bundle.reasoning is None:
            return {"calls": []}
        reasoning, route = self._reasoning, Route.model_validate(job["route"])
        prompt = await self.shelf.load(Prompt, job["prompt"])
        if reasoning.inference is None:
            gone = Response(ending=Ending.MISSING, reason="the models file names no worker any more")
            return await self._settled(job, prompt, route, gone)
        if not await self._begun(job):
            return await self._settled(job, prompt, route, _unpaid())
        seconds = reasoning.patience + prompt.limits.seconds
        try:
            await reasoning.inference.submit(await self._inference_job(job, route, seconds))
        except TransientError as error:
            # It may have been taken all the same, so that it counts; whoever waits is better served elsewhere.
            return await self._settled(job, prompt, route, Response(ending=Ending.UNAVAILABLE, reason=str(error)))
        return {"seconds": seconds}

    async def _inference_job(self, job: Job, route: Route, seconds: float) -> InferenceJob:
        change, _ = await self.cases.stamped(job)
        now = self.bundle.clock.now()
        return InferenceJob(
            id=_reservation(job),
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
        if not job.get("result"):
            reason = "the worker did not answer in time"
            return await self._settled(job, prompt, route, Response(ending=Ending.ABANDONED, reason=reason, usage=Usage()))
        try:
            result = await self.shelf.load(InferenceResult, job["result"]["result"])
        except (PermanentError, ValidationError):
            reason = "the worker's result cannot be read"
            return await self._settled(job, prompt, route, Response(ending=Ending.UNAVAILABLE, reason=reason))
        usage = Usage(input_tokens=result.input_tokens, output_tokens=result.output_tokens, cached_tokens=result.cached_tokens)
        response = Response(ending=result.ending, text=result.text, model=result.model, usage=usage, reason=result.reason)
        return await self._settled(job, prompt, route, response, seconds=result.gpu_seconds or result.seconds)

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

    async def _settled(self, job: Job, prompt: Prompt, route: Route, response: Response, *, seconds: float = 0.0) -> Job:
        """Read the reply, settle the account, tell the breaker; the attempt as plain JSON."""
        reasoning, now = self._reasoning, self.bundle.clock.now()
        value = read(prompt, response)
        ending = Ending.UNUSABLE if isinstance(value, Misfit) and response.ending is Ending.OK else response.ending
        call = _call(prompt, route, ending).model_copy(
            update={
                "model": response.model or route.model,
                "reason": _reason(response, value),
                "usage": self._priced(route, response.usage or Usage(), seconds),
                "sources": prompt.sources if ending is not Ending.CAPPED else (),
            }
        )
        settled = await self._charged(_reservation(job), call)
        call = call.model_copy(update={"usage": call.usage.model_copy(update={"cost": settled.cost})})
        reasoning.breakers.note(route.endpoint, ending, at=now, retry_after=response.retry_after)
        if isinstance(settled, Overcharged):
            reasoning.breakers.bar(route.endpoint, OVERCHARGED)
        answer: Job = {"calls": [await self.shelf.save(call)]}
        if isinstance(value, Misfit):
            if ending is Ending.UNUSABLE and not job.get("stay") and not isinstance(settled, Overcharged):
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

    async def _charged(self, reservation: str, call: Call) -> Settled | Overcharged:
        """What the call cost. While the accounts are away nobody can say: the call stays begun, and counts as its bound."""
        try:
            return await self._reasoning.book.settle(reservation, call)
        except TransientError:
            return Settled(cost=call.bound, assumed=True)


def _reservation(job: Job) -> str:
    """One per attempt of a thought; the same when the activity is run again."""
    return reservation(paying_run(job["run"]), job["thought"], str(job["number"]))


def _reason(response: Response, value: object) -> str:
    """What went wrong, in the endpoint's words or in ours; empty where nothing did."""
    if not isinstance(value, Misfit):
        return ""
    return value.reason if response.ending is Ending.OK else response.reason or value.reason


def _pause(job: Job, route: Route, tried: Sequence[Call]) -> float:
    """Seconds to wait before the same endpoint is asked once more."""
    before = [call for call in tried if call.endpoint == route.endpoint]
    if not before or job.get("stay"):
        return 0.0
    return wait(before[-1].ending, attempt=len(before), digest=_reservation(job)) or 0.0


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
    return Response(ending=Ending.CAPPED, reason=reason, usage=Usage())
