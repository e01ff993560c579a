"""Whether what two agents' models say of the same lines is said once, and what is kept of both.

`said_twice.jsonl` holds findings as a model worded them in a captured run over the starter set. `flaws` says, read by people,
which of them are one flaw, by the agents that found it.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from agents.kinds import kinds
from fusion.evaluation.kinds import spoken
from fusion.evaluation.outcomes import agents
from fusion.judging.ledger import also
from fusion.judging.merge import merge
from fusion.judging.reconcile import witnesses
from fusion.model import Category, Confidence, Finding, Location, Severity, Vote
from fusion.render.phrases import opinion
from tests.fakes.judging import finding_of

CAPTURED = [
    json.loads(line)
    for line in (Path(__file__).parents[1] / "samples" / "judging" / "said_twice.jsonl").read_text("utf-8").splitlines()
]
FOUND = Vote(by="finder", says="supported", model="large-1")


def said(agent: str, title: str, line: int = 4, **fields: object) -> Finding:
    kind = str(fields.pop("kind", "logic"))
    given = {
        "fingerprint": f"{agent}-{kind}-{line}-{title}",
        "agent": agent,
        "family": f"model:{kind}",
        "category": Category.CORRECTNESS,
        "title": title,
        "severity": Severity.MEDIUM,
        "confidence": Confidence.LIKELY,
        "location": Location(path="app.py", line=line, end_line=line),
        "votes": (FOUND,),
    }
    return Finding.model_validate(given | fields)


def captured(item: dict[str, object]) -> Finding:
    known = kinds()[str(item["agent"])].get(str(item["kind"]))
    place = Location.model_validate({name: item[name] for name in ("path", "line", "end_line")})
    return said(
        str(item["agent"]),
        str(item["title"]),
        kind=item["kind"],
        body=f"{item['why']}\n\n{item['body']}",
        severity=item["severity"],
        category=known.category if known else Category.SECURITY,
        cwe=known.cwe if known else (),
        location=place,
        symbol=item["symbol"],
    )


@pytest.mark.parametrize("sample", CAPTURED, ids=lambda sample: sample["change"])
def test_what_agents_said_in_the_captured_run_is_said_once(sample: dict[str, object]) -> None:
    findings = [captured(item) for item in sample["findings"]]  # type: ignore[attr-defined]
    for given in (findings, findings[::-1]):
        found = [sorted([one.agent, *(echo.agent for echo in one.echoes)]) for one in merge(given)]
        assert sorted(found) == sample["flaws"]


WORDS = "A length above 127 becomes negative, passes both checks and overflows the buffer behind it"
GUARD = said("security", WORDS, kind="memory-safety", category=Category.SECURITY, severity=Severity.HIGH)
EDGE = said("code-review", "A length above 127 becomes negative, passes the checks and overflows the buffer", kind="boundary")
DRAFT = said(
    "tests",
    "Nothing tests a length above 127 that becomes negative and passes both checks",
    kind="untested-case",
    category=Category.TESTS,
    severity=Severity.CRITICAL,
    draft="def test_length(): ...",
    votes=(FOUND, Vote(by="verifier", says="supported", reason="no test has one")),
)


def test_the_one_finding_names_both_agents_and_keeps_votes_and_draft() -> None:
    checked = EDGE.model_copy(update={"votes": (FOUND, Vote(by="verifier", says="unsure", reason="I cannot tell"))})
    (one,) = merge([DRAFT, checked, GUARD])
    assert (one.agent, one.severity, one.draft) == ("security", Severity.HIGH, "def test_length(): ...")
    assert [(echo.agent, echo.family, echo.draft) for echo in one.echoes] == [
        ("code-review", "model:boundary", False),
        ("tests", "model:untested-case", True),
    ]
    # What a second reader said of the draft is no word about the flaw.
    assert [(vote.by, vote.reason) for vote in one.votes] == [("finder", ""), ("verifier", "I cannot tell")]
    assert opinion(one) == "a model's opinion (large-1), for security and code-review"
    assert {"boundary", "tests"} <= set(spoken(one))
    assert agents(one) == ("security", "code-review")


def test_a_draft_makes_no_flaw_surer_and_does_not_speak_for_it() -> None:
    doubtful = EDGE.model_copy(update={"confidence": Confidence.POSSIBLE, "severity": Severity.LOW})
    (one,) = merge([DRAFT, doubtful])
    assert (one.agent, one.severity, one.confidence) == ("code-review", Severity.LOW, Confidence.POSSIBLE)


def test_another_push_knows_it_by_either_agent_and_not_by_the_draft() -> None:
    (one,) = merge([GUARD, EDGE, DRAFT])
    assert set(also(one)) == {EDGE.fingerprint}
    assert witnesses(one) == {"model:security", "model:code-review"}


@pytest.mark.parametrize(
    "other",
    [
        EDGE.model_copy(update={"agent": "security"}),
        EDGE.model_copy(update={"location": Location(path="app.py", line=6, end_line=6)}),
        EDGE.model_copy(update={"title": "The file is never closed when the parser gives up on a broken header"}),
        EDGE.model_copy(update={"votes": (), "evidence": finding_of("bandit", line=4).evidence}),
    ],
    ids=["the same agent", "other lines", "other words", "a tool's"],
)
def test_what_stays_apart(other: Finding) -> None:
    assert len(merge([GUARD, other])) == 2
