"""The fix orchestration and the command that starts it, with scripted activities: every path, and who is asked what."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.fakes.scripts import Script, run

WANTED = {"request": {"kind": "pull", "number": 12}, "change": "sha256:c", "finding": "sha256:x"}
COMMAND = {"event": {"repository": "octo/shop", "number": 12, "installation": 5}}
AGAIN = {"status": "again", "prompt": "sha256:p2", "message": "bandit B602 still reports it."}


async def test_a_mechanical_fix_asks_nobody(tmp_path: Path) -> None:
    script = Script(begin_fix={"status": "fixed", "fix": "sha256:f", "how": "mechanical"})
    state, _ = await run(tmp_path / "j.db", script, WANTED, name="fix")
    assert state.output == {"status": "fixed", "fix": "sha256:f", "how": "mechanical"}
    assert [name for name, _ in script.asked] == ["begin_fix"]


async def test_a_models_patch_is_tried_and_the_account_closed(tmp_path: Path) -> None:
    script = Script()
    state, recordings = await run(tmp_path / "j.db", script, WANTED, name="fix")
    assert state.output == {"status": "fixed", "fix": "sha256:f", "how": "model", "receipt": "1 call"}
    assert [name for name, _ in script.asked] == ["begin_fix", "route", "complete", "try_fix", "end_fix"]
    assert script.jobs("end_fix")[0]["calls"] == ["sha256:call"]
    assert {job["run"] for _, job in script.asked} == {"review-1"}, "one account for all of it"
    assert [recording.name for recording in recordings] == ["fix", "thought"]


@pytest.mark.parametrize(
    ("answers", "output"),
    [
        (
            [AGAIN, {"status": "fixed", "fix": "sha256:f", "how": "model"}],
            {"status": "fixed", "fix": "sha256:f", "how": "model"},
        ),
        ([AGAIN, {"status": "refused", "message": "no"}], {"status": "refused", "message": "no"}),
    ],
)
async def test_a_patch_that_does_not_hold_is_asked_for_once_more(
    tmp_path: Path, answers: list[dict[str, Any]], output: dict[str, Any]
) -> None:
    left = iter(answers)
    script = Script(try_fix=lambda job: next(left))
    state, _ = await run(tmp_path / "j.db", script, WANTED, name="fix")
    assert state.output == {**output, "receipt": "1 call"}
    assert [(job["prompt"], job["last"]) for job in script.jobs("try_fix")] == [("sha256:p", False), ("sha256:p2", True)]
    assert script.jobs("end_fix")[0]["calls"] == ["sha256:call"] * 2


async def test_without_an_answer_the_reason_is_the_routings_and_the_account_is_closed(tmp_path: Path) -> None:
    script = Script(route={"way": "none", "failed": "the budget of the month is spent", "calls": ["sha256:n"]})
    state, _ = await run(tmp_path / "j.db", script, WANTED, name="fix")
    assert state.output["message"] == "the budget of the month is spent"
    assert script.jobs("end_fix")[0]["calls"] == ["sha256:n"]


async def test_a_second_patch_that_nobody_writes_leaves_the_reason_of_the_first(tmp_path: Path) -> None:
    ways = iter([{"way": "cloud", "route": {"endpoint": "large"}}, {"way": "none", "failed": "the cap is reached"}])
    script = Script(route=lambda job: next(ways), try_fix=AGAIN)
    state, _ = await run(tmp_path / "j.db", script, WANTED, name="fix")
    assert (state.output["status"], state.output["message"]) == ("refused", "bandit B602 still reports it.")


async def test_a_store_that_is_away_is_waited_for(tmp_path: Path) -> None:
    ways = iter([{"status": "wait", "message": "away", "seconds": 0.01}, {"way": "cloud", "route": {"endpoint": "large"}}])
    script = Script(route=lambda job: next(ways))
    state, _ = await run(tmp_path / "j.db", script, WANTED, name="fix")
    assert state.output["status"] == "fixed"


async def test_the_command_looks_for_a_patch_and_offers_it_once(tmp_path: Path) -> None:
    script = Script(obey={"status": "fixing", "fix": {**WANTED, "entry": "e", "commit": False}})
    state, _ = await run(tmp_path / "j.db", script, COMMAND, name="command")
    assert state.output == {"status": "obeyed"}
    names = ["hear", "obey", "begin_fix", "route", "complete", "try_fix", "end_fix", "offer_fix", "answer"]
    assert [name for name, _ in script.asked] == names
    assert script.jobs("offer_fix")[0]["result"]["fix"] == "sha256:f"
    assert (script.jobs("answer")[0]["say"], script.jobs("answer")[0]["thread"]) == ("A patch.", 7)


async def test_a_mistake_on_the_way_is_told_in_the_answer(tmp_path: Path) -> None:
    def broken(_job: dict[str, Any]) -> None:
        raise RuntimeError("what is on this disk")

    script = Script(obey={"status": "fixing", "fix": WANTED}, offer_fix=broken)
    state, _ = await run(tmp_path / "j.db", script, COMMAND, name="command")
    assert state.output == {"status": "failed"}
    said = script.jobs("answer")[0]["say"]
    assert "a mistake in Fusion" in said
    assert "what is on this disk" not in said
