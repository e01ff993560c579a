"""The agents' activities: who has work, what they ask, what they answer each other, what the verifier lets stand.

Agents are plugins and may raise anything: one of them must not stop a review, so what it raises is a failed report.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from agents import notes, verifier, walkthrough
from fusion.agent import Case, Skip, Thinking
from fusion.budget.ladder import Afforded, Purse, afford, is_wanted
from fusion.model import (
    AgentTask,
    Brief,
    Call,
    Completion,
    Ending,
    Finding,
    Note,
    NoteReply,
    Outcome,
    Prompt,
    Quote,
    Report,
    Source,
    Unread,
    Usage,
    Vote,
    Work,
)
from fusion.planning import about
from fusion.policy import Policy
from fusion.progress import AgentFinished, Quoted
from fusion.reasoning.fence import derived, sources
from fusion.routing import reach
from fusion.routing.catalogue import room
from orchestrations.activity import Activity, Job, named, published, said
from orchestrations.bundle import Bundle
from orchestrations.cases import Cases
from orchestrations.questions import Questions, asked
from orchestrations.shelf import Shelf
from orchestrations.spending import account, caps, paying_run

COLLEAGUES = frozenset({"code-review", "security", "documentation", "tests", "compliance"})
"""Agents that may be asked by others."""


class Team:
    """The agents' activities bound to one bundle."""

    def __init__(self, bundle: Bundle, shelf: Shelf) -> None:
        self.bundle = bundle
        self.shelf = shelf
        self.cases = Cases(bundle, shelf)

    def table(self) -> Mapping[str, Activity]:
        """Name -> async function `(context, input)`."""
        names = (
            *("plan", "ask_agent", "read_agent", "fail_agent", "write_notes", "follow_up", "ask_verifier", "hear_verifier"),
            "read_walkthrough",
        )
        return named(self, names, published)

    # --- the work

    async def plan(self, job: Job) -> Job:
        """The agents' tasks, the reports of those that take no part, the walkthrough's prompt, and what it all may cost."""
        case = replace(await self._case(job), **await self._accepting(job))
        tasks, idle = self._work(case)
        overview = walkthrough.ask(case) if case.thinking and case.policy.models.walkthrough else None
        tasks, overview, unrouted = self._routable(case, tasks, overview)
        idle += unrouted
        afforded = await self._afforded(job, case, tasks, overview)
        idle += [_left_out(Report(agent=task.agent, outcome=Outcome.CUT), task, why) for task, why in afforded.left_out]
        most = await self._most(job, afforded.quote)
        planned: Job = {
            "tasks": [
                {"agent": task.agent, "task": await self.shelf.save(task), **(most if task.brief else {})}
                for task in afforded.kept
            ],
            "skipped": [await self.shelf.save(report) for report in idle],
        }
        if afforded.quote is not None:
            planned |= {"quote": await self.shelf.save(afforded.quote), **most}
            self.bundle.listen(Quoted(afforded.quote))
        if overview is not None and afforded.walkthrough:
            planned["walkthrough"] = await self.shelf.save(overview)
        return planned

    def _work(self, case: Case) -> tuple[list[AgentTask], list[Report]]:
        """What there is to do, and the reports of agents that do nothing."""
        idle = [self._broken(name, why, case.policy) for name, why in self.bundle.agents.broken.items()]
        tasks: list[AgentTask] = []
        for name, agent in self.bundle.agents.plugins.items():
            try:
                found = agent.tasks(case)
                if isinstance(found, Skip):
                    idle.append(Report(agent=name, outcome=Outcome.SKIPPED, reason=found.reason))
                else:
                    tasks += [AgentTask.model_validate(task) for task in found]
            except Exception as error:  # a third party's agent may raise anything; one agent must not stop a review
                idle.append(Report(agent=name, outcome=Outcome.FAILED, reason=said("the agent raised", error)))
        return tasks, idle

    def _routable(
        self, case: Case, tasks: Sequence[AgentTask], overview: Prompt | None
    ) -> tuple[list[AgentTask], Prompt | None, list[Report]]:
        """What some endpoint may be asked, and the reports of what none may: policy is in the way, or nobody does such work."""
        reasoning = self.bundle.reasoning
        if reasoning is None or case.thinking is None:
            return list(tasks), overview, []
        models, visibility = case.policy.models, case.change.provenance.visibility
        kept: list[AgentTask] = []
        unrouted: list[Report] = []
        for task in tasks:
            if task.brief is None:
                kept.append(task)
            elif task.brief.work not in case.thinking.works:
                why = f"no endpoint does the work `{task.brief.work}`"
                unrouted.append(Report(agent=task.agent, outcome=Outcome.SKIPPED, reason=why))
            elif why := reach.shut_out(reasoning.file, models, task.brief.work, visibility, sources(task.brief)):
                unrouted.append(_left_out(Report(agent=task.agent, outcome=Outcome.CUT), task, why))
            else:
                kept.append(task)
        if overview and (why := reach.shut_out(reasoning.file, models, overview.work, visibility, overview.sources)):
            unrouted.append(Report(agent=walkthrough.NAME, outcome=Outcome.SKIPPED, reason=why, reasoned=True))
            overview = None
        return kept, overview, unrouted

    async def _most(self, job: Job, quote: Quote | None) -> Job:
        """What the run may have spent in the end: the quote, and what it spent before it was begun again after an outage."""
        if self.bundle.reasoning is None or quote is None:
            return {}
        return {"most": await self.bundle.reasoning.book.committed(paying_run(job["run"])) + quote.most}

    async def _accepting(self, job: Job) -> Mapping[str, Any]:
        """What is accepted for a time, and the day by which it is; a run that an older version began has no day."""
        if "day" not in job:
            return {}
        return {"exceptions": await self.cases.exceptions(job), "day": date.fromisoformat(job["day"])}

    async def _case(self, job: Job) -> Case:
        change, contents, policy = await self.cases.case(job)
        evidence = await self.cases.evidence(job)
        reasoning = self.bundle.reasoning
        thinking = None
        if reasoning is not None and policy.models.use:
            works = reach.served(reasoning.file, change.provenance.visibility)
            thinking = Thinking(prompt=room(reasoning.file), works=works) if works else None
        return Case(change=change, contents=contents, policy=policy, evidence=evidence, thinking=thinking)

    async def _afforded(self, job: Job, case: Case, tasks: Sequence[AgentTask], overview: Prompt | None) -> Afforded:
        reasoning = self.bundle.reasoning
        if reasoning is None or case.thinking is None:
            return Afforded(kept=tuple(tasks))
        payer, limits = account(job, case.change), caps(reasoning.file.caps, case.policy)
        questions = Questions(self.bundle, self.shelf, reasoning.file, case.change, case.policy)
        known, whole = await questions.of(tasks), await questions.look(overview)
        tightest = await reasoning.book.tightest(payer, limits)
        purse = Purse(left=tightest.left, cap=tightest.cap) if tightest is not None else Purse()
        afforded = afford(tasks, reasoning.file, purse, policy=case.policy, walkthrough=whole, known=known)
        if afforded.quote is not None and afforded.quote.calls:
            # Held in one go, so that the calls need not ask the accounts that all runs share one by one; what another run was
            # faster to take is refused call by call.
            await reasoning.book.open(payer, min(afforded.quote.likely, purse.left), limits)
        return afforded

    def _broken(self, name: str, why: str, policy: Policy) -> Report:
        """An agent that does not load leaves evidence that nobody speaks for: a failure, unless policy has switched it off."""
        off = not policy.agents.get(name, True)
        return Report(
            agent=name, outcome=Outcome.SKIPPED if off else Outcome.FAILED, reason="switched off by policy" if off else why
        )

    # --- one task

    async def ask_agent(self, job: Job) -> Job:
        """The digest of the prompt of one task, or none: the agent wants no model, or none is configured. Or why it failed."""
        if self.bundle.reasoning is None:
            return {}
        task = await self.shelf.load(AgentTask, job["task"])
        try:
            prompt = asked(self.bundle.agents.plugins[job["agent"]], task)
        except Exception as error:  # as above
            return {"failed": said("the agent raised", error)}
        return {"prompt": await self.shelf.save(prompt)} if prompt is not None else {}

    async def read_agent(self, job: Job) -> str:
        """Task and completion -> the digest of the agent's report."""
        completion = await self.shelf.load(Completion, job["completion"]) if job["completion"] else None
        report = await self._read(job, completion)
        # What the verifier will look at first is told once it has.
        return await self._reported(job, report, listen=not _claims(report))

    async def fail_agent(self, job: Job) -> str:
        """The report of a task whose model call failed; the findings that needed no model are kept."""
        report = await self._read(job, None)
        task = await self.shelf.load(AgentTask, job["task"])
        calls = [await self.shelf.load(Call, digest) for digest in job.get("calls", ())]
        if calls and calls[-1].ending is Ending.CAPPED:
            # It was admitted, and others cost more than they likely would.
            return await self._reported(job, _left_out(report, task, job["reason"]))
        failed = {"outcome": Outcome.FAILED, "reason": job["reason"]}
        return await self._reported(job, _missed(report, task, job["reason"]).model_copy(update=failed))

    async def _read(self, job: Job, completion: Completion | None) -> Report:
        task = await self.shelf.load(AgentTask, job["task"])
        try:
            report = self.bundle.agents.plugins[job["agent"]].read(task, completion)
            return report.model_copy(update={"reasoned": report.reasoned or task.brief is not None})
        except Exception as error:  # as above; what needed no model is kept
            reason = said("the agent raised", error)
        # What was found while planning was read then; what a model was to read, nobody has.
        unread = tuple(Unread(path=path, reason=f"no model read it: {reason}") for path in _shown(task))
        read = task.read if task.brief is None else ()
        failed = Report(agent=job["agent"], outcome=Outcome.FAILED, reason=reason, read=read, unread=unread)
        return failed.model_copy(update={"findings": task.candidates, "reasoned": task.brief is not None})

    async def _reported(self, job: Job, report: Report, *, listen: bool = True) -> str:
        """Save a report, stamped; findings of an agent that stamps none take the report's provenance."""
        change, _ = await self.cases.stamped(job)
        stamp = change.provenance
        findings = tuple(f if f.provenance.run else f.model_copy(update={"provenance": stamp}) for f in report.findings)
        known = [await self.shelf.load(Call, digest) for digest in job.get("calls", ())]
        calls = (*report.calls, *known)
        update = {"provenance": stamp, "findings": findings, "calls": calls, "usage": total(calls) if calls else report.usage}
        report = report.model_copy(update=update)
        if listen:
            self.bundle.listen(AgentFinished(report))
        return await self.shelf.save(report)

    # --- notes

    async def write_notes(self, job: Job) -> Job:
        """What the agent asks of others: each note, with the prompt that answers it, or without where nobody can."""
        task = await self.shelf.load(AgentTask, job["task"])
        completion = await self.shelf.load(Completion, job["completion"])
        written = notes.asked(task, completion)
        if not written:
            return {"notes": []}
        case = await self._case(job)
        answers: list[Job] = []
        answered = case.thinking is not None and Work.ANSWER in case.thinking.works
        for note in written:
            there = answered and self._is_there(note.to, case.policy)
            brief = about(case, note.about, note.symbol, question=note.question) if there else None
            saved = {"note": await self.shelf.save(note)}
            if brief is not None:
                ask = notes.ask(note, brief, behind=sources(task.brief) if task.brief else ())
                saved |= {"brief": await self.shelf.save(brief), "prompt": await self.shelf.save(ask)}
            answers.append(saved)
        return {"notes": answers}

    def _is_there(self, name: str, policy: Policy) -> bool:
        return name in COLLEAGUES and name in self.bundle.agents.plugins and policy.agents.get(name, True)

    async def follow_up(self, job: Job) -> Job:
        """The asking agent's second prompt, with what came of its notes; and the calls that it took."""
        prompt = await self.shelf.load(Prompt, job["prompt"])
        completion = await self.shelf.load(Completion, job["completion"])
        replies: list[NoteReply] = []
        calls: list[str] = []
        behind: list[Source] = []
        for item in job["notes"]:
            note = await self.shelf.load(Note, item["note"])
            thought = item.get("thought") or {}
            calls += thought.get("calls", [])
            if not item.get("prompt"):
                reason = f"there is no {note.to} agent here that could look at it"
                replies.append(NoteReply(note=note, status="declined", reason=reason))
            elif thought.get("completion"):
                answer = await self.shelf.load(Completion, thought["completion"])
                behind += (await self.shelf.load(Prompt, item["prompt"])).sources
                replies.append(notes.read(note, answer, brief=await self.shelf.load(Brief, item["brief"])))
            elif item.get("thought") is None:
                replies.append(NoteReply(note=note, status="timed_out", reason="no answer came in time"))
            else:
                replies.append(notes.read(note, None, thought.get("failed") or thought.get("message", "")))
        followed = notes.followed_up(prompt, completion, replies, behind=behind)
        return {"prompt": await self.shelf.save(followed), "calls": calls}

    # --- the verifier

    async def ask_verifier(self, job: Job) -> Job:
        """The prompts by which a reader with fresh eyes tries to refute what a model found."""
        report = await self.shelf.load(Report, job["report"])
        task = await self.shelf.load(AgentTask, job["task"])
        groups = verifier.groups(task, _claims(report))
        # What was found may tell of all that the finder was shown, colleagues' answers included.
        behind = (await self.shelf.load(Prompt, job["prompt"])).sources if job.get("prompt") else ()
        asked = [verifier.ask(task, group) for group in groups]
        derive = [prompt.model_copy(update={"sources": derived(prompt.sources, behind)}) for prompt in asked]
        return {"prompts": [await self.shelf.save(prompt) for prompt in derive]}

    async def hear_verifier(self, job: Job) -> str:
        """The report, with both votes of each finding; what was refuted is set apart. Saved as `read_agent` does."""
        report = await self.shelf.load(Report, job["report"])
        task = await self.shelf.load(AgentTask, job["task"])
        groups = verifier.groups(task, _claims(report))
        kept = [finding for finding in report.findings if not _is_claim(finding.votes)]
        dropped = list(report.dropped)
        calls: list[str] = []
        for group, vote in zip(groups, job["votes"], strict=True):
            calls += vote.get("calls", [])
            completion = await self.shelf.load(Completion, vote["completion"]) if vote.get("completion") else None
            votes = verifier.read(group, completion, vote.get("failed", ""), task=task)
            kept += votes.kept
            dropped += votes.dropped
        update = {"findings": tuple(kept), "dropped": tuple(dropped)}
        return await self._reported({**job, "calls": calls}, report.model_copy(update=update))

    # --- the walkthrough

    async def read_walkthrough(self, job: Job) -> Job:
        """A thought about the whole change -> the walkthrough's digest, if it is one, and the report of its calls."""
        case = await self._case(job)
        thought = job["thought"]
        completion = await self.shelf.load(Completion, thought["completion"]) if thought.get("completion") else None
        written = walkthrough.read(completion, case) if completion else None
        reason = "" if written else thought.get("failed") or "the model's walkthrough could not be used"
        report = Report(agent="walkthrough", outcome=Outcome.OK if written else Outcome.SKIPPED, reason=reason, reasoned=True)
        answer: Job = {"report": await self._reported({**job, "calls": thought.get("calls", [])}, report)}
        return answer | ({"walkthrough": await self.shelf.save(written)} if written else {})


def _claims(report: Report) -> list[Finding]:
    return [finding for finding in report.findings if _is_claim(finding.votes)]


def _is_claim(votes: Sequence[Vote]) -> bool:
    """Whether a model found it and nobody has looked at it again."""
    return [vote.by for vote in votes] == ["finder"]


def _shown(task: AgentTask) -> Sequence[str]:
    passages = task.brief.passages if task.brief else ()
    return tuple(dict.fromkeys(passage.path for passage in passages if passage.kind == "change"))


def _left_out(report: Report, task: AgentTask, why: str) -> Report:
    """Of a task that the budget left out, or that nobody may do. Without a draft a review is none the less complete."""
    left = {"outcome": Outcome.CUT if is_wanted(task) else Outcome.SKIPPED, "reason": why, "reasoned": True}
    return _missed(report, task, why).model_copy(update=left)


def _missed(report: Report, task: AgentTask, why: str) -> Report:
    """The report, with what no model read."""
    unread = {item.path: item for item in report.unread}
    unread |= {path: Unread(path=path, reason=f"no model read it: {why}") for path in _shown(task)}
    return report.model_copy(update={"unread": tuple(unread.values())})


def total(calls: Sequence[Call]) -> Usage:
    """What some calls cost together. Prices of one catalogue are in one currency."""
    return Usage(
        input_tokens=sum(call.usage.input_tokens for call in calls),
        output_tokens=sum(call.usage.output_tokens for call in calls),
        cached_tokens=sum(call.usage.cached_tokens for call in calls),
        cost=round(sum(call.usage.cost for call in calls), 9),
        currency=next((call.usage.currency for call in calls), "USD"),
        seconds=sum(call.usage.seconds for call in calls),
    )
