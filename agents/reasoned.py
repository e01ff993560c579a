"""The model half that the agents share: briefs become tasks, tasks prompts, and replies findings that quote their line.

What a model says is an opinion: its findings carry no evidence, are only possible until the verifier has tried to refute them,
are never critical, and block nothing. What does not quote a line that is there, or repeats what a tool has said, is dropped and
counted. Without `case.thinking` an agent is its deterministic half alone.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Sequence

from agents.anchoring import Anchor, anchor
from agents.deterministic import Deterministic, switched_off
from agents.kinds import Kind, kinds
from agents.prompts import prompt
from agents.replies import Claim, Findings, read
from fusion.agent import Case, Skip
from fusion.evidence.catalogue import catalogue, families
from fusion.judging.fingerprint import fingerprints
from fusion.model import (
    AgentTask,
    Brief,
    Completion,
    Confidence,
    Edit,
    Finding,
    Fix,
    Limits,
    Outcome,
    Prompt,
    Report,
    Severity,
    Vote,
    Work,
)
from fusion.planning import briefs
from fusion.reasoning.clean import commands, plain
from fusion.render.secrets import mask
from fusion.render.text import visible

MOST = 5
"""Findings of one brief. Who has more to say about so little code has nothing to say."""
_LOOKED_AT = 50
"""Claims of one reply that are held against the code."""
FAMILY = "model:"
"""How the family of an opinion begins."""
_TITLE = 120
_BODY = 700
_WHY = 400
_SUGGESTION = 4_000
_STARS = "****"
"""What stands for a secret in what a model is shown: a line with it must not be written back."""
_SUGGESTED_LINES = 60
_CAP = Severity.HIGH
"""An opinion is never critical."""
_LIMITS = Limits(output_tokens=2_000, seconds=120.0)
_SEEN = re.compile(r"(?P<passage>P\d+):(?P<row>\d{1,6}) (?P<tool>\S+) (?P<rule>.+?), (?:critical|high|medium|low|info)\b")
"""How the planner quotes evidence: `P1:3 bandit B602, high: ...`."""
_TAIL = (
    "Report what is wrong with the change above, in JSON. Quote each line exactly. Where nothing is wrong, `findings` is empty."
)


class Reasoned(Deterministic, ABC):
    """An agent with a model half. Its instructions are the `.md` beside it."""

    work = Work.REVIEW
    prompt_name: str
    """Of the `.md`, without its ending."""
    places: frozenset[str] = frozenset({"change"})
    """Kinds of passages in which a finding may lie."""
    drafts = False
    """Its suggestions are texts of their own (a test, a passage) that people read as drafts."""
    replaces = True
    """Its suggestions replace the lines that the finding is about: offered once somebody has verified them."""
    reads_trees = True
    """Whether it has something to say about a whole tree, which has no earlier side."""
    once: frozenset[str] = frozenset()
    """Kinds of findings of which one brief may have one: the weightiest."""

    @abstractmethod
    def without_model(self, case: Case) -> Sequence[AgentTask] | Skip:
        """The work that needs no model."""

    @abstractmethod
    def wants(self, path: str) -> bool:
        """Whether a model should read the change of this path for the agent."""

    def unfit(self, brief: Brief, claim: Claim, place: Anchor) -> str:  # noqa: ARG002 - for those that have a word in it
        """Why a claim is not worth telling, although it quotes a line of the change; empty where it is."""
        return ""

    def tasks(self, case: Case) -> Sequence[AgentTask] | Skip:
        """The deterministic task, and one task for each brief that the planner makes."""
        if switched_off(self.name, case.policy.agents):
            return Skip("switched off by policy")
        first = self.without_model(case)
        if case.thinking is None or (case.change.whole_tree and not self.reads_trees):
            return first
        planned = briefs(case, agent=self.name, wants=self.wants, work=self.work)
        found = () if isinstance(first, Skip) else tuple(first)
        more = [
            AgentTask(agent=self.name, id=f"{self.name}-{number}", brief=brief, read=_paths(brief))
            for number, brief in enumerate(planned.briefs, start=2)
        ]
        if planned.left_out:
            # The model half's to tell: the other half may have read it all.
            more.append(AgentTask(agent=self.name, id=self._left_out, unread=tuple(planned.left_out)))
        return [*found, *more] if more else first

    def ask(self, task: AgentTask) -> Prompt | None:
        """The prompt of a brief; None for a task without one."""
        if task.brief is None:
            return None
        return prompt(
            self.prompt_name,
            task.brief,
            Findings,
            agent=self.name,
            work=task.brief.work,
            tail=_TAIL,
            limits=_LIMITS,
            kinds_of=self.name,
        )

    def read(self, task: AgentTask, completion: Completion | None) -> Report:
        """The report of a task. Without an answer, a brief was read by nobody."""
        if task.brief is None:
            return super().read(task, completion).model_copy(update={"reasoned": task.id == self._left_out})
        if completion is None:
            return self._failed("no model answered")
        reply = read(Findings, completion)
        if reply is None:
            return self._failed("the model's reply does not fit its schema")
        found, left = self._found(task.brief, reply.findings, completion.model)
        return Report(
            agent=self.name,
            outcome=Outcome.OK,
            read=task.read,
            unread=task.unread,
            findings=found,
            set_aside=left,
            reasoned=True,
        )

    @property
    def _left_out(self) -> str:
        return f"{self.name}-left-out"

    def _failed(self, reason: str) -> Report:
        return Report(agent=self.name, outcome=Outcome.FAILED, reason=reason, reasoned=True)

    def _found(self, brief: Brief, claims: Sequence[Claim], model: str) -> tuple[tuple[Finding, ...], tuple[str, ...]]:
        """The findings, and what became of the claims that are none."""
        left: Counter[str] = Counter()
        kept: dict[tuple[str, int, str], tuple[Claim, Kind, Anchor]] = {}
        if len(claims) > _LOOKED_AT:
            left[f"beyond the {_LOOKED_AT} that are looked at"] = len(claims) - _LOOKED_AT
        for claim in sorted(claims, key=_weight)[:_LOOKED_AT]:
            kind = kinds()[self.name].get(claim.kind)
            place = anchor(brief, claim.passage, claim.line, claim.end_line, claim.quote)
            if kind is None:
                left["of a kind that this agent does not know"] += 1
            elif place is None or place.passage.kind not in self.places:
                left["about a line that is not in the change"] += 1
            elif _said(brief, kind, place):
                left["that a tool had reported already"] += 1
            elif (key := (place.location.path, place.location.line, claim.kind)) in kept:
                left["said twice"] += 1
            elif why := self.unfit(brief, claim, place):
                left[why] += 1
            elif claim.kind in self.once and any(claim.kind == other.kind for other, _, _ in kept.values()):
                left["beyond the one of its kind that one brief may have"] += 1
            elif len(kept) == MOST:
                left[f"beyond the {MOST} that one brief may have"] += 1
            else:
                kept[key] = claim, kind, place
        ordered = sorted(kept.values(), key=lambda item: (item[2].location.path, item[2].location.line, item[0].kind))
        prints = _fingerprints(ordered)
        found = tuple(
            self._finding(claim, kind, place, fingerprint, model)
            for (claim, kind, place), fingerprint in zip(ordered, prints, strict=True)
        )
        return found, tuple(f"{number:,} dropped: {why}" for why, number in sorted(left.items()))

    def _finding(self, claim: Claim, kind: Kind, place: Anchor, fingerprint: str, model: str) -> Finding:
        severity = min(Severity(claim.severity), _CAP, key=lambda item: item.rank)
        why = plain(claim.why, _WHY)
        suggested = _suggested(claim.suggestion)
        return Finding(
            fingerprint=fingerprint,
            agent=self.name,
            family=f"{FAMILY}{claim.kind}",
            category=kind.category,
            title=plain(claim.title, _TITLE) or kind.title,
            body="\n\n".join(part for part in (why, plain(claim.body, _BODY)) if part),
            # Who is not sure of it may be right about something small.
            severity=severity.lowered() if claim.confidence == "low" else severity,
            confidence=Confidence.POSSIBLE,
            location=place.location,
            snippet=place.snippet,
            symbol=place.passage.symbol,
            cwe=kind.cwe,
            fix=_fix(suggested, place) if self.replaces else None,
            draft=suggested if self.drafts else "",
            votes=(Vote(by="finder", says="supported", reason=why, model=model),),
        )


def _paths(brief: Brief) -> tuple[str, ...]:
    return tuple(dict.fromkeys(passage.path for passage in brief.passages if passage.kind == "change"))


def _weight(claim: Claim) -> tuple[int, int, str]:
    """Least for what is kept first; the same for equal claims in any order."""
    return -Severity(claim.severity).rank, ("high", "medium", "low").index(claim.confidence), claim.model_dump_json()


def _said(brief: Brief, kind: Kind, place: Anchor) -> bool:
    """Whether the evidence in the brief says the same about the same lines."""
    rows = range(place.first - 1, place.last + 2)
    return any(
        match["passage"] == place.passage.name
        and int(match["row"]) in rows
        and not kind.same.isdisjoint(_meaning(match["tool"], match["rule"]))
        for passage in brief.passages
        if passage.kind == "evidence"
        for match in map(_SEEN.match, passage.text.split("\n"))
        if match is not None
    )


def _meaning(tool: str, rule: str) -> set[str]:
    """The family of a tool's rule, and its weaknesses as `CWE-89`."""
    own, group = catalogue(tool).entry(rule)
    family = own.family or group.family
    known = families().get(family)
    numbers = (*(own.cwe or group.cwe or ()), *(known.cwe if known is not None else ()))
    return {family, *(f"CWE-{number}" for number in numbers)} - {""}


def _fingerprints(items: Sequence[tuple[Claim, Kind, Anchor]]) -> list[str]:
    """In the order given; ordinals among equals count by file."""
    by_path: dict[str, list[int]] = {}
    for index, (_, _, place) in enumerate(items):
        by_path.setdefault(place.location.path, []).append(index)
    made: dict[int, str] = {}
    for indexes in by_path.values():
        facts = [(f"{FAMILY}{items[i][0].kind}", items[i][2].passage.symbol, items[i][2].line) for i in indexes]
        made |= dict(zip(indexes, fingerprints(facts), strict=True))
    return [made[index] for index in range(len(items))]


def _suggested(text: str) -> str:
    """The suggestion as it may be shown: bounded, nothing hidden in it, no likely secret, no command; or else empty."""
    lines = text.rstrip().split("\n")
    if len(text) > _SUGGESTION or len(lines) > _SUGGESTED_LINES or mask(visible(text)) != text or commands(text):
        return ""
    return "\n".join(line.rstrip() for line in lines).strip("\n")


def _fix(text: str, place: Anchor) -> Fix | None:
    """The suggestion as an edit of whole lines, unverified; None where it is not about neighbouring lines of the head."""
    before = place.lines
    if not text or not place.is_plain or _STARS in text or _mark(text.split("\n")[0]) or list(before) == text.split("\n"):
        return None
    where = place.location
    edit = Edit(path=where.path, line=where.line, column=1, end_line=where.end_line + 1, end_column=1, text=f"{text}\n")
    return Fix(title="Replace the lines", edits=(edit,))


def _mark(line: str) -> bool:
    """Whether it is a line of a diff or of Markdown's fences, not of the file."""
    return line.startswith(("```", "@@ ", "--- ", "+++ "))
