"""How it went over many scans: each whole scan once, the oldest first, and nothing that looks better than it is."""

from __future__ import annotations

from datetime import timedelta

from fusion.model import Severity
from fusion.scanning.series import POINTS, Point, Series, account_point, in_words, point, rows
from tests.fakes.scans import NOW, deviation, failed, idle, organisation, passed, scan, unread


def week(number: int, **counts: int) -> Point:
    return Point(scan=f"scan-{number}", at=NOW + timedelta(weeks=number), **counts)


def test_a_scan_is_counted() -> None:
    open, accepted = deviation("f1"), deviation("f2", severity=Severity.LOW, accepted="x-1")
    found = point(
        scan(
            results=(
                failed("a", open, accepted, deviation("f3", severity=Severity.LOW)),
                failed("b", accepted),
                passed("c"),
                unread("d"),
                idle("e"),
            )
        )
    )

    assert (found.failed, found.accepted, found.passed, found.not_assessed, found.not_applicable) == (1, 1, 1, 1, 1)
    assert found.open == {Severity.HIGH: 1, Severity.LOW: 1}


def test_a_scan_is_in_its_series_once_and_in_its_place() -> None:
    once = Series().having(week(2, failed=3)).having(week(1, failed=5))

    assert [one.scan for one in once.points] == ["scan-1", "scan-2"]
    assert once.having(week(2, failed=3)) == once
    assert [one.failed for one in once.having(week(2, failed=4)).points] == [5, 4]
    assert Series.model_validate_json(once.model_dump_json(exclude_defaults=True)) == once


def test_a_series_is_bounded_and_forgets_the_oldest() -> None:
    series = Series()
    for number in range(POINTS + 3):
        series = series.having(week(number))

    assert [series.points[0].scan, series.points[-1].scan] == ["scan-3", f"scan-{POINTS + 2}"]
    assert series.having(week(0)) == series


def test_a_report_shows_the_series_up_to_its_own_scan() -> None:
    series = Series(points=(week(1), week(2), week(3)))

    assert series.up_to("scan-2") == (week(1), week(2))
    assert series.up_to("a scan of some checks") == ()


def test_a_line_names_what_was_not_read_beside_what_failed() -> None:
    assert in_words([week(1, failed=14), week(2, failed=11), week(3, failed=9)]) == (
        "failed 14 → 11 → 9 over 3 scans since 2026-11-27"
    )
    assert in_words([week(1, failed=2), week(2, not_assessed=9)]).startswith("failed 2 → 0, not assessed 0 → 9 over")
    assert in_words([week(n, failed=n) for n in range(20)]).startswith("failed 0 → … → 15 → 16 → 17 → 18 → 19 over 20 scans")
    assert in_words([week(1)]) == ""


def test_an_account_says_how_many_repositories_nobody_could_scan() -> None:
    report = organisation(12)
    found = account_point(report)
    known = [one for one in report.repositories if one.status == "scanned"]

    assert (found.repositories, found.unscanned) == (16, 16 - len(known))
    assert found.unscanned
    assert found.failed == sum(one.failed for one in known)
    assert [name for name, _ in rows([found, week(1)])] == ["Hold", "Failed", "Accepted", "Not assessed", "Not scanned"]
