"""A campaign: kill the engine's process at random moments until enough kills are counted, and check what came of it."""

from __future__ import annotations

import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fusion.engine.wire import kind_of, pb
from tests.soak import workload

LONGEST_GENERATION = 90.0
"""Seconds after which a generation that was not killed counts as hung."""
_KILLS_PER_ROUND = 12
"""Kills before a round is left to finish: without an end, a round could be killed for ever."""


@dataclass(slots=True)
class Report:
    """What a campaign did and found."""

    rounds: int = 0
    kills: int = 0
    runs: int = 0
    effects: int = 0
    repeated: int = 0
    seconds: float = 0.0
    problems: list[str] = field(default_factory=list)


def campaign(folder: Path, *, kills: int, seed: int, progress: Callable[[Report], Any] = lambda _: None) -> Report:
    """Rounds of kills, each on a journal of its own, until `kills` have happened. The seed fixes modes and moments."""
    dice = random.Random(seed)
    report = Report()
    began = time.monotonic()
    while report.kills < kills and not report.problems:
        place = folder / f"round-{report.rounds}"
        place.mkdir(parents=True)
        report.rounds += 1
        _round(place, dice, report, min(_KILLS_PER_ROUND, kills - report.kills), progress)
        progress(report)
    report.seconds = time.monotonic() - began
    return report


def _round(folder: Path, dice: random.Random, report: Report, limit: int, progress: Callable[[Report], Any]) -> None:
    journal = folder / "journal.db"
    killed = 0
    while True:
        arguments = [str(journal), str(killed), str(dice.randrange(1 << 30))]
        command = [sys.executable, "-m", "tests.soak.workload", *arguments]
        child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        assert child.stdout is not None
        try:
            if killed < limit:
                # Count from the moment the journal is open, so that kills land in work; some land in the opening itself.
                if dice.random() < 0.9:
                    child.stdout.readline()
                out, err = child.communicate(timeout=dice.random() ** 2 * 0.6)
            else:
                out, err = child.communicate(timeout=LONGEST_GENERATION)
            break
        except subprocess.TimeoutExpired:
            child.send_signal(signal.SIGKILL)
            child.communicate()
            if killed >= limit:
                report.problems.append(f"{folder.name}: a generation hung")
                return
            killed += 1
            report.kills += 1
            progress(report)
    if child.returncode != 0 or "finished" not in out:
        report.problems.append(f"{folder.name}: exit {child.returncode}: {out.strip()[-500:]} {err.strip()[-1500:]}")
        return
    _check_effects(folder, report)
    _check_journal(journal, report)


def _check_effects(folder: Path, report: Report) -> None:
    """Every step has one key over all generations, and ran at most once in each."""
    done = workload.effects(folder)
    keys_of_step: dict[str, set[str]] = {}
    within: Counter[tuple[int, str]] = Counter()
    for effect in done:
        keys_of_step.setdefault(effect["step"], set()).add(effect["key"])
        within[effect["generation"], effect["key"]] += 1
    report.effects += len(keys_of_step)
    report.repeated += len(done) - len(keys_of_step)
    expected = {f"review-{n}/total" for n in range(workload.RUNS)}
    expected |= {f"review-{n}/score-{k}" for n in range(workload.RUNS) for k in range(workload.fan(n))}
    expected |= {f"family-{n}:{c}/total" for n in range(workload.RUNS) for c in range(2)}
    expected |= {f"countdown-{n}/round-{k}" for n in range(workload.RUNS) for k in range(5)}
    missing = expected - keys_of_step.keys()
    doubled = [step for step, keys in keys_of_step.items() if len(keys) > 1]
    repeated = [key for key, count in within.items() if count > 1]
    for what, which in (
        ("steps without effect", missing),
        ("steps under two keys", doubled),
        ("keys twice in one process", repeated),
    ):
        if which:
            report.problems.append(f"{folder.name}: {len(which)} {what}, such as {next(iter(which))}")


def _check_journal(journal: Path, report: Report) -> None:
    """The database is sound, nothing is left over, and no step completed twice in a history."""
    db = sqlite3.connect(journal)
    (sound,) = db.execute("PRAGMA integrity_check").fetchone()
    (left,) = db.execute(
        "SELECT (SELECT count(*) FROM inbox WHERE execution NOT IN (SELECT execution FROM instance WHERE id LIKE 'extra-%'))"
        " + (SELECT count(*) FROM history WHERE execution NOT IN (SELECT execution FROM instance))"
    ).fetchone()
    executions = [execution for (execution,) in db.execute("SELECT execution FROM instance")]
    report.runs += len(executions)
    twice = 0
    for execution in executions:
        seen: Counter[int] = Counter()
        for (chunk,) in db.execute("SELECT chunk FROM history WHERE execution = ?", (execution,)):
            for event in pb.HistoryChunk.FromString(chunk).events:
                if kind_of(event) == "taskCompleted":
                    seen[event.taskCompleted.taskScheduledId] += 1
        twice += sum(count > 1 for count in seen.values())
    db.close()
    if sound != "ok" or left or twice:
        report.problems.append(
            f"{journal.parent.name}: integrity {sound}, {left} rows left over, {twice} steps completed twice"
        )
