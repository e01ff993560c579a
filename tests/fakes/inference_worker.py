"""A worker in a process of its own, with a scripted engine, on the embedded queue: for tests that kill it.

python -m tests.fakes.inference_worker HOME endless|REPLY [MODEL]
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path

from fusion.adapters.sqlite.inference import SqliteInference
from gpu_worker.answering import Rules
from gpu_worker.consume import Consumer
from gpu_worker.contract import ChatMessage
from gpu_worker.drain import Drain, on_signals
from gpu_worker.files import FilePayloads
from gpu_worker.picking import pick
from gpu_worker.scripted import ScriptedEngine

LOCK = 1.0
"""Seconds: whoever waits for the lock of a killed worker does not wait long."""


async def run(home: Path, reply: str, model: str = "m") -> None:
    """Until SIGTERM."""

    async def script(_: Sequence[ChatMessage]) -> str:
        print("generating", flush=True)
        if reply == "endless":
            await asyncio.sleep(3600)
        return reply

    drain = Drain()
    undo = on_signals(drain, within=10.0)
    with SqliteInference(home / "inference.db", lock_seconds=LOCK) as inference:
        consumer = Consumer(
            inference.jobs(pick),
            FilePayloads(home / "blobs"),
            inference.results(),
            ScriptedEngine(script, model=model),
            drain=drain,
            rules=Rules(wait=0.2, margin=9.0),
            listen=lambda happening: print(happening.kind, happening.job, flush=True),
        )
        print("ready", flush=True)
        await consumer.run()
    undo()


if __name__ == "__main__":
    asyncio.run(run(Path(sys.argv[1]), *sys.argv[2:]))
