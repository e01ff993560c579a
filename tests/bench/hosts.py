"""The three hosts on the same orchestrations: orchestrations per second, and the CPU that one costs the host's own process.

What is not ours differs: the engine journals to a disk. The Functions worker is Microsoft's, and the engine stands in for the
host beside it, in the same process. The worker of `fusion host scheduler` talks gRPC to durabletask's in-memory backend, which
is a process of its own here, for the Durable Task Scheduler is not on this machine: its rate says how fast that backend is,
its CPU what a worker costs. Runs alternate; figures are medians.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

from fusion.adapters.azure.scheduler import Scheduler
from fusion.engine import Engine
from fusion.serve.conductor import EngineConductor
from tests.fakes import flows
from tests.fakes.bot import World

ROUNDS = 3
COUNT = 60
REQUEST = {"fan": 5}
ROOT = Path(__file__).parents[2]
_BACKEND = """
import sys
from tests.fakes.task_hub import task_hub
with task_hub() as (_, port):
    print(port, flush=True)
    sys.stdin.read()
"""


class Sample(NamedTuple):
    """One run: orchestrations per second, and CPU seconds per orchestration, all threads of the host's process counted."""

    rate: float
    cpu: float


async def _many(conductor: Any, prefix: str) -> None:
    ids = [f"{prefix}-{number}" for number in range(COUNT)]
    await asyncio.gather(*(conductor.start("review", REQUEST, id) for id in ids))
    for id in ids:
        for _ in range(6_000):
            if (state := await conductor.status(id)) is not None and state.ended:
                break
            await asyncio.sleep(0.02)
        if state is None or state.output != 20:
            raise AssertionError(f"the answer is wrong: {state}")


async def _timed(conductor: Any) -> Sample:
    await _many(conductor, "warm")
    wall, cpu = time.perf_counter(), time.process_time()
    await _many(conductor, "run")
    return Sample(COUNT / (time.perf_counter() - wall), (time.process_time() - cpu) / COUNT)


async def _engine(folder: Path) -> Sample:
    async with Engine(folder / "journal.db", flows.worker()) as engine:
        return await _timed(EngineConductor(engine))


async def _functions(folder: Path) -> Sample:
    from tests.azure.worker import AzureApp

    async with AzureApp(ROOT / "tests" / "azure" / "flows_app") as app, app.open(folder / "journal.db", drain=0) as host:
        return await _timed(EngineConductor(host.engine))


@contextmanager
def _backend() -> Iterator[int]:
    """A task hub in a process of its own."""
    command = [sys.executable, "-c", _BACKEND]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        yield int(process.stdout.readline())
        process.stdin.close()


async def _scheduler(_folder: Path) -> Sample:
    with _backend() as port:
        activities = {each.__name__: flows.asynchronous(each) for each in flows.SYNC_ACTIVITIES}
        address = f"http://127.0.0.1:{port}"
        async with Scheduler(
            address, taskhub="fusion", version="1", orchestrators={"review": flows.review}, activities=activities
        ) as hub:
            return await _timed(hub.conductor)


HOSTS: dict[str, Callable[[Path], Awaitable[Sample]]] = {"serve (engine, FULL)": _engine, "scheduler": _scheduler}
if sys.version_info >= (3, 13):
    HOSTS["Function App (worker, engine as host)"] = _functions


async def _actions(folder: Path) -> tuple[int, int]:
    """Orchestrations and actions of one review by one agent, as the scheduler would count what it dispatches.

    An action each: the start of an orchestration, of an activity, a timer, and every result that an orchestration takes in.
    """
    world = World(folder=folder)
    calls = 0

    def counted(activity: Any) -> Any:
        async def run(context: object, payload: Any) -> Any:
            nonlocal calls
            calls += 1
            return await activity(context, payload)

        return run

    async with world.process(counted) as bot:
        await bot.take(world.open("a", "x = eval(a)"))
        states = bot.engine.query(limit=1_000)
        beneath = sum(state.parent is not None for state in states)
        return len(states), len(states) + beneath + 2 * calls + bot.engine.metrics().timers_fired


def measures() -> Iterable[dict[str, Any]]:
    """Throughput and CPU of each host, for an orchestration of seven activities."""
    samples: dict[str, list[Sample]] = {name: [] for name in HOSTS}
    for _ in range(ROUNDS):
        for name, host in HOSTS.items():
            with tempfile.TemporaryDirectory(prefix="fusion-bench-") as folder:
                samples[name].append(asyncio.run(_run(host, Path(folder))))
    note = "hosts: what runs beside each is not alike; docs/hosts.md says what the figures can and cannot tell"
    for name, collected in samples.items():
        rate, cpu = median(one.rate for one in collected), median(one.cpu for one in collected)
        yield {"name": f"host {name}: throughput", "value": rate, "unit": "orchestrations/s", "note": note}
        yield {"name": f"host {name}: CPU", "value": cpu * 1e3, "unit": "ms/orchestration"}
    with tempfile.TemporaryDirectory(prefix="fusion-bench-") as folder:
        orchestrations, actions = asyncio.run(_actions(Path(folder)))
    yield {"name": "a review by one agent: orchestrations", "value": orchestrations, "unit": ""}
    yield {"name": "a review by one agent: actions of the scheduler", "value": actions, "unit": ""}


async def _run(host: Callable[[Path], Awaitable[Sample]], folder: Path) -> Sample:
    return await host(folder)
