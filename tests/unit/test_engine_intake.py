"""Bounds and book-keeping: what is refused, what is listed, what is removed, how much is kept in memory."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from fusion.engine import TERMINAL, Engine, EngineFull, InstanceStatus, PayloadTooLarge
from fusion.errors import TransientError, UserError
from tests.fakes import flows


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal.db"


@pytest.fixture
async def engine(path: Path) -> AsyncIterator[Engine]:
    async with Engine(path, flows.worker(), drain=0) as opened:
        yield opened


async def finish(engine: Engine, name: str, input: object, id: str) -> None:
    await engine.start(name, input, id)
    await engine.wait(id, 10)


async def test_a_full_engine_refuses_starts_and_nothing_else(path: Path) -> None:
    async with Engine(path, flows.worker(), max_instances=3, drain=0) as engine:
        for n in range(3):
            await engine.start("approval", {"seconds": 60}, f"a{n}")
        with pytest.raises(EngineFull, match="3 unfinished instances") as refusal:
            await engine.start("approval", {"seconds": 60}, "a3")
        assert isinstance(refusal.value, TransientError)
        assert not (await engine.start("approval", None, "a1")).created  # what exists is not refused
        await engine.raise_event("a0", "approved", 1)
        await engine.wait("a0", 10)
        await engine.start("family", 2, "family")  # its children may exceed the bound
        assert (await engine.wait("family", 10)).output == 4
        assert engine.metrics().refused == 1


async def test_a_refused_replacement_leaves_what_is_there(path: Path) -> None:
    async with Engine(path, flows.worker(), max_instances=1, drain=0) as engine:
        await finish(engine, "review", {"fan": 3}, "r")
        await engine.start("approval", {"seconds": 60}, "a")
        with pytest.raises(EngineFull):
            await engine.start("review", {"fan": 4}, "r", replace=TERMINAL)
        state = engine.status("r")
        assert state is not None
        assert state.output == 6
        assert (await engine.start("review", {"fan": 4}, "a", replace=[InstanceStatus.PENDING, InstanceStatus.RUNNING])).created


async def test_a_history_has_an_end(path: Path) -> None:
    async with Engine(path, flows.worker(), max_history=50) as engine:
        await finish(engine, "sequence", 100, "long")
        await finish(engine, "countdown", 60, "renewed")
        long, renewed = engine.status("long"), engine.status("renewed")
        assert long is not None
        assert long.failure is not None
        assert "should continue as new" in long.failure.message
        assert renewed is not None
        assert renewed.output == "done"


async def test_a_full_inbox_refuses_events_but_can_be_terminated(path: Path) -> None:
    async with Engine(path, flows.worker(), max_inbox=5, drain=0) as engine:
        await engine.start("sleeper", 60, "s")
        sent = await asyncio.gather(*(engine.raise_event("s", "noise", n) for n in range(20)), return_exceptions=True)
        refused = [one for one in sent if isinstance(one, EngineFull)]
        assert refused
        assert "unread events" in str(refused[0])
        assert await engine.terminate("s")
        assert (await engine.wait("s", 10)).status is InstanceStatus.TERMINATED


async def test_large_payloads_are_refused(path: Path) -> None:
    async with Engine(path, flows.worker(), max_payload=1_000) as engine:
        with pytest.raises(PayloadTooLarge, match="1002 characters as JSON, 1000 are accepted") as refusal:
            await engine.start("review", "x" * 1_000)
        assert isinstance(refusal.value, UserError)
        await engine.start("sleeper", 60, "s")
        with pytest.raises(PayloadTooLarge):
            await engine.raise_event("s", "e", "x" * 1_000)
        await engine.terminate("s")


@pytest.mark.parametrize("value", [float("nan"), object(), {1, 2}])
async def test_values_that_are_not_json(engine: Engine, value: object) -> None:
    with pytest.raises((TypeError, ValueError)):
        await engine.start("review", value)
    assert engine.query() == ()


async def test_pages(engine: Engine) -> None:
    for n in range(25):
        await engine.start("approval", {"seconds": 60}, f"run-{n:02}")
    await finish(engine, "review", {}, "other")
    pages, after = [], ""
    while page := engine.query(prefix="run-", limit=10, after=after):
        pages.append([state.id for state in page])
        after = page[-1].id
    assert [len(page) for page in pages] == [10, 10, 5]
    assert [id for page in pages for id in page] == [f"run-{n:02}" for n in range(25)]
    assert [state.id for state in engine.query(status=InstanceStatus.COMPLETED)] == ["other"]
    assert [state.id for state in engine.query(status=TERMINAL)] == ["other"]
    assert [state.id for state in engine.query(name="review")] == ["other"]
    assert engine.query(status=[]) == ()
    assert len(engine.query(limit=3)) == 3


async def test_prefixes_are_literal(engine: Engine) -> None:
    for id in ("a%b", "a_b", "axb", "a\u00e9", "b"):
        await engine.start("approval", {"seconds": 60}, id)
    assert [state.id for state in engine.query(prefix="a%")] == ["a%b"]
    assert len(engine.query(prefix="a")) == 4


async def test_purge_one_with_its_children(engine: Engine) -> None:
    await finish(engine, "family", 2, "f")
    await finish(engine, "review", {}, "r")
    assert await engine.purge("f") == 3
    assert [state.id for state in engine.query()] == ["r"]
    assert engine.metrics().purged == 3


async def test_purge_leaves_the_unfinished(engine: Engine) -> None:
    await engine.start("sleeper", 60, "s")
    assert await engine.purge("s") == 0
    assert await engine.purge(before=datetime.now(UTC) + timedelta(days=1)) == 0
    assert engine.status("s") is not None


async def test_purge_by_age_in_portions(engine: Engine) -> None:
    await asyncio.gather(*(finish(engine, "review", {"fan": 1}, f"r{n}") for n in range(250)))
    assert await engine.purge(before=datetime.now(UTC) - timedelta(hours=1)) == 0
    assert await engine.purge(before=datetime.now(UTC) + timedelta(seconds=1)) == 250
    assert engine.query() == ()


async def test_a_purged_id_is_free_at_once(engine: Engine) -> None:
    await finish(engine, "review", {"fan": 2}, "r")
    purged, started = await asyncio.gather(engine.purge("r"), engine.start("review", {"fan": 3}, "r"))
    assert (purged, started.created) == (1, True)
    assert (await engine.wait("r", 10)).output == 6


async def test_retention_removes_what_is_old(path: Path) -> None:
    async with Engine(path, flows.worker()) as engine:
        await finish(engine, "review", {}, "old")
    async with Engine(path, flows.worker(), retention=timedelta(days=7)) as engine:
        await asyncio.sleep(0.05)
        assert engine.status("old") is not None
    later = lambda: time.time() + timedelta(days=8).total_seconds()  # noqa: E731 - a clock
    async with Engine(path, flows.worker(), retention=timedelta(days=7), clock=later) as engine:
        for _ in range(500):
            if engine.status("old") is None:
                break
            await asyncio.sleep(0.01)
        assert engine.status("old") is None


async def test_histories_in_memory_stay_within_the_budget(path: Path) -> None:
    async with Engine(path, flows.worker(), cache_bytes=50_000, sticky_after=10, drain=0) as engine:
        for n in range(100):
            await engine.start("guarded", {"activity": "hangs", "input": "x" * 2_000}, f"g{n}")
        await asyncio.sleep(0.2)
        metrics = engine.metrics()
        assert metrics.live == 100
        assert metrics.session_bytes <= 50_000
        assert metrics.sessions < 100
        # What was evicted still runs on, from the journal.
        await engine.terminate("g0")
        assert (await engine.wait("g0", 10)).status is InstanceStatus.TERMINATED


async def test_nothing_is_kept_of_the_finished(engine: Engine) -> None:
    await asyncio.gather(*(finish(engine, "approval", {"seconds": 0.01}, f"a{n}") for n in range(50)))
    await finish(engine, "family", 3, "f")
    metrics = engine.metrics()
    assert (metrics.live, metrics.waiting, metrics.running, metrics.sessions, metrics.session_bytes) == (0, 0, 0, 0, 0)
    assert metrics.started == metrics.completed == 53


async def test_timers_of_the_finished_are_swept_out(engine: Engine) -> None:
    for n in range(1_200):
        await engine.start("approval", {"seconds": 86_400}, f"a{n}")
        await engine.raise_event(f"a{n}", "approved", n)
    await engine.wait("a1199", 10)
    assert engine.metrics().timers < 1_100


async def test_metrics_count(engine: Engine) -> None:
    await finish(engine, "review", {"fan": 4}, "r")
    await finish(engine, "broken", None, "b")
    metrics = engine.metrics()
    assert (metrics.started, metrics.completed, metrics.failed) == (2, 1, 1)
    assert metrics.activities == 6
    assert metrics.episodes >= 4
    assert metrics.commits > 0
    assert metrics.commit_seconds >= metrics.commit_max_seconds > 0


async def test_history_is_json(engine: Engine) -> None:
    await finish(engine, "review", {"fan": 1}, "r")
    history = engine.history("r")
    assert history[0].keys() == {"eventId", "timestamp", "orchestratorStarted"}
    scheduled = [event["taskScheduled"]["name"] for event in history if "taskScheduled" in event]
    assert scheduled == ["plan", "score", "total"]
    assert history[-1]["executionCompleted"]["orchestrationStatus"] == "ORCHESTRATION_STATUS_COMPLETED"
