"""How sure a figure is: Wilson's interval for proportions, the percentile bootstrap for everything else.

The bootstrap draws changes, not findings: findings of one change depend on each other. It is seeded, so that the same outcomes
give the same interval.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from functools import lru_cache
from math import sqrt
from statistics import NormalDist
from typing import TypeVar

T = TypeVar("T")

CONFIDENCE = 0.95
RESAMPLES = 2000
SEED = 20_261_122
FEWEST = 10
"""Items below which resampling says more about itself than about anything else."""

Interval = tuple[float, float]


def wilson(right: int, all: int, *, confidence: float = CONFIDENCE) -> Interval | None:
    """The score interval of a proportion; None of nothing.

    E. B. Wilson, "Probable inference, the law of succession, and statistical inference", JASA 22 (1927), without correction for
    continuity. It is never empty, and stays within 0 and 1.
    """
    if not 0 <= right <= all:
        raise ValueError(f"{right} of {all} is no proportion")
    if all == 0:
        return None
    z = NormalDist().inv_cdf(0.5 + confidence / 2)
    share, square = right / all, z * z / all
    middle = (share + square / 2) / (1 + square)
    half = z / (1 + square) * sqrt(share * (1 - share) / all + square / (4 * all))
    # Rounding must not move the ends beyond what is possible, nor past the proportion itself.
    return max(0.0, min(middle - half, share)), min(1.0, max(middle + half, share))


@lru_cache(maxsize=4)
def draws(count: int, resamples: int = RESAMPLES, seed: int = SEED) -> tuple[tuple[int, ...], ...]:
    """For each resample the indexes that are drawn, with replacement; the same for everything that is compared."""
    chance = random.Random(seed)
    return tuple(tuple(chance.choices(range(count), k=count)) for _ in range(resamples)) if count else ()


def bootstrap(
    items: Sequence[T], statistic: Callable[[Sequence[T]], float | None], *, confidence: float = CONFIDENCE
) -> Interval | None:
    """Percentiles of the statistic over resampled items; None for too few, or where most resamples leave it undefined.

    Order matters to nobody but the random numbers: give the items in an order of their own (by id).
    """
    if len(items) < FEWEST:
        return None
    values = sorted(value for drawn in draws(len(items)) if (value := statistic([items[index] for index in drawn])) is not None)
    if len(values) * 2 <= len(draws(len(items))):
        return None
    tail = (1 - confidence) / 2
    return _percentile(values, tail), _percentile(values, 1 - tail)


def _percentile(values: Sequence[float], share: float) -> float:
    """Between the two nearest values, linearly."""
    place = share * (len(values) - 1)
    below = int(place)
    above = min(below + 1, len(values) - 1)
    return values[below] + (values[above] - values[below]) * (place - below)
