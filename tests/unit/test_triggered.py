"""What a host's trigger does with a message that failed: the decisions of the consumer, carried out by copies."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from fusion.adapters.memory.records import ManualClock
from fusion.dispatch.outcomes import Begun, Buried, Done, Outcome, Postponed
from fusion.dispatch.triggered import consume
from fusion.errors import FusionError, PermanentError, RateLimited, TransientError
from fusion.ports import Locked, Message, Priority


class Desk:
    """Notes what becomes of messages; while `down`, nothing does."""

    def __init__(self, down: FusionError | None = None) -> None:
        self.down = down
        self.later: list[datetime] = []
        self.aside: list[tuple[str, str]] = []

    def read(self, delivered: Any) -> Locked | None:
        raise AssertionError

    async def unreadable(self, delivered: Any, priority: Priority) -> None:
        raise AssertionError

    async def defer(self, locked: Locked, *, until: datetime) -> None:
        if self.down:
            raise self.down
        self.later.append(until)

    async def dead_letter(self, locked: Locked, *, reason: str, detail: str) -> None:
        if self.down:
            raise self.down
        self.aside.append((reason, detail))


def locked(attempt: int = 1) -> Locked:
    now = datetime.now(UTC)
    return Locked(message=Message(id="d", session="s", body={}), token="0", attempt=attempt, enqueued=now, until=now)


async def run(desk: Desk, error: BaseException | None, *, attempt: int = 1, limit: float = 60) -> list[type[Outcome]]:
    heard: list[Outcome] = []

    async def handle(message: Message) -> str:
        if isinstance(error, TimeoutError):
            await asyncio.sleep(60)
        if error is not None:
            raise error
        return message.id

    try:
        await consume(locked(attempt), handle, desk=desk, clock=ManualClock(), listen=heard.append, limit=limit)
    finally:
        kinds = [type(outcome) for outcome in heard]
        assert kinds[0] is Begun
    return kinds[1:]


async def test_handled() -> None:
    desk = Desk()
    assert await run(desk, None) == [Done]
    assert (desk.later, desk.aside) == ([], [])


async def test_later() -> None:
    desk = Desk()
    assert await run(desk, RateLimited("wait", seconds=120)) == [Postponed]
    assert await run(desk, TimeoutError(), limit=0.01) == [Postponed], "a handler that hangs is given up"
    now = ManualClock().now()
    assert desk.later[0] >= now + timedelta(seconds=120)
    assert now < desk.later[1] <= now + timedelta(seconds=5)
    assert desk.aside == []


@pytest.mark.parametrize(
    ("error", "attempt"), [(PermanentError("never"), 1), (TransientError("never"), 20), (KeyError("never"), 3)]
)
async def test_set_aside(error: Exception, attempt: int) -> None:
    desk = Desk()
    assert await run(desk, error, attempt=attempt) == [Buried]
    [(reason, detail)] = desk.aside
    assert (reason, "never" in detail, desk.later) == (type(error).__name__, True, [])


@pytest.mark.parametrize("error", [TransientError("x"), PermanentError("x")])
async def test_a_queue_that_cannot_be_told_has_the_host_give_it_back(error: FusionError) -> None:
    with pytest.raises(TransientError, match="the queue is down"):
        await run(Desk(TransientError("the queue is down")), error)


async def test_a_process_that_ends_gives_it_back() -> None:
    desk = Desk()
    with pytest.raises(asyncio.CancelledError):
        await run(desk, asyncio.CancelledError())
    assert (desk.later, desk.aside) == ([], [])
