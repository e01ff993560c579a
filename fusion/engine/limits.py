"""How much the engine takes on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bounds that keep memory, disk and time finite.

    max_activities: activities that run at once; the others wait.
    activity_timeout: seconds an activity may take unless it was registered with its own; None: no limit.
    max_attempts: ends of the process at which an activity that ran each time is no more started, but fails. From the second on
        such activities run one at a time, so that one that kills the process is found out and its neighbours are spared.
    max_instances: unfinished instances at which a start is refused with EngineFull (sub-orchestrations are not refused).
    max_inbox: unread events of one instance at which a further one is refused with EngineFull.
    max_history: events of one execution at which it fails; long runs continue as new.
    max_payload: characters of JSON of one input, event or result; larger things are passed by reference.
    sticky_after: events of history from which a generator is kept suspended instead of replayed; None: always replay.
    cache_bytes: history bytes kept in memory; beyond it, the least recently used are read back when needed.
    max_pages: pages (4 KiB each) that the journal may have; None: as many as the disk holds.
    retention: age at which finished instances are removed; None: they are kept until purged.
    drain: seconds that running activities get to end when the engine is closed.
    """

    max_activities: int = 32
    activity_timeout: float | None = 3_600.0
    max_attempts: int = 5
    max_instances: int = 10_000
    max_inbox: int = 10_000
    max_history: int = 100_000
    max_payload: int = 4 * 1024 * 1024
    sticky_after: int | None = 8
    cache_bytes: int = 32 * 1024 * 1024
    max_pages: int | None = None
    retention: timedelta | None = None
    drain: float = 5.0
