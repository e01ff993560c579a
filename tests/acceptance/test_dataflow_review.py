"""Data flow in a whole review: across unchanged files, with other witnesses, over a patch, and over every file of a folder."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.commandline import Workplace

DB = """import sqlite3


def find(name):
    rows = sqlite3.connect("x.db")
    return rows.execute("SELECT * FROM u WHERE n = '" + name + "'")
"""
WEB = """import subprocess

from flask import Flask, request

from app.db import find

app = Flask(__name__)


@app.route("/u")
def user():
    name = request.args["name"]
    return str(find(name))


@app.route("/p")
def ping():
    host = request.args["host"]
    subprocess.run(f"ping -c 1 {host}", shell=True)
    subprocess.run("uptime " + "-p", shell=True)
    return "ok"
"""


@pytest.fixture
def shop(tmp_path: Path) -> Workplace:
    place = Workplace(tmp_path / "shop", tmp_path / "state").init()
    place.commit("Begin", **{"app/__init__.py": "", "app/db.py": DB, "app/web.py": "import flask\n"})
    return place


def findings(place: Workplace, *arguments: str) -> list[dict[str, Any]]:
    done = place.fusion("review", *arguments, "--format", "json")
    found: list[dict[str, Any]] = json.loads(done.stdout)["findings"]
    return [item for item in found if item["category"] == "security"]


def line(place: Workplace, needle: str) -> int:
    lines = (place.folder / "app" / "web.py").read_text().split("\n")
    return next(number for number, text in enumerate(lines, start=1) if needle in text)


def check(place: Workplace, found: list[dict[str, Any]]) -> None:
    """One flow into an unchanged file, one that others confirm, and one pattern that it clears."""
    by_line = {item["location"]["line"]: item for item in found}
    across = by_line[line(place, "find(name))")]
    assert (across["family"], across["blocking"]) == ("sql-injection", True)
    (witness,) = across["evidence"]
    assert [step["location"]["path"] for step in witness["trace"]] == ["app/web.py", "app/web.py", "app/db.py"]
    assert witness["trace"][-1]["code"].startswith("return rows.execute(")
    agreed = by_line[line(place, "ping -c 1")]
    assert {"bandit", "dataflow", "ruff"} <= {item["tool"] for item in agreed["evidence"]}
    assert (agreed["confidence"], agreed["blocking"]) == ("certain", True)
    cleared = by_line[line(place, "uptime")]
    assert "dataflow" not in {item["tool"] for item in cleared["evidence"]}
    assert (cleared["confidence"], cleared["blocking"], cleared["placement"]) == ("possible", False, "summary")
    assert cleared["cleared"] in cleared["body"]


def test_a_change_with_what_it_imports(shop: Workplace) -> None:
    shop.git("checkout", "--quiet", "-b", "feature")
    shop.commit("Pages", **{"app/web.py": WEB})
    check(shop, findings(shop))
    again = findings(shop)
    assert {item["disposition"]["state"] for item in again} == {"carried"}
    identity = next(item["fingerprint"] for item in again if item["family"] == "sql-injection")
    assert shop.fusion("dismiss", identity[:10], "--as", "incorrect", "--why", "checked").returncode == 0
    assert "sql-injection" not in {item["family"] for item in findings(shop) if item["placement"] != "hidden"}


def test_a_patch_and_an_author_who_has_looked(shop: Workplace) -> None:
    shop.write("app/web.py", WEB)
    patch = shop.git("diff") + "\n"
    check(shop, findings(shop, "--worktree"))
    shop.git("checkout", "--quiet", ".")
    (shop.folder / "p.diff").write_text(patch)
    found = findings(shop, "p.diff")
    shop.write("app/web.py", WEB.replace("return str(find(name))", "return str(find(name))  # fusion-ignore"))
    flows = [item for item in found if item["family"] == "sql-injection"]
    assert [len(item["evidence"][0]["trace"]) for item in flows] == [3]
    quiet = [item for item in findings(shop, "--worktree") if item["family"] == "sql-injection"]
    assert [(item["excused"], item["blocking"]) for item in quiet] == [("fusion-ignore", False)]


def test_every_file_of_a_folder_as_sarif(shop: Workplace) -> None:
    shop.commit("Pages", **{"app/web.py": WEB, "app/old.py": "print 'python 2'\n"})
    done = shop.fusion("review", "--all", "--only", "dataflow", "--format", "sarif")
    results = json.loads(done.stdout)["runs"][0]["results"]
    assert {result["ruleId"] for result in results} == {"command-injection", "sql-injection"}
    query = next(result for result in results if result["ruleId"] == "sql-injection")
    assert query["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "app/db.py"
    places = [place["location"]["physicalLocation"] for place in query["codeFlows"][0]["threadFlows"][0]["locations"]]
    assert [place["artifactLocation"]["uri"] for place in places] == ["app/web.py", "app/web.py", "app/db.py"]
    assert done.returncode == 3
    assert "app/old.py" in shop.fusion("review", "--all", "--only", "dataflow").stdout
