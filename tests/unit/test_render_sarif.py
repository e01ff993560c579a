from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from jsonschema import Draft4Validator

from fusion.model import Category, Confidence, Disposition, Finding, Placement, Review, Severity, State
from fusion.render.sarif import Sarif
from fusion.render.sarif_rules import rules
from tests.fakes.reviews import HEAD, coverage, evidence, finding, fix, location, review
from tests.fakes.scenes import SCENES
from tests.fakes.snapshots import check

SAMPLES = Path(__file__).parents[1] / "samples"


@cache
def validator() -> Draft4Validator:
    schema = json.loads((SAMPLES / "schemas" / "sarif-2.1.0.json").read_text(encoding="utf-8"))
    return Draft4Validator(schema, format_checker=Draft4Validator.FORMAT_CHECKER)


def run_of(what: Review) -> dict[str, Any]:
    log = json.loads(Sarif().render(what))
    assert [f"{list(error.path)}: {error.message}" for error in validator().iter_errors(log)] == []
    [run] = log["runs"]
    return dict(run)


def one(item: Finding, **fields: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    run = run_of(review(findings=(item,), **fields))
    [result] = run["results"]
    return result, run["tool"]["driver"]["rules"][result["ruleIndex"]]


@pytest.mark.parametrize("scene", SCENES)
def test_every_scene_fits_the_official_schema(scene: str) -> None:
    run_of(SCENES[scene]())


@pytest.mark.parametrize("scene", ["blocking", "incomplete", "second-push", "removed-lines"])
def test_reads_as_recorded(scene: str) -> None:
    check(Sarif().render(SCENES[scene]()), SAMPLES / "render" / f"{scene}.sarif")


def test_the_schema_would_notice() -> None:
    log = json.loads(Sarif().render(SCENES["blocking"]()))
    log["runs"][0]["results"][0]["level"] = "fatal"

    assert list(validator().iter_errors(log))


def test_a_security_rule_follows_code_scanning() -> None:
    _, rule = one(finding(severity=Severity.CRITICAL, confidence=Confidence.CERTAIN, cwe=(89, 7, 1321)))

    assert rule["id"] == "sql-injection"
    assert rule["name"] == "SqlInjection"
    assert rule["defaultConfiguration"] == {"level": "error"}
    assert rule["properties"]["tags"] == ["security", "external/cwe/cwe-007", "external/cwe/cwe-089", "external/cwe/cwe-1321"]
    assert rule["properties"]["precision"] == "very-high"
    assert rule["properties"]["security-severity"] == "9.5"
    assert "https://cwe.mitre.org/data/definitions/89.html" in rule["help"]["markdown"]
    assert rule["help"]["text"]


@pytest.mark.parametrize(
    ("severity", "level", "band"),
    [
        ("critical", "error", (9.0, 10)),
        ("high", "error", (7.0, 8.9)),
        ("medium", "warning", (4.0, 6.9)),
        ("low", "note", (0.1, 3.9)),
    ],
)
def test_severities_fall_into_githubs_bands(severity: str, level: str, band: tuple[float, float]) -> None:
    result, rule = one(finding(severity=Severity(severity)))

    assert result["level"] == level
    assert band[0] <= float(rule["properties"]["security-severity"]) <= band[1]


def test_other_rules_have_no_security_severity() -> None:
    _, rule = one(finding(category=Category.TESTS, cwe=()))

    assert "security-severity" not in rule["properties"]
    assert rule["properties"]["tags"] == ["tests"]


def test_tags_stay_within_ten() -> None:
    _, rule = one(finding(cwe=tuple(range(1, 40))))

    assert len(rule["properties"]["tags"]) == 10


def test_a_rule_takes_the_worst_severity_and_a_title_that_fits_all_its_results() -> None:
    items = (finding(title="In a", severity=Severity.LOW, body="a"), finding(title="In b", severity=Severity.HIGH, body="b"))
    run = run_of(review(findings=items))
    [rule] = run["tool"]["driver"]["rules"]

    assert rule["shortDescription"]["text"] == "sql injection"
    assert rule["defaultConfiguration"]["level"] == "error"
    assert [result["level"] for result in run["results"]] == ["note", "error"]
    assert [result["message"]["text"] for result in run["results"]] == ["In a. a", "In b. b"]


def test_help_addresses_are_only_ours() -> None:
    _, rule = one(finding(evidence=(evidence(help_uri="https://docs.astral.sh/ruff/rules/S608"),)))
    _, other = one(finding(evidence=(evidence(help_uri="https://evil.example/"),)))

    assert rule["helpUri"] == "https://docs.astral.sh/ruff/rules/S608"
    assert "helpUri" not in other


def test_a_result_has_a_relative_place_with_columns_and_our_fingerprint() -> None:
    result, _ = one(finding(location=location("a b/ü#1:x.py", 3, 4, column=2, end_column=9)))
    place = result["locations"][0]["physicalLocation"]

    assert place["artifactLocation"] == {"uri": "a%20b/%C3%BC%231%3Ax.py", "uriBaseId": "SRCROOT"}
    assert {k: v for k, v in place["region"].items() if k != "snippet"} == {
        "startLine": 3,
        "endLine": 4,
        "startColumn": 2,
        "endColumn": 9,
    }
    assert result["partialFingerprints"] == {"fusionFingerprint/v1": "f1a9c0de"}


@pytest.mark.parametrize("scene", SCENES)
def test_uris_are_relative_and_decode_to_the_path(scene: str) -> None:
    what = SCENES[scene]()
    run = run_of(what)
    uris = re.findall(r'"uri": "([^"]*)"', json.dumps(run))

    assert all(re.fullmatch(r"[A-Za-z0-9._~%/-]+", uri) and not uri.startswith("/") for uri in uris)
    assert {f.location.path for f in what.findings if f.placement is not Placement.HIDDEN} <= {unquote(uri) for uri in uris}


@pytest.mark.parametrize(("column", "end_column"), [(0, 5), (5, 5), (7, 3), (None, 4), (-1, None)])
def test_odd_columns_make_no_odd_region(column: int | None, end_column: int | None) -> None:
    result, _ = one(finding(location=location(line=0, column=column, end_column=end_column)))
    region = result["locations"][0]["physicalLocation"]["region"]

    assert region["startLine"] == 1
    assert region.get("endColumn", 10**9) > region.get("startColumn", 0)


def test_what_the_change_removes_is_pinned_to_the_file() -> None:
    result, _ = one(SCENES["removed-lines"]().findings[0])

    assert result["locations"][0]["physicalLocation"]["region"] == {"startLine": 1}
    assert result["message"]["text"].endswith("lines 5-6 of the base.")


def test_traces_fixes_and_witnesses() -> None:
    run = run_of(SCENES["blocking"]())
    sql = next(result for result in run["results"] if result["ruleId"] == "sql-injection")
    steps = sql["codeFlows"][0]["threadFlows"][0]["locations"]
    [change] = sql["fixes"][0]["artifactChanges"]

    assert [step["location"]["message"]["text"] for step in steps] == [
        "comes from the request",
        "is handed to Users.find",
        "becomes part of the SQL text",
    ]
    assert change["replacements"][0]["deletedRegion"] == {"startLine": 42, "startColumn": 1, "endLine": 43, "endColumn": 1}
    assert [item["message"]["text"] for item in sql["relatedLocations"]] == [
        "ruff S608: Query text is built from a variable",
        "bandit B608: Possible SQL injection",
    ]


def test_only_a_verified_and_presentable_fix_is_given() -> None:
    unverified, _ = one(finding(fix=fix(verified=False)))
    secret, _ = one(finding(fix=fix(after='key = "AKIAIOSFODNN7EXAMPLE"')))

    assert "fixes" not in unverified
    assert "fixes" not in secret


def test_suppressions_say_whose_they_are() -> None:
    run = run_of(SCENES["second-push"]())
    kinds = {result["message"]["text"].split(".")[0]: result.get("suppressions", []) for result in run["results"]}

    assert [s["kind"] for s in kinds["A password stands in the code"]] == ["inSource"]
    assert kinds["A password stands in the code"][0]["justification"] == "# nosec: test data"
    assert kinds["Dismissed before"][0] == {
        "kind": "external",
        "status": "accepted",
        "justification": "wont fix by maria internal tool, trusted input",
    }
    assert "Too small" not in kinds


def test_what_blocks_is_never_marked_as_suppressed() -> None:
    said = Disposition(state=State.WONT_FIX)
    result, _ = one(finding(blocking=True, disposition=said, evidence=(evidence(suppressed="# noqa"),)))

    assert "suppressions" not in result


def test_an_incomplete_review_is_no_successful_execution() -> None:
    [invocation] = run_of(SCENES["incomplete"]())["invocations"]
    said = [(n["descriptor"]["id"], n["level"], n["message"]["text"]) for n in invocation["toolExecutionNotifications"]]

    assert invocation["executionSuccessful"] is False
    assert ("coverage-gap", "error", "bandit failed: exit code 2: internal error.") in said
    assert ("tool-failed", "error", "semgrep timed out: more than 60 s") in said
    assert ("tool-failed", "error", "tests failed: the reply did not fit its schema") in said
    assert ("tool-skipped", "note", "compliance skipped: switched off by policy") in said
    assert ("file-not-read", "error", "Not reviewed: too large: 9.1 MB") in said
    assert ("file-not-read", "note", "Not reviewed: vendored") in said
    assert ("file-not-read", "warning", "ruff could not read it: syntax it does not know") in said
    assert ("file-not-read", "error", "The hunk of 6 lines at line 40 was not reviewed: cut") in said


def test_a_complete_review_is_a_successful_execution() -> None:
    assert run_of(SCENES["blocking"]())["invocations"][0]["executionSuccessful"] is True


def test_provenance_names_a_pull_requests_repository_and_no_local_folder() -> None:
    [details] = run_of(SCENES["blocking"]())["versionControlProvenance"]

    assert (details["repositoryUri"], details["revisionId"]) == ("https://github.com/acme/shop", HEAD)
    assert "versionControlProvenance" not in run_of(SCENES["staged"]())
    assert run_of(SCENES["staged"]())["automationDetails"]["id"] == "fusion/review-5d2c"


def test_more_results_than_github_takes_are_cut_aloud() -> None:
    item = finding(evidence=(), snippet="", body="")
    run = json.loads(Sarif().render(review(findings=(item,) * 25_007, coverage=coverage())))["runs"][0]
    first = run["invocations"][0]["toolExecutionNotifications"][0]

    assert len(run["results"]) == 25_000
    assert (first["descriptor"]["id"], first["message"]["text"]) == ("results-cut", "7 results left out: too many.")


def test_hostile_text_is_inert_and_the_log_is_ascii() -> None:
    text = Sarif().render(SCENES["hostile"]())

    assert all(c == "\n" or " " <= c <= "~" for c in text)
    assert "\\u001b" not in text.lower()
    assert "\\u202e" not in re.sub(r'"insertedContent": \{[^}]*\}', "", text).lower()
    messages = [r["message"]["text"] for r in json.loads(text)["runs"][0]["results"]]
    assert not any(re.search(r"\]\(|https?://|@\w", message) for message in messages)
    assert not any("ghp_0" in message for message in messages)


def test_what_compliance_finds_with_a_weakness_is_security_too() -> None:
    weak = rules([finding(agent="compliance", family="dangerous-trigger", category=Category.COMPLIANCE, cwe=(863,))])[0]
    assert weak["properties"]["tags"] == ["security", "compliance", "external/cwe/cwe-863"]
    assert "security-severity" in weak["properties"]
    licence = rules([finding(agent="compliance", family="licence-changed", category=Category.COMPLIANCE, cwe=())])[0]
    assert licence["properties"]["tags"] == ["compliance"]
    assert "security-severity" not in licence["properties"]


def test_the_help_of_a_rule_says_nothing_of_one_place() -> None:
    advice = "Whoever supplies it can change what it does. Bind it."
    seen = [evidence(id=f"e{line}", message=f"The query (line {line}) reaches `f`: runs it") for line in (3, 9)]
    members = [finding(body=f"{item.message}. {advice}", evidence=(item,)) for item in seen]
    for findings in (members[:1], members):
        (rule,) = json.loads(Sarif().render(review(findings=tuple(findings))))["runs"][0]["tool"]["driver"]["rules"]
        assert advice in rule["help"]["markdown"]
        assert "(line" not in json.dumps(rule)
