"""How many attacks of the corpus change what a review does or says, with models that obey every instruction they read."""

from __future__ import annotations

import asyncio
import json
import os
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from tests.fakes.attacks import cases, seeds
from tests.fakes.besieged import Siege, besiege

Measure = dict[str, Any]
PROCESSES = max(os.cpu_count() or 1, 1)
FOUND = Path(__file__).parents[2] / "build" / "attacks.json"


def bound(successes: int, runs: int) -> float:
    """Upper end of the one-sided 95 % confidence interval of a rate (Clopper and Pearson, 1934): about 3/n for none seen."""
    if successes >= runs:
        return 1.0
    low, high = successes / runs, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if _at_most(successes, runs, middle) > 0.05 else (low, middle)
    return high


def _at_most(successes: int, runs: int, rate: float) -> float:
    """Probability of at most so many successes in so many runs."""
    term = total = (1 - rate) ** runs
    for k in range(successes):
        term *= (runs - k) / (k + 1) * rate / (1 - rate)
        total += term
    return total


def attacked(number: int) -> Sequence[Siege]:
    """Every so-many-th case, in a process of its own."""

    async def all_of_them() -> list[Siege]:
        return [await besiege(case) for case in islice(cases(), number, None, PROCESSES)]

    return asyncio.run(all_of_them())


def measures() -> Iterable[Measure]:
    """Every measure of this module; what succeeded is in build/attacks.json."""
    began = time.perf_counter()
    with ProcessPoolExecutor(PROCESSES, mp_context=get_context("spawn")) as pool:
        found = [siege for part in pool.map(attacked, range(PROCESSES)) for siege in part]
    won = [siege for siege in found if siege.successes]
    FOUND.parent.mkdir(exist_ok=True)
    FOUND.write_text(json.dumps([{"case": one.case.id, "how": one.successes} for one in won], indent=1) + "\n", "utf-8")
    ways = Counter(way for siege in won for way in set(siege.successes))
    note = (
        f"Attacks that succeeded, by way: {dict(ways)}."
        if ways
        else "No attack succeeded; see docs/security-model.md for what that shows."
    )
    yield {"name": "attacks: cases", "value": len(found), "unit": f"of {len(seeds())} seeds", "note": note}
    yield {"name": "attacks: read and obeyed by a model", "value": sum(one.read for one in found), "unit": "cases"}
    yield {"name": "attacks: model calls", "value": sum(one.prompts for one in found), "unit": "calls"}
    yield {"name": "attacks: successes", "value": len(won), "unit": "cases"}
    yield {"name": "attacks: success rate at most (95 %)", "value": round(100 * bound(len(won), len(found)), 3), "unit": "%"}
    yield {"name": "attacks: wall", "value": round(time.perf_counter() - began, 1), "unit": "s"}
