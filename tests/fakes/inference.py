"""The queues of the inference worker that the contract suite runs against. To add one, add a factory to `INFERENCES`."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from fusion.adapters.memory.inference import MemoryInference
from fusion.adapters.memory.records import ManualClock
from fusion.adapters.servicebus.inference import ServiceBusInference
from fusion.adapters.servicebus.queues import QUEUES
from fusion.adapters.sqlite.inference import SqliteInference
from fusion.ports import Inference
from gpu_worker.namespace import Namespace
from gpu_worker.picking import pick
from gpu_worker.protocols import Jobs, Results
from gpu_worker.servicebus import ServiceBusJobs, ServiceBusResults
from tests.fakes.queues import moving
from tests.fakes.servicebus.bus import QueueOptions, ServiceBus
from tests.fakes.servicebus.leaks import abort_leftovers


@dataclass(frozen=True, kw_only=True)
class Bench:
    """A new, empty queue: Fusion's side of it, the worker's, and how time passes."""

    inference: Inference
    jobs: Jobs
    results: Results
    pass_time: Callable[[float], Awaitable[None]]
    now: Callable[[], datetime]
    lock_seconds: float = 60.0
    wait: float = 0.0
    """Seconds that receiving needs to find what is there."""
    nothing: float = 0.0
    """Seconds after which there is surely nothing."""
    fair: bool = True
    """Whether it serves repositories in turn within a class."""
    chooses: bool = True
    """Whether it can give out the results of some runs only."""


@asynccontextmanager
async def memory(_folder: Path) -> AsyncIterator[Bench]:
    clock = ManualClock()
    inference = MemoryInference(clock)
    worker = inference.worker(pick)
    yield Bench(inference=inference, jobs=worker, results=worker, pass_time=moving(clock), now=clock.now)


@asynccontextmanager
async def sqlite(folder: Path) -> AsyncIterator[Bench]:
    clock = ManualClock()
    with SqliteInference(folder / "home" / "inference.db", clock=clock, fsync=False) as inference:
        jobs, results = inference.jobs(pick), inference.results()
        yield Bench(inference=inference, jobs=jobs, results=results, pass_time=moving(clock), now=clock.now)


class Answers:
    """What a storage account would remember of answered jobs."""

    def __init__(self) -> None:
        self.noted: dict[str, str] = {}

    async def find(self, job: str) -> str | None:
        """The digest of the job's result."""
        return self.noted.get(job)

    async def record(self, job: str, digest: str) -> str:
        """Note it; the first counts."""
        return self.noted.setdefault(job, digest)


OPTIONS = QueueOptions(duplicate_window=604_800, lock_seconds=60, max_deliveries=10)


@asynccontextmanager
async def servicebus(_folder: Path) -> AsyncIterator[Bench]:
    ahead = 0.0

    async def pass_time(seconds: float) -> None:
        nonlocal ahead
        ahead += seconds
        bus.look()

    def now() -> datetime:
        return datetime.fromtimestamp(time.time() + ahead, UTC)

    with ServiceBus(queues=dict.fromkeys(QUEUES.values(), OPTIONS), clock=lambda: time.time() + ahead) as bus:
        async with (
            ServiceBusInference(bus.connection_string, fresh=0.0) as inference,
            Namespace(bus.connection_string) as namespace,
        ):
            jobs = ServiceBusJobs(namespace, clock=lambda: now().timestamp())
            try:
                yield Bench(
                    inference=inference,
                    jobs=jobs,
                    results=ServiceBusResults(namespace, Answers()),
                    pass_time=pass_time,
                    now=now,
                    wait=240.0,
                    nothing=0.1,
                    fair=False,
                    chooses=False,
                )
            finally:
                await jobs.close()
        await abort_leftovers(bus.port)


INFERENCES: Mapping[str, Callable[[Path], AbstractAsyncContextManager[Bench]]] = {
    "memory": memory,
    "sqlite": sqlite,
    "servicebus": servicebus,
}
"""Name -> what makes a queue, given an empty folder."""
