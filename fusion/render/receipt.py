"""The coverage receipt, sorted for reading: what was read, what was not and why, who ran and who did not."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from fusion.model import Coverage, FileCoverage, Outcome, Report, ToolRun
from fusion.render.phrases import count
from fusion.render.text import exact, one_line

OUTCOMES = {
    Outcome.OK: "ran",
    Outcome.SKIPPED: "skipped",
    Outcome.FAILED: "failed",
    Outcome.TIMED_OUT: "timed out",
    Outcome.CUT: "cut short",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Names that share a reason, in the order they came."""

    reason: str
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """A coverage record as people read it. `partial` names files of which some hunks were not read."""

    total: int
    reviewed: int
    partial: tuple[Group, ...]
    missed: tuple[Group, ...]
    """Wanted and not read: these make the review incomplete."""
    excluded: tuple[Group, ...]
    """Not wanted by policy."""
    ran: tuple[ToolRun, ...]
    skipped: tuple[Group, ...]
    broken: tuple[Group, ...]
    agents: tuple[str, ...]
    agents_skipped: tuple[Group, ...]
    agents_broken: tuple[Group, ...]
    unread: tuple[Group, ...]
    """By tool or agent: files that one of them was given and could not read, where that is not why they were missed."""
    isolation: tuple[Group, ...]

    @property
    def headline(self) -> str:
        """`9 of 12 files reviewed, 1 of them in part`."""
        part = sum(len(group.names) for group in self.partial)
        return f"{self.reviewed:,} of {count(self.total, 'file')} reviewed" + (f", {part:,} of them in part" if part else "")


def receipt(coverage: Coverage) -> Receipt:
    """Sort a coverage record for reading."""
    reviewed = [file for file in coverage.files if file.reviewed]
    left = [file for file in coverage.files if not file.reviewed]
    ok = (Outcome.OK, Outcome.SKIPPED)
    return Receipt(
        total=len(coverage.files),
        reviewed=len(reviewed),
        partial=_grouped((_unread_hunks(file), exact(file.path)) for file in reviewed if _unread_hunks(file)),
        missed=_grouped((_reason(file.reason), exact(file.path)) for file in left if file.wanted),
        excluded=_grouped((_reason(file.reason), exact(file.path)) for file in left if not file.wanted),
        ran=tuple(run for run in coverage.tools if run.outcome is Outcome.OK),
        skipped=_grouped((_reason(run.reason), exact(run.tool)) for run in coverage.tools if run.outcome is Outcome.SKIPPED),
        broken=_grouped((_ended(run), exact(run.tool)) for run in coverage.tools if run.outcome not in ok),
        agents=tuple(dict.fromkeys(exact(report.agent) for report in coverage.agents if report.outcome is Outcome.OK)),
        agents_skipped=_grouped((_reason(r.reason), exact(r.agent)) for r in coverage.agents if r.outcome is Outcome.SKIPPED),
        agents_broken=_grouped((_ended(r), exact(r.agent)) for r in coverage.agents if r.outcome not in ok),
        unread=_grouped(_unread(coverage)),
        isolation=_grouped((one_line(run.isolation), exact(run.tool)) for run in coverage.tools if run.isolation),
    )


def _unread(coverage: Coverage) -> Iterable[tuple[str, str]]:
    said = {file.path: file.reason for file in coverage.files if file.wanted and not file.reviewed}
    runs = [(run.tool, run.unread) for run in coverage.tools] + [(report.agent, report.unread) for report in coverage.agents]
    for name, unread in runs:
        for item in unread:
            names, colon, _ = said.get(item.path, "").partition(f": {item.reason}")
            if not colon or name not in names.rpartition("; ")[2].split(", "):
                yield f"{exact(name)}: {_reason(item.reason)}", exact(item.path)


def _reason(reason: str) -> str:
    return one_line(reason) or "no reason given"


def _ended(run: ToolRun | Report) -> str:
    """How and why; what stands under "failed" need not say so once more."""
    if run.outcome is Outcome.FAILED and run.reason:
        return one_line(run.reason)
    return f"{OUTCOMES[run.outcome]}, {one_line(run.reason)}" if run.reason else OUTCOMES[run.outcome]


def _unread_hunks(file: FileCoverage) -> str:
    unread = [hunk for hunk in file.hunks if not hunk.reviewed]
    if not unread:
        return ""
    reasons = ", ".join(dict.fromkeys(_reason(hunk.reason) for hunk in unread))
    return f"{len(unread):,} of {count(len(file.hunks), 'hunk')} not read: {reasons}"


def _grouped(pairs: Iterable[tuple[str, str]]) -> tuple[Group, ...]:
    groups: defaultdict[str, dict[str, None]] = defaultdict(dict)
    for reason, name in pairs:
        groups[reason][name] = None
    return tuple(Group(reason=reason, names=tuple(names)) for reason, names in groups.items())
