"""Which pull requests are reviewed, and what an event starts and ends: tables, and any order and duplication of deliveries."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fusion.dispatch.admission import Admitted, Excluded, admit
from fusion.dispatch.catchup import EVERY, TRIES, WINDOW, look, undelivered, unseen
from fusion.dispatch.decide import LEARNT, Decision, Start, Terminate, decide, standing
from fusion.dispatch.record import PullRecord
from fusion.model import Actor, CatchUp, Pull, PullChanged
from fusion.policy import Pulls
from fusion.ports import Attempted, Progress

NOON = datetime(2025, 1, 1, 12, tzinfo=UTC)


def a_pull(head: str = "a", *, second: int = 0, **fields: Any) -> Pull:
    known = {"repository": "octo/shop", "number": 12, "base": "b" * 40, "base_ref": "main", "author": Actor(login="mona", id=1)}
    return Pull(**(known | {"head": head * 40, "updated": NOON + timedelta(seconds=second)} | fields))


def an_event(pull: Pull, delivery: str = "d1", **fields: Any) -> PullChanged:
    return PullChanged(delivery=delivery, repository=pull.repository, pull=pull, **fields)


def begun(head: str = "a", *, second: int = 0, **fields: Any) -> PullRecord:
    known = {"run": "review-1", "head": head * 40, "base_ref": "main", "runs": 1}
    return PullRecord(pull=a_pull(head, second=second), **(known | fields))


def at(status: Any) -> Progress:
    return Progress(id="review-1", status=status)


def kinds(decision: Decision) -> list[str]:
    return [step.name if isinstance(step, Start) else "end" for step in decision.steps]


@pytest.mark.parametrize(
    ("pull", "rules", "said"),
    [
        (a_pull(), Pulls(), None),
        (a_pull(labels=("No-Review",)), Pulls(), "neutral"),
        (a_pull(labels=("docs",)), Pulls(only_labels=("please",)), "neutral"),
        (a_pull(labels=("Please",)), Pulls(only_labels=("please",)), None),
        (a_pull(base_ref="release/1"), Pulls(branches=("main", "release/*")), None),
        (a_pull(base_ref="mainline"), Pulls(branches=("main", "release/*")), "neutral"),
        (a_pull(author=Actor(login="dependabot[bot]", bot=True)), Pulls(), None),
        (a_pull(author=Actor(login="dependabot[bot]", bot=True)), Pulls(bots=False), "neutral"),
        (a_pull(draft=True), Pulls(), ""),
        (a_pull(draft=True), Pulls(drafts=True), None),
        (a_pull(fork=True), Pulls(), None),
        (a_pull(fork=True), Pulls(forks="ask"), "action_required"),
        (a_pull(fork=True), Pulls(forks="off"), "neutral"),
    ],
)
def test_the_policy_admits_or_says_why_not(pull: Pull, rules: Pulls, said: str | None) -> None:
    found = admit(pull, rules)
    assert (found.conclusion if isinstance(found, Excluded) else None) == said
    asked = admit(pull, rules, asked=True)
    assert isinstance(asked, Admitted) is (rules.forks != "off")


def test_people_can_hold_a_pull_request_back() -> None:
    paused, ignored = begun(paused="mona"), begun(paused="mona", ignored="hubot")
    found = admit(a_pull(), Pulls(), paused)
    assert isinstance(found, Excluded)
    assert found.conclusion == "action_required"
    assert "@mona paused" in found.reason
    found = admit(a_pull(), Pulls(), ignored)
    assert isinstance(found, Excluded)
    assert found.conclusion == "neutral"
    assert admit(a_pull(), Pulls(), ignored, asked=True) == Admitted()


def test_a_label_of_the_policy_cannot_write_markup() -> None:
    found = admit(a_pull(labels=("](x)<b>",)), Pulls(skip_labels=("](x)<b>",)))
    assert isinstance(found, Excluded)
    assert "](" not in found.reason
    assert "<b>" not in found.reason


@pytest.mark.parametrize(
    ("pull", "record", "stands"),
    [
        (a_pull(), None, "news"),
        (a_pull(updated=None), None, "unclear"),
        (a_pull(second=1), begun(), "news"),
        (a_pull("f"), begun(second=1), "stale"),
        (a_pull(), begun(), "news"),
        (a_pull("f"), begun(), "unclear"),
        (a_pull(open=False), begun(), "unclear"),
        (a_pull(updated=None), begun(), "unclear"),
    ],
)
def test_what_is_known_is_ordered_by_its_time(pull: Pull, record: PullRecord | None, stands: str) -> None:
    assert standing(pull, record) == stands


@pytest.mark.parametrize(
    ("event", "record", "run", "steps"),
    [
        (an_event(a_pull()), None, None, ["pull"]),
        (an_event(a_pull("f", second=1)), begun(), at("running"), ["end", "pull"]),
        (an_event(a_pull("f", second=1)), begun(), at("completed"), ["pull"]),
        (an_event(a_pull(second=1)), begun(), at("running"), []),
        (an_event(a_pull(second=1)), begun(), at("failed"), ["pull"]),
        (an_event(a_pull(second=1)), begun(), None, []),
        (an_event(a_pull(second=1, base_ref="next")), begun(), at("running"), ["end", "pull"]),
        (an_event(a_pull(second=1, labels=("x",))), begun(), at("completed"), []),
        (an_event(a_pull(second=1, open=False)), begun(), at("running"), ["end", "notice"]),
        (an_event(a_pull(second=1, open=False, merged=True)), begun(), at("completed"), []),
        (an_event(a_pull(), again=True), begun(), at("completed"), ["pull"]),
        (an_event(a_pull(), again=True), begun(), at("running"), ["end", "pull"]),
        (an_event(a_pull(), again=True), begun(heeded=("d1",)), at("completed"), []),
        (an_event(a_pull(), again=True, action=LEARNT), begun(), at("completed"), ["pull"]),
    ],
)
def test_what_follows_from_an_event(
    event: PullChanged, record: PullRecord | None, run: Progress | None, steps: list[str]
) -> None:
    assert kinds(decide(event, record, Admitted(), run)) == steps


def test_deciding_again_after_a_crash_starts_the_same_orchestration() -> None:
    event = an_event(a_pull("f", second=1), again=True)
    first, second = decide(event, begun(), Admitted(), at("running")), decide(event, begun(), Admitted(), at("terminated"))
    assert first.steps[-1] == second.steps[-1]
    other = decide(an_event(a_pull("f", second=1), "d2", again=True), begun(), Admitted(), None)
    assert other.steps != second.steps


def test_a_head_that_comes_back_is_reviewed_again() -> None:
    record, ids = None, []
    for second, head in enumerate("afa"):
        decision = decide(an_event(a_pull(head, second=second)), record, Admitted(), at("completed"))
        assert isinstance(decision.steps[-1], Start)
        ids.append(decision.steps[-1].id)
        record = decision.record
    assert len(set(ids)) == 3


def test_what_was_ended_half_way_is_begun_anew_though_the_host_forgot_it() -> None:
    closed = decide(an_event(a_pull(second=1, open=False)), begun(), Admitted(), at("running")).record
    assert kinds(decide(an_event(a_pull(second=2)), closed, Admitted(), None)) == ["pull"]
    drafted = decide(an_event(a_pull(second=1)), begun(), Excluded(reason="a draft", conclusion=""), at("running"))
    assert kinds(drafted) == ["end", "notice"]
    assert kinds(decide(an_event(a_pull(second=2)), drafted.record, Admitted(), None)) == ["pull"]


@pytest.mark.parametrize("admission", [Admitted(), Excluded(reason="left alone")])
def test_whoever_died_between_ending_a_review_and_saying_so_says_so_next_time(admission: Admitted | Excluded) -> None:
    event = an_event(a_pull(second=1, open=isinstance(admission, Excluded)))
    first, again = (decide(event, begun(), admission, at(status)) for status in ("running", "terminated"))
    assert kinds(first) == kinds(again) == ["end", "notice"]
    assert again.record == first.record
    assert kinds(decide(event, first.record, admission, at("terminated")))[:1] != ["end"]


@pytest.mark.parametrize(
    ("conclusion", "record", "run", "steps"),
    [
        ("neutral", None, None, ["notice"]),
        ("", None, None, []),
        ("neutral", begun(), at("running"), ["end", "notice"]),
        ("neutral", begun(), at("completed"), []),
        ("action_required", begun(), at("running"), []),
        ("action_required", begun("f"), at("running"), ["end", "notice"]),
    ],
)
def test_a_check_says_why_there_is_no_review_and_paints_over_none(
    conclusion: Any, record: PullRecord | None, run: Progress | None, steps: list[str]
) -> None:
    decision = decide(an_event(a_pull(second=1)), record, Excluded(reason="why", conclusion=conclusion), run)
    assert kinds(decision) == steps
    assert decision.record is not None
    assert decision.record.excluded == "why"


@dataclass
class World:
    """GitHub and the engine, as far as a pull request's events see them; dying anywhere is a step that is not carried out."""

    truth: Pull
    record: PullRecord | None = None
    runs: dict[str, str] = field(default_factory=dict)
    heads: list[str] = field(default_factory=list)

    def deliver(self, event: PullChanged, *, dies_after: int | None) -> None:
        stands = standing(event.pull, self.record)
        if stands == "stale":
            return
        if stands == "unclear":
            event = event.model_copy(update={"pull": self.truth})
        known = self.runs.get(self.record.run) if self.record else None
        run = Progress(id="", status=known) if known else None  # type: ignore[arg-type]
        decision = decide(event, self.record, Admitted(), run)
        for number, step in enumerate(decision.steps):
            if number == dies_after:
                return
            if isinstance(step, Terminate):
                self.runs[step.id] = "terminated"
            elif step.name == "pull" and step.id not in self.runs:
                self.runs[step.id] = "running"
                self.heads.append(step.input["request"]["head"])
        if dies_after is None:
            self.record = decision.record or self.record


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_any_order_and_duplication_ends_with_the_newest_head_reviewed_once(data: st.DataObject) -> None:
    seconds = data.draw(st.lists(st.integers(0, 3), min_size=1, max_size=5).map(sorted))
    pulls = [a_pull("abcdef"[number], second=second) for number, second in enumerate(seconds)]
    events = [an_event(pull, f"d{number}") for number, pull in enumerate(pulls)]
    order = data.draw(st.lists(st.sampled_from(events), max_size=8))
    world = World(truth=pulls[-1])
    for event in [*data.draw(st.permutations(events)), *order]:
        dies = data.draw(st.none() | st.integers(0, 2))
        if dies is not None:
            world.deliver(event, dies_after=dies)
        world.deliver(event, dies_after=None)
    newest = pulls[-1].head
    assert world.heads.count(newest) == 1
    assert world.record is not None
    assert world.record.head == newest
    assert [id for id, status in world.runs.items() if status == "running"] == [world.record.run]


def attempt(id: int, delivery: str, status: int, *, minute: int = 0) -> Attempted:
    moment = NOON + timedelta(minutes=minute)
    return Attempted(id=id, delivery=delivery, event="push", action="", at=moment, status=status, redelivery=False)


def test_events_that_no_attempt_succeeded_for_are_asked_for_newest_first() -> None:
    attempts = [
        attempt(1, "lost", 502, minute=1),
        attempt(2, "lost", 0, minute=5),
        attempt(3, "late", 500, minute=2),
        attempt(4, "late", 202, minute=3),
        attempt(5, "newer", 0, minute=9),
        *(attempt(10 + number, "hopeless", 400, minute=number) for number in range(TRIES)),
    ]
    assert [found.id for found in undelivered(attempts, now=NOON + 9 * EVERY)] == [5, 2]
    assert [found.id for found in undelivered(attempts, now=NOON + 9 * EVERY, most=1)] == [5]


def test_an_event_is_asked_for_less_often_the_longer_nobody_takes_it_and_not_given_up_within_a_day() -> None:
    now, attempts, asked = NOON, [attempt(1, "lost", 502)], 0
    while now < NOON + WINDOW:
        for found in undelivered(attempts, now=now):
            attempts.append(replace(found, id=len(attempts) + 1, at=now))
            asked, last = asked + 1, now
        now += EVERY
    assert asked == TRIES - 1
    assert timedelta(days=1) < last - NOON < WINDOW


def test_open_heads_that_nobody_looked_at_are_found_once() -> None:
    seen, left_out = begun("a"), PullRecord(pull=a_pull("b", number=13), excluded="a draft")
    pulls = [
        a_pull("a"),
        a_pull("b", number=13),
        a_pull("c", number=14),
        a_pull("d", number=15, second=-100),
        a_pull("e", number=16, open=False),
    ]
    found = unseen([*pulls, a_pull("f", number=12)], {12: seen, 13: left_out}, since=NOON - timedelta(seconds=10))
    assert [(pull.number, pull.head[0]) for pull in found] == [(14, "c"), (12, "f")]
    messages = [look(found[0], CatchUp(delivery=delivery), installation=5, at=NOON) for delivery in ("t1", "t2")]
    assert messages[0] == messages[1]
    # by then the first may have been set aside, and the queue would still take its like for a duplicate
    later = look(found[0], CatchUp(delivery="t3"), installation=5, at=NOON + timedelta(hours=6))
    assert later.id != messages[0].id
    assert later.session == messages[0].session
