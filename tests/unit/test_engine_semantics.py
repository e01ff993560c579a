"""What an orchestration may rely on, with replay at every step and with suspended generators."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from fusion.engine import TERMINAL, Engine, InstanceState, InstanceStatus, Started, UnknownInstance
from fusion.errors import UserError
from tests.fakes import flows


@pytest.fixture(params=[None, 0, 6], ids=["replay", "sticky", "sticky-after-6"])
async def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Any:
    async with Engine(tmp_path / "journal.db", flows.worker(), sticky_after=request.param, drain=0.0) as opened:
        yield opened


async def run(engine: Engine, name: str, input: Any = None, id: str | None = None) -> InstanceState:
    started = await engine.start(name, input, id)
    return await engine.wait(started.id, 20)


async def until(engine: Engine, id: str, status: InstanceStatus) -> None:
    for _ in range(2_000):
        state = engine.status(id)
        if state is not None and state.status is status:
            return
        await asyncio.sleep(0.002)
    raise AssertionError(f"{id} never became {status}: {engine.status(id)}")


@pytest.mark.parametrize("kind", ["", "_async"])
async def test_fans_out_and_in(engine: Engine, kind: str) -> None:
    state = await run(engine, "review", {"fan": 7, "kind": kind}, "r")
    assert (state.status, state.output, state.custom_status) == (InstanceStatus.COMPLETED, 42, "adding up")
    assert (state.id, state.name, state.input, state.parent, state.failure) == (
        "r",
        "review",
        {"fan": 7, "kind": kind},
        None,
        None,
    )
    assert state.created <= state.updated


async def test_long_sequence(engine: Engine) -> None:
    assert (await run(engine, "sequence", 40)).output == sum(range(40))


async def test_event_before_timer(engine: Engine) -> None:
    await engine.start("approval", {"seconds": 60}, "a")
    assert await engine.raise_event("a", "Approved", {"by": "someone"})
    assert (await engine.wait("a", 10)).output == {"approved": {"by": "someone"}}


async def test_event_raised_before_the_wait_is_kept(engine: Engine) -> None:
    await engine.start("mailbox", None, "m")
    await asyncio.gather(*(engine.raise_event("m", "letter", n) for n in range(10)))
    assert (await engine.wait("m", 10)).output == list(range(10))


async def test_timer_before_event(engine: Engine) -> None:
    assert (await run(engine, "approval", {"seconds": 0.05})).output == {"approved": None}


async def test_sub_orchestrations(engine: Engine) -> None:
    assert (await run(engine, "family", 3, "f")).output == 12
    child = engine.status("f:0")
    assert child is not None
    assert child.parent == "f"


async def test_continue_as_new(engine: Engine) -> None:
    assert (await run(engine, "countdown", 5)).output == "done"
    assert engine.metrics().continued == 5


async def test_retries(engine: Engine) -> None:
    state = await run(engine, "persistent", 2)
    good, message = state.output
    assert good == "ok after 3"
    assert "no: again" in message


async def test_events_between_orchestrations(engine: Engine) -> None:
    await engine.start("approval", {"seconds": 60}, "target")
    await run(engine, "messenger", "target")
    assert (await engine.wait("target", 10)).output == {"approved": {"by": "messenger"}}


async def test_deterministic_ids(engine: Engine) -> None:
    (first, differs) = (await run(engine, "random_id")).output
    assert len(first) == 36
    assert differs


async def test_defect_of_an_orchestrator_is_its_failure(engine: Engine) -> None:
    state = await run(engine, "broken")
    assert state.status is InstanceStatus.FAILED
    assert state.failure is not None
    assert "a defect" in state.failure.message
    assert "KeyError" in state.failure.type


@pytest.mark.parametrize("name", ["quitter", "unsupported"])
async def test_poison_does_not_stop_the_others(engine: Engine, name: str) -> None:
    poisoned = await engine.start(name)
    assert (await run(engine, "review", {})).status is InstanceStatus.COMPLETED
    state = await engine.wait(poisoned.id, 10)
    assert state.status is InstanceStatus.FAILED
    assert engine.stopped is None


async def test_unknown_orchestrator_fails(engine: Engine) -> None:
    state = await run(engine, "nobody")
    assert state.status is InstanceStatus.FAILED
    assert state.failure is not None
    assert "'nobody'" in state.failure.message


async def test_unknown_activity_is_a_failure_value(engine: Engine) -> None:
    state = await run(engine, "guarded", {"activity": "nothing"})
    assert "no activity named 'nothing' is registered" in state.output["failed"]


async def test_failed_child_is_a_failure_value(engine: Engine) -> None:
    assert "a defect" in (await run(engine, "guarded_child", "broken")).output["failed"]


async def test_terminate(engine: Engine) -> None:
    await engine.start("sleeper", 60, "s")
    assert await engine.terminate("s", {"why": "enough"})
    state = await engine.wait("s", 10)
    assert (state.status, state.output) == (InstanceStatus.TERMINATED, {"why": "enough"})
    assert not await engine.terminate("s")
    assert not await engine.raise_event("s", "late")


async def test_terminate_reaches_every_generation(engine: Engine) -> None:
    await engine.start("ancestors", 3, "top")
    await until(engine, "top/2/1/0", InstanceStatus.RUNNING)
    await engine.terminate("top", recursive=True)
    for id in ("top", "top/2", "top/2/1", "top/2/1/0"):
        assert (await engine.wait(id, 10)).status is InstanceStatus.TERMINATED
    assert engine.metrics().live == 0


async def test_terminate_alone_leaves_the_children(engine: Engine) -> None:
    await engine.start("ancestors", 1, "top")
    await until(engine, "top/0", InstanceStatus.RUNNING)
    await engine.terminate("top", recursive=False)
    await engine.wait("top", 10)
    await engine.raise_event("top/0", "never", "so it was")
    assert (await engine.wait("top/0", 10)).output == "so it was"


async def test_terminated_child_is_a_failure_of_its_parent(engine: Engine) -> None:
    await engine.start("ancestors", 1, "top")
    await until(engine, "top/0", InstanceStatus.RUNNING)
    await engine.terminate("top/0")
    state = await engine.wait("top", 10)
    assert state.failure is not None
    assert "terminated" in state.failure.message


async def test_terminate_stops_one_that_continues_for_ever(engine: Engine) -> None:
    for id in (f"spin-{n}" for n in range(8)):
        await engine.start("spinner", 0, id)
        await asyncio.sleep(0.01)
        await engine.terminate(id)
        assert (await engine.wait(id, 10)).status is InstanceStatus.TERMINATED


async def test_suspend_and_resume(engine: Engine) -> None:
    await engine.start("sleeper", 0.05, "s")
    await engine.suspend("s")
    await until(engine, "s", InstanceStatus.SUSPENDED)
    await asyncio.sleep(0.1)
    state = engine.status("s")
    assert state is not None
    assert state.status is InstanceStatus.SUSPENDED
    await engine.resume("s")
    assert (await engine.wait("s", 10)).output == "woke"


async def test_suspended_instance_can_be_terminated(engine: Engine) -> None:
    await engine.start("sleeper", 60, "s")
    await engine.suspend("s")
    await engine.terminate("s")
    assert (await engine.wait("s", 10)).status is InstanceStatus.TERMINATED


async def test_a_second_start_leaves_the_first_alone(engine: Engine) -> None:
    assert await engine.start("sleeper", 60, "s") == Started("s", True)
    assert await engine.start("review", {}, "s") == Started("s", False)
    running = engine.status("s")
    assert running is not None
    assert running.name == "sleeper"
    first = await run(engine, "review", {"fan": 2}, "r")
    assert await engine.start("review", {"fan": 9}, "r") == Started("r", False)
    assert engine.status("r") == first


async def test_replace(engine: Engine) -> None:
    first = await run(engine, "review", {"fan": 2}, "r")
    assert await engine.start("review", {"fan": 3}, "r", replace=TERMINAL) == Started("r", True)
    second = await engine.wait("r", 10)
    assert (first.output, second.output) == (2, 6)
    assert first.execution != second.execution


async def test_replace_a_running_one_with_its_children(engine: Engine) -> None:
    await engine.start("ancestors", 1, "top")
    await until(engine, "top/0", InstanceStatus.RUNNING)
    assert (await engine.start("review", {"fan": 3}, "top", replace=[InstanceStatus.RUNNING])).created
    assert (await engine.wait("top", 10)).output == 6
    assert (await engine.wait("top/0", 10)).status is InstanceStatus.TERMINATED


async def test_simultaneous_starts_create_one(engine: Engine) -> None:
    started = await asyncio.gather(*(engine.start("review", {"fan": n}, "r") for n in range(10)))
    assert [one.created for one in started] == [True] + [False] * 9


async def test_unknown_instances(engine: Engine) -> None:
    assert engine.status("nobody") is None
    for call in (engine.raise_event("nobody", "x"), engine.terminate("nobody"), engine.wait("nobody"), engine.purge("nobody")):
        with pytest.raises(UnknownInstance, match="no instance 'nobody'"):
            await call
    with pytest.raises(UnknownInstance):
        engine.history("nobody")


@pytest.mark.parametrize("id", ["", "@entity", "two\nlines", "x" * 257, "\ud800"])
async def test_ids_that_cannot_be_keys(engine: Engine, id: str) -> None:
    with pytest.raises(UserError, match="instance id"):
        await engine.start("review", {}, id)
    with pytest.raises(UserError, match="name of an orchestration"):
        await engine.start(id, {}, "r")


async def test_any_text_travels(engine: Engine) -> None:
    value = {"path": "naïve \ud800 \x00 \U0001f600 \u2028"}
    assert (await run(engine, "guarded", {"activity": "echo", "input": value})).output == {"result": value}


async def test_wait_times_out(engine: Engine) -> None:
    await engine.start("sleeper", 60, "s")
    with pytest.raises(TimeoutError):
        await engine.wait("s", 0.01)


async def test_non_determinism_fails_the_run_when_replayed(tmp_path: Path) -> None:
    async with Engine(tmp_path / "j.db", flows.worker(), sticky_after=None) as engine:
        state = await run(engine, "wandering")
        assert state.status is InstanceStatus.FAILED
        assert state.failure is not None
        assert "NonDeterminism" in state.failure.type
        assert "non-deterministic logic" in state.failure.message


async def test_versions_reach_orchestrators_and_their_children(tmp_path: Path) -> None:
    worker = flows.worker()
    worker.add_orchestrator(lambda ctx, _: ctx.version, name="version")

    def parent(ctx: Any, _: Any) -> Any:
        child = yield ctx.call_sub_orchestrator("version")
        return [ctx.version, child]

    worker.add_orchestrator(parent)
    async with Engine(tmp_path / "j.db", worker, version="1.2.0") as engine:
        assert (await run(engine, "parent")).output == ["1.2.0", "1.2.0"]
        started = await engine.start("version", version="1.1.0")
        state = await engine.wait(started.id, 10)
        assert (state.output, state.version) == ("1.1.0", "1.1.0")
