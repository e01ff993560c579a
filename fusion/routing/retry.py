"""Whether a failed call is made once more at the same endpoint, and after how long. Pure: chance comes from a digest.

Waits have full jitter (Marc Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015): anything between nothing
and a bound that doubles with each attempt. What the other side asks for (Retry-After, RFC 9110 section 10.2.3) is waited for,
and the jitter comes on top, so that those who were turned away together do not come back together.
"""

from __future__ import annotations

import hashlib
import math

from fusion.model import Ending

FIRST = 1.0
LONGEST = 20.0
"""Seconds: bound of the first wait and of the last."""
PATIENCE = 60.0
"""Seconds that we wait at most because an endpoint asks to; one that asks for more is left for another."""

USELESS = frozenset({Ending.OK, Ending.UNUSABLE, Ending.REFUSED})
"""The model answered, and who asks again was not content with it."""
OUTAGES = frozenset({Ending.LIMITED, Ending.TIMED_OUT, Ending.UNAVAILABLE, Ending.ABANDONED, Ending.DENIED, Ending.MISSING})
"""The endpoint is to blame, not the model."""

_ATTEMPTS = {Ending.LIMITED: 3, Ending.UNAVAILABLE: 3, Ending.TIMED_OUT: 2}


def attempts(ending: Ending) -> int:
    """How often one endpoint is asked at most, for one call, when its attempts end like this."""
    return _ATTEMPTS.get(ending, 1)


def wait(ending: Ending, *, attempt: int, digest: str, asked: float = 0.0) -> float | None:
    """Seconds to wait before the same endpoint is asked once more; None: it is not.

    `attempt`: how many there were (1 after the first); `digest`: what makes this call different from all others, for the
    jitter; `asked`: seconds that the other side asks to wait, whatever it says.
    """
    if attempt >= attempts(ending):
        return None
    asked = 0.0 if math.isnan(asked) or asked < 0 else asked
    if asked > PATIENCE:
        return None
    return asked + jitter(f"{attempt}:{digest}") * min(FIRST * 2.0 ** max(attempt - 1, 0), LONGEST)


def jitter(digest: str) -> float:
    """A share, from 0 to less than 1, that is the same for the same digest."""
    return int.from_bytes(hashlib.sha256(digest.encode("utf-8", "surrogatepass")).digest()[:4]) / 2**32
