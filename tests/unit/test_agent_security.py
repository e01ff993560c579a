from __future__ import annotations

import pytest

from agents.advice import advice
from agents.security import Security
from fusion.agent import Skip
from fusion.evidence.catalogue import families
from fusion.model import Category, Confidence, Severity
from fusion.policy import Policy
from tests.samples.agents.changes import case, findings, seen

AGENT = Security()


def hit(path: str = "shop/run.py", family: str = "command-injection", **more: object) -> object:
    return seen(path, family=family, category=Category.SECURITY, **more)  # type: ignore[arg-type]


def test_says_what_why_and_what_to_do() -> None:
    evidence = hit(message="subprocess call with shell=True")
    found = findings(AGENT, case({"shop/run.py": ("", "x\n")}, evidence=[evidence]))
    assert len(found) == 1
    assert found[0].title
    assert found[0].body == (
        "subprocess call with shell=True. " + advice()["command-injection"].why + " " + advice()["command-injection"].do
    )
    assert (found[0].severity, found[0].confidence) == (Severity.HIGH, Confidence.LIKELY)
    assert found[0].evidence == (evidence,)
    assert found[0].fingerprint == evidence.fingerprint


@pytest.mark.parametrize(
    ("rule", "message", "body"),
    [
        # A title of the rule's own: a message without a name, a number or a quotation adds nothing to it.
        ("SC2115", "Use a default here", "{why} {do}"),
        ("SC2115", "Use `${dir:?}` here", "Use `${dir:?}` here. {why} {do}"),
        # The tool's own advice knows the rule.
        ("SC2115", "Saw `x`. Write `y` instead", "Saw `x`. {why} Write `y` instead."),
        ("SC2115", "Saw `x`. Do this. Then do that. And more", "Saw `x`. {why} {do}"),
    ],
)
def test_a_reader_gets_three_sentences(rule: str, message: str, body: str) -> None:
    evidence = hit("clean.sh", "dangerous-removal", tool="shellcheck", rule=rule, message=message)
    (found,) = findings(AGENT, case({"clean.sh": ("", "x\n")}, evidence=[evidence]))
    known = advice()["dangerous-removal"]
    assert found.body == body.replace("{why}", known.why).replace("{do}", known.do)


def test_what_counts_for_less_is_not_said_to_be_terrible() -> None:
    evidence = hit("tests/test_run.py", message="shell=True")
    (found,) = findings(AGENT, case({"tests/test_run.py": ("", "x\n")}, evidence=[evidence]))
    known = advice()["command-injection"]
    assert found.body == f"shell=True. {known.do} It counts for less because it stands in a test."


@pytest.mark.parametrize(
    ("path", "severity"),
    [
        ("tests/data/cases/run.py", Severity.INFO),
        ("tests/fixtures/run.py", Severity.INFO),
        ("tests/data/test_run.py", Severity.LOW),
        ("src/data/run.py", Severity.HIGH),
    ],
)
def test_data_for_tests_may_be_wrong_on_purpose(path: str, severity: Severity) -> None:
    (found,) = findings(AGENT, case({path: ("", "x\n")}, evidence=[hit(path)]))
    assert found.severity is severity


def test_a_message_that_is_the_title_is_not_said_again() -> None:
    title = families()["command-injection"].title
    (found,) = findings(AGENT, case({"run.py": ("", "x\n")}, evidence=[hit("run.py", message=f"{title.upper()}.")]))
    known = advice()["command-injection"]
    assert (found.title, found.body) == (title, f"{known.why} {known.do}")


def test_a_family_we_do_not_know_speaks_with_the_tools_words() -> None:
    evidence = hit(family="codeql:py/odd", tool="codeql", rule="py/odd", message="Odd thing. It is long")
    found = findings(AGENT, case({"shop/run.py": ("", "x\n")}, evidence=[evidence]))
    assert (found[0].title, found[0].body) == ("Odd thing", "Odd thing. It is long.")


def test_our_own_rules_say_it_themselves() -> None:
    evidence = hit(tool="ast-grep", rule="py-shell-built", message="A shell parses this. Pass a list instead.")
    found = findings(AGENT, case({"shop/run.py": ("", "x\n")}, evidence=[evidence]))
    assert found[0].body == "A shell parses this. Pass a list instead."


def test_an_empty_message_still_makes_a_title() -> None:
    evidence = hit(family="x:y", tool="x", rule="y", message="")
    tasks = AGENT.tasks(case({"shop/run.py": ("", "x\n")}, evidence=[evidence]))
    assert not isinstance(tasks, Skip)
    assert tasks[0].candidates[0].title == "x reports y"


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("shop/run.py", Severity.HIGH),
        ("tests/test_run.py", Severity.LOW),
        ("shop/run_test.go", Severity.LOW),
        ("examples/run.py", Severity.MEDIUM),
        ("shop/contest.py", Severity.HIGH),
        ("shop/latest.py", Severity.HIGH),
    ],
)
def test_context_lowers(path: str, expected: Severity) -> None:
    found = findings(AGENT, case({path: ("", "x\n")}, evidence=[hit(path)]))
    assert found[0].severity is expected


def test_secrets_are_the_compliance_agents_unless_it_is_off() -> None:
    evidence = [hit(family="hardcoded-secret")]
    files = {"shop/run.py": ("", "x\n")}
    assert isinstance(AGENT.tasks(case(files, evidence=evidence)), Skip)
    assert len(findings(AGENT, case(files, evidence=evidence, policy=Policy(agents={"compliance": False})))) == 1


@pytest.mark.parametrize(
    "made",
    [
        case({"a.py": ("", "x\n")}),
        case({"a.py": ("", "x\n")}, evidence=[seen("a.py", family="style", category=Category.CORRECTNESS)]),
        case({"a.py": ("", "x\n")}, evidence=[hit()], policy=Policy(agents={"security": False})),  # type: ignore[list-item]
    ],
)
def test_skips(made: object) -> None:
    assert isinstance(AGENT.tasks(made), Skip)  # type: ignore[arg-type]


def test_every_family_has_advice_and_no_advice_is_orphaned() -> None:
    assert set(advice()) == set(families())


@pytest.mark.parametrize("family", sorted(advice()))
def test_advice_is_plain_sentences(family: str) -> None:
    for text in (advice()[family].why, advice()[family].do):
        assert text[0].isupper()
        assert text.endswith(".")
        assert len(text) < 180
