"""What docs/dataflow.md shows is what the commands that it names print."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from fusion.dataflow import samples
from fusion.dataflow.fixes.offers import FIXES
from fusion.dataflow.knowledge.description import SECTIONS
from fusion.dataflow.knowledge.loading import load_all
from fusion.dataflow.repository.project import Bounds
from fusion.dataflow.solver.analysis import STEPS
from fusion.dataflow.solver.domain.frames import MAX_CALLS
from tests.fakes.commandline import Workplace

ROOT = Path(__file__).parents[2]
SHOWN = ROOT / "tests" / "samples" / "dataflow" / "docs"
PAGE = (ROOT / "docs" / "dataflow.md").read_text(encoding="utf-8")


def part(title: str) -> str:
    """One section of the page."""
    return re.split(r"^## ", PAGE.split(f"\n## {title}\n")[1], flags=re.MULTILINE)[0]


def blocks(text: str, language: str) -> list[str]:
    found = re.findall(rf"^```{language}\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    assert found
    return found


def files(text: str) -> dict[str, str]:
    """The blocks that follow a line with a file's name."""
    return dict(re.findall(r"^`([\w./-]+)`:\n\n```\w+\n(.*?)^```", text, re.DOTALL | re.MULTILINE))


def rows(text: str) -> list[str]:
    return [row.rstrip() for row in text.splitlines() if row.strip()]


def place_of(tmp_path: Path, name: str) -> Workplace:
    shutil.copytree(SHOWN / name, tmp_path / name)
    return Workplace(tmp_path / name, tmp_path / "state", {"COLUMNS": "80"})


def shows(printed: str, block: str) -> bool:
    """Whether the block is there as it stands, blank lines aside."""
    return "\n".join(rows(block)) in "\n".join(rows(printed))


def test_the_trace_is_the_same_on_the_page_on_the_terminal_and_in_sarif(tmp_path: Path) -> None:
    place, text = place_of(tmp_path, "trace"), part("How to read a trace")
    done = place.fusion("review", "--all", "--only", "dataflow")
    assert done.returncode == 1, done.stderr
    assert shows(done.stdout, blocks(text, "text")[0]), done.stdout
    sarif = json.loads(place.fusion("review", "--all", "--only", "dataflow", "--format", "sarif").stdout)
    (result,) = sarif["runs"][0]["results"]
    (flow,) = result["codeFlows"]
    locations: list[dict[str, Any]] = flow["threadFlows"][0]["locations"]
    assert json.loads(blocks(text, "json")[0]) == locations
    steps = re.findall(r"^ +\d+ (\S+?):(\d+)  [^→]*→ (.*)$", blocks(text, "text")[0], re.MULTILINE)
    assert steps == [
        (at["physicalLocation"]["artifactLocation"]["uri"], str(at["physicalLocation"]["region"]["startLine"]), said["text"])
        for at, said in ((entry["location"], entry["location"]["message"]) for entry in locations)
    ]


def test_validation_counts_as_the_page_says(tmp_path: Path) -> None:
    (program,) = blocks(part("What counts as validation"), "python")
    sample = tmp_path / "checks.py"
    sample.write_text(program)
    assert len(samples.expected(sample, "expect")) == 3
    assert samples.differences(sample, load_all("python")) == []


def test_the_fix_is_offered(tmp_path: Path) -> None:
    done = place_of(tmp_path, "fix").fusion("review", "--all", "--only", "dataflow")
    assert shows(done.stdout, blocks(part("Fixes"), "text")[0]), done.stdout


@pytest.fixture
def house(tmp_path: Path) -> Workplace:
    """The files of the page's house, in a folder that is no repository."""
    place = Workplace(tmp_path / "house", tmp_path / "state", {"COLUMNS": "80"})
    for name, content in files(part("Teach Fusion a library in ten lines")).items():
        place.write(name, content)
    return place


def test_a_library_is_taught_in_ten_lines(house: Workplace) -> None:
    text = part("Teach Fusion a library in ten lines")
    assert len((house.folder / "knowledge/python/acme.toml").read_text().splitlines()) <= 10
    before, checked, after = blocks(text, "text")
    review = ("review", "--all", "--only", "dataflow", "--repo", "shop")
    done = house.fusion(*review)
    assert (done.returncode, shows(done.stdout, before)) == (0, True), done.stdout
    done = house.fusion("knowledge", "check", "knowledge")
    assert (done.returncode, done.stdout, done.stderr) == (0, checked, "")
    done = house.fusion(*review, FUSION_KNOWLEDGE=str(house.folder / "knowledge"))
    assert (done.returncode, shows(done.stdout, after)) == (1, True), done.stdout


def test_the_tables_are_complete() -> None:
    assert set(re.findall(r"^\| `([\w-]+)` \|", part("Fixes"), re.MULTILINE)) == set(FIXES)
    assert set(re.findall(r"^\| `([\w-]+)` \|", part("Teach Fusion a library in ten lines"), re.MULTILINE)) == set(SECTIONS)


def test_the_bounds_are_those_of_the_code() -> None:
    bounds = Bounds()
    table = part("What it does not do").split("| bound |")[1]
    for said in (
        f"{bounds.file_bytes:,} bytes, {bounds.file_lines:,} lines",
        f"{bounds.lines:,} lines and {bounds.seconds:g} s",
        f"{bounds.imports:,}, up to {bounds.depth} imports away",
        f"{STEPS:,} expressions and statements, calls {MAX_CALLS} deep",
    ):
        assert said in table
