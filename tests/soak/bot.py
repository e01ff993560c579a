"""The bot's campaigns: a life cut at every request, and load with kills and pushes. Each tells its problems and a sentence."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.load.campaign import Report, campaign
from tests.load.lives import killed, life, shop

Told = tuple[list[str], str]


def lives(folder: Path, *, progress: Callable[[int], Any] = lambda _: None) -> Told:
    """Kill `fusion serve` at each request of a pull request's life, before and after the deed, until a life has no more."""
    problems: list[str] = []
    n = cuts = 0
    with shop(folder) as (github, bot):
        undisturbed = life(github, bot)
        more = True
        while more:
            more = False
            for after in (False, True):
                came, ended = killed(github, bot, n, after=after)
                if ended != undisturbed:
                    problems.append(f"killed {'after' if after else 'before'} request {n}:\n{ended}")
                more, cuts = more or came, cuts + came
                progress(cuts)
            n += 1
        stopped = bot.stop()
    if stopped:
        problems.append(f"it ended with {stopped}")
    return problems, f"A pull request's life was cut at {cuts} boundaries, and ended the same each time."


def load(folder: Path, *, kills: int, pushes: int, seed: int) -> Told:
    """2,000 deliveries at 200 a second over 100 pull requests."""
    report = campaign(folder, kills=kills, pushes=pushes, seed=seed)
    return report.found.problems, _said(report)


def _said(report: Report) -> str:
    answers, found = report.answers, report.found
    return (
        f"{sum(answers.statuses.values()):,} deliveries on {found.pulls} pull requests with {report.kills} kills and "
        f"{report.pushes} pushes: {found.heads_reviewed} heads reviewed once each, {found.checks} checks ended, nothing said "
        f"twice; acknowledged within {answers.at(0.5):.0f} ms (p50) and {answers.at(0.99):.0f} ms (p99), settled after "
        f"{report.settled:.0f} s, {report.memory} MiB at most."
    )
