"""What becomes of a message whose handling failed: it comes again later, or is set aside for a person. Pure.

Attempts are counted here and nowhere else: a queue sets a message aside by itself only after ten deliveries that nobody ended
(`MaxDeliveryCountExceeded`: its consumer died or hung), and giving it back for a later attempt ends a delivery.
"""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass
from datetime import datetime, timedelta

from fusion.errors import FusionError, RateLimited, TransientError, UserError

ATTEMPTS = 20
"""Attempts at a message while errors are transient or can be mended; with the waits below they span about an hour."""
MISTAKES = 3
"""Attempts at a message on which our own code fails: a race may not come back, a mistake does."""
SHORTEST = 2.5
LONGEST = 300.0
"""Seconds between attempts: each wait is twice the one before, within these bounds, less up to a fifth."""
ASKED = 3600.0
"""Seconds that we wait at most because the other side asks to. GitHub's limits are over within an hour."""
DETAIL = 2000
"""Characters of a reason's detail. Service Bus takes 4,096."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Later:
    """Try again at that time."""

    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SetAside:
    """To the dead letters. `reason` is the error's type, `detail` what it said."""

    reason: str
    detail: str


def decide(error: BaseException, *, id: str, attempt: int, now: datetime) -> Later | SetAside:
    """What becomes of the message `id`, whose attempt number `attempt` (1 for the first) ended with that error at `now`."""
    name, said = type(error).__name__, str(error)
    # What a person can mend (a wrong key, a missing setting) is mended while the message waits; then nothing need be replayed.
    if isinstance(error, TransientError | UserError):
        if attempt >= ATTEMPTS:
            return SetAside(reason=name, detail=_cut(said, f" (after {attempt} attempts)"))
        asked = error.seconds if isinstance(error, RateLimited) else 0.0
        return Later(until=now + timedelta(seconds=wait(id, attempt, asked=asked)))
    if isinstance(error, FusionError):
        # Permanent: another attempt would end the same way.
        return SetAside(reason=name, detail=_cut(said))
    if attempt >= MISTAKES:
        return SetAside(reason=name, detail=_cut(said or "no message", f" (a mistake in Fusion, {attempt} attempts)"))
    return Later(until=now + timedelta(seconds=wait(id, attempt)))


def wait(id: str, attempt: int, *, asked: float = 0.0) -> float:
    """Seconds until the next attempt. The same for the same message and attempt; spread between messages.

    At least what was `asked` for (a number of seconds from elsewhere: it may be anything), and a little more, so that those
    who wait for the same limit do not come back at the same moment.
    """
    digest = hashlib.sha256(f"{attempt}:{id}".encode("utf-8", "surrogatepass")).digest()
    share = int.from_bytes(digest[:4]) / 2**32
    step = min(SHORTEST * 2.0 ** min(attempt - 1, 20), LONGEST)
    backoff = step * (1 - share / 5)
    if math.isnan(asked) or asked <= 0:
        return backoff
    return max(backoff, min(asked, ASKED) + step * share / 5)


def _cut(said: str, more: str = "") -> str:
    return said[: DETAIL - len(more)] + more
