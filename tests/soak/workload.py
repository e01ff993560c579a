"""What runs while the process is killed, and how to tell that each run happened exactly once.

Run as `python -m tests.soak.workload JOURNAL GENERATION SEED`: opens the journal in a mode drawn from the seed, submits what is
not there yet, waits for everything, prints one line and ends. Whoever started it may kill it at any moment and start the next
generation.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

from durabletask import task

from fusion.engine import Engine, InstanceStatus, Worker

RUNS = 12
"""Runs of each kind in a round."""
EXTRA = 3
"""Runs that one generation alone submits: an accepted start must not need a second one."""


def fan(index: int) -> int:
    """How wide run `index` fans out."""
    return 2 + index % 7


def effects(folder: Path) -> list[dict[str, Any]]:
    """What activities did to the outside world, in order; the last line may be cut by the kill."""
    lines = (folder / "effects").read_text(encoding="utf-8").split("\n")[:-1]
    return [json.loads(line) for line in lines]


def accepted(folder: Path) -> list[str]:
    """Ids of starts that returned."""
    return (folder / "accepted").read_text(encoding="utf-8").split("\n")[:-1]


class Outside:
    """The outside world: two append-only files. A line is one write, so that a kill tears none but the last."""

    def __init__(self, folder: Path, generation: int) -> None:
        flags = os.O_APPEND | os.O_CREAT | os.O_WRONLY
        self._effects = os.open(folder / "effects", flags, 0o644)
        self._accepted = os.open(folder / "accepted", flags, 0o644)
        self._generation = generation

    def effect(self, ctx: Any, step: str) -> None:
        """An activity's effect, under its idempotency key."""
        line = {"generation": self._generation, "key": ctx.idempotency_key, "attempt": ctx.attempt, "step": step}
        os.write(self._effects, (json.dumps(line) + "\n").encode())

    def accept(self, id: str) -> None:
        """A start that returned."""
        os.write(self._accepted, f"{id}\n".encode())


def review(ctx: task.OrchestrationContext, request: dict[str, Any]) -> Any:
    """Fan out and in; the steps' names tell which of them an effect belongs to."""
    kind = request["kind"]
    jobs = [{"step": f"{ctx.instance_id}/score-{n}", "n": n, "sleep": request["sleep"]} for n in range(request["fan"])]
    scores = yield task.when_all([ctx.call_activity(kind, input=job) for job in jobs])
    total = yield ctx.call_activity(kind, input={"step": f"{ctx.instance_id}/total", "n": sum(scores), "sleep": 0})
    return total


def family(ctx: task.OrchestrationContext, request: dict[str, Any]) -> Any:
    """Two sub-orchestrations."""
    children = [ctx.call_sub_orchestrator("review", input=request, instance_id=f"{ctx.instance_id}:{n}") for n in range(2)]
    sums = yield task.when_all(children)
    return sum(sums)


def countdown(ctx: task.OrchestrationContext, n: int) -> Any:
    """Timers and continue-as-new."""
    yield ctx.create_timer(timedelta(milliseconds=20))
    yield ctx.call_activity("sync", input={"step": f"{ctx.instance_id}/round-{n}", "n": n, "sleep": 0})
    if n > 0:
        ctx.continue_as_new(n - 1)
        return None
    return "done"


def approval(ctx: task.OrchestrationContext, request: Any) -> Any:
    """An external event raced with a long timer."""
    event = ctx.wait_for_external_event("approved")
    timer = ctx.create_timer(timedelta(hours=1))
    yield task.when_any([event, timer])
    return event.get_result()


def worker(outside: Outside) -> Worker:
    """The orchestrations, and one activity in both kinds."""

    def sync(ctx: Any, job: dict[str, Any]) -> int:
        outside.effect(ctx, job["step"])
        return int(job["n"])

    async def asynchronous(ctx: Any, job: dict[str, Any]) -> int:
        await asyncio.sleep(job["sleep"])
        outside.effect(ctx, job["step"])
        return int(job["n"])

    made = Worker()
    for orchestrator in (review, family, countdown, approval):
        made.add_orchestrator(orchestrator)
    made.add_activity("sync", sync)
    made.add_activity("async", asynchronous)
    return made


def options(dice: random.Random) -> dict[str, Any]:
    """A mode of the engine: each generation may go on in another one than the last."""
    return {
        "synchronous": dice.choice(["FULL", "NORMAL"]),
        "sticky_after": dice.choice([None, 0, 8]),
        "cache_bytes": dice.choice([0, 20_000, 1_000_000]),
        "max_activities": dice.choice([2, 32]),
        "max_attempts": 1_000,
    }


async def submit(engine: Engine, outside: Outside, generation: int) -> None:
    """Start what is not there yet; the ids make it idempotent."""
    for n in range(RUNS):
        request = {"fan": fan(n), "kind": "async" if n % 2 else "sync", "sleep": 0.03 * (n % 4)}
        await engine.start("review", request, f"review-{n}")
        await engine.start("family", request, f"family-{n}")
        await engine.start("countdown", 4, f"countdown-{n}")
        await engine.start("approval", None, f"approval-{n}")
        await engine.start("approval", None, f"ended-{n}")
        await engine.terminate(f"ended-{n}", "enough")
        state = engine.status(f"approval-{n}")
        if state is not None and not state.status.terminal:
            await engine.raise_event(f"approval-{n}", "approved", n)
    for n in range(EXTRA):
        id = f"extra-{generation}-{n}"
        await engine.start("review", {"fan": fan(n), "kind": "async", "sleep": 0.02}, id)
        outside.accept(id)


async def verify(engine: Engine, folder: Path) -> str:
    """Wait for every run and check its result; what is wrong, or an empty text."""

    async def check(id: str, status: InstanceStatus, output: Any) -> str:
        state = await engine.wait(id, 60)
        wrong = (state.status, state.output) != (status, output)
        return f"{id} is {state.status} with {state.output!r}, not {status} with {output!r}; " if wrong else ""

    done = InstanceStatus.COMPLETED
    problems = ""
    for n in range(RUNS):
        total = fan(n) * (fan(n) - 1) // 2
        problems += await check(f"review-{n}", done, total)
        problems += await check(f"family-{n}", done, 2 * total)
        problems += await check(f"countdown-{n}", done, "done")
        problems += await check(f"approval-{n}", done, n)
        problems += await check(f"ended-{n}", InstanceStatus.TERMINATED, "enough")
    for id in accepted(folder):
        n = int(id.rpartition("-")[2])
        problems += await check(id, done, fan(n) * (fan(n) - 1) // 2)
    if live := engine.metrics().live:
        unfinished = engine.query(status=[InstanceStatus.PENDING, InstanceStatus.RUNNING])
        # A start that did not return may be in the journal or not; if it is, it runs.
        stray = [state.id for state in unfinished if not state.id.startswith("extra-")]
        problems += f"{live} instances are unfinished: {stray}; " if stray else ""
    return problems


async def main(journal: Path, generation: int, seed: int) -> int:
    """One generation; 0 when every run is finished and right."""
    outside = Outside(journal.parent, generation)
    async with Engine(journal, worker(outside), **options(random.Random(seed))) as engine:
        print("open", flush=True)
        await submit(engine, outside, generation)
        problems = await verify(engine, journal.parent)
    print(problems or "finished", flush=True)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))))
