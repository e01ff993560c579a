"""The embedded Durable host: durabletask orchestrations in one process, journalled to SQLite, with no server beside it.

    worker = Worker()
    worker.add_orchestrator(review)
    worker.add_activity("fetch", fetch)
    async with Engine(path, worker) as engine:
        started = await engine.start("review", {"range": "main..HEAD"}, "review-1")
        state = await engine.wait(started.id)

Opening a journal resumes everything in it that is unfinished. `Limits` bounds what an engine takes on; `fusion.engine.replay`
records histories and replays them with later code.
"""

from fusion.engine.activities import ActivityContext
from fusion.engine.engine import Engine
from fusion.engine.errors import (
    EngineFull,
    EngineStopped,
    JournalBusy,
    JournalCorrupt,
    JournalError,
    JournalTooNew,
    JournalUnwritable,
    PayloadTooLarge,
    ReplayMismatch,
    UnknownInstance,
)
from fusion.engine.limits import Limits
from fusion.engine.metrics import Metrics
from fusion.engine.state import TERMINAL, Failure, InstanceState, InstanceStatus, Started
from fusion.engine.worker import Worker

__all__ = [
    "TERMINAL",
    "ActivityContext",
    "Engine",
    "EngineFull",
    "EngineStopped",
    "Failure",
    "InstanceState",
    "InstanceStatus",
    "JournalBusy",
    "JournalCorrupt",
    "JournalError",
    "JournalTooNew",
    "JournalUnwritable",
    "Limits",
    "Metrics",
    "PayloadTooLarge",
    "ReplayMismatch",
    "Started",
    "UnknownInstance",
    "Worker",
]
