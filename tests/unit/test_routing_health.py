from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fusion.model import Ending
from fusion.routing import health, retry
from fusion.routing.health import Breakers, Snapshot, State

START = datetime(2026, 11, 22, 12, tzinfo=UTC)


def later(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def test_three_failures_in_a_row_open_it_and_a_success_between_does_not() -> None:
    breakers = Breakers()
    for ending in (Ending.UNAVAILABLE, Ending.TIMED_OUT, Ending.UNUSABLE, Ending.INVALID, Ending.ABANDONED):
        breakers.note("a", ending, at=START)
    assert breakers.state("a", START) is State.CLOSED
    breakers.note("a", Ending.UNAVAILABLE, at=START)
    standing = breakers.standing("a", START)
    assert (standing.state, standing.wait, standing.last) == (State.OPEN, health.SHORTEST, Ending.UNAVAILABLE)
    assert breakers.state("b", START) is State.CLOSED


@pytest.mark.parametrize(
    ("ending", "asked", "wait"),
    [
        (Ending.DENIED, 0, health.BROKEN),
        (Ending.MISSING, 0, health.BROKEN),
        (Ending.LIMITED, 0, health.LIMITED),
        (Ending.LIMITED, 42, 42),
        (Ending.LIMITED, float("inf"), health.ASKED),
        (Ending.LIMITED, float("nan"), health.LIMITED),
        (Ending.LIMITED, -5, health.LIMITED),
        (Ending.UNAVAILABLE, 42, 42),
    ],
)
def test_what_opens_it_at_once_and_for_how_long(ending: Ending, asked: float, wait: float) -> None:
    breakers = Breakers()
    breakers.note("a", ending, at=START, retry_after=asked)
    assert breakers.standing("a", START).wait == wait
    assert breakers.state("a", later(wait - 0.1)) is State.OPEN
    assert breakers.state("a", later(wait)) is State.HALF_OPEN


def test_one_probe_closes_it_or_opens_it_for_twice_as_long() -> None:
    breakers = Breakers()
    for _ in range(3):
        breakers.note("a", Ending.UNAVAILABLE, at=START)
    now = later(30)
    assert breakers.take("a", now)
    assert not breakers.take("a", now)
    breakers.note("a", Ending.UNAVAILABLE, at=now)
    assert breakers.standing("a", now).wait == 60
    assert breakers.take("a", later(90))
    breakers.note("a", Ending.OK, at=later(91))
    assert all(breakers.take("a", later(91)) for _ in range(3))


def test_calls_that_were_under_way_when_it_opened_are_no_failed_probes() -> None:
    breakers = Breakers()
    for _ in range(20):
        breakers.note("a", Ending.UNAVAILABLE, at=START)
    assert breakers.standing("a", START).wait == health.SHORTEST


def test_a_probe_that_nobody_heard_of_is_followed_by_another() -> None:
    breakers = Breakers()
    breakers.note("a", Ending.DENIED, at=START)
    assert breakers.take("a", later(300))
    assert not breakers.take("a", later(300 + health.PROBE - 1))
    assert breakers.take("a", later(300 + health.PROBE))


def test_a_probe_that_the_budget_did_not_allow_leaves_its_place_to_another() -> None:
    breakers = Breakers()
    breakers.note("a", Ending.DENIED, at=START)
    assert breakers.take("a", later(300))
    breakers.note("a", Ending.CAPPED, at=later(300))
    assert breakers.take("a", later(300))
    assert breakers.standing("a", later(300)).last is Ending.DENIED


def test_a_clock_set_back_makes_no_wait_longer() -> None:
    breakers = Breakers()
    breakers.note("a", Ending.DENIED, at=START)
    assert breakers.standing("a", later(-3600)).wait == health.BROKEN
    assert breakers.take("a", later(-3600 + health.BROKEN))


def test_what_bills_more_than_its_bound_is_asked_no_more() -> None:
    breakers = Breakers()
    breakers.bar("a", "it billed 2 USD where 1 USD was the bound")
    breakers.note("a", Ending.OK, at=START)
    assert not breakers.take("a", later(10**6))
    assert breakers.snapshot(START).standing("a", later(10**6)).barred == "it billed 2 USD where 1 USD was the bound"
    assert breakers.barred() == ("a",)
    breakers.unbar("a")
    assert breakers.barred() == ()
    assert breakers.take("a", later(10**6))


def test_a_snapshot_says_later_what_the_breakers_would() -> None:
    breakers = Breakers()
    breakers.note("a", Ending.LIMITED, at=START, retry_after=20)
    snapshot = Snapshot.model_validate_json(breakers.snapshot(START).model_dump_json())
    for seconds in (0, 19.5, 20, 500):
        assert snapshot.standing("a", later(seconds)) == breakers.standing("a", later(seconds))
    assert snapshot.standing("b", START).state is State.CLOSED


STEPS = st.lists(
    st.tuples(
        st.sampled_from([*Ending, "take"]),
        st.floats(-90_000, 90_000) | st.floats(0, 60),
        st.floats(allow_nan=True, allow_infinity=True),
    ),
    max_size=40,
)


@settings(max_examples=150, deadline=None)
@given(STEPS)
def test_there_are_never_two_probes_and_it_always_recovers(steps: list[tuple[Ending | str, float, float]]) -> None:
    breakers, now, probed, elapsed = Breakers(), START, None, 0.0
    for step, moved, asked in steps:
        now += timedelta(seconds=moved)
        elapsed += max(moved, 0.0)
        if step == "take":
            was_closed = breakers.state("a", now) is State.CLOSED
            if breakers.take("a", now) and not was_closed:
                # A second one only once the first is lost by time that went by; time that was set back does not count.
                assert probed is None or elapsed - probed >= health.PROBE - 0.001
                probed = elapsed
        else:
            assert isinstance(step, Ending)
            breakers.note("a", step, at=now, retry_after=asked)
            probed = None
    end = now + timedelta(seconds=max(health.ASKED, health.LONGEST, health.PROBE))
    assert breakers.take("a", end)
    breakers.note("a", Ending.OK, at=end)
    assert breakers.state("a", end) is State.CLOSED


@given(st.sampled_from(list(Ending)), st.integers(0, 10), st.text(max_size=9), st.floats(allow_nan=True, allow_infinity=True))
def test_waits_honour_what_was_asked_and_are_bounded(ending: Ending, attempt: int, digest: str, asked: float) -> None:
    wait = retry.wait(ending, attempt=attempt, digest=digest, asked=asked)
    assert wait == retry.wait(ending, attempt=attempt, digest=digest, asked=asked)
    if wait is not None:
        assert attempt < retry.attempts(ending)
        assert 0 <= wait <= retry.PATIENCE + retry.LONGEST
        assert not asked > wait


def test_waits_are_spread_and_grow() -> None:
    first = [retry.wait(Ending.LIMITED, attempt=1, digest=str(call)) for call in range(200)]
    second = [retry.wait(Ending.LIMITED, attempt=2, digest=str(call)) for call in range(200)]
    assert max(one for one in first if one is not None) <= retry.FIRST
    assert sum(one for one in second if one) > 1.5 * sum(one for one in first if one)
    assert len(set(first)) > 190
    assert retry.wait(Ending.LIMITED, attempt=1, digest="d", asked=61) is None
    assert retry.wait(Ending.REFUSED, attempt=1, digest="d") is None
