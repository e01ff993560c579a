"""What several witnesses say about one place becomes one finding, with all of them as its evidence.

Findings are one when they lie on the same or touching lines of a file and are of the same family, or share a CWE on the same
lines, or would read the same; models' opinions of different agents also when they say the same in other words (`echoes`). Two
results of one rule on two lines are two flaws and stay two.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Collection, Hashable, Iterable, Sequence

from fusion.judging.echoes import echoes, is_draft, together
from fusion.judging.fingerprint import normalise
from fusion.model import Category, Confidence, Evidence, Finding, Fix, Vote

PREFERENCE = (
    Category.SECURITY,
    Category.CORRECTNESS,
    Category.COMPLIANCE,
    Category.TESTS,
    Category.DOCUMENTATION,
    Category.MAINTAINABILITY,
)
"""Which category speaks first about one line."""
_LONG = 30
"""Lines from which a range means a whole function: it is one place with another only where both begin."""


def merge(findings: Iterable[Finding]) -> list[Finding]:
    """One finding per flaw, ordered by path and line; the order of the input does not matter."""
    by_file: defaultdict[tuple[str, str], list[Finding]] = defaultdict(list)
    unique = {finding.model_dump_json(): finding for finding in findings}
    for _, finding in sorted(unique.items(), key=lambda item: (*_range(item[1]), item[1].family, item[0])):
        by_file[finding.location.path, finding.location.side].append(finding)
    merged: list[Finding] = []
    for key in sorted(by_file):
        merged += _distinct(_once([joined(group) for group in _groups(by_file[key])]))
    return merged


def _once(findings: Sequence[Finding]) -> list[Finding]:
    """The findings of one file, with those that different agents' models said in other words made one."""
    groups = together(findings)
    taken = {place for group in groups for place in group}
    alone = [finding for place, finding in enumerate(findings) if place not in taken]
    return [*alone, *(joined([findings[place] for place in group]) for group in groups)]


class _Group:
    """Findings that are one so far."""

    def __init__(self) -> None:
        self.findings: list[Finding] = []
        self.end = 0
        self.tools: set[str] = set()
        self.lines: dict[tuple[str, str], int] = {}

    def add(self, finding: Finding) -> None:
        self.findings.append(finding)
        self.end = max(self.end, finding.location.end_line)
        self.tools |= _tools(finding)
        for item in finding.evidence:
            self.lines[item.tool, item.rule] = item.location.line

    def takes(self, finding: Finding) -> bool:
        """Whether it is the same flaw; where one rule speaks of two lines, it speaks of two flaws."""
        if any(self.lines.get((item.tool, item.rule), item.location.line) != item.location.line for item in finding.evidence):
            return False
        return any(_is_same(finding, item) for item in self.findings)

    def touches(self, other: _Group) -> bool:
        """Whether other tools put their finger on the next line of the same flaw."""
        return self.tools.isdisjoint(other.tools) and any(
            one.family == two.family and _is_near(one, two) for one in self.findings for two in other.findings
        )


def _groups(findings: Sequence[Finding]) -> list[list[Finding]]:
    """The findings of one file, sorted by line, in groups that are one flaw each."""
    groups: list[_Group] = []
    index: defaultdict[Hashable, list[_Group]] = defaultdict(list)
    for finding in findings:
        keys: list[Hashable] = [finding.family, *finding.cwe, _text(finding)]
        candidates = dict.fromkeys(group for key in keys for group in index[key])
        home = next((group for group in candidates if group.takes(finding)), None)
        if home is None:
            groups.append(home := _Group())
        home.add(finding)
        for key in keys:
            # Findings come by line, so a group that ends before this one begins takes no more.
            index[key] = [group for group in index[key] if group.end >= finding.location.line and group is not home] + [home]
    return [group.findings for group in _touching(groups)]


def _touching(groups: Sequence[_Group]) -> list[_Group]:
    """Join groups on neighbouring lines, once what shares a line is together."""
    joined: list[_Group] = []
    last: defaultdict[str, list[_Group]] = defaultdict(list)
    for group in groups:
        families = sorted({finding.family for finding in group.findings})
        start = group.findings[0].location.line
        near = (home for family in families for home in last[family] if home.touches(group))
        home = next(near, None)
        if home is None:
            joined.append(home := group)
        else:
            for finding in group.findings:
                home.add(finding)
        for family in families:
            last[family] = [item for item in last[family] if item.end + 1 >= start and item is not home] + [home]
    return joined


def _is_same(one: Finding, other: Finding) -> bool:
    if one.location.line == other.location.line and _text(one) == _text(other):
        return True
    if not (one.family == other.family or not set(one.cwe).isdisjoint(other.cwe)):
        return False
    return _overlap(one, other) and _is_near(one, other)


def _is_near(one: Finding, other: Finding) -> bool:
    a, b = one.location, other.location
    if max(a.end_line - a.line, b.end_line - b.line) >= _LONG:
        return abs(a.line - b.line) <= 1
    return a.line <= b.end_line + 1 and b.line <= a.end_line + 1


def _range(finding: Finding) -> tuple[int, int]:
    return finding.location.line, finding.location.end_line


def _overlap(one: Finding, other: Finding) -> bool:
    return one.location.line <= other.location.end_line and other.location.line <= one.location.end_line


def _text(finding: Finding) -> tuple[str, str]:
    return normalise(finding.title).lower(), normalise(finding.body).lower()


def _tools(finding: Finding) -> set[str]:
    return {item.tool for item in finding.evidence} or {f"agent:{finding.agent}"}


def joined(group: Sequence[Finding]) -> Finding:
    """The one finding that all of the group are, with all their witnesses; several of different lineage make it surer."""
    if len(group) == 1 and len(group[0].evidence) < 2:
        return group[0]
    # An opinion beside evidence neither speaks for it nor makes it graver or surer: else it would help to block.
    backed = [finding for finding in group if finding.evidence] or group
    # Nor does a draft beside the flaw that it is for.
    backed = [finding for finding in backed if not is_draft(finding)] or backed
    lead = min(backed, key=_weight)
    evidence = {item.id: item for finding in group for item in sorted(finding.evidence, key=lambda e: e.model_dump_json())}
    witnesses = tuple(sorted(evidence.values(), key=lambda item: (item.tool, item.rule, item.id)))
    confidence = max((finding.confidence for finding in backed), key=lambda item: item.rank)
    if len({_lineage(item) for item in witnesses}) > 1:
        confidence = _surer(confidence)
    return lead.model_copy(
        update={
            "severity": max((finding.severity for finding in backed), key=lambda item: item.rank),
            "confidence": confidence,
            "cwe": tuple(sorted({number for finding in group for number in finding.cwe})),
            "evidence": witnesses,
            "weight": _named({finding.weight for finding in backed}),
            "accepted": _accepted(backed),
            "fix": best_fix([finding.fix for finding in group] + [item.fix for item in witnesses]),
            "votes": tuple(dict.fromkeys(vote for finding in sorted(group, key=_weight) for vote in _votes(finding, lead))),
            "echoes": echoes(lead, group),
            "draft": lead.draft or next((finding.draft for finding in sorted(group, key=_weight) if finding.draft), ""),
        }
    )


def _named(weights: Collection[str]) -> str:
    """Together they block where one does by name, and only inform where each does."""
    return "blocks" if "blocks" in weights else "informs" if set(weights) == {"informs"} else ""


def _accepted(findings: Sequence[Finding]) -> str:
    """Accepted where each of them is."""
    said = dict.fromkeys(finding.accepted for finding in findings)
    return " ".join(said) if all(said) else ""


def _votes(finding: Finding, lead: Finding) -> tuple[Vote, ...]:
    """The votes that count for what it is one with: who read a draft again did not read the flaw."""
    mixed = is_draft(finding) and not is_draft(lead)
    return tuple(vote for vote in finding.votes if vote.by == "finder") if mixed else finding.votes


def is_traced(finding: Finding) -> bool:
    """Whether a witness shows the way that leads there, and not just the place."""
    return any(len(item.trace) > 1 for item in finding.evidence)


def _weight(finding: Finding) -> tuple[bool, int, int, bool, int, int, str]:
    """Least for the one that speaks for the others."""
    return (
        not is_traced(finding),
        -finding.severity.rank,
        -finding.confidence.rank,
        not finding.evidence,
        PREFERENCE.index(finding.category),
        finding.location.end_line - finding.location.line,
        finding.model_dump_json(),
    )


def _lineage(evidence: Evidence) -> str:
    """Tools whose rules are ports of each other's are one witness: ruff's S rules are bandit's, semgrep begot opengrep."""
    if evidence.tool == "ruff" and evidence.rule.startswith("S"):
        return "bandit"
    return "opengrep" if evidence.tool == "semgrep" else evidence.tool


def _surer(confidence: Confidence) -> Confidence:
    order = list(Confidence)
    return order[max(0, order.index(confidence) - 1)]


def best_fix(fixes: Iterable[Fix | None]) -> Fix | None:
    """The fix to offer: a verified one before a safe one, the smallest of those."""
    known = [fix for fix in fixes if fix is not None]
    return min(
        known,
        key=lambda fix: (not fix.verified, not fix.safe, sum(len(edit.text) for edit in fix.edits), fix.model_dump_json()),
        default=None,
    )


def _distinct(findings: Iterable[Finding]) -> list[Finding]:
    """No two findings of a file with one fingerprint: tools count equal lines each for themselves."""
    seen: defaultdict[str, int] = defaultdict(int)
    result = []
    for finding in sorted(findings, key=lambda item: (item.location.line, item.location.end_line, item.model_dump_json())):
        number = seen[finding.fingerprint]
        seen[finding.fingerprint] += 1
        if number:
            digest = hashlib.sha256(f"{finding.fingerprint}\0{number}".encode()).hexdigest()
            finding = finding.model_copy(update={"fingerprint": digest})
        result.append(finding)
    return result
