"""The ledger against what a review found: new, carried, reopened, dismissed; and of the rest, what is truly fixed.

Findings and entries are paired one to one, the surest pairs first: equal fingerprint in the same file (through renames),
equal fingerprint in a file that was moved, equal line elsewhere in the file, similar line in the same symbol. An entry
without a finding is fixed only when a witness that raised it read its file again and kept quiet, or when its code is gone.
A tool that failed, or that was not there, fixes nothing.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from enum import Enum

from fusion.judging.fingerprint import normalise
from fusion.judging.ledger import DISMISSED, RESOLVED, Ledger, LedgerEntry, also
from fusion.model import Change, ChangeKind, Contents, Disposition, Ending, FileChange, Finding, Outcome, Report, State, ToolRun
from fusion.syntax import symbols

_LEFT = "its file is no longer part of the change"
OURS = "fusion"
"""The tool of evidence that an agent saw itself; the agent is the witness then."""
SIMILAR = 0.8
SIMILAR_TO_DISMISSED = 0.95
"""A dismissal was about one line: what differs more may be another flaw."""
_COMPARED = 400
"""Characters of a line that are compared."""
_CROWD = 60
"""Entries or findings of one symbol and family beyond which lines are not compared pairwise."""
_OF_MODEL = re.compile(r"\Amodel:(.*)")


class Fate(Enum):
    """What a finding is to the ledger."""

    NEW = "new"
    CARRIED = "carried"
    REOPENED = "reopened"
    DISMISSED = "dismissed"


class Rest(Enum):
    """What became of an entry that no finding matches."""

    FIXED = "fixed"
    UNCHECKED = "unchecked"
    """It could not be looked for: it stands, and says so."""
    LEFT = "left"
    """Its file is no longer part of the change, under another base: nobody here can say."""
    KEPT = "kept"
    """It was settled before and did not come back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unmatched:
    """An entry without a finding, what became of it, and how that is known."""

    entry: LedgerEntry
    rest: Rest
    how: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciliation:
    """`fates` and `entries` follow the findings; `entries` has None for new ones."""

    fates: tuple[Fate, ...]
    entries: tuple[LedgerEntry | None, ...]
    unmatched: tuple[Unmatched, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """Who looked where: witness -> head paths it read, and paths it was given and could not read."""

    read: Mapping[str, frozenset[str]] = field(default_factory=dict)
    failed: Mapping[str, frozenset[str]] = field(default_factory=dict)
    broken: frozenset[str] = frozenset()
    """Witnesses whose run did not end well: what they have not read, they should have."""
    quiet: frozenset[str] = frozenset()
    """Witnesses whose silence means nothing: their results were cut."""
    partial: frozenset[str] = frozenset()
    """Witnesses that ran with a reservation; their silence about a line that is still there means nothing."""

    def has_read(self, witness: str, path: str) -> bool:
        """Whether it read the file and would have said what it saw."""
        return witness not in self.quiet and path in self.read.get(witness, ()) and path not in self.failed.get(witness, ())

    def has_failed(self, witness: str, path: str) -> bool:
        """Whether it should have read the file and did not."""
        return path in self.failed.get(witness, ()) or (witness in self.broken and not self.has_read(witness, path))


def looked(runs: Sequence[ToolRun], reports: Sequence[Report]) -> Looked:
    """Who looked where, from the receipts of tools and agents. An agent's witness name is `agent:` and its name, its model's
    `model:` and the agent's name: a host without a model has not looked for what one found. The reports are those of single
    tasks: of an agent's parts some may have been answered."""
    read: defaultdict[str, set[str]] = defaultdict(set)
    failed: defaultdict[str, set[str]] = defaultdict(set)
    outcomes: defaultdict[str, set[Outcome]] = defaultdict(set)
    partial: set[str] = set()
    receipts: list[tuple[str, ToolRun | Report]] = [(run.tool, run) for run in runs]
    ruled = {report.agent for report in reports if not report.reasoned}
    # What a model looked at is no word of the agent's rules, and the other way round.
    receipts += [(f"agent:{report.agent}", report) for report in reports if not (report.reasoned and report.agent in ruled)]
    for report in reports:
        if not report.reasoned or report.outcome is Outcome.SKIPPED:
            continue
        witness = f"model:{report.agent}"
        failed[witness].update(item.path for item in report.unread)
        if report.outcome is not Outcome.OK:
            # One part that failed or was given up says nothing of what was asked about the others.
            outcomes[witness].add(Outcome.FAILED)
        elif any(call.ending is Ending.OK for call in report.calls):
            read[witness].update(report.read)
    for witness, receipt in receipts:
        failed[witness].update(item.path for item in receipt.unread)
        outcomes[witness].add(receipt.outcome)
        if receipt.outcome is not Outcome.SKIPPED:
            read[witness].update(receipt.read)
        if receipt.outcome is Outcome.OK and receipt.reason:
            partial.add(witness)
    return Looked(
        read={name: frozenset(paths) for name, paths in read.items()},
        failed={name: frozenset(paths) for name, paths in failed.items()},
        broken=frozenset(name for name, ended in outcomes.items() if ended - {Outcome.OK, Outcome.SKIPPED}),
        quiet=frozenset(name for name, ended in outcomes.items() if Outcome.CUT in ended),
        partial=frozenset(partial),
    )


def witnesses(finding: Finding) -> frozenset[str]:
    """Who must look again before a finding counts as fixed: its tools, its agent or the agent's model, whoever saw it."""
    tools = {evidence.tool for evidence in finding.evidence}
    if not tools and finding.votes:
        return frozenset(
            f"model:{name}" for name in (finding.agent, *(echo.agent for echo in finding.echoes if not echo.draft))
        )
    named = frozenset(tools - {OURS})
    return named | {f"agent:{finding.agent}"} if OURS in tools or not tools else named


def reconcile(
    ledger: Ledger, findings: Sequence[Finding], change: Change, contents: Contents, looked: Looked
) -> Reconciliation:
    """Pair findings with entries and say what became of the entries that are left."""
    paths = _Paths(change)
    entries = ledger.entries
    taken: dict[int, int] = {}
    """Index of an entry -> index of its finding."""
    for keys_of_entry, keys_of_finding in (
        (lambda e: [(p, e.fingerprint) for p in paths.now(e)], lambda f: [(f.location.path, f.fingerprint)]),
        (lambda e: [(p, k) for p in paths.now(e) for k in _keys(e)], lambda f: [(f.location.path, k) for k in _prints(f)]),
        (lambda e: _keys(e) if _may_have_moved(e, paths, change) else [], _prints),
        (
            lambda e: [(p, e.family, normalise(e.line)) for p in paths.now(e) if e.line],
            lambda f: [(f.location.path, f.family, normalise(f.snippet.partition("\n")[0]))],
        ),
    ):
        _pair(entries, findings, taken, keys_of_entry, keys_of_finding)
    _pair_similar(entries, findings, taken, paths)
    by_finding = {finding: entry for entry, finding in taken.items()}
    matched = [entries[by_finding[index]] if index in by_finding else None for index in range(len(findings))]
    return Reconciliation(
        fates=tuple(_fate(entry) for entry in matched),
        entries=tuple(matched),
        unmatched=tuple(
            _rest(entry, paths, contents, looked, change) for index, entry in enumerate(entries) if index not in taken
        ),
    )


def _may_have_moved(entry: LedgerEntry, paths: _Paths, change: Change) -> bool:
    """Whether its code may lie in another file now. A dismissal goes along only where the code is known to have left its own
    file: a second place that reads the same may be another flaw."""
    if paths.is_touched(entry):
        return False
    return entry.disposition.state not in DISMISSED or (entry.in_change and _is_as_on_base(entry, change))


def _is_as_on_base(entry: LedgerEntry, change: Change) -> bool:
    """Whether a file that the change no longer touches is what it was before the change."""
    return bool(entry.base) and entry.base == change.base


class _Paths:
    """Where an entry's file is now."""

    def __init__(self, change: Change) -> None:
        self.by_head = {file.path: file for file in change.files if file.kind is not ChangeKind.DELETED}
        self.deleted = {file.base_path for file in change.files if file.kind is ChangeKind.DELETED}
        self.by_base: dict[str, FileChange] = {}
        for file in change.files:
            if file.kind is not ChangeKind.COPIED:
                self.by_base.setdefault(file.base_path, file)

    def now(self, entry: LedgerEntry) -> list[str]:
        """Its paths in this change, the likeliest first."""
        found = [entry.path]
        for known in (entry.path, entry.base_path):
            if known and known in self.by_base and entry.path not in self.by_head:
                found.append(self.by_base[known].path)
        return list(dict.fromkeys(found))

    def file(self, entry: LedgerEntry) -> FileChange | None:
        """The file of the change that it lies in; None when the change does not touch it."""
        for path in self.now(entry):
            if path in self.by_head:
                return self.by_head[path]
        return None

    def is_touched(self, entry: LedgerEntry) -> bool:
        return self.file(entry) is not None


def _prints(finding: Finding) -> list[str]:
    return [finding.fingerprint, *also(finding)]


def _keys(entry: LedgerEntry) -> list[str]:
    return [entry.fingerprint, *entry.also]


def _pair(
    entries: Sequence[LedgerEntry],
    findings: Sequence[Finding],
    taken: dict[int, int],
    keys_of_entry: Callable[[LedgerEntry], Sequence[Hashable]],
    keys_of_finding: Callable[[Finding], Sequence[Hashable]],
) -> None:
    """Pair what shares a key and is not paired yet; among equals the nearest lines, in order."""
    free: defaultdict[Hashable, list[int]] = defaultdict(list)
    for index, entry in enumerate(entries):
        if index not in taken:
            for key in keys_of_entry(entry):
                free[key].append(index)
    used = set(taken.values())
    for number, finding in enumerate(findings):
        if number in used:
            continue
        candidates = [index for key in keys_of_finding(finding) for index in free.get(key, ()) if index not in taken]
        if candidates:
            line = finding.location.line
            best = min(candidates, key=lambda index: (abs(entries[index].finding.location.line - line), index))
            taken[best] = number


def _pair_similar(entries: Sequence[LedgerEntry], findings: Sequence[Finding], taken: dict[int, int], paths: _Paths) -> None:
    """Second chance: the same kind of flaw in the same symbol and file, on a line that was edited a little."""
    used = set(taken.values())
    left: defaultdict[tuple[str, str, str], list[int]] = defaultdict(list)
    for number, finding in enumerate(findings):
        if number not in used:
            left[finding.location.path, finding.family, finding.symbol].append(number)
    groups: defaultdict[tuple[str, str, str], list[int]] = defaultdict(list)
    for index, entry in enumerate(entries):
        if index not in taken:
            for path in paths.now(entry):
                if (key := (path, entry.family, entry.symbol)) in left:
                    groups[key].append(index)
    pairs = sorted(
        pair
        for key, candidates in groups.items()
        if len(candidates) <= _CROWD and len(left[key]) <= _CROWD
        for pair in _similar(entries, findings, candidates, left[key])
    )
    for _, _, index, number in pairs:
        if index not in taken and number not in used:
            taken[index] = number
            used.add(number)


def _similar(
    entries: Sequence[LedgerEntry], findings: Sequence[Finding], candidates: Sequence[int], numbers: Sequence[int]
) -> Iterator[tuple[float, int, int, int]]:
    for number in numbers:
        matcher = SequenceMatcher(autojunk=False)
        matcher.set_seq2(normalise(findings[number].snippet.partition("\n")[0])[:_COMPARED])
        for index in candidates:
            entry = entries[index]
            matcher.set_seq1(normalise(entry.line)[:_COMPARED])
            least = SIMILAR_TO_DISMISSED if entry.disposition.state in DISMISSED else SIMILAR
            if matcher.real_quick_ratio() >= least and matcher.quick_ratio() >= least and (ratio := matcher.ratio()) >= least:
                distance = abs(entry.finding.location.line - findings[number].location.line)
                yield -ratio, distance, index, number


def _fate(entry: LedgerEntry | None) -> Fate:
    if entry is None:
        return Fate.NEW
    if entry.disposition.state in DISMISSED:
        return Fate.DISMISSED
    return Fate.REOPENED if entry.disposition.state is State.ADDRESSED else Fate.CARRIED


def _rest(entry: LedgerEntry, paths: _Paths, contents: Contents, looked: Looked, change: Change) -> Unmatched:
    if entry.disposition.state is State.WONT_FIX and entry.disposition.how == RESOLVED:
        # Whoever mends code often resolves its thread too, and means no more by it.
        standing = entry.model_copy(update={"disposition": Disposition(state=State.CARRIED)})
        found = _rest(standing, paths, contents, looked, change)
        return Unmatched(entry=entry, rest=found.rest if found.rest is Rest.FIXED else Rest.KEPT, how=found.how)
    if not entry.stands:
        return Unmatched(entry=entry, rest=Rest.KEPT)
    who = witnesses(entry.finding)
    if paths.is_touched(entry):
        return _in_change(entry, paths, contents, looked, who)
    if entry.path in paths.deleted or entry.base_path in paths.deleted:
        return Unmatched(entry=entry, rest=Rest.FIXED, how="its file was deleted")
    if silent := {witness for witness in who if looked.has_read(witness, entry.path)}:
        return Unmatched(entry=entry, rest=Rest.FIXED, how=_read_again(silent))
    broken = sorted(witness for witness in who if looked.has_failed(witness, entry.path))
    if change.cut:
        return Unmatched(entry=entry, rest=Rest.UNCHECKED, how="the change was not fetched in full")
    if not entry.in_change:
        # It lies in a file that the change should have touched: only its witness can say.
        alive = not broken and any(witness in looked.read for witness in who)
        how = f"{_names(sorted(who))} ran again and did not report it"
        return Unmatched(entry=entry, rest=Rest.FIXED, how=how) if alive else _unchecked(entry, who, broken)
    if _is_as_on_base(entry, change):
        return Unmatched(entry=entry, rest=Rest.FIXED, how="its file is as it was on the base again")
    # Said once; after that it is settled unless the file comes back.
    told = entry.disposition.state is State.STALE and entry.disposition.how == _LEFT
    return Unmatched(entry=entry, rest=Rest.KEPT if told else Rest.LEFT, how=_LEFT)


def _in_change(entry: LedgerEntry, paths: _Paths, contents: Contents, looked: Looked, who: frozenset[str]) -> Unmatched:
    file = paths.file(entry)
    path = file.path if file else entry.path
    broken = sorted(witness for witness in who if looked.has_failed(witness, path))
    present = _has_line(entry, path, contents)
    silent = {witness for witness in who if looked.has_read(witness, path) and not (present and witness in looked.partial)}
    if silent and not broken:
        return Unmatched(entry=entry, rest=Rest.FIXED, how=_read_again(silent))
    if not present and _is_gone(entry, path, contents):
        return Unmatched(entry=entry, rest=Rest.FIXED, how="its code is gone")
    return _unchecked(entry, who, broken)


def _unchecked(entry: LedgerEntry, who: frozenset[str], broken: Sequence[str]) -> Unmatched:
    verb = "could not read it again" if broken else "did not look at it again"
    return Unmatched(entry=entry, rest=Rest.UNCHECKED, how=f"{_names(broken or sorted(who))} {verb}")


def _read_again(silent: Iterable[str]) -> str:
    return f"{_names(sorted(silent))} read the file again and did not report it"


def _names(names: Sequence[str]) -> str:
    *first, last = (_OF_MODEL.sub(r"a model for \1", name).removeprefix("agent:") for name in names)
    return f"{', '.join(first)} and {last}" if first else last


def _has_line(entry: LedgerEntry, path: str, contents: Contents) -> bool:
    """Whether the line stands in the file as it did; true where that cannot be told."""
    data = contents.head.get(path)
    if data is None or not entry.line:
        return True
    line = normalise(entry.line)
    return any(normalise(candidate) == line for candidate in data.decode("utf-8", "replace").split("\n"))


def _is_gone(entry: LedgerEntry, path: str, contents: Contents) -> bool:
    """Whether the symbol around the line is gone too; a line alone may have been edited."""
    text = contents.head[path].decode("utf-8", "replace")
    return bool(entry.symbol) and all(symbol.name != entry.symbol for symbol in symbols(path, text))
