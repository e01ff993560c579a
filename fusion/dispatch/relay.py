"""Results of the inference worker, passed on to the orchestrations that wait for them, for as long as a host runs."""

from __future__ import annotations

import asyncio
import logging

from fusion.dispatch.answers import pass_on
from fusion.errors import FusionError
from fusion.ports import Conductor, Inference

log = logging.getLogger("fusion.relay")

WAIT = 20.0
"""Seconds that one look for a result waits for it."""
PAUSES = (1.0, 60.0)
"""Seconds before the next look after an outage: at first, and at most."""


async def relay(inference: Inference, conductor: Conductor) -> None:
    """Pass on what comes, until cancelled. An outage of either side is waited out: what was not passed on comes again."""
    pause = PAUSES[0]
    while True:
        try:
            await pass_on(inference, conductor.tell, wait=WAIT)
        except FusionError as error:
            log.warning("results of the worker are not passed on now: %s", error)
            await asyncio.sleep(pause)
            pause = min(2 * pause, PAUSES[1])
        else:
            pause = PAUSES[0]
