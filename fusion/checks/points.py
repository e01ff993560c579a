"""Points: what a check wants, one by one, and the result that follows from how each of them stands.

A point holds, does not hold, or nobody knows. One that does not hold fails the check; where none does that, one that nobody
knows leaves it unassessed; only where every point is known to hold has the check passed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from fusion.check import About
from fusion.checks.results import deviation, failed, not_assessed, passed
from fusion.model import Severity
from fusion.model.compliance import CheckResult

TOLD = 3
"""So many sentences at most make a reason; deviations are told one by one beside it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One thing that a check wants."""

    key: str
    """Stable name of it within the check: the rule's, a login, a key's title."""
    holds: bool | None
    """None: not told."""
    otherwise: str
    """The deviation where it does not hold, a sentence."""
    unknown: str = ""
    """What to say where it is not told, a sentence; may stay empty where it always is."""
    permission: str | None = None
    """What would tell it; empty: no permission would. None: the check's own."""
    severity: Severity | None = None
    """Of the deviation; None: the check's own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """How the points stand."""

    points: Sequence[Point]
    holds: str
    """The reason where all of them hold, a sentence."""
    share: str = ""
    """A sentence instead of the deviations' titles where there are some: `7 of 30 changes came in without an approval.`"""
    as_of: datetime | None = None
    """When the oldest of what it stands on was known to be so, where it was not read with the settings; with its zone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moot:
    """There is nothing here that the check is about."""

    why: str


def conclude(about: About, judged: Judged, *, read: Iterable[str], as_of: datetime | None) -> CheckResult:
    """The result that follows from the points."""
    against = [one for one in judged.points if one.holds is False]
    dark = [one for one in judged.points if one.holds is None]
    lacked = ", ".join(about.permission if one.permission is None else one.permission for one in dark).split(", ")
    permission = ", ".join(dict.fromkeys(one for one in lacked if one))
    missing = _told([one.unknown or f"It was not told: {one.key}." for one in dark]) + (
        f" Grant {permission}." if permission else ""
    )
    if against:
        deviations = [deviation(about, one.otherwise, key=one.key, severity=one.severity) for one in against]
        reason = judged.share or _told([one.otherwise for one in against])
        reason = f"{reason} Beside that: {missing}" if dark else reason
        return failed(about, reason, deviations, permission=permission, read=read, as_of=as_of)
    if dark:
        return not_assessed(about, missing, permission=permission, read=read, as_of=as_of)
    return passed(about, judged.holds, read=read, as_of=as_of)


def _told(sentences: Sequence[str]) -> str:
    different = list(dict.fromkeys(sentences))
    more = len(different) - TOLD
    return " ".join([*different[:TOLD], *([f"And {more} more."] if more > 0 else [])])
