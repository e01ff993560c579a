"""Whole JavaScript and TypeScript programs in twins: one is weak, the other is how it is done right, and little else differs.

Each program is a folder with all its files, of services in the common frameworks and of pages. The labels say of which weakness
a twin is about and which of the two has it; other findings in them do not matter here.
"""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from fusion.dataflow.knowledge.schema import Kind
from fusion.dataflow.repository.project import Project
from fusion.dataflow.solver.analysis import analyse

SAMPLES = Path(__file__).parents[1] / "samples" / "dataflow-fresh"
PROGRAMS = SAMPLES / "javascript"


def rows() -> list[dict[str, str]]:
    with (SAMPLES / "javascript.labels.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def labelled() -> list[object]:
    return [pytest.param(row["program"], Kind(row["kind"]), row["vulnerable"] == "true", id=row["program"]) for row in rows()]


@pytest.mark.parametrize(("program", "kind", "vulnerable"), labelled())
def test_only_the_weak_twin_is_flagged(program: str, kind: Kind, vulnerable: bool) -> None:
    root = PROGRAMS / program
    files = [path.relative_to(root).as_posix() for path in sorted(root.rglob("*")) if path.is_file()]

    def source(path: str) -> bytes | None:
        file = root / path
        return file.read_bytes() if file.is_file() else None

    analysis = analyse(Project(source, files), files)
    assert not analysis.unread
    assert any(flow.kind is kind for flow in analysis.flows) == vulnerable


def test_every_program_is_labelled_and_has_a_twin() -> None:
    names = sorted(path.name for path in PROGRAMS.iterdir())
    assert sorted(row["program"] for row in rows()) == names
    assert {name.removesuffix("-bad") for name in names if name.endswith("-bad")} == {
        name.removesuffix("-safe") for name in names if name.endswith("-safe")
    }
