"""The verifier: a reader with fresh eyes who tries to refute what a model found.

It sees the passages and the claims, not how the finder came to them. What it refutes is dropped, what it supports is likely,
and both votes are kept. A verdict counts only where it quotes a line that is there; silence, and words without a line, mean
that nobody knows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from agents.anchoring import named, stands
from agents.prompts import prompt
from agents.replies import Verdict, Verdicts
from agents.replies import read as reply_of
from fusion.model import AgentTask, Brief, Completion, Confidence, Finding, Limits, Passage, Prompt, Vote, Work
from fusion.reasoning.clean import plain

NAME = "verifier"
MOST = 5
"""Claims of one prompt."""
_REASON = 300
_REMOVED = 6
"""Removed lines that a claim shows."""
_LIMITS = Limits(output_tokens=1_200, seconds=120.0)
_TAIL = "Try to refute each claim, C1 and on. One verdict for each, in JSON, each with the line that decides it."


@dataclass(frozen=True, slots=True, kw_only=True)
class Votes:
    """What became of the findings that were looked at: each has the finder's vote and the verifier's."""

    kept: tuple[Finding, ...] = ()
    dropped: tuple[Finding, ...] = ()


def groups(task: AgentTask, findings: Sequence[Finding]) -> tuple[tuple[Finding, ...], ...]:
    """The findings by the prompts that ask about them, the same for any order of the findings."""
    if task.brief is None:
        return ()
    ordered = _sorted(findings)
    return tuple(tuple(ordered[start : start + MOST]) for start in range(0, len(ordered), MOST))


def ask(task: AgentTask, findings: Sequence[Finding]) -> Prompt:
    """The prompt about at most five findings of the task's brief. Raises ValueError for a task without a brief."""
    if task.brief is None:
        raise ValueError(f"the task {task.id} shows a model nothing, so there is nothing to verify")
    brief = task.brief
    claims = tuple(_claim(brief, f"C{number}", finding) for number, finding in enumerate(_sorted(findings), start=1))
    shown = brief.model_copy(update={"passages": (*brief.passages, *claims), "guidance": ()})
    return prompt(NAME, shown, Verdicts, agent=NAME, work=Work.VERIFY, tail=_TAIL, limits=_LIMITS)


def read(
    findings: Sequence[Finding], completion: Completion | None, reason: str = "", *, task: AgentTask | None = None
) -> Votes:
    """The findings after the vote. Without an answer, `reason` says why, and the findings count for less.

    With the `task`, a verdict that quotes no line of its brief counts for nothing.
    """
    ordered = _sorted(findings)
    reply = reply_of(Verdicts, completion) if completion is not None else None
    if reply is None or completion is None:
        why = reason or ("no second reader answered" if completion is None else "the second reader's reply was unusable")
        vote = Vote(by=NAME, says="unsure", reason=plain(why, _REASON))
        return Votes(kept=tuple(_unread(finding, vote) for finding in ordered))
    brief = task.brief if task is not None else None
    kept: list[Finding] = []
    dropped: list[Finding] = []
    for number, finding in enumerate(ordered, start=1):
        vote = _vote([item for item in reply.verdicts if _names(item, f"C{number}")], brief, completion.model)
        voted = finding.model_copy(update={"votes": (*finding.votes, vote), "confidence": _confidence(vote)})
        (dropped if vote.says == "refuted" else kept).append(voted)
    return Votes(kept=tuple(kept), dropped=tuple(dropped))


def _sorted(findings: Sequence[Finding]) -> list[Finding]:
    return sorted(findings, key=lambda item: (item.location.path, item.location.line, item.fingerprint, item.model_dump_json()))


def _claim(brief: Brief, name: str, finding: Finding) -> Passage:
    """A claim as data: what is said, and of which line. No position at head is in it, so that the prompt outlives a rebase."""
    place = named(brief, finding.location)
    where = f"line {place[1]} of {place[0].name}" if place else "a line of the change"
    line = finding.snippet.partition("\n")[0]
    body = " ".join(finding.body.split())
    gone = "".join(f"\nremoved beside it: {text}" for text in _removed(*place)) if place else ""
    text = f"about: {where}\nthe line: {line}{gone}\nsays: {finding.title}\nbecause: {body}"
    return Passage(name=name, kind="metadata", path="", text=text)


def _removed(passage: Passage, number: int) -> Sequence[str]:
    """The removed lines next to a line: a claim about what is gone lies on a line that is left."""
    rows = passage.text.split("\n")
    before = next((at for at in range(number - 2, -1, -1) if passage.lines[at]), -1)
    after = next((at for at in range(number, len(passage.lines)) if passage.lines[at]), len(passage.lines))
    return [rows[at][1:] for at in (*range(before + 1, number - 1), *range(number, after))][:_REMOVED]


def _names(verdict: Verdict, claim: str) -> bool:
    return verdict.claim.strip(" []`\"'").upper() == claim


def _vote(verdicts: Sequence[Verdict], brief: Brief | None, model: str) -> Vote:
    said: set[Literal["supported", "refuted", "unsure"]] = {item.says for item in verdicts}
    if len(said) != 1:
        why = "it said more than one thing of this" if said else "it said nothing of this"
        return Vote(by=NAME, says="unsure", reason=why, model=model)
    verdict = verdicts[0]
    if verdict.says != "unsure" and brief is not None and not any(stands(brief, v.passage, v.quote) for v in verdicts):
        return Vote(by=NAME, says="unsure", reason="it quoted no line for what it said", model=model)
    return Vote(by=NAME, says=verdict.says, reason=plain(verdict.reason, _REASON), model=model)


def _confidence(vote: Vote) -> Confidence:
    return Confidence.LIKELY if vote.says == "supported" else Confidence.POSSIBLE


def _unread(finding: Finding, vote: Vote) -> Finding:
    return finding.model_copy(
        update={
            "votes": (*finding.votes, vote),
            "confidence": Confidence.POSSIBLE,
            "severity": finding.severity.lowered(),
        }
    )
