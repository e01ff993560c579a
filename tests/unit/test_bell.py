"""Receivers are woken by the bell itself: here the poll that would find a message anyway is far away."""

from __future__ import annotations

import asyncio
import threading
from datetime import UTC, datetime

from fusion.adapters.sqlite.bell import Bell
from fusion.ports import Locked, Message, Priority

FAR = 3600.0
NOW = datetime(2025, 1, 1, tzinfo=UTC)
LOCKED = Locked(message=Message(id="m", session="s", body={}), token="1", attempt=1, enqueued=NOW, until=NOW)


async def test_a_ring_from_another_thread_wakes_those_of_its_priority() -> None:
    bell, there, looked = Bell(poll=FAR), list[Locked](), list[Priority]()

    async def waiting(priority: Priority) -> Locked | None:
        async def take() -> Locked | None:
            looked.append(priority)
            return there[0] if there else None

        return await bell.wait(priority, take, FAR)

    event, command = (asyncio.create_task(waiting(priority)) for priority in (Priority.EVENT, Priority.COMMAND))
    await asyncio.sleep(0.02)
    there.append(LOCKED)
    thread = threading.Thread(target=bell.ring, args=[(Priority.EVENT,)])
    thread.start()
    async with asyncio.timeout(30):
        assert await event == LOCKED
    thread.join()
    assert (looked.count(Priority.EVENT), looked.count(Priority.COMMAND)) == (2, 1)
    command.cancel()


async def test_a_ring_while_somebody_looks_is_not_missed() -> None:
    bell, looks = Bell(poll=FAR), list[int]()

    async def take() -> Locked | None:
        looks.append(1)
        if len(looks) == 1:
            bell.ring((Priority.EVENT,))
            return None
        return LOCKED

    async with asyncio.timeout(30):
        assert await bell.wait(Priority.EVENT, take, FAR) == LOCKED
