"""Our orchestrators on the engine with scripted activities: every path, and recorded histories replayed in both modes."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from fusion.engine import Engine, InstanceState, Worker
from fusion.engine.replay import Recording, record, replay
from orchestrations.registry import ORCHESTRATORS, VERSION

RECORDINGS = Path(__file__).parents[1] / "samples" / "recordings"
FETCHED = {"status": "fetched", "change": "sha256:c", "analyzers": ["bandit", "ruff"]}
PLAN = {"tasks": [{"agent": "security", "task": "sha256:t1"}, {"agent": "tests", "task": "sha256:t2"}], "skipped": ["sha256:s"]}
SUMMARY = {"status": "reviewed", "review": "sha256:r", "verdict": "pass", "findings": 0}


class Script:
    """Activities that answer from a table and remember what they were asked."""

    def __init__(self, **answers: Any) -> None:
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.answers: dict[str, Any] = {
            "fetch_change": FETCHED,
            "collect_evidence": lambda job: [f"sha256:{job['analyzer']}"],
            "import_evidence": lambda job: [f"{job['sarif']}-report"],
            "plan": PLAN,
            "ask_agent": {},
            "complete": {"completion": "sha256:completion"},
            "read_agent": lambda job: f"report of {job['agent']} with {job['completion']}",
            "fail_agent": lambda job: f"failed {job['agent']}: {job['reason']}",
            "verify_fixes": lambda job: job["reports"],
            "judge": {"summary": SUMMARY, "ledger": "sha256:l", "etag": None},
            "record": True,
            **answers,
        }

    def worker(self) -> Worker:
        worker = Worker()
        for name, orchestrator in ORCHESTRATORS.items():
            worker.add_orchestrator(orchestrator, name=name)
        for name in self.answers:
            worker.add_activity(name, self._activity(name))
        return worker

    def _activity(self, name: str) -> Any:
        async def activity(_ctx: object, job: dict[str, Any]) -> Any:
            self.asked.append((name, job))
            answer = self.answers[name]
            return answer(job) if callable(answer) else answer

        return activity

    def jobs(self, name: str) -> list[dict[str, Any]]:
        return [job for asked, job in self.asked if asked == name]


async def run(path: Path, script: Script, request: Mapping[str, Any]) -> tuple[InstanceState, list[Recording]]:
    async with Engine(path, script.worker(), version=VERSION) as engine:
        await engine.start("review", dict(request), "review-1")
        state = await engine.wait("review-1", timeout=20)
        return state, record(engine, "review-1")


async def test_a_review_takes_every_step_in_order(tmp_path: Path) -> None:
    script = Script()
    state, recordings = await run(tmp_path / "j.db", script, {"kind": "range", "sarif": ["sha256:x"]})
    assert state.output == SUMMARY
    names = [name for name, _ in script.asked]
    assert names[0] == "fetch_change"
    assert sorted(names[1:4]) == ["collect_evidence", "collect_evidence", "import_evidence"]
    assert names[-3:] == ["verify_fixes", "judge", "record"]
    assert script.jobs("plan")[0]["evidence"] == ["sha256:bandit", "sha256:ruff", "sha256:x-report"]
    reports = ["report of security with None", "report of tests with None", "sha256:s"]
    assert script.jobs("judge")[0]["reports"] == reports
    assert {job["run"] for _, job in script.asked} == {"review-1"}
    assert [recording.name for recording in recordings] == ["review", "agent", "agent"]


@pytest.mark.parametrize("status", ["refused", "empty"])
async def test_what_cannot_be_reviewed_is_recorded_and_ends(tmp_path: Path, status: str) -> None:
    script = Script(fetch_change={"status": status, "message": "why"})
    state, _ = await run(tmp_path / "j.db", script, {"kind": "range"})
    assert state.output == {"status": status, "message": "why"}
    assert [name for name, _ in script.asked] == ["fetch_change", "record"]


async def test_a_lost_race_for_the_ledger_is_judged_again(tmp_path: Path) -> None:
    answers = iter([False, False, True])
    script = Script(record=lambda job: next(answers))
    state, _ = await run(tmp_path / "j.db", script, {"kind": "range"})
    assert state.output == SUMMARY
    assert len(script.jobs("judge")) == 3


async def test_a_race_that_is_always_lost_fails_aloud(tmp_path: Path) -> None:
    state, _ = await run(tmp_path / "j.db", Script(record=False), {"kind": "range"})
    assert state.status == "failed"
    assert state.failure is not None
    assert "run the review again" in state.failure.message


async def test_an_agent_may_ask_a_model(tmp_path: Path) -> None:
    script = Script(ask_agent={"prompt": "sha256:p"})
    await run(tmp_path / "j.db", script, {"kind": "range"})
    assert [job["prompt"] for job in script.jobs("complete")] == ["sha256:p"] * 2
    assert script.jobs("judge")[0]["reports"][0] == "report of security with sha256:completion"


async def test_a_model_that_fails_leaves_a_failed_report(tmp_path: Path) -> None:
    script = Script(ask_agent={"prompt": "sha256:p"}, complete={"failed": "no capacity"})
    await run(tmp_path / "j.db", script, {"kind": "range"})
    assert script.jobs("judge")[0]["reports"][0] == "failed security: no capacity"
    assert script.jobs("read_agent") == []


async def test_an_agent_that_cannot_ask_leaves_a_failed_report(tmp_path: Path) -> None:
    script = Script(ask_agent={"failed": "the agent raised"})
    await run(tmp_path / "j.db", script, {"kind": "range"})
    assert script.jobs("judge")[0]["reports"][0] == "failed security: the agent raised"
    assert script.jobs("complete") == []


async def test_recorded_histories_still_replay(tmp_path: Path) -> None:
    """One recording per released version: a deployment must not break a run in flight. RECORD=1 writes the current one."""
    script = Script()
    current = RECORDINGS / f"review-v{VERSION}.json"
    if os.environ.get("RECORD"):
        _, recordings = await run(tmp_path / "j.db", script, {"kind": "range", "sarif": ["sha256:x"]})
        RECORDINGS.mkdir(parents=True, exist_ok=True)
        for recording in recordings[:2]:
            (RECORDINGS / f"{recording.name}-v{VERSION}.json").write_text(recording.to_json(), encoding="utf-8")
    assert current.exists()
    for path in sorted(RECORDINGS.glob("*.json")):
        for sticky in (False, True):
            replay(script.worker(), Recording.from_json(path.read_text(encoding="utf-8")), strict=True, sticky=sticky)
