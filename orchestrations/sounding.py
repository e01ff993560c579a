"""How things stand, for whoever measures: the queue, the worker's queue, its accelerators, the month's money."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from datetime import timedelta

from fusion.errors import FusionError
from fusion.ports import Measured
from fusion.telemetry.metering import Measurement
from fusion.telemetry.watching import of_queue
from fusion.utilisation.lately import LATELY, lately
from orchestrations.bundle import Bundle, Reasoning

log = logging.getLogger("fusion.telemetry")

EVERY = timedelta(seconds=30)
"""How often a host that stays looks."""
PATIENCE = 15.0
"""Seconds that reading what workers recorded may take."""


async def soundings(bundle: Bundle, *, patience: float = PATIENCE) -> tuple[Measurement, ...]:
    """What can be told now; what is away tells nothing, and nobody else hears of it."""
    return tuple([one async for one in _soundings(bundle, patience)])


async def _soundings(bundle: Bundle, patience: float) -> AsyncIterator[Measurement]:
    if isinstance(bundle.queue, Measured):
        try:
            for one in of_queue(await bundle.queue.depth()):
                yield one
        except FusionError as error:
            log.debug("the queue does not say how full it is: %s", error)
    if bundle.reasoning is None:
        return
    try:
        async for one in _of_models(bundle, bundle.reasoning):
            yield one
    except FusionError as error:
        log.debug("the accounts or the worker's queue do not answer: %s", error)
    if bundle.reasoning.recordings is not None:
        try:
            async with asyncio.timeout(patience):
                now = bundle.clock.now()
                lines = await bundle.reasoning.recordings.recent(now - LATELY)
                # Some thousand lines: elsewhere, so that nothing waits for them.
                told = await asyncio.to_thread(lambda: tuple(lately(lines, now)))
        except (FusionError, TimeoutError) as error:
            log.debug("what workers recorded cannot be read: %s", str(error) or "no answer in time")
        else:
            for one in told:
                yield one


async def _of_models(bundle: Bundle, reasoning: Reasoning) -> AsyncIterator[Measurement]:
    caps, month = reasoning.file.caps, f"{bundle.clock.now():%Y-%m}"
    left = caps.month - await reasoning.book.spent(month=month)
    yield Measurement("fusion.budget.left", left, {"currency": caps.currency})
    if reasoning.inference is not None:
        for urgency, waiting in (await reasoning.inference.depth()).items():
            yield Measurement("fusion.inference.waiting", waiting, {"urgency": urgency.value})
