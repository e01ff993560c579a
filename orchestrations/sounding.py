"""How things stand, for whoever measures: the queue, the worker's queue, its accelerators, the month's money."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import timedelta
from types import MappingProxyType

from fusion.errors import FusionError
from fusion.ports import Measured
from fusion.telemetry.metering import Measurement
from fusion.telemetry.watching import of_queue
from fusion.utilisation.lately import LATELY, lately
from orchestrations.bundle import Bundle

log = logging.getLogger("fusion.telemetry")

EVERY = timedelta(seconds=30)
"""How often a host that stays looks."""
PATIENCE = 15.0
"""Seconds that each of them may take to answer."""


async def soundings(bundle: Bundle, *, patience: float = PATIENCE) -> tuple[Measurement, ...]:
    """What can be told now; what is away tells nothing, and nobody else hears of it. Never raises."""
    told: list[Measurement] = []
    for what, sound in _SOUNDINGS.items():
        try:
            async with asyncio.timeout(patience):
                told += await sound(bundle)
        except (FusionError, TimeoutError) as error:
            log.debug("%s cannot be sounded: %s", what, str(error) or "no answer in time")
        except Exception:  # the edge of the work that is measured: a mistake here ends no host
            log.exception("%s cannot be sounded", what)
    return tuple(told)


async def _queue(bundle: Bundle) -> Iterable[Measurement]:
    return of_queue(await bundle.queue.depth()) if isinstance(bundle.queue, Measured) else ()


async def _budget(bundle: Bundle) -> Iterable[Measurement]:
    if bundle.reasoning is None:
        return ()
    caps, month = bundle.reasoning.file.caps, f"{bundle.clock.now():%Y-%m}"
    left = caps.month - await bundle.reasoning.book.spent(month=month)
    return (Measurement("fusion.budget.left", left, {"currency": caps.currency}),)


async def _jobs(bundle: Bundle) -> Iterable[Measurement]:
    if bundle.reasoning is None or bundle.reasoning.inference is None:
        return ()
    depth = await bundle.reasoning.inference.depth()
    return (Measurement("fusion.inference.waiting", waiting, {"urgency": one.value}) for one, waiting in depth.items())


async def _accelerators(bundle: Bundle) -> Iterable[Measurement]:
    if bundle.reasoning is None or bundle.reasoning.recordings is None:
        return ()
    now = bundle.clock.now()
    lines = await bundle.reasoning.recordings.recent(now - LATELY)
    # Some thousand lines: elsewhere, so that nothing waits for them.
    return await asyncio.to_thread(lambda: tuple(lately(lines, now)))


_SOUNDINGS: Mapping[str, Callable[[Bundle], Awaitable[Iterable[Measurement]]]] = MappingProxyType(
    {
        "the queue": _queue,
        "the accounts": _budget,
        "the worker's queue": _jobs,
        "what workers recorded": _accelerators,
    }
)
"""Each by itself: what is away takes none of the others with it."""
