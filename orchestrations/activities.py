"""The activities: load, decide in the kernel, save. At-least-once: each may run again with the same input.

What the orchestrator must survive comes back as a value; an exception means that a retry can help. Inputs and outputs are
plain JSON, and large values are blob digests.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from functools import cached_property, partial

from fusion.errors import Conflict, HeadMoved, PermanentError, TransientError, UserError
from fusion.evidence.analyzer import Analyzer
from fusion.evidence.examiner import Footing
from fusion.evidence.imported import read_sarif
from fusion.evidence.new_suppressions import TOOL as SUPPRESSIONS
from fusion.evidence.new_suppressions import suppression_evidence
from fusion.evidence.portions import Progress, collect_on, collected, finished
from fusion.evidence.verify import verify
from fusion.judging.judge import judge
from fusion.judging.ledger import Ledger, changed, unsettled
from fusion.model import (
    Change,
    Contents,
    Outcome,
    Quote,
    Report,
    Request,
    RequestKind,
    Review,
    ToolReport,
    ToolRun,
    Walkthrough,
)
from fusion.policy import Policy
from fusion.ports import Key, Place, Stored
from fusion.progress import Decided, Fetched, Judged, Recorded, ToolFinished, ToolStarted
from fusion.routing import reach
from fusion.runs import Run, run_key
from fusion.scanning.reading import is_scan, scanned_under
from orchestrations.activity import Activity, Job, named, published, said
from orchestrations.bundle import Bundle
from orchestrations.cases import Cases
from orchestrations.paid import Paid, examined
from orchestrations.sealing import Sealing
from orchestrations.shelf import Shelf
from orchestrations.spending import paying_run


class Activities:
    """The activities bound to one bundle. `table` is what hosts register."""

    def __init__(self, bundle: Bundle) -> None:
        self.bundle = bundle
        self.shelf = Shelf(bundle.blobs)
        self.cases = Cases(bundle, self.shelf)

    def table(self) -> Mapping[str, Activity]:
        """Name -> async function `(context, input)`; the context is not used."""
        names = ("fetch_change", "collect_evidence", "import_evidence", "verify_fixes", "judge", "record")
        return named(self, names, published)

    @cached_property
    def _paid(self) -> Paid:
        return Paid(self.bundle.store, self.shelf, self.bundle.tenant, self.bundle.clock)

    @cached_property
    def _sealing(self) -> Sealing | None:
        return Sealing(self.bundle.ledger, self.shelf) if self.bundle.ledger is not None else None

    @cached_property
    def _slots(self) -> asyncio.Semaphore:
        return asyncio.Semaphore(self.bundle.parallel)

    # --- 4: the change

    async def fetch_change(self, job: Job) -> Job:
        """Request -> the change's digest and who will look at it, or why there is nothing to review."""
        request = Request.model_validate(job["request"])
        try:
            change = await self.bundle.forge(request).fetch_change(request)
            policy = await self.shelf.policy(change, request)
        except (UserError, PermanentError) as error:
            return {"status": await self._unread(request, error), "message": str(error)}
        except TransientError as error:
            if not request.publish:
                raise
            return {"status": "unavailable", "message": str(error), "seconds": getattr(error, "seconds", 0)}
        if not change.files and not change.cut:
            return {"status": "empty", "message": change.title}
        change = change.model_copy(update={"notes": (*change.notes, *self._strangers(policy))})
        names = {*self.bundle.analyzers.plugins, *self.bundle.analyzers.broken, SUPPRESSIONS}
        asked = tuple(sorted(names & {*request.only} if request.only else names))
        self.bundle.listen(Fetched(change, asked))
        return {"status": "fetched", "change": await self.shelf.save(change), "analyzers": list(asked)}

    async def _unread(self, request: Request, error: UserError | PermanentError) -> str:
        """`superseded` where the pull request has another head by now. One that moved away and is back is read again."""
        if self.bundle.hub is None or not request.publish:
            return "refused"
        place = Place(repository=request.repository, number=request.number, installation=request.installation)
        here = "unavailable" if isinstance(error, HeadMoved) else "refused"
        try:
            return here if (await self.bundle.hub.pull(place)).head == request.head else "superseded"
        except (TransientError, PermanentError):
            return here

    def _strangers(self, policy: Policy) -> list[str]:
        """Names in the policy that nothing here answers to: a switch that turns nothing must not go unnoticed."""
        known = {
            "agent": ({*policy.agents}, {*self.bundle.agents.plugins, *self.bundle.agents.broken}),
            "analyzer": ({*policy.analyzers}, {*self.bundle.analyzers.plugins, *self.bundle.analyzers.broken, SUPPRESSIONS}),
        }
        return [
            f"The policy switches the {kind} {name!r}, and there is none of that name here."
            for kind, (named, there) in known.items()
            for name in sorted(named - there)
        ]

    # --- 5: evidence

    async def collect_evidence(self, job: Job) -> list[str] | Job:
        """One analyzer over the change -> the digest of its report.

        Of a tree that is scanned it may come only so far, and is asked again with what it answers then as `so_far`.
        """
        name = job["analyzer"]
        async with self._slots:
            if "so_far" not in job:
                self.bundle.listen(ToolStarted(name))
            progress = await self._seen(name, job)
        if not progress.finished:
            return {"status": "more", "so_far": await self.shelf.save(progress)}
        self.bundle.listen(ToolFinished(progress.report))
        return [await self.shelf.save(progress.report)]

    async def _seen(self, name: str, job: Job) -> Progress:
        change, contents, policy = await self.cases.case(job)
        if name == SUPPRESSIONS:
            return finished(suppression_evidence(change, contents, change.provenance, policy=policy))
        if is_scan(change):
            policy = scanned_under(policy)
        so_far = await self.shelf.load(Progress, job["so_far"]) if "so_far" in job else None
        return await self._collect(name, change, contents, policy, job, so_far)

    async def _collect(
        self, name: str, change: Change, contents: Contents, policy: Policy, job: Job, so_far: Progress | None
    ) -> Progress:
        if (reason := self.bundle.analyzers.broken.get(name)) is not None:
            return finished(_skipped(name, reason, policy))
        if self.bundle.examiner is None:
            return finished(_skipped(name, "analyzers are switched off on this host", policy))
        analyzer = self.bundle.analyzers.plugins[name]
        footing, made_from = await self._made_from(analyzer, change, contents, policy, job)
        if made_from and (known := await self._paid.evidence(change.repository, made_from, change.provenance)):
            return finished(known)
        look = partial(collect_on, so_far=so_far) if is_scan(change) else collected
        try:
            progress = await look(
                analyzer,
                change=change,
                contents=contents,
                policy=policy,
                examiner=self.bundle.examiner,
                provenance=change.provenance,
            )
        except Exception as error:  # a third party's analyzer may raise anything; one tool must not stop a review
            return finished(
                ToolReport(run=ToolRun(tool=name, outcome=Outcome.FAILED, reason=said("the analyzer raised", error)))
            )
        if made_from and progress.finished:
            await self._paid.keep_evidence(change.repository, made_from, progress.report, footing)
        return progress

    async def _made_from(
        self, analyzer: Analyzer, change: Change, contents: Contents, policy: Policy, job: Job
    ) -> tuple[Footing, str]:
        """For a pull request, what the report can be recalled by: a later push may leave what the analyzer reads as it is."""
        examiner = self.bundle.examiner
        if examiner is None or not job["request"].get("publish"):
            return Footing(), ""
        try:
            footing = await examiner.footing(analyzer)
            if not isinstance(footing, Footing):
                return Footing(), ""
            return footing, examined(analyzer, change=change, contents=contents, policy=policy, footing=footing) or ""
        except Exception:  # as above; what it raised is told when it is run
            return Footing(), ""

    async def import_evidence(self, job: Job) -> list[str]:
        """One SARIF file of another tool -> the digests of its runs' reports."""
        change, contents, _ = await self.cases.case(job)
        data = await self.bundle.blobs.get(job["sarif"])
        try:
            reports = read_sarif(data, change=change, contents=contents, provenance=change.provenance)
        except UserError as error:
            reports = (ToolReport(run=ToolRun(tool="sarif", outcome=Outcome.FAILED, reason=str(error), required=True)),)
        for report in reports:
            self.bundle.listen(ToolFinished(report))
        return [await self.shelf.save(report) for report in reports]

    # --- 7: what the agents propose

    async def verify_fixes(self, job: Job) -> list[str]:
        """The reports again, with only those fixes that their witness and their neighbours confirm."""
        change, contents, policy = await self.cases.case(job)
        reports = [await self.shelf.load(Report, digest) for digest in job["reports"]]
        findings = [finding for report in reports for finding in report.findings]
        if self.bundle.examiner is None or not any(finding.fix for finding in findings):
            return list(job["reports"])
        verified = iter(
            await verify(
                findings,
                analyzers=self.bundle.analyzers.plugins,
                change=change,
                contents=contents,
                policy=policy,
                examiner=self.bundle.examiner,
            )
        )
        mended = [report.model_copy(update={"findings": tuple(next(verified) for _ in report.findings)}) for report in reports]
        return [await self.shelf.save(report) for report in mended]

    # --- 8 and 10: the judgement and the record

    async def judge(self, job: Job) -> Job:
        """Reports, receipts and the ledger -> the review, and the ledger as it will be once this review is recorded."""
        change, contents, policy = await self.cases.case(job)
        stored = await self.bundle.store.get(self._ledger_key(change))
        seen = [await self.shelf.load(ToolReport, digest) for digest in job["evidence"]]
        reports = [await self.shelf.load(Report, digest) for digest in job["reports"]]
        judgement = judge(
            change=change,
            contents=contents,
            policy=policy,
            runs=[report.run for report in seen],
            reports=reports,
            ledger=_known(stored, job),
            provenance=change.provenance,
            cleared=[item for report in seen for item in report.cleared],
            walkthrough=await self.shelf.load(Walkthrough, job["walkthrough"]) if job.get("walkthrough") else None,
            quote=await self.shelf.load(Quote, job["quote"]) if job.get("quote") else None,
            notes=(*self._unasked(change, policy), *self.cases.endless(change, policy, Request.model_validate(job["request"]))),
        )
        self.bundle.listen(Judged(judgement.review))
        review = judgement.review
        summary: Job = {"status": "reviewed", "review": await self.shelf.save(review), "verdict": review.verdict.value}
        summary |= {"findings": len(review.findings), **({"change": job["change"]} if job["request"].get("publish") else {})}
        return {"summary": summary, "ledger": await self.shelf.save(judgement.ledger), "etag": stored.etag if stored else None}

    def _unasked(self, change: Change, policy: Policy) -> Sequence[str]:
        """Which models were not asked since nobody configured them, or somebody switched them off."""
        file = self.bundle.reasoning.file if self.bundle.reasoning is not None else None
        return reach.notes(file, policy.models, change.provenance.visibility, off=self.bundle.models_off)

    async def record(self, job: Job) -> bool:
        """Write ledger and run; False when another run wrote the ledger first. Writing twice is writing once.

        A review of a pull request is sealed here, and no outage of that is one of this.
        """
        summary = job["result"].get("summary", job["result"])
        if "ledger" in job["result"] and not await self._record_ledger(job):
            return False
        request = Request.model_validate(job["request"])
        sealing = self._sealing if request.kind is RequestKind.PULL and summary.get("review") else None
        repository = await sealing.owe(summary["review"]) if sealing is not None else ""
        key = run_key(self.bundle.tenant, request, job["run"])
        stored = await self.bundle.store.get(key)
        now = self.bundle.clock.now()
        run = Run.model_validate(stored.value) if stored else Run(id=job["run"], request=request, started=now)
        known = {name: value for name, value in summary.items() if name in Run.model_fields}
        done = Run.model_validate(run.model_dump() | known | {"change": job.get("change", ""), "finished": now})
        await self.bundle.store.put(key, done.model_dump(mode="json"), etag=stored.etag if stored else None)
        if self.bundle.reasoning is not None:
            await self.bundle.reasoning.book.close(paying_run(job["run"]))
        if sealing is not None:
            await sealing.reviews(repository)
        return True

    async def _record_ledger(self, job: Job) -> bool:
        key = self._ledger_key(await self.shelf.load(Change, job["change"]))
        stored = await self.bundle.store.get(key)
        if stored and stored.value["run"] == job["run"]:
            return True
        ledger = await self.shelf.load(Ledger, job["result"]["ledger"])
        review = await self.shelf.load(Review, job["result"]["summary"]["review"])
        try:
            value = {"run": job["run"], "ledger": ledger.model_dump(mode="json")}
            await self.bundle.store.put(key, value, etag=job["result"]["etag"])
        except Conflict:
            return False
        self.bundle.listen(Recorded(review))
        before = Ledger.model_validate(stored.value["ledger"]) if stored else Ledger()
        for entry in changed(before, ledger):
            self.bundle.listen(Decided(entry.finding, entry.disposition.state, "review"))
        return True

    def _ledger_key(self, change: Change) -> Key:
        return Key(tenant=self.bundle.tenant, scope=change.repository, kind="ledger", id=change.subject)


def _known(stored: Stored | None, job: Job) -> Ledger:
    """The ledger that a review is compared with."""
    ledger = Ledger.model_validate(stored.value["ledger"]) if stored else Ledger()
    return unsettled(ledger) if job["request"].get("full") else ledger


def _skipped(name: str, reason: str, policy: Policy) -> ToolReport:
    return ToolReport(run=ToolRun(tool=name, outcome=Outcome.SKIPPED, reason=reason, required=name in policy.required))
