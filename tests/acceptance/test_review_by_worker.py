"""One machine, two processes: `fusion worker` with a real model answers `fusion review`, until Ctrl-C."""

from __future__ import annotations

import json
import signal
from pathlib import Path

import pytest

from tests.fakes.commandline import Workplace
from tests.fakes.smollm import NAME, weights

MODELS = f"""
[models."{NAME}"]
works = ["summarise"]
trial = true
price = {{ second = 0.0002, date = 2026-11-22, source = "a test" }}

[endpoints.gpu]
kind = "worker"
model = "{NAME}"
local = true
local_reason = "the worker of the test"

[worker]
patience = 100
"""


@pytest.mark.slow
def test_a_review_is_answered_by_the_worker_beside_it(tmp_path: Path) -> None:
    """Plumbing, not judgement: what so small a model says may be of no use, and then the receipt says that."""
    model, models = weights(), tmp_path / "models.toml"
    models.write_text(MODELS, "utf-8")
    place = Workplace(tmp_path / "shop", tmp_path / "state", {"FUSION_MODELS": str(models), "FUSION_EVIDENCE": "off"}).init()
    place.commit("Begin", **{"README.md": "# Shop\n"})
    place.git("checkout", "--quiet", "-b", "feature")
    # Of a change that says little the model says little, too, and each word costs.
    place.commit("Print", **{"run.py": "print(1)\n"})
    options = ("--model", str(model), "--name", NAME, "--port", "0", "--context", "4096")
    with place.start("worker", *options) as worker:
        try:
            done = place.fusion("review", "main..feature", "--format", "json")
            assert done.returncode == 0, "what no endpoint is there for is a note: " + done.stderr
            worker.send_signal(signal.SIGINT)
            _, told = worker.communicate(timeout=240)
        finally:
            worker.kill()
    assert worker.returncode == 0
    assert "the worker has ended; nothing is held" in told.decode()
    notes = json.loads(done.stdout)["coverage"]["notes"]
    assert any("No model was asked to review" in note for note in notes), notes
    made = [call for report in json.loads(done.stdout)["coverage"]["agents"] for call in report.get("calls", ())]
    calls = [call for call in made if call.get("endpoint")]
    assert calls, told.decode()
    for call in calls:
        assert (call["endpoint"], call["agent"], call["model"], call["local"]) == ("gpu", "walkthrough", NAME, True)
        assert call["ending"] in ("ok", "unusable")
        usage = call["usage"]
        assert usage["input_tokens"] > 500
        assert 0 < usage["output_tokens"] <= 700
        assert usage["seconds"] > 0
        assert 0 < usage["cost"] <= call["bound"]
    assert told.decode().count("answered a person job") == len(calls)
