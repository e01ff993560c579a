"""The example plugin, installed from its own package as a third party's would be."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.fakes.commandline import Workplace

EXAMPLE = Path(__file__).parents[2] / "examples" / "fusion-plugin-todo"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the plugin installed in it. The copy keeps the build out of our tree."""
    folder = tmp_path_factory.mktemp("plugin")
    source = folder / "source"
    shutil.copytree(EXAMPLE, source)
    install = ["-m", "pip", "install", "--quiet", "--no-index", "--no-deps", "--no-build-isolation", "--target"]
    subprocess.run([sys.executable, *install, str(folder / "site"), str(source)], check=True, capture_output=True)
    return folder / "site"


@pytest.fixture
def place(tmp_path: Path, site: Path) -> Workplace:
    workplace = Workplace(tmp_path / "repo", tmp_path / "state", {"PYTHONPATH": str(site)}).init()
    workplace.commit("Begin", **{"a.py": "A = 1\n"})
    workplace.git("checkout", "--quiet", "-b", "feature")
    workplace.commit("Put off", **{"a.py": "A = 1\n# TODO(2020-01-31): drop this\n# TODO(2999-01-31): and that\n"})
    return workplace


def test_the_plugin_takes_part(place: Workplace) -> None:
    parts = json.loads(place.fusion("doctor", "--format", "json").stdout)["parts"]
    assert {("analyzer", "todo", True), ("format", "oneline", True)} <= {(p["kind"], p["name"], p["ready"]) for p in parts}
    review = json.loads(place.fusion("review", "--only", "todo", "--format", "json").stdout)
    assert [(f["location"]["path"], f["location"]["line"]) for f in review["findings"]] == [("a.py", 2)]
    assert "2020-01-31" in review["findings"][0]["evidence"][0]["message"]
    assert place.fusion("review", "--only", "todo", "--format", "oneline").stdout.startswith("pass: 1 findings")


def test_a_broken_plugin_is_named_and_skipped(place: Workplace, tmp_path: Path) -> None:
    broken = tmp_path / "broken"
    info = broken / "broken_plugin-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: broken-plugin\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(
        "[fusion.analyzers]\nbroken = broken_plugin:Broken\n[fusion.agents]\nshaky = broken_plugin:Shaky\n"
    )
    (broken / "broken_plugin.py").write_text(
        "class Broken:\n    def __init__(self):\n        raise RuntimeError('out of order')\n"
        "class Shaky:\n    name = 'shaky'\n    def tasks(self, case):\n        raise RuntimeError('shaken')\n"
        "    ask = read = tasks\n"
    )
    done = place.fusion("review", "--format", "json", PYTHONPATH=str(broken))
    review = json.loads(done.stdout)
    tools = {run["tool"]: run for run in review["coverage"]["tools"]}
    assert "out of order" in tools["broken"]["reason"]
    assert tools["broken"]["outcome"] == "skipped"
    agents = {report["agent"]: report for report in review["coverage"]["agents"]}
    assert agents["shaky"]["outcome"] == "failed"
    assert "shaken" in agents["shaky"]["reason"]
    assert done.returncode == 3, "a failed agent leaves the review incomplete"
