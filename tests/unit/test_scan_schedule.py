"""When repositories are scanned: slots, their spread, and clocks that are wrong."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fusion.errors import UserError
from fusion.scanning import schedule
from fusion.scanning.schedule import Due, due_slot, jitter, next_turn, tick

NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
"""A Wednesday."""
WEEKLY = "0 3 * * 1"
MONDAY = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)


def scanned(known: Due | None, at: datetime) -> Due | None:
    """What is remembered after a look at that time; None: nothing was due."""
    slot = due_slot(known, repository="octo/shop", now=at)
    return None if slot is None else (known or Due()).model_copy(update={"begun": at})


def test_a_new_repository_is_due_at_once_and_then_once_a_slot() -> None:
    first = scanned(None, NOW)
    assert first is not None
    assert scanned(first, NOW + timedelta(hours=1)) is None
    month = NOW + timedelta(days=30)
    assert due_slot(first, repository="octo/shop", now=month) == datetime(2026, 12, 21, 3, 0, tzinfo=UTC), "only the last one"
    later = scanned(first, month)
    assert scanned(later, NOW + timedelta(days=30)) is None


def test_a_slot_is_not_due_before_the_repositorys_minutes_have_passed() -> None:
    known = Due(begun=MONDAY - timedelta(days=7))
    wait = jitter("octo/shop")
    assert timedelta(minutes=1) <= wait <= timedelta(minutes=schedule.SPREAD) < schedule.OFFSET
    assert due_slot(known, repository="octo/shop", now=MONDAY + wait - timedelta(seconds=1)) is None
    assert due_slot(known, repository="octo/shop", now=MONDAY + wait) == MONDAY
    assert next_turn(WEEKLY, "octo/shop", after=MONDAY) == MONDAY + wait
    assert len({jitter(f"octo/shop-{number}") for number in range(100)}) == schedule.SPREAD


@given(
    jumps=st.lists(st.integers(-6 * 24 * 60, 6 * 24 * 60), max_size=12),
    cron=st.sampled_from([WEEKLY, "0 * * * *", "30 4 1 * *", "*/20 * * * *"]),
)
@settings(max_examples=60)
def test_no_slot_is_scanned_twice_however_the_clock_jumps(jumps: list[int], cron: str) -> None:
    known, at, slots = Due(schedule=cron), NOW, []
    for jump in jumps:
        at += timedelta(minutes=jump)
        # Within a day and a period a clock may go back; what is further back was wrong before.
        if (slot := due_slot(known, repository="octo/shop", now=at)) is not None:
            if known.begun is not None and known.begun > at + timedelta(days=1):
                slots.clear()
            slots.append(slot)
            known = known.model_copy(update={"begun": at})
    assert len(slots) == len(set(slots))


def test_a_clock_that_was_a_year_ahead_does_not_stop_scans_for_a_year() -> None:
    ahead = scanned(None, NOW + timedelta(days=365))
    assert ahead is not None
    again = scanned(ahead, NOW)
    assert again is not None
    assert scanned(again, NOW) is None


@pytest.mark.parametrize("wrong", ["", "0 3 * *", "0 0 3 * * 1", "61 3 * * 1", "0 0 30 2 *", "weekly", "@daily", "x" * 5_000])
def test_what_is_no_schedule_is_refused_and_never_due(wrong: str) -> None:
    with pytest.raises(UserError, match="is no schedule"):
        schedule.checked(wrong)
    if len(wrong.split()) == 5:
        assert due_slot(Due(schedule=wrong), repository="octo/shop", now=NOW) is None


def test_another_schedule_does_not_scan_what_was_just_scanned() -> None:
    weekly = Due(schedule=WEEKLY, begun=NOW)
    daily = weekly.model_copy(update={"schedule": "0 3 * * *"})
    assert due_slot(daily, repository="octo/shop", now=NOW + timedelta(hours=1)) is None
    assert due_slot(daily, repository="octo/shop", now=NOW + timedelta(hours=16)) is not None


def test_never_is_never() -> None:
    assert schedule.checked("never") == "never"
    assert schedule.checked(WEEKLY) == WEEKLY
    assert due_slot(Due(schedule="never"), repository="octo/shop", now=NOW) is None
    assert next_turn("never", "octo/shop", after=NOW) is None


def test_hosts_that_look_in_the_same_hour_send_the_same_message() -> None:
    quarter = datetime(2026, 11, 25, 12, 15, tzinfo=UTC)
    assert tick(quarter).id == tick(quarter + timedelta(minutes=59)).id == "scans-20261125T1200Z"
    assert tick(quarter - timedelta(seconds=1)).id == "scans-20261125T1100Z"
    assert tick(NOW).priority == "scheduled"
    assert schedule.until_tick(NOW) == 15 * 60
