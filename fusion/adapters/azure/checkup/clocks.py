"""Whether this machine's clock agrees with the services': tokens, signatures and locks are measured by it."""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import Callable, Sequence
from email.utils import parsedate_to_datetime

from fusion.adapters.azure.checkup.asking import ask
from fusion.errors import TransientError
from fusion.ports.checkup import Told, mend, ready, skipped, warning

NOTICED = 60.0
"""Seconds from which a clock is worth a warning."""
WRONG = 300.0
"""Seconds from which Entra ID and GitHub refuse what it dates."""
_SET = "sudo timedatectl set-ntp true"


async def clock(addresses: Sequence[str], *, now: Callable[[], float] = time.time) -> list[Told]:
    """How far this clock is from what the services say with each answer (`Date`). They are asked without signing in.

    The middle one counts: one service whose clock is wrong shall not speak for all.
    """
    told = await asyncio.gather(*(_skew(address, now) for address in addresses))
    skews = [one for one in told if one is not None]
    if not skews:
        return [skipped("clock", "skew", "No service told the time.")]
    skew = statistics.median(skews)
    far = abs(skew)
    detail = f"{far:.0f} seconds {'ahead of' if skew > 0 else 'behind'} {_services(len(skews))}"
    if far > WRONG:
        return [mend("clock", "skew", f"{detail}: tokens and signatures are refused; set this clock.", _SET)]
    if far > NOTICED:
        return [warning("clock", "skew", f"{detail}: at {WRONG:.0f} seconds tokens are refused; set this clock.", _SET)]
    near = "a second" if far < 1.5 else f"{far:.0f} seconds"
    return [ready("clock", "skew", f"within {near} of {_services(len(skews))}")]


def _services(count: int) -> str:
    return f"{count} service{'' if count == 1 else 's'}"


async def _skew(address: str, now: Callable[[], float]) -> float | None:
    """Seconds that this clock is ahead; None: nobody said."""
    before = now()
    try:
        answer = await ask("GET", address)
        said = parsedate_to_datetime(answer.headers["date"]).timestamp()
    except (TransientError, KeyError, ValueError, OverflowError):
        return None
    # The header counts whole seconds, and was written somewhere between question and answer.
    return (before + now()) / 2 - said - 0.5
