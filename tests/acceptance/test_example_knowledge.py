"""The example knowledge, installed from its own package as a team's would be."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.fakes.commandline import Workplace

EXAMPLE = Path(__file__).parents[2] / "examples" / "fusion-knowledge-acme"
PROGRAM = """import { rows } from "@acme/db";
import { page } from "@acme/web";

page("/orders", (request) => rows("SELECT * FROM orders WHERE customer = '" + request.fields.customer + "'"));
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the package installed in it. The copy keeps the build out of our tree."""
    folder = tmp_path_factory.mktemp("knowledge")
    source = folder / "source"
    shutil.copytree(EXAMPLE, source)
    install = ["-m", "pip", "install", "--quiet", "--no-index", "--no-deps", "--no-build-isolation", "--target"]
    subprocess.run([sys.executable, *install, str(folder / "site"), str(source)], check=True, capture_output=True)
    return folder / "site"


@pytest.fixture
def place(tmp_path: Path, site: Path) -> Workplace:
    workplace = Workplace(tmp_path / "house", tmp_path / "state", {"PYTHONPATH": str(site)})
    workplace.write("orders.js", PROGRAM)
    return workplace


def test_its_sample_proves_it(place: Workplace) -> None:
    done = place.fusion("knowledge", "check", str(EXAMPLE / "fusion_knowledge_acme"))
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    assert "not needed" not in done.stdout


def test_it_is_listed_and_shown(place: Workplace) -> None:
    listed = json.loads(place.fusion("knowledge", "list", "--format", "json").stdout)
    (acme,) = [library for library in listed["libraries"] if library["library"] == "acme"]
    assert (acme["from"], acme["packages"]) == ("plugin acme", ["@acme/web", "@acme/db"])
    assert acme["entries"] == {"type": 1, "source": 1, "sink": 1, "sanitizer": 1, "propagator": 1, "entry": 1}
    shown = place.fusion("knowledge", "show", "acme").stdout
    assert "runs the text as SQL" in shown
    assert "@acme/db.rows(...)" in shown


def test_the_analysis_knows_it_and_the_receipt_has_it(place: Workplace) -> None:
    command = ("review", "--all", "--only", "dataflow", "--format", "json")
    review = json.loads(place.fusion(*command).stdout)
    assert [(item["family"], item["location"]["line"]) for item in review["findings"]] == [("sql-injection", 4)]
    without = json.loads(place.fusion(*command, PYTHONPATH="").stdout)
    assert without["findings"] == []
    (run,), (bare,) = ([run for run in r["coverage"]["tools"] if run["tool"] == "dataflow"] for r in (review, without))
    assert run["rules"] != bare["rules"]
    assert review["findings"][0]["evidence"][0]["provenance"]["rules"] == run["rules"]
