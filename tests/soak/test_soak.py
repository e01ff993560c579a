"""A slice of the soak: `make soak` runs a hundred kills, this a few."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.soak.campaign import campaign


@pytest.mark.slow
def test_a_few_kills(tmp_path: Path) -> None:
    report = campaign(tmp_path, kills=6, seed=7)
    assert report.problems == []
    assert report.kills == 6
    assert report.runs > 0
