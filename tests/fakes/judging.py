"""Findings, changes and receipts for the judge's tests, with defaults that do not matter to them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from difflib import unified_diff
from typing import Any

from fusion.changes.diff import parse_patch
from fusion.judging.fingerprint import fingerprints
from fusion.judging.judge import Judgement, judge
from fusion.judging.ledger import Ledger
from fusion.model import (
    Blob,
    Call,
    Category,
    Change,
    ChangeKind,
    Cleared,
    Confidence,
    Contents,
    Ending,
    Evidence,
    FileChange,
    Finding,
    Location,
    Outcome,
    Provenance,
    Report,
    Severity,
    Side,
    ToolRun,
    Work,
)
from fusion.policy import Policy
from fusion.syntax import enclosing, symbols

AT = datetime(2026, 1, 2, 3, 4, tzinfo=UTC)


def blob(data: bytes) -> Blob:
    """A claim check that looks right."""
    return Blob(digest=f"sha256:{len(data):064x}", size=len(data))


def file_of(path: str, before: str | None, after: str | None, *, old_path: str | None = None) -> FileChange:
    """A file change with the hunks that difflib sees between two texts."""
    lines = list(unified_diff((before or "").splitlines(), (after or "").splitlines(), lineterm=""))
    hunks = ()
    if lines:
        text = "\n".join(["diff --git a/x b/x", "--- a/x", "+++ b/x", *lines[2:], ""])
        hunks = parse_patch(text.encode())[0].hunks
    kind = ChangeKind.ADDED if before is None else ChangeKind.DELETED if after is None else ChangeKind.MODIFIED
    if old_path is not None:
        kind = ChangeKind.RENAMED
    return FileChange(
        path=path,
        old_path=old_path,
        kind=kind,
        hunks=hunks,
        base=blob(before.encode()) if before is not None else None,
        head=blob(after.encode()) if after is not None else None,
    )


def change_of(
    texts: dict[str, tuple[str | None, str | None]],
    *,
    head: str = "head-1",
    base: str = "base-1",
    renames: dict[str, str] | None = None,
    **fields: Any,
) -> tuple[Change, Contents]:
    """A change from path -> (text at base, text at head); `renames` gives old paths by head path."""
    renames = renames or {}
    files = tuple(file_of(path, *sides, old_path=renames.get(path)) for path, sides in texts.items())
    change = Change(repository="o/r", subject="branch:x", base=base, head=head, files=files, **fields)
    contents = Contents(
        head={path: after.encode() for path, (_, after) in texts.items() if after is not None},
        base={renames.get(path, path): before.encode() for path, (before, _) in texts.items() if before is not None},
    )
    return change, contents


def evidence_of(
    tool: str = "bandit",
    *,
    path: str = "app.py",
    line: int = 1,
    end_line: int | None = None,
    rule: str = "B602",
    family: str = "command-injection",
    category: Category = Category.SECURITY,
    severity: Severity = Severity.HIGH,
    confidence: Confidence = Confidence.LIKELY,
    text: str = "",
    symbol: str = "",
    cwe: tuple[int, ...] = (78,),
    **fields: Any,
) -> Evidence:
    """One piece of evidence."""
    snippet = text or f"line {line}"
    return Evidence(
        id=f"{tool}:{rule}:{path}:{line}:{snippet}",
        tool=tool,
        rule=rule,
        family=family,
        category=category,
        message=f"{tool} saw {family}",
        severity=severity,
        confidence=confidence,
        location=Location(path=path, line=line, end_line=end_line or line, side=fields.pop("side", Side.RIGHT)),
        snippet=snippet,
        symbol=symbol,
        fingerprint=fields.pop("fingerprint", None) or fingerprints([(family, symbol, snippet)])[0],
        cwe=cwe,
        **fields,
    )


def finding_of(tool: str = "bandit", *, agent: str = "security", title: str = "", body: str = "", **fields: Any) -> Finding:
    """A finding that stands on one piece of evidence."""
    return told(evidence_of(tool, **fields), agent=agent, title=title, body=body)


def told(item: Evidence, *, agent: str = "security", title: str = "", body: str = "") -> Finding:
    """The finding that an agent makes of a piece of evidence."""
    return Finding(
        fingerprint=item.fingerprint,
        agent=agent,
        family=item.family,
        category=item.category,
        title=title or f"{item.family} by {item.tool}",
        body=body,
        severity=item.severity,
        confidence=item.confidence,
        location=item.location,
        snippet=item.snippet,
        symbol=item.symbol,
        cwe=item.cwe,
        evidence=(item,),
        fix=item.fix,
    )


def scan(tool: str, path: str, text: str, *, needle: str = "shell=True", **fields: Any) -> list[Finding]:
    """What a tool that looks for a word says about a file, fingerprinted as the collector does."""
    known = symbols(path, text)
    hits = [(number, line) for number, line in enumerate(text.split("\n"), start=1) if needle in line]
    prints = fingerprints([("command-injection", enclosing(known, number), line) for number, line in hits])
    return [
        finding_of(tool, path=path, line=number, text=line, symbol=enclosing(known, number), fingerprint=mark, **fields)
        for (number, line), mark in zip(hits, prints, strict=True)
    ]


def run_of(tool: str = "bandit", *read: str, outcome: Outcome = Outcome.OK, **fields: Any) -> ToolRun:
    """The receipt of an analyzer."""
    return ToolRun(tool=tool, outcome=outcome, read=read, **fields)


def report_of(findings: Sequence[Finding] = (), *, agent: str = "security", read: Sequence[str] = (), **fields: Any) -> Report:
    """An agent's report."""
    return Report(agent=agent, outcome=fields.pop("outcome", Outcome.OK), findings=tuple(findings), read=tuple(read), **fields)


ASKED = (Call(agent="security", work=Work.REVIEW, endpoint="cloud", ending=Ending.OK),)
"""The calls of an agent that a model has answered."""


def thought_of(agent: str = "reader", **fields: Any) -> Report:
    """The report of an agent that a model has answered."""
    return Report(agent=agent, outcome=fields.pop("outcome", Outcome.OK), reasoned=True, calls=ASKED, **fields)


def judged(
    change: Change,
    contents: Contents,
    findings: Sequence[Finding] = (),
    *,
    runs: Sequence[ToolRun] | None = None,
    reports: Sequence[Report] | None = None,
    ledger: Ledger | None = None,
    policy: Policy | None = None,
    model_used: bool = False,
    cleared: Sequence[Cleared] = (),
) -> Judgement:
    """The judgement; by default bandit read every file at head and one agent reports the findings."""
    return judge(
        change=change,
        contents=contents,
        policy=policy or Policy(),
        runs=[run_of("bandit", *contents.head)] if runs is None else runs,
        reports=[*([report_of(findings)] if reports is None else reports), *([thought_of()] if model_used else [])],
        ledger=ledger or Ledger(),
        provenance=Provenance(run="review-1", at=AT),
        cleared=cleared,
    )
