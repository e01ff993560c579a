"""What became of it: every pull request's conversation and checks on the fake, and what the bot's own files say."""

from __future__ import annotations

import json
import re
import sqlite3
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.load.remote import RemoteGitHub

_MARK = re.compile(r"<!-- fusion:v1 (\w+) (\S+) [0-9a-z]+ -->")


@dataclass(kw_only=True)
class Found:
    """Counts over all pull requests, and in words whatever is wrong."""

    pulls: int = 0
    reviews: int = 0
    threads: int = 0
    summaries: int = 0
    checks: int = 0
    heads_reviewed: int = 0
    conclusions: Counter[str] = field(default_factory=Counter)
    problems: list[str] = field(default_factory=list)


def audit(github: RemoteGitHub, home: Path, places: Sequence[tuple[str, int]]) -> Found:
    """Each pull request's head is reviewed, no head twice; every check ended; nothing is said twice; nothing is left over."""
    found = Found(pulls=len(places))
    reviewed = _reviewed(home)
    found.heads_reviewed = len(reviewed)
    found.problems += [f"{head} of {place} was reviewed {n} times" for (place, head), n in reviewed.items() if n > 1]
    for name, number in places:
        _pull(github, name, number, reviewed, found)
    found.problems += _left(home)
    return found


def _pull(github: RemoteGitHub, name: str, number: int, reviewed: Counter[tuple[str, str]], found: Found) -> None:
    place = f"{name}#{number}"
    head = github.get(f"/repos/{name}/pulls/{number}")["head"]["sha"]
    if not reviewed[place, head]:
        found.problems.append(f"{place}: its head {head} was not reviewed")
    reviews = [one for one in github.all(f"/repos/{name}/pulls/{number}/reviews") if _ours(one)]
    threads = [one for one in github.all(f"/repos/{name}/pulls/{number}/comments") if _ours(one)]
    said = [one for one in github.all(f"/repos/{name}/issues/{number}/comments") if _ours(one)]
    marks = Counter(mark for one in (*reviews, *threads, *said) for mark in _MARK.findall(one["body"]))
    found.problems += [f"{place}: the marker {mark} is there {n} times" for mark, n in marks.items() if n > 1]
    summaries = sum(count for (kind, _), count in marks.items() if kind == "summary")
    if summaries != 1:
        found.problems.append(f"{place}: {summaries} summaries")
    if len(said) != summaries:
        found.problems.append(f"{place}: {len(said)} comments beside its summary")
    lines = Counter((one["path"], one["line"], one["body"].splitlines()[0]) for one in threads if one["line"] is not None)
    found.problems += [f"{place}: {what} is said {n} times" for what, n in lines.items() if n > 1]
    at = Counter(one["commit_id"] for one in reviews)
    found.problems += [f"{place}: {n} reviews at {sha}" for sha, n in at.items() if n > 1]
    found.reviews += len(reviews)
    found.threads += len(threads)
    found.summaries += summaries
    commits = {one["sha"] for one in github.all(f"/repos/{name}/pulls/{number}/commits")}
    for sha in commits | {head}:
        checks = github.all(f"/repos/{name}/commits/{sha}/check-runs?filter=all")
        found.checks += len(checks)
        found.conclusions.update(str(check["conclusion"]) for check in checks)
        if len(checks) > 1 or (sha == head and not checks):
            found.problems.append(f"{place}: {len(checks)} check runs at {sha}")
        found.problems += [f"{place}: the check at {sha} is {c['status']}" for c in checks if c["status"] != "completed"]
        if sha == head:
            bad = [c for c in checks if c["conclusion"] not in ("success", "failure")]
            found.problems += [f"{place}: the check at its head ended as {c['conclusion']}: {c['output']}" for c in bad]


def _ours(one: dict[str, dict[str, str]]) -> bool:
    return one["user"]["login"] == "fusion[bot]"


def _reviewed(home: Path) -> Counter[tuple[str, str]]:
    """How many reviews were recorded, by pull request and head."""
    with sqlite3.connect(home / "state.db") as db:
        rows = [json.loads(value) for (value,) in db.execute("SELECT value FROM records WHERE kind = 'run'")]
    db.close()
    done = [row["request"] for row in rows if row["status"] == "reviewed"]
    return Counter((f"{one['repository']}#{one['number']}", one["head"]) for one in done)


def _left(home: Path) -> list[str]:
    """What the queue and the journal still hold, and whether they are sound."""
    problems = []
    with sqlite3.connect(home / "queue.db") as db:
        for table in ("messages", "dead"):
            (count,) = db.execute(f"SELECT count(*) FROM {table}").fetchone()
            if count:
                problems.append(f"{count} rows in the queue's {table}")
    db.close()
    with sqlite3.connect(home / "bot.db") as journal:
        rows = journal.execute("SELECT name, status, count(*) FROM instance GROUP BY name, status").fetchall()
        (sound,) = journal.execute("PRAGMA integrity_check").fetchone()
    journal.close()
    problems += [
        f"{n} orchestrations {name} are {status}" for name, status, n in rows if status not in ("completed", "terminated")
    ]
    if sound != "ok":
        problems.append(f"the journal is damaged: {sound}")
    return problems
