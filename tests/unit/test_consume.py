"""The consumer on the queue in memory, and its decision about failures."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fusion.adapters.memory.queue import MemoryQueue
from fusion.adapters.memory.records import ManualClock
from fusion.dispatch.consume import LOOPS, Consumer
from fusion.dispatch.outcomes import Begun, Buried, Done, GivenBack, Lost, Outcome, Postponed, Unavailable, Unsettled
from fusion.dispatch.retry import ASKED, ATTEMPTS, DETAIL, LONGEST, MISTAKES, Later, SetAside, decide, wait
from fusion.errors import Gone, PermanentError, RateLimited, TransientError, UserError
from fusion.ports import Clock, Locked, Message, Priority
from fusion.runtime import SystemClock

NOW = datetime(2025, 1, 1, tzinfo=UTC)
EVENT = Priority.EVENT
ONE: Mapping[Priority, int] = {EVENT: 1}


def message(id: str, session: str = "o/n#1", priority: Priority = EVENT) -> Message:
    return Message(id=id, session=session, priority=priority, body={})


class Watch:
    """Keeps what it hears, and lets a test wait for it."""

    def __init__(self) -> None:
        self.heard: list[Outcome] = []
        self._more = asyncio.Event()

    def __call__(self, outcome: Outcome) -> None:
        self.heard.append(outcome)
        self._more.set()

    async def until(self, kind: type[Outcome], count: int = 1) -> list[Any]:
        async with asyncio.timeout(30):
            while len(found := [outcome for outcome in self.heard if isinstance(outcome, kind)]) < count:
                self._more.clear()
                await self._more.wait()
        return found


@asynccontextmanager
async def consuming(
    queue: MemoryQueue, handle: Callable[[Message], Awaitable[object]], clock: Clock, **more: Any
) -> AsyncIterator[Watch]:
    watch = Watch()
    consumer = Consumer(queue, handle, clock=clock, listen=watch, **more)
    running = asyncio.create_task(consumer.run())
    yield watch
    await consumer.stop()
    await running


async def depth(queue: MemoryQueue, priority: Priority = EVENT) -> tuple[int, int, int, int]:
    state = (await queue.depth())[priority]
    return state.waiting, state.locked, state.scheduled, state.dead


async def test_every_message_is_handled_and_completed_in_the_order_of_its_session() -> None:
    clock, handled = ManualClock(), list[str]()
    queue = MemoryQueue(clock)

    async def handle(message: Message) -> str:
        await asyncio.sleep(0)
        handled.append(message.id)
        return f"saw {message.id}"

    async with consuming(queue, handle, clock) as watch:
        for number in range(12):
            await queue.send(message(f"{number % 3}-{number}", f"o/n#{number % 3}"))
        done = await watch.until(Done, 12)
    for session in "012":
        ours = [id for id in handled if id.startswith(session)]
        assert len(ours) == 4
        assert ours == sorted(ours, key=lambda one: int(one[2:]))
    assert {outcome.result for outcome in done} == {f"saw {id}" for id in handled}
    assert await depth(queue) == (0, 0, 0, 0)


async def test_a_command_does_not_wait_behind_pushes() -> None:
    clock, release = ManualClock(), asyncio.Event()
    queue = MemoryQueue(clock)

    async def handle(message: Message) -> None:
        if message.priority is EVENT:
            await release.wait()

    for number in range(LOOPS[EVENT] + 5):
        await queue.send(message(f"push-{number}", f"o/n#{number}"))
    async with consuming(queue, handle, clock) as watch:
        await watch.until(Begun, LOOPS[EVENT])
        await queue.send(message("command", "o/n#0", Priority.COMMAND))
        [done] = await watch.until(Done)
        assert done.message.id == "command"
        release.set()
        await watch.until(Done, LOOPS[EVENT] + 6)


async def test_the_lock_is_renewed_while_a_handler_works() -> None:
    queue = MemoryQueue(SystemClock(), lock_seconds=1.2)
    handled = []

    async def handle(message: Message) -> None:
        handled.append(message.id)
        await asyncio.sleep(2.4)

    await queue.send(message("m"))
    async with consuming(queue, handle, SystemClock(), loops={EVENT: 3}) as watch:
        [done] = await watch.until(Done)
    assert (handled, done.attempt) == (["m"], 1)
    assert [type(outcome) for outcome in watch.heard] == [Begun, Done]


async def test_a_transient_error_postpones_until_it_is_over() -> None:
    clock, errors = ManualClock(), [TransientError("GitHub is down"), RateLimited("slow down", seconds=90), None]
    queue = MemoryQueue(clock)

    async def handle(message: Message) -> str:
        error = errors.pop(0)
        if error:
            raise error
        return "at last"

    await queue.send(message("m"))
    async with consuming(queue, handle, clock, loops=ONE) as watch:
        [first] = await watch.until(Postponed)
        assert timedelta(seconds=2) <= first.until - clock.now() <= timedelta(seconds=2.5)
        assert await depth(queue) == (0, 0, 1, 0)
        clock.advance(2.5)
        second = (await watch.until(Postponed, 2))[1]
        assert timedelta(seconds=90) <= second.until - clock.now() <= timedelta(seconds=92)
        clock.advance(95)
        [done] = await watch.until(Done)
    assert (done.attempt, done.result) == (3, "at last")


async def test_what_no_retry_helps_is_set_aside_with_its_reason() -> None:
    clock = ManualClock()
    queue = MemoryQueue(clock)

    async def handle(message: Message) -> None:
        raise Gone("o/n was deleted")

    await queue.send(message("m"))
    async with consuming(queue, handle, clock, loops=ONE) as watch:
        await watch.until(Buried)
    [letter] = await queue.list()
    assert (letter.message.id, letter.reason, letter.detail, letter.attempts) == ("m", "Gone", "o/n was deleted", 1)


async def test_a_mistake_of_ours_is_tried_a_few_times_and_never_lost() -> None:
    clock = ManualClock()
    queue = MemoryQueue(clock, max_deliveries=2)

    async def handle(message: Message) -> None:
        raise KeyError("pull")

    await queue.send(message("m"))
    async with consuming(queue, handle, clock, loops=ONE) as watch:
        for attempt in range(1, MISTAKES):
            await watch.until(Postponed, attempt)
            clock.advance(LONGEST)
        await watch.until(Buried)
    [letter] = await queue.list()
    assert (letter.reason, letter.attempts) == ("KeyError", MISTAKES)
    assert "'pull'" in letter.detail


async def test_all_attempts_take_place_before_a_message_is_set_aside() -> None:
    """The queue's own limit on deliveries does not cut them short."""
    clock = ManualClock()
    queue = MemoryQueue(clock, max_deliveries=3)

    async def handle(message: Message) -> None:
        raise TransientError("still down")

    await queue.send(message("m"))
    async with consuming(queue, handle, clock, loops=ONE) as watch:
        for attempt in range(1, ATTEMPTS):
            await watch.until(Postponed, attempt)
            clock.advance(LONGEST)
        await watch.until(Buried)
    [letter] = await queue.list()
    assert (letter.reason, letter.attempts) == ("TransientError", ATTEMPTS)


async def test_a_lock_that_was_lost_records_nothing_and_breaks_nothing() -> None:
    clock, attempts = ManualClock(), list[int]()
    queue = MemoryQueue(clock, lock_seconds=60)

    async def handle(message: Message) -> None:
        attempts.append(len(attempts) + 1)
        if len(attempts) == 1:
            clock.advance(61)
            raise PermanentError("would be set aside")

    await queue.send(message("m"))
    async with consuming(queue, handle, clock, loops=ONE) as watch:
        [lost] = await watch.until(Lost)
        [done] = await watch.until(Done)
    assert (lost.attempt, done.attempt) == (1, 2)
    assert await depth(queue) == (0, 0, 0, 0)


async def test_a_handler_whose_lock_is_lost_is_stopped() -> None:
    """Someone else may be at it: two must not work on one session."""
    clock, cancelled = ManualClock(), list[str]()
    queue = MemoryQueue(clock, lock_seconds=0.3)

    async def handle(message: Message) -> None:
        if cancelled:
            return
        try:
            clock.advance(1)
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            cancelled.append(message.id)
            raise

    await queue.send(message("m"))
    async with consuming(queue, handle, clock, loops=ONE) as watch:
        await watch.until(Lost)
        await watch.until(Done)
    assert cancelled == ["m"]


async def test_a_handler_that_hangs_is_stopped_and_tried_again() -> None:
    clock, begun = ManualClock(), list[str]()
    queue = MemoryQueue(clock)

    async def handle(message: Message) -> None:
        begun.append(message.id)
        if len(begun) == 1:
            await asyncio.sleep(60)

    await queue.send(message("m"))
    async with consuming(queue, handle, clock, loops=ONE, limit=0.05) as watch:
        [postponed] = await watch.until(Postponed)
        assert "0.05 seconds" in str(postponed.error)
        clock.advance(10)
        await watch.until(Done)


class Unreliable(MemoryQueue):
    """A queue that is down for the next `down` calls, whatever they are."""

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock)
        self.down = 0

    def _work(self) -> None:
        if self.down:
            self.down -= 1
            raise TransientError("the queue is down")

    async def receive(self, priority: Priority, *, wait: float) -> Locked | None:
        self._work()
        return await super().receive(priority, wait=wait)

    async def complete(self, locked: Locked) -> None:
        self._work()
        await super().complete(locked)


async def test_a_queue_that_is_down_is_asked_again() -> None:
    clock = ManualClock()
    queue = Unreliable(clock)
    queue.down = 2
    await queue.send(message("m"))

    async def handle(message: Message) -> None:
        queue.down = 2

    async with consuming(queue, handle, clock, loops=ONE) as watch:
        down = await watch.until(Unavailable, 2)
        [done] = await watch.until(Done)
    assert [outcome.seconds for outcome in down] == [0.5, 1.0]
    assert done.attempt == 1, "it was told again when the queue was back"


async def test_a_queue_that_cannot_be_told_leaves_the_message_to_its_lock() -> None:
    clock = ManualClock()
    queue = Unreliable(clock)
    await queue.send(message("m"))

    async def handle(message: Message) -> None:
        queue.down = 5

    async with consuming(queue, handle, clock, loops=ONE) as watch:
        [unsettled] = await watch.until(Unsettled)
        assert "down" in str(unsettled.error)
        assert await depth(queue) == (0, 1, 0, 0)


async def test_stopping_lets_running_handlers_end_and_receives_nothing_more() -> None:
    clock, release = ManualClock(), asyncio.Event()
    queue = MemoryQueue(clock)
    watch = Watch()

    async def handle(message: Message) -> None:
        await release.wait()

    consumer = Consumer(queue, handle, clock=clock, listen=watch)
    running = asyncio.create_task(consumer.run())
    await queue.send(message("a"))
    await watch.until(Begun)
    stopping = [asyncio.create_task(consumer.stop(30)) for _ in range(2)]
    await asyncio.sleep(0)
    await queue.send(message("b", "o/n#2"))
    await asyncio.sleep(0.1)
    assert not running.done()
    assert not any(task.done() for task in stopping)
    release.set()
    await asyncio.gather(running, *stopping)
    await consumer.stop()
    assert [type(outcome) for outcome in watch.heard] == [Begun, Done]
    assert await depth(queue) == (1, 0, 0, 0)


@pytest.mark.parametrize("how", ["stop", "cancel"])
async def test_what_does_not_end_in_time_is_given_back(how: str) -> None:
    clock = ManualClock()
    queue = MemoryQueue(clock)
    watch = Watch()

    async def handle(message: Message) -> None:
        await asyncio.sleep(60)

    consumer = Consumer(queue, handle, clock=clock, listen=watch)
    running = asyncio.create_task(consumer.run())
    for number in range(3):
        await queue.send(message(f"m{number}", f"o/n#{number}"))
    await watch.until(Begun, 3)
    if how == "stop":
        await consumer.stop(0.05)
        await running
    else:
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
    assert len(await watch.until(GivenBack, 3)) == 3
    again = await queue.receive(EVENT, wait=0)
    assert again is not None
    assert (again.message.id, again.attempt) == ("m0", 2)


class Broken(MemoryQueue):
    """An adapter with a mistake in it."""

    async def receive(self, priority: Priority, *, wait: float) -> Locked | None:
        if priority is Priority.SCHEDULED:
            raise AttributeError("a mistake")
        return await super().receive(priority, wait=wait)


async def test_a_mistake_in_the_adapter_ends_the_run_instead_of_a_loop() -> None:
    clock = ManualClock()

    async def handle(message: Message) -> None:
        raise AssertionError

    with pytest.raises(AttributeError, match="a mistake"):
        await Consumer(Broken(clock), handle, clock=clock).run()


@pytest.mark.parametrize(
    ("error", "attempt", "decision"),
    [
        (Gone("deleted"), 1, SetAside(reason="Gone", detail="deleted")),
        (UserError("mend it"), ATTEMPTS, SetAside(reason="UserError", detail=f"mend it (after {ATTEMPTS} attempts)")),
        (
            RateLimited("slow", seconds=1),
            ATTEMPTS,
            SetAside(reason="RateLimited", detail=f"slow (after {ATTEMPTS} attempts)"),
        ),
        (ZeroDivisionError(), 3, SetAside(reason="ZeroDivisionError", detail="no message (a mistake in Fusion, 3 attempts)")),
    ],
)
def test_what_is_set_aside_says_why(error: Exception, attempt: int, decision: SetAside) -> None:
    assert decide(error, id="m", attempt=attempt, now=NOW) == decision


@pytest.mark.parametrize("error", [UserError("mend it"), TransientError("down")])
def test_what_can_be_mended_comes_again(error: Exception) -> None:
    assert isinstance(decide(error, id="m", attempt=1, now=NOW), Later)


def test_a_long_detail_is_cut_but_keeps_its_count() -> None:
    decision = decide(TransientError("x" * 9000), id="m", attempt=ATTEMPTS, now=NOW)
    assert isinstance(decision, SetAside)
    assert len(decision.detail) == DETAIL
    assert decision.detail.endswith(f"(after {ATTEMPTS} attempts)")


def test_attempts_span_about_an_hour_and_do_not_move_in_step() -> None:
    spans = [sum(wait(id, attempt) for attempt in range(1, ATTEMPTS)) for id in ("a", "b", "c", "d")]
    assert all(3000 < span < 4000 for span in spans)
    assert len({wait(id, 9) for id in ("a", "b", "c", "d")}) == 4
    assert wait("a", 9) == wait("a", 9)


@settings(max_examples=100, deadline=None)
@given(st.text(), st.integers(1, 10**9), st.floats() | st.just(1e400))
def test_waits_stay_within_bounds_whatever_is_asked(id: str, attempt: int, asked: float) -> None:
    seconds = wait(id, attempt, asked=asked)
    assert 2.0 <= seconds <= ASKED + LONGEST
    if 0 < asked <= ASKED:
        assert seconds >= asked
    decision = decide(RateLimited("slow", seconds=asked), id=id, attempt=1, now=NOW)
    assert isinstance(decision, Later)
