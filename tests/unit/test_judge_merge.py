"""What counts as one place, and what becomes of the witnesses."""

from __future__ import annotations

import pytest

from fusion.judging.merge import best_fix, merge
from fusion.model import Category, Confidence, Edit, Finding, Fix, Severity
from tests.fakes.judging import evidence_of, finding_of, told


def places(*findings: Finding) -> list[tuple[str, int, list[str]]]:
    return [(item.family, item.location.line, [witness.tool for witness in item.evidence]) for item in merge(findings)]


def test_two_tools_on_one_line_are_one_finding_with_two_witnesses() -> None:
    assert places(finding_of("bandit", line=4), finding_of("opengrep", line=4)) == [
        ("command-injection", 4, ["bandit", "opengrep"])
    ]


def test_two_tools_on_touching_lines_are_one_finding() -> None:
    assert len(merge([finding_of("bandit", line=4), finding_of("opengrep", line=5)])) == 1
    assert len(merge([finding_of("bandit", line=4), finding_of("opengrep", line=6)])) == 2
    assert len(merge([finding_of("bandit", line=4, end_line=6), finding_of("opengrep", line=5)])) == 1


def test_one_rule_on_two_lines_is_two_findings() -> None:
    lines = [finding_of("bandit", line=4), finding_of("bandit", line=5), finding_of("opengrep", line=5)]
    assert places(*lines) == [
        ("command-injection", 4, ["bandit"]),
        ("command-injection", 5, ["bandit", "opengrep"]),
    ]


def test_every_line_of_a_block_keeps_its_own_witnesses() -> None:
    block = [finding_of(tool, line=line) for line in range(1, 9) for tool in ("bandit", "opengrep")]
    assert [(line, len(tools)) for _, line, tools in places(*block)] == [(line, 2) for line in range(1, 9)]


def test_a_shared_cwe_on_one_line_is_one_finding_and_the_graver_speaks() -> None:
    grave = finding_of("opengrep", line=4, family="shell-injection", severity=Severity.CRITICAL, cwe=(78, 88))
    mild = finding_of("bandit", line=4, family="subprocess-use", severity=Severity.LOW)
    (one,) = merge([mild, grave])
    assert (one.family, one.severity, one.cwe, one.title) == ("shell-injection", Severity.CRITICAL, (78, 88), grave.title)
    assert len(merge([grave, finding_of("bandit", line=5, family="subprocess-use")])) == 2


def test_other_families_stay_apart() -> None:
    other = finding_of("ruff", line=4, family="unused", category=Category.MAINTAINABILITY, cwe=())
    assert len(merge([finding_of(line=4), other])) == 2
    assert len(merge([finding_of(line=4), finding_of(path="other.py", line=4)])) == 2


def test_the_same_words_are_never_said_twice_about_a_line() -> None:
    one = finding_of("ruff", line=4, family="a", title="Unused  import.", cwe=())
    two = finding_of("oxlint", line=4, family="b", title="unused import.", cwe=())
    assert len(merge([one, two])) == 1
    assert len(merge([one, two.model_copy(update={"body": "more"})])) == 2


def test_a_function_is_not_the_line_in_it() -> None:
    function = finding_of("lizard", line=1, end_line=80, family="complexity", cwe=())
    inner = finding_of("ruff", line=40, family="complexity", cwe=())
    whole = finding_of("ruff", line=1, family="complexity", cwe=())
    assert len(merge([function, inner])) == 2
    assert len(merge([function, whole])) == 1


def test_nested_functions_too_long_are_two_findings() -> None:
    outer = finding_of("lizard", line=1, end_line=20, family="length", rule="long", cwe=())
    inner = finding_of("lizard", line=3, end_line=18, family="length", rule="long", cwe=())
    assert len(merge([outer, inner])) == 2


@pytest.mark.parametrize(
    ("tools", "confidence"),
    [
        ((("bandit", "B602"),), Confidence.POSSIBLE),
        ((("bandit", "B602"), ("opengrep", "x")), Confidence.LIKELY),
        ((("bandit", "B602"), ("opengrep", "x"), ("ast-grep", "y")), Confidence.LIKELY),
        ((("bandit", "B602"), ("ruff", "S602")), Confidence.POSSIBLE),
        ((("bandit", "B602"), ("ruff", "PLW1510")), Confidence.LIKELY),
        ((("semgrep", "x"), ("opengrep", "x")), Confidence.POSSIBLE),
    ],
)
def test_independent_tools_that_agree_make_it_surer_by_one_step(
    tools: tuple[tuple[str, str], ...], confidence: Confidence
) -> None:
    findings = [finding_of(tool, rule=rule, line=2, confidence=Confidence.POSSIBLE) for tool, rule in tools]
    (one,) = merge(findings)
    assert one.confidence is confidence


def test_certain_stays_certain_and_merging_again_adds_nothing() -> None:
    merged = merge([finding_of("bandit", confidence=Confidence.CERTAIN), finding_of("opengrep")])
    assert merged[0].confidence is Confidence.CERTAIN


def test_the_same_evidence_told_by_two_agents_is_one_witness() -> None:
    item = evidence_of("secrets", confidence=Confidence.POSSIBLE)
    (one,) = merge([told(item, agent="security"), told(item, agent="compliance", title="Other words")])
    assert len(one.evidence) == 1
    assert one.confidence is Confidence.POSSIBLE


def fix(title: str, *, verified: bool = False, safe: bool = False, text: str = "x") -> Fix:
    edit = Edit(path="app.py", line=1, column=1, end_line=1, end_column=2, text=text)
    return Fix(title=title, edits=(edit,), verified=verified, safe=safe)


def test_the_best_fix_is_kept() -> None:
    safe, checked, small = fix("safe", safe=True), fix("checked", verified=True, text="xxx"), fix("small", verified=True)
    assert best_fix([None, safe, checked, small]) == small
    assert best_fix([None, safe, fix("any")]) == safe
    assert best_fix([None]) is None
    (one,) = merge([finding_of("bandit", fix=safe), finding_of("ruff", fix=checked)])
    assert one.fix == checked


def test_one_file_never_has_one_fingerprint_twice() -> None:
    # Tool A saw the second of two equal lines only, tool B both: each counts from zero.
    one = finding_of("a", line=9, text="same", cwe=())
    two = finding_of("b", line=2, text="same", cwe=())
    merged = merge([one, two])
    assert len({item.fingerprint for item in merged}) == 2
    assert merge([two, one]) == merged
    assert merged[0].fingerprint == two.fingerprint


def test_lowering_stops_at_info() -> None:
    assert [severity.lowered() for severity in Severity] == [
        Severity.HIGH,
        Severity.MEDIUM,
        Severity.LOW,
        Severity.INFO,
        Severity.INFO,
    ]
