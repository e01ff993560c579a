"""How long a review takes, and how much of it is ours."""

from __future__ import annotations

import asyncio
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.fakes.changes import five_languages, many_lines, workplace
from tests.fakes.commandline import Workplace

Measure = dict[str, Any]
ROUNDS = 5

_CHILD = """
import json, resource, sys, time
began = time.perf_counter()
sys.argv = ["fusion", *json.loads(sys.argv[1])]
from fusion.cli import main
try:
    main()
except SystemExit as stop:
    code = stop.code
own, children = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
print(json.dumps({
    "code": code, "wall": time.perf_counter() - began, "own": own.ru_utime + own.ru_stime,
    "tools": children.ru_utime + children.ru_stime, "memory": own.ru_maxrss / 1024,
}), file=sys.stderr)
"""


def measures() -> Iterable[Measure]:
    """Every measure of this module."""
    yield from _help()
    with _place() as place:
        yield from _five_languages(five_languages(place))
    with _place() as place:
        yield from _orchestrations(five_languages(place))
    with _place() as place:
        yield from _many_lines(many_lines(place))


@contextmanager
def _place() -> Iterator[Workplace]:
    with tempfile.TemporaryDirectory(prefix="fusion-bench-") as folder:
        yield workplace(Path(folder))


def _fusion(place: Workplace, *args: str, **environment: str) -> dict[str, float]:
    """One review in a process of its own: exit code, wall and CPU seconds (own and the tools'), peak memory in MB."""
    done = subprocess.run(
        [sys.executable, "-c", _CHILD, json.dumps(args)],
        cwd=place.folder,
        env=place.env(**environment),
        capture_output=True,
        text=True,
    )
    measured: dict[str, float] = json.loads(done.stderr.strip().splitlines()[-1])
    return measured


def _median(runs: list[dict[str, float]], key: str) -> float:
    return round(statistics.median(run[key] for run in runs), 3)


def _help() -> Iterable[Measure]:
    def once() -> float:
        began = time.perf_counter()
        subprocess.run([sys.executable, "-m", "fusion", "--help"], check=True, capture_output=True)
        return time.perf_counter() - began

    yield {"name": "fusion --help, wall", "value": round(statistics.median(once() for _ in range(ROUNDS)), 3), "unit": "s"}


def _five_languages(place: Workplace) -> Iterable[Measure]:
    _fusion(place, "review", "--format", "json", "--output", str(place.home.parent / "warm.json"))
    runs = [
        _fusion(place, "review", "--format", "json", "--output", str(place.home.parent / "out.json")) for _ in range(ROUNDS)
    ]
    assert all(run["code"] == 1 for run in runs), runs
    own, tools = _median(runs, "own"), _median(runs, "tools")
    what = "review of 12 files, 600 lines, 5 languages"
    yield {"name": f"{what}: wall", "value": _median(runs, "wall"), "unit": "s"}
    yield {"name": f"{what}: CPU of our own process", "value": own, "unit": "s"}
    yield {"name": f"{what}: CPU of the tools", "value": tools, "unit": "s"}
    yield {"name": f"{what}: share of CPU that is ours", "value": round(100 * own / (own + tools), 1), "unit": "%"}
    yield {"name": f"{what}: peak memory of our own process", "value": _median(runs, "memory"), "unit": "MB"}


def _orchestrations(place: Workplace) -> Iterable[Measure]:
    """The review orchestration alone: analyzers off, one warm process."""

    async def one(bundle: Any, configured: Any, number: int) -> float:
        from fusion import local
        from fusion.model import Request, RequestKind

        request = Request(kind=RequestKind.RANGE, location=str(place.folder))
        began = time.perf_counter()
        await local.run(request, configured, bundle, nonce=str(number))
        return time.perf_counter() - began

    async def all_of_them() -> list[float]:
        from fusion import runtime, settings

        configured = settings.read({"FUSION_HOME": str(place.home), "FUSION_EVIDENCE": "off"})
        bundle = runtime.embedded(configured)
        return [await one(bundle, configured, number) for number in range(105)][5:]

    took = sorted(asyncio.run(all_of_them()))
    yield {"name": "review orchestration without analyzers: p50", "value": round(1000 * took[49], 1), "unit": "ms"}
    yield {"name": "review orchestration without analyzers: p99", "value": round(1000 * took[98], 1), "unit": "ms"}


def _many_lines(place: Workplace) -> Iterable[Measure]:
    runs = [
        _fusion(place, "review", "--format", "json", "--output", str(place.home.parent / "out.json"), FUSION_EVIDENCE="off")
        for _ in range(3)
    ]
    receipt = json.loads((place.home.parent / "out.json").read_text())
    assert len(receipt["coverage"]["files"]) == 250, len(receipt["coverage"]["files"])
    yield {"name": "change of 100,000 lines, parsed, planned, receipted: wall", "value": _median(runs, "wall"), "unit": "s"}
    yield {"name": "change of 100,000 lines: peak memory", "value": _median(runs, "memory"), "unit": "MB"}
