"""Analyzers away from here, as users have them: `fusion evidence serve` in one process, `fusion review` in another."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fusion.evidence.sandbox import Sandbox
from tests.fakes.commandline import Workplace, one_sentence

TOKEN = "a-token-of-thirty-two-characters"
FLAW = "import subprocess\n\n\ndef run(name):\n    subprocess.run(f'echo {name}', shell=True, check=True)\n"


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    sandbox = Sandbox.detect()
    if not (sandbox.network_cut and sandbox.files_confined):
        pytest.skip(f"strangers' files are not looked at here: {sandbox.isolation}")
    process = subprocess.Popen(
        [sys.executable, "-m", "fusion", "evidence", "serve", "--port", "0"],
        env={"PATH": os.environ["PATH"], "FUSION_EVIDENCE_TOKEN": TOKEN},
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    found = next((match[0] for line in process.stderr if (match := re.search(r"http://[0-9.:]+\d", line))), "")
    yield found
    process.terminate()
    process.communicate(timeout=240)


@pytest.fixture
def place(tmp_path: Path) -> Workplace:
    place = Workplace(tmp_path / "repo", tmp_path / "state").init()
    place.commit("Begin", **{"notes.txt": "x\n"})
    place.git("checkout", "--quiet", "-b", "feature")
    place.commit("Run", **{"run.py": FLAW})
    return place


def review(place: Workplace, **settings: str) -> tuple[int, dict[str, Any]]:
    done = place.fusion("review", "--format", "json", **settings)
    assert done.stderr == ""
    return done.returncode, json.loads(done.stdout)


def looked(found: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Receipts of the analyzers that read files somewhere."""
    return {run["tool"]: run for run in found["coverage"]["tools"] if run["outcome"] == "ok" and run.get("isolation")}


def test_a_review_names_where_its_analyzers_looked(place: Workplace, address: str) -> None:
    code, found = review(place, FUSION_EVIDENCE_SERVICE=address, FUSION_EVIDENCE_TOKEN=TOKEN)
    assert (code, found["verdict"]) == (1, "block")
    tools = looked(found)
    assert {"bandit", "dataflow", "ruff"} <= tools.keys()
    assert {run["isolation"] for run in tools.values()} == {f"evidence service at 127.0.0.1; {Sandbox.detect().isolation}"}
    here, alone = review(place)
    assert [finding["title"] for finding in alone["findings"]] == [finding["title"] for finding in found["findings"]]
    for name, run in looked(alone).items():
        assert (run["version"], run["rules"]) == (tools[name]["version"], tools[name]["rules"])
    assert here == code


@pytest.mark.parametrize("trouble", ["gone", "token"])
def test_a_service_that_does_not_answer_makes_the_review_incomplete(place: Workplace, address: str, trouble: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        where = f"http://127.0.0.1:{listening.getsockname()[1]}"
    service = {"FUSION_EVIDENCE_SERVICE": address, "FUSION_EVIDENCE_TOKEN": "not-" + TOKEN}
    if trouble == "gone":
        service = {"FUSION_EVIDENCE_SERVICE": where}
    code, found = review(place, **service)
    assert (code, found["verdict"]) == (3, "incomplete")
    told = {run["tool"]: run.get("reason", "") for run in found["coverage"]["tools"] if run["outcome"] == "failed"}
    assert "bandit" in told
    assert ("cannot be reached" if trouble == "gone" else "FUSION_EVIDENCE_TOKEN") in told["bandit"]


def test_a_pool_without_the_packages_that_sign_in_is_a_sentence(place: Workplace) -> None:
    """As after `make setup`: nothing is reviewed, rather than every tool failing for a module."""
    bare = "import sys; sys.modules['azure'] = None; sys.argv = ['fusion', 'review']; from fusion.cli import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", bare],
        cwd=place.folder,
        env={
            "PATH": os.environ["PATH"],
            "FUSION_HOME": str(place.home),
            "FUSION_EVIDENCE_SERVICE": "https://pool.sub.azurecontainerapps.io",
        },
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert "FUSION_EVIDENCE_SERVICE names a pool" in one_sentence(done)


def test_doctor_asks_the_service(place: Workplace, address: str) -> None:
    def told(**settings: str) -> tuple[bool, str]:
        done = place.fusion("doctor", "--format", "json", **settings)
        parts = json.loads(done.stdout)["parts"]
        return next((part["ready"], part["detail"]) for part in parts if part["kind"] == "evidence")

    assert told() == (False, "FUSION_EVIDENCE_SERVICE is not set: analyzers run on this machine, if at all")
    ready, detail = told(FUSION_EVIDENCE_SERVICE=address, FUSION_EVIDENCE_TOKEN=TOKEN)
    assert (ready, Sandbox.detect().isolation in detail) == (True, True)
    ready, detail = told(FUSION_EVIDENCE_SERVICE=address)
    assert (ready, "FUSION_EVIDENCE_TOKEN" in detail) == (False, True)
    ready, detail = told(FUSION_EVIDENCE_SERVICE="http://evidence.example.com")
    assert (ready, "must be asked by https" in detail) == (False, True)
    gone = "http://127.0.0.1:1"
    sentence = f"The evidence service cannot be reached: FUSION_EVIDENCE_SERVICE is {gone}."
    assert told(FUSION_EVIDENCE_SERVICE=gone) == (False, sentence)
