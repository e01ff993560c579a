"""The activity that chooses a thought's way: an answer from before, an endpoint that may be asked and is worth it, or none.

Money for the call is reserved here. What stands in the way is a value; so is a cap that is reached. Where the run's own calls
that are under way hold the money, at their upper bounds, it is waited for: they are about to cost far less.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Literal

from fusion.budget.accounts import Account, Caps
from fusion.budget.answers import Refused, overcharged
from fusion.budget.quote import at_most
from fusion.budget.tokens import bound
from fusion.errors import TransientError
from fusion.model import Call, Change, Ending, Limits, NoRoute, Prompt, Request, Route, Urgency
from fusion.policy import Policy
from fusion.progress import Rerouted
from fusion.routing.retry import PATIENCE, USELESS, jitter, wait
from fusion.routing.route import Ask, choose
from orchestrations.activity import Activity, Job, named, published
from orchestrations.bundle import Bundle, Reasoning
from orchestrations.cases import Cases
from orchestrations.held_up import MONEY, held_up
from orchestrations.paid import Paid
from orchestrations.shelf import Shelf
from orchestrations.spending import account, caps, reserved, urgency

FIRST, LONGEST = 0.2, 20.0
"""Seconds between two looks for money: bounds of the first pause and of the last, each twice the one before."""

QUIET = 3
"""Looks before a person is told: three seconds or so."""


class Ways:
    """The routing activity, bound to one bundle."""

    def __init__(self, bundle: Bundle, shelf: Shelf) -> None:
        self.bundle = bundle
        self.shelf = shelf
        self.cases = Cases(bundle, shelf)

    def table(self) -> Mapping[str, Activity]:
        """Name -> async function `(context, input)`."""
        return named(self, ("route",), published)

    @property
    def _reasoning(self) -> Reasoning:
        assert self.bundle.reasoning is not None, "no thought without models"
        return self.bundle.reasoning

    async def route(self, job: Job) -> Job:
        """Where a prompt goes next: `way` is `kept`, `cloud`, `worker`, `wait` or `none`; money for the call is reserved."""
        if self.bundle.reasoning is None:
            return {"way": "none", "failed": "no model is configured on this host"}
        change, policy = await self.cases.stamped(job)
        prompt = await self.shelf.load(Prompt, job["prompt"])
        tried = await self._tried(job)
        if not tried and (kept := await self._known(job, change, policy, prompt)):
            return kept
        request = Request.model_validate(job["request"])
        ask = _ask(prompt, change, policy, request, tried)
        payer, limits = account(job, change), caps(self._reasoning.file.caps, policy, job.get("most"))
        found, asked = await self._way(job, ask, payer, limits)
        if isinstance(found, Route):
            self._elsewhere(found, prompt, tried)
            return {"way": found.kind, "route": found.model_dump(mode="json"), "pause": _pause(job, found, tried), **asked}
        if found.needs and (short := await self._short(job, prompt, found.needs, payer, limits)):
            return {"way": "wait", "seconds": short["pause"], "failed": found.why, "short": short}
        if 0 < found.wait <= self._patience(request) - job["waited"]:
            self._told(found, request)
            return {"way": "wait", "seconds": found.wait, "failed": found.why.rstrip(".")}
        call = Call(agent=prompt.agent, work=prompt.work, ending=found.ending, why=found.why)
        # Without its full stop: it becomes part of other sentences.
        return {"way": "none", "failed": found.why.rstrip("."), "calls": [await self.shelf.save(call)]}

    def _elsewhere(self, found: Route, prompt: Prompt, tried: Sequence[Call]) -> None:
        """Let whoever watches know that another model is asked, and why."""
        if tried and tried[-1].endpoint != found.endpoint:
            ending = tried[-1].ending
            why: Literal["unsure", "no_use", "away"] = (
                "unsure" if ending is Ending.OK else "no_use" if ending in USELESS else "away"
            )
            self.bundle.listen(Rerouted(prompt.work, why))

    def _told(self, found: NoRoute, request: Request) -> None:
        """Let whoever watches know what is waited for."""
        for notice in held_up(found, self._reasoning, self.bundle.clock.now(), patience=self._patience(request)):
            self.bundle.listen(notice)

    async def _tried(self, job: Job) -> list[Call]:
        """The attempts so far that say something of an endpoint: that a host of ours died says nothing."""
        calls = [await self.shelf.load(Call, digest) for digest in job["calls"]]
        return [call for call in calls if not call.lost]

    def _patience(self, request: Request) -> float:
        """Seconds that one thought waits for ways to be free again: whoever waits for it decides."""
        reasoning = self._reasoning
        return reasoning.person_waits if urgency(request) is Urgency.PERSON else reasoning.waits

    async def _short(self, job: Job, prompt: Prompt, needs: float, payer: Account, limits: Caps) -> Job | None:
        """How long this thought has waited for money of the run's own calls, and is to wait; None: it would wait in vain.

        It is in vain where the money would not do if all of them cost nothing, and where none of them has ended for longer
        than a call may take.
        """
        # In this order: what ends in between is counted twice, and one more look is taken.
        outstanding = await self._reasoning.book.outstanding(reserved(job))
        if needs > outstanding.amount + await self._reasoning.book.left(payer, limits):
            return None
        before = job.get("short") or {"ended": -1, "idle": 0.0, "looks": 0, "pause": 0.0}
        idle = before["idle"] + before["pause"] if before["ended"] == outstanding.ended else 0.0
        if idle > self._longest(prompt):
            return None
        looks = before["looks"] + 1
        if looks > QUIET:
            self.bundle.listen(MONEY)
        pause = jitter(f"{looks}:{reserved(job)}") * min(FIRST * 2.0**looks, LONGEST)
        return {"ended": outstanding.ended, "idle": idle, "looks": looks, "pause": pause}

    def _longest(self, prompt: Prompt) -> float:
        """Seconds within which one of the calls under way ends: its own limit, a pause before it, a worker's queue; and as long
        again for its turn."""
        limit = max(prompt.limits.seconds, Limits().seconds)
        return 2 * (limit + PATIENCE + (self._reasoning.patience if self._reasoning.inference is not None else 0.0))

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
        for name in reasoning.breakers.barred():
            if not await reasoning.book.distrusted(name):
                reasoning.breakers.unbar(name)
        tightest = await reasoning.book.tightest(payer, limits)
        left = tightest.left if tightest is not None else None
        waiting = await self._waiting()
        while True:
            found = choose(ask, reasoning.file, breakers=reasoning.breakers, at=now, waiting=waiting, left=left)
            if isinstance(found, NoRoute):
                short = refused or (tightest if found.ending is Ending.CAPPED else None)
                if short is None:
                    return found
                needs = min((amount for amount in (found.needs, short.asked) if amount), default=0.0)
                known = {"why": f"{short.reason} {found.why}", "ending": Ending.CAPPED, "needs": needs}
                return found.model_copy(update=known)
            if await reasoning.book.distrusted(found.endpoint):
                reasoning.breakers.bar(found.endpoint, overcharged(found.endpoint))
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
        held = await self._reasoning.book.reserve(reserved(job), payer, route.bound, limits)
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
        models = (endpoint.model for endpoint in self._reasoning.file.endpoints)
        completion = await self._paid.answered(change, policy, job["asked"], models)
        if completion is None:
            return None
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
        return {"way": "kept", "completion": await self.shelf.save(completion), "calls": [await self.shelf.save(call)]}


def _ask(prompt: Prompt, change: Change, policy: Policy, request: Request, tried: Sequence[Call]) -> Ask:
    return Ask(
        work=prompt.work,
        prompt=prompt,
        tokens=bound(prompt),
        policy=policy,
        visibility=change.provenance.visibility,
        urgency=urgency(request),
        # What the budget turned away in the middle was never asked.
        tried=tuple(call for call in tried if call.ending is not Ending.CAPPED),
    )


def _pause(job: Job, route: Route, tried: Sequence[Call]) -> float:
    """Seconds to wait before the same endpoint is asked once more."""
    before = [call for call in tried if call.endpoint == route.endpoint]
    if not before or job.get("stay"):
        return 0.0
    return wait(before[-1].ending, attempt=len(before), digest=reserved(job)) or 0.0
