"""What the data flow says about other witnesses: confirmed on its way, lowered where it found nothing that can hurt."""

from __future__ import annotations

import random

import pytest

from fusion.judging.flow import weighed
from fusion.judging.merge import merge
from fusion.model import Cleared, Confidence, Finding, Location, Placement, Severity, Side, State, Step, Verdict
from fusion.policy import Policy
from tests.fakes.judging import change_of, evidence_of, finding_of, judged, told

LINES = "".join(f"line {number}\n" for number in range(1, 41))


def flow_of(*places: tuple[str, int], **fields: object) -> Finding:
    """A finding of the data flow that leads through these places; the last is where it is told."""
    trace = tuple(
        Step(location=Location(path=path, line=line, end_line=line), code=f"code {line}", why=f"step {number}")
        for number, (path, line) in enumerate(places)
    )
    path, line = places[-1]
    given = {"rule": "command-injection", "path": path, "line": line, "trace": trace, **fields}
    return told(evidence_of("dataflow", **given), title="flow")


def cleared_at(line: int, end_line: int = 0, *, reason: str = "the value is constant", **fields: object) -> Cleared:
    place = {"path": "app.py", "line": line, "end_line": end_line or line, **(fields.pop("place", None) or {})}
    return Cleared(
        **{"tool": "dataflow", "family": "command-injection", "cwe": (78,), "reason": reason, **fields}, location=place
    )


def weigh(*findings: Finding, cleared: tuple[Cleared, ...] = ()) -> list[Finding]:
    return weighed(merge(findings), cleared)


def told_of(finding: Finding) -> tuple[str, int, list[str], Confidence]:
    return finding.title, finding.location.line, [item.tool for item in finding.evidence], finding.confidence


# --- confirmed


def test_a_pattern_at_the_end_of_a_flow_is_its_witness_and_makes_it_certain() -> None:
    flow = flow_of(("app.py", 2), ("app.py", 9), severity=Severity.MEDIUM)
    (one,) = weigh(finding_of("bandit", line=9, severity=Severity.HIGH), flow)
    assert told_of(one) == ("flow", 9, ["bandit", "dataflow"], Confidence.CERTAIN)
    assert one.severity is Severity.HIGH
    assert [len(item.trace) for item in one.evidence] == [0, 2]


def test_two_that_are_only_possible_are_likely_together() -> None:
    flow = flow_of(("app.py", 2), ("app.py", 9), confidence=Confidence.POSSIBLE)
    (one,) = weigh(flow, finding_of("opengrep", line=9, confidence=Confidence.POSSIBLE))
    assert told_of(one) == ("flow", 9, ["dataflow", "opengrep"], Confidence.LIKELY)


def test_a_pattern_on_the_way_is_a_witness_too_in_another_file_as_well() -> None:
    flow = flow_of(("web.py", 2), ("db.py", 5), ("app.py", 9))
    (one,) = weigh(finding_of("bandit", path="db.py", line=5), finding_of("ruff", line=9, rule="S602"), flow)
    assert told_of(one) == ("flow", 9, ["bandit", "dataflow", "ruff"], Confidence.CERTAIN)
    assert one.location.path == "app.py"


def test_a_shared_weakness_is_enough_and_another_kind_is_not() -> None:
    flow = flow_of(("app.py", 2), ("app.py", 5), ("app.py", 9))
    assert len(weigh(flow, finding_of(line=5, family="shell", cwe=(78, 88)))) == 1
    assert len(weigh(flow, finding_of(line=5, family="sql-injection", cwe=(89,)))) == 2
    assert len(weigh(flow, finding_of(line=6))) == 2


def test_of_two_flows_the_nearer_takes_the_pattern_and_flows_stay_apart() -> None:
    far, near = flow_of(("app.py", 5), ("app.py", 30)), flow_of(("app.py", 5), ("app.py", 9))
    found = weigh(far, finding_of("bandit", line=5), near)
    assert [(item.location.line, len(item.evidence)) for item in found] == [(9, 2), (30, 1)]


def test_opinion_and_what_was_removed_are_left_alone() -> None:
    flow = flow_of(("app.py", 2), ("app.py", 9))
    opinion = finding_of(line=2).model_copy(update={"evidence": ()})
    assert len(weigh(flow, opinion)) == 2
    assert len(weigh(flow, finding_of(line=2, side=Side.LEFT))) == 2


def test_the_order_of_what_comes_in_does_not_matter() -> None:
    findings = [
        *(finding_of(tool, line=line) for tool in ("bandit", "opengrep") for line in (2, 5, 9, 12)),
        flow_of(("app.py", 2), ("app.py", 5)),
        flow_of(("app.py", 2), ("app.py", 9)),
    ]
    expected = weigh(*findings)
    for seed in range(5):
        assert weigh(*random.Random(seed).sample(findings, len(findings))) == expected


# --- lowered


def test_a_pattern_at_a_cleared_place_is_only_possible_and_says_why() -> None:
    (one,) = weigh(finding_of("bandit", line=9, body="A shell."), cleared=(cleared_at(9),))
    assert one.confidence is Confidence.POSSIBLE
    assert one.cleared == "the value is constant"
    assert one.body == "A shell.\n\nData flow followed what arrives here and found it harmless: the value is constant."


@pytest.mark.parametrize(
    "fact",
    [
        cleared_at(10),
        cleared_at(9, family="sql-injection", cwe=(89,)),
        cleared_at(9, place={"path": "other.py"}),
        cleared_at(9, tool="bandit"),
    ],
)
def test_another_place_kind_or_file_lowers_nothing(fact: Cleared) -> None:
    (one,) = weigh(finding_of("bandit", line=9), cleared=(fact,))
    assert (one.confidence, one.cleared) == (Confidence.LIKELY, "")


def test_every_witness_must_be_at_a_cleared_place() -> None:
    both = finding_of("bandit", line=9), finding_of("opengrep", line=10)
    assert [item.cleared for item in weigh(*both, cleared=(cleared_at(9),))] == [""]
    facts = cleared_at(9, reason="one"), cleared_at(10, reason="two")
    (one,) = weigh(*both, cleared=facts)
    assert (one.cleared, one.confidence) == ("one; two", Confidence.POSSIBLE)


def test_what_has_a_trace_is_never_lowered() -> None:
    flow = flow_of(("app.py", 2), ("app.py", 9))
    (one,) = weigh(flow, finding_of("bandit", line=9), cleared=(cleared_at(9, tool="other"),))
    assert one.confidence is Confidence.CERTAIN


@pytest.mark.parametrize(
    ("column", "end_column", "lowered"),
    [
        (None, None, True),
        (5, None, True),
        (10, None, True),
        (20, None, False),
        (1, None, False),
        (1, 40, True),
        (15, 18, False),
    ],
)
def test_columns_tell_two_calls_on_one_line_apart(column: int | None, end_column: int | None, lowered: bool) -> None:
    item = evidence_of("ruff", line=9)
    item = item.model_copy(update={"location": item.location.model_copy(update={"column": column, "end_column": end_column})})
    (one,) = weigh(told(item), cleared=(cleared_at(9, place={"column": 5, "end_column": 15}),))
    assert bool(one.cleared) is lowered


def test_a_pattern_inside_a_call_over_several_lines() -> None:
    fact = cleared_at(9, 12, place={"column": 5, "end_column": 6})
    (one,) = weigh(finding_of("bandit", line=11), cleared=(fact,))
    assert one.cleared


# --- in a review


def review(*findings: Finding, cleared: tuple[Cleared, ...] = (), **fields: object):
    change, contents = change_of({"app.py": (None, LINES)})
    return judged(change, contents, findings, cleared=cleared, **fields)


def test_what_is_cleared_does_not_block_and_goes_to_the_summary_with_its_reason() -> None:
    blocked = review(finding_of("bandit", line=9)).review
    assert blocked.verdict is Verdict.BLOCK
    passed = review(finding_of("bandit", line=9), cleared=(cleared_at(9),)).review
    assert passed.verdict is Verdict.PASS
    (one,) = passed.findings
    assert (one.placement, one.blocking) == (Placement.SUMMARY, False)
    assert one.why_placed == "data flow finds it harmless: the value is constant"


def test_what_blocked_before_stops_blocking_once_it_is_cleared() -> None:
    first = review(finding_of("bandit", line=9))
    second = review(finding_of("bandit", line=9), cleared=(cleared_at(9),), ledger=first.ledger)
    (one,) = second.review.findings
    assert (one.blocking, one.disposition.state, second.review.verdict) == (False, State.CARRIED, Verdict.PASS)


def test_a_dismissed_or_suppressed_flow_stays_so_with_its_witnesses() -> None:
    quiet = flow_of(("app.py", 2), ("app.py", 9), suppressed="# nosec")
    (one,) = review(quiet, finding_of("bandit", line=9)).review.findings
    assert (one.excused, one.blocking) == ("# nosec", False)
    (hidden,) = review(quiet, policy=Policy(suppressions="honour")).review.findings
    assert hidden.placement is Placement.HIDDEN


def test_the_trace_is_in_the_review() -> None:
    (one,) = review(flow_of(("app.py", 2), ("app.py", 9))).review.findings
    assert len(one.evidence[0].trace) == 2
    assert one.blocking
