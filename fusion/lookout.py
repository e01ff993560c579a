"""Tells a person at a terminal that model calls wait for an inference worker that is not there, or is busy."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from fusion.errors import FusionError
from fusion.ports import Clock, Inference
from fusion.progress import Listener, Waits

LOOK = 1.0
"""Seconds between two looks at the queue."""
QUIET = 5.0
"""Seconds for which jobs may wait before it is said: a worker that is there takes one at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fed:
    """The worker's queue, as far as whoever waits for it needs to know."""

    inference: Inference
    models: Sequence[str]
    """That are asked of workers."""
    patience: float
    """Seconds that a job may wait."""


async def lookout(fed: Fed, listen: Listener, clock: Clock, *, look: float = LOOK, quiet: float = QUIET) -> None:
    """Look at the worker's queue until cancelled. A queue that is away is no matter of this: whoever sends a job is told."""
    since: datetime | None = None
    while True:
        await asyncio.sleep(look)
        now = clock.now()
        try:
            waiting = sum((await fed.inference.depth()).values())
            held = await fed.inference.under_way()
        except FusionError:
            continue
        if not waiting:
            since = None
            continue
        since = since or now
        if (now - since).total_seconds() >= quiet:
            listen(waits_for_worker(fed.models, waiting, held, until=since + timedelta(seconds=fed.patience)))


def waits_for_worker(models: Sequence[str], waiting: int, held: int | None, *, until: datetime) -> Waits:
    """What to say of so many jobs that wait while workers hold so many (None: nobody knows)."""
    name = " or ".join(models)
    calls = "1 model call waits" if waiting == 1 else f"{waiting} model calls wait"
    then = f"at {until.astimezone():%H:%M} whatever has no answer goes another way"
    if held:
        text = f"{calls} for the inference worker of {name}, which is busy with {held}; {then}."
        return Waits("worker busy", "the worker", text)
    if held is None:
        text = f"{calls} for the inference worker of {name}, which is not started, or busy; {then} (docs/worker.md)."
        return Waits("worker", "the worker", text)
    start = f"start it with: fusion worker --model FILE --name {models[0] if models else 'NAME'}"
    text = f"{calls} for the inference worker of {name}, and none takes them (not started, or still loading); {then}; {start}"
    return Waits("worker absent", "the worker", text)
