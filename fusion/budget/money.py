"""Money as whole picounits (10^-12 of the currency), so that sums are exact and their order does not matter.

A price has at most a few decimals per million tokens; a token of 0.075 per million costs 75,000 picounits exactly.
"""

from __future__ import annotations

from decimal import ROUND_CEILING, Decimal
from math import isfinite

UNIT = 10**12
"""Picounits in one unit of currency."""
_MICRO = 10**6


def picos(amount: float | Decimal) -> int:
    """The amount in picounits, as its decimal form says it and rounded up. Raises ValueError: negative or no number."""
    if not isfinite(amount) or amount < 0:
        raise ValueError(f"{amount} is no amount of money: it is finite and not negative.")
    exact = amount if isinstance(amount, Decimal) else Decimal(repr(amount))
    return int((exact * UNIT).to_integral_value(rounding=ROUND_CEILING))


def units(amount: int) -> float:
    """Picounits as a float in the currency; up to 1,000 units it comes back from `picos` as it was."""
    return amount / UNIT


def rounded_down(amount: int) -> float:
    """Picounits as a float of whole microunits, never more than the amount: whoever reserves it gets it."""
    return max(amount, 0) // _MICRO / 10**6
