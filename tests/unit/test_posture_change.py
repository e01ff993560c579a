"""What a change does to the posture: told once, only what is new, and blocking only where policy names the check."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.compliance import Compliance
from fusion.checks.registry import builtin
from fusion.judging.placement import blocks
from fusion.model import Category, Finding, Severity, Side
from fusion.policy import Policy
from fusion.policy.rules import Scans
from fusion.scanning.posture_change import READ, is_made, shifts
from tests.samples.agents.changes import case, findings, seen

AGENT = Compliance()
SECURITY = "# Security\n\nReport a vulnerability to security@example.org.\n"
CI = """\
name: ci
on: [pull_request]
permissions:
  contents: read
jobs:
  test:
    runs-on: ubuntu-24.04
    steps:
      - run: pytest
"""
OWNERS = "* @acme/all\n/pay/ @acme/pay\n"
DOCKER = "FROM debian@sha256:" + "0" * 64 + "\nUSER 1000:1000\nCMD x\n"
LOCK = '{"lockfileVersion": 3, "packages": {"": {"dependencies": {"a": "^1"}}, "node_modules/a": {"version": "1.0.0", %s}}}'
HASH = '"resolved": "https://r/a.tgz", "integrity": "sha512-' + "A" * 86 + '=="'
PACKAGE = '{"name": "x", "dependencies": {"a": "^1"}}'


def policy(*block: str, **said: Any) -> Policy:
    return Policy(scans=Scans(block=block, **said))


def told(files: dict[str, Any], *block: str, rules: Policy | None = None, **said: Any) -> list[Finding]:
    """The agent's findings about the posture."""
    found = findings(AGENT, case(files, policy=rules or policy(*block), **said))
    return [one for one in found if one.evidence[0].rule.startswith("posture/")]


@pytest.mark.parametrize(
    ("files", "check", "severity"),
    [
        ({"SECURITY.md": (SECURITY, None)}, "security-policy", Severity.MEDIUM),
        ({"SECURITY.md": (SECURITY, "# Security\n\nSoon.\n")}, "security-policy", Severity.MEDIUM),
        (
            {".github/workflows/ci.yml": (CI, CI.replace("pytest", "echo").replace("  test:", "  say:"))},
            "ci-defined",
            Severity.MEDIUM,
        ),
        ({".github/workflows/ci.yml": (CI, None)}, "ci-defined", Severity.MEDIUM),
        ({".github/CODEOWNERS": (OWNERS, None)}, "code-owners-file", Severity.HIGH),
        ({".github/CODEOWNERS": (OWNERS, "* @acme/all\n")}, "code-owners-file", Severity.MEDIUM),
        ({".github/CODEOWNERS": (OWNERS, OWNERS + "/pay/ @acme/pay @acme/all\n")}, "code-owners-file", Severity.LOW),
        ({".github/dependabot.yml": ("version: 2\n", None)}, "dependency-update-tool", Severity.MEDIUM),
        ({"Dockerfile": (DOCKER, DOCKER.replace("USER 1000:1000\n", ""))}, "container-images", Severity.MEDIUM),
        ({"Dockerfile": (DOCKER, DOCKER + "USER root\n")}, "container-images", Severity.MEDIUM),
        ({"bin/tool.exe": (None, b"MZ\0\0" + bytes(900))}, "binary-artifacts", None),
    ],
)
def test_is_told(files: dict[str, Any], check: str, severity: Severity | None) -> None:
    (found,) = told(files)
    assert found.family == check
    assert severity in (None, found.severity)
    assert not blocks(found, policy())
    assert not blocks(found, policy().model_copy(update={"block": Severity.INFO})), "what policy does not name informs"


@pytest.mark.parametrize(
    "files",
    [
        {"SECURITY.md": (SECURITY, SECURITY + "\nWe answer within a week.\n")},
        {"SECURITY.md": (SECURITY, None), ".github/SECURITY.md": (None, SECURITY)},
        {".github/workflows/ci.yml": (CI, None), ".github/workflows/tests.yml": (None, CI)},
        {".github/CODEOWNERS": (OWNERS, OWNERS.replace("@acme/pay", "@acme/payments"))},
        {".github/CODEOWNERS": (OWNERS, None), "CODEOWNERS": (None, OWNERS)},
        {".github/dependabot.yml": ("version: 2\n", None), "renovate.json": (None, '{"extends": ["config:base"]}')},
        {"Dockerfile": (DOCKER, DOCKER.replace("1000:1000", "app"))},
        {"Dockerfile": (DOCKER.replace("USER 1000:1000\n", ""), DOCKER.replace("USER 1000:1000\n", "RUN y\n"))},
        {"a.py": ("x = 1\n", "x = 2\n")},
        {"tests/test_a.py": ("def test_a():\n    assert 1\n", None)},
    ],
)
def test_is_no_news(files: dict[str, Any]) -> None:
    assert told(files) == []


def test_a_file_that_moves_brings_nothing_new() -> None:
    data = b"MZ\0\0" + bytes(900)
    assert told({"new/tool.exe": (data, data)}, renamed={"new/tool.exe": "old/tool.exe"}) == []


def test_named_checks_block_at_any_severity() -> None:
    (found,) = told({".github/CODEOWNERS": (OWNERS, OWNERS + "/pay/ @acme/pay @acme/all\n")}, "code-owners-file")
    assert found.severity is Severity.LOW
    assert blocks(found, policy())
    assert not blocks(found.model_copy(update={"excused": "so"}), policy())
    assert not blocks(found.model_copy(update={"evidence": ()}), policy()), "an opinion blocks nothing, whoever names it"


WORKFLOW = {".github/workflows/ci.yml": (CI, CI.replace("contents: read", "contents: write"))}


def test_what_is_said_already_is_not_said_again_and_blocks_in_its_place() -> None:
    found = findings(AGENT, case(WORKFLOW, policy=policy()))
    assert [(one.evidence[0].rule, one.weight) for one in found] == [("compliance/workflow-permissions", "")]
    found = findings(AGENT, case(WORKFLOW, policy=policy("token-permissions")))
    assert [(one.evidence[0].rule, one.weight) for one in found] == [("compliance/workflow-permissions", "blocks")]
    assert blocks(found[0], policy().model_copy(update={"block": Severity.CRITICAL}))


def test_a_check_over_evidence_blocks_by_what_the_agent_says_in_its_place() -> None:
    dangerous = {".github/workflows/ci.yml": (CI, CI.replace("on: [pull_request]", "on: [pull_request_target]"))}
    for named, weight in (((), ""), (("dangerous-workflow",), "blocks")):
        found = findings(AGENT, case(dangerous, policy=policy(*named)))
        assert [one.weight for one in found if one.family == "dangerous-trigger"] == [weight]


def test_a_tools_evidence_counts_as_said() -> None:
    new = {".github/workflows/new.yml": (None, CI.replace("permissions:\n  contents: read\n", "").replace("pytest", "ls"))}
    assert [one.family for one in told(new)] == ["token-permissions"]
    tool = seen(".github/workflows/new.yml", 3, family="excessive-permissions", category=Category.SECURITY, tool="zizmor")
    assert told(new, evidence=[tool]) == []


def test_what_is_said_of_a_line_of_a_dockerfile_covers_that_line_alone() -> None:
    after = DOCKER.replace("USER 1000:1000\n", "ENV API_TOKEN=abc123\n") + "USER root\n"
    (found,) = told({"Dockerfile": (DOCKER, after)})
    assert "API_TOKEN" in found.title
    assert "The image runs as root" in found.body
    tool = seen("Dockerfile", 4, family="runs-as-root", category=Category.SECURITY, tool="hadolint", rule="DL3002")
    (found,) = told({"Dockerfile": (DOCKER, after)}, evidence=[tool])
    assert "The image runs as root" not in found.body


def licence(name: str, version: str = "1.0.0") -> str:
    return (LOCK % f'{HASH}, "license": "{name}"').replace('"1.0.0"', f'"{version}"')


def test_a_dependency_with_a_denied_licence_is_told_and_blocks_where_named() -> None:
    rules = policy("dependency-licences", licences_deny=("AGPL-*",))
    files = {"package.json": (PACKAGE, PACKAGE), "package-lock.json": (licence("MIT"), licence("AGPL-3.0-only", "2.0.0"))}
    (found,) = told(files, rules=rules)
    assert found.family == "dependency-licences"
    assert "AGPL-3.0-only" in found.title
    assert blocks(found, rules)
    bumped = {"package-lock.json": (licence("AGPL-3.0-only"), licence("AGPL-3.0-only", "1.0.1"))}
    assert told(bumped, rules=rules) == [], "it was there before"


def test_a_pin_that_is_lost_is_told_and_the_custom_of_a_file_is_not() -> None:
    pinned = "FROM a@sha256:" + "0" * 64 + "\n"
    lost = told({"Dockerfile": (pinned, "FROM a:1\n")})
    assert [one.family for one in lost] == ["container-image-pins"]
    assert told({"Dockerfile": (pinned, pinned + "FROM b:1\n")}) == []
    assert [one.family for one in told({"Dockerfile": (pinned, pinned + "FROM b:1\n")}, "container-image-pins")] == [
        "container-image-pins"
    ]


def test_what_is_taken_away_is_quoted_from_the_base() -> None:
    (found,) = told({"SECURITY.md": (SECURITY, None)})
    assert (found.location.side, found.location.line, found.snippet) == (Side.LEFT, 1, "# Security")
    assert "Where no other file serves" in found.body


def test_a_check_that_is_switched_off_says_nothing() -> None:
    rules = Policy(scans=Scans(checks={"security-policy": False}))
    assert told({"SECURITY.md": (SECURITY, None)}, rules=rules) == []


def test_ignored_paths_and_whole_trees_have_no_shifts() -> None:
    whole = case({"SECURITY.md": (SECURITY, None)}, whole_tree=True)
    assert shifts(whole.change, whole.contents, whole.policy, builtin()) == ()
    ignored = case({"SECURITY.md": (SECURITY, None)}, policy=Policy(ignore=("*.md",)))
    assert shifts(ignored.change, ignored.contents, ignored.policy, builtin()) == ()


def test_only_what_a_change_shows_is_held_against_it() -> None:
    made = [check for check in builtin() if is_made(check)]
    assert len(made) > 10
    assert all(check.about.reads <= READ for check in made)


PATHS = ["SECURITY.md", "CODEOWNERS", ".github/workflows/a.yml", "package.json", "Dockerfile", "go.mod", "LICENSE", "a/b.bin"]


@settings(max_examples=40, deadline=None)
@given(
    st.dictionaries(st.sampled_from(PATHS), st.tuples(st.none() | st.binary(max_size=60), st.none() | st.binary(max_size=60)))
)
def test_any_bytes_end_in_findings(files: dict[str, Any]) -> None:
    there = {path: both for path, both in files.items() if both != (None, None)}
    findings(AGENT, case(there))
    same = {path: (both[0], both[0]) for path, both in there.items() if both[0] is not None}
    assert told(same) == []
