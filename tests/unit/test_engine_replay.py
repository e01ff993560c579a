"""Recorded histories: they replay with the code that made them, and say where other code disagrees."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from fusion.engine import Engine, ReplayMismatch, Worker
from fusion.engine.replay import Recording, record, replay
from tests.fakes import flows

RUNS = [
    ("review", {"fan": 5}),
    ("sequence", 15),
    ("approval", {"seconds": 0.02}),
    ("family", 2),
    ("countdown", 2),
    ("persistent", 2),
    ("guarded", {"activity": "always_fails", "input": "x"}),
    ("random_id", None),
    ("broken", None),
]


@pytest.fixture
async def engine(tmp_path: Path) -> Any:
    async with Engine(tmp_path / "journal.db", flows.worker(), drain=0) as opened:
        yield opened


@pytest.mark.parametrize("sticky", [False, True])
@pytest.mark.parametrize(("name", "input"), RUNS, ids=[name for name, _ in RUNS])
async def test_a_recording_replays(engine: Engine, name: str, input: Any, sticky: bool) -> None:
    await engine.start(name, input, "run")
    await engine.wait("run", 20)
    for recording in record(engine, "run"):
        replay(flows.worker(), Recording.from_json(recording.to_json()), strict=True, sticky=sticky)


async def test_sub_orchestrations_are_recorded_too(engine: Engine) -> None:
    await engine.start("family", 2, "run")
    await engine.wait("run", 20)
    assert [recording.instance_id for recording in record(engine, "run")] == ["run", "run:0", "run:1"]


async def test_a_run_in_flight_can_be_recorded(engine: Engine) -> None:
    await engine.start("sleeper", 60, "run")
    await engine.suspend("run")
    await engine.resume("run")
    await engine.raise_event("run", "noise")
    (recording,) = record(engine, "run")
    replay(flows.worker(), recording, strict=True)


def changed(name: str, function: Any) -> Worker:
    worker = Worker()
    worker.add_orchestrator(function, name=name)
    return worker


async def test_changed_code_is_told(engine: Engine) -> None:
    await engine.start("sequence", 2, "run")
    await engine.wait("run", 20)
    (recording,) = record(engine, "run")

    def renamed(ctx: Any, count: int) -> Any:
        yield ctx.call_activity("sum", input=[0, 0])

    def longer(ctx: Any, count: int) -> Any:
        value = yield from flows.sequence(ctx, count)
        yield ctx.call_activity("publish", input=value)

    def shorter(ctx: Any, count: int) -> Any:
        yield ctx.call_activity("total", input=[0, 0])
        return 1

    def other_kind(ctx: Any, count: int) -> Any:
        yield ctx.call_sub_orchestrator("total")

    def other_input(ctx: Any, count: int) -> Any:
        value = 0
        for n in range(count):
            value = yield ctx.call_activity("total", input=[n, value])
        return value

    expected = {
        renamed: r"sequence, episode 1: the history says \[#1 activity total\], the code says \[#1 activity sum\]",
        longer: r"episode 3: .*says \[end as completed\], the code says \[#3 activity publish\]",
        shorter: r"episode 2: .*\[#2 activity total\], the code says \[end as completed\]",
        other_kind: r"episode 1: .*the code says \[#1 sub-orchestration total\]",
    }
    for code, sentence in expected.items():
        with pytest.raises(ReplayMismatch, match=sentence):
            replay(changed("sequence", code), recording)
    replay(changed("sequence", other_input), recording)
    with pytest.raises(ReplayMismatch, match=r"with \[1, 0\]"):
        replay(changed("sequence", other_input), recording, strict=True)


async def test_a_missing_orchestrator_is_told(engine: Engine) -> None:
    await engine.start("sequence", 2, "run")
    await engine.wait("run", 20)
    with pytest.raises(ReplayMismatch, match="end as failed"):
        replay(Worker(), record(engine, "run")[0])


def test_a_recording_of_another_version_is_refused() -> None:
    with pytest.raises(ValueError, match="recording version 99"):
        Recording.from_json('{"recording": 99}')
