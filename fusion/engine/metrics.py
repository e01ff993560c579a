"""Counters of one engine since it was opened."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True, kw_only=True)
class Metrics:
    """Counts grow; `live` and what follows it are gauges. Seconds are wall time."""

    started: int = 0
    recovered: int = 0
    completed: int = 0
    failed: int = 0
    terminated: int = 0
    continued: int = 0
    purged: int = 0
    episodes: int = 0
    replayed_events: int = 0
    activities: int = 0
    activities_failed: int = 0
    timers_fired: int = 0
    commits: int = 0
    statements: int = 0
    commit_seconds: float = 0.0
    commit_max_seconds: float = 0.0
    refused: int = 0
    live: int = 0
    waiting: int = 0
    running: int = 0
    timers: int = 0
    sessions: int = 0
    session_bytes: int = 0
