"""The orchestrations of scans on the engine with scripted activities: every path, the window, and what a kill leaves."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from fusion.engine import Engine
from orchestrations.registry import VERSION
from orchestrations.scan import BATCH, WINDOW
from tests.fakes.scripts import REPOSITORIES, Script, run

ONE = {"wanted": {"repository": "octo/shop", "installation": 5}}


async def test_a_repository_is_scanned_step_by_step(tmp_path: Path) -> None:
    script = Script()
    state, _ = await run(tmp_path / "j.db", script, ONE, name="scan_repository")
    assert state.output == {"repository": "octo/shop", "status": "scanned", "digest": "sha256:scan", "reason": ""}
    names = [name for name, _ in script.asked]
    assert names[:5] == ["read_posture", "read_tree", "read_files", "read_files", "join_tree"]
    assert sorted(names[5:8]) == ["collect_evidence", "collect_evidence", "take_inventory"]
    assert names[8:] == ["assess_repository", "seal_scan", "record_scan", "file_issues"]
    [assessed] = script.jobs("assess_repository")
    assert assessed["evidence"] == ["sha256:bandit", "sha256:ruff"]
    assert (assessed["reading"], assessed["inventory"], assessed["posture"]) == ("sha256:r", "sha256:i", "sha256:p")
    assert script.jobs("join_tree")[0]["parts"] == ["sha256:files0", "sha256:files1"]


async def test_what_did_not_change_is_neither_read_nor_examined_again(tmp_path: Path) -> None:
    same = {
        "reading": "sha256:r",
        "change": "sha256:c",
        "inventory": "sha256:i",
        "evidence": ["sha256:e"],
        "analyzers": ["ruff"],
    }
    script = Script(read_tree={"status": "same", **same})
    await run(tmp_path / "j.db", script, ONE, name="scan_repository")
    assert [name for name, _ in script.asked][2:] == ["assess_repository", "seal_scan", "record_scan", "file_issues"]
    assert script.jobs("assess_repository")[0]["evidence"] == ["sha256:e"]


async def test_the_history_is_read_where_policy_asks_for_it_also_when_no_file_has_changed(tmp_path: Path) -> None:
    same = {"reading": "sha256:r", "change": "", "inventory": "sha256:i", "evidence": ["sha256:e"], "analyzers": []}
    waits = iter([{"status": "wait", "seconds": 0.01, "message": "away"}, {"status": "looked", "history": ["sha256:h"]}])
    script = Script(read_tree={"status": "same", "history": True, **same}, read_history=lambda job: next(waits))
    await run(tmp_path / "j.db", script, ONE, name="scan_repository")
    assert [name for name, _ in script.asked][2:5] == ["read_history", "read_history", "assess_repository"]
    [assessed] = script.jobs("assess_repository")
    assert (assessed["evidence"], assessed["history"]) == (["sha256:e"], ["sha256:h"])
    # What was found in the history is not part of what the next scan of the same tree takes over.
    assert script.jobs("record_scan")[0]["evidence"] == ["sha256:e"]


async def test_an_analyzer_goes_on_over_a_large_tree_and_nobody_is_asked_twice(tmp_path: Path) -> None:
    answers = {
        ("ruff", ""): {"status": "more", "so_far": "sha256:1"},
        ("ruff", "sha256:1"): {"status": "wait", "seconds": 0.01, "message": "away"},
        ("bandit", ""): ["sha256:b"],
    }

    def collect(job: dict[str, Any]) -> Any:
        asked = job["analyzer"], job.get("so_far", "")
        if asked == ("ruff", "sha256:1") and len(script.jobs("collect_evidence")) > 3:
            return ["sha256:r"]
        return answers[asked]

    script = Script(collect_evidence=collect)
    await run(tmp_path / "j.db", script, ONE, name="scan_repository")
    assert script.jobs("assess_repository")[0]["evidence"] == ["sha256:b", "sha256:r"]
    asked = [(job["analyzer"], job.get("so_far", "")) for job in script.jobs("collect_evidence")]
    assert sorted(asked) == [("bandit", ""), ("ruff", ""), ("ruff", "sha256:1"), ("ruff", "sha256:1")]
    assert len(script.jobs("take_inventory")) == 1


async def test_a_rate_limit_is_waited_for_and_nothing_before_it_is_done_again(tmp_path: Path) -> None:
    waits = iter([{"status": "wait", "seconds": 0.01, "message": "limit"}] * 3 + [{"status": "read", "files": "sha256:f"}] * 2)
    script = Script(read_files=lambda job: next(waits))
    state, _ = await run(tmp_path / "j.db", script, ONE, name="scan_repository")
    assert state.output["status"] == "scanned"
    assert [job["part"] for job in script.jobs("read_files")] == [0, 0, 0, 0, 1]
    assert len(script.jobs("read_tree")) == 1


@pytest.mark.parametrize(
    ("answers", "status"),
    [
        ({"read_posture": {"status": "gone", "message": "deleted"}}, "gone"),
        ({"read_posture": {"status": "denied", "message": "metadata: read"}}, "denied"),
        ({"read_posture": {"status": "archived", "message": "archived", "posture": "sha256:p"}}, "archived"),
        ({"read_tree": {"status": "gone", "message": "deleted meanwhile"}}, "gone"),
        ({"read_files": {"status": "failed", "message": "why"}}, "failed"),
        ({"collect_evidence": {"status": "failed", "message": "why"}}, "failed"),
        ({"assess_repository": {"status": "failed", "message": "why"}}, "failed"),
    ],
)
async def test_what_cannot_be_scanned_is_a_line_all_the_same(tmp_path: Path, answers: dict[str, Any], status: str) -> None:
    script = Script(**answers)
    state, _ = await run(tmp_path / "j.db", script, ONE, name="scan_repository")
    assert state.output == {"repository": "octo/shop", "status": status}
    assert script.jobs("record_scan") == []


async def test_a_mistake_of_ours_costs_one_repository_and_is_told_as_one(tmp_path: Path) -> None:
    def broken(_job: dict[str, Any]) -> None:
        raise RuntimeError("a path of this machine")

    script = Script(take_inventory=broken)
    state, _ = await run(tmp_path / "j.db", script, ONE, name="scan_repository")
    assert state.output["status"] == "failed"
    assert "a mistake in Fusion" in script.jobs("end_scan")[0]["end"]["message"]
    assert "a path of this machine" not in str(script.jobs("end_scan"))


async def test_what_is_not_sealed_or_filed_is_on_the_line(tmp_path: Path) -> None:
    script = Script(
        seal_scan={"status": "failed", "message": "The key is gone."},
        file_issues={"status": "denied", "message": "issues: write"},
    )
    state, _ = await run(tmp_path / "j.db", script, ONE, name="scan_repository")
    assert state.output["status"] == "scanned"
    assert state.output["reason"] == "The scan was not sealed: The key is gone. Issues could not be kept: issues: write"


async def test_an_account_is_scanned_in_a_window_and_its_history_does_not_grow(tmp_path: Path) -> None:
    script = Script()
    busy: set[str] = set()
    most = 0

    def begin(job: dict[str, Any]) -> dict[str, Any]:
        nonlocal most
        busy.add(job["wanted"]["repository"])
        most = max(most, len(busy))
        return {"status": "read", "wanted": job["wanted"], "posture": "sha256:p", "commit": "c", "request": {}}

    def end(job: dict[str, Any]) -> dict[str, Any]:
        busy.discard(job["wanted"]["repository"])
        return {"status": "recorded", "line": {"repository": job["wanted"]["repository"], "status": "scanned"}, "issues": False}

    script.answers |= {"read_posture": begin, "record_scan": end}
    async with Engine(tmp_path / "j.db", script.worker(), version=VERSION) as engine:
        assert (await engine.start("scan", {"account": "octo"}, "scan-1")).created
        state = await engine.wait("scan-1", timeout=240)
        assert state.output == {"status": "scanned", "report": "sha256:report", "repositories": len(REPOSITORIES)}
        assert not (await engine.start("scan", {"account": "octo"}, "scan-1")).created
    assert 1 < most <= WINDOW
    assert [len(job["lines"]) for job in script.jobs("note_lines")] == [BATCH, len(REPOSITORIES) - BATCH]
    assert len(script.jobs("enumerate_repositories")) == 1
    assert script.jobs("fan_in")[0]["lines"] == ["sha256:lines40", "sha256:lines10"]
    scanned = [job["wanted"]["repository"] for job in script.jobs("read_posture")]
    assert sorted(scanned) == sorted(one["repository"] for one in REPOSITORIES)


async def test_a_killed_scan_of_an_account_goes_on_where_it_was(tmp_path: Path) -> None:
    script, enough = Script(), asyncio.Event()
    record = script.answers["record_scan"]

    def recorded_now(job: dict[str, Any]) -> Any:
        if len(script.jobs("record_scan")) >= 20:
            enough.set()
        return record(job)

    script.answers["record_scan"] = recorded_now
    async with Engine(tmp_path / "j.db", script.worker(), version=VERSION, drain=0.0) as engine:
        await engine.start("scan", {"account": "octo"}, "scan-1")
        await enough.wait()
    async with Engine(tmp_path / "j.db", script.worker(), version=VERSION) as engine:
        state = await engine.wait("scan-1", timeout=240)
    assert state.output["status"] == "scanned"
    recorded = [job["wanted"]["repository"] for job in script.jobs("record_scan")]
    assert {*recorded} == {one["repository"] for one in REPOSITORIES}
    assert len(recorded) <= len(REPOSITORIES) + WINDOW, "at most what was under way is done again"


async def test_a_round_scans_accounts_beside_each_other_and_one_failure_stops_none(tmp_path: Path) -> None:
    accounts = [{"account": name, "installation": number} for number, name in enumerate(["octo", "umbrella", "calm"])]

    def due(job: dict[str, Any]) -> dict[str, Any]:
        if job["account"] == "umbrella":
            return {"status": "denied", "message": "suspended"}
        count = 0 if job["account"] == "calm" else 50
        return {"status": "found", "due": count, "id": f"scan-{job['account']}", "targets": "sha256:t"}

    script = Script(find_accounts={"status": "found", "accounts": accounts}, find_due=due)
    state, _ = await run(tmp_path / "j.db", script, {"event": {}}, name="scans")
    assert state.output == {"scans": ["scan-octo"], "failures": ["umbrella: suspended"]}
    assert len(script.jobs("fan_in")) == 1
