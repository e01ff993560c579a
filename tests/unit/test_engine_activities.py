"""What an activity is handed, how long it may take, and what becomes of one that hangs."""

from __future__ import annotations

import asyncio
import contextvars
import threading
from pathlib import Path
from typing import Any

import pytest

from fusion.engine import Engine, InstanceStatus, Worker
from fusion.engine.threads import Threads
from tests.fakes import flows


def single(name: str, function: Any, *, timeout: float | None = None) -> Worker:
    """A worker with `guarded` and one activity."""
    worker = Worker()
    worker.add_orchestrator(flows.guarded)
    worker.add_activity(name, function, timeout=timeout)
    return worker


async def outcome(engine: Engine, name: str, input: Any = None) -> Any:
    started = await engine.start("guarded", {"activity": name, "input": input})
    return (await engine.wait(started.id, 20)).output


async def test_context_and_idempotency_key(tmp_path: Path) -> None:
    trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    async with Engine(tmp_path / "j.db", flows.worker()) as engine:
        await engine.start("identity", None, "i", trace_parent=trace)
        state = await engine.wait("i", 10)
    first, second = state.output
    assert first == ["i", state.execution, 1, 1, f"i/{state.execution}/1", trace]
    assert second == ["i", state.execution, 2, 1, f"i/{state.execution}/2", trace]


async def test_retries_keep_the_key_and_count_attempts(tmp_path: Path) -> None:
    seen: list[tuple[str, int]] = []

    def flaky(ctx: Any, job: dict[str, Any]) -> str:
        seen.append((ctx.idempotency_key, ctx.attempt))
        if len(seen) <= job["failures"]:
            raise ValueError("not yet")
        return "done"

    worker = Worker()
    worker.add_orchestrator(flows.persistent)
    worker.add_activity("flaky", flaky)
    worker.add_activity("always_fails", flows.always_fails)
    async with Engine(tmp_path / "j.db", worker) as engine:
        await engine.start("persistent", 2, "p")
        await engine.wait("p", 10)
    assert len({key for key, _ in seen}) == 1
    assert [attempt for _, attempt in seen] == [1, 2, 3]


@pytest.mark.parametrize("name", ["hangs", "stuck"])
async def test_an_activity_that_hangs_becomes_a_failure(tmp_path: Path, name: str) -> None:
    flows.released.clear()
    try:
        async with Engine(tmp_path / "j.db", flows.worker(), activity_timeout=0.05, max_activities=1) as engine:
            result = await outcome(engine, name)
            assert f"activity '{name}' took longer than 0.05 s" in result["failed"]
            # The slot is free again, for both kinds.
            assert await outcome(engine, "echo", 1) == {"result": 1}
    finally:
        flows.released.set()


async def test_an_activity_has_its_own_limit(tmp_path: Path) -> None:
    async with Engine(tmp_path / "j.db", single("hangs", flows.hangs, timeout=0.03)) as engine:
        assert "0.03 s" in (await outcome(engine, "hangs"))["failed"]


async def test_one_that_swallows_its_cancellation_is_abandoned(tmp_path: Path) -> None:
    release = asyncio.Event()

    async def stubborn(ctx: Any, _: Any) -> None:
        while not release.is_set():
            try:
                await release.wait()
            except asyncio.CancelledError:
                continue

    async with Engine(tmp_path / "j.db", single("stubborn", stubborn), activity_timeout=0.02) as engine:
        assert "took longer" in (await outcome(engine, "stubborn"))["failed"]
        release.set()


@pytest.mark.parametrize("error", [SystemExit(2), KeyboardInterrupt(), StopIteration("x"), asyncio.CancelledError()], ids=repr)
@pytest.mark.parametrize("is_async", [False, True])
async def test_whatever_is_raised_is_a_failure(tmp_path: Path, error: BaseException, is_async: bool) -> None:
    def raises(ctx: Any, _: Any) -> None:
        raise error

    async def raises_async(ctx: Any, _: Any) -> None:
        raise error

    async with Engine(tmp_path / "j.db", single("raises", raises_async if is_async else raises)) as engine:
        assert "failed" in await outcome(engine, "raises")
        assert engine.stopped is None


async def test_undecodable_names_in_an_error(tmp_path: Path) -> None:
    def raises(ctx: Any, _: Any) -> None:
        raise OSError("cannot read \udcff\udcfe")

    async with Engine(tmp_path / "j.db", single("raises", raises)) as engine:
        assert "cannot read \\udcff\\udcfe" in (await outcome(engine, "raises"))["failed"]


async def test_results_that_are_not_json_or_too_large(tmp_path: Path) -> None:
    async with Engine(
        tmp_path / "j.db", single("returns", lambda ctx, n: object() if n == 0 else "x" * n), max_payload=500
    ) as engine:
        assert "serializable" in (await outcome(engine, "returns", 0))["failed"]
        assert "returned 602 characters; 500 are accepted" in (await outcome(engine, "returns", 600))["failed"]
        assert await outcome(engine, "returns", 3) == {"result": "xxx"}


async def test_a_long_error_is_cut(tmp_path: Path) -> None:
    def raises(ctx: Any, _: Any) -> None:
        raise ValueError("x" * 1_000_000)

    async with Engine(tmp_path / "j.db", single("raises", raises)) as engine:
        assert len((await outcome(engine, "raises"))["failed"]) < 10_000


async def test_no_more_than_the_slots_run_at_once(tmp_path: Path) -> None:
    running = most = 0

    async def counted(ctx: Any, job: Any) -> dict[str, int]:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0.002)
        running -= 1
        return {"score": 1}

    worker = Worker()
    worker.add_orchestrator(flows.review)
    worker.add_activity("plan", flows.plan)
    worker.add_activity("score", counted)
    worker.add_activity("total", flows.total)
    async with Engine(tmp_path / "j.db", worker, max_activities=4) as engine:
        await engine.start("review", {"fan": 40}, "r")
        assert (await engine.wait("r", 20)).output == 40
    assert most == 4


async def test_terminating_stops_the_activities(tmp_path: Path) -> None:
    started, stopped = asyncio.Event(), asyncio.Event()

    async def long(ctx: Any, _: Any) -> None:
        started.set()
        try:
            await asyncio.sleep(60)
        finally:
            stopped.set()

    async with Engine(tmp_path / "j.db", single("long", long)) as engine:
        await engine.start("guarded", {"activity": "long"}, "g")
        await asyncio.wait_for(started.wait(), 5)
        await engine.terminate("g")
        assert (await engine.wait("g", 10)).status is InstanceStatus.TERMINATED
        await asyncio.wait_for(stopped.wait(), 5)


async def test_names_are_taken_once() -> None:
    worker = flows.worker()
    with pytest.raises(ValueError, match="'review' is registered"):
        worker.add_orchestrator(flows.review)
    with pytest.raises(ValueError, match="'plan' is registered"):
        worker.add_activity("plan", flows.plan)


async def test_callable_objects_and_partials(tmp_path: Path) -> None:
    class Doubler:
        async def __call__(self, ctx: Any, n: int) -> int:
            return n * 2

    async with Engine(tmp_path / "j.db", single("double", Doubler())) as engine:
        assert await outcome(engine, "double", 4) == {"result": 8}


async def test_threads_are_reused_and_carry_context() -> None:
    mark: contextvars.ContextVar[str] = contextvars.ContextVar("mark")
    mark.set("here")
    threads = Threads("test")
    names = {await threads.run(lambda: (mark.get(), threading.current_thread().name)) for _ in range(20)}
    threads.close()
    assert names == {("here", "test-1")}


async def test_an_abandoned_thread_is_replaced_and_daemonic() -> None:
    threads = Threads("replaced")
    release = threading.Event()
    stuck = threads.run(lambda: release.wait(30))
    await asyncio.sleep(0.01)
    stuck.cancel()
    assert await asyncio.wait_for(threads.run(lambda: threading.current_thread().daemon), 5)
    release.set()
    await asyncio.sleep(0.02)
    alive = [thread for thread in threading.enumerate() if thread.name.startswith("replaced-")]
    assert len(alive) == 2
    threads.close()
    for thread in alive:
        await asyncio.to_thread(thread.join, 5)
        assert not thread.is_alive()
