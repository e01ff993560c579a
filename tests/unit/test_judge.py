"""The judge: order, placement, what blocks, the verdict and its words."""

from __future__ import annotations

import random
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fusion.judging.judge import judge
from fusion.judging.ledger import Ledger
from fusion.model import (
    Category,
    Confidence,
    Finding,
    Outcome,
    Placement,
    Provenance,
    Severity,
    Side,
    State,
    Tally,
    ToolRun,
    Usage,
    Verdict,
)
from fusion.policy import Caps, Floor, Policy, digest
from tests.fakes.judging import AT, change_of, finding_of, judged, report_of, run_of

LINES = "".join(f"line {number}\n" for number in range(1, 41))
ADDED = {"app.py": (None, LINES)}


def review_of(*findings: Finding, texts: dict[str, tuple[str | None, str | None]] | None = None, **fields: object):
    change, contents = change_of(texts or ADDED)
    return judged(change, contents, findings, **fields).review


def where(*findings: Finding, **fields: object) -> list[tuple[int, Placement, str]]:
    return [(item.location.line, item.placement, item.why_placed) for item in review_of(*findings, **fields).findings]


# --- order


def test_severity_confidence_and_reach_decide_the_order() -> None:
    texts = {
        "app.py": ("x\nold\n", "x\nold\nnew\n\n\ndef _hidden():\n    pass\n"),
        "tests/test_app.py": (None, LINES),
        "examples/a.py": (None, LINES),
    }
    best_first = [
        finding_of(path="app.py", line=3, severity=Severity.CRITICAL, title="critical"),
        finding_of(path="app.py", line=3, confidence=Confidence.CERTAIN, title="certain", family="b", cwe=()),
        finding_of(path="app.py", line=3, family="c", cwe=(), title="likely"),
        finding_of(path="app.py", line=7, family="d", cwe=(), symbol="_hidden", title="private"),
        finding_of(path="app.py", line=1, family="e", cwe=(), title="untouched line"),
        finding_of(path="tests/test_app.py", line=9, category=Category.CORRECTNESS, family="f", cwe=(), title="in tests"),
        finding_of(path="examples/a.py", line=9, family="g", cwe=(), title="in examples"),
        finding_of(path="app.py", line=3, severity=Severity.LOW, family="h", cwe=(), title="low"),
    ]
    shuffled = random.Random(3).sample(best_first, len(best_first))
    assert [item.title for item in review_of(*shuffled, texts=texts).findings] == [item.title for item in best_first]


# --- placement


def test_a_finding_on_the_diff_is_inline_and_one_elsewhere_is_not() -> None:
    texts = {"app.py": (LINES, LINES.replace("line 20\n", "new\n"))}
    assert where(finding_of(line=20), texts=texts) == [(20, Placement.INLINE, "on a line of the diff")]
    assert where(finding_of(line=2), texts=texts) == [(2, Placement.SUMMARY, "its line is not part of the diff")]
    assert where(finding_of(path="README.md", line=2), texts=texts)[0][1] is Placement.SUMMARY


def test_inline_locations_are_narrowed_to_what_the_diff_shows() -> None:
    texts = {"app.py": (LINES, LINES.replace("line 20\n", "new\n"))}
    (finding,) = review_of(finding_of(line=19, end_line=40), texts=texts).findings
    assert (finding.location.line, finding.location.end_line, finding.placement) == (19, 23, Placement.INLINE)


def test_a_removed_line_is_anchored_on_the_left() -> None:
    texts = {"app.py": (LINES, LINES.replace("line 20\n", ""))}
    (finding,) = review_of(finding_of(line=20, side=Side.LEFT), texts=texts).findings
    assert (finding.placement, finding.location.side) == (Placement.INLINE, Side.LEFT)


def test_a_whole_tree_has_no_diff_and_places_all_the_same() -> None:
    change, contents = change_of({"app.py": (None, LINES)}, whole_tree=True)
    bare = change.model_copy(update={"files": tuple(file.model_copy(update={"hunks": ()}) for file in change.files)})
    assert judged(bare, contents, [finding_of(line=7)]).review.findings[0].placement is Placement.INLINE


def test_the_cap_keeps_the_best_and_summarises_the_rest() -> None:
    many = [finding_of(line=line, family=f"f{line}", cwe=()) for line in range(1, 31, 2)]
    review = review_of(*many)
    inline = [item for item in review.findings if item.placement is Placement.INLINE]
    assert inline == list(review.findings[:10])
    assert {item.why_placed for item in review.findings[10:]} == {"over the limit of 10 inline comments (caps.inline)"}
    none = review_of(*many, policy=Policy(caps=Caps(inline=0)))
    assert {item.placement for item in none.findings} == {Placement.SUMMARY}
    assert none.verdict is Verdict.BLOCK


def test_at_most_three_low_ones_per_file() -> None:
    low = [finding_of(line=line, family=f"f{line}", cwe=(), severity=Severity.LOW) for line in range(1, 11, 2)]
    placements = [placement for _, placement, _ in where(*low, finding_of(line=21))]
    assert placements == [Placement.INLINE] * 4 + [Placement.SUMMARY] * 2


def test_security_speaks_first_about_a_line() -> None:
    tidy = finding_of("ruff", line=4, family="t", cwe=(), category=Category.MAINTAINABILITY, title="tidy")
    also = finding_of("opengrep", line=4, family="s", cwe=(), title="another")
    review = review_of(tidy, finding_of(line=4), also)
    assert [(item.title, item.placement) for item in review.findings][-1] == ("tidy", Placement.SUMMARY)
    assert review.findings[-1].why_placed == "its line carries a security comment"
    assert [item.placement for item in review.findings[:2]] == [Placement.INLINE] * 2


def test_at_most_two_of_a_kind_per_file_unless_grave() -> None:
    mild = [finding_of(line=line, severity=Severity.MEDIUM) for line in range(1, 10, 2)]
    assert [why for _, _, why in where(*mild)][2:] == ["over 2 inline comments of this kind in this file"] * 3
    grave = [finding_of(line=line) for line in range(1, 10, 2)]
    assert {placement for _, placement, _ in where(*grave)} == {Placement.INLINE}
    unsure = [finding.model_copy(update={"confidence": Confidence.POSSIBLE}) for finding in grave]
    assert [placement for _, placement, _ in where(*unsure)] == [Placement.INLINE] * 2 + [Placement.SUMMARY] * 3


def test_a_low_one_joins_no_line_that_carries_a_comment() -> None:
    complex_one = finding_of("lizard", line=4, family="complexity", cwe=(), category=Category.MAINTAINABILITY, title="complex")
    long_one = finding_of(
        "lizard", line=4, family="long", cwe=(), category=Category.MAINTAINABILITY, title="long", severity=Severity.LOW
    )
    assert where(long_one, complex_one)[1] == (4, Placement.SUMMARY, "its line carries a comment already")
    assert where(long_one)[0][1] is Placement.INLINE


def test_what_is_low_and_only_possible_is_not_inline() -> None:
    weak = finding_of(line=4, severity=Severity.LOW, confidence=Confidence.POSSIBLE)
    assert where(weak) == [(4, Placement.SUMMARY, "of low severity and only possible")]
    assert where(weak.model_copy(update={"severity": Severity.MEDIUM}))[0][1] is Placement.INLINE
    assert where(weak.model_copy(update={"confidence": Confidence.LIKELY}))[0][1] is Placement.INLINE


def test_information_and_opinion_are_never_inline() -> None:
    policy = Policy(floors=())
    assert where(finding_of(line=4, severity=Severity.INFO), policy=policy) == [(4, Placement.SUMMARY, "for information only")]
    opinion = finding_of(line=4).model_copy(update={"evidence": ()})
    review = review_of(opinion)
    assert (review.findings[0].why_placed, review.findings[0].blocking) == ("it has no evidence", False)
    assert review.verdict is Verdict.PASS


def test_floors_count_and_hide_and_the_last_that_matches_wins() -> None:
    policy = Policy(
        floors=(
            Floor(severity=Severity.MEDIUM),
            Floor(paths=("src/**",), severity=Severity.HIGH),
            Floor(paths=("src/a.py",), severity=Severity.LOW),
        )
    )
    texts = dict.fromkeys(("app.py", "src/a.py", "src/b.py"), (None, LINES))
    findings = [
        finding_of(path=path, line=4, severity=severity, family=severity.value, cwe=(), title=f"{path} {severity.value}")
        for path in texts
        for severity in (Severity.MEDIUM, Severity.LOW, Severity.INFO)
    ]
    review = review_of(*findings, policy=policy, texts=texts)
    shown = {item.title for item in review.findings if item.placement is not Placement.HIDDEN}
    assert shown == {"app.py medium", "src/a.py medium", "src/a.py low"}
    assert review.tally.new == 3
    assert "6 findings are below the severity floor and not shown." in review.coverage.notes


def test_policy_excluded_paths_hide_what_comes_from_them() -> None:
    policy = Policy(ignore=("app.py",))
    assert where(finding_of(line=4), policy=policy) == [(4, Placement.HIDDEN, "policy: the path is on the ignore list")]


# --- suppressions


@pytest.mark.parametrize(
    ("mode", "placement", "blocking", "new", "suppressed"),
    [
        ("honour", Placement.HIDDEN, False, 0, 1),
        ("show", Placement.SUMMARY, False, 1, 1),
        ("ignore", Placement.INLINE, True, 1, 1),
    ],
)
def test_the_authors_suppression_is_policys_matter(
    mode: str, placement: Placement, blocking: bool, new: int, suppressed: int
) -> None:
    review = review_of(finding_of(line=4, suppressed="# nosec"), policy=Policy.model_validate({"suppressions": mode}))
    (finding,) = review.findings
    assert (finding.placement, finding.blocking) == (placement, blocking)
    assert (review.tally.new, review.tally.suppressed) == (new, suppressed)
    assert mode == "ignore" or "# nosec" in finding.why_placed


def test_a_comment_for_one_witness_counts_for_the_finding() -> None:
    review = review_of(finding_of("bandit", line=4, suppressed="# nosec"), finding_of("opengrep", line=4))
    (finding,) = review.findings
    assert (finding.blocking, finding.excused) == (False, "# nosec")
    assert review.tally.suppressed == 1


# --- what blocks


@pytest.mark.parametrize(
    ("severity", "confidence", "block", "blocking"),
    [
        (Severity.HIGH, Confidence.LIKELY, Severity.HIGH, True),
        (Severity.CRITICAL, Confidence.CERTAIN, Severity.HIGH, True),
        (Severity.HIGH, Confidence.POSSIBLE, Severity.HIGH, False),
        (Severity.MEDIUM, Confidence.CERTAIN, Severity.HIGH, False),
        (Severity.MEDIUM, Confidence.LIKELY, Severity.MEDIUM, True),
        (Severity.HIGH, Confidence.CERTAIN, Severity.CRITICAL, False),
    ],
)
def test_severity_and_confidence_decide_what_blocks(
    severity: Severity, confidence: Confidence, block: Severity, blocking: bool
) -> None:
    review = review_of(finding_of(line=4, severity=severity, confidence=confidence), policy=Policy(block=block))
    assert review.findings[0].blocking is blocking
    assert review.verdict is (Verdict.BLOCK if blocking else Verdict.PASS)


@pytest.mark.parametrize(
    ("told", "expected"),
    [(Severity.HIGH, Severity.MEDIUM), (Severity.MEDIUM, Severity.MEDIUM), (Severity.LOW, Severity.LOW)],
)
def test_security_in_tests_is_one_step_lower_and_only_once(told: Severity, expected: Severity) -> None:
    texts = {"tests/test_app.py": (None, LINES)}
    finding = finding_of(path="tests/test_app.py", line=4).model_copy(update={"severity": told})
    assert review_of(finding, texts=texts).findings[0].severity is expected
    other = finding_of(path="tests/test_app.py", line=4, category=Category.CORRECTNESS)
    assert review_of(other, texts=texts).findings[0].severity is Severity.HIGH


# --- the verdict


def test_incomplete_outranks_block_outranks_pass() -> None:
    failed = [run_of("bandit", "app.py"), run_of("ruff", outcome=Outcome.FAILED, reason="exit code 2")]
    review = review_of(finding_of(line=4), runs=failed)
    assert review.verdict is Verdict.INCOMPLETE
    assert review.findings[0].blocking
    assert review.reasons == (
        "The review is incomplete: one thing that should have been read was not; the receipt says which.",
        "1 finding of severity high or above, with evidence: command-injection by bandit (app.py:4).",
    )
    assert review_of(finding_of(line=4)).verdict is Verdict.BLOCK
    assert review_of().verdict is Verdict.PASS


def test_the_words_of_a_pass_do_not_promise_more_than_was_read() -> None:
    assert review_of().reasons == ("Nothing was found in what was read.",)
    mild = review_of(finding_of(line=4, severity=Severity.MEDIUM))
    assert mild.reasons == ("No finding is of severity high or above with evidence that makes it at least likely.",)


def test_many_blockers_are_named_briefly() -> None:
    many = [finding_of(line=line, family=f"f{line}", cwe=(), title=f"Flaw {line}.") for line in range(1, 11, 2)]
    (reason,) = review_of(*many).reasons
    assert reason == (
        "5 findings of severity high or above, with evidence: "
        "Flaw 1 (app.py:1); Flaw 3 (app.py:3); Flaw 5 (app.py:5); and 2 more."
    )


def test_the_review_carries_what_the_record_needs() -> None:
    change, contents = change_of(ADDED, title="Add app", policy_origin="defaults")
    usage = Usage(input_tokens=3, output_tokens=2, cost=0.1, seconds=0.25)
    reports = [report_of([finding_of(line=4)], usage=usage), report_of(agent="tests", usage=usage)]
    review = judged(change, contents, reports=reports).review
    assert (review.id, review.repository, review.subject, review.base, review.head) == (
        "review-1",
        "o/r",
        "branch:x",
        "base-1",
        "head-1",
    )
    assert (review.title, review.policy_origin) == ("Add app", "defaults")
    assert review.usage == Usage(input_tokens=6, output_tokens=4, cost=0.2, seconds=0.5)
    assert review.provenance.policy == digest(Policy())
    assert review.provenance.at == AT
    assert all(report.findings == () for report in review.coverage.agents)
    assert "No model reasoned" in review.coverage.notes[0]
    assert judged(change, contents, reports=reports, model_used=True).review.coverage.notes == ()


def test_a_review_without_a_run_has_an_id_of_its_own() -> None:
    change, contents = change_of(ADDED)
    arguments = {"change": change, "contents": contents, "policy": Policy(), "runs": [], "reports": [], "ledger": Ledger()}
    one = judge(**arguments, provenance=Provenance()).review.id
    assert one == judge(**arguments, provenance=Provenance(at=AT)).review.id
    assert one.startswith("review-")


def test_findings_of_a_failed_agent_are_kept() -> None:
    reports = [report_of([finding_of(line=4)], outcome=Outcome.FAILED, reason="no model answered")]
    change, contents = change_of(ADDED)
    review = judged(change, contents, reports=reports).review
    assert review.findings[0].blocking
    assert review.verdict is Verdict.INCOMPLETE


# --- determinism

FINDINGS = st.builds(
    finding_of,
    st.sampled_from(["bandit", "ruff", "opengrep", "fusion"]),
    path=st.sampled_from(["app.py", "tests/test_a.py", "README.md"]),
    line=st.integers(1, 45),
    end_line=st.none(),
    family=st.sampled_from(["a", "b", "c"]),
    rule=st.sampled_from(["r1", "r2"]),
    category=st.sampled_from(Category),
    severity=st.sampled_from(Severity),
    confidence=st.sampled_from(Confidence),
    text=st.sampled_from(["", "x = 1", "y = 2"]),
    cwe=st.sampled_from([(), (78,), (89,)]),
    suppressed=st.sampled_from(["", "# nosec"]),
    agent=st.sampled_from(["security", "code-review"]),
)
RUNS = st.lists(
    st.builds(
        run_of,
        st.sampled_from(["bandit", "ruff", "opengrep"]),
        st.sampled_from(["app.py", "tests/test_a.py"]),
        outcome=st.sampled_from(Outcome),
    ),
    max_size=4,
)
TEXTS = {"app.py": (LINES, LINES.replace("line 7\n", "seven\n")), "tests/test_a.py": (None, LINES)}


@settings(max_examples=200, deadline=None)
@given(st.lists(FINDINGS, max_size=14), st.lists(FINDINGS, max_size=8), RUNS, st.randoms(use_true_random=False))
def test_the_order_of_reports_does_not_matter(
    before: list[Finding], findings: list[Finding], runs: list[ToolRun], random_: random.Random
) -> None:
    change, contents = change_of(TEXTS)
    ledger = judged(change, contents, before).ledger
    reports = [report_of([finding], agent=finding.agent, read=["app.py"]) for finding in findings]
    straight = judged(change, contents, reports=reports, runs=runs, ledger=ledger)
    for _ in range(2):
        random_.shuffle(reports)
        random_.shuffle(runs)
        assert judged(change, contents, reports=reports, runs=runs, ledger=ledger) == straight
    check(straight.review.findings, straight.review.tally, findings)
    again = judged(change, contents, reports=reports, runs=runs, ledger=straight.ledger)
    assert again.review.tally.new == 0
    assert all(item.placement is not Placement.INLINE for item in again.review.findings)
    assert len(again.ledger.entries) == len(straight.ledger.entries)


def check(findings: tuple[Finding, ...], tally: Tally, given_: list[Finding]) -> None:
    """What holds of every review."""
    inline = [item for item in findings if item.placement is Placement.INLINE]
    assert len(inline) <= 10
    assert all(item.why_placed for item in findings)
    assert all(item.severity is not Severity.INFO and item.evidence for item in inline)
    assert not any(item.blocking and (item.placement is Placement.HIDDEN or not item.evidence) for item in findings)
    shown = sum(item.placement is not Placement.HIDDEN for item in findings)
    assert tally.new + tally.carried == shown
    states = {item.disposition.state for item in findings}
    assert states <= {State.OPEN, State.CARRIED}
    seen = {item.id for finding in findings for item in finding.evidence}
    assert {item.id for finding in given_ for item in finding.evidence} <= seen


def test_ten_thousand_findings_are_judged_in_seconds() -> None:
    text = "".join(f"value_{number} = run(command_{number})\n" for number in range(5_000))
    change, contents = change_of({"app.py": (None, text), "other.py": (None, text)})
    findings = [
        finding_of(tool, path=path, line=line, text=f"value_{line}", family=f"f{line % 7}")
        for path in ("app.py", "other.py")
        for tool in ("bandit", "ruff")
        for line in range(1, 2_501)
    ]
    started = time.process_time()
    first = judged(change, contents, findings)
    second = judged(change, contents, findings, ledger=first.ledger)
    assert time.process_time() - started < 30
    assert first.review.tally.new == 5_000
    assert second.review.tally.carried == 5_000
