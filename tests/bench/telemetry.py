"""What tracing costs: the same reviews by two bots, one of which tells a collector everything, one after the other in turns."""

from __future__ import annotations

import itertools
import math
import os
import statistics
import tempfile
import time
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from tests.bench.bot import published
from tests.fakes.changes import five_languages, workplace
from tests.fakes.collector import collecting
from tests.fakes.serving import Serving
from tests.load.campaign import running

SENT = 2.5
"""Seconds after a turn in which its last spans are exported: that costs, too."""


def measures() -> Iterable[dict[str, Any]]:
    """Wall time and processor time of a review with and without, and what the one has above the other, turn by turn."""
    with tempfile.TemporaryDirectory(prefix="fusion-bench-") as folder:
        place = workplace(Path(folder) / "example")
        five_languages(place)
        names = place.git("diff", "--name-only", "main", "feature").split()
        files = {name: place.git("show", f"feature:{name}") + "\n" for name in names}
        yield from _measured(Path(folder) / "examined", files, "with the analyzers of this machine", "local", turns=11, each=1)
        yield from _measured(Path(folder) / "bare", files, "without analyzers and models", "off", turns=15, each=5)


def _measured(
    folder: Path, files: Mapping[str, str], how: str, evidence: str, *, turns: int, each: int
) -> Iterable[dict[str, Any]]:
    """So many turns of `each` reviews by either bot, by turns: whatever else the machine does, it does to both.

    The first turn counts for none.
    """
    took: dict[str, list[float]] = {"without": [], "traced": []}
    spent: dict[str, list[float]] = {"without": [], "traced": []}
    with collecting() as collector, ExitStack() as stack:
        seen = {"without": {}, "traced": {"OTEL_EXPORTER_OTLP_ENDPOINT": collector.url}}
        bots = {
            name: stack.enter_context(running(folder / name, FUSION_EVIDENCE=evidence, **settings))
            for name, settings in seen.items()
        }
        for turn in range(turns + 1):
            before = {name: _spent(bot) for name, (_, bot) in bots.items()}
            times: dict[str, list[float]] = {name: [] for name in bots}
            for number in range(turn * each, (turn + 1) * each):
                changed = {f"part{number}/{path}": text for path, text in files.items()}
                for name in sorted(bots, reverse=number % 2 == 0):
                    times[name].append(published(*bots[name], changed, number))
            time.sleep(SENT)
            for name, (_, bot) in bots.items() if turn else ():
                took[name].append(statistics.median(times[name]))
                spent[name].append((_spent(bot) - before[name]) / each)
        traces = [spans for spans in collector.traces().values() if any(one.name == "activity publish" for one in spans)]
        spans = statistics.median(len(each) for each in traces)
    what = f"webhook to published review, 600 lines in 12 files, {how}"
    for unit, figures, kind in (("s", took, "wall time"), ("s of CPU", spent, "processor time")):
        yield {"name": f"{what}: {kind} without telemetry", "value": _median(figures["without"]), "unit": unit}
        told = f"{kind} with {spans:.0f} spans told to a collector"
        yield {"name": f"{what}: {told}", "value": _median(figures["traced"]), "unit": unit}
        above = sorted(a / b - 1 for a, b in zip(figures["traced"], figures["without"], strict=True))
        low, high = (round(100 * above[rank], 1) for rank in ranks(len(above)))
        yield {
            "name": f"{what}: {kind} of telemetry, median of {turns} pairs, 95 % sure from {low} to {high}",
            "value": round(100 * statistics.median(above), 2),
            "unit": "%",
        }


def _spent(bot: Serving) -> float:
    """CPU seconds of a process: of its threads to the nanosecond, of its children that ended to the hundredth of a second."""
    assert bot.process is not None
    place = Path(f"/proc/{bot.process.pid}")
    own = sum(int(path.read_text(encoding="ascii").split()[0]) for path in place.glob("task/*/schedstat"))
    children = (place / "stat").read_text(encoding="ascii").rpartition(")")[2].split()[13:15]
    return own / 1e9 + sum(map(int, children)) / os.sysconf("SC_CLK_TCK")


def ranks(count: int) -> tuple[int, int]:
    """Which two of so many ordered differences enclose the median with 95 % confidence, whatever their distribution.

    The interval of the sign test: how many lie above the median is a toss of so many coins.
    """
    tosses = list(itertools.accumulate(math.comb(count, above) for above in range(count)))
    low = max((rank for rank in range(count // 2) if tosses[rank] <= 0.025 * 2**count), default=0)
    return low, count - 1 - low


def _median(values: list[float]) -> float:
    return round(statistics.median(values), 4)
