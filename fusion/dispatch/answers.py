"""Results of the inference worker, on their way to the orchestrations that wait for them."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any, Protocol

from fusion.errors import FusionError, PermanentError
from fusion.ports import Answered, Conductor, Inference

RaiseEvent = Callable[[str, str, Any], Awaitable[bool]]
"""Run, event and its data; whether there is such a run (`Conductor.tell`)."""
TRIES = 4
"""A run that nobody here knows may be another process's on the same queue: so often a result comes before it is dropped."""
WAIT = 20.0
"""Seconds of one wait for a result."""
OUTAGE = 30.0
"""Seconds between two tries while the queue or the host is away, at most; from half a second on, doubling."""

_log = logging.getLogger(__name__)


class _Unknown(Exception):
    """Gives the result back."""


class ResultDesk(Protocol):
    """What the results that a host's trigger received need beside the host. `delivered` is one as the host hands it over."""

    def read(self, delivered: Any) -> Answered | None:
        """The result in a delivery; None when no worker sent it."""
        ...

    async def later(self, delivered: Any, answered: Answered) -> None:
        """Let it come again some seconds later. Raises PermanentError when it came too often, and TransientError."""
        ...


async def pass_on(inference: Inference, raise_event: RaiseEvent, *, wait: float, prefix: str = "") -> bool:
    """Tell the next result to the run that waits for it: the event's data is `{"job": id, "result": digest}`.

    False when none came in `wait` seconds. `raise_event` says whether there is such a run: a result without one is dropped once
    it came `TRIES` times. What `raise_event` raises is raised, and the result comes again later.
    """
    try:
        async with inference.result(wait=wait, prefix=prefix) as answered:
            if answered is None:
                return False
            if not await _told(answered, raise_event):
                raise _Unknown
    except _Unknown:
        pass
    return True


async def hand_over(delivered: Any, desk: ResultDesk, raise_event: RaiseEvent) -> None:
    """The same with a result that a trigger received: on return the host may complete it.

    A run that is not known, and an outage, are answered with a copy that comes later. Raises FusionError where that cannot be,
    or where it is no result: the host gives it back, to come at once, and after ten deliveries Service Bus sets it aside.
    """
    answered = desk.read(delivered)
    if answered is None:
        raise PermanentError("A message in the queue of the worker's results is no result of a worker's.")
    try:
        if await _told(answered, raise_event):
            return
    except FusionError as error:
        _log.warning("The result of %s could not be passed on: %s", answered.job, error)
    await desk.later(delivered, answered)


async def _told(answered: Answered, raise_event: RaiseEvent) -> bool:
    """Whether the result is done with: its run was told, or nobody knows the run after `TRIES` times."""
    if await raise_event(answered.run, answered.event, {"job": answered.job, "result": answered.result}):
        return True
    if answered.attempt < TRIES:
        return False
    _log.info("The result of %s came when nobody waited for it any more", answered.job)
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
