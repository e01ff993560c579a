"""What a model says informs and never blocks: merged, placed and carried as an opinion, whatever it claims of itself."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fusion.judging.merge import merge
from fusion.model import (
    Call,
    Category,
    Confidence,
    Ending,
    Finding,
    Location,
    Placement,
    Severity,
    State,
    Verdict,
    Vote,
    Work,
)
from fusion.policy import Policy
from fusion.render.phrases import second_reading
from tests.fakes.judging import change_of, finding_of, judged, report_of

TEXTS: dict[str, tuple[str | None, str | None]] = {"app.py": ("a = 1\n", "a = 1\nb = 2\nc = 3\n")}
FOUND = Vote(by="finder", says="supported", model="large-1")
OK = (Call(agent="code-review", work=Work.REVIEW, ending=Ending.OK),)


def opinion(*votes: Vote, line: int = 2, **fields: object) -> Finding:
    given = {
        "fingerprint": f"opinion-{line}",
        "agent": "code-review",
        "family": "model:logic",
        "category": Category.CORRECTNESS,
        "title": "It is wrong",
        "severity": Severity.HIGH,
        "confidence": Confidence.POSSIBLE,
        "location": Location(path="app.py", line=line, end_line=line),
        "snippet": ("a = 1", "b = 2", "c = 3")[line - 1],
        "votes": (FOUND, *votes),
    }
    return Finding.model_validate(given | fields)


def voted(says: str) -> Finding:
    return opinion(
        Vote.model_validate({"by": "verifier", "says": says}),
        confidence=Confidence.LIKELY if says == "supported" else Confidence.POSSIBLE,
    )


@pytest.mark.parametrize(
    ("finding", "placement"),
    [
        (voted("supported"), Placement.INLINE),
        (voted("unsure"), Placement.SUMMARY),
        (opinion(), Placement.SUMMARY),
        (opinion(confidence=Confidence.CERTAIN), Placement.SUMMARY),
    ],
)
def test_only_what_a_second_reader_supports_is_said_on_its_line(finding: Finding, placement: Placement) -> None:
    change, contents = change_of(TEXTS)
    review = judged(change, contents, [finding]).review
    assert [item.placement for item in review.findings] == [placement]


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(Severity),
    st.sampled_from(Confidence),
    st.lists(st.sampled_from(["supported", "refuted", "unsure"]), max_size=3),
    st.sampled_from([None, Severity.INFO, Severity.MEDIUM]),
)
def test_an_opinion_never_blocks_nor_helps_to_block(
    severity: Severity, confidence: Confidence, says: list[str], beside: Severity | None
) -> None:
    votes = [Vote.model_validate({"by": "verifier", "says": word}) for word in says]
    claimed = opinion(*votes, severity=severity, confidence=confidence, cwe=(78,))
    backed = [] if beside is None else [finding_of(line=2, severity=beside, text="b = 2")]
    change, contents = change_of(TEXTS)
    review = judged(change, contents, [claimed, *backed], policy=Policy(block=Severity.HIGH)).review

    assert review.verdict is Verdict.PASS
    assert not any(finding.blocking for finding in review.findings)


def test_an_opinion_beside_evidence_is_a_vote_and_no_more() -> None:
    backed = finding_of(line=2, severity=Severity.MEDIUM, confidence=Confidence.POSSIBLE, text="b = 2")
    claimed = opinion(line=2, cwe=(78,), confidence=Confidence.LIKELY, draft="def test(): ...")
    (one,) = merge([claimed, backed])

    assert (one.title, one.severity, one.confidence) == (backed.title, Severity.MEDIUM, Confidence.POSSIBLE)
    assert one.votes == (FOUND,)
    assert one.draft == "def test(): ..."
    assert one.evidence == backed.evidence


def test_what_two_agents_found_and_one_reader_supports_is_one_finding_on_its_line() -> None:
    change, contents = change_of(TEXTS)
    other = voted("unsure").model_copy(update={"agent": "security", "category": Category.SECURITY})
    (one,) = judged(change, contents, [voted("supported"), other]).review.findings
    assert one.placement is Placement.INLINE
    assert [vote.says for vote in one.votes if vote.by == "verifier"] in (["supported", "unsure"], ["unsure", "supported"])
    assert second_reading(one) == "A second reader could not refute it."


def test_evidence_still_blocks_beside_an_opinion() -> None:
    change, contents = change_of(TEXTS)
    review = judged(change, contents, [opinion(cwe=(78,)), finding_of(line=2, text="b = 2")]).review
    assert review.verdict is Verdict.BLOCK


def test_what_a_model_found_is_not_fixed_because_no_model_looked() -> None:
    change, contents = change_of(TEXTS)
    found = report_of([voted("supported")], agent="code-review", read=["app.py"], calls=OK, reasoned=True)
    ledger = judged(change, contents, reports=[found]).ledger
    silent = report_of(agent="code-review", read=["app.py"])

    without = judged(change, contents, reports=[silent], ledger=ledger).review
    assert [(item.disposition.state, item.blocking) for item in without.findings] == [(State.CARRIED, False)]
    assert without.fixed == ()

    asked = silent.model_copy(update={"calls": OK, "reasoned": True})
    again = judged(change, contents, reports=[asked], ledger=ledger).review
    assert again.findings == ()
    assert [item.disposition.state for item in again.fixed] == [State.ADDRESSED]
    assert "a model for code-review" in again.fixed[0].disposition.how
