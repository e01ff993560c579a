"""A review that is killed at any moment: what was begun is finished once, and nothing is said twice."""

from __future__ import annotations

import json
import os
import random
import time
from pathlib import Path

from tests.fakes.commandline import Workplace

FLAW = "import subprocess\n\n\ndef run(name):\n    subprocess.run(f'echo {name}', shell=True, check=True)\n"
KILLS = int(os.environ.get("FUSION_KILLS", "5"))


def test_killed_at_random_moments(tmp_path: Path) -> None:
    place = Workplace(tmp_path / "repo", tmp_path / "state").init()
    place.commit("Begin", **{"notes.txt": "x\n"})
    place.git("checkout", "--quiet", "-b", "feature")
    place.commit("Flaw", **{"run.py": FLAW})
    chance = random.Random(7)
    runs = place.home / "runs"
    longest = 2.0
    for _ in range(KILLS):
        process = place.start("review", "--only", "bandit", "--output", "out.txt")
        while not runs.exists() and process.poll() is None:
            time.sleep(0.005)
        time.sleep(chance.uniform(0, longest))
        process.kill()
        process.communicate()
        out = place.folder / "out.txt"
        if out.exists():
            assert "Coverage" in out.read_text(), "whole or not at all"
            out.unlink()
        resumed = place.start("runs", "resume")
        time.sleep(chance.uniform(0, longest))
        resumed.kill()
        resumed.communicate()
        done = place.fusion("runs", "resume")
        assert done.returncode in (0, 1, 3), done
        assert done.returncode != 3 or "before it began" in done.stderr
        assert "Traceback" not in done.stderr
        assert list(runs.iterdir()) == []
    last = json.loads(place.fusion("review", "--only", "bandit", "--format", "json").stdout)
    assert last["verdict"] == "block"
    listed = json.loads(place.fusion("runs", "list", "--format", "json", "--limit", "1000").stdout)["runs"]
    assert {run["state"] for run in listed} <= {"reviewed", "lost"}
    inline = 0
    for run in listed:
        if run["review"]:
            shown = json.loads(place.fusion("runs", "show", run["id"], "--format", "json").stdout)
            inline += sum(finding.get("placement") == "inline" for finding in shown["findings"])
    assert inline == 1, "said once, by whichever run came to its end first"
