"""Whole Python programs in twins: one is weak, the other is how it is done right, and hardly anything else differs.

They are views of small intranet applications and of test suites for scanners, which share a package beside them. The labels say
of which weakness a twin is about and which of the two has it; other findings in them do not matter here.
"""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from fusion.dataflow.knowledge.schema import Kind
from fusion.dataflow.repository.project import Project
from fusion.dataflow.solver.analysis import analyse

SAMPLES = Path(__file__).parents[1] / "samples" / "dataflow-fresh"
PROGRAMS = SAMPLES / "python"


def labelled() -> list[object]:
    with (SAMPLES / "python.labels.csv").open(encoding="utf-8", newline="") as file:
        return [
            pytest.param(row["file"], Kind(row["kind"]), row["vulnerable"] == "true", id=row["file"].removesuffix(".py"))
            for row in csv.DictReader(file)
        ]


def source(path: str) -> bytes | None:
    file = PROGRAMS / path
    return file.read_bytes() if file.is_file() else None


FILES = [path.relative_to(PROGRAMS).as_posix() for path in sorted(PROGRAMS.rglob("*.py"))]


@pytest.mark.parametrize(("path", "kind", "vulnerable"), labelled())
def test_only_the_weak_twin_is_flagged(path: str, kind: Kind, vulnerable: bool) -> None:
    analysis = analyse(Project(source, FILES), [path])
    assert not analysis.unread
    assert any(flow.kind is kind for flow in analysis.flows) == vulnerable


def test_every_program_is_labelled() -> None:
    with (SAMPLES / "python.labels.csv").open(encoding="utf-8", newline="") as file:
        assert sorted(row["file"] for row in csv.DictReader(file)) == [path for path in FILES if "/" not in path]
