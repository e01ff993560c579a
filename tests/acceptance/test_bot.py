"""The bot from message to conversation: on memory fakes, with the real dispatcher, orchestrations and engine."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from fusion.errors import Denied, Gone, HeadMoved, PermanentError, RateLimited, TransientError
from fusion.model import (
    CatchUp,
    MergeGroupFormed,
    RerunAsked,
    ThreadChanged,
)
from fusion.ports import Attempted, Installed, Message
from fusion.telemetry.exposition import read
from fusion.telemetry.metering import Fan
from fusion.telemetry.objectives import EVENTS
from fusion.telemetry.prometheus import PrometheusMeter
from fusion.telemetry.watching import watching
from tests.fakes.bot import NUMBER, REPOSITORY, World, message_of, sha
from tests.fakes.reasoning import Replying, reasoning_of

BAD = "x = eval(a)"
SECOND = "zebra = eval(other)"


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(folder=tmp_path)


async def test_an_opened_pull_request_is_reviewed_once(world: World) -> None:
    opened = world.open("a", BAD)
    async with world.process() as bot:
        await bot.take(opened)
        assert (world.check.status, world.check.conclusion) == ("completed", "failure")
        assert world.wrote("post_review") == 1
        assert len(world.threads) == 1
        before = len(world.forge.applied)
        await bot.take(opened.model_copy(update={"id": "the same, past the queue's memory"}))
        assert len(world.forge.applied) == before
    assert world.fetched == [sha("a")]


async def test_a_push_converges(world: World) -> None:
    async with world.process() as bot:
        await bot.take(world.open("a", BAD, "y = 2"))
        await bot.take(world.push("f", "x = 1", "y = 2"))
    assert world.check.conclusion == "success"
    assert [thread.resolved for thread in world.threads] == [True]
    assert (world.wrote("post_review"), world.wrote("create_comment")) == (1, 1)
    assert world.unfinished == []


@pytest.mark.parametrize("words", ["/fusion dismiss because a test", "won't fix"])
async def test_a_dismissal_turns_the_check(world: World, words: str) -> None:
    async with world.process() as bot:
        await bot.take(world.open("a", BAD))
        [thread] = world.threads
        await bot.take(world.comment(words, thread=thread))
        assert world.check.conclusion == "success"
        assert world.threads[0].resolved
        if words.startswith("/"):
            await bot.take(world.comment("/fusion reopen", thread=thread))
            assert world.check.conclusion == "failure"
            assert not world.threads[0].resolved
    assert len(world.threads) == 1


async def test_a_thread_that_a_maintainer_resolves_is_a_dismissal(world: World) -> None:
    async with world.process() as bot:
        await bot.take(world.open("a", BAD))
        [thread] = world.threads
        world.forge.resolve(REPOSITORY, NUMBER, thread.node, "mona")
        event = ThreadChanged(delivery="t1", repository=REPOSITORY, number=NUMBER, thread=thread.node, resolved=True)
        await bot.take(message_of(event))
    assert world.check.conclusion == "success"


async def test_nobody_without_permission_commands_or_dismisses(world: World) -> None:
    async with world.process() as bot:
        await bot.take(world.open("a", BAD))
        [thread] = world.threads
        await bot.take(world.comment("won't fix", by="eve", thread=thread))
        for _ in range(2):
            await bot.take(world.comment("/fusion dismiss", by="eve", thread=thread))
        assert world.check.conclusion == "failure"
        told = [said.body for said in world.threads[0].comments if said.ours][1:]
        assert len(told) == 1
        assert "`eve` may not" in told[0]
    assert world.fetched == [sha("a")]


async def test_a_person_has_a_quota_and_is_told_once(world: World) -> None:
    world.bundle_fields["quota"] = 2
    async with world.process() as bot:
        await bot.take(world.open("a"))
        for _ in range(4):
            await bot.take(world.comment("/fusion help"))
        assert sum("commands within an hour" in body for body in world.said) == 1
        world.clock.advance(3601)
        helped = sum("| command |" in body for body in world.said)
        await bot.take(world.comment("/fusion help"))
        assert sum("| command |" in body for body in world.said) == helped + 1


async def test_commands_explain_and_tell_the_status(world: World) -> None:
    async with world.process() as bot:
        await bot.take(world.open("a", BAD))
        await bot.take(world.comment("/fusion explain", thread=world.threads[0]))
        assert "command-injection" in world.threads[0].comments[-1].body
        await bot.take(
            world.comment("/fusion status"), world.comment("/fusion explain ffffffff"), world.comment("/fusion revue")
        )
    assert any("1 finding open" in body and ", reviewed" in body for body in world.said)
    assert any("begins with" in body and "ffffffff" in body for body in world.said)
    assert any("Did you mean `/fusion review`?" in body for body in world.said)


async def test_a_paused_pull_request_waits_for_resume(world: World) -> None:
    async with world.process() as bot:
        await bot.take(world.open("a", BAD))
        await bot.take(world.comment("/fusion pause"))
        assert world.check.conclusion == "failure"
        await bot.take(world.push("f", BAD, SECOND))
        assert (world.check.conclusion, world.check.title) == ("action_required", "Not reviewed")
        assert world.fetched == [sha("a")]
        await bot.take(world.comment("/fusion resume"))
        assert world.check.conclusion == "failure"
        assert world.fetched == [sha("a"), sha("f")]


async def test_what_policy_leaves_out_gets_a_neutral_check_once(world: World) -> None:
    opened = world.open("a", BAD, labels=("no-review",))
    async with world.process() as bot:
        await bot.take(opened, opened.model_copy(update={"id": "d1 again"}))
        assert world.check.conclusion == "neutral"
        assert world.wrote("put_check") == 1
        await bot.take(world.change(labels=()))
        assert world.check.conclusion == "failure"


async def test_a_draft_waits_without_a_word(world: World) -> None:
    async with world.process() as bot:
        await bot.take(world.open("a", BAD, draft=True))
        assert world.forge.applied == []
        await bot.take(world.change(draft=False))
    assert world.check.conclusion == "failure"


async def test_a_policy_that_does_not_validate_leaves_no_check_hanging(world: World) -> None:
    opened = world.open("a", BAD)
    world.forge.policies[REPOSITORY, "b" * 40] = b"pulls: {drafts: maybe}\n"
    world.faults = [PermanentError(".fusion.yml, line 1: `pulls.drafts` must be true or false, not `maybe`.")]
    async with world.process() as bot:
        await bot.take(opened)
    assert world.check.conclusion == "action_required"
    assert "pulls.drafts" in world.check.summary


async def test_a_review_that_breaks_says_so(world: World) -> None:
    world.bundle_fields["blobs"] = Forgetful()
    async with world.process() as bot:
        await bot.take(world.open("a", BAD))
    assert world.check.conclusion == "action_required"
    assert world.unfinished == []


class Forgetful:
    """Blobs that cannot be read back."""

    async def put(self, data: bytes) -> str:
        return f"sha256:{len(data):064x}"

    async def get(self, digest: str) -> bytes:
        raise PermanentError(f"There is no blob {digest!r}.")


async def test_github_may_be_away_and_limit_us_at_any_step(world: World) -> None:
    opened = world.open("a", BAD)
    world.faults = [RateLimited("slow down", seconds=0.02)]
    for step in ("read", "policy", "put_check", "post_review", "create_comment"):
        world.forge.fail(RateLimited("slow down", seconds=0.02), on=step)
    async with world.process() as bot:
        with pytest.raises(RateLimited):
            await bot.dispatcher.handle(opened)
        await bot.take(opened)
    assert world.check.conclusion == "failure"
    assert (world.wrote("post_review"), world.wrote("create_comment")) == (1, 1)
    assert world.fetched == [sha("a")] * 2


async def test_a_lost_answer_doubles_nothing(world: World) -> None:
    for step in ("put_check", "post_review", "create_comment"):
        world.forge.fail(RateLimited("the answer was lost", seconds=0.02), on=step, late=True)
    async with world.process() as bot:
        await bot.take(world.open("a", BAD))
    assert (world.wrote("post_review"), world.wrote("create_comment")) == (1, 1)
    assert len(world.threads) == 1
    assert world.check.conclusion == "failure"


async def test_without_permission_for_checks_the_comment_says_it_all(world: World) -> None:
    world.forge.fail(Denied("Resource not accessible by integration"), on="put_check", times=50)
    async with world.process() as bot:
        await bot.take(world.open("a", BAD))
    assert len(world.threads) == 1
    assert any("no permission to write checks" in body for body in world.said)


async def test_a_deleted_pull_request_ends_quietly(world: World) -> None:
    opened = world.open("a", BAD)
    world.forge.fail(Gone("There is no such pull request."), on="post_review", times=1)
    world.forge.fail(Gone("There is no such pull request."), on="read", times=0)
    async with world.process() as bot:
        await world.queue.send(opened)
        await bot.dispatch()
        world.forge.delete(REPOSITORY, NUMBER)
        await bot.rest()
        assert [output["published"] for output in bot.outputs("pull")] == ["gone"]


async def test_a_newer_head_supersedes_the_running_review(world: World) -> None:
    opened = world.open("a", BAD)
    world.faults = [TransientError("not yet")] * 3
    async with world.process() as bot:
        await world.queue.send(opened)
        await bot.dispatch()
        await world.begun.wait()
        world.faults = []
        await bot.take(world.push("f", "x = 1"))
        statuses = sorted(state.status.value for state in bot.engine.query(name="pull"))
        assert statuses == ["completed", "terminated"]
    assert world.check.conclusion == "success"
    assert world.unfinished == []
    assert world.wrote("create_comment") == 1


async def test_a_check_whose_number_nobody_heard_is_ended_by_the_next_head(world: World) -> None:
    """It was made, the answer was lost, and before anyone looked again a newer head came."""
    opened = world.open("a", BAD)
    world.forge.fail(RateLimited("the answer was lost", seconds=600), on="put_check", late=True)
    async with world.process() as bot:
        await world.queue.send(opened)
        await bot.dispatch()
        for _ in range(1_000):
            if world.unfinished:
                break
            await asyncio.sleep(0.01)
        assert world.unfinished
        await bot.take(world.push("f", "x = 1"))
    assert world.check.conclusion == "success"
    assert world.unfinished == []


async def test_a_head_that_moved_away_and_back_while_it_was_read_is_reviewed(world: World) -> None:
    opened = world.open("a", BAD)
    world.faults = [HeadMoved("The head is another one by now.", head=sha("f"))]
    async with world.process() as bot:
        await bot.take(opened)
    assert world.check.conclusion == "failure"
    assert world.fetched == [sha("a")] * 2


async def test_closing_ends_the_review_and_its_check_and_reopening_begins_anew(world: World) -> None:
    opened = world.open("a", BAD)
    world.faults = [TransientError("not yet")] * 3
    async with world.process() as bot:
        await world.queue.send(opened)
        await bot.dispatch()
        await world.begun.wait()
        await bot.take(world.change(open=False))
        assert world.check.conclusion == "cancelled"
        world.faults = []
        await bot.take(world.change(open=True))
        assert world.check.conclusion == "failure"
    assert world.unfinished == []


async def test_rerun_and_review_look_at_the_same_head_again(world: World) -> None:
    async with world.process() as bot:
        await bot.take(world.open("a", BAD))
        rerun = RerunAsked(delivery="r1", repository=REPOSITORY, head=sha("a"))
        await bot.take(message_of(rerun, session=REPOSITORY))
        await bot.take(world.comment("/fusion review full"))
        assert world.fetched == [sha("a")] * 3
    assert (world.wrote("post_review"), world.wrote("create_comment")) == (1, 1)
    assert world.check.conclusion == "failure"


async def test_a_merge_group_carries_its_members_verdicts(world: World) -> None:
    async with world.process() as bot:
        await bot.take(world.open("a", BAD))
        for head, numbers in (("c", (NUMBER,)), ("d", ())):
            world.forge.groups[REPOSITORY, sha(head)] = numbers
            event = MergeGroupFormed(
                delivery=head, repository=REPOSITORY, head=sha(head), head_ref="q", base="b" * 40, base_ref="main"
            )
            await bot.take(message_of(event, session=REPOSITORY))
    ended = {check.head: check.conclusion for check in world.forge.checks.values()}
    assert (ended[sha("c")], ended[sha("d")]) == ("failure", "action_required")
    assert world.unfinished == []


async def test_a_round_redelivers_what_failed_and_looks_at_what_was_missed(world: World) -> None:
    world.open("a", BAD, installation=5)
    world.app.installed[5] = Installed(id=5, account="octo", created=world.clock.now() - timedelta(days=9))
    world.app.seen[5] = (REPOSITORY, "octo/gone")
    world.app.attempts = [
        Attempted(id=1, delivery="x", event="push", action="", at=world.clock.now(), status=502, redelivery=False)
    ]
    async with world.process() as bot:
        for round in ("c1", "c2"):
            await bot.take(message_of(CatchUp(delivery=round), session="catch-up"))
        assert [output["looked_at"] for output in bot.outputs("catch_up")] == [1, 0]
    assert world.app.redelivered == [1, 1]
    assert world.fetched == [sha("a")]
    assert world.check.conclusion == "failure"


async def test_what_was_paid_for_is_paid_once(world: World) -> None:
    model = Replying()
    world.bundle_fields |= {"reasoning": reasoning_of(model, store=world.store, clock=world.clock)}

    def asked() -> list[str]:
        return [prompt.messages[-1].text for prompt in model.prompts if prompt.agent == "spotter"]

    async with world.process() as bot:
        await bot.take(world.open("a", BAD))
        await bot.take(world.comment("/fusion review"))
        assert asked() == [BAD]
        await bot.take(world.push("f", BAD, SECOND))
        assert len(asked()) == 2


class Died(Exception):
    """The process was killed."""


def received(world: World, message: Message) -> Message:
    """The message of a webhook that came now."""
    return message.model_copy(update={"body": {**message.body, "received": world.clock.now().isoformat()}})


async def test_the_time_to_a_review_is_that_of_its_own_webhook(world: World) -> None:
    """Not of a redelivery, nor of the push before, which a newer one has superseded; and none of a closed pull request."""
    prometheus = PrometheusMeter()
    world.bundle_fields["listen"] = watching(Fan(prometheus))
    async with world.process() as bot:
        first, second = received(world, world.open("a", BAD)), received(world, world.push("b", BAD))
        await world.queue.send(second)
        locked = await world.queue.receive(second.priority, wait=0)
        assert locked is not None
        await world.queue.defer(locked, until=world.clock.now())
        world.clock.advance(30)
        # GitHub delivers it again, and the queue knows it.
        await world.queue.send(received(world, second))
        world.clock.advance(60)
        await bot.take(first)
        assert read(prometheus.text().decode()).total("fusion.review.delivery", "_sum") == 90
        closed = received(world, world.change(open=False))
        await bot.take(closed, received(world, world.comment("/fusion review")))
    told = read(prometheus.text().decode())
    assert told.total("fusion.reviews") == told.total("fusion.review.delivery", "_count") == 1
    assert told.total(EVENTS, objective="reviews_timely") == 1


async def dies(world: World, opened: Message, at: int) -> bool:
    """Kill the process before (even) or after (odd) its activity number `at` // 2; False where it ends without one."""
    numbers, reached = count(), asyncio.Event()

    def around(activity: Callable[..., Any]) -> Callable[..., Any]:
        async def mortal(context: object, job: Any) -> Any:
            if next(numbers) != at // 2:
                return await activity(context, job)
            if at % 2:
                await activity(context, job)
            reached.set()
            return await asyncio.get_running_loop().create_future()

        return mortal

    try:
        async with world.process(around) as bot:
            await world.queue.send(opened)
            await bot.dispatch()
            ends = [asyncio.create_task(reached.wait()), asyncio.create_task(bot.rest())]
            await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
            for end in ends:
                end.cancel()
            raise Died
    except Died:
        return reached.is_set()


@pytest.mark.parametrize(("said", "conclusion"), [("", "failure"), ("/fusion dismiss", "success"), ("won't fix", "success")])
async def test_a_crash_at_every_activity_loses_and_doubles_nothing(tmp_path: Path, said: str, conclusion: str) -> None:
    """The process dies before and after each activity in turn; the next one finishes, and the conversation is the same.

    What is measured in both together is the same, too: each event once.
    """
    for at in count():
        prometheus = PrometheusMeter()
        world = World(folder=tmp_path / str(at), bundle_fields={"listen": watching(Fan(prometheus))})
        world.folder.mkdir()
        fatal = received(world, world.open("a", BAD))
        if said:
            async with world.process() as bot:
                await bot.take(fatal)
            fatal = received(world, world.comment(said, thread=world.threads[0]))
        died = await dies(world, fatal, at)
        async with world.process() as bot:
            await bot.take(received(world, fatal.model_copy(update={"id": "delivered again"})))
        assert (world.wrote("post_review"), world.wrote("create_comment")) == (1, 1), at
        assert (world.check.conclusion, world.unfinished) == (conclusion, []), at
        assert [thread.resolved for thread in world.threads] == [bool(said)], at
        told, reviews = read(prometheus.text().decode()), 2 if said else 1
        assert told.total("fusion.reviews") == told.total("fusion.review.delivery", "_count") == reviews, at
        assert told.total(EVENTS, objective="reviews_timely") == told.total(EVENTS, objective="reviews_complete") == reviews, at
        assert told.total("fusion.dispositions", disposition="open", how="review") == 1, at
        how = "command" if said.startswith("/") else "reply"
        assert told.total("fusion.dispositions", disposition="wont_fix", how=how) == bool(said), at
        assert told.total("fusion.dispositions") == reviews, at
        if not died:
            break
    assert at > 3
