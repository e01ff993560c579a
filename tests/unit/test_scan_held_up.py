"""What a person is told while a scan waits."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from fusion.progress import Waits
from fusion.scanning.held_up import held_up

AT = datetime(2026, 3, 4, 9, 50, tzinfo=UTC)
AWAY = {"status": "wait", "seconds": 0, "message": "GitHub does not answer at /x: gone."}


def told(activity: str, job: dict[str, str], answer: dict[str, object]) -> Waits:
    found = held_up(activity, job, answer, at=AT)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("activity", "job", "first"),
    [
        ("read_posture", {"within": ""}, True),
        ("read_posture", {"within": "scan-1"}, False),
        ("enumerate_repositories", {}, True),
        ("read_tree", {"within": ""}, False),
    ],
)
def test_only_the_first_question_of_a_scan_is_first(activity: str, job: dict[str, str], first: bool) -> None:
    assert told(activity, job, AWAY).first is first


def test_a_limit_is_no_outage_and_its_end_is_told_once_for_all_repositories() -> None:
    limit = {"status": "wait", "seconds": 1500.0, "message": "GitHub's rate limit is used up; try again in 25 minutes."}
    one, other = told("read_posture", {"within": ""}, limit), told("read_tree", {"within": "s"}, {**limit, "seconds": 1490.0})
    assert not one.first
    assert one.text.endswith("the scan goes on at 10:15 UTC.")
    assert one.reason == other.reason
    assert told("read_tree", {}, {**limit, "seconds": 3700.0}).reason == one.reason
    assert told("read_tree", {}, {**limit, "seconds": 7300.0}).reason != one.reason


def test_an_outage_is_one_reason_whatever_was_asked() -> None:
    others = {**AWAY, "message": "GitHub does not answer at /y: gone."}
    assert told("read_tree", {}, AWAY).reason == told("read_files", {}, others).reason


@pytest.mark.parametrize("answer", [["sha256:a"], {"status": "read"}, None])
def test_what_does_not_wait_is_not_told(answer: object) -> None:
    assert held_up("read_posture", {}, answer, at=AT) is None
