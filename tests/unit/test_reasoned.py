"""The model half that the agents share: what becomes of a reply, an honest one and others."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest

from agents.code_review import CodeReview
from agents.compliance import Compliance
from agents.documentation import Documentation
from agents.kinds import kinds
from agents.prompts import instructions
from agents.reasoned import MOST, Reasoned
from agents.replies import Findings, schema
from agents.security import Security
from agents.tests import Tests
from fusion.agent import Skip, Thinking
from fusion.evidence.catalogue import families
from fusion.model import AgentTask, Brief, Category, Confidence, Ending, Finding, Outcome, Response, Severity, Work
from fusion.policy import Policy
from fusion.reasoning.fence import RULES
from fusion.reasoning.replies import read as checked
from tests.fakes.briefs import answer, brief_of, claim, passage, reply, task_of
from tests.samples.agents.changes import case, seen

AGENTS: tuple[Reasoned, ...] = (CodeReview(), Compliance(), Documentation(), Security(), Tests())


def found(*claims: dict[str, Any], agent: Reasoned = AGENTS[0], task: AgentTask | None = None) -> tuple[Finding, ...]:
    report = agent.read(task or task_of(agent.name), reply(*claims))
    assert report.outcome is Outcome.OK
    return report.findings


def test_a_claim_that_quotes_its_line_is_a_finding_at_its_place() -> None:
    (one,) = found(claim())

    assert (one.location.path, one.location.line, one.location.end_line) == ("shop/pages.py", 11, 11)
    assert (one.family, one.cwe, one.symbol) == ("model:contract", (628,), "page")
    assert (one.severity, one.confidence, one.evidence) == (Severity.HIGH, Confidence.POSSIBLE, ())
    assert one.snippet == "    start = number * size"
    assert one.body == "`page(rows, 1)` starts at 20.\n\nKeep the old formula."
    assert [(vote.by, vote.says, vote.model) for vote in one.votes] == [("finder", "supported", "large-1")]


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"quote": "    start = number * sizes"}, "a line that is not in the change"),
        ({"quote": ""}, "a line that is not in the change"),
        ({"passage": "P9"}, "a line that is not in the change"),
        ({"kind": "style"}, "of a kind that this agent does not know"),
    ],
)
def test_what_does_not_hold_is_dropped_and_counted(changes: dict[str, Any], why: str) -> None:
    report = AGENTS[0].read(task_of(), reply(claim(), claim(**changes)))

    assert len(report.findings) == 1
    assert any(why in said for said in report.set_aside)


@pytest.mark.parametrize("line", [-(2**60), 0, 1, 7, 2**60])
def test_a_wrong_number_does_not_matter_where_the_text_stands_once(line: int) -> None:
    (one,) = found(claim(line=line, end_line=line))
    assert one.location.line == 11


def test_a_removed_line_is_shown_where_its_place_is_now() -> None:
    (one,) = found(claim(line=2, end_line=2, quote="-    start = (number - 1) * size"))
    assert one.location.line == 11


def test_a_range_that_runs_away_is_its_first_line() -> None:
    (one,) = found(claim(end_line=5_000))
    assert (one.location.line, one.location.end_line) == (11, 11)


def test_severity_is_capped_and_lowered_where_the_model_is_not_sure() -> None:
    assert found(claim(severity="critical"))[0].severity is Severity.HIGH
    assert found(claim(severity="medium", confidence="low"))[0].severity is Severity.LOW


def test_a_thousand_claims_are_five_findings_whatever_their_order() -> None:
    text = "\n".join(f"+    step_{number}()" for number in range(1_000))
    task = task_of(brief=brief_of(passage(text)))
    claims = [
        claim(line=n + 1, end_line=n + 1, quote=f"    step_{n}()", severity="low" if n % 9 else "high") for n in range(1_000)
    ]
    first = found(*claims, task=task)
    random.Random(7).shuffle(claims)

    assert len(first) == MOST
    assert {one.severity for one in first} == {Severity.HIGH}
    assert found(*claims, task=task) == first


def test_the_same_thing_twice_is_one_finding() -> None:
    assert len(found(claim(), claim(title="Again"), claim(kind="boundary"))) == 2


def test_what_a_tool_said_of_the_line_is_not_said_again() -> None:
    before = "def page(run, number):\n    run(number)\n"
    after = before + "    subprocess.run(number, shell=True)\n    eval(number)\n"
    told = seen("shop/run.py", 3, tool="bandit", rule="B602", family="command-injection", category=Category.SECURITY)
    thinking = case({"shop/run.py": (before, after)}, evidence=[told], thinking=Thinking())
    security = Security()
    (task,) = [task for task in security.tasks(thinking) if isinstance(task, AgentTask) and task.brief]
    quote = {"line": 3, "end_line": 3, "quote": "    subprocess.run(number, shell=True)"}

    assert found(claim(kind="command-injection", **quote), agent=security, task=task) == ()
    assert len(found(claim(kind="trust-boundary", **quote), agent=security, task=task)) == 1
    far = {"line": 1, "end_line": 1, "quote": " def page(run, number):"}
    assert len(found(claim(kind="command-injection", **far), agent=security, task=task)) == 1


def test_thinking_adds_tasks_and_takes_nothing_away() -> None:
    sides = {"shop/run.py": ("def page(run):\n    run()\n", "def page(run):\n    run(1)\n"), "README.md": ("a\n", "b\n")}
    for agent in AGENTS:
        plain, thinking = agent.tasks(case(sides)), agent.tasks(case(sides, thinking=Thinking()))
        first = [] if isinstance(plain, Skip) else list(plain)
        if isinstance(thinking, Skip):
            assert thinking == plain
            assert agent.name == "compliance"
            continue
        assert list(thinking)[: len(first)] == first
        more = list(thinking)[len(first) :]
        assert more
        assert [task.id for task in more] == [f"{agent.name}-{number}" for number in range(2, len(more) + 2)]
        assert all(task.brief is not None and task.brief.work is agent.work and not task.candidates for task in more)
        off = case(sides, thinking=Thinking(), policy=Policy(agents={agent.name: False}))
        assert isinstance(agent.tasks(off), Skip)


def test_what_did_not_fit_is_the_model_halfs_to_tell() -> None:
    sides = {f"shop/part_{n}.py": (None, f"def part_{n}():\n    return {n}\n") for n in range(6)}
    tasks = AGENTS[0].tasks(case(sides, thinking=Thinking(briefs=1, prompt=900)))
    assert not isinstance(tasks, Skip)
    first, *briefed, last = tasks

    assert first.unread == ()
    assert all(task.brief for task in briefed)
    assert last.brief is None
    report = AGENTS[0].read(last, None)
    assert AGENTS[0].ask(last) is None
    assert (report.outcome, report.reasoned, report.findings) == (Outcome.OK, True, ())
    assert {item.path for item in report.unread} < set(sides)
    assert report.unread


@pytest.mark.parametrize("kind", ["evidence", "definition", "caller", "metadata"])
def test_a_finding_lies_in_the_change(kind: str) -> None:
    other = passage("    start = number * size", name="P2", kind=kind, path="other.py", at=1)
    task = task_of(brief=brief_of(passage(), other))
    assert found(claim(passage="P2", line=1, quote="    start = number * size"), task=task) == ()


def test_words_reach_people_plain_and_short() -> None:
    evil = "See [here](https://evil.example/?q=1) @octocat ![x](http://e.example/i.png) <img src=x> " + "long " * 5_000
    (one,) = found(claim(title=evil, why=evil, body=evil))

    text = f"{one.title} {one.body} {one.votes[0].reason}"
    assert not any(mark in text for mark in ("http", "@octocat", "<img", "]("))
    assert len(one.title) <= 120
    assert len(one.body) <= 1_200


def test_a_suggestion_is_an_edit_of_those_lines_that_nobody_has_verified() -> None:
    (one,) = found(claim(suggestion="    start = (number - 1) * size"))
    assert one.fix is not None
    (edit,) = one.fix.edits
    assert (edit.line, edit.column, edit.end_line, edit.end_column) == (11, 1, 12, 1)
    assert edit.text == "    start = (number - 1) * size\n"
    assert not one.fix.verified
    assert not one.fix.safe
    assert one.draft == ""


@pytest.mark.parametrize(
    "changes",
    [
        {"suggestion": "    start = number * size"},
        {"suggestion": "```python\nx\n```"},
        {"suggestion": "x = 1  # \u202e hidden"},
        {"suggestion": 'token = "ghp_' + "a1B2" * 9 + '"'},
        {"suggestion": 'token = "ghp_********"'},
        {"suggestion": "x\n" * 500},
        {"suggestion": "x" * 100_000},
        {"suggestion": "a = 1", "line": 2, "end_line": 2, "quote": "-    start = (number - 1) * size"},
    ],
)
def test_a_suggestion_that_is_not_safe_to_show_is_none(changes: dict[str, Any]) -> None:
    (one,) = found(claim(**changes))
    assert one.fix is None


TEST = "def test_page():\n    assert page([1, 2], 1, 1) == [1]"


def test_a_drafted_test_is_a_draft_and_no_edit_of_the_code() -> None:
    draft = "def test_first_page():\n    assert page([1, 2], 1, 1) == [1]"
    (one,) = found(claim(kind="untested-case", suggestion=draft), agent=Tests(), task=task_of(brief=TESTED))
    assert one.draft == draft
    assert one.fix is None


TESTED = brief_of(passage(symbol="page"), passage(TEST, name="P2", path="tests/test_pages.py", at=1, kind="test"))


@pytest.mark.parametrize(
    ("changes", "brief", "why"),
    [
        ({}, brief_of(), "a test where none is shown"),
        ({"suggestion": "  "}, TESTED, "draft none"),
        ({"suggestion": TEST.partition("\n")[2]}, TESTED, "draft a test that is there"),
        ({"line": 5, "end_line": 5, "quote": "    return items[start : start + size]"}, TESTED, "the change does not touch"),
        ({"passage": "P2", "line": 2, "quote": TEST.partition("\n")[2]}, TESTED, "the change does not touch"),
        ({"severity": "low"}, TESTED, "a rare case"),
        ({"confidence": "medium"}, TESTED, "doubt that it is missing"),
    ],
)
def test_a_test_is_asked_for_only_where_it_is_worth_reading(changes: dict[str, Any], brief: Brief, why: str) -> None:
    given = {"kind": "untested-case", "suggestion": "def test_more():\n    assert page([], 9, 1) == []"}
    report = Tests().read(task_of(brief=brief), reply(claim(**(given | changes))))
    assert report.findings == ()
    assert [why in said for said in report.set_aside] == [True]


def test_of_missing_tests_one_is_asked_for_and_weak_ones_are_named_beside_it() -> None:
    asked = claim(kind="untested-case", suggestion="def test_more():\n    assert page([], 9, 1) == []", severity="medium")
    graver = asked | {"line": 4, "end_line": 4, "quote": "+    # as agreed", "severity": "high"}
    weak = claim(kind="weak-assertion", passage="P2", line=2, end_line=2, quote=TEST.partition("\n")[2], severity="low")
    report = Tests().read(task_of(brief=TESTED), reply(asked, graver, weak))
    assert [one.family for one in report.findings] == ["model:untested-case", "model:weak-assertion"]
    assert report.findings[0].location.line == 12
    assert report.set_aside == ("1 dropped: beyond the one of its kind that one brief may have",)


@pytest.mark.parametrize(
    ("changes", "symbol", "why"),
    [
        ({"suggestion": ""}, "page", "write none"),
        ({"confidence": "low"}, "page", "only suppose"),
        ({}, "Pages._page", "a private name"),
        ({"line": 5, "end_line": 5, "quote": "    return items[start : start + size]"}, "page", "the change does not touch"),
    ],
)
def test_documentation_is_asked_for_only_where_it_is_written(changes: dict[str, Any], symbol: str, why: str) -> None:
    given = claim(kind="missing-docstring", suggestion='    """Pages count from 0."""')
    task = task_of(brief=brief_of(passage(symbol=symbol)))
    report = Documentation().read(task, reply(given | changes))
    assert report.findings == ()
    assert [why in said for said in report.set_aside] == [True]
    assert len(Documentation().read(task_of(), reply(given)).findings) == 1


def test_without_an_answer_a_brief_was_read_by_nobody() -> None:
    report = AGENTS[0].read(task_of(), None)
    assert (report.outcome, report.read, report.reasoned) == (Outcome.FAILED, (), True)


@pytest.mark.parametrize("value", [{}, {"findings": 3}, {"findings": [{}]}, {"findings": [claim(more=1)]}, {"other": []}])
def test_a_reply_of_another_shape_is_a_failure_and_not_no_findings(value: dict[str, Any]) -> None:
    assert AGENTS[0].read(task_of(), answer(value)).outcome is Outcome.FAILED


@pytest.mark.parametrize("agent", AGENTS, ids=lambda agent: agent.name)
def test_the_prompt_is_ours_first_and_the_same_for_every_brief(agent: Reasoned) -> None:
    one, other = (agent.ask(task_of(agent.name, brief_of(passage(path=path)))) for path in ("a/first.py", "b/{placeholder}.py"))
    assert one is not None
    assert other is not None
    assert one.messages[0] == other.messages[0]
    assert one.messages[0].text == f"{instructions(agent.prompt_name)}\n\n{RULES}"
    assert "shop" not in one.messages[0].text
    assert [source.path for source in one.sources] == ["a/first.py"]
    assert one.schema_name.isidentifier()
    assert len(one.schema_name) <= 64
    assert one.work is Work.REVIEW


@pytest.mark.parametrize("agent", AGENTS, ids=lambda agent: agent.name)
def test_the_prompt_does_not_say_where_at_head_its_lines_are(agent: Reasoned) -> None:
    one, other = (agent.ask(task_of(agent.name, brief_of(passage(at=at)))) for at in (10, 4_711))
    assert one == other


@pytest.mark.parametrize("agent", AGENTS, ids=lambda agent: agent.name)
def test_instructions_and_schema_know_the_same_kinds(agent: Reasoned) -> None:
    offered = schema(Findings, agent=agent.name)["properties"]["findings"]["items"]["properties"]["kind"]["enum"]
    text = instructions(agent.prompt_name)

    assert set(offered) == set(kinds()[agent.name])
    assert all(f"`{name}`" in text for name in offered)
    assert all(kind.title and set(kind.families) <= set(families()) for kind in kinds()[agent.name].values())


@pytest.mark.parametrize("agent", AGENTS, ids=lambda agent: agent.name)
def test_the_examples_in_the_instructions_fit_the_schema(agent: Reasoned) -> None:
    prompt = agent.ask(task_of(agent.name))
    assert prompt is not None
    replies = [line.partition("Reply: ")[2] for line in instructions(agent.prompt_name).split("\n") if "Reply: {" in line]

    assert len(replies) >= 2
    for text in replies:
        assert checked(prompt, Response(ending=Ending.OK, text=text)) == json.loads(text)
