"""One suite over every queue: the fake in memory, SQLite, and whatever else `tests.fakes.queues.QUEUES` names."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from fusion.errors import UserError
from fusion.ports import Locked, LockLost, Message, Priority
from tests.fakes.queues import QUEUES, Bench

EVENT = Priority.EVENT


@pytest.fixture(params=list(QUEUES))
async def bench(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Bench]:
    async with QUEUES[request.param](tmp_path) as made:
        yield made


def message(id: str, session: str = "o/n#1", priority: Priority = EVENT, **body: Any) -> Message:
    return Message(id=id, session=session, priority=priority, body=body)


async def take(bench: Bench, priority: Priority = EVENT) -> Locked:
    locked = await bench.queue.receive(priority, wait=bench.wait)
    assert locked is not None
    return locked


async def nothing(bench: Bench, priority: Priority = EVENT) -> bool:
    return await bench.queue.receive(priority, wait=bench.nothing) is None


async def later(bench: Bench, seconds: float) -> datetime:
    """That many seconds after now, in the queue's time: what a new message says, for there may be no clock to ask."""
    await bench.queue.send(message("what time is it", "clock", Priority.SCHEDULED))
    locked = await take(bench, Priority.SCHEDULED)
    await bench.queue.complete(locked)
    return locked.enqueued + timedelta(seconds=seconds)


async def test_a_message_comes_back_as_it_was_sent(bench: Bench) -> None:
    body = {"text": "ü\u2028\n\x00 \U0001f600", "list": [1, 2.5, None, True], "deep": {"ключ": {}}}
    await bench.queue.send(message("déjà-vu", "o/日本#1", **body))
    locked = await take(bench)
    assert locked.message == message("déjà-vu", "o/日本#1", **body)
    assert locked.attempt == 1
    assert locked.enqueued.tzinfo is not None
    assert locked.until > locked.enqueued
    await bench.queue.complete(locked)
    await bench.pass_time(bench.lock_seconds + 1)
    assert await nothing(bench)


async def test_a_large_body_is_carried(bench: Bench) -> None:
    await bench.queue.send(message("large", text="é" * 100_000))
    assert (await take(bench)).message.body == {"text": "é" * 100_000}


async def test_what_is_no_json_is_refused_and_keeps_nobody_else_from_sending(bench: Bench) -> None:
    outcomes = await asyncio.gather(
        *(bench.queue.send(message(f"m{n}", f"o/n#{n}", x=float("nan") if n == 3 else n)) for n in range(6)),
        return_exceptions=True,
    )
    assert [n for n, outcome in enumerate(outcomes) if outcome is not None] == [3]
    assert isinstance(outcomes[3], ValueError)
    assert {(await take(bench)).message.id for _ in range(5)} == {"m0", "m1", "m2", "m4", "m5"}
    assert await nothing(bench)


async def test_within_a_session_messages_come_in_order_one_at_a_time(bench: Bench) -> None:
    for number in range(4):
        await bench.queue.send(message(f"m{number}"))
    for number in range(4):
        locked = await take(bench)
        assert locked.message.id == f"m{number}"
        assert await nothing(bench), "the session is held"
        await bench.queue.complete(locked)
    assert await nothing(bench)


async def test_sessions_go_on_beside_each_other(bench: Bench) -> None:
    for number in range(4):
        await bench.queue.send(message(f"m{number}", f"o/n#{number % 2}"))
    held = [await take(bench), await take(bench)]
    assert sorted(locked.message.id for locked in held) == ["m0", "m1"]
    assert await nothing(bench)
    first = next(locked for locked in held if locked.message.id == "m0")
    await bench.queue.complete(first)
    assert (await take(bench)).message.id == "m2"


async def test_priorities_are_queues_of_their_own(bench: Bench) -> None:
    for priority in Priority:
        await bench.queue.send(message(f"{priority}-1", priority=priority))
    for priority in Priority:
        assert (await take(bench, priority)).message.id == f"{priority}-1"
        assert await nothing(bench, priority)


async def test_a_lock_that_is_renewed_holds(bench: Bench) -> None:
    await bench.queue.send(message("m"))
    locked = await take(bench)
    for _ in range(2):
        await bench.pass_time(bench.lock_seconds * 0.7)
        renewed = await bench.queue.renew(locked)
        assert renewed.until > locked.until
        locked = renewed
    assert await nothing(bench)
    await bench.queue.complete(locked)


async def test_a_lock_that_ran_out_is_lost_and_the_message_comes_again(bench: Bench) -> None:
    await bench.queue.send(message("m"))
    await bench.queue.send(message("n"))
    late = await take(bench)
    await bench.pass_time(bench.lock_seconds + 1)
    with pytest.raises(LockLost):
        await bench.queue.renew(late)
    again = await take(bench)
    assert (again.message.id, again.attempt) == ("m", 2), "before what was sent after it"
    for settle in (
        bench.queue.complete(late),
        bench.queue.defer(late, until=late.enqueued),
        bench.queue.dead_letter(late, reason="r", detail="d"),
    ):
        with pytest.raises(LockLost):
            await settle
    await bench.queue.complete(again)
    with pytest.raises(LockLost):
        await bench.queue.complete(again)
    assert (await take(bench)).message.id == "n"
    assert await bench.queue.list() == []


async def test_a_message_given_back_comes_later_and_does_not_hold_up_its_session(bench: Bench) -> None:
    await bench.queue.send(message("first", x=1))
    await bench.queue.send(message("second"))
    first = await take(bench)
    await bench.queue.defer(first, until=await later(bench, bench.soon))
    second = await take(bench)
    assert second.message.id == "second"
    await bench.queue.complete(second)
    assert await nothing(bench)
    await bench.pass_time(bench.soon)
    again = await take(bench)
    assert (again.message, again.attempt) == (first.message, 2)
    await bench.queue.complete(again)
    await bench.queue.send(message("first"))
    assert await nothing(bench), "it is still known"


async def test_a_scheduled_message_comes_at_its_time(bench: Bench) -> None:
    await bench.queue.send(message("scheduled"), at=await later(bench, bench.soon))
    await bench.queue.send(message("plain"))
    plain = await take(bench)
    assert plain.message.id == "plain"
    await bench.queue.complete(plain)
    assert await nothing(bench)
    await bench.pass_time(bench.soon)
    scheduled = await take(bench)
    assert (scheduled.message.id, scheduled.attempt) == ("scheduled", 1)
    await bench.queue.send(message("past"), at=datetime(2001, 1, 1, tzinfo=UTC))
    await bench.queue.complete(scheduled)
    assert (await take(bench)).message.id == "past"


async def test_an_id_is_taken_once(bench: Bench) -> None:
    await bench.queue.send(message("m", x=1))
    await bench.queue.send(message("m", x=2))
    locked = await take(bench)
    assert locked.message.body == {"x": 1}
    await bench.queue.complete(locked)
    await asyncio.gather(*(bench.queue.send(message("m", x=n)) for n in range(3)))
    assert await nothing(bench)
    await bench.queue.send(message("m/r1", x=3))
    replayed = await take(bench)
    assert replayed.message.body == {"x": 3}, "a deliberate replay has an id of its own"


async def test_dead_letters_are_listed_replayed_and_dropped(bench: Bench) -> None:
    for id in ("a", "b", "c"):
        await bench.queue.send(message(id, priority=Priority.COMMAND, text=id))
    for id in ("a", "b"):
        locked = await take(bench, Priority.COMMAND)
        assert locked.message.id == id
        await bench.queue.dead_letter(locked, reason="Gone", detail=f"{id}: no such repository — “moved”")
    letters = await bench.queue.list()
    assert [(letter.message.id, letter.reason, letter.attempts) for letter in letters] == [("a", "Gone", 1), ("b", "Gone", 1)]
    assert letters[0].message == message("a", priority=Priority.COMMAND, text="a")
    assert letters[0].detail == "a: no such repository — “moved”"
    assert [letter.message.id for letter in await bench.queue.list(limit=1)] == ["a"]

    rest = await take(bench, Priority.COMMAND)
    assert rest.message.id == "c"
    await bench.queue.complete(rest)
    for replayed, before in (("a/r1", "a"), ("a/r2", "a/r1")):
        assert await bench.queue.replay(before) == replayed
        locked = await take(bench, Priority.COMMAND)
        assert (locked.message, locked.attempt) == (message(replayed, priority=Priority.COMMAND, text="a"), 1)
        await bench.queue.dead_letter(locked, reason="Gone", detail="still")
    assert {letter.message.id for letter in await bench.queue.list()} == {"b", "a/r2"}
    await bench.queue.drop("b")
    await bench.queue.drop("a/r2")
    assert await bench.queue.list() == []
    for gone in (bench.queue.drop("b"), bench.queue.replay("b")):
        with pytest.raises(UserError, match="'b'"):
            await gone
    assert await nothing(bench, Priority.COMMAND)


async def test_a_trace_goes_with_its_message_wherever_that_goes(bench: Bench) -> None:
    trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    await bench.queue.send(message("traced", text="x").model_copy(update={"trace": trace}))
    locked = await take(bench)
    assert locked.message.trace == trace
    await bench.queue.defer(locked, until=locked.enqueued)
    again = await take(bench)
    assert (again.message.trace, again.attempt) == (trace, 2)
    await bench.queue.dead_letter(again, reason="Gone", detail="gone")
    assert [letter.message.trace for letter in await bench.queue.list()] == [trace]
    await bench.queue.replay("traced")
    replayed = await take(bench)
    assert (replayed.message.id, replayed.message.trace) == ("traced/r1", trace)


async def test_what_nobody_ends_is_set_aside(bench: Bench) -> None:
    await bench.queue.send(message("poison"))
    await bench.queue.send(message("next"))
    for attempt in range(1, bench.max_deliveries + 1):
        locked = await take(bench)
        assert (locked.message.id, locked.attempt) == ("poison", attempt)
        await bench.pass_time(bench.lock_seconds + 1)
    assert (await take(bench)).message.id == "next"
    [letter] = await bench.queue.list()
    assert (letter.message, letter.reason, letter.attempts) == (
        message("poison"),
        "MaxDeliveryCountExceeded",
        bench.max_deliveries,
    )


async def test_what_is_given_back_on_purpose_is_not_set_aside(bench: Bench) -> None:
    await bench.queue.send(message("patient"))
    for attempt in range(1, bench.max_deliveries + 3):
        locked = await take(bench)
        assert locked.attempt == attempt
        await bench.queue.defer(locked, until=locked.enqueued)
    assert await bench.queue.list() == []


async def test_a_waiting_receiver_is_woken(bench: Bench) -> None:
    waiting = [asyncio.create_task(bench.queue.receive(EVENT, wait=20)) for _ in range(2)]
    await asyncio.sleep(0.05)
    await bench.queue.send(message("a", "o/n#1"))
    await bench.queue.send(message("b", "o/n#2"))
    received = await asyncio.gather(*waiting)
    assert sorted(locked.message.id for locked in received if locked) == ["a", "b"]


async def test_many_senders_and_receivers_lose_and_double_nothing(bench: Bench) -> None:
    sessions, each = 6, 8
    seen: dict[str, list[int]] = {}
    busy: set[str] = set()

    async def sender(session: int) -> None:
        for number in range(each):
            for _ in range(1 + number % 2):
                await bench.queue.send(message(f"{session}-{number}", f"o/n#{session}", n=number))

    async def receiver() -> None:
        while sum(map(len, seen.values())) < sessions * each:
            locked = await bench.queue.receive(EVENT, wait=0.5)
            if locked is None:
                continue
            session = locked.message.session
            assert session not in busy, "a session is held by one"
            busy.add(session)
            await asyncio.sleep(0)
            seen.setdefault(session, []).append(locked.message.body["n"])
            busy.discard(session)
            await bench.queue.complete(locked)

    await asyncio.gather(*(sender(session) for session in range(sessions)), *(receiver() for _ in range(4)))
    assert seen == {f"o/n#{session}": list(range(each)) for session in range(sessions)}
    assert await nothing(bench)
