"""Trying a step again while other writers are faster: optimistic concurrency with a bound."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from typing import TypeVar

from fusion.errors import Conflict

TRIES = 40
"""How often a step is tried before it gives up."""
LONGEST = 1.0
"""Seconds between two tries, at most."""

_T = TypeVar("_T")
Pause = Callable[[float], Awaitable[object]]


class Stale(Conflict):
    """What was read before this step is out of date: the steps before it are to be done again."""


class Busy(Conflict):
    """Other writers were faster, time and again."""


async def patiently(step: Callable[[], Awaitable[_T]], *, pause: Pause = asyncio.sleep, alone: bool = True) -> _T:
    """The step's result, tried anew after every Conflict. Raises Busy at last; Stale at once if it is part of another step.

    `pause` waits for so many seconds. `alone`: no other step leads to this one.
    """
    for tries in range(TRIES):
        try:
            return await step()
        except Busy:
            raise
        except Conflict as error:
            if isinstance(error, Stale) and not alone:
                raise
            # At random, so that of many writers each comes through.
            await pause(random.uniform(0, min(0.01 * 2**tries, LONGEST)))
    raise Busy("The accounts of the budget are written by too many at once: try again later.")
