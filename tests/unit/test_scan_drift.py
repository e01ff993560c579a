"""What changed between scans: fixed is only what was looked at, and what comes back is known again."""

from __future__ import annotations

from typing import Any

import pytest

from fusion.model import Outcome, ToolRun, Unread
from fusion.model.compliance import CheckResult, Drift, Scan
from fusion.scanning.drift import MEMORY, drift, gaps
from fusion.scanning.reuse import Basis, Last
from tests.fakes.reviews import evidence
from tests.fakes.scans import deviation, failed, idle, passed, scan, unread

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
        pytest.param(unread("c"), failed("c", OPEN), {"first": ("c f1",)}, id="nobody could look before"),
        pytest.param(
            passed("d"), failed("c", OPEN), {"first": ("c f1",), "lost": ("d",)}, id="a check that was not made before"
        ),
        pytest.param(idle("c"), failed("c", OPEN), {"new": ("c f1",)}, id="there was nothing to look at before"),
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


def test_a_scan_of_some_checks_is_compared_by_those() -> None:
    whole = before(failed("c", OPEN), failed("d", OPEN), passed("e"), unseen=("c f8", "d f8"), mended=("c f9", "d f9"))
    found = drift(whole, [failed("c", deviation("f9"), deviation("f3"))], only=("c",))

    assert found == Drift(against="scan-1", new=("c f3",), fixed=("c f1", "c f8"), regressed=("c f9",), mended=("c f1", "c f8"))
    assert drift(whole, [unread("c")], only=("c",)).lost == ("c",)


@pytest.mark.parametrize(
    ("missed", "is_fixed"),
    [
        pytest.param({}, True, id="everything was read"),
        pytest.param({"cut": "More than 100,000 files."}, False, id="the list of files is not complete"),
        pytest.param({"unread": [("src/a.py", "too large")]}, False, id="its file was not read"),
        pytest.param({"unread": [("src/b.py", "too large")]}, True, id="another file was not read"),
        pytest.param({"unread": [("src/a.py", "too large")], "files": ["src/b.py"]}, True, id="its file is gone"),
        pytest.param({"tools": [ToolRun(tool="opengrep", outcome=Outcome.TIMED_OUT)]}, False, id="its tool ran out of time"),
        pytest.param({"tools": [ToolRun(tool="opengrep", outcome=Outcome.SKIPPED)]}, False, id="its tool took no part"),
        pytest.param({"tools": [ToolRun(tool="semgrep", outcome=Outcome.FAILED)]}, True, id="another tool failed"),
        pytest.param(
            {"tools": [ToolRun(tool="x", outcome=Outcome.OK, unread=(Unread(path="src/a.py", reason="it does not parse"),))]},
            False,
            id="a tool could not read its file",
        ),
    ],
)
def test_a_check_that_failed_has_fixed_only_what_it_would_have_seen(missed: dict[str, Any], is_fixed: bool) -> None:
    past = deviation("f1", path="src/a.py", evidence=(evidence(tool="opengrep"),))
    now = failed("c", deviation("f2", path="src/b.py"))
    given = {"cut": "", "unread": (), "tools": (), "files": ["src/a.py", "src/b.py"], **missed}
    found = drift(before(failed("c", past)), [now], gaps=gaps(**given))

    assert (found.fixed == ("c f1",), found.unseen == ("c f1",)) == (is_fixed, not is_fixed)
    assert drift(before(failed("c", past)), [passed("c")], gaps=gaps(**given)).fixed == ("c f1",)


@pytest.mark.parametrize(("outcome", "fixed"), [(Outcome.CUT, ()), (Outcome.OK, ("c f1",))])
def test_what_was_in_the_history_is_fixed_only_where_all_of_it_was_read(outcome: Outcome, fixed: tuple[str, ...]) -> None:
    past = deviation("f1", path="gone.py", evidence=(evidence(tool="secrets-history"),))
    missed = gaps(cut="", unread=(), tools=[ToolRun(tool="secrets-history", outcome=outcome)], files=["here.py"])

    assert drift(before(failed("c", past)), [failed("c", deviation("f2"))], gaps=missed).fixed == fixed


def test_a_setting_is_seen_however_many_files_there_are() -> None:
    found = drift(before(failed("c", OPEN)), [failed("c", deviation("f2"))], gaps=gaps(cut="Too many.", unread=(), tools=()))

    assert found.fixed == ("c f1",)


def test_what_was_forgotten_is_fixed_when_nothing_was_missed() -> None:
    past, now = before(passed("c"), unseen=("c f1",)), [failed("c", deviation("f2"))]
    skipped = [ToolRun(tool="x", outcome=Outcome.SKIPPED)]

    assert drift(past, now, gaps=gaps(cut="", unread=(), tools=skipped)).fixed == ("c f1",)
    assert drift(past, now, gaps=gaps(cut="", unread=[("a", "too large")], tools=skipped)).unseen == ("c f1",)


@pytest.mark.parametrize(
    ("last", "cut", "expected"),
    [
        ({"scan": "w"}, False, "w"),
        ({"scan": "w"}, True, "w"),
        ({"scan": "c", "cut": True, "whole": "w"}, False, "w"),
        ({"scan": "c", "cut": True, "whole": "w"}, True, "w"),
        ({"scan": "c", "cut": True}, False, ""),
        ({"scan": "c", "cut": True}, True, "c"),
    ],
)
def test_a_cut_scan_never_takes_the_place_of_a_whole_one(last: dict[str, Any], cut: bool, expected: str) -> None:
    basis = Basis(commit="", tree="", rules="", policy="")

    assert Last(id="1", basis=basis, **last).compared(cut=cut) == expected
