"""How it went over many scans: a short row of counted ones, for each repository and each account. Pure.

Only whole scans are in it: one of some checks, or of a tree that was not listed to its end, would look like an improvement.
Beside what failed each point says what could not be assessed or scanned, for the same reason.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from pydantic import Field

from fusion.model import SCHEMA_VERSION, Record, Severity
from fusion.model.compliance import OrganisationScan, Scan, Status

POINTS = 52
"""Scans that are kept: a year of weekly ones."""
_SHOWN = 6
"""Numbers in a line of text."""


class Point(Record):
    """One scan in a row of them, counted."""

    scan: str
    at: datetime
    commit: str = ""
    """Of an account: none."""
    passed: int = 0
    failed: int = 0
    """Without those of which every deviation is accepted."""
    accepted: int = 0
    not_assessed: int = 0
    not_applicable: int = 0
    open: dict[Severity, int] = Field(default_factory=dict)
    """Deviations that nobody accepted, by severity; a severity without any is left out."""
    repositories: int = 1
    unscanned: int = 0
    """Repositories whose checks say nothing: archived, empty, gone, not permitted, failed, still waiting."""


class Series(Record):
    """The newest whole scans, oldest first."""

    schema_version: int = SCHEMA_VERSION
    points: tuple[Point, ...] = ()

    def having(self, point: Point) -> Series:
        """The series with that scan in it, once however often it is recorded, and with the newest `POINTS` only."""
        others = [one for one in self.points if one.scan != point.scan]
        ordered = sorted([*others, point], key=lambda one: (one.at, one.scan))
        return self.model_copy(update={"points": tuple(ordered[-POINTS:])})

    def up_to(self, scan: str) -> tuple[Point, ...]:
        """That scan and those before it; nothing where it is not in the series: it was not whole."""
        place = next((number for number, one in enumerate(self.points) if one.scan == scan), -1)
        return self.points[: place + 1]


def point(scan: Scan) -> Point:
    """A repository's scan, counted."""
    counts = {status: sum(one.status is status for one in scan.results) for status in Status}
    accepted = sum(one.is_accepted for one in scan.results)
    open = open_deviations(scan)
    return Point(
        scan=scan.id,
        at=scan.at,
        commit=scan.commit,
        passed=counts[Status.PASSED],
        failed=counts[Status.FAILED] - accepted,
        accepted=accepted,
        not_assessed=counts[Status.NOT_ASSESSED],
        not_applicable=counts[Status.NOT_APPLICABLE],
        open=open,
    )


def open_deviations(scan: Scan) -> dict[Severity, int]:
    """How many deviations nobody accepted, by severity; a severity without any is left out."""
    found = [item.severity for one in scan.results for item in one.deviations if not item.accepted]
    return {severity: found.count(severity) for severity in Severity if severity in found}


def account_point(report: OrganisationScan) -> Point:
    """An account's scan, counted over the repositories whose checks say something."""
    known = [one for one in report.repositories if one.status == "scanned"]
    return Point(
        scan=report.id,
        at=report.at,
        passed=sum(one.passed for one in known),
        failed=sum(one.failed for one in known),
        accepted=sum(one.accepted for one in known),
        not_assessed=sum(one.not_assessed for one in known),
        open={severity: number for severity in Severity if (number := sum(one.open.get(severity, 0) for one in known))},
        repositories=len(report.repositories),
        unscanned=len(report.repositories) - len(known),
    )


def in_words(points: Sequence[Point]) -> str:
    """`failed 14 → 11 → 9, not assessed 2 → 2 → 0 over 3 scans since 2026-10-05`; empty for fewer than two scans."""
    if len(points) < 2:
        return ""
    rows = [("failed", [one.failed for one in points])]
    rows += [
        (word, numbers)
        for word, numbers in (
            ("not assessed", [one.not_assessed for one in points]),
            ("not scanned", [one.unscanned for one in points]),
        )
        if any(numbers)
    ]
    said = ", ".join(f"{word} {_row(numbers)}" for word, numbers in rows)
    return f"{said} over {len(points)} scans since {points[0].at:%Y-%m-%d}"


def _row(numbers: Sequence[int]) -> str:
    """The first one and the newest ones."""
    written = [f"{number:,}" for number in numbers]
    if len(written) > _SHOWN:
        written = [written[0], "…", *written[-_SHOWN + 1 :]]
    return " → ".join(written)


def rows(points: Iterable[Point]) -> list[tuple[str, Sequence[int]]]:
    """What a table of the series shows: for each column its name and its numbers; columns without a number are left out."""
    points = list(points)
    columns: list[tuple[str, Sequence[int]]] = [
        ("Hold", [one.passed for one in points]),
        ("Failed", [one.failed for one in points]),
        ("Accepted", [one.accepted for one in points]),
        ("Not assessed", [one.not_assessed for one in points]),
    ]
    more: list[tuple[str, Sequence[int]]] = [
        ("Not scanned", [one.unscanned for one in points]),
        *((f"Open, {severity.value}", [one.open.get(severity, 0) for one in points]) for severity in Severity),
    ]
    return columns + [column for column in more if any(column[1])]
