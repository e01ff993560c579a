"""`fusion serve` killed between any two requests of a pull request's life, and under load: nothing is lost, nothing doubled."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.load.campaign import campaign
from tests.load.lives import killed, life, shop

CUTS = ((0, False), (9, True), (18, True), (19, True))
"""Some boundaries: the first request, reading, and around writes. `make soak` takes them all."""


@pytest.mark.slow
def test_a_life_ends_the_same_wherever_it_was_cut(tmp_path: Path) -> None:
    with shop(tmp_path) as (github, bot):
        undisturbed = life(github, bot)
        assert "debugger stop" in undisturbed
        assert "check Fusion at ~: success" in undisturbed
        for n, after in CUTS:
            _, ended = killed(github, bot, n, after=after)
            assert ended == undisturbed, (n, after)


@pytest.mark.slow
@pytest.mark.parametrize(("kills", "pushes"), [(2, 0), (0, 3)])
def test_kills_and_pushes_under_load(tmp_path: Path, kills: int, pushes: int) -> None:
    report = campaign(tmp_path, pulls=6, count=60, rate=40, kills=kills, pushes=pushes, seed=5)
    assert report.found.problems == []
    assert (report.kills, report.pushes) == (kills, pushes)
    assert set(report.answers.statuses) == {202}
    assert report.found.heads_reviewed >= 6
