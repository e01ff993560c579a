"""Our orchestrators on the engine with scripted activities: every path, and recorded histories replayed in both modes."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from fusion.engine import Engine
from fusion.engine.replay import Recording, record, replay
from orchestrations.registry import VERSION
from tests.fakes.scripts import FETCHED, REPOSITORIES, SUMMARY, Script, pick, run

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


TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
"""The place in a trace that a run may be begun with; what it starts has places made of it."""
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


async def recorded(folder: Path) -> dict[str, Recording]:
    """What each orchestration does today, by the name of its recording."""
    _, found = await run(folder / "j.db", Script(), {"kind": "range", "sarif": ["sha256:x"]})
    named = {recording.name: recording for recording in found[:2]}
    thinking = Script(ask_agent={"prompt": "sha256:p"}, ask_verifier={"prompts": ["sha256:v"]})
    _, found = await run(folder / "thought.db", thinking, {"kind": "range"})
    [asking, thought] = [next(one for one in found if one.name == name) for name in ("agent", "thought")]
    named |= {"agent-with-a-model": asking, "thought": thought, "scan-begun": await scan_begun(folder / "begun.db")}
    for name, given in BOT.items():
        _, found = await run(folder / f"{name}.db", Script(), given, name=name)
        named[name] = found[0]
    _, found = await run(folder / "traced.db", Script(), {**BOT["pull"], "trace": TRACE}, name="pull")
    named["pull-traced"] = found[0]
    _, found = await run(folder / "goes.db", in_goes(), BOT["scan_repository"], name="scan_repository")
    return {**named, "scan_repository-in-goes": found[0]}


def in_goes() -> Script:
    """A repository whose files GitHub's limit lets be read later, with a large tree and a long history."""
    limits = iter([{"status": "wait", "seconds": 0.01, "message": "limit"}, *[{"status": "read", "files": "sha256:f"}] * 2])

    def collect(job: dict[str, Any]) -> Any:
        more = job["analyzer"] == "ruff" and "so_far" not in job
        return {"status": "more", "so_far": "sha256:half"} if more else [f"sha256:{job['analyzer']}"]

    def look_back(job: dict[str, Any]) -> dict[str, Any]:
        return {"status": "looked", "history": ["sha256:h"]} if "so_far" in job else {"status": "more", "so_far": "sha256:some"}

    joined = {"status": "joined", "reading": "sha256:r", "change": "sha256:c", "analyzers": ["bandit", "ruff"], "history": True}
    return Script(read_files=lambda job: next(limits), join_tree=joined, collect_evidence=collect, read_history=look_back)


async def scan_begun(path: Path) -> Recording:
    """The first execution of an account's scan, after a limit and some of its repositories, just before it continues as new.

    `scan` is the second one: it begins with what the first has handed on.
    """
    limits = iter([{"status": "wait", "seconds": 0.01, "message": "limit"}, {"status": "found", "targets": "sha256:targets"}])
    script = Script(enumerate_repositories=lambda job: next(limits))
    script.answers["pick_repositories"] = lambda job: pick({**job, "count": 10})
    begun: list[Recording] = []

    def note(job: dict[str, Any]) -> dict[str, Any]:
        begun.append(record(engine, "review-1")[0])
        return {"status": "noted", "lines": f"sha256:lines{len(job['lines'])}"}

    script.answers["note_lines"] = note
    async with Engine(path, script.worker(), version=VERSION) as engine:
        await engine.start("scan", BOT["scan"], "review-1")
        assert (await engine.wait("review-1", timeout=240)).output["status"] == "scanned"
    assert len(begun) == len(REPOSITORIES) / 10
    return begun[0]


async def test_recorded_histories_still_replay(tmp_path: Path) -> None:
    """One recording per released version: a deployment must not break a run in flight. RECORD=1 writes those that are missing.

    None is written anew: it is what an older version did. Whoever wants that takes the file away first.
    """
    script = Script()
    if os.environ.get("RECORD"):
        RECORDINGS.mkdir(parents=True, exist_ok=True)
        for name, recording in (await recorded(tmp_path)).items():
            if not (file := RECORDINGS / f"{name}-v{VERSION}.json").exists():
                file.write_text(recording.to_json(), encoding="utf-8")
    there = {path.name.removesuffix(f"-v{VERSION}.json") for path in RECORDINGS.glob("*.json")}
    assert {"review", "scan-begun", "scan_repository-in-goes", "pull-traced", *BOT} <= there
    for path in sorted(RECORDINGS.glob("*.json")):
        for sticky in (False, True):
            replay(script.worker(), Recording.from_json(path.read_text(encoding="utf-8")), strict=True, sticky=sticky)
