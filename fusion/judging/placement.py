"""Where each finding is shown: on its line, in the summary, or only in the JSON; and in which order.

The best are few and on their lines, the rest are in the summary, and each says why it is where it is.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fusion.changes.diff import added_lines, anchor
from fusion.changes.patterns import spec as path_spec
from fusion.changes.roles import is_document, is_example, is_test
from fusion.changes.selection import Exclusion
from fusion.judging.ledger import LedgerEntry
from fusion.judging.merge import PREFERENCE
from fusion.judging.reconcile import Fate
from fusion.model import (
    Category,
    Change,
    ChangeKind,
    Confidence,
    Contents,
    FileChange,
    Finding,
    Location,
    Placement,
    Severity,
    Side,
)
from fusion.policy import Policy
from fusion.syntax import Symbol, symbols

LOW_PER_FILE = 3
"""Inline comments of low severity per file."""
ALIKE_PER_FILE = 2
"""Inline comments of one family per file, where the flaw is not both severe and likely: who has read two knows the third."""
_SEVERITY = {Severity.CRITICAL: 16.0, Severity.HIGH: 8.0, Severity.MEDIUM: 4.0, Severity.LOW: 2.0, Severity.INFO: 1.0}
_CONFIDENCE = {Confidence.CERTAIN: 1.0, Confidence.LIKELY: 0.8, Confidence.POSSIBLE: 0.5}
_IN_TESTS, _IN_EXAMPLES, _UNTOUCHED_LINE, _PRIVATE = 0.6, 0.4, 0.7, 0.9
BLOCKS_FROM = Confidence.LIKELY


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A finding with what the ledger knows of it."""

    finding: Finding
    fate: Fate
    entry: LedgerEntry | None


class Ground:
    """What the change says about places: added lines, anchors, public symbols. Worked out once per file."""

    def __init__(self, change: Change, contents: Contents) -> None:
        self.whole_tree = change.whole_tree
        self._contents = contents
        self._by_head = {file.path: file for file in change.files if file.kind is not ChangeKind.DELETED}
        self._by_base = {file.base_path: file for file in change.files}
        self._added: dict[str, frozenset[int]] = {}
        self._symbols: dict[str, Sequence[Symbol]] = {}

    def file(self, location: Location) -> FileChange | None:
        """The file of the change that a location lies in."""
        sides = self._by_head if location.side is Side.RIGHT else self._by_base
        return sides.get(location.path)

    def anchored(self, finding: Finding) -> Location | None:
        """Where a comment about the finding can be put: at its place, or where one of its witnesses points.

        A whole tree has no diff, so that every place will do.
        """
        if self.whole_tree:
            return finding.location
        file = self.file(finding.location)
        if file is None:
            return None
        places = [finding.location, *(item.location for item in finding.evidence)]
        return next((found for place in places if (found := anchor(file, place)) is not None), None)

    def reach(self, finding: Finding) -> float:
        """How much of the world the finding's code reaches, 0 to 1: production before tests before examples."""
        path = finding.location.path
        reach = _IN_EXAMPLES if is_example(path) or is_document(path) else _IN_TESTS if is_test(path) else 1.0
        if not self._is_on_added_line(finding.location):
            reach *= _UNTOUCHED_LINE
        return reach if self._is_public(finding) else reach * _PRIVATE

    def _is_on_added_line(self, location: Location) -> bool:
        file = self.file(location)
        if file is None or location.side is Side.LEFT:
            return self.whole_tree
        if file.path not in self._added:
            self._added[file.path] = added_lines(file)
        lines = self._added[file.path]
        return self.whole_tree or any(
            line in lines for line in range(location.line, min(location.end_line, location.line + 500) + 1)
        )

    def _is_public(self, finding: Finding) -> bool:
        path = finding.location.path
        if not finding.symbol:
            return True
        if path not in self._symbols:
            self._symbols[path] = symbols(path, self._contents.head.get(path, b"").decode("utf-8", "replace"))
        found = [symbol for symbol in self._symbols[path] if symbol.name == finding.symbol]
        return not found or any(symbol.public for symbol in found)


class Floors:
    """The lowest severity that is shown, by path; the last floor that matches counts."""

    def __init__(self, policy: Policy) -> None:
        self._floors = [(path_spec(floor.paths), floor.severity) for floor in reversed(policy.floors)]

    def at(self, path: str) -> Severity:
        """The floor of a path; info where there is none."""
        return next((severity for spec, severity in self._floors if spec.match_file(path)), Severity.INFO)


def softened(finding: Finding) -> Finding:
    """Security findings in tests are one step less severe than their evidence: fixtures look like flaws on purpose."""
    if finding.category is not Category.SECURITY or not is_test(finding.location.path):
        return finding
    strongest = max((item.severity for item in finding.evidence), key=lambda item: item.rank, default=finding.severity)
    # An agent may have lowered it already; once is enough.
    severity = min(finding.severity, strongest.lowered(), key=lambda item: item.rank)
    return finding.model_copy(update={"severity": severity})


def suppression(finding: Finding) -> str:
    """The author's comment on this place, whichever witness it is addressed to: they all say the same about one place.

    Whoever writes `# noqa: S608` has looked at the statement; that bandit reads another comment is no reason to block it.
    """
    return next((item.suppressed for item in finding.evidence if item.suppressed), "")


def rank(finding: Finding, ground: Ground) -> tuple[float, int, str, int, str, str]:
    """Least for the best: severity x confidence x reach, then category, then place."""
    score = round(_SEVERITY[finding.severity] * _CONFIDENCE[finding.confidence] * ground.reach(finding), 6)
    preference = PREFERENCE.index(finding.category)
    return -score, preference, finding.location.path, finding.location.line, finding.family, finding.fingerprint


def placed(
    items: Sequence[Judged],
    ground: Ground,
    policy: Policy,
    selection: Mapping[str, Exclusion | None],
) -> list[Finding]:
    """The findings, in the order given, each with its placement, why it is there, and whether it blocks."""
    floors = Floors(policy)
    taken: defaultdict[tuple[str, Side, int], list[Category]] = defaultdict(list)
    low: Counter[str] = Counter()
    alike: Counter[tuple[str, str]] = Counter()
    room = policy.caps.inline
    result = []
    for item in items:
        excuse = suppression(item.finding) if policy.suppressions != "ignore" else ""
        finding = item.finding.model_copy(update={"excused": excuse})
        why = _hidden(item, policy, floors, selection)
        if why:
            result.append(finding.model_copy(update={"placement": Placement.HIDDEN, "why_placed": why, "blocking": False}))
            continue
        why = _summary(item, policy)
        if not why and room == 0:
            why = f"over the limit of {policy.caps.inline} inline comments (caps.inline)"
        place = None if why else ground.anchored(finding)
        if not why:
            why = "its line is not part of the diff" if place is None else _crowded(finding, place, taken, low, alike)
        update: dict[str, object] = {"blocking": blocks(finding, policy), "placement": Placement.SUMMARY, "why_placed": why}
        if place is not None and not why:
            room -= 1
            alike[place.path, finding.family] += 1
            low[place.path] += finding.severity is Severity.LOW
            taken[place.path, place.side, place.end_line].append(finding.category)
            update |= {"placement": Placement.INLINE, "location": place, "why_placed": _inline(item)}
        result.append(finding.model_copy(update=update))
    return result


def blocks(finding: Finding, policy: Policy) -> bool:
    """Whether a finding that is neither dismissed nor hidden blocks the change."""
    grave = finding.weight == "blocks" or (not finding.weight and finding.severity.rank >= policy.block.rank)
    sure = finding.confidence.rank >= BLOCKS_FROM.rank and bool(finding.evidence)
    return grave and sure and not finding.excused and not finding.accepted


def is_verified(finding: Finding) -> bool:
    """Whether a reader with fresh eyes supports what a model found, and nobody refutes it."""
    said = {vote.says for vote in finding.votes if vote.by != "finder"}
    return "supported" in said and "refuted" not in said and finding.confidence.rank >= Confidence.LIKELY.rank


def _hidden(item: Judged, policy: Policy, floors: Floors, selection: Mapping[str, Exclusion | None]) -> str:
    finding = item.finding
    if item.fate is Fate.DISMISSED and item.entry is not None:
        said = item.entry.disposition
        return f"dismissed as {said.state.value.replace('_', ' ')}" + (f" by {said.by}" if said.by else "")
    exclusion = selection.get(finding.location.path)
    if exclusion is not None and exclusion.by_policy:
        return exclusion.reason
    if policy.suppressions == "honour" and (comment := suppression(finding)):
        return f"the author suppressed it: {comment}"
    floor = floors.at(finding.location.path)
    if finding.weight == "blocks":
        return ""
    return f"below the floor for this path ({floor.value})" if finding.severity.rank < floor.rank else ""


def _summary(item: Judged, policy: Policy) -> str:
    finding = item.finding
    if item.fate is Fate.CARRIED and item.entry is not None and item.entry.shown is not Placement.HIDDEN:
        return "said before"
    if finding.severity is Severity.INFO:
        return "for information only"
    if policy.suppressions == "show" and (comment := suppression(finding)):
        return f"the author suppressed it: {comment}"
    if finding.accepted:
        return f"accepted for a time: {finding.accepted}"
    if finding.cleared:
        return f"data flow finds it harmless: {finding.cleared}"
    if not finding.evidence and not is_verified(finding):
        return "an opinion that no second reader has confirmed" if finding.votes else "it has no evidence"
    if not finding.evidence and finding.category in (Category.TESTS, Category.DOCUMENTATION):
        return "a draft, and no fault of the code"
    if finding.severity is Severity.LOW and finding.confidence is Confidence.POSSIBLE:
        return "of low severity and only possible"
    return ""


def _crowded(
    finding: Finding,
    place: Location,
    taken: Mapping[tuple[str, Side, int], Sequence[Category]],
    low: Mapping[str, int],
    alike: Mapping[tuple[str, str], int],
) -> str:
    if finding.severity is Severity.LOW and low.get(place.path, 0) >= LOW_PER_FILE:
        return f"over {LOW_PER_FILE} inline comments of low severity in this file"
    grave = finding.severity.rank >= Severity.HIGH.rank and finding.confidence.rank >= BLOCKS_FROM.rank
    if not grave and alike.get((place.path, finding.family), 0) >= ALIKE_PER_FILE:
        return f"over {ALIKE_PER_FILE} inline comments of this kind in this file"
    there = taken.get((place.path, place.side, place.end_line), ())
    better = [category for category in there if PREFERENCE.index(category) < PREFERENCE.index(finding.category)]
    if better:
        return f"its line carries a {better[0].value} comment"
    # Long and complex, unpinned and new: one comment brings the reader there, the summary has the rest.
    return "its line carries a comment already" if there and finding.severity is Severity.LOW else ""


def _inline(item: Judged) -> str:
    if item.fate is Fate.REOPENED and item.entry is not None:
        commit = item.entry.disposition.commit[:12]
        return "it was addressed and is back" + (f" (addressed at {commit})" if commit else "")
    return "on a line of the diff"
