"""The end of a host whose work goes elsewhere: it takes nothing new, and finishes what it has begun."""

from __future__ import annotations

import asyncio
import contextlib
import logging

from fusion.dispatch.answers import relay
from fusion.errors import FusionError
from fusion.serve.durable import Durable
from orchestrations.bundle import Bundle

log = logging.getLogger("fusion.serve")

LOOK = 2.0
"""Seconds between looks at what is left."""


async def drain(bundle: Bundle, durable: Durable, stop: asyncio.Event, *, look: float = LOOK) -> int:
    """Work until no orchestration is unfinished, or `stop`; how many are left. Raises UserError when it cannot begin.

    No delivery is taken, no message and no timer: other hosts do that. Where models answer through a worker, answers come in.
    """
    first: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    kept = asyncio.create_task(durable.keep(stop, first))
    answers: asyncio.Task[None] | None = None
    told = left = -1
    try:
        await asyncio.wait({kept, first}, return_when=asyncio.FIRST_COMPLETED)
        if kept.done():
            kept.result()
        if bundle.reasoning is not None and bundle.reasoning.inference is not None:
            answers = asyncio.create_task(relay(bundle.reasoning.inference, durable.conductor))
        while not stop.is_set():
            try:
                left = await durable.unfinished()
            except FusionError as error:
                log.error("how many runs are unfinished is not known now: %s", error)
            else:
                if left != told:
                    log.info("unfinished runs: %d", left)
                told = left
                if left == 0:
                    break
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), look)
    finally:
        stop.set()
        if answers is not None:
            answers.cancel()
        await asyncio.gather(kept, return_exceptions=True)
    return left
