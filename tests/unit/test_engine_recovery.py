"""What survives: restarts, crashes at any moment, a full disk, and activities that take the process down."""

from __future__ import annotations

import asyncio
import random
import shutil
import sqlite3
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from fusion.engine import Engine, EngineStopped, InstanceStatus, Worker
from tests.fakes import flows


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal.db"


def crash_image(path: Path, folder: Path) -> Path:
    """What a process killed at this moment leaves behind. The engine must write on this thread (synchronous NORMAL)."""
    folder.mkdir()
    for file in path.parent.glob(path.name + "*"):
        if not file.name.endswith((".lock", "-shm")):
            shutil.copy(file, folder / file.name)
    return folder / path.name


def left_over(path: Path) -> tuple[int, int]:
    """Rows of inbox and activity that no live instance needs, and duplicate completions in histories."""
    from fusion.engine.wire import kind_of, pb

    with sqlite3.connect(path) as db:
        (rows,) = db.execute("SELECT (SELECT count(*) FROM inbox) + (SELECT count(*) FROM activity)").fetchone()
        duplicates = 0
        for (execution,) in db.execute("SELECT execution FROM instance").fetchall():
            seen: Counter[int] = Counter()
            for (chunk,) in db.execute("SELECT chunk FROM history WHERE execution = ?", (execution,)):
                for event in pb.HistoryChunk.FromString(chunk).events:
                    if kind_of(event) == "taskCompleted":
                        seen[event.taskCompleted.taskScheduledId] += 1
            duplicates += sum(count - 1 for count in seen.values())
    db.close()
    return rows, duplicates


async def test_a_restart_resumes_everything(path: Path) -> None:
    async with Engine(path, flows.worker(), drain=0) as engine:
        await engine.start("sleeper", 0.2, "timer")
        await engine.start("approval", {"seconds": 60}, "event")
        await engine.start("approval", {"seconds": 0.2}, "race")
        await engine.start("ancestors", 2, "parent")
        await engine.start("mailbox", None, "mail")
        await engine.start("sleeper", 0.01, "held")
        await engine.suspend("held")
        for n in range(4):
            await engine.raise_event("mail", "letter", n)
        await engine.start("review", {"fan": 6, "sleep": 0.05, "kind": "_async"}, "work")
        await asyncio.sleep(0.02)
    async with Engine(path, flows.worker()) as engine:
        assert engine.metrics().recovered == 9
        held = engine.status("held")
        assert held is not None
        assert held.status is InstanceStatus.SUSPENDED
        for n in range(4, 10):
            await engine.raise_event("mail", "letter", n)
        await engine.raise_event("event", "approved", "late")
        await engine.raise_event("parent/1/0", "never", "at last")
        await engine.resume("held")
        expected = {"timer": "woke", "event": {"approved": "late"}, "race": {"approved": None}, "parent": "at last"}
        expected |= {"mail": list(range(10)), "work": 30, "held": "woke"}
        assert {id: (await engine.wait(id, 10)).output for id in expected} == expected
    assert left_over(path) == (0, 0)


async def test_a_trace_survives_restarts_and_renewals(path: Path) -> None:
    trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    seen: list[tuple[str, str]] = []

    def renewing(ctx: Any, n: int) -> Any:
        yield ctx.wait_for_external_event("go")
        yield ctx.call_activity("look")
        if n > 0:
            ctx.continue_as_new(n - 1, save_events=True)

    def look(ctx: Any, _: Any) -> None:
        seen.append((ctx.trace_parent, ctx.trace_state))

    worker = Worker()
    worker.add_orchestrator(renewing)
    worker.add_activity("look", look)
    async with Engine(path, worker) as engine:
        await engine.start("renewing", 2, "r", trace_parent=trace, trace_state="vendor=1")
    for _ in range(3):
        async with Engine(path, worker) as engine:
            await engine.raise_event("r", "go")
    async with Engine(path, worker) as engine:
        await engine.wait("r", 10)
    assert seen == [(trace, "vendor=1")] * 3


async def test_a_timer_that_came_due_while_closed_fires_at_once(path: Path) -> None:
    async with Engine(path, flows.worker(), drain=0) as engine:
        await engine.start("sleeper", 3_600, "s")
        await asyncio.sleep(0.01)
    import time

    async with Engine(path, flows.worker(), clock=lambda: time.time() + 3_601) as engine:
        assert (await engine.wait("s", 5)).output == "woke"


async def test_a_clock_that_goes_back_does_no_harm(path: Path) -> None:
    import time

    offset = 0.0
    async with Engine(path, flows.worker(), clock=lambda: time.time() + offset) as engine:
        await engine.start("review", {}, "before")
        offset = -3_600.0
        await engine.start("countdown", 3, "after")
        assert (await engine.wait("before", 10)).output == 20
        state = engine.status("after")
        assert state is not None
        assert state.created >= (await engine.wait("before", 10)).created


@pytest.mark.parametrize("seed", range(4))
async def test_every_crash_image_finishes_every_run_once(tmp_path: Path, seed: int) -> None:
    dice = random.Random(seed)
    path = tmp_path / "journal.db"
    images = []
    async with Engine(path, flows.worker(), synchronous="NORMAL", cache_bytes=4_096, drain=0) as engine:
        for n in range(6):
            await engine.start("review", {"fan": 3 + n, "kind": dice.choice(["", "_async"])}, f"review-{n}")
            await engine.start("family", 2, f"family-{n}")
            await engine.start("countdown", 3, f"count-{n}")
            await engine.start("approval", {"seconds": 60}, f"approval-{n}")
            await engine.raise_event(f"approval-{n}", "approved", n)
        for n in range(6):
            for _ in range(dice.randrange(12)):
                await asyncio.sleep(0)
            images.append(crash_image(path, tmp_path / f"image-{n}"))
    for n, image in enumerate(images):
        async with Engine(image, flows.worker(), sticky_after=dice.choice([None, 0, 8]), cache_bytes=4_096) as engine:
            for k in range(6):
                assert (await engine.wait(f"review-{k}", 20)).output == (3 + k) * (2 + k)
                assert (await engine.wait(f"family-{k}", 20)).output == 4
                assert (await engine.wait(f"count-{k}", 20)).output == "done"
                assert (await engine.wait(f"approval-{k}", 20)).output == {"approved": k}
        assert left_over(image) == (0, 0), n


async def test_an_activity_that_kills_the_process_is_given_up(tmp_path: Path) -> None:
    """Each crash image is taken while `deadly` runs: to the next engine, the process ended there."""
    starts: list[int] = []
    others: list[int] = []
    running = asyncio.Event()

    async def deadly(ctx: Any, _: Any) -> None:
        starts.append(ctx.attempt)
        running.set()
        await asyncio.sleep(60)

    async def innocent(ctx: Any, _: Any) -> str:
        others.append(ctx.attempt)
        return "fine"

    worker = Worker()
    worker.add_orchestrator(flows.guarded)
    worker.add_activity("deadly", deadly)
    worker.add_activity("innocent", innocent)
    path = tmp_path / "journal.db"
    for n in range(3):
        running.clear()
        async with Engine(path, worker, synchronous="NORMAL", max_activities=1, max_attempts=3, drain=0) as engine:
            if n == 0:
                await engine.start("guarded", {"activity": "deadly"}, "bad")
                await engine.start("guarded", {"activity": "innocent"}, "good")
            await asyncio.wait_for(running.wait(), 5)
            image = crash_image(path, tmp_path / f"image-{n}")
        path = image
    async with Engine(path, worker, max_activities=1, max_attempts=3) as engine:
        bad, good = await engine.wait("bad", 10), await engine.wait("good", 10)
    assert "the process ended 3 times while activity 'deadly' ran" in bad.output["failed"]
    assert starts == [1, 2, 3]
    # It waited behind the deadly one all along and never ran: nothing is held against it.
    assert (good.output, others) == ({"result": "fine"}, [1])


async def test_neighbours_of_an_activity_that_kills_the_process_are_spared(tmp_path: Path) -> None:
    """All four run when the process ends twice. Then they run one by one, and a third end is held against one alone."""
    began: list[str] = []
    running: set[str] = set()
    most = 0
    reached = asyncio.Event()

    async def work(_ctx: Any, name: str) -> str:
        nonlocal most
        began.append(name)
        running.add(name)
        most = max(most, len(running))
        if len(began) == 4 or (generation == 2 and name == "deadly"):
            reached.set()
        if generation < 2 or name == "deadly":
            await asyncio.sleep(60)
        running.discard(name)
        return name

    def one(ctx: Any, name: str) -> Any:
        return (yield ctx.call_activity("work", input=name))

    worker = Worker()
    worker.add_orchestrator(one, name="one")
    worker.add_activity("work", work)
    names = ("deadly", "a", "b", "c")
    path = tmp_path / "journal.db"
    for generation in range(3):
        reached.clear()
        began.clear()
        running.clear()
        most = 0
        async with Engine(path, worker, synchronous="NORMAL", max_attempts=3, drain=0) as engine:
            if generation == 0:
                for name in names:
                    await engine.start("one", name, name)
            await asyncio.wait_for(reached.wait(), 5)
            if generation == 2:
                assert most == 1
            image = crash_image(path, tmp_path / f"image-{generation}")
        path = image
    async with Engine(path, worker, max_attempts=3) as engine:
        ends = {name: await engine.wait(name, 10) for name in names}
    assert {name: state.status.value for name, state in ends.items()} == {
        "deadly": "failed",
        **dict.fromkeys("abc", "completed"),
    }


async def test_an_orderly_shutdown_is_not_held_against_an_activity(path: Path) -> None:
    release, began = asyncio.Event(), asyncio.Event()
    attempts: list[int] = []

    async def slow(ctx: Any, _: Any) -> str:
        attempts.append(ctx.attempt)
        began.set()
        await release.wait()
        return "done"

    worker = Worker()
    worker.add_orchestrator(flows.guarded)
    worker.add_activity("slow", slow)
    for _ in range(5):
        began.clear()
        async with Engine(path, worker, drain=0, max_attempts=1) as engine:
            await engine.start("guarded", {"activity": "slow"}, "g")
            await asyncio.wait_for(began.wait(), 5)
    release.set()
    async with Engine(path, worker, max_attempts=1) as engine:
        assert (await engine.wait("g", 10)).output == {"result": "done"}
    assert attempts == [1, 2, 3, 4, 5, 6]


async def test_closing_lets_running_activities_end(path: Path) -> None:
    runs = 0
    began = asyncio.Event()

    async def slow(ctx: Any, _: Any) -> str:
        nonlocal runs
        runs += 1
        began.set()
        await asyncio.sleep(0.1)
        return "done"

    worker = Worker()
    worker.add_orchestrator(flows.guarded)
    worker.add_activity("slow", slow)
    async with Engine(path, worker) as engine:
        await engine.start("guarded", {"activity": "slow"}, "g")
        await asyncio.wait_for(began.wait(), 5)
    async with Engine(path, worker) as engine:
        assert (await engine.wait("g", 10)).output == {"result": "done"}
    assert runs == 1


async def test_leaving_on_an_error_does_not_wait(path: Path) -> None:
    loop = asyncio.get_running_loop()
    began = loop.time()

    async def leave() -> None:
        async with Engine(path, flows.worker(), drain=30) as engine:
            await engine.start("guarded", {"activity": "hangs"}, "g")
            await asyncio.sleep(0.05)
            raise LookupError

    with pytest.raises(LookupError):
        await leave()
    assert loop.time() - began < 5


async def test_callers_of_a_closed_engine_are_told(path: Path) -> None:
    engine = Engine(path, flows.worker())
    with pytest.raises(EngineStopped, match="not open"):
        await engine.start("review", {})
    async with engine:
        await engine.start("sleeper", 60, "s")
        waiting = asyncio.create_task(engine.wait("s"))
        await asyncio.sleep(0.01)
    with pytest.raises(EngineStopped, match="closed"):
        await waiting
    with pytest.raises(EngineStopped, match="not open"):
        engine.status("s")
    async with engine:  # the same engine, again
        await engine.terminate("s")
        assert (await engine.wait("s", 5)).status is InstanceStatus.TERMINATED


@pytest.mark.parametrize("synchronous", ["FULL", "NORMAL"])
async def test_a_full_disk_stops_the_engine_and_loses_nothing(path: Path, synchronous: Any) -> None:
    accepted: list[str] = []
    refused = 0
    async with Engine(path, flows.worker(), synchronous=synchronous, max_pages=60) as engine:
        await engine.start("sleeper", 60, "watched")
        watching = asyncio.create_task(engine.wait("watched"))

        async def submit(n: int) -> None:
            nonlocal refused
            try:
                started = await engine.start("review", {"fan": 5, "padding": "x" * 2_000}, f"r{n}")
                accepted.append(started.id)
            except EngineStopped as error:
                refused += 1
                sentence = str(error)
                assert "could not be written" in sentence
                assert "full" in sentence
                assert "\n" not in sentence

        for first in range(0, 200, 10):
            await asyncio.gather(*(submit(first + n) for n in range(10)))
        with pytest.raises(EngineStopped, match="could not be written"):
            await asyncio.wait_for(watching, 240)
        assert engine.stopped is not None
        assert refused > 0
        assert accepted
        assert engine.status(accepted[0]) is not None  # looking is still possible
    async with Engine(path, flows.worker(), synchronous=synchronous) as engine:
        for id in accepted:
            assert (await engine.wait(id, 20)).output == 20
        assert len(engine.query(prefix="r", limit=1_000)) == len(accepted)
        assert (await engine.start("review", {}, "after")).created


def test_a_real_full_disk(tmp_path: Path) -> None:
    """The same with the kernel refusing to write (RLIMIT_FSIZE), in a process of its own."""
    path = tmp_path / "journal.db"
    script = """
import asyncio, resource, signal, sys
from fusion.engine import Engine, EngineStopped
from tests.fakes import flows
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000))
async def main():
    async with Engine(sys.argv[1], flows.worker()) as engine:
        for n in range(500):
            try:
                await engine.start("review", {"padding": "x" * 2000}, f"r{n}")
            except EngineStopped as error:
                print(n, error)
                return
asyncio.run(asyncio.wait_for(main(), 30))
"""
    child = subprocess.run([sys.executable, "-c", script, str(path)], capture_output=True, text=True, timeout=60, check=False)
    assert child.returncode == 0, child.stderr
    count, _, sentence = child.stdout.partition(" ")
    assert "could not be written" in sentence

    async def finish() -> None:
        async with Engine(path, flows.worker()) as engine:
            for n in range(int(count)):
                assert (await engine.wait(f"r{n}", 20)).output == 20

    asyncio.run(finish())


async def test_a_defect_of_the_engine_is_not_silent(path: Path) -> None:
    class Liar:
        """A runner that answers nonsense."""

        def runner(self) -> Any:
            from fusion.engine.executor import NativeRunner

            class Nonsense(NativeRunner):
                def timeout(self, name: str) -> float | None:
                    raise ZeroDivisionError("a defect of the runner")

            return Nonsense(flows.worker())

    async with Engine(path, Liar()) as engine:
        started = await engine.start("review", {})
        with pytest.raises(EngineStopped, match="ZeroDivisionError"):
            await engine.wait(started.id, 10)
        with pytest.raises(EngineStopped, match="nothing it accepted is lost"):
            await engine.start("review", {})
    async with Engine(path, flows.worker()) as engine:
        assert (await engine.wait(started.id, 10)).output == 20
