"""One analyzer over a whole tree, a portion of the files at a time: a large tree takes longer, and is not cut for its size.

Each portion is a run of its own, within the time that one run may take; what neighbours on the machine take away slows it down
and stops nothing. A host bounds how long it goes on before it says how far it has come, and begins again there.

An analyzer that follows data from file to file gets all other files beside each portion. What crosses from one into another may
be seen from both sides, and is told once; a place that is harmless in one and hurt from another is not harmless.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from fusion.evidence.analyzer import Analyzer
from fusion.evidence.collect import collect, not_followed, wanted_files
from fusion.evidence.examiner import Examiner
from fusion.evidence.pages import Pages
from fusion.evidence.records import numbered_anew
from fusion.model import Change, Contents, Evidence, Outcome, Provenance, Record, ToolReport, Unread
from fusion.policy import Policy

_IN_VAIN = 2
"""Portions in a row of which nothing could be read, before the tool is given up: it will not read the next one either."""
_MOST_HITS = 20_000
_MOST_CLEARED = 10_000
_MOST_UNFOLLOWED = 50_000
_REASONS = 5
"""Kinds of trouble that a receipt tells."""
_GRAVITY = {Outcome.OK: 0, Outcome.SKIPPED: 0, Outcome.CUT: 1, Outcome.FAILED: 2, Outcome.TIMED_OUT: 3}


@dataclass(frozen=True, slots=True, kw_only=True)
class Portions:
    """How large a portion is, and how long an analyzer is at it."""

    files: int = 500
    bytes: int = 2_500_000
    """What the slowest analyzer reads in ten seconds of processor time."""
    followed_files: int = 200
    followed_bytes: int = 400_000
    """Of one that follows data through what they import: mostly less than fifteen seconds of processor time."""
    seconds: float = 150.0
    """Of wall time, after which no further portion is begun in this go."""
    most: float = 5_400.0
    """Seconds of all portions together."""


class Progress(Record):
    """How far an analyzer has come: its report so far, and how many of the files it reads have been given to it."""

    report: ToolReport
    done: int
    total: int
    in_vain: int = 0
    """Portions in a row, up to the last, of which nothing could be read."""

    @property
    def finished(self) -> bool:
        """Whether the report is whole."""
        return self.done >= self.total


def finished(report: ToolReport) -> Progress:
    """The progress of whoever needs no further go."""
    return Progress(report=report, done=0, total=0)


async def collected(
    analyzer: Analyzer,
    *,
    change: Change,
    contents: Contents,
    policy: Policy,
    examiner: Examiner,
    provenance: Provenance,
) -> Progress:
    """All files at once, as `collect` looks at them; raises what that raises."""
    return finished(
        await collect(analyzer, change=change, contents=contents, policy=policy, examiner=examiner, provenance=provenance)
    )


async def collect_on(
    analyzer: Analyzer,
    *,
    change: Change,
    contents: Contents,
    policy: Policy,
    examiner: Examiner,
    provenance: Provenance,
    so_far: Progress | None = None,
    portions: Portions = Portions(),
) -> Progress:
    """Go on over a whole tree from where an earlier call came to; raises what `collect` raises."""
    started = time.monotonic()
    files = wanted_files(analyzer, change, contents, policy)
    follows = hasattr(analyzer, "consults")
    most = (portions.followed_files, portions.followed_bytes) if follows else (portions.files, portions.bytes)
    cuts = list(_cuts({path: len(data) for path, data in files.items()}, *most))
    if len(cuts) < 2 or (follows and not getattr(analyzer, "tells_own", False)):
        return await collected(
            analyzer, change=change, contents=contents, policy=policy, examiner=examiner, provenance=provenance
        )
    total, end, begun = len(files), 0, False
    for number, part in enumerate(cuts):
        end += len(part)
        if so_far is not None and end <= so_far.done:
            continue
        if so_far is not None and (why := _given_up(so_far, portions)):
            return _ended(so_far, [path for one in cuts[number:] for path in one], why)
        if so_far is not None and begun and time.monotonic() - started > portions.seconds:
            return so_far
        begun = True
        report = await collect(
            analyzer,
            change=_only(change, part),
            contents=contents,
            policy=policy,
            examiner=examiner,
            provenance=provenance,
            own=files if follows else {},
        )
        if report.run.outcome is Outcome.SKIPPED:
            if so_far is None:
                return finished(report)
            report = _missed(report, part)
        well = report.run.outcome in (Outcome.OK, Outcome.CUT)
        in_vain = 0 if well or report.run.read else (so_far.in_vain if so_far else 0) + 1
        together = joined(so_far.report, report) if so_far else report
        if so_far and follows:
            evidence = tuple(numbered_anew(together.evidence, Pages(files)))
            together = together.model_copy(update={"evidence": evidence})
        so_far = Progress(report=together, done=end, total=total, in_vain=in_vain)
    assert so_far is not None  # there are two portions at least
    return so_far


def joined(first: ToolReport, second: ToolReport) -> ToolReport:
    """One report of two runs of the same tool over different files of the same tree."""
    runs = (first.run, second.run)
    known = {_course(item) for item in first.evidence}
    added = [item for item in second.evidence if _course(item) not in known]
    evidence = (*first.evidence, *added)
    by_path = {item.path: item for item in first.unfollowed}
    for item in second.unfollowed:
        by_path.setdefault(item.path, item)
    unfollowed = tuple(by_path.values())[:_MOST_UNFOLLOWED]
    said = list(dict.fromkeys(part for report in (first, second) for part in _reasons(report)))[:_REASONS]
    left = not_followed(unfollowed)
    reasons = [*said, left] if left else said
    outcome = max((run.outcome for run in runs), key=lambda one: _GRAVITY[one])
    if len(evidence) > _MOST_HITS:
        outcome = Outcome.CUT if outcome is Outcome.OK else outcome
        reasons = [f"more than {_MOST_HITS:,} hits; the first ones were kept", *reasons][:_REASONS]
    run = first.run.model_copy(
        update={
            "outcome": outcome,
            "reason": "; ".join(reasons),
            "read": (*first.run.read, *second.run.read),
            "unread": (*first.run.unread, *second.run.unread),
            "hits": first.run.hits + second.run.hits - (len(second.evidence) - len(added)),
            "known": first.run.known + second.run.known,
            "seconds": round(first.run.seconds + second.run.seconds, 3),
        }
    )
    hurt = {(item.family, item.location.path, item.location.line) for item in evidence}
    cleared = [
        item for item in (*first.cleared, *second.cleared) if (item.family, item.location.path, item.location.line) not in hurt
    ]
    return ToolReport(
        run=run,
        evidence=evidence[:_MOST_HITS],
        cleared=tuple(cleared[:_MOST_CLEARED]),
        unfollowed=unfollowed,
    )


def _course(item: Evidence) -> tuple[object, ...]:
    """What makes a flow the same, whichever steps a run has seen of it: its kind, where it begins and where it ends."""
    ends = (item.trace[0].location, item.trace[-1].location) if item.trace else (item.message,)
    return (item.rule, item.location, *ends)


def _reasons(report: ToolReport) -> list[str]:
    """The fragments of a receipt's reason, without the one that is made anew of all files that were not followed."""
    left = not_followed(report.unfollowed)
    reason = report.run.reason.replace(left, "") if left else report.run.reason
    return [part for part in reason.split("; ") if part]


def _cuts(sizes: Mapping[str, int], most_files: int, most_bytes: int) -> Iterator[Sequence[str]]:
    """The paths in order, those of one folder next to each other, in portions; the same for the same files."""
    group: list[str] = []
    size = 0
    for path in sorted(sizes):
        if group and (len(group) >= most_files or size + sizes[path] > most_bytes):
            yield group
            group, size = [], 0
        group.append(path)
        size += sizes[path]
    if group:
        yield group


def _only(change: Change, paths: Collection[str]) -> Change:
    wanted = frozenset(paths)
    return change.model_copy(update={"files": tuple(file for file in change.files if file.path in wanted)})


def _given_up(progress: Progress, portions: Portions) -> str:
    """Why no further portion is begun; empty: go on."""
    came = f"when {progress.done:,} of {progress.total:,} files had been given to it"
    if progress.in_vain >= _IN_VAIN:
        return f"it was given up {came}, because it read none of the last ones"
    if progress.report.run.seconds > portions.most:
        return f"stopped after {progress.report.run.seconds:,.0f} s, {came}"
    return ""


def _missed(report: ToolReport, part: Sequence[str]) -> ToolReport:
    """The report of a tool that was there for earlier portions and is not for this one: what it skipped is a gap."""
    unread = tuple(Unread(path=path, reason=f"{report.run.tool} {report.run.reason}") for path in part)
    return report.model_copy(update={"run": report.run.model_copy(update={"outcome": Outcome.FAILED, "unread": unread})})


def _ended(progress: Progress, left: Sequence[str], why: str) -> Progress:
    run = progress.report.run
    ended = run.model_copy(
        update={
            "outcome": Outcome.TIMED_OUT if run.outcome in (Outcome.OK, Outcome.CUT) else run.outcome,
            "reason": "; ".join(part for part in (why, run.reason) if part),
            "unread": (*run.unread, *(Unread(path=path, reason=f"{run.tool} {why}") for path in left)),
        }
    )
    report = progress.report.model_copy(update={"run": ended})
    return progress.model_copy(update={"report": report, "done": progress.total})
