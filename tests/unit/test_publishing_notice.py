"""What is said without a review."""

from __future__ import annotations

import pytest

from fusion.publishing import (
    Member,
    Notice,
    cancelled,
    check_of,
    failed,
    merge_group,
    refused,
    running,
    superseded,
    unavailable,
    unreviewed,
)
from tests.fakes.conversation import Bot, sha
from tests.fakes.rendered import live

HOSTILE = "see <img src=x> https://evil.example/a @everyone #1\n\n# big"


@pytest.mark.parametrize(
    ("notice", "conclusion"),
    [
        (refused(sha(1), HOSTILE), "action_required"),
        (unavailable(sha(1), HOSTILE), "action_required"),
        (failed(sha(1), HOSTILE), "action_required"),
        (unreviewed(sha(1), HOSTILE), "neutral"),
        (cancelled(sha(1), HOSTILE), "cancelled"),
        (superseded(sha(1), sha(2)), "cancelled"),
        (running(sha(1)), ""),
    ],
)
def test_every_outcome_has_a_check_and_no_text_comes_to_life(notice: Notice, conclusion: str) -> None:
    bot = Bot()
    bot.publish(notice=notice)

    [made] = bot.scene.checks
    assert (made.conclusion, made.status) == (conclusion, "completed" if conclusion else "in_progress")
    assert bool(bot.scene.comments) == (conclusion == "action_required"), "only where somebody has to act"
    for text in (made.summary, *(said.body for said in bot.scene.comments)):
        found = live(text)
        assert not found.links
        assert not found.images
        assert {*found.references} <= {sha(1)[:7], sha(2)[:7]}, "our own commits may be links"
    assert bot.plan(notice).operations == ()


@pytest.mark.parametrize(
    ("conclusions", "ends"),
    [
        (("success", "neutral"), "success"),
        (("success", "failure", ""), "failure"),
        (("success", ""), "action_required"),
        (("action_required",), "action_required"),
        ((), "action_required"),
    ],
)
def test_a_merge_group_is_as_good_as_its_worst_member(conclusions: tuple[str, ...], ends: str) -> None:
    members = [Member(number=number + 1, conclusion=conclusion) for number, conclusion in enumerate(conclusions)]
    made = check_of(merge_group(sha(1), members))

    assert (made.status, made.conclusion, made.name) == ("completed", ends, "Fusion")
    assert all(f"#{member.number}" in made.summary for member in members)


def test_a_group_whose_members_are_not_known_says_why() -> None:
    made = check_of(merge_group(sha(1), [], "GitHub says <b>no</b>."))
    assert made.conclusion == "action_required"
    assert "GitHub says" in made.summary
    assert "\\<b>no" in made.summary
