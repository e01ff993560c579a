"""SARIF and OSCAL of a scan fit the official schemas, whatever its state, and say what the scan says."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from fusion import __version__
from fusion.model import Severity
from fusion.model.compliance import Drift, Scan
from fusion.model.posture import Unknown
from fusion.render.scan import oscal, sarif
from tests.fakes import sarif as oasis
from tests.fakes.oscal import translated, validator
from tests.fakes.scans import CATALOGUES, CHECKS, NOW, clean, deviation, failed, rich, scan

SCANS: dict[str, Callable[[], Scan]] = {
    "rich": rich,
    "clean": clean,
    "nothing": scan,
    "gone": lambda: scan(status="gone", reason="It was renamed.", commit="", posture=Unknown(why="It is not there.")),
    "partial": lambda: scan(results=(failed("bare"),), asked=("bare",), cut="GitHub lists only some of them."),
    "unknown check": lambda: scan(results=(failed("of-a-plug-in", deviation("a b\tc")), failed("bare"))),
}


def run_of(what: Scan) -> dict[str, Any]:
    log = json.loads(sarif.render(what, checks=CHECKS, catalogues=CATALOGUES))
    assert [f"{list(error.path)}: {error.message}" for error in oasis.validator().iter_errors(log)] == []
    [run] = log["runs"]
    return dict(run)


def results_of(what: Scan) -> dict[str, Any]:
    document = json.loads(oscal.render(what, checks=CHECKS, catalogues=CATALOGUES))
    assert [f"{list(error.path)}: {error.message[:300]}" for error in validator().iter_errors(document)] == []
    [result] = document["assessment-results"]["results"]
    return dict(result)


@pytest.mark.parametrize("name", SCANS)
def test_every_scan_fits_the_official_schemas(name: str) -> None:
    run_of(SCANS[name]())
    results_of(SCANS[name]())


def test_the_schemas_would_notice() -> None:
    log = json.loads(sarif.render(rich(), checks=CHECKS, catalogues=CATALOGUES))
    log["runs"][0]["results"][0]["suppressions"] = [{"kind": "because"}]
    assert list(oasis.validator().iter_errors(log))

    for path, wrong in ((("uuid",), "1"), (("metadata", "title"), "two\nlines"), (("metadata", "published"), "today")):
        document = json.loads(oscal.render(rich(), checks=CHECKS, catalogues=CATALOGUES))
        *above, last = path
        holder = document["assessment-results"]
        for key in above:
            holder = holder[key]
        holder[last] = wrong
        assert list(validator().iter_errors(document)), path


def test_the_classes_of_letters_and_numbers_are_those_of_unicode() -> None:
    tokens = translated(r"^(\p{L}|_)(\p{L}|\p{N}|[.\-_])*$")

    assert [bool(tokens.search(word)) for word in ("A.5.3", "_1.1.3", "écrit²", "1.1.3", "a b", "²a", "a\n", "")] == [
        *(True, True, True),
        *(False, False, False, False, False),
    ]


def test_sarif_has_a_rule_for_each_check_and_a_result_for_each_deviation() -> None:
    run = run_of(rich())
    rules = run["tool"]["driver"]["rules"]
    results = run["results"]

    assert [rule["id"] for rule in rules] == [one.check for one in rich().results]
    assert all(rule["help"]["text"] and rule["help"]["markdown"] for rule in rules)
    assert [rules[one["ruleIndex"]]["id"] for one in results] == [one["ruleId"] for one in results]
    assert len({json.dumps(one["partialFingerprints"]) for one in results}) == len(results) == 5
    assert run["invocations"][0]["executionSuccessful"] is False
    assert run["versionControlProvenance"][0]["revisionId"] == rich().commit


def test_sarif_names_the_version_that_wrote_it() -> None:
    driver = run_of(clean())["tool"]["driver"]

    assert driver["version"] == driver["semanticVersion"] == __version__
    # what Semantic Versioning 2.0 says of a version, and the schema does not
    assert re.fullmatch(r"(0|[1-9]\d*)(\.(0|[1-9]\d*)){2}(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?", driver["semanticVersion"])


def test_a_deviation_keeps_its_fingerprint_from_scan_to_scan() -> None:
    moved = deviation("f1", path="a.py", line=40, title="It moved down.")
    [first], [second] = (
        run_of(scan(id=id, commit=commit, results=(failed("secrets", one),)))["results"]
        for id, commit, one in (("1", "a" * 40, deviation("f1", path="a.py", line=4)), ("2", "b" * 40, moved))
    )

    assert first["partialFingerprints"] == second["partialFingerprints"] == {"fusionDeviation/v1": "secrets f1"}


def test_a_log_of_some_checks_closes_nothing_of_the_others() -> None:
    ids = [run_of(rich(asked=asked))["automationDetails"]["id"] for asked in ((), ("secrets",), ("secrets",), ("webhooks",))]
    categories = [id.rpartition("/")[0] for id in ids]

    assert categories[0] == "fusion-scan"
    assert categories[1] == categories[2]
    assert len(set(categories)) == 3


def test_sarif_suppresses_what_is_accepted_and_nothing_else() -> None:
    suppressed = [one for one in run_of(rich())["results"] if "suppressions" in one]

    assert [one["message"]["text"] for one in suppressed] == ["The job docs may write pages.", "requests has no hash."]
    assert suppressed[0]["suppressions"] == [
        {
            "kind": "external",
            "status": "accepted",
            "justification": "Pages are published from there. "
            "Owner ana, approved by ben, until 2027-01-31, from .fusion.yml at 1a2b3c4.",
        }
    ]


def test_sarif_tells_what_was_not_assessed_and_what_has_expired() -> None:
    told = [
        (one["descriptor"]["id"], one.get("associatedRule", {}).get("id"))
        for one in run_of(rich())["invocations"][0]["toolExecutionNotifications"]
    ]

    assert [rule for kind, rule in told if kind == "check-not-assessed"] == ["vulnerabilities", "webhooks", "two-factor"]
    assert {"tool-failed", "tool-skipped", "file-not-read", "exception-expired", "note"} <= {kind for kind, _ in told}


def test_sarif_relates_rules_to_controls() -> None:
    run = run_of(rich())
    [first] = [rule for rule in run["tool"]["driver"]["rules"] if rule["id"] == "branch-protection"]
    targets = [one["target"] for one in first["relationships"]]

    assert [(one["toolComponent"]["name"], one["id"]) for one in targets] == [
        ("osps", "OSPS-AC-03.01"),
        ("cis-github", "1.1.3"),
        ("iso27001", "A.8.4"),
    ]
    for target in targets:
        taxonomy = run["taxonomies"][target["toolComponent"]["index"]]
        assert (taxonomy["guid"], taxonomy["taxa"][target["index"]]["id"]) == (target["toolComponent"]["guid"], target["id"])


def test_sarif_marks_new_and_unchanged_only_against_another_scan() -> None:
    states = {one["partialFingerprints"]["fusionDeviation/v1"]: one["baselineState"] for one in run_of(rich())["results"]}

    assert states[f"token-permissions {'c' * 16}"] == states[f"branch-protection {'a' * 16}"] == "new"
    assert states[f"token-permissions {'b' * 16}"] == "unchanged"
    assert not any("baselineState" in one for one in run_of(rich(drift=Drift()))["results"])


def test_oscal_finds_only_what_was_assessed() -> None:
    result = results_of(rich())
    found = {one["target"]["target-id"]: one["target"]["status"]["state"] for one in result["findings"]}
    checks = {prop["value"]: one for one in result["observations"] for prop in one["props"] if prop["name"] == "check"}

    assert found == {
        "OSPS-AC-03.01": "not-satisfied",
        "OSPS-BR-01.01": "not-satisfied",
        "OSPS-QA-02.01": "not-satisfied",
        "cis-github_1.1.3": "not-satisfied",
        "cis-github_1.2.1": "not-satisfied",
        "A.8.4": "not-satisfied",
    }
    assert {one["target"]["status"]["state"] for one in results_of(clean())["findings"]} == {"satisfied"}
    assert set(checks) == set(CHECKS)
    assert checks["webhooks"]["remarks"].startswith("Not assessed, which proves nothing.")
    assert "webhooks: read" in checks["webhooks"]["remarks"]


def test_oscal_has_a_risk_for_each_failure_and_says_which_are_accepted() -> None:
    result = results_of(rich())
    risks = {prop["value"]: one for one in result["risks"] for prop in one["props"] if prop["name"] == "check"}

    assert {check: one["status"] for check, one in risks.items()} == {
        "branch-protection": "open",
        "token-permissions": "open",
        "pinned-dependencies": "deviation-approved",
    }
    assert risks["pinned-dependencies"]["deadline"] == "2026-12-04T23:59:59Z"
    assert "deadline" not in risks["token-permissions"]
    known = {one["uuid"] for one in result["risks"]} | {one["uuid"] for one in result["observations"]}
    named = [
        one[key]
        for holder in (*result["findings"], *result["risks"])
        for name, key in (("related-observations", "observation-uuid"), ("related-risks", "risk-uuid"))
        for one in holder.get(name, ())
    ]
    assert named
    assert set(named) <= known


def test_oscal_links_evidence_to_the_digest_of_the_record() -> None:
    document = json.loads(oscal.render(rich(), checks=CHECKS, catalogues=CATALOGUES))["assessment-results"]
    resources = {f"#{one['uuid']}": one for one in document["back-matter"]["resources"]}
    hrefs = {one["href"] for each in document["results"][0]["observations"] for one in each["relevant-evidence"]}

    [record] = [resources[href] for href in hrefs]
    assert len(record["rlinks"][0]["hashes"][0]["value"]) == 64
    assert document["import-ap"]["href"] in resources


def test_oscal_names_things_alike_from_scan_to_scan() -> None:
    first, second = results_of(rich()), results_of(rich(id="scan-3", at=NOW.replace(day=21)))

    assert first == results_of(rich())
    assert [one["uuid"] for one in first["risks"]] == [one["uuid"] for one in second["risks"]]
    assert [one["uuid"] for one in first["findings"]] == [one["uuid"] for one in second["findings"]]
    assert first["uuid"] != second["uuid"]
    assert not {one["uuid"] for one in first["observations"]} & {one["uuid"] for one in second["observations"]}


def test_a_far_end_of_an_exception_has_no_deadline() -> None:
    exception = rich().exceptions[1].model_copy(update={"expires": NOW.date().replace(year=9999)})
    [risk] = [one for one in results_of(rich(exceptions=(exception,)))["risks"] if one["status"] == "deviation-approved"]

    assert "deadline" not in risk
    assert Severity.MEDIUM.value == risk["characterizations"][0]["facets"][0]["value"]


def test_a_partial_scan_says_so_in_what_is_read_by_machines() -> None:
    what = SCANS["partial"]()
    told = ("Only these checks were asked for, and of no other is anything said: bare.", "GitHub lists only some of them.")

    assert results_of(what)["props"][-1]["value"] == "partial"
    assert all(part in results_of(what)["remarks"] for part in told)
    notes = [one["message"]["text"] for one in run_of(what)["invocations"][0]["toolExecutionNotifications"]]
    assert all(part in notes[0] for part in told)
    assert results_of(rich())["props"][-1]["value"] == "whole"
    assert "extent" not in {one["name"] for one in results_of(SCANS["gone"]())["props"]}
