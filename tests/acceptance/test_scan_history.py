"""`fusion scan` of a clone whose policy asks for its history, and of a repository on GitHub, of which there is no clone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from fusion.evidence.analyzer import Ready
from fusion.evidence.analyzers.secrets import Secrets
from tests.fakes.commandline import Workplace
from tests.fakes.github import FakeGitHub
from tests.fakes.scanned import TOKEN

SECRET = "ghp_" + "x7Kq2LmN9pRs4TuV6wXy8Za1BcDe3FgHi5Jk"
POLICY = "version: 1\nscans:\n  history: true\n"


def scanned(place: Workplace, *arguments: str, **settings: str) -> tuple[dict[str, Any], dict[str, Any], str]:
    """The result of the check, the receipt of the run, and all that was printed."""
    command = ("scan", *arguments, "--check", "secrets-in-history", "--format", "json", "--fail-on", "never")
    done = place.fusion(*command, stdin=None, **settings)
    assert done.returncode == 0, done.stderr
    scan = json.loads(done.stdout)["scan"]
    [result] = [one for one in scan["results"] if one["check"] == "secrets-in-history"]
    return result, next((one for one in scan["tools"] if one["tool"] == "secrets-history"), {}), done.stdout


def run_of(result: dict[str, Any]) -> str:
    """The scan that found what speaks against it."""
    [deviation] = result["deviations"]
    return str(deviation["evidence"][0]["provenance"]["run"])


@pytest.fixture
def place(tmp_path: Path) -> Workplace:
    place = Workplace(tmp_path / "repo", tmp_path / "home").init()
    place.commit("begin", **{".fusion.yml": POLICY, "app.py": "import os\n"})
    return place


@pytest.mark.skipif(not isinstance(Secrets().locate(), Ready), reason="betterleaks is not installed")
def test_a_secret_of_another_branch_is_found_although_the_commit_is_the_same(place: Workplace) -> None:
    result, receipt, _ = scanned(place)
    assert (result["status"], receipt["outcome"]) == ("passed", "ok")
    place.git("checkout", "--quiet", "-b", "side")
    guilty = place.commit("oops", **{"app.py": f"import os\n\ntoken = '{SECRET}'\n"})
    place.git("checkout", "--quiet", "main")
    result, receipt, printed = scanned(place)
    assert result["status"] == "failed"
    [deviation] = result["deviations"]
    assert (deviation["path"], deviation["line"]) == ("app.py", 3)
    assert guilty[:12] in deviation["title"]
    assert SECRET not in printed
    by = deviation["evidence"][0]["provenance"]["run"]
    assert run_of(scanned(place)[0]) == by, "it is not read again where nothing has changed"
    assert run_of(scanned(place, "--again")[0]) != by
    place.git("branch", "--quiet", "-D", "side")
    assert scanned(place)[0]["status"] == "passed"


def test_without_the_policys_wish_nobody_looks(place: Workplace) -> None:
    place.commit("policy", **{".fusion.yml": "version: 1\n"})
    result, receipt, _ = scanned(place)
    assert (result["status"], receipt) == ("not_assessed", {})


def test_of_a_repository_on_github_the_history_is_not_assessed(place: Workplace) -> None:
    with FakeGitHub() as github:
        github.create("octo/shop", files={".fusion.yml": POLICY, "app.py": "import os\n"})
        result, receipt, _ = scanned(place, "octo/shop", FUSION_GITHUB_API=github.url, GITHUB_TOKEN=TOKEN)
    assert (result["status"], receipt["outcome"]) == ("not_assessed", "skipped")
    assert "no clone is made" in result["reason"]
