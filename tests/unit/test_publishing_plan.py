"""A pull request's conversation converges, whatever people do and wherever the process dies."""

from __future__ import annotations

import copy
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fusion.errors import Denied
from fusion.judging.ledger import Ledger, dismiss, entry_of
from fusion.model import PostReview, PutCheck, Reply, ResolveThread, Side, State
from fusion.policy import Policy
from fusion.policy.rules import Pulls
from fusion.publishing import Posted, plan, refused, running, superseded
from tests.fakes.conversation import MARKS, NUMBER, REPOSITORY, Bot, Crash, sha
from tests.fakes.judging import AT
from tests.fakes.snapshots import check

SAMPLES = Path(__file__).parents[1] / "samples" / "publishing"


def kinds(bot: Bot) -> list[str]:
    return [operation.kind for operation in bot.plan().operations]


def kept(bot: Bot) -> tuple[str, ...]:
    """Entries that have a thread."""
    marks = [MARKS.read(thread.comments[0]) for thread in bot.scene.threads]
    return tuple(mark.key for mark in marks if mark)


def test_the_first_review_is_one_request_one_comment_and_one_check() -> None:
    bot = Bot()
    bot.judge(2, 4)

    assert kinds(bot) == ["post_review", "create_comment", "put_check"]
    bot.publish()
    assert kinds(bot) == []
    assert len(bot.scene.threads) == 2
    [run] = bot.scene.checks
    assert (run.name, run.head, run.status, run.conclusion) == ("Fusion", sha(1), "completed", "failure")
    assert bot.scene.reviews[0].state == "CHANGES_REQUESTED"


def test_three_pushes_read_as_recorded() -> None:
    bot = Bot()
    bot.publish(notice=running(sha(1), "run-1"))
    bot.round(2, 4)
    bot.push()
    bot.round(4, 6)
    bot.forge.answer(REPOSITORY, NUMBER, bot.thread(6).node, "mona", "False positive: it never gets there.")
    bot.push()
    bot.round(2, 6)
    bot.push()
    bot.round()

    assert kinds(bot) == []
    check("\n\n".join(bot.told()) + "\n", SAMPLES / "three-pushes.md")


def test_what_is_fixed_is_said_once_and_resolved_and_what_is_back_opened() -> None:
    bot = Bot()
    bot.round(2)
    bot.push()
    bot.round()
    [thread] = bot.scene.threads
    assert thread.resolved
    assert f"Fixed by {sha(2)[:7]}: bandit read the file again" in thread.comments[1].body
    assert bot.scene.reviews[0].state == "DISMISSED"
    assert bot.scene.reviews[0].minimised

    bot.push()
    bot.round(2)
    [thread] = bot.scene.threads
    assert not thread.resolved
    assert f"Back at {sha(3)[:7]}" in thread.comments[2].body
    assert kinds(bot) == []


def test_a_thread_that_a_person_closed_opened_or_deleted_stays_so() -> None:
    bot = Bot(policy=Policy(pulls=Pulls(request_changes=False)))
    bot.round(2, 4, 6)
    bot.forge.resolve(REPOSITORY, NUMBER, bot.thread(2).node, "passer-by")
    bot.forge.remove(REPOSITORY, NUMBER, bot.thread(4).comments[0].id)
    bot.push()
    bot.round(2, 4)
    assert [thread.line for thread in bot.scene.threads] == [2, 6]
    assert bot.thread(2).resolved
    assert bot.thread(6).resolved

    bot.forge.resolve(REPOSITORY, NUMBER, bot.thread(6).node, "mona", resolved=False)
    bot.push()
    bot.round(2, 4)
    assert not bot.thread(6).resolved
    assert len(bot.thread(6).comments) == 2
    assert "lslsls" in bot.scene.comments[0].body, "it has no thread, so the summary shows it"


def test_a_request_that_a_person_dismissed_is_not_made_again_for_the_same() -> None:
    bot = Bot()
    bot.round(2)
    review = bot.scene.reviews[0]
    bot.forge.kept(REPOSITORY, NUMBER).reviews[review.id] = review.model_copy(update={"state": "DISMISSED"})
    bot.push()
    bot.round(2)
    assert len(bot.scene.reviews) == 1
    bot.push()
    bot.round(2, 4)
    assert [review.state for review in bot.scene.reviews] == ["DISMISSED", "CHANGES_REQUESTED"]


def test_an_edited_marker_or_summary_is_restored_and_not_doubled() -> None:
    bot = Bot()
    bot.round(2)
    bot.publish()  # learns the ids of the comments that came with the review
    bot.forge.edit(REPOSITORY, NUMBER, bot.thread(2).comments[0].id, "gone")
    bot.publish()
    bot.forge.edit(REPOSITORY, NUMBER, bot.scene.comments[0].id, "gone")
    bot.push()
    bot.round(2)
    assert len(bot.scene.threads) == len(bot.scene.comments) == 1
    assert "Fusion: blocked" in bot.scene.comments[0].body

    bot.push()
    bot.round()
    assert bot.scene.threads[0].resolved, "it is known by its id"


def test_a_summary_that_a_person_deleted_stays_deleted() -> None:
    bot = Bot()
    bot.round(2)
    bot.forge.remove(REPOSITORY, NUMBER, bot.scene.comments[0].id)
    bot.push()
    bot.round(2, 4)
    assert bot.scene.comments == ()


def test_what_people_do_after_a_crash_counts_too() -> None:
    bot = Bot()
    bot.judge(2)
    with pytest.raises(Crash):
        bot.publish(die=0, late=True)
    bot.publish()
    review = bot.scene.reviews[0]
    bot.forge.kept(REPOSITORY, NUMBER).reviews[review.id] = review.model_copy(update={"state": "DISMISSED"})
    bot.push()
    bot.round(2)
    assert len(bot.scene.reviews) == 1, "who dismissed the request is not asked again"

    bot.push()
    bot.judge()
    with pytest.raises(Crash):
        bot.publish(die=1, late=True)
    bot.publish()
    bot.forge.resolve(REPOSITORY, NUMBER, bot.thread(2).node, "mona", resolved=False)
    bot.publish()
    assert not bot.thread(2).resolved, "who opened the thread wants to go on talking"


def test_a_push_that_goes_back_to_where_it_was_fixed_closes_again() -> None:
    bot = Bot()
    bot.round(2)
    bot.push()
    bot.round()
    bot.push()
    bot.judge(2)
    assert kinds(bot)[:3] == ["post_review", "reply", "resolve_thread"]
    with pytest.raises(Crash):
        bot.publish(die=2, late=True)
    bot.publish()
    bot.pushes = 2
    bot.forge.push(REPOSITORY, NUMBER, sha(2), forced=True)
    bot.round()
    assert bot.thread(2).resolved
    assert len(bot.thread(2).comments) == 3, "fixed and back are said already"


def test_a_line_that_github_refuses_moves_to_the_summary_and_the_rest_is_posted() -> None:
    bot = Bot()
    bot.forge.kept(REPOSITORY, NUMBER).lines = {("app.py", line, Side.RIGHT) for line in (2, 4, 8)}
    bot.round(2, 4, 6, 8)

    assert sorted(thread.line or 0 for thread in bot.scene.threads) == [2, 4, 8]
    assert "could not be put on a line" in bot.scene.comments[0].body
    assert bot.scene.comments[0].body.count("<details>") == 2, "the finding that has no thread, and the receipt"
    assert kinds(bot) == []


@pytest.mark.parametrize(
    ("kind", "says", "where"),
    [
        ("post_review", "no permission to write reviews", "comment"),
        ("create_comment", "no permission to comment", "check"),
        ("put_check", "no permission to write checks", "comment"),
    ],
)
def test_what_may_not_be_said_here_is_said_there(kind: str, says: str, where: str) -> None:
    bot = Bot()
    bot.forge.fail(Denied("Resource not accessible by integration"), on=kind, times=99)
    bot.round(2)

    text = bot.scene.comments[0].body if where == "comment" else bot.scene.checks[0].summary
    assert says in text
    assert "command-injection by bandit" in text
    assert kinds(bot) == []


def test_a_locked_conversation_leaves_the_check() -> None:
    bot = Bot()
    bot.forge.kept(REPOSITORY, NUMBER).locked = True
    bot.round(2)

    assert [operation.kind for operation in bot.writes] == ["put_check"]
    assert "This conversation is locked" in bot.scene.checks[0].summary


def test_another_head_or_a_closed_pull_request_only_ends_checks() -> None:
    bot = Bot()
    bot.publish(notice=running(sha(1)))
    bot.judge(2)
    bot.push()
    made = bot.plan()
    assert made.outcome == "superseded"
    assert [operation.kind for operation in made.operations] == ["put_check"]
    bot.publish()
    assert bot.forge.checks[REPOSITORY, next(iter(bot.posted.checks.values())).id].conclusion == "cancelled"

    bot.judge(2)
    bot.forge.close(REPOSITORY, NUMBER)
    assert bot.plan().outcome == "closed"
    assert kinds(bot) == ["put_check"]


def test_annotations_are_sent_once() -> None:
    bot = Bot()
    bot.judge(2)
    with pytest.raises(Crash):
        bot.publish(die=2, late=True)
    bot.judge(2, 4)
    bot.publish()
    [made] = bot.forge.annotations.values()
    assert [item["start_line"] for item in made] == [2, 4]


def test_a_notice_says_so_and_leaves_the_rest() -> None:
    bot = Bot()
    bot.round(2)
    bot.push()
    bot.publish(notice=refused(sha(2), "Line 3 of .fusion.yml: `blok` is no key; did you mean `block`?"))

    assert bot.scene.checks[0].conclusion == "action_required"
    assert "did you mean" in bot.scene.comments[0].body
    assert not bot.scene.threads[0].resolved
    assert bot.scene.reviews[0].state == "CHANGES_REQUESTED"
    assert plan(superseded(sha(1)), bot.scene, Posted(), bot.policy, MARKS).operations == ()


def test_what_was_judged_and_never_published_is_said_later() -> None:
    bot = Bot()
    bot.judge(2)
    bot.push()
    bot.judge(2)
    bot.publish()
    assert "command-injection by bandit" in bot.scene.comments[0].body


def test_an_incomplete_review_is_neither_a_success_nor_forgets() -> None:
    bot = Bot()
    bot.round(2)
    bot.push()
    bot.judge(broken=True)
    bot.publish()
    assert bot.scene.checks[0].conclusion == "action_required"
    assert not bot.thread(2).resolved
    assert bot.scene.reviews[0].state == "CHANGES_REQUESTED"


# --- the law


def scripted(bot: Bot) -> None:
    """Everything that a second publishing can have to do, up to where it is planned."""
    bot.round(2, 4, 6)
    bot.forge.answer(REPOSITORY, NUMBER, bot.thread(4).node, "mona", "Won't fix.")
    bot.push()
    bot.round(4, 6)
    bot.push()
    bot.learn()
    bot.judge(2, 8)


@pytest.mark.parametrize("lost", [False, True], ids=["what was known before is kept", "all that was known is lost"])
def test_a_crash_at_any_write_changes_nothing_in_the_end(lost: bool) -> None:
    start = Bot()
    scripted(start)
    number = len(start.plan().operations)
    assert number >= 7
    whole = copy.deepcopy(start)
    whole.publish()
    for die in range(number):
        for late in (False, True):
            bot = copy.deepcopy(start)
            with pytest.raises(Crash):
                bot.publish(die=die, late=late)
            bot.posted = Posted() if lost else bot.posted
            bot.publish()
            assert bot.told() == whole.told(), (die, late)
            assert kinds(bot) == []


LINES = st.lists(st.sampled_from([2, 4, 6]), unique=True, max_size=3)
ACTS = st.one_of(
    st.tuples(st.just("push"), LINES),
    st.tuples(st.sampled_from(["resolve", "open", "delete", "edit", "dismiss", "wipe"]), st.integers(0, 3)),
    st.tuples(st.just("die"), st.integers(0, 5)),
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(ACTS, st.booleans()), max_size=8))
def test_no_sequence_of_events_says_anything_twice(acts: list[tuple[tuple[str, object], bool]]) -> None:
    bot = Bot()
    lines: list[int] = [2, 4]
    bot.round(*lines)
    for (act, value), late in acts:
        scene = bot.scene
        number = value if isinstance(value, int) else 0
        thread = scene.threads[number % len(scene.threads)] if scene.threads else None
        match act:
            case "push":
                assert isinstance(value, list)
                lines = value
                bot.push()
            case "resolve" | "open" if thread:
                bot.forge.resolve(REPOSITORY, NUMBER, thread.node, "mona" if late else "guest", resolved=act == "resolve")
            case "delete" if thread:
                bot.forge.remove(REPOSITORY, NUMBER, thread.comments[0].id)
            case "edit" if thread and thread.comments[0].ours:
                bot.forge.edit(REPOSITORY, NUMBER, thread.comments[0].id, "edited away")
            case "dismiss" if thread:
                bot.forge.answer(REPOSITORY, NUMBER, thread.node, "mona", "by design")
            case "wipe" if scene.comments:
                bot.forge.remove(REPOSITORY, NUMBER, scene.comments[0].id)
            case "die":
                bot.learn()
                bot.judge(*lines)
                if number < len(bot.plan().operations):
                    with pytest.raises(Crash):
                        bot.publish(die=number, late=late)
        bot.round(*lines)
        assert kinds(bot) == [], act
        marks = kept(bot)
        assert len(set(marks)) == len(marks)
        written = [comment.body for made in bot.writes if isinstance(made, PostReview) for comment in made.comments]
        assert len(set(written)) == len(written)
        replies = [(made.to, made.body) for made in bot.writes if isinstance(made, Reply)]
        assert len(set(replies)) == len(replies)
        assert sum(said.ours for said in bot.scene.comments) <= 1
        standing = [entry for entry in bot.ledger.entries if entry.finding.blocking and entry.stands]
        assert (bot.scene.checks[0].conclusion == "success") == (not standing)


# --- entries


def test_an_entry_keeps_its_id_through_edits_and_reopening() -> None:
    bot = Bot()
    bot.judge(2)
    [first] = bot.ledger.entries
    assert len(first.id) == 32
    bot.push()
    bot.judge()
    bot.push()
    bot.judge(2)
    assert [entry.id for entry in bot.ledger.entries] == [first.id]
    found = entry_of(bot.ledger, bot.review.findings[0])
    assert found is not None
    assert found.id == first.id


def test_old_ledgers_get_ids_that_stay() -> None:
    bot = Bot()
    bot.judge(2, 4)
    value = bot.ledger.model_dump(mode="json")
    for entry in value["entries"]:
        del entry["id"], entry["heard"]
    old = Ledger.model_validate(value)
    assert [entry.id for entry in old.entries] == [entry.id for entry in bot.ledger.entries]
    twice = Ledger.model_validate({"entries": [value["entries"][0]] * 2})
    assert len({entry.id for entry in twice.entries}) == 2


def test_a_dismissal_by_command_closes_the_thread_and_says_who() -> None:
    bot = Bot()
    bot.round(2)
    [entry] = bot.ledger.entries
    bot.ledger, _ = dismiss(bot.ledger, entry.fingerprint, State.INCORRECT, by="mona", how="`/fusion dismiss`", at=AT)
    bot.judge(2)
    assert kinds(bot)[:2] == ["reply", "resolve_thread"]
    bot.publish()
    [thread] = bot.scene.threads
    assert "Dismissed as incorrect by `mona`" in thread.comments[1].body
    assert bot.scene.checks[0].conclusion == "success"

    bot.ledger, _ = dismiss(bot.ledger, entry.fingerprint, State.OPEN, by="mona", how="`/fusion reopen`", at=AT)
    bot.judge(2)
    opened = bot.plan().operations
    assert any(isinstance(made, ResolveThread) and not made.resolved for made in opened)
    assert any(isinstance(made, PutCheck) and made.conclusion == "failure" for made in opened)


def test_what_was_dismissed_since_the_review_gets_no_thread() -> None:
    bot = Bot()
    bot.judge(2, 4)
    bot.ledger, entry = dismiss(
        bot.ledger, bot.ledger.entries[0].fingerprint, State.WONT_FIX, by="mona", how="`/fusion dismiss`", at=AT
    )
    bot.publish()
    assert entry.id not in kept(bot)
    assert kinds(bot) == []
