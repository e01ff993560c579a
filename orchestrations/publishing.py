"""The activities that write on a pull request: that a review runs, what it found, or why there is none.

All of them make one plan from the conversation as it is (`fusion.publishing.plan`) and carry it out under the lease of the
pull request. Killed between any two writes, the next attempt finds what was written and goes on.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress

from fusion import policy as policies
from fusion.dispatch.record import Concluded, concluded_key, subject
from fusion.errors import Denied, Gone, PermanentError, PolicyError, Unplaced
from fusion.judging.ledger import Ledger
from fusion.model import Change, PutCheck, Request, Review, Scene
from fusion.policy import Policy
from fusion.ports import Conversation, Hub, Key, Place
from fusion.progress import Published
from fusion.publishing import (
    Marks,
    Notice,
    Plan,
    Posted,
    Reviewed,
    Step,
    begun,
    check_of,
    denied,
    intended,
    noted,
    notice,
    plan,
    unsure,
    without,
)
from fusion.render.github import check_title, conclusion
from fusion.render.sarif import Sarif
from orchestrations.activity import Activity, Job, named
from orchestrations.bundle import Bundle
from orchestrations.heads import beside, register
from orchestrations.lease import Lease
from orchestrations.shelf import Shelf
from orchestrations.waiting import settled

ROUNDS = 20
"""How often a plan is made anew in one activity because GitHub refused a part of it, or somebody deleted something."""
What = Reviewed | Notice


class Publishing:
    """The publisher's activities, bound to one bundle. It holds the token; no agent and no analyzer is near."""

    def __init__(self, bundle: Bundle, shelf: Shelf) -> None:
        self.bundle = bundle
        self.shelf = shelf

    def table(self) -> Mapping[str, Activity]:
        """Name -> activity."""
        return named(self, ("announce", "publish", "settle"))

    async def announce(self, job: Job) -> Job:
        """Say that the review runs; `superseded` or `closed` where it need not any more, and then the check is ended."""
        request = Request.model_validate(job["request"])
        return await settled(self._write(job["run"], request, notice.running(request.head, job["run"])))

    async def publish(self, job: Job) -> Job:
        """Say what came of the review: the review itself, or why there is none."""
        return await settled(self._publish(job))

    async def _publish(self, job: Job) -> Job:
        request, result = Request.model_validate(job["request"]), job["result"]
        policy = await self._policy(request)
        what = await self._what(request, result, policy, job["run"])
        made = await self._write(job["run"], request, what, policy=policy, result=result)
        await self._close(job["run"])
        return made

    async def settle(self, job: Job) -> Job:
        """End the check without a review. Input: `conclusion` and `message`; nothing but an unfinished check is touched
        unless `new`: then one is made where there is none."""
        request = Request.model_validate(job["request"])
        head, run, message = request.head, job["run"], job.get("message", "")
        match job["conclusion"]:
            case "neutral":
                what = notice.unreviewed(head, message, run)
            case "cancelled":
                what = notice.cancelled(head, message, run)
            case _ if job.get("new"):
                what = notice.refused(head, message, run)
            case _:
                what = notice.failed(head, message, run)
        return await settled(self._settle(run, request, what, only_ended=job["conclusion"] == "cancelled"))

    async def _settle(self, run: str, request: Request, what: What, *, only_ended: bool) -> Job:
        made = await self._write(run, request, what, only_ended=only_ended)
        await self._close(run)
        return made

    async def _close(self, run: str) -> None:
        """Give back what a review holds that came to no end: one that did has done so itself."""
        if self.bundle.reasoning is not None:
            await self.bundle.reasoning.book.close(run)

    # --- what to say

    async def _what(self, request: Request, result: Job, policy: Policy, run: str) -> What:
        head, message = request.head, result.get("message", "")
        match result["status"]:
            case "reviewed":
                review = await self.shelf.load(Review, result["review"])
                sarif = await self.bundle.blobs.put(Sarif().render(review).encode()) if policy.pulls.sarif else ""
                change = await self.shelf.load(Change, result["change"]) if result.get("change") else None
                return Reviewed(review=review, ledger=await self._ledger(request), why=request.why, sarif=sarif, change=change)
            case "empty":
                return notice.unreviewed(head, "The change has no files.", run)
            case "refused":
                return notice.refused(head, message, run)
            case "unavailable":
                return notice.unavailable(head, message, run)
            case _:
                return notice.failed(head, message, run)

    async def _ledger(self, request: Request) -> Ledger:
        key = Key(tenant=self.bundle.tenant, scope=request.repository, kind="ledger", id=subject(request.number))
        stored = await self.bundle.store.get(key)
        return Ledger.model_validate(stored.value["ledger"]) if stored else Ledger()

    async def _policy(self, request: Request) -> Policy:
        """How the base side wants things written. A file that does not validate is told by the review itself."""
        data = await app(self.bundle)[1].policy(place_of(request), request.base) if request.base else None
        try:
            return policies.load(data, origin=".fusion.yml") if data is not None else Policy()
        except PolicyError:
            return Policy()

    # --- saying it

    async def _write(
        self,
        run: str,
        request: Request,
        what: What,
        *,
        policy: Policy | None = None,
        result: Job | None = None,
        only_ended: bool = False,
    ) -> Job:
        lease = Lease(
            self.bundle.store,
            self.bundle.clock,
            tenant=self.bundle.tenant,
            repository=request.repository,
            subject=subject(request.number),
            owner=run,
        )
        await lease.take()
        try:
            await register(self.bundle, request, _result(what))
            made = await self._reconcile(lease, request, what, policy or Policy(), only_ended=only_ended)
            if made.outcome == "current" and _ends(what):
                await self._conclude(request, what, run, result or {})
        finally:
            await lease.release()
        return {"status": "published" if made.outcome == "current" else made.outcome, "steps": len(made.steps)}

    async def _reconcile(self, lease: Lease, request: Request, what: What, policy: Policy, *, only_ended: bool) -> Plan:
        """Plan and write until nothing is left to write."""
        conversation, place = app(self.bundle)[0], place_of(request)
        marks = marks_of(self.bundle, place)
        key = posted_key(self.bundle, place)
        for _ in range(ROUNDS):
            stored = await self.bundle.store.get(key)
            before = begun(Posted.model_validate(stored.value) if stored else Posted(), lease.owner)
            try:
                scene = await conversation.read(place, heads=unsure(before))
            except (Denied, Gone) as error:
                await self._ended_unread(conversation, place, before, str(error))
                raise
            others = await beside(self.bundle, request)
            made = plan(_fit(what, scene), scene, before, policy, marks, beside=others)
            # a closed pull request needs no word on why it is not reviewed, only no check that waits for ever
            if (only_ended or (not scene.open and isinstance(what, Notice))) and not _unfinished(scene, made):
                return made
            known, whole, etag = made.known, False, stored.etag if stored else None
            try:
                for step in made.steps:
                    await lease.take()
                    if (sure := intended(known, step)) != known:
                        known = sure
                        etag = await self.bundle.store.put(key, known.model_dump(mode="json"), etag=etag)
                    known, whole = await self._step(conversation, place, step, known)
                    if not whole:
                        break
                else:
                    # whoever wrote the same commit's check meanwhile may not have known of this result, nor this of theirs
                    if await beside(self.bundle, request) == others:
                        return made
            finally:
                if known != before:
                    await self.bundle.store.put(key, known.model_dump(mode="json"), etag=etag)
        raise PermanentError(f"GitHub refused a part of what was to be written {ROUNDS} times.")

    async def _ended_unread(self, conversation: Conversation, place: Place, known: Posted, why: str) -> None:
        """End the checks that wait for an end on a pull request that Fusion may not read any more."""
        for head, check in known.checks.items():
            if check.id and not check.done:
                put = check_of(notice.failed(head, why)).model_copy(update={"id": check.id})
                # Where checks are out of reach as well, nobody is told anything.
                with suppress(Denied, Gone):
                    await conversation.apply(place, put)

    async def _step(self, conversation: Conversation, place: Place, step: Step, known: Posted) -> tuple[Posted, bool]:
        """What is known after one write, and whether the rest of the plan still holds."""
        try:
            return noted(known, step, await conversation.apply(place, step.operation)), True
        except Denied:
            return denied(known, step), False
        except Unplaced:
            return without(known, step), False
        except Gone:
            # Somebody deleted a comment or thread meanwhile: the next plan does without. An older head's check stays gone.
            ended = isinstance(step.operation, PutCheck) and step.operation.head != step.head
            return (noted(known, step), True) if ended else (known, False)

    async def _conclude(self, request: Request, what: What, run: str, result: Job) -> None:
        """Remember how it ended, for merge groups and for whoever asks."""
        key = concluded_key(self.bundle.tenant, request.repository, request.number)
        stored = await self.bundle.store.get(key)
        concluded = Concluded(
            head=request.head,
            conclusion=conclusion(what.review) if isinstance(what, Reviewed) else what.conclusion,
            title=check_title(what.review) if isinstance(what, Reviewed) else what.title,
            verdict=result.get("verdict", ""),
            review=result.get("review", ""),
            change=result.get("change", ""),
            run=run,
            at=self.bundle.clock.now(),
        )
        await self.bundle.store.put(key, concluded.model_dump(mode="json"), etag=stored.etag if stored else None)
        # An attempt whose answer got lost has told it.
        if isinstance(what, Reviewed) and (stored is None or stored.value["run"] != run):
            waited = (self.bundle.clock.now() - request.received).total_seconds() if request.received else None
            self.bundle.listen(Published(run, waited))


def app(bundle: Bundle) -> tuple[Conversation, Hub]:
    """The forge's conversations and people. Raises PermanentError where the host has no GitHub App."""
    if bundle.conversation is None or bundle.hub is None:
        raise PermanentError("This host has no GitHub App, and can publish nothing.")
    return bundle.conversation, bundle.hub


def place_of(request: Request) -> Place:
    """Where a request's pull request is."""
    return Place(repository=request.repository, number=request.number, installation=request.installation)


def marks_of(bundle: Bundle, place: Place) -> Marks:
    """The markers of one pull request."""
    return Marks((bundle.signing_key, *bundle.older_keys), place.repository, place.number)


def posted_key(bundle: Bundle, place: Place) -> Key:
    """Where it is kept what was written on a pull request."""
    return Key(tenant=bundle.tenant, scope=place.repository, kind="conversation", id=subject(place.number))


def _fit(what: What, scene: Scene) -> What:
    """Nothing begins on a pull request that is closed."""
    if isinstance(what, Notice) and what.status != "completed" and not scene.open:
        return notice.cancelled(what.head, "The pull request was closed.", what.run)
    return what


def _result(what: What) -> str:
    """What is said of the head; nothing while nothing is known."""
    if isinstance(what, Notice):
        return what.conclusion
    ends = conclusion(what.review)
    return ends if ends in ("success", "failure") else "action_required"


def _ends(what: What) -> bool:
    return isinstance(what, Reviewed) or (what.status == "completed" and what.conclusion != "cancelled")


def _unfinished(scene: Scene, made: Plan) -> bool:
    """Whether a check of ours waits for its end, at the head or at an older one."""
    return any(check.status != "completed" for check in scene.checks) or any(
        check.id and not check.done for head, check in made.known.checks.items() if head != scene.head
    )
