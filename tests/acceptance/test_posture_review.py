"""Pull-request mode as a user meets it: `fusion review` of a small repository, and the policy file that people write."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.fakes.commandline import Workplace

SECURITY = "# Security\n\nReport a vulnerability to security@example.org.\n"
POLICY = "scans:\n  block: [security-policy]\n"


@pytest.fixture
def place(tmp_path: Path) -> Workplace:
    workplace = Workplace(tmp_path / "repo", tmp_path / "state").init()
    workplace.commit("Begin", **{"SECURITY.md": SECURITY, "CODEOWNERS": "* @acme/all\n", "add.py": "TOTAL = 1\n"})
    return workplace


def reviewed(place: Workplace, code: int) -> dict[str, dict[str, object]]:
    done = place.fusion("review", "main..feature", "--format", "json", "--fail-on", "never")
    assert done.returncode == code, done.stderr
    review = json.loads(done.stdout)
    about = {"verdict": review["verdict"], "reasons": " ".join(review["reasons"])}
    return {one["family"]: one | about for one in review["findings"]}


@pytest.mark.parametrize(("rules", "verdict"), [("", "pass"), (POLICY, "block")])
def test_what_a_change_takes_away_is_told_and_blocks_where_the_base_says_so(place: Workplace, rules: str, verdict: str) -> None:
    place.commit("Set the policy", **{".fusion.yml": rules})
    place.git("checkout", "--quiet", "-b", "feature")
    (place.folder / "SECURITY.md").unlink()
    place.commit("Tidy up", **{"CODEOWNERS": "* @acme/all @acme/guests\n", ".fusion.yml": "scans: {checks: {}}\n"})
    found = reviewed(place, 0)
    assert {"security-policy", "code-owners-file"} <= set(found)
    assert {one["verdict"] for one in found.values()} == {verdict}
    assert found["security-policy"]["blocking"] is (verdict == "block")
    assert found["code-owners-file"]["blocking"] is False
    told = "1 finding of what policy names (`scans.block`): The change takes away"
    assert (told in str(found["security-policy"]["reasons"])) is (verdict == "block")


def test_a_change_that_leaves_the_posture_alone_says_nothing_of_it(place: Workplace) -> None:
    place.git("checkout", "--quiet", "-b", "feature")
    place.commit("Count", **{"add.py": "TOTAL = 2\n", "SECURITY.md": SECURITY + "\nWe answer within a week.\n"})
    assert not [one for one in reviewed(place, 0).values() if str(one["agent"]) == "compliance"]


def test_exceptions_of_the_base_and_of_the_store_count_and_those_of_the_change_do_not(place: Workplace) -> None:
    from datetime import UTC, datetime, timedelta

    soon = (datetime.now(UTC) + timedelta(days=10)).date().isoformat()

    def rules(day: str) -> str:
        accepted = f"{{check: security-policy, owner: ada, reason: We move it., approver: grace, expires: {day}}}"
        endless = "{check: code-owners-file, owner: ada, reason: Guests., approver: grace}"
        return f"scans: {{block: [security-policy, code-owners-file], exceptions: [{accepted}, {endless}]}}\n"

    place.commit("Accept", **{".fusion.yml": rules("2020-01-01")})
    place.git("checkout", "--quiet", "-b", "feature")
    (place.folder / "SECURITY.md").unlink()
    place.commit("Tidy up", **{"CODEOWNERS": "* @acme/all @acme/guests\n", ".fusion.yml": rules(soon)})
    found = reviewed(place, 0)
    assert {name: one["blocking"] for name, one in found.items()} == {"security-policy": True, "code-owners-file": True}
    assert "expired on 2020-01-01, and accepts this no more" in str(found["security-policy"]["body"])

    place.git("checkout", "--quiet", "main")
    place.commit("Accept it anew", **{".fusion.yml": rules(soon)})
    place.git("checkout", "--quiet", "feature")
    place.git("rebase", "--quiet", "main")
    add = ("exceptions", "add", "--check", "code-owners-file", "--owner", "ada", "--reason", "Guests.", "--approver", "grace")
    assert place.fusion(*add, "--expires", soon).returncode == 0
    found = reviewed(place, 0)
    assert {one["verdict"] for one in found.values()} == {"pass"}
    origins = {"security-policy": "owner ada, .fusion.yml at ", "code-owners-file": "owner ada, the API"}
    for name, origin in origins.items():
        said = str(found[name]["accepted"])
        assert (found[name]["blocking"], origin in said, f"until {soon}" in said) == (False, True, True), said
    done = place.fusion("review", "main..feature", "--fail-on", "low")
    assert done.returncode == 0, "what is accepted fails no command"
    said = " ".join(done.stdout.split())
    assert said.count("names no last day") == 1
    assert "scans.exceptions[1]` (.fusion.yml at " in said


WRONG = """\
scans:
  block: [security-polcy]
  exceptions:
    - {check: code-review, owner: ada, reason: "Two people.", approver: grace}
    - {check: code-review, owner: ada, reason: "Two people.", approver: Ada, expires: 2199-01-01}
"""


def test_a_policy_file_is_checked_before_it_is_merged(place: Workplace) -> None:
    place.write(".fusion.yml", WRONG)
    done = place.fusion("config", "check")
    assert done.returncode == 2
    for said in ("`security-polcy`", "exceptions[0]` names no last day", "exceptions[1]` is approved by its owner"):
        assert said in done.stderr
    place.write(".fusion.yml", "scans: {exceptions: [{check: code-review, expires: 31.01.2027}]}\n")
    assert "must be a date such as 2027-01-31" in place.fusion("config", "check").stderr
    place.write(".fusion.yml", POLICY)
    assert place.fusion("config", "check").returncode == 0


def test_exceptions_are_granted_listed_and_withdrawn(place: Workplace) -> None:
    add = ("exceptions", "add", "--check", "code-review", "--owner", "ada", "--reason", "Two people.", "--repo", "acme/*")
    refused = place.fusion(*add, "--approver", "ada", "--expires", "2199-01-01")
    assert (refused.returncode, "approved by its owner" in refused.stderr) == (2, True)
    assert place.fusion(*add, "--approver", "grace", "--expires", "2199-01-01").returncode == 2
    assert place.fusion(*add, "--approver", "grace", "--expires", "soon").returncode == 2
    from datetime import UTC, datetime, timedelta

    day = (datetime.now(UTC) + timedelta(days=100)).date().isoformat()
    assert place.fusion(*add, "--approver", "grace", "--expires", day).returncode == 0
    (one,) = json.loads(place.fusion("exceptions", "list", "--format", "json").stdout)["exceptions"]
    assert one["exception"]["expires"] == day
    assert one["deeds"][0]["by"]
    assert one["exception"]["id"] in place.fusion("exceptions", "list").stdout
    assert place.fusion("exceptions", "remove", one["exception"]["id"]).returncode == 0
    assert json.loads(place.fusion("exceptions", "list", "--format", "json").stdout)["exceptions"] == []
    (gone,) = json.loads(place.fusion("exceptions", "list", "--all", "--format", "json").stdout)["exceptions"]
    assert [deed["did"] for deed in gone["deeds"]] == ["granted", "withdrawn"]
    assert place.fusion("exceptions", "remove", "x-none").returncode == 2


def test_a_scan_honours_both_and_says_what_does_not_count(place: Workplace) -> None:
    from datetime import UTC, datetime, timedelta

    day = (datetime.now(UTC) + timedelta(days=10)).date().isoformat()
    good = f"{{check: licence-file, owner: ada, reason: Not yet., approver: grace, expires: {day}}}"
    endless = "{check: security-policy, owner: ada, reason: Not yet., approver: grace}"
    over = "{check: ci-defined, owner: ada, reason: Not yet., approver: grace, expires: 2020-01-01}"
    (place.folder / "SECURITY.md").unlink()
    place.commit("Accept", **{".fusion.yml": f"scans: {{exceptions: [{good}, {endless}, {over}]}}\n"})
    add = ("exceptions", "add", "--check", "tests-present", "--owner", "ada", "--reason", "Soon.", "--approver", "grace")
    assert place.fusion(*add, "--expires", day).returncode == 0
    names = ("licence-file", "security-policy", "ci-defined", "tests-present")
    done = place.fusion("scan", ".", *(word for name in names for word in ("--check", name)), "--format", "json")
    scan = json.loads(done.stdout)["scan"]
    results = {one["check"]: one for one in scan["results"]}
    accepted = {name: [bool(item["accepted"]) for item in results[name]["deviations"]] for name in names}
    assert accepted == {"licence-file": [True], "security-policy": [False], "ci-defined": [False], "tests-present": [True]}
    assert {one["origin"] for one in scan["exceptions"]} >= {"the API"}
    notes = "\n".join(scan["notes"])
    for said in ("names no last day", "expired on 2020-01-01; 1 deviation counts again", f"expires on {day}, in 10 days"):
        assert said in notes
