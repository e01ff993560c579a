"""Fusion in other people's pipelines: the GitHub Action's step and the pre-commit hook, run as they would be."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from fusion.cli import Exit
from tests.fakes.commandline import Workplace

ROOT = Path(__file__).parents[2]
FUSION = Path(sys.executable).with_name("fusion")


@pytest.fixture
def place(tmp_path: Path) -> Workplace:
    workplace = Workplace(tmp_path / "repo", tmp_path / "state").init()
    workplace.commit("Begin", **{"a.py": "A = 1\n"})
    return workplace


def run_action(place: Workplace, base: str, head: str, **inputs: str) -> tuple[dict[str, str], str]:
    """The review step with GitHub's files around it: its outputs and the job summary."""
    output, summary = place.home.parent / "output", place.home.parent / "summary"
    output.touch()
    summary.touch()
    environment = place.env(
        BASE=base, HEAD=head, FAIL_ON="high", SARIF="fusion.sarif", GITHUB_OUTPUT=str(output), GITHUB_STEP_SUMMARY=str(summary)
    )
    command = ["bash", str(ROOT / "tools" / "action"), str(FUSION)]
    subprocess.run(command, cwd=place.folder, env={**environment, **inputs}, check=True, capture_output=True)
    return dict(line.split("=", 1) for line in output.read_text().splitlines()), summary.read_text()


def test_the_action_reviews_uploads_and_summarises(place: Workplace) -> None:
    base = place.git("rev-parse", "HEAD")
    head = place.commit(
        "Run", **{"run.py": "import subprocess\n\n\ndef run(n):\n    subprocess.run(f'echo {n}', shell=True)\n"}
    )
    outputs, summary = run_action(place, base, head)
    assert outputs == {"exit-code": "1", "sarif": "fusion.sarif"}
    sarif = json.loads((place.folder / "fusion.sarif").read_text())
    assert sarif["runs"][0]["results"]
    assert "run.py" in summary


def test_the_action_on_an_empty_change(place: Workplace) -> None:
    head = place.git("rev-parse", "HEAD")
    outputs, summary = run_action(place, head, head)
    assert outputs == {"exit-code": "0"}
    assert summary == ""


@pytest.mark.parametrize("base", ["", "0" * 40])
def test_the_action_on_a_first_push_and_by_hand(place: Workplace, base: str) -> None:
    place.git("checkout", "--quiet", "-b", "feature")
    place.commit("One", **{"b.py": "B = 1\n"})
    head = place.commit("Two", **{"c.py": "C = 1\n"})
    outputs, summary = run_action(place, base, head)
    assert outputs == {"exit-code": "0", "sarif": "fusion.sarif"}
    assert "2 of 2 files reviewed" in summary


def test_the_action_is_well_formed() -> None:
    action = yaml.safe_load((ROOT / "action.yml").read_text())
    steps = action["runs"]["steps"]
    assert action["runs"]["using"] == "composite"
    for step in steps:
        if "uses" in step:
            assert len(step["uses"].split("@")[1]) == 40, "actions are pinned by commit"
        else:
            # Inputs reach the shell as environment variables, never as text of the script.
            assert "${{" not in step["run"]
    names = set(action["inputs"])
    used = {name for name in names if f"inputs.{name}" in (ROOT / "action.yml").read_text()}
    assert used == names


def test_the_hook_reviews_what_is_staged(place: Workplace) -> None:
    hook = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())[0]
    entry = shlex.split(hook["entry"])
    assert entry[0] == "fusion"
    place.write("run.py", "import subprocess\n\n\ndef run(n):\n    subprocess.run(f'echo {n}', shell=True)\n")
    place.git("add", "run.py")
    env = place.env(PATH=f"{FUSION.parent}{os.pathsep}{os.environ['PATH']}")
    assert subprocess.run(entry, cwd=place.folder, env=env, capture_output=True).returncode == Exit.FINDINGS
    place.git("reset", "--quiet")
    assert subprocess.run(entry, cwd=place.folder, env=env, capture_output=True).returncode == Exit.FINE
