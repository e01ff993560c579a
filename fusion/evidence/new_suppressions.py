"""New suppression comments in a change, which are evidence themselves: somebody asked a tool to look away.

A file's comments of one kind are one piece of evidence, at the first of them: who is told once need not be told on ten lines. A
comment that names only rules that Fusion does not run either (an unused import, a long line) is for information only.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from fusion.changes.diff import added_lines, removed_lines
from fusion.changes.selection import select
from fusion.evidence.catalogue import catalogue
from fusion.evidence.novelty import counterpart
from fusion.evidence.pages import Pages
from fusion.evidence.records import record, sightings
from fusion.evidence.suppressions import Suppression
from fusion.model import (
    Change,
    ChangeKind,
    Contents,
    EntryType,
    Hit,
    Location,
    Outcome,
    Provenance,
    Severity,
    ToolReport,
    ToolRun,
)
from fusion.policy import Policy

TOOL = "suppressions"
"""The name under which they are reported."""
_MOST = 500
_BY_RULE = ("ruff", "oxlint")
"""Tools of which only the rules count that our tables name; of the others any rule does."""


def suppression_evidence(
    change: Change, contents: Contents, provenance: Provenance, *, policy: Policy | None = None
) -> ToolReport:
    """A report of the directives on added lines that the change does not merely move. A whole tree has no new ones."""
    selected = select(change, policy or Policy())
    files = {
        file.path: file
        for file in change.files
        if selected[file.path] is None and file.path in contents.head and file.entry is EntryType.FILE
    }
    head, base = Pages(contents.head), Pages(contents.base)
    hits: list[Hit] = []
    if not change.whole_tree:
        moved = _removed(change, base)
        for path, file in files.items():
            page = head.get(path)
            added = added_lines(file)
            fresh: dict[tuple[str, tuple[str, ...]], list[Suppression]] = {}
            for suppression in page.suppressions if page else ():
                kind = suppression.tools[0], suppression.rules
                if suppression.line not in added:
                    continue
                if moved[kind] > 0:
                    moved[kind] -= 1
                else:
                    fresh.setdefault(kind, []).append(suppression)
            hits.extend(_hit(alike) for alike in fresh.values())
    found = sightings(TOOL, hits, head)
    reason = f"{len(found):,} new suppressions; the first {_MOST:,} were kept" if len(found) > _MOST else ""
    stamped = provenance.model_copy(update={"tool": TOOL})
    return ToolReport(
        run=ToolRun(
            tool=TOOL, outcome=Outcome.CUT if reason else Outcome.OK, reason=reason, read=tuple(files), hits=len(found)
        ),
        evidence=tuple(record(TOOL, "", sighting, head, stamped) for sighting in found[:_MOST]),
    )


def _removed(change: Change, base: Pages) -> Counter[tuple[str, tuple[str, ...]]]:
    """The directives on lines that the change takes away, by tool and rules."""
    gone: Counter[tuple[str, tuple[str, ...]]] = Counter()
    for file in change.files:
        path = file.base_path if file.kind is ChangeKind.DELETED else counterpart(file)
        page = base.get(path) if path is not None else None
        if page is not None and page.suppressions:
            removed = removed_lines(file)
            gone.update((item.tools[0], item.rules) for item in page.suppressions if item.line in removed)
    return gone


def _hit(alike: Sequence[Suppression]) -> Hit:
    suppression = alike[0]
    tool = suppression.tools[0]
    named = f" ({', '.join(suppression.rules)})" if suppression.rules else " entirely"
    more = f", and on {len(alike) - 1:,} more lines of this file" if len(alike) > 2 else ""
    more = ", and on one more line of this file" if len(alike) == 2 else more
    return Hit(
        rule=tool,
        message=f"The change silences {tool}{named} here{more}: {suppression.text}",
        location=Location(path=suppression.path, line=suppression.line, end_line=suppression.line),
        severity=_severity(suppression),
    )


def _severity(suppression: Suppression) -> Severity:
    if suppression.security:
        return Severity.MEDIUM
    if suppression.rules and suppression.tools[0] in _BY_RULE:
        ours = (rule for tool in suppression.tools for rule in catalogue(tool).table.rules)
        if not any(suppression.names(rule) for rule in ours):
            return Severity.INFO
    return Severity.LOW
