"""The activities: load, decide in the kernel, save. At-least-once: each may run again with the same input.

What the orchestrator must survive comes back as a value; an exception means that a retry can help. Inputs and outputs are
plain JSON, and large values are blob digests.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping
from functools import cached_property
from typing import Any

from fusion.agent import Case, Skip
from fusion.errors import Conflict, FusionError, HeadMoved, PermanentError, TransientError, UserError
from fusion.evidence.analyzer import Analyzer
from fusion.evidence.collect import collect
from fusion.evidence.imported import read_sarif
from fusion.evidence.new_suppressions import TOOL as SUPPRESSIONS
from fusion.evidence.new_suppressions import suppression_evidence
from fusion.evidence.verify import verify
from fusion.judging.judge import judge
from fusion.judging.ledger import Ledger, unsettled
from fusion.model import (
    AgentTask,
    Change,
    Completion,
    Contents,
    Evidence,
    Outcome,
    Prompt,
    Report,
    Request,
    ToolReport,
    ToolRun,
)
from fusion.policy import Policy, digest
from fusion.ports import Key, Place, Stored
from fusion.progress import AgentFinished, Fetched, Judged, ToolFinished, ToolStarted
from fusion.runs import Run, run_key
from orchestrations.bundle import Bundle
from orchestrations.paid import Paid, examined, prompted
from orchestrations.shelf import Shelf
from orchestrations.waiting import settled

log = logging.getLogger("fusion.activities")

Job = dict[str, Any]
Activity = Callable[[object, Job], Awaitable[Any]]


class Activities:
    """The activities bound to one bundle. `table` is what hosts register."""

    def __init__(self, bundle: Bundle) -> None:
        self.bundle = bundle
        self.shelf = Shelf(bundle.blobs)

    def table(self) -> Mapping[str, Activity]:
        """Name -> async function `(context, input)`; the context is not used.

        Of a review that is published an outage is a value, so that it can be waited for; a person at a terminal is told.
        """
        names = (
            *("fetch_change", "collect_evidence", "import_evidence", "plan", "ask_agent", "complete"),
            *("read_agent", "fail_agent", "verify_fixes", "judge", "record"),
        )
        return {name: _activity(name, _published(getattr(self, name))) for name in names}

    @cached_property
    def _paid(self) -> Paid:
        return Paid(self.bundle.store, self.shelf, self.bundle.tenant)

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

    async def collect_evidence(self, job: Job) -> list[str]:
        """One analyzer over the change -> the digest of its report."""
        async with self._slots:
            self.bundle.listen(ToolStarted(job["analyzer"]))
            report = await self._collect(job["analyzer"], job)
        self.bundle.listen(ToolFinished(report))
        return [await self.shelf.save(report)]

    async def _collect(self, name: str, job: Job) -> ToolReport:
        change, contents, policy = await self._case(job)
        if name == SUPPRESSIONS:
            return suppression_evidence(change, contents, change.provenance, policy=policy)
        if (reason := self.bundle.analyzers.broken.get(name)) is not None:
            return ToolReport(run=ToolRun(tool=name, outcome=Outcome.SKIPPED, reason=reason, required=name in policy.required))
        if self.bundle.sandbox is None:
            reason = "analyzers are switched off on this host"
            return ToolReport(run=ToolRun(tool=name, outcome=Outcome.SKIPPED, reason=reason, required=name in policy.required))
        analyzer = self.bundle.analyzers.plugins[name]
        made_from = self._made_from(analyzer, change, contents, policy, job)
        if made_from and (known := await self._paid.evidence(change.repository, made_from, change.provenance)):
            return known
        sandbox, stamp = self.bundle.sandbox, change.provenance
        try:
            report = await collect(analyzer, change=change, contents=contents, policy=policy, sandbox=sandbox, provenance=stamp)
        except Exception as error:  # a third party's analyzer may raise anything; one tool must not stop a review
            return ToolReport(run=ToolRun(tool=name, outcome=Outcome.FAILED, reason=_said("the analyzer raised", error)))
        if made_from:
            await self._paid.keep_evidence(change.repository, made_from, report)
        return report

    def _made_from(self, analyzer: Analyzer, change: Change, contents: Contents, policy: Policy, job: Job) -> str:
        """For a pull request, what the report can be recalled by: a later push may leave what the analyzer reads as it is."""
        if self.bundle.sandbox is None or not job["request"].get("publish"):
            return ""
        isolation = self.bundle.sandbox.isolation
        try:
            return examined(analyzer, change=change, contents=contents, policy=policy, isolation=isolation) or ""
        except Exception:  # as above; what it raised is told when it is run
            return ""

    async def import_evidence(self, job: Job) -> list[str]:
        """One SARIF file of another tool -> the digests of its runs' reports."""
        change, contents, _ = await self._case(job)
        data = await self.bundle.blobs.get(job["sarif"])
        try:
            reports = read_sarif(data, change=change, contents=contents, provenance=change.provenance)
        except UserError as error:
            reports = (ToolReport(run=ToolRun(tool="sarif", outcome=Outcome.FAILED, reason=str(error), required=True)),)
        for report in reports:
            self.bundle.listen(ToolFinished(report))
        return [await self.shelf.save(report) for report in reports]

    # --- 6 and 7: the agents

    async def plan(self, job: Job) -> Job:
        """The agents' tasks, and the reports of those that take no part."""
        change, contents, policy = await self._case(job)
        evidence = await self._evidence(job)
        case = Case(change=change, contents=contents, policy=policy, evidence=evidence)
        tasks: list[Job] = []
        idle = [self._broken(name, why, policy) for name, why in self.bundle.agents.broken.items()]
        for name, agent in self.bundle.agents.plugins.items():
            try:
                found = agent.tasks(case)
                work = found if isinstance(found, Skip) else list(found)
            except Exception as error:  # as with analyzers: one agent must not stop a review
                idle.append(Report(agent=name, outcome=Outcome.FAILED, reason=_said("the agent raised", error)))
                continue
            if isinstance(work, Skip):
                idle.append(Report(agent=name, outcome=Outcome.SKIPPED, reason=work.reason))
            else:
                tasks += [{"agent": name, "task": await self.shelf.save(item)} for item in work]
        return {"tasks": tasks, "skipped": [await self.shelf.save(report) for report in idle]}

    def _broken(self, name: str, why: str, policy: Policy) -> Report:
        """An agent that does not load leaves evidence that nobody speaks for: a failure, unless policy has switched it off."""
        off = not policy.agents.get(name, True)
        return Report(
            agent=name, outcome=Outcome.SKIPPED if off else Outcome.FAILED, reason="switched off by policy" if off else why
        )

    async def ask_agent(self, job: Job) -> Job:
        """The digest of the prompt of one task, or none: the agent wants no model, or none is configured. Or why it failed."""
        if self.bundle.model is None:
            return {}
        task = await self.shelf.load(AgentTask, job["task"])
        try:
            prompt = self.bundle.agents.plugins[job["agent"]].ask(task)
        except Exception as error:  # as above
            return {"failed": _said("the agent raised", error)}
        return {"prompt": await self.shelf.save(prompt)} if prompt else {}

    async def complete(self, job: Job) -> Job:
        """One model call; a refusal or outage that outlives its retries is a value."""
        if self.bundle.model is None:
            return {"failed": "no model is configured on this host"}
        scope, name = job["request"].get("repository", ""), self.bundle.model_name
        made_from = prompted(job["prompt"], name) if name and job["request"].get("publish") else ""
        completion = await self._paid.completion(scope, made_from) if made_from else None
        if completion is None:
            try:
                completion = await self.bundle.model.complete(await self.shelf.load(Prompt, job["prompt"]))
            except (TransientError, PermanentError) as error:
                return {"failed": str(error)}
            if made_from:
                await self._paid.keep_completion(scope, made_from, completion)
        return {"completion": await self.shelf.save(completion)}

    async def read_agent(self, job: Job) -> str:
        """Task and completion -> the digest of the agent's report."""
        completion = await self.shelf.load(Completion, job["completion"]) if job["completion"] else None
        return await self._reported(job, await self._read(job, completion))

    async def fail_agent(self, job: Job) -> str:
        """The report of a task whose model call failed; the findings that needed no model are kept."""
        report = await self._read(job, None)
        return await self._reported(job, report.model_copy(update={"outcome": Outcome.FAILED, "reason": job["reason"]}))

    async def _read(self, job: Job, completion: Completion | None) -> Report:
        task = await self.shelf.load(AgentTask, job["task"])
        try:
            return self.bundle.agents.plugins[job["agent"]].read(task, completion)
        except Exception as error:  # as above; what needed no model is kept
            reason = _said("the agent raised", error)
            return Report(agent=job["agent"], outcome=Outcome.FAILED, reason=reason, read=task.read, findings=task.candidates)

    async def _reported(self, job: Job, report: Report) -> str:
        """Save a report, stamped; findings of an agent that stamps none take the report's provenance."""
        stamp = (await self._stamped(job))[0].provenance
        findings = tuple(f if f.provenance.run else f.model_copy(update={"provenance": stamp}) for f in report.findings)
        report = report.model_copy(update={"provenance": stamp, "findings": findings})
        self.bundle.listen(AgentFinished(report))
        return await self.shelf.save(report)

    async def verify_fixes(self, job: Job) -> list[str]:
        """The reports again, with only those fixes that their witness and their neighbours confirm."""
        change, contents, policy = await self._case(job)
        reports = [await self.shelf.load(Report, digest) for digest in job["reports"]]
        findings = [finding for report in reports for finding in report.findings]
        if self.bundle.sandbox is None or not any(finding.fix for finding in findings):
            return list(job["reports"])
        verified = iter(
            await verify(
                findings,
                analyzers=self.bundle.analyzers.plugins,
                change=change,
                contents=contents,
                policy=policy,
                sandbox=self.bundle.sandbox,
            )
        )
        mended = [report.model_copy(update={"findings": tuple(next(verified) for _ in report.findings)}) for report in reports]
        return [await self.shelf.save(report) for report in mended]

    # --- 8 and 10: the judgement and the record

    async def judge(self, job: Job) -> Job:
        """Reports, receipts and the ledger -> the review, and the ledger as it will be once this review is recorded."""
        change, contents, policy = await self._case(job)
        stored = await self.bundle.store.get(self._ledger_key(change))
        seen = [await self.shelf.load(ToolReport, digest) for digest in job["evidence"]]
        judgement = judge(
            change=change,
            contents=contents,
            policy=policy,
            runs=[report.run for report in seen],
            reports=[await self.shelf.load(Report, digest) for digest in job["reports"]],
            ledger=_known(stored, job),
            provenance=change.provenance,
            model_used=self.bundle.model is not None,
            cleared=[item for report in seen for item in report.cleared],
        )
        self.bundle.listen(Judged(judgement.review))
        summary = {
            "status": "reviewed",
            "review": await self.shelf.save(judgement.review),
            "verdict": judgement.review.verdict.value,
            "findings": len(judgement.review.findings),
        }
        summary |= {"change": job["change"]} if job["request"].get("publish") else {}
        return {"summary": summary, "ledger": await self.shelf.save(judgement.ledger), "etag": stored.etag if stored else None}

    async def record(self, job: Job) -> bool:
        """Write ledger and run; False when another run wrote the ledger first. Writing twice is writing once."""
        summary = job["result"].get("summary", job["result"])
        if "ledger" in job["result"] and not await self._record_ledger(job):
            return False
        request = Request.model_validate(job["request"])
        key = run_key(self.bundle.tenant, request, job["run"])
        stored = await self.bundle.store.get(key)
        now = self.bundle.clock.now()
        run = Run.model_validate(stored.value) if stored else Run(id=job["run"], request=request, started=now)
        known = {name: value for name, value in summary.items() if name in Run.model_fields}
        done = Run.model_validate(run.model_dump() | known | {"finished": now})
        await self.bundle.store.put(key, done.model_dump(mode="json"), etag=stored.etag if stored else None)
        return True

    async def _record_ledger(self, job: Job) -> bool:
        key = self._ledger_key(await self.shelf.load(Change, job["change"]))
        stored = await self.bundle.store.get(key)
        if stored and stored.value["run"] == job["run"]:
            return True
        ledger = await self.shelf.load(Ledger, job["result"]["ledger"])
        try:
            value = {"run": job["run"], "ledger": ledger.model_dump(mode="json")}
            await self.bundle.store.put(key, value, etag=job["result"]["etag"])
        except Conflict:
            return False
        return True

    def _ledger_key(self, change: Change) -> Key:
        return Key(tenant=self.bundle.tenant, scope=change.repository, kind="ledger", id=change.subject)

    async def _evidence(self, job: Job) -> list[Evidence]:
        reports = [await self.shelf.load(ToolReport, digest) for digest in job["evidence"]]
        return [evidence for report in reports for evidence in report.evidence]

    async def _case(self, job: Job) -> tuple[Change, Contents, Policy]:
        """The change of a job, stamped; its contents; the policy."""
        change, policy = await self._stamped(job)
        return change, await self.shelf.contents(job["change"], change), policy

    async def _stamped(self, job: Job) -> tuple[Change, Policy]:
        """The change of a job, stamped with whose run it is and under which policy, and that policy."""
        change = await self.shelf.load(Change, job["change"])
        policy = await self.shelf.policy(change, Request.model_validate(job["request"]))
        stamp = change.provenance.model_copy(
            update={
                "tenant": self.bundle.tenant,
                "repository": change.repository,
                "actor": job["request"].get("actor", ""),
                "run": job["run"],
                "attempt": job["request"].get("attempt", 1),
                "at": self.bundle.clock.now(),
                "policy": digest(policy),
            }
        )
        return change.model_copy(update={"provenance": stamp}), policy


def _known(stored: Stored | None, job: Job) -> Ledger:
    """The ledger that a review is compared with."""
    ledger = Ledger.model_validate(stored.value["ledger"]) if stored else Ledger()
    return unsettled(ledger) if job["request"].get("full") else ledger


def _said(what: str, error: Exception) -> str:
    return f"{what} {type(error).__name__}: {str(error)[:300]}"


def named(owner: object, names: Iterable[str]) -> Mapping[str, Activity]:
    """Methods of one object as activities, by their names."""
    return {name: _activity(name, getattr(owner, name)) for name in names}


def _published(method: Callable[[Job], Awaitable[Any]]) -> Callable[[Job], Awaitable[Any]]:
    async def answer(job: Job) -> Any:
        return await (settled(method(job)) if job["request"].get("publish") else method(job))

    return answer


def _activity(name: str, method: Callable[[Job], Awaitable[Any]]) -> Activity:
    async def activity(_ctx: object, payload: Job) -> Any:
        try:
            return await method(payload)
        except FusionError:
            raise
        except Exception:  # raised again: the conversation says no more than that there is a mistake, so the log has to
            log.exception("%s of %s failed", name, payload.get("run", "no run"))
            raise

    activity.__name__ = activity.__qualname__ = name
    return activity
