"""How fast the data-flow analysis is, beside bandit, over CPython's standard library, and on the change of the example."""

from __future__ import annotations

import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from fusion.dataflow.repository.tree import language
from fusion.demo import history

Measure = dict[str, Any]

_CHILD = """
import json, resource, sys, threading, time
from pathlib import Path
sys.setrecursionlimit(100_000)
threading.stack_size(512 << 20)
def main():
    from fusion.dataflow.repository.project import Bounds, Project
    from fusion.dataflow.solver.analysis import analyse
    times = []
    paths = json.loads(sys.stdin.read())
    known = set(paths)
    project = Project(
        lambda path: Path(path).read_bytes() if path in known else None,
        paths,
        limits=Bounds(seconds=3600, imports=100_000),
    )
    began = time.process_time()
    last = [began]
    def done(path):
        now = time.process_time()
        times.append(now - last[0])
        last[0] = now
    found = analyse(project, paths, done=done)
    seconds = time.process_time() - began
    times.sort()
    print(json.dumps({
        "files": len(found.read), "lines": found.lines, "seconds": seconds,
        "flows": len(found.flows), "unread": len(found.unread),
        "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "p50": times[len(times) // 2], "p99": times[int(len(times) * 0.99)], "max": times[-1],
    }))
worker = threading.Thread(target=main)
worker.start()
worker.join()
"""


def measures() -> Iterable[Measure]:
    """Every measure of this module."""
    with tempfile.TemporaryDirectory(prefix="fusion-bench-") as folder:
        root = Path(folder)
        _standard_library(root)
        ours = _ours(root)
        bandit = _bandit(root)
    name = f"CPython {sys.version_info.major}.{sys.version_info.minor}'s standard library without its tests"
    peer = f"bandit over {name}, one process"
    yield {
        "name": f"data flow, {ours['files']:,.0f} files and {ours['lines']:,.0f} lines of {name}, CPU",
        "value": round(ours["seconds"], 1),
        "unit": "s",
        "peer": peer,
        "peer_value": round(bandit, 1),
        "ratio": round(bandit / ours["seconds"], 2),
    }
    yield {"name": "data flow, lines per CPU second", "value": round(ours["lines"] / ours["seconds"]), "unit": "lines/s"}
    yield {"name": "data flow, peak memory", "value": round(ours["memory"]), "unit": "MB"}
    for key in ("p50", "p99", "max"):
        yield {"name": f"data flow, CPU per file, {key}", "value": round(ours[key] * 1000, 1), "unit": "ms"}
    name = "data flow, the changed files of the example pull request, CPU with start-up, median of 7"
    yield {"name": name, "value": round(_example(), 2), "unit": "s"}


def _standard_library(root: Path) -> None:
    source = Path(sysconfig.get_path("stdlib"))
    skipped = shutil.ignore_patterns("site-packages", "test", "tests", "idle_test", "__pycache__", "*.so", "*.pyc", "config-*")
    shutil.copytree(source, root / "stdlib", ignore=skipped, symlinks=True)


def _ours(root: Path) -> dict[str, float]:
    paths = sorted(path.relative_to(root).as_posix() for path in root.rglob("*.py"))
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    done = subprocess.run(
        [sys.executable, "-c", _CHILD],
        cwd=root,
        env=environment,
        input=json.dumps(paths),
        capture_output=True,
        text=True,
        check=True,
    )
    measured: dict[str, float] = json.loads(done.stdout)
    return measured


def _bandit(root: Path) -> float:
    before = _of_children()
    subprocess.run([sys.executable, "-m", "bandit", "-q", "-r", "-f", "json", "stdlib"], cwd=root, capture_output=True)
    return _of_children() - before


def _example() -> float:
    """CPU seconds of one process that analyses what the example's branch changes, with its start and its knowledge."""
    with tempfile.TemporaryDirectory(prefix="fusion-bench-") as folder:
        root = Path(folder)
        next(history.build(root))
        changed = subprocess.run(
            ["git", "diff", "--name-only", "main...feature"], cwd=root, check=True, capture_output=True, text=True
        )
        paths = [path for path in changed.stdout.splitlines() if language(path)]
        environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
        spent = []
        for _ in range(7):
            before = _of_children()
            command = [sys.executable, "-m", "fusion.dataflow", "--show", *paths]
            subprocess.run(command, cwd=root, env=environment, check=True, capture_output=True)
            spent.append(_of_children() - before)
        return statistics.median(spent)


def _of_children() -> float:
    """CPU seconds of the processes that this one has waited for."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
