"""Tests that check less than before: removed, with fewer assertions, with looser ones, or new and without any."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from agents.checks.assertions import TestCase, TestFile, asserting, test_file
from fusion.changes.roles import is_example, is_production, is_test_code
from fusion.model import Category, Confidence, Severity, Side
from fusion.reading.comparison import Comparison
from fusion.reading.observation import Observation, at, listed, quoted
from fusion.syntax import symbols

_SMOKE = re.compile(
    r"smoke|import|success|valid|hashable|accept|pass|allow|"
    r"does_?n[o']?t_?_?(?:raise|throw|crash|fail)|no_(?:error|exception|crash)|without_error|runs|works",
    re.I,
)
_FILES = 3
"""Test files of which the same is told one by one."""
_ENDING = re.compile(r"deprecat|legacy|obsolete", re.I)
"""Tests of what is on its way out go when it goes."""


def weakened(comparisons: Sequence[Comparison], context: Mapping[str, str]) -> Iterator[Observation]:
    """Compare the tests of every changed test file, all together so that tests that moved are seen."""
    pairs = [
        (item, test_file(item.base_path, item.before), test_file(item.path, item.after))
        for item in comparisons
        if (is_test_code(item.path) or is_test_code(item.base_path)) and not is_example(item.path)
    ]
    if not pairs:
        return
    gone = _removed_names(comparisons)
    present = {name for _, _, after in pairs for name in _simple(after.cases)}
    texts = {case.text for _, _, after in pairs for case in after.cases.values()}
    earlier = {case.text for _, before, _ in pairs for case in before.cases.values()}
    elsewhere = {word for path, text in context.items() if is_test_code(path) for word in re.findall(r"\w+", text)}
    gone_with_files: list[tuple[Comparison, list[TestCase]]] = []
    idle: list[tuple[Comparison, list[TestCase]]] = []
    for item, before, after in pairs:
        removed = [
            case
            for name, case in before.cases.items()
            if name not in after.cases
            and name.rpartition(".")[2] not in present
            and case.text not in texts
            and not case.words & gone
            and not _ENDING.search(name)
            and name.rpartition(".")[2] not in elsewhere
        ]
        if removed and not _is_replaced(before, after, len(removed)):
            if item.exists:
                yield _removed(item, removed)
            else:
                gone_with_files.append((item, removed))
        empty: list[TestCase] = []
        for name, case in after.cases.items():
            if name in before.cases:
                yield from _less(item, before, after, before.cases[name], case, gone)
            elif case.assertions == 0 and _is_fresh(item, case) and case.text not in earlier and not _SMOKE.search(name):
                empty.append(case)
        if empty:
            idle.append((item, empty))
    if len(idle) > _FILES:
        yield _many_assert_nothing(idle)
    else:
        yield from (_assert_nothing(item, empty) for item, empty in idle)
    if len(gone_with_files) > _FILES:
        yield _many_removed(gone_with_files)
    else:
        yield from (_removed(item, removed) for item, removed in gone_with_files)


def _is_fresh(item: Comparison, case: TestCase) -> bool:
    return not item.added.isdisjoint(range(case.line, case.end_line + 1))


def _simple(cases: Mapping[str, TestCase]) -> set[str]:
    return {name.rpartition(".")[2] for name in cases}


def _removed_names(comparisons: Sequence[Comparison]) -> frozenset[str]:
    """Names, of parameters too, that production code no longer has: their tests may go with them."""
    before: set[str] = set()
    after: set[str] = set()
    for item in comparisons:
        if is_production(item.base_path) or is_production(item.path):
            before |= {symbol.name.rpartition(".")[2] for symbol in symbols(item.base_path, item.before)}
            after |= {symbol.name.rpartition(".")[2] for symbol in symbols(item.path, item.after)}
            before |= _words(item.base_path, item.before)
            after |= _words(item.path, item.after)
            if not item.exists:
                before.add(item.base_path.rpartition("/")[2].partition(".")[0])
    return frozenset(before - after)


def _words(path: str, text: str) -> set[str]:
    """The words in a file's signatures."""
    return {word for symbol in symbols(path, text) for word in re.findall(r"\w{3,}", symbol.signature)}


def _is_replaced(before: TestFile, after: TestFile, removed: int) -> bool:
    new = [case for name, case in after.cases.items() if name not in before.cases]
    return len(new) >= removed or any(case.many for case in new)


def _less(
    item: Comparison, before: TestFile, after: TestFile, old: TestCase, new: TestCase, gone: frozenset[str]
) -> Iterator[Observation]:
    # Checks that moved into a helper, or to another test of the file, are not lost.
    if (
        old.words & gone
        or _ENDING.search(new.name)
        or any(asserting(word) for word in new.words - old.words)
        or (new.many and not old.many)
    ):
        return
    if new.assertions < old.assertions and after.assertions < before.assertions:
        lost = old.assertions - new.assertions
        yield _observation(
            item,
            new,
            "tests/fewer-assertions",
            f"{quoted(new.name)} checks less than before",
            f"The change takes {lost} of its {old.assertions} checks away while what they check is still there, so a mistake "
            "passes unseen. Put them back, or say in the change why they no longer apply.",
            # That something is there, or true, is checked by the other checks too.
            Severity.MEDIUM if new.exact < old.exact else Severity.LOW,
            Confidence.LIKELY if new.exact < old.exact else Confidence.POSSIBLE,
        )
    elif new.assertions == old.assertions and new.exact < old.exact and after.exact < before.exact:
        yield _observation(
            item,
            new,
            "tests/looser-assertions",
            f"{quoted(new.name)} no longer compares a value",
            "A check that something is there, or true, passes for many wrong values that the earlier comparison refused. "
            "Compare with the value that is right.",
            Severity.LOW,
            Confidence.POSSIBLE,
        )


def _assert_nothing(item: Comparison, cases: Sequence[TestCase]) -> Observation:
    one = len(cases) == 1
    return _observation(
        item,
        cases[0],
        "tests/no-assertion",
        f"The new {'test' if one else 'tests'} {listed([case.name for case in cases], 3)} "
        f"{'checks' if one else 'check'} nothing",
        f"{'It passes' if one else 'They pass'} as long as nothing raises an error, whatever the code returns. "
        f"Assert on the result, or say so in {'its name' if one else 'their names'}.",
        Severity.LOW,
        Confidence.POSSIBLE,
    )


def _many_assert_nothing(idle: Sequence[tuple[Comparison, Sequence[TestCase]]]) -> Observation:
    item, cases = max(idle, key=lambda pair: len(pair[1]))
    count = sum(len(found) for _, found in idle)
    return _observation(
        item,
        cases[0],
        "tests/no-assertion",
        f"{count:,} new tests in {len(idle):,} files check nothing",
        f"They pass as long as nothing raises an error, whatever the code returns: {listed([case.name for case in cases], 3)} "
        f"here, others in {listed([other.path for other, _ in idle if other is not item], 3)}. "
        "Assert on the results, or say so in their names.",
        Severity.LOW,
        Confidence.POSSIBLE,
    )


def _observation(
    item: Comparison, case: TestCase, rule: str, title: str, body: str, severity: Severity, confidence: Confidence
) -> Observation:
    touched = sorted(item.added & set(range(case.line, case.end_line + 1)))
    return Observation(
        rule=rule,
        family="test-weakness",
        category=Category.TESTS,
        title=title,
        body=body,
        severity=severity,
        confidence=confidence,
        location=at(item.path, touched[0] if touched else case.line),
        subject=f"{rule} {case.name}",
    )


def _many_removed(gone: Sequence[tuple[Comparison, Sequence[TestCase]]]) -> Observation:
    first, removed = max(gone, key=lambda pair: len(pair[1]))
    count = sum(len(cases) for _, cases in gone)
    return Observation(
        rule="tests/removed",
        family="removed-test",
        category=Category.TESTS,
        title=f"{len(gone):,} test files go, and with them {count:,} tests",
        body=f"What they guard is still there and nothing in the change takes their place; most were in "
        f"{listed([item.base_path for item, _ in sorted(gone, key=lambda pair: -len(pair[1]))], 3)}. "
        "Keep them, or say in the change why they are no longer needed.",
        severity=Severity.MEDIUM,
        confidence=Confidence.LIKELY,
        location=at(first.base_path, removed[0].line, removed[0].end_line, side=Side.LEFT),
        subject="removed test files",
        symbol="",
    )


def _removed(item: Comparison, removed: Sequence[TestCase]) -> Observation:
    names = [case.name for case in removed]
    return Observation(
        rule="tests/removed",
        family="removed-test",
        category=Category.TESTS,
        title=f"{'Removed:' if item.exists else 'The file goes, and with it'} {listed(names, 3)}",
        body="What these tests guard is still there and nothing in the change takes their place. "
        "Keep them, or say in the change why they are no longer needed.",
        severity=Severity.MEDIUM,
        confidence=Confidence.LIKELY,
        location=at(item.base_path, removed[0].line, removed[0].end_line, side=Side.LEFT),
        subject="removed tests",
    )
