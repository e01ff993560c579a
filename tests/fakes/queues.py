"""The queues that the contract suite runs against. To add one, add a factory to `QUEUES`."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from fusion.adapters.memory.queue import MemoryQueue
from fusion.adapters.memory.records import ManualClock
from fusion.adapters.servicebus.queue import QUEUES as NAMES
from fusion.adapters.servicebus.queue import ServiceBusQueue
from fusion.adapters.sqlite.queue import SqliteQueue
from fusion.ports import Mailbox
from tests.fakes.servicebus.bus import QueueOptions, ServiceBus
from tests.fakes.servicebus.leaks import abort_leftovers


@dataclass(frozen=True, kw_only=True)
class Bench:
    """A new, empty queue, and how time passes for it: by a clock that is moved, or by waiting."""

    queue: Mailbox
    pass_time: Callable[[float], Awaitable[None]]
    lock_seconds: float
    """For how long it locks; with a real clock a second or two, so that the suite does not wait long."""
    max_deliveries: int
    soon: float = 2.0
    """Seconds, in the queue's time, after which what is scheduled in a test comes."""
    wait: float = 0.0
    """Seconds that `receive` needs to find what is there."""
    nothing: float = 0.0
    """Seconds of `receive` after which there is surely nothing."""


async def wait(seconds: float) -> None:
    """How time passes for a queue with a clock of its own."""
    await asyncio.sleep(seconds)


def moving(clock: ManualClock) -> Callable[[float], Awaitable[None]]:
    """How time passes for a queue that lives by a clock of ours."""

    async def pass_time(seconds: float) -> None:
        clock.advance(seconds)

    return pass_time


@asynccontextmanager
async def memory(folder: Path) -> AsyncIterator[Bench]:
    clock = ManualClock()
    queue = MemoryQueue(clock, lock_seconds=60, max_deliveries=3)
    yield Bench(queue=queue, pass_time=moving(clock), lock_seconds=60, max_deliveries=3)


@asynccontextmanager
async def sqlite(folder: Path) -> AsyncIterator[Bench]:
    clock = ManualClock()
    with SqliteQueue(folder / "home" / "queue.db", clock=clock, lock_seconds=60, max_deliveries=3, fsync=False) as queue:
        yield Bench(queue=queue, pass_time=moving(clock), lock_seconds=60, max_deliveries=3)


OPTIONS = QueueOptions(sessions=True, duplicate_window=604_800, lock_seconds=60, max_deliveries=3)


@asynccontextmanager
async def servicebus(folder: Path) -> AsyncIterator[Bench]:
    ahead = 0.0

    async def pass_time(seconds: float) -> None:
        nonlocal ahead
        ahead += seconds
        bus.look()

    with ServiceBus(queues=dict.fromkeys(NAMES.values(), OPTIONS), clock=lambda: time.time() + ahead) as bus:
        async with ServiceBusQueue(bus.connection_string) as queue:
            yield Bench(queue=queue, pass_time=pass_time, lock_seconds=60, max_deliveries=3, soon=20.0, wait=240.0, nothing=0.1)
        await abort_leftovers(bus.port)


QUEUES: Mapping[str, Callable[[Path], AbstractAsyncContextManager[Bench]]] = {
    "memory": memory,
    "sqlite": sqlite,
    "servicebus": servicebus,
}
"""Name -> what makes a queue, given an empty folder."""
