"""An agent that asked models about many parts of a change: what its one report says, and what its silence is worth."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fusion.judging.gathered import SHORT, gathered
from fusion.model import Call, Confidence, Ending, Finding, Outcome, Report, State, Unread, Usage, Verdict, Vote, Work
from fusion.policy import Policy
from fusion.policy.rules import Models
from fusion.render.receipt import Group, receipt
from tests.fakes.judging import change_of, finding_of, judged, report_of

NOTE = Policy(models=Models(missing="note"))
TEXTS: dict[str, tuple[str | None, str | None]] = {
    "app.py": ("a = 1\n", "a = 1\nb = 2\n"),
    "shop.py": ("a = 1\n", "a = 1\nc = 3\n"),
}
RULES = report_of(agent="code-review", read=["app.py", "shop.py"])


def part(path: str, *found: Finding, cost: float = 0.01) -> Report:
    """A brief that a model answered."""
    usage = Usage(input_tokens=10, output_tokens=5, cached_tokens=4, cost=cost)
    calls = (Call(agent="code-review", work=Work.REVIEW, ending=Ending.OK, usage=usage),)
    return report_of(found, agent="code-review", read=[path], calls=calls, reasoned=True, usage=usage)


def missed(path: str, outcome: Outcome = Outcome.FAILED, why: str = "the cloud is down") -> Report:
    """A brief that nobody answered, or that the budget gave up."""
    unread = (Unread(path=path, reason=f"no model read it: {why}"),)
    return report_of(agent="code-review", outcome=outcome, reason=why, unread=unread, reasoned=True)


LEFT_OUT = report_of(agent="code-review", reasoned=True, unread=(Unread(path="shop.py", reason="beyond the 40 briefs"),))


def opinion(path: str = "app.py", text: str = "b = 2") -> Finding:
    votes = (Vote(by="finder", says="supported", model="big"),)
    known = finding_of(path=path, line=2, text=text, confidence=Confidence.POSSIBLE)
    return known.model_copy(update={"agent": "code-review", "family": "model:logic", "evidence": (), "votes": votes})


@pytest.mark.parametrize("lost", [missed("app.py"), missed("app.py", Outcome.CUT)])
@pytest.mark.parametrize("policy", [Policy(), NOTE])
def test_what_a_model_found_is_not_fixed_by_a_part_that_nobody_read(lost: Report, policy: Policy) -> None:
    """The agent's rules read the file and a model read another one: neither has looked for the opinion again."""
    change, contents = change_of(TEXTS)
    ledger = judged(change, contents, reports=[RULES, part("app.py", opinion()), part("shop.py")]).ledger
    review = judged(change, contents, reports=[RULES, lost, part("shop.py")], ledger=ledger, policy=policy).review
    assert review.fixed == ()
    assert [item.disposition.state for item in review.findings] == [State.CARRIED]


def test_what_a_model_found_is_fixed_where_its_own_part_was_read() -> None:
    """A part that was given up elsewhere is no reason to keep it."""
    change, contents = change_of(TEXTS)
    ledger = judged(change, contents, reports=[RULES, part("app.py", opinion()), part("shop.py")]).ledger
    review = judged(
        change, contents, reports=[RULES, part("app.py"), missed("shop.py", Outcome.CUT)], ledger=ledger, policy=NOTE
    ).review
    assert [item.disposition.state for item in review.fixed] == [State.ADDRESSED]


def test_what_the_rules_found_is_fixed_though_a_model_failed() -> None:
    change, contents = change_of(TEXTS)
    ruled = finding_of("fusion", agent="code-review", path="app.py", line=2, text="b = 2")
    ledger = judged(change, contents, reports=[RULES.model_copy(update={"findings": (ruled,)})], runs=[]).ledger
    review = judged(change, contents, reports=[RULES, missed("app.py")], runs=[], ledger=ledger).review
    assert [item.disposition.state for item in review.fixed] == [State.ADDRESSED]


@pytest.mark.parametrize("lost", [missed("shop.py"), missed("shop.py", Outcome.CUT, "no money"), LEFT_OUT])
def test_what_no_model_read_is_a_gap_or_a_note_and_never_nothing(lost: Report) -> None:
    change, contents = change_of(TEXTS)
    reports = [RULES, part("app.py"), lost]
    strict = judged(change, contents, reports=reports).review
    assert strict.verdict is Verdict.INCOMPLETE
    (gap,) = strict.coverage.gaps
    assert gap.startswith("No model read 1 of 2 parts of the change for code-review, in shop.py: ")
    assert gap.endswith("Rules and tools read this file.")
    # The agent's rules have read it; beside it stands that no model did, and why.
    assert [file.reviewed for file in strict.coverage.files] == [True, True]
    assert [bool(file.reason) for file in strict.coverage.files] == [False, True]

    noted = judged(change, contents, reports=reports, policy=NOTE).review
    assert (noted.verdict, noted.coverage.gaps) == (Verdict.PASS, ())
    (note,) = [note for note in noted.coverage.notes if "for code-review" in note]
    assert note.startswith("No model read 1 of 2 parts of the change")
    assert (lost.reason or "beyond the 40 briefs") in note
    # The agent's rules have read it, as the receipt says.
    assert [file.by for file in noted.coverage.files] == [("bandit", "code-review")] * 2


def test_one_reason_is_told_once_for_all_agents_and_files() -> None:
    """What fails by the same fault, whatever seconds its words have, is one row with a count; each file has it in the JSON."""
    change, contents = change_of(TEXTS)
    agents = ("code-review", "security")
    rules = [report_of(agent=agent, read=["app.py", "shop.py"]) for agent in agents]
    failed = [
        missed(path, why=f"401: the key is wrong, left alone for {seconds} s").model_copy(update={"agent": agent})
        for seconds, (agent, path) in enumerate((agent, path) for agent in agents for path in TEXTS)
    ]
    review = judged(change, contents, reports=[*rules, *failed]).review
    assert review.coverage.gaps == (
        "No model read 4 of 4 parts of the change for code-review, security, in app.py, shop.py: 401: the key is wrong, left"
        " alone for 0 s. Rules and tools read these 2 files.",
    )
    assert receipt(review.coverage).agents_broken == (Group(reason=SHORT, names=agents),)
    assert receipt(review.coverage).unread == ()
    assert all("401: the key is wrong" in file.reason for file in review.coverage.files)


@pytest.mark.parametrize("policy", [Policy(), NOTE])
def test_a_draft_that_the_budget_left_out_is_a_note(policy: Policy) -> None:
    change, contents = change_of(TEXTS)
    draft = missed("app.py", Outcome.SKIPPED, "no money").model_copy(update={"agent": "documentation"})
    review = judged(change, contents, reports=[RULES, part("app.py"), draft], policy=policy).review
    assert (review.verdict, review.coverage.gaps) == (Verdict.PASS, ())
    assert [note for note in review.coverage.notes if "for documentation" in note] == [
        "No model read its part of the change for documentation, in app.py: no money. Rules and tools read this file."
    ]


def test_a_file_that_nobody_read_is_not_reviewed_whatever_policy_forgives() -> None:
    change, contents = change_of({"main.tf": (None, "a = 1\n")})
    failed = missed("main.tf").model_copy(update={"read": ("main.tf",)})
    review = judged(change, contents, runs=[], reports=[failed], policy=NOTE).review
    assert [file.reviewed for file in review.coverage.files] == [False]
    assert review.verdict is Verdict.INCOMPLETE


def test_both_halves_say_why_they_did_not_read_a_file() -> None:
    change, contents = change_of(TEXTS)
    unparsed = report_of(agent="code-review", unread=(Unread(path="app.py", reason="it does not parse"),), read=["shop.py"])
    review = judged(change, contents, reports=[missed("app.py"), unparsed], runs=[]).review
    (reason,) = [file.reason for file in review.coverage.files if file.path == "app.py"]
    assert "it does not parse" in reason
    assert "no model read it for code-review: the cloud is down" in reason


def test_an_agents_report_adds_up_its_parts() -> None:
    (one,) = gathered([RULES, part("app.py", cost=0.02), part("shop.py", cost=0.03)], Policy())
    assert (one.usage.cost, one.usage.input_tokens, one.usage.cached_tokens) == (0.05, 20, 8)


PARTS = [RULES, part("app.py", opinion()), part("shop.py"), missed("app.py"), missed("shop.py", Outcome.CUT, "x"), LEFT_OUT]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(PARTS), unique_by=id), st.randoms(use_true_random=False), st.sampled_from([Policy(), NOTE]))
def test_the_order_of_reports_does_not_matter(reports: list[Report], random: object, policy: Policy) -> None:
    change, contents = change_of(TEXTS)
    shuffled = list(reports)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    ledger = judged(change, contents, reports=[RULES, part("app.py", opinion())]).ledger
    one = judged(change, contents, reports=reports, ledger=ledger, policy=policy)
    assert judged(change, contents, reports=shuffled, ledger=ledger, policy=policy) == one
