"""Our own analysis over labelled files."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Sequence
from functools import partial
from pathlib import Path

from fusion.dataflow.knowledge.schema import Kind
from fusion.dataflow.repository.project import Bounds, Project
from fusion.dataflow.results import Analysis
from fusion.evaluation.score import Verdicts

NAME = "dataflow"
BOUNDS = Bounds(lines=50_000_000, imports=100_000, seconds=14_400)
"""A corpus is many small programs: only the bounds of one file stay."""


def reader(folder: Path) -> Callable[[str], bytes | None]:
    """Reads files below the folder; None for one that cannot be read."""

    def read(path: str) -> bytes | None:
        try:
            return (folder / path).read_bytes()
        except OSError:
            return None

    return read


def run(
    folder: Path,
    paths: Collection[str],
    targets: Sequence[str],
    *,
    knowledge: Sequence[Path] = (),
    analyse: Callable[[Project, Sequence[str]], Analysis] | None = None,
) -> Verdicts:
    """What the analysis says about the targets; they may import other files of `paths`. `knowledge`: files beside ours.

    A flow counts where its sink is; where that is a file that is no target (an imported helper), in the targets on its way.
    """
    if analyse is None:
        from fusion.dataflow.solver.analysis import analyse as solve

        analyse = partial(solve, knowledge=knowledge)
    wall, cpu = time.perf_counter(), time.process_time()
    result = analyse(Project(reader(folder), paths, limits=BOUNDS), targets)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    targeted = frozenset(targets)
    flagged: dict[str, set[Kind]] = {}
    for flow in result.flows:
        ends = flow.sink.path
        for path in [ends] if ends in targeted else {place.path for place in flow.trace}:
            flagged.setdefault(path, set()).add(flow.kind)
    unread = dict(result.unread)
    seen = set(result.read)
    for path in targets:
        if path not in seen:
            unread.setdefault(path, "it was not analysed")
    return Verdicts(tool=NAME, flagged=flagged, unread=unread, lines=result.lines, wall=wall, cpu=cpu)
