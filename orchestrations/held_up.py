"""What a person is told while a call waits for money, or for an endpoint that wants to be left alone. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import datetime

from fusion.model import Ending, NoRoute
from fusion.progress import Waits
from fusion.routing.health import State
from orchestrations.bundle import Reasoning

MONEY = Waits(
    "money",
    "money",
    "all money that the caps leave is set aside for calls under way, so the next ones wait until those end and give back what"
    " they did not need; higher caps let more run at once (`fusion cost`, docs/cost.md).",
)


def held_up(found: NoRoute, reasoning: Reasoning, at: datetime, *, patience: float) -> Iterator[Waits]:
    """Who keeps the call waiting: one notice for each endpoint that is left alone, or the routing's own reason.

    `patience`: seconds that the call waits at most, all its waits together.
    """
    then = (
        f"a call waits up to {patience:.0f} s in all, then the review goes on without it;"
        " another endpoint in the models file would take over."
    )
    known = False
    for endpoint in reasoning.file.endpoints:
        standing = reasoning.breakers.standing(endpoint.name, at)
        if standing.state is not State.OPEN or standing.barred:
            continue
        known = True
        if standing.last is Ending.LIMITED:
            why = f"{endpoint.name} has too much to do (429) and is asked again in {math.ceil(standing.wait)} s"
        else:
            why = f"{endpoint.name} is left alone for {math.ceil(standing.wait)} s after calls that ended as {standing.last}"
        yield Waits(f"{endpoint.name} {standing.last}", endpoint.name, f"{why}; {then}")
    if not known:
        yield Waits("routing", "an endpoint", f"{found.why.rstrip('.')}; {then}")
