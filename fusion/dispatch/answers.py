"""Results of the inference worker, on their way to the orchestrations that wait for them."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from fusion.errors import FusionError
from fusion.ports import Conductor, Inference

TRIES = 4
"""A run that nobody here knows may be another process's on the same queue: so often a result comes before it is dropped."""
WAIT = 20.0
"""Seconds of one wait for a result."""
OUTAGE = 30.0
"""Seconds between two tries while the queue or the host is away, at most; from half a second on, doubling."""

_log = logging.getLogger(__name__)


class _Unknown(Exception):
    """Gives the result back."""


async def pass_on(
    inference: Inference, raise_event: Callable[[str, str, Any], Awaitable[bool]], *, wait: float, prefix: str = ""
) -> bool:
    """Tell the next result to the run that waits for it: the event's data is `{"job": id, "result": digest}`.

    False when none came in `wait` seconds. `raise_event` says whether there is such a run: a result without one is dropped once
    it came `TRIES` times. What `raise_event` raises is raised, and the result comes again later.
    """
    try:
        async with inference.result(wait=wait, prefix=prefix) as answered:
            if answered is None:
                return False
            known = await raise_event(answered.run, answered.event, {"job": answered.job, "result": answered.result})
            if not known and answered.attempt < TRIES:
                raise _Unknown
            if not known:
                _log.info("The result of %s came when nobody waited for it any more", answered.job)
    except _Unknown:
        pass
    return True


async def relay(inference: Inference, conductor: Conductor, *, prefix: str = "") -> None:
    """Pass on results, until it is cancelled: to all runs of a host, or to those whose ids begin with `prefix`."""
    pause = 0.0
    while True:
        try:
            await pass_on(inference, conductor.tell, wait=WAIT, prefix=prefix)
            pause = 0.0
        except FusionError as error:
            # The result comes again; the runs that wait for it have timers of their own.
            _log.warning("A result of the inference worker could not be passed on: %s", error)
            pause = min(max(pause * 2, 0.5), OUTAGE)
            await asyncio.sleep(pause)
