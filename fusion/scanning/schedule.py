"""When a repository is to be scanned. Pure: the clock is passed in.

A schedule is cron's five fields in UTC. Its occurrences are slots; a repository's turn comes some minutes after each, by a hash
of its name. A slot is scanned once, and of those that went by while nobody looked only the last one: a clock that jumps back
scans nothing twice, one that jumps ahead scans once.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta

from fusion.errors import UserError
from fusion.events import message
from fusion.model import Record
from fusion.model.event import ScansDue
from fusion.policy.rules import Scans
from fusion.ports import Message

NEVER = "never"
EVERY = timedelta(hours=1)
"""How often a host looks for what is due."""
OFFSET = timedelta(minutes=15)
"""So long after the full hour it looks: what is due at the hour has had its minutes by then."""
SPREAD = 14
"""Minutes over which repositories of one slot are spread."""
_MINUTE = timedelta(minutes=1)


class Due(Record):
    """What is remembered of a repository's schedule."""

    schedule: str = Scans().schedule
    """As its policy said when it was last read."""
    begun: datetime | None = None
    """When a scan was last begun: slots up to then are done with, whatever the schedule was."""
    run: str = ""
    """Which scan that was."""


def tick(now: datetime) -> Message:
    """The message that has a host look for what is due. Its id is the hour's: of all hosts' timers the queue keeps one."""
    every = EVERY.total_seconds()
    slot = datetime.fromtimestamp((now - OFFSET).timestamp() // every * every, UTC)
    return message(ScansDue(delivery=f"scans-{slot:%Y%m%dT%H%MZ}"))


def until_tick(now: datetime) -> float:
    """Seconds until a host looks again."""
    every = EVERY.total_seconds()
    return every - (now - OFFSET).timestamp() % every


def checked(schedule: str) -> str:
    """The schedule itself. Raises UserError: it is none."""
    if schedule != NEVER and (len(schedule.split()) != 5 or _last(schedule, datetime(2026, 1, 1, tzinfo=UTC)) is None):
        raise UserError(f"{schedule[:100]!r} is no schedule: give cron's five fields, such as `0 3 * * 1`, or `never`.")
    return schedule


def jitter(repository: str) -> timedelta:
    """The repository's share of the spread: at least a minute, the same each time."""
    digest = hashlib.sha256(repository.lower().encode("utf-8", "surrogatepass")).digest()
    return timedelta(minutes=1 + int.from_bytes(digest[:4]) % SPREAD)


def next_turn(schedule: str, repository: str, *, after: datetime) -> datetime | None:
    """When the repository's turn comes next; None: never."""
    if schedule == NEVER:
        return None
    later = _ticks(schedule, after - jitter(repository), back=False)
    return later + jitter(repository) if later is not None else None


def due_slot(known: Due | None, *, repository: str, now: datetime) -> datetime | None:
    """The slot that is to be scanned now; None: nothing is due. A repository that nobody knows yet is due at once.

    A scan of the far future was begun by a clock that was wrong: whoever waited for that would not scan for as long.
    """
    known = known or Due()
    if known.schedule == NEVER or (slot := _last(known.schedule, now - jitter(repository))) is None:
        return None
    if known.begun is None or slot > known.begun:
        return slot
    following = _ticks(known.schedule, now, back=False)
    between = (following - slot) if following is not None else EVERY
    return slot if known.begun > now + between + timedelta(days=1) else None


def _last(schedule: str, at: datetime) -> datetime | None:
    """The last slot at that time or before."""
    return _ticks(schedule, at.replace(second=0, microsecond=0) + _MINUTE, back=True)


def _ticks(schedule: str, at: datetime, *, back: bool) -> datetime | None:
    """The first slot after that time, or with `back` before it; None: the schedule has none, or is none."""
    from cronsim import CronSim, CronSimError

    try:
        return next(CronSim(schedule, at.astimezone(UTC), reverse=back), None)
    except CronSimError:
        return None
