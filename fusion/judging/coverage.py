"""The receipt: every file and hunk as reviewed or not and why, and whether anything that policy wanted read was not.

Gaps make a review incomplete: a failed, timed-out or cut tool or agent, a file that one of them could not read, parts that no
model read, a change that was not fetched in full, a required analyzer that did not run, and a change of which nothing was
reviewed. What policy excludes and tools that are not installed are shown and do not count.

A file that rules and tools read is reviewed, though no model read it: that is said beside it, and once for all files.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

from fusion.changes.selection import Exclusion, is_code
from fusion.judging.gathered import SHORT, without_numbers
from fusion.model import (
    Change,
    ChangeKind,
    Coverage,
    FileChange,
    FileCoverage,
    HunkCoverage,
    Outcome,
    Report,
    Side,
    ToolRun,
)
from fusion.policy import Policy

_READS_ANYTHING = frozenset({"secrets"})
"""Analyzers that look for one thing in every text: alone they have not reviewed code."""
_NO_READER = frozenset({"suppressions"})
"""Evidence of our own that lists comments and reviews nothing."""
_UNSERVED = "no analyzer or agent here reads this kind of file"
_REASONS = 3
"""Different reasons that one sentence gives."""
_NAMED = 5
"""Files that one sentence names."""
_ENDED = {Outcome.FAILED: "failed", Outcome.TIMED_OUT: "ran out of time", Outcome.CUT: "was cut short"}


def cover(
    change: Change,
    selection: Mapping[str, Exclusion | None],
    runs: Sequence[ToolRun],
    reports: Sequence[Report],
    policy: Policy,
    *,
    model_used: bool,
    notes: Iterable[str] = (),
) -> Coverage:
    """The receipt of a review. The order of runs and reports does not matter."""
    tools = tuple(sorted(runs, key=lambda run: (run.tool, run.model_dump_json())))
    agents = tuple(
        sorted((_receipt(report) for report in reports), key=lambda report: (report.agent, report.model_dump_json()))
    )
    readers = _Readers(tools, agents)
    files = tuple(_file(file, selection.get(file.path), readers) for file in change.files)
    excluded = not any(_counts(file, selection) for file in change.files)
    said = _notes(files, policy, tools, model_used, excluded=excluded)
    return Coverage(
        files=files,
        tools=tools,
        agents=agents,
        gaps=tuple(
            dict.fromkeys([*_gaps(change, files, selection, tools, agents, policy), *_unasked(files, agents, counts=True)])
        ),
        notes=tuple(dict.fromkeys([*said, *_unasked(files, agents, counts=False), *notes])),
    )


def _receipt(report: Report) -> Report:
    return report.model_copy(update={"findings": ()})


class _Readers:
    """Who read each path, and who should have and could not."""

    def __init__(self, tools: Sequence[ToolRun], agents: Sequence[Report]) -> None:
        self.by_path: defaultdict[str, dict[str, bool]] = defaultdict(dict)
        """Path -> reader -> whether it is an agent."""
        self.unasked: defaultdict[str, dict[str, list[str]]] = defaultdict(dict)
        """Path -> why no model read it -> for which agents."""
        self.counts: set[str] = set()
        """Paths whose review is incomplete for that."""
        for agent in agents:
            for gap in agent.unasked:
                for path in gap.paths:
                    self.unasked[path].setdefault(gap.reason, []).append(agent.agent)
                self.counts.update(gap.paths if gap.counts else ())
        self.failures: defaultdict[str, dict[str, list[str]]] = defaultdict(dict)
        """Path -> why it was not read -> by whom."""
        receipts: list[tuple[str, bool, ToolRun | Report]] = [(run.tool, False, run) for run in tools]
        receipts += [(report.agent, True, report) for report in agents]
        for name, is_agent, receipt in receipts:
            if receipt.outcome is Outcome.SKIPPED or name in _NO_READER:
                continue
            missed = {item.path for item in receipt.unread}
            for item in receipt.unread:
                names = self.failures[item.path].setdefault(item.reason, [])
                names += [] if name in names else [name]
            for path in receipt.read:
                if path not in missed:
                    self.by_path[path][name] = is_agent

    def of(self, path: str) -> tuple[str, ...]:
        """Names of who read it, sorted."""
        return tuple(sorted(self.by_path.get(path, ())))

    def has_agent(self, path: str) -> bool:
        """Whether an agent read it."""
        return any(self.by_path.get(path, {}).values())

    def untold(self, path: str) -> str:
        """What no model read of it, and why; empty where none was to."""
        said = (f"no model read it for {', '.join(names)}: {why}" for why, names in self.unasked.get(path, {}).items())
        return "; ".join(said)

    def is_reviewed(self, path: str) -> bool:
        """Whether someone who reads its kind did: for code, a scanner that reads anything is not enough."""
        names = self.by_path.get(path, {}).keys()
        return bool(names - _READS_ANYTHING) or (bool(names) and not is_code(path))


def _file(file: FileChange, exclusion: Exclusion | None, readers: _Readers) -> FileCoverage:
    by = readers.of(file.path)
    failures = readers.failures.get(file.path)
    reviewed, wanted, reason = False, True, ""
    if exclusion is not None:
        # An agent may read the diff of what no analyzer is given: dependencies in a lock file.
        reviewed, wanted, reason = readers.has_agent(file.path) and not exclusion.wanted, exclusion.wanted, exclusion.reason
    elif failures:
        told = [f"{', '.join(names)}: {why}" for why, names in failures.items()]
        reason = "; ".join([*told, *filter(None, [readers.untold(file.path)])])
    elif file.kind is ChangeKind.DELETED:
        reviewed, wanted = readers.has_agent(file.path), False
        reason = "" if reviewed else "deleted: nothing to read at the head"
    elif readers.is_reviewed(file.path):
        reviewed = True
    elif untold := readers.untold(file.path):
        wanted, reason = file.path in readers.counts, untold
    else:
        wanted = False
        only = f" (only {' and '.join(by)} looked)" if by else ""
        reason = f"{_UNSERVED}{only}"
    return FileCoverage(
        path=file.path,
        reviewed=reviewed,
        wanted=wanted,
        reason=_beside(readers.untold(file.path)) if reviewed and exclusion is None else reason,
        by=by,
        hunks=tuple(_hunks(file, reviewed, reason)),
    )


def _beside(untold: str) -> str:
    return f"rules and tools read it; {untold}" if untold else ""


def _hunks(file: FileChange, reviewed: bool, reason: str) -> Iterable[HunkCoverage]:
    why = "" if reviewed else reason
    for hunk in file.hunks:
        if hunk.new_count:
            yield HunkCoverage(line=hunk.new_start, count=hunk.new_count, reviewed=reviewed, reason=why)
        else:
            yield HunkCoverage(line=hunk.old_start, count=hunk.old_count, side=Side.LEFT, reviewed=reviewed, reason=why)


def _gaps(
    change: Change,
    files: Sequence[FileCoverage],
    selection: Mapping[str, Exclusion | None],
    tools: Sequence[ToolRun],
    agents: Sequence[Report],
    policy: Policy,
) -> Iterable[str]:
    for sentence in change.cut:
        yield _sentence(f"The change was not read in full: {sentence}")
    for name in sorted(set(policy.required)):
        states = [run for run in tools if run.tool == name]
        if not states:
            yield f"The analyzer {name}, which policy requires, did not run: it is not known here or was not asked."
        elif all(run.outcome is Outcome.SKIPPED and run.required for run in states):
            yield _sentence(f"The analyzer {name}, which policy requires, did not run: {states[0].reason or 'no reason given'}")
    for run in tools:
        if run.outcome in _ENDED:
            yield _sentence(f"{run.tool} {_ENDED[run.outcome]}" + (f": {run.reason}" if run.reason else ""))
        elif run.outcome is Outcome.SKIPPED and run.required and run.tool not in policy.required:
            yield _sentence(f"{run.tool}, which was asked for, did not run: {run.reason or 'no reason given'}")
    for report in agents:
        if report.outcome in _ENDED and report.reason != SHORT:
            yield _sentence(
                f"The {report.agent} agent {_ENDED[report.outcome]}" + (f": {report.reason}" if report.reason else "")
            )
    missed: defaultdict[str, list[str]] = defaultdict(list)
    for file in files:
        if file.wanted and not file.reviewed:
            missed[file.reason].append(file.path)
    for reason, paths in missed.items():
        number = "1 file was" if len(paths) == 1 else f"{len(paths):,} files were"
        yield _sentence(f"{number} not reviewed: {_listed(paths)} ({reason})")
    if files and not any(file.reviewed for file in files) and any(_counts(file, selection) for file in change.files):
        yield "Nothing in this change was reviewed."


def _unasked(files: Sequence[FileCoverage], agents: Sequence[Report], *, counts: bool) -> Iterable[str]:
    """What no model read, in one sentence for all agents and files."""
    gaps = [(report.agent, gap) for report in agents for gap in report.unasked if gap.counts is counts]
    if not gaps:
        return
    why: Counter[str] = Counter()
    words: dict[str, str] = {}
    for _, gap in gaps:
        alike = without_numbers(gap.reason)
        why[alike] += gap.parts
        words[alike] = min(words.get(alike, gap.reason), gap.reason)
    ordered = sorted(why, key=lambda alike: (-why[alike], alike))
    told = [words[alike] + (f" ({why[alike]:,})" if len(why) > 1 else "") for alike in ordered[:_REASONS]]
    told += [f"and {len(why) - _REASONS:,} more reasons"] if len(why) > _REASONS else []
    of = {agent: gap.of for agent, gap in gaps}
    missed, whole = sum(why.values()), sum(of.values())
    parts = f"{missed:,} of {whole:,} parts" if whole > 1 else "its part"
    paths = dict.fromkeys(path for _, gap in gaps for path in gap.paths)
    where = f", in {_listed(list(paths))}" if paths else ""
    read = sum(file.reviewed for file in files if file.path in paths)
    beside = f" Rules and tools read {_all(read, len(paths))}." if read else ""
    yield f"No model read {parts} of the change for {', '.join(of)}{where}: {'; '.join(told)}.{beside}"


def _all(number: int, of: int) -> str:
    if number == of:
        return "this file" if of == 1 else f"these {of:,} files"
    return f"{number:,} of these {of:,} files"


def _counts(file: FileChange, selection: Mapping[str, Exclusion | None]) -> bool:
    """Whether a review of nothing is a gap for this file: not where policy excludes it, or nothing of it is left to read."""
    exclusion = selection.get(file.path)
    return file.kind is not ChangeKind.DELETED and not (exclusion is not None and exclusion.by_policy)


def _notes(
    files: Sequence[FileCoverage], policy: Policy, tools: Sequence[ToolRun], model_used: bool, *, excluded: bool
) -> Iterable[str]:
    """`excluded`: there is no file that a review of nothing would be a gap for."""
    if not model_used:
        yield "No model reasoned about this change: the findings are those of analyzers and of fixed rules."
        if policy.instructions:
            yield "The policy's instructions were not read: they are for a model."
    if not files:
        yield "The change has no files."
    elif excluded and not any(file.reviewed for file in files):
        yield "Nothing was reviewed: policy excludes every file, or nothing of it is left to read."
    unserved = [file.path for file in files if not file.reviewed and file.reason.startswith(_UNSERVED)]
    if unserved:
        yield f"No analyzer or agent here reads {_listed(unserved)}."
    for run in tools:
        if run.outcome is Outcome.OK and run.reason:
            yield _sentence(f"{run.tool}: {run.reason}")


def _listed(paths: Sequence[str]) -> str:
    rest = len(paths) - _NAMED
    return ", ".join(paths[:_NAMED]) + (f" and {rest:,} more" if rest > 0 else "")


def _sentence(text: str) -> str:
    return text if text.endswith((".", "!", "?")) else f"{text}."
