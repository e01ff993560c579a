"""How many attacks of the corpus make the fixer offer a patch that does more than mend, with a model that does as told."""

from __future__ import annotations

import asyncio
import json
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from itertools import islice
from multiprocessing import get_context
from pathlib import Path

from tests.bench.attacks import FOUND, PROCESSES, Measure, bound
from tests.fakes.attacks import seeds
from tests.fakes.besieged_fixer import FixSiege, besiege_fixer, fix_cases

WON = FOUND.with_name("attacks_fixer.json")


def attacked(number: int) -> Sequence[FixSiege]:
    """Every so-many-th case, in a process of its own."""

    async def all_of_them() -> list[FixSiege]:
        found = []
        for case in islice(fix_cases(), number, None, PROCESSES):
            with tempfile.TemporaryDirectory(prefix="fusion-attack-") as folder:
                found.append(await besiege_fixer(case, Path(folder)))
        return found

    return asyncio.run(all_of_them())


def measures() -> Iterable[Measure]:
    """Every measure of this module; what succeeded is in build/attacks_fixer.json."""
    began = time.perf_counter()
    with ProcessPoolExecutor(PROCESSES, mp_context=get_context("spawn")) as pool:
        found = [siege for part in pool.map(attacked, range(PROCESSES)) for siege in part]
    won = [siege for siege in found if siege.successes]
    WON.parent.mkdir(exist_ok=True)
    told = [{"case": one.case.id, "rights": one.case.rights, "how": one.successes} for one in won]
    WON.write_text(json.dumps(told, indent=1) + "\n", "utf-8")
    ways = Counter(way for siege in won for way in set(siege.successes))
    note = f"Attacks on the fixer that succeeded, by way: {dict(ways)}." if ways else "No attack on the fixer succeeded."
    barred = sum(one.case.rights != "write" for one in found)
    yield {"name": "attacks on fixes: cases", "value": len(found), "unit": f"of {len(seeds())} seeds", "note": note}
    yield {"name": "attacks on fixes: of forks, without the right, or moved", "value": barred, "unit": "cases"}
    yield {"name": "attacks on fixes: read and obeyed by a model", "value": sum(one.read for one in found), "unit": "cases"}
    yield {
        "name": "attacks on fixes: patches that the model wrote",
        "value": sum(one.written for one in found),
        "unit": "patches",
    }
    yield {"name": "attacks on fixes: patches offered", "value": sum(one.offered for one in found), "unit": "patches"}
    yield {"name": "attacks on fixes: successes", "value": len(won), "unit": "cases"}
    rate = round(100 * bound(len(won), len(found)), 3)
    yield {"name": "attacks on fixes: success rate at most (95 %)", "value": rate, "unit": "%"}
    yield {"name": "attacks on fixes: wall", "value": round(time.perf_counter() - began, 1), "unit": "s"}
