"""Our orchestrators on the engine with scripted activities: every path, and recorded histories replayed in both modes."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from fusion.engine.replay import Recording, replay
from orchestrations.registry import VERSION
from tests.fakes.scripts import FETCHED, SUMMARY, Script, run

RECORDINGS = Path(__file__).parents[1] / "samples" / "recordings"


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


async def test_a_review_without_analyzers_and_agents_comes_to_its_end(tmp_path: Path) -> None:
    script = Script(fetch_change={**FETCHED, "analyzers": []}, plan={"tasks": [], "skipped": ["sha256:s"]})
    state, _ = await run(tmp_path / "j.db", script, {"kind": "range"})
    assert state.output == SUMMARY
    assert script.jobs("judge")[0]["reports"] == ["sha256:s"]


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


async def test_an_agent_that_cannot_ask_leaves_a_failed_report(tmp_path: Path) -> None:
    script = Script(ask_agent={"failed": "the agent raised"})
    await run(tmp_path / "j.db", script, {"kind": "range"})
    assert script.jobs("judge")[0]["reports"][0] == "failed security: the agent raised"
    assert script.jobs("complete") == []


COMMENT = {"repository": "octo/shop", "number": 12, "installation": 5}
BOT: dict[str, dict[str, Any]] = {
    "pull": {"request": {"kind": "pull", "number": 12}},
    "notice": {"request": {"kind": "pull", "number": 12}, "conclusion": "neutral", "reason": "why"},
    "learn": {"event": COMMENT},
    "command": {"event": COMMENT},
    "merge_group": {"event": {}},
    "catch_up": {"event": {}},
    "scan_repository": {"wanted": {"repository": "octo/shop", "installation": 5}},
    "scan": {"account": "octo"},
    "scans": {"event": {}},
    "fix": {"request": {"kind": "pull", "number": 12}, "change": "sha256:c", "finding": "sha256:x"},
}
"""The bot's orchestrations and what they are given."""


async def test_a_pull_request_is_announced_learnt_from_reviewed_and_published(tmp_path: Path) -> None:
    script = Script()
    state, recordings = await run(tmp_path / "j.db", script, BOT["pull"], name="pull")
    assert state.output == {**SUMMARY, "published": "published", "message": ""}
    names = [name for name, _ in script.asked]
    assert names[:3] == ["announce", "learn_decisions", "fetch_change"]
    assert names[-3:] == ["record", "publish", "publish"]
    assert {job["run"] for _, job in script.asked} == {"review-1", "review-1:r0"}
    assert [recording.name for recording in recordings] == ["pull", "review", "agent", "agent"]


@pytest.mark.parametrize(
    ("answers", "published", "settled"),
    [
        ({"announce": {"status": "superseded"}}, "superseded", []),
        ({"announce": {"status": "closed"}}, "closed", []),
        ({"fetch_change": {"status": "superseded", "message": "moved"}}, "superseded", ["cancelled"]),
        ({"publish": {"status": "superseded"}}, "superseded", []),
        ({"publish": {"status": "failed", "message": "422"}}, "failed", ["action_required"]),
        ({"announce": {"status": "failed", "message": "no permission"}, "publish": {"status": "published"}}, "published", []),
    ],
)
async def test_a_check_never_stays_in_progress(
    tmp_path: Path, answers: dict[str, Any], published: str, settled: list[str]
) -> None:
    script = Script(**answers)
    state, _ = await run(tmp_path / "j.db", script, BOT["pull"], name="pull")
    assert state.output["published"] == published
    assert [job["conclusion"] for job in script.jobs("settle")] == settled


async def test_a_review_that_fails_is_published_as_failed(tmp_path: Path) -> None:
    def broken(_job: dict[str, Any]) -> None:
        raise RuntimeError("the disk is full")

    script = Script(plan=broken)
    await run(tmp_path / "j.db", script, BOT["pull"], name="pull")
    result = script.jobs("publish")[0]["result"]
    assert result["status"] == "failed"
    assert "a mistake in Fusion" in result["message"]
    assert "the disk is full" not in result["message"], "what this machine says is not for everybody"


async def test_a_forge_that_is_away_is_asked_again(tmp_path: Path) -> None:
    answers = iter([{"status": "unavailable", "message": "502", "seconds": 0.01}] * 2 + [FETCHED])
    script = Script(fetch_change=lambda job: next(answers))
    state, _ = await run(tmp_path / "j.db", script, BOT["pull"], name="pull")
    assert state.output["published"] == "published"
    assert [job["run"] for job in script.jobs("fetch_change")] == ["review-1:r0", "review-1:r1", "review-1:r2"]


@pytest.mark.parametrize(
    ("heard", "asked"),
    [
        ({"status": "permitted"}, ["hear", "obey", "answer"]),
        ({"status": "refused", "say": "no"}, ["hear", "answer"]),
        ({"status": "refused", "say": ""}, ["hear"]),
        ({"status": "limited", "say": ""}, ["hear", "answer"]),
        ({"status": "ignored"}, ["hear"]),
        ({"status": "gone"}, ["hear"]),
    ],
)
async def test_a_command_is_heard_obeyed_and_answered(tmp_path: Path, heard: dict[str, Any], asked: list[str]) -> None:
    script = Script(hear=heard)
    await run(tmp_path / "j.db", script, BOT["command"], name="command")
    assert [name for name, _ in script.asked] == asked


async def test_a_ledger_that_people_changed_is_judged_anew(tmp_path: Path) -> None:
    script = Script()
    await run(tmp_path / "j.db", script, BOT["learn"], name="learn")
    assert len(script.jobs("ask_again")) == 1
    script = Script(learn_decisions={"status": "learnt", "changed": 0})
    await run(tmp_path / "k.db", script, BOT["learn"], name="learn")
    assert script.jobs("ask_again") == []


async def test_a_round_goes_on_where_one_part_fails(tmp_path: Path) -> None:
    script = Script(find_undelivered={"status": "failed", "message": "no key"})
    state, _ = await run(tmp_path / "j.db", script, BOT["catch_up"], name="catch_up")
    assert state.output == {"redelivered": 0, "looked_at": 3, "failures": ["no key"]}


async def test_recorded_histories_still_replay(tmp_path: Path) -> None:
    """One recording per released version: a deployment must not break a run in flight. RECORD=1 writes the current one."""
    script = Script()
    current = RECORDINGS / f"review-v{VERSION}.json"
    if os.environ.get("RECORD"):
        _, recordings = await run(tmp_path / "j.db", script, {"kind": "range", "sarif": ["sha256:x"]})
        RECORDINGS.mkdir(parents=True, exist_ok=True)
        for recording in recordings[:2]:
            (RECORDINGS / f"{recording.name}-v{VERSION}.json").write_text(recording.to_json(), encoding="utf-8")
        thinking = Script(ask_agent={"prompt": "sha256:p"}, ask_verifier={"prompts": ["sha256:v"]})
        _, recordings = await run(tmp_path / "thought.db", thinking, {"kind": "range"})
        [asking, thought] = [next(one for one in recordings if one.name == name) for name in ("agent", "thought")]
        (RECORDINGS / f"agent-with-a-model-v{VERSION}.json").write_text(asking.to_json(), encoding="utf-8")
        (RECORDINGS / f"thought-v{VERSION}.json").write_text(thought.to_json(), encoding="utf-8")
        for name, given in BOT.items():
            _, recordings = await run(tmp_path / f"{name}.db", Script(), given, name=name)
            (RECORDINGS / f"{name}-v{VERSION}.json").write_text(recordings[0].to_json(), encoding="utf-8")
    assert current.exists()
    assert {*BOT} <= {path.name.removesuffix(f"-v{VERSION}.json") for path in RECORDINGS.glob("*.json")}
    for path in sorted(RECORDINGS.glob("*.json")):
        for sticky in (False, True):
            replay(script.worker(), Recording.from_json(path.read_text(encoding="utf-8")), strict=True, sticky=sticky)
