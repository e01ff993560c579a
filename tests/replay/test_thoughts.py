"""How an agent thinks: over which ways a prompt goes, what is asked again, what colleagues and the verifier say."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fusion.engine import Engine
from orchestrations.registry import VERSION
from tests.fakes.scripts import Script, run

CLOUD = {"way": "cloud", "route": {"endpoint": "large"}}
LOCAL = {"way": "worker", "route": {"endpoint": "gpu"}}
NONE = {"way": "none", "failed": "every way is closed", "calls": ["sha256:none"]}
GIVEN = {"run": "review-1", "request": {}, "change": "sha256:c", "agent": "security", "prompt": "sha256:p"}


def in_turn(*answers: Any) -> Any:
    """An activity that answers with one after the other."""
    rest: Iterator[Any] = iter(answers)
    return lambda job: next(rest)


def failed(call: str = "sha256:1", **more: Any) -> dict[str, Any]:
    return {"calls": [call], **more}


def done(call: str = "sha256:9", **more: Any) -> dict[str, Any]:
    return {"completion": f"sha256:from-{call[7:]}", "calls": [call], **more}


async def think(path: Path, script: Script) -> dict[str, Any]:
    state, _ = await run(path / "j.db", script, GIVEN, name="thought")
    output: dict[str, Any] = state.output
    return output


def _folder(inside: Path, name: str) -> Path:
    (inside / name).mkdir()
    return inside / name


async def test_a_usable_reply_is_the_end(tmp_path: Path) -> None:
    script = Script(route=CLOUD, complete=done())
    assert await think(tmp_path, script) == done()
    assert [name for name, _ in script.asked] == ["route", "complete"]


async def test_what_was_paid_for_is_not_asked_again(tmp_path: Path) -> None:
    script = Script(route={"way": "kept", **done()})
    assert await think(tmp_path, script) == done()
    assert script.jobs("complete") == []


async def test_a_reply_of_another_shape_is_asked_for_once_more_and_then_elsewhere(tmp_path: Path) -> None:
    replies = in_turn(failed("sha256:1", again="sha256:again"), failed("sha256:2"), done("sha256:3"))
    script = Script(route=CLOUD, complete=replies)
    output = await think(tmp_path, script)
    assert output == {"completion": "sha256:from-3", "calls": ["sha256:1", "sha256:2", "sha256:3"]}
    assert [job["prompt"] for job in script.jobs("complete")] == ["sha256:p", "sha256:again", "sha256:p"]
    stays = [job.get("stay") for job in script.jobs("route")]
    assert stays == [None, CLOUD["route"], None]
    assert [job["number"] for job in script.jobs("complete")] == [0, 1, 2]


async def test_no_way_is_a_failure_with_every_attempt(tmp_path: Path) -> None:
    script = Script(route=in_turn(CLOUD, NONE), complete=failed())
    assert await think(tmp_path, script) == {"failed": "every way is closed", "calls": ["sha256:1", "sha256:none"]}


async def test_attempts_are_bounded_whatever_the_routing_says(tmp_path: Path) -> None:
    script = Script(route=CLOUD, complete=failed())
    output = await think(tmp_path, script)
    assert "no model gave a usable answer" in output["failed"]
    assert len(script.jobs("complete")) == 12


async def test_a_closed_way_is_waited_for_as_long_as_the_activity_says(tmp_path: Path) -> None:
    script = Script(route=in_turn(*[{"way": "wait", "seconds": 0.01, "failed": "limited"}] * 3, NONE))
    assert (await think(tmp_path, script))["failed"] == "every way is closed"
    assert [round(job["waited"], 1) for job in script.jobs("route")] == [0.0, 0.1, 0.2, 0.3]


async def test_waiting_for_money_takes_nothing_of_the_patience_with_endpoints(tmp_path: Path) -> None:
    """The activity gets back what it said of the wait before, until there is a way."""
    short = [{"looks": number} for number in (1, 2)]
    waits = [{"way": "wait", "seconds": 0.01, "failed": "the cap of this run", "short": one} for one in short]
    script = Script(route=in_turn(*waits, CLOUD, NONE), complete=failed())
    assert (await think(tmp_path, script))["failed"] == "every way is closed"
    assert [job["waited"] for job in script.jobs("route")] == [0.0] * 4
    assert [job.get("short") for job in script.jobs("route")] == [None, *short, None]


async def test_an_unsure_answer_stands_where_nobody_knows_better(tmp_path: Path) -> None:
    script = Script(route=in_turn(CLOUD, NONE), complete=done("sha256:1", unsure=True))
    output = await think(tmp_path, script)
    assert output == {"completion": "sha256:from-1", "calls": ["sha256:1", "sha256:none"]}


async def test_an_unsure_answer_gives_way_to_a_sure_one(tmp_path: Path) -> None:
    script = Script(route=CLOUD, complete=in_turn(done("sha256:1", unsure=True), done("sha256:2")))
    assert (await think(tmp_path, script))["completion"] == "sha256:from-2"


async def test_an_outage_of_the_store_is_waited_for_and_then_passed_on(tmp_path: Path) -> None:
    """What was answered before it stays in the journal: a review that begins again would pay for it again."""
    away = {"status": "wait", "seconds": 0.01, "message": "the store is away"}
    script = Script(route=in_turn(CLOUD, away, away, CLOUD), complete=in_turn(failed(), done("sha256:2")))
    assert await think(tmp_path, script) == {"completion": "sha256:from-2", "calls": ["sha256:1", "sha256:2"]}
    script = Script(route=away)
    assert (await think(_folder(tmp_path, "long"), script))["status"] == "unavailable"
    assert len(script.jobs("route")) == 13
    script = Script(route={"status": "failed", "message": "no such blob"})
    assert (await think(_folder(tmp_path, "never"), script))["status"] == "failed"


async def test_an_outage_during_a_call_is_waited_for_where_it_is(tmp_path: Path) -> None:
    """A step that the Store failed is taken again: neither the routing nor the worker is troubled anew."""
    away = {"status": "wait", "seconds": 0.01, "message": "the store is away"}
    script = Script(route=in_turn(CLOUD, NONE), complete=in_turn(away, away, done("sha256:2")))
    assert await think(tmp_path, script) == {"completion": "sha256:from-2", "calls": ["sha256:2"]}
    sent = in_turn(away, {"seconds": 0.01})
    script = Script(route=in_turn(LOCAL, NONE), submit_inference=sent, collect_inference=in_turn(away, done("sha256:3")))
    assert await think(_folder(tmp_path, "worker"), script) == {"completion": "sha256:from-3", "calls": ["sha256:3"]}
    script = Script(route=CLOUD, complete=away)
    assert (await think(_folder(tmp_path, "long"), script))["status"] == "unavailable"
    assert len(script.jobs("complete")) == 13


async def test_where_the_model_cannot_be_asked_once_more_another_is_asked_as_at_first(tmp_path: Path) -> None:
    elsewhere = {"way": "cloud", "route": {"endpoint": "other"}, "prompt": "sha256:p", "stay": None}
    replies = in_turn(failed("sha256:1", again="sha256:again"), failed("sha256:2", again="sha256:2nd"), done("sha256:3"))
    script = Script(route=in_turn(CLOUD, elsewhere, elsewhere | {"stay": elsewhere["route"]}), complete=replies)
    assert "completion" in await think(tmp_path, script)
    assert [job["prompt"] for job in script.jobs("complete")] == ["sha256:p", "sha256:p", "sha256:p"]
    assert [job.get("stay") for job in script.jobs("complete")] == [None, None, elsewhere["route"]]


@pytest.mark.parametrize("seconds", [30, 0.2])
async def test_a_worker_that_answers_or_not(tmp_path: Path, seconds: float) -> None:
    """The event ends the wait, or the timer does; a result that comes after its time changes nothing."""
    sent, collected = asyncio.Event(), asyncio.Event()

    def submit(_job: dict[str, Any]) -> dict[str, Any]:
        sent.set()
        return {"seconds": seconds}

    def collect(job: dict[str, Any]) -> dict[str, Any]:
        collected.set()
        return done("sha256:5") if job["result"] else failed("sha256:late")

    script = Script(route=in_turn(LOCAL, NONE), submit_inference=submit, collect_inference=collect)
    async with Engine(tmp_path / "j.db", script.worker(), version=VERSION) as engine:
        await engine.start("thought", GIVEN, "review-1")
        if seconds > 1:
            await sent.wait()
            await engine.raise_event("review-1", "inference-0", {"result": "sha256:r"})
        else:
            await collected.wait()
            await engine.raise_event("review-1", "inference-0", {"result": "sha256:late"})
        state = await engine.wait("review-1", timeout=240)
    heard = [job["result"] for job in script.jobs("collect_inference")]
    assert heard == ([{"result": "sha256:r"}] if seconds > 1 else [None])
    assert ("completion" in state.output) == (seconds > 1)


async def test_an_agent_asks_reads_and_is_verified(tmp_path: Path) -> None:
    script = Script(ask_agent={"prompt": "sha256:p"}, ask_verifier={"prompts": ["sha256:v1", "sha256:v2"]})
    await run(tmp_path / "j.db", script, {"kind": "range"})
    assert len(script.jobs("complete")) == 2 * 3
    report = "report of security with sha256:completion"
    [heard] = [job for job in script.jobs("hear_verifier") if job["agent"] == "security"]
    assert (heard["report"], len(heard["votes"])) == (report, 2)
    assert script.jobs("judge")[0]["reports"][0] == f"verified {report}"
    assert script.jobs("read_agent")[0]["calls"] == ["sha256:call"]


async def test_a_thought_that_fails_leaves_a_failed_report(tmp_path: Path) -> None:
    script = Script(ask_agent={"prompt": "sha256:p"}, route=NONE)
    await run(tmp_path / "j.db", script, {"kind": "range"})
    assert script.jobs("judge")[0]["reports"][0] == "failed security: every way is closed"
    assert script.jobs("read_agent") == []
    assert script.jobs("fail_agent")[0]["calls"] == ["sha256:none"]


async def test_agents_ask_each_other(tmp_path: Path) -> None:
    """One question is answered, one fails, one nobody can answer: the second round hears of all three."""
    asked = [{"note": "sha256:n0", "prompt": "sha256:q0"}, {"note": "sha256:n1", "prompt": "sha256:q1"}, {"note": "sha256:n2"}]

    def route(job: dict[str, Any]) -> dict[str, Any]:
        return NONE if job["prompt"] == "sha256:q1" else CLOUD

    script = Script(ask_agent={"prompt": "sha256:p"}, route=route, write_notes={"notes": asked})
    await run(tmp_path / "j.db", script, {"kind": "range"})
    [followed] = [job for job in script.jobs("follow_up") if job["agent"] == "security"]
    thoughts = [note["thought"] for note in followed["notes"]]
    assert thoughts[0]["completion"] == "sha256:completion"
    assert thoughts[1]["failed"] == "every way is closed"
    assert thoughts[2] is None
    assert "sha256:p2" in [job["prompt"] for job in script.jobs("complete")]


async def test_the_walkthrough_is_told_and_never_stops_a_review(tmp_path: Path) -> None:
    plan = {"tasks": [], "skipped": [], "walkthrough": "sha256:wp", "quote": "sha256:q"}
    script = Script(plan=plan, route=NONE)
    await run(tmp_path / "j.db", script, {"kind": "range"})
    [told] = script.jobs("read_walkthrough")
    assert told["thought"]["failed"] == "every way is closed"
    judged = script.jobs("judge")[0]
    assert (judged["reports"], judged["walkthrough"], judged["quote"]) == (["sha256:wr"], "sha256:w", "sha256:q")
