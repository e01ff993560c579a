"""Whole programs about settings, predictable numbers, sessions and prototypes: what is marked is found, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fakes.dataflow import marked

PROGRAMS = Path(__file__).parents[1] / "samples" / "dataflow-constants"


@pytest.mark.parametrize("path", sorted(PROGRAMS.iterdir()), ids=lambda path: path.name)
def test_a_program_shows_what_its_comments_say(path: Path) -> None:
    marked(path.read_text("utf-8"), path.name)
