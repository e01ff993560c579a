"""Builds the case of a change from the texts of both sides, as the agents get it."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from datetime import date

from fusion.agent import Agent, Case, Skip, Thinking
from fusion.model import (
    Blob,
    Category,
    Change,
    ChangeKind,
    Confidence,
    Contents,
    ContextFile,
    Evidence,
    FileChange,
    Finding,
    Hunk,
    Location,
    Severity,
)
from fusion.model.compliance import ScanException
from fusion.policy import Policy

Sides = tuple[str | bytes | None, str | bytes | None]


def data(text: str | bytes) -> bytes:
    return text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")


def hunks(before: bytes, after: bytes) -> tuple[Hunk, ...]:
    old, new = (side.decode("utf-8", "replace").split("\n") for side in (before, after))
    for side in (old, new):
        if side[-1] == "":
            side.pop()
    found = []
    for group in difflib.SequenceMatcher(None, old, new, autojunk=False).get_grouped_opcodes(3):
        body: list[str] = []
        for tag, i1, i2, j1, j2 in group:
            if tag == "equal":
                body += [f" {line}" for line in old[i1:i2]]
            else:
                body += [f"-{line}" for line in old[i1:i2]] + [f"+{line}" for line in new[j1:j2]]
        first, last = group[0], group[-1]
        counts = last[2] - first[1], last[4] - first[3]
        found.append(
            Hunk(
                old_start=first[1] + 1 if counts[0] else first[1],
                old_count=counts[0],
                new_start=first[3] + 1 if counts[1] else first[3],
                new_count=counts[1],
                body="\n".join(body),
            )
        )
    return tuple(found)


def file_change(path: str, before: bytes | None, after: bytes | None, old_path: str | None = None) -> FileChange:
    kind = ChangeKind.ADDED if before is None else ChangeKind.DELETED if after is None else ChangeKind.MODIFIED
    if old_path is not None:
        kind = ChangeKind.RENAMED
    return FileChange(path=path, old_path=old_path, kind=kind, hunks=hunks(before or b"", after or b""))


def case(
    files: Mapping[str, Sides],
    *,
    context: Mapping[str, str | bytes] | None = None,
    renamed: Mapping[str, str] | None = None,
    evidence: Sequence[Evidence] = (),
    policy: Policy | None = None,
    whole_tree: bool = False,
    thinking: Thinking | None = None,
    exceptions: Sequence[ScanException] = (),
    day: date | None = None,
) -> Case:
    """`files` by head path: (text at base or None, text at head or None). `renamed`: head path -> base path."""
    renamed = renamed or {}
    sides = {path: tuple(None if side is None else data(side) for side in both) for path, both in files.items()}
    context_data = {path: data(text) for path, text in (context or {}).items()}
    change = Change(
        repository="acme/shop",
        subject="branch:topic",
        base="a" * 40,
        head="b" * 40,
        whole_tree=whole_tree,
        files=tuple(file_change(path, both[0], both[1], renamed.get(path)) for path, both in sides.items()),
        context=tuple(
            ContextFile(path=path, blob=Blob(digest="sha256:" + "0" * 64, size=len(body)))
            for path, body in context_data.items()
        ),
    )
    contents = Contents(
        head={path: both[1] for path, both in sides.items() if both[1] is not None},
        base={renamed.get(path, path): both[0] for path, both in sides.items() if both[0] is not None},
        context=context_data,
    )
    return Case(
        change=change,
        contents=contents,
        policy=policy or Policy(),
        evidence=tuple(evidence),
        thinking=thinking,
        exceptions=exceptions,
        day=day,
    )


def findings(agent: Agent, case: Case) -> list[Finding]:
    """What the agent reports on a case, every task read without a model; empty when it skips."""
    tasks = agent.tasks(case)
    if isinstance(tasks, Skip):
        return []
    found: list[Finding] = []
    for task in tasks:
        assert agent.ask(task) is None
        report = agent.read(task, None)
        assert report.agent == agent.name
        found += report.findings
    for finding in found:
        assert finding.evidence, finding.title
        assert finding.body.endswith((".", "!", "?")), finding.body
        assert "\n" not in finding.title
    return found


def rules(agent: Agent, case: Case) -> list[str]:
    """The rules behind an agent's findings, in their order."""
    return [finding.evidence[0].rule for finding in findings(agent, case)]


def seen(
    path: str,
    line: int = 1,
    *,
    family: str,
    category: Category,
    tool: str = "bandit",
    rule: str = "B602",
    severity: Severity = Severity.HIGH,
    confidence: Confidence = Confidence.LIKELY,
    message: str = "A tool saw something",
) -> Evidence:
    """One piece of evidence as a tool's."""
    return Evidence(
        id=f"{tool}-{path}-{line}",
        tool=tool,
        rule=rule,
        family=family,
        category=category,
        message=message,
        severity=severity,
        confidence=confidence,
        location=Location(path=path, line=line, end_line=line),
        fingerprint=f"{family}-{path}-{line}",
    )
