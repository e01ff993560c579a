"""The queues of the inference worker that the contract suite runs against. To add one, add a factory to `INFERENCES`."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from fusion.adapters.memory.inference import MemoryInference
from fusion.adapters.memory.records import ManualClock
from fusion.adapters.sqlite.inference import SqliteInference
from fusion.ports import Inference
from gpu_worker.picking import pick
from gpu_worker.protocols import Jobs, Results
from tests.fakes.queues import moving


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


INFERENCES: Mapping[str, Callable[[Path], AbstractAsyncContextManager[Bench]]] = {"memory": memory, "sqlite": sqlite}
"""Name -> what makes a queue, given an empty folder."""
