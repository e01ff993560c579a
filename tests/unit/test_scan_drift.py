"""What changed between scans: fixed is only what was looked at, and what comes back is known again."""

from __future__ import annotations

from datetime import timedelta

import pytest

from fusion.model import Severity
from fusion.model.compliance import CheckResult, Drift, Scan
from fusion.scanning.drift import MEMORY, drift, trend
from tests.fakes.scans import NOW, deviation, failed, idle, passed, scan, unread

OPEN = deviation("f1")
ACCEPTED = deviation("f1", accepted="exception-1")


def before(*results: CheckResult, **of_drift: object) -> Scan:
    return scan(id="scan-1", results=results, drift=Drift.model_validate(of_drift))


@pytest.mark.parametrize(
    ("then", "now", "expected"),
    [
        pytest.param(passed("c"), failed("c", OPEN), {"new": ("c f1",)}, id="new"),
        pytest.param(failed("c", OPEN), failed("c", OPEN), {}, id="still here"),
        pytest.param(failed("c", OPEN), passed("c"), {"fixed": ("c f1",), "mended": ("c f1",)}, id="fixed"),
        pytest.param(failed("c", OPEN), idle("c"), {"fixed": ("c f1",), "mended": ("c f1",)}, id="what it was about is gone"),
        pytest.param(failed("c", OPEN), unread("c"), {"lost": ("c",), "unseen": ("c f1",)}, id="lost is not fixed"),
        pytest.param(passed("c"), unread("c"), {"lost": ("c",)}, id="lost without a deviation"),
        pytest.param(failed("c", OPEN), passed("d"), {"lost": ("c",), "unseen": ("c f1",)}, id="its check gave no result"),
        pytest.param(unread("c"), unread("c"), {}, id="lost before"),
        pytest.param(
            failed("c", OPEN),
            failed("c", deviation("f2"), permission="administration: read"),
            {"new": ("c f2",), "unseen": ("c f1",)},
            id="seen in part only",
        ),
        pytest.param(failed("c", OPEN), failed("c", ACCEPTED), {"accepted": ("c f1",)}, id="accepted since"),
        pytest.param(failed("c", ACCEPTED), failed("c", ACCEPTED), {}, id="still accepted"),
        pytest.param(passed("c"), failed("c", ACCEPTED), {"accepted": ("c f1",)}, id="new and accepted"),
        pytest.param(failed("c", ACCEPTED), failed("c", OPEN), {"lapsed": ("c f1",)}, id="lapsed"),
        pytest.param(failed("c", ACCEPTED), passed("c"), {"fixed": ("c f1",), "mended": ("c f1",)}, id="accepted, then fixed"),
    ],
)
def test_from_one_scan_to_the_next(then: CheckResult, now: CheckResult, expected: dict[str, tuple[str, ...]]) -> None:
    assert drift(before(then), [now]) == Drift.model_validate({"against": "scan-1", **expected})


def test_the_first_scan_has_nothing_to_compare_with() -> None:
    assert drift(None, [failed("c", OPEN)]) == Drift()


def test_what_comes_back_is_a_regression_however_late() -> None:
    first = before(failed("c", OPEN))
    second = scan(id="scan-2", results=(passed("c"),), drift=drift(first, [passed("c")]))
    third = scan(id="scan-3", results=(passed("c"),), drift=drift(second, [passed("c")]))
    last = drift(third, [failed("c", OPEN)])

    assert (last.regressed, last.new, last.mended) == (("c f1",), (), ())


@pytest.mark.parametrize(
    ("seen", "expected"),
    [(failed("c", OPEN), {}), (passed("c"), {"fixed": ("c f1",), "mended": ("c f1",)})],
)
def test_what_could_not_be_looked_at_is_kept_in_mind(seen: CheckResult, expected: dict[str, tuple[str, ...]]) -> None:
    first = before(failed("c", OPEN))
    second = scan(id="scan-2", results=(unread("c"),), drift=drift(first, [unread("c")]))
    third = scan(id="scan-3", status="failed", drift=drift(second, []))

    assert third.drift.unseen == ("c f1",)
    assert drift(third, [seen]) == Drift.model_validate({"against": "scan-3", **expected})


def test_a_callers_memory_takes_the_place_of_ours() -> None:
    past = before(passed("c"), mended=("c f1",))

    assert drift(past, [failed("c", OPEN)], earlier_fixed=()).new == ("c f1",)
    assert drift(None, [failed("c", OPEN)], earlier_fixed={"c f1"}).regressed == ("c f1",)


def test_memory_is_bounded_and_forgets_the_oldest() -> None:
    many = [deviation(f"{number:04}") for number in range(MEMORY)]
    found = drift(before(failed("c", *many), mended=("old f",)), [passed("c")])

    assert len(found.mended) == MEMORY
    assert "old f" not in found.mended


def test_a_trend_counts_each_scan_oldest_first() -> None:
    early = scan(
        id="1", at=NOW - timedelta(days=7), results=(failed("c", OPEN, deviation("f2", severity=Severity.LOW)), unread("d"))
    )
    late = scan(id="2", results=(failed("c", ACCEPTED), passed("d"), idle("e")), drift=Drift(fixed=("c f2",)))
    first, second = trend([late, early])

    assert (first.scan, first.failed, first.accepted, first.not_assessed) == ("1", 1, 0, 1)
    assert first.open == {**dict.fromkeys(Severity, 0), Severity.HIGH: 1, Severity.LOW: 1}
    assert (second.failed, second.accepted, second.passed, second.not_applicable, second.fixed) == (1, 1, 1, 1, 1)
    assert sum(second.open.values()) == 0
