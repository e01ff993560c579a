"""What tracing costs: the same reviews by two bots, one of which tells a collector everything, one after the other in turns."""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from tests.bench.bot import published
from tests.fakes.changes import five_languages, workplace
from tests.fakes.collector import collecting
from tests.fakes.serving import Serving
from tests.load.campaign import running

TURNS = 14
"""Turns of each, after two that nobody counts."""
EACH = 6
"""Reviews of a turn: a system counts processor time in hundredths of a second."""
SENT = 1.5
"""Seconds after a review in which its last spans are exported: that costs, too."""


def measures() -> Iterable[dict[str, Any]]:
    """Processor time and wall time of a review with and without, medians of turns, and what the one has above the other."""
    with tempfile.TemporaryDirectory(prefix="fusion-bench-") as folder, collecting() as collector, ExitStack() as stack:
        place = workplace(Path(folder) / "example")
        five_languages(place)
        names = place.git("diff", "--name-only", "main", "feature").split()
        files = {name: place.git("show", f"feature:{name}") + "\n" for name in names}
        without = stack.enter_context(running(Path(folder) / "without", FUSION_EVIDENCE="off"))
        seen = {"FUSION_EVIDENCE": "off", "OTEL_EXPORTER_OTLP_ENDPOINT": collector.url}
        traced = stack.enter_context(running(Path(folder) / "traced", **seen))
        processor: dict[str, list[float]] = {"without": [], "traced": []}
        wall: dict[str, list[float]] = {"without": [], "traced": []}
        for turn in range(TURNS + 2):
            both = [("without", without), ("traced", traced)]
            for name, (github, bot) in both if turn % 2 else reversed(both):
                before, took = spent(bot), []
                for number in range(turn * EACH, (turn + 1) * EACH):
                    changed = {f"part{number}/{path}": text for path, text in files.items()}
                    took.append(published(github, bot, changed, number))
                time.sleep(SENT)
                if turn >= 2:
                    processor[name].append((spent(bot) - before) / EACH)
                    wall[name].append(statistics.median(took))
        spans = sum(len(each) for each in collector.traces().values()) / (TURNS + 2) / EACH
    what = "webhook to published review, 600 lines in 12 files, no analyzers"
    for unit, figures, kind in (("s of CPU", processor, "processor time"), ("s", wall, "wall time")):
        for name in ("without", "traced"):
            how = "without telemetry" if name == "without" else f"with {spans:.0f} spans to a collector"
            yield {"name": f"{what}: {kind}, {how}", "value": round(statistics.median(figures[name]), 4), "unit": unit}
        above = statistics.median(a / b - 1 for a, b in zip(figures["traced"], figures["without"], strict=True))
        yield {"name": f"{what}: {kind} of telemetry, median of {TURNS} turns", "value": round(100 * above, 2), "unit": "%"}


def spent(bot: Serving) -> float:
    """Seconds of processor time that the bot's process has taken, all its threads together (Linux)."""
    assert bot.process is not None
    # The clock of a process, as clock_getcpuclockid(3) makes it of the process's id.
    return time.clock_gettime((~bot.process.pid << 3) | 2)
