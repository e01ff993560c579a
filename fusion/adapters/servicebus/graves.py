"""The dead letters of Azure Service Bus: each queue has a sub-queue for them, without sessions."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, NamedTuple

from fusion.adapters.deliveries import missing, next_replay
from fusion.adapters.servicebus.connections import Connections
from fusion.adapters.servicebus.messages import dead_letter, outgoing
from fusion.errors import TransientError
from fusion.ports import DeadLetter, Priority

if TYPE_CHECKING:
    from azure.servicebus import ServiceBusReceivedMessage
    from azure.servicebus.aio import ServiceBusReceiver

PAGE = 100
"""Messages of one peek."""
WAIT = 5.0
"""Seconds for which a message that was peeked at is waited for."""


class _Found(NamedTuple):
    """A dead letter, where it lies, and how many lie before it."""

    letter: DeadLetter
    priority: Priority
    number: int
    before: int


class Graves:
    """Lists, replays and drops."""

    def __init__(self, connections: Connections[Priority]) -> None:
        self._connections = connections
        self._receivers: dict[Priority, ServiceBusReceiver] = {}
        self._one_reads = {priority: asyncio.Lock() for priority in Priority}

    def close(self) -> None:
        """End the connections; the next use opens others."""
        for receiver in self._receivers.values():
            self._connections.discard(receiver)
        self._receivers = {}

    async def list(self, limit: int) -> Sequence[DeadLetter]:
        """The messages set aside, of all priorities, oldest first."""
        found = await self._all(max(limit, 0))
        return [each.letter for each in found[: max(limit, 0)]]

    async def replay(self, id: str) -> str:
        """Send it under its next id, then take it out of the dead letters. Raises UserError."""
        found = await self._find(id)
        message = found.letter.message
        anew = message.model_copy(update={"id": next_replay(message.id)})
        # In this order a crash between leaves it in both places. Replayed again, duplicate detection drops the second: its id
        # on the wire tells of which dead letter it is the replay, so that another one of the same name is not dropped.
        await self._connections.put(found.priority, outgoing(anew, id=f"{anew.id}@{found.number}"))
        await self._remove(found)
        return anew.id

    async def drop(self, id: str) -> None:
        """Take it out of the dead letters. Raises UserError."""
        await self._remove(await self._find(id))

    async def _find(self, id: str) -> _Found:
        found = next((each for each in await self._all(None) if each.letter.message.id == id), None)
        if found is None:
            raise missing(id)
        return found

    async def _all(self, limit: int | None) -> Sequence[_Found]:
        """Up to `limit` of each priority, oldest first."""
        each = await asyncio.gather(*(self._of(priority, limit) for priority in Priority))
        return sorted((found for some in each for found in some), key=lambda found: found.letter.at)

    async def _of(self, priority: Priority, limit: int | None) -> Sequence[_Found]:
        found: deque[_Found] = deque()
        number = 1
        async with self._reading(priority) as receiver:
            while limit is None or len(found) < limit:
                count = PAGE if limit is None else min(PAGE, limit - len(found))
                page = await receiver.peek_messages(count, sequence_number=number)
                if not page:
                    break
                for received in page:
                    number = (received.sequence_number or 0) + 1
                    found.append(_Found(dead_letter(received), priority, number - 1, len(found)))
        return found

    async def _remove(self, found: _Found) -> None:
        """Receive until it comes, which is the only way to take it out; give back what came before it."""
        async with self._reading(found.priority) as receiver:
            others: deque[ServiceBusReceivedMessage] = deque()
            try:
                while True:
                    some = await receiver.receive_messages(min(found.before + 1, PAGE), max_wait_time=WAIT)
                    if not some:
                        break
                    wanted = next((each for each in some if each.sequence_number == found.number), None)
                    others += [each for each in some if each is not wanted]
                    if wanted is not None:
                        await receiver.complete_message(wanted)
                        return
            finally:
                for other in others:
                    await receiver.abandon_message(other)
        raise TransientError(
            f"The dead letter {found.letter.message.id!r} is held by somebody else at the moment: try again in a minute."
        )

    @asynccontextmanager
    async def _reading(self, priority: Priority) -> AsyncIterator[ServiceBusReceiver]:
        async with self._one_reads[priority], self._connections.errors(priority):
            if priority not in self._receivers:
                self._receivers[priority] = self._connections.dead_letters(priority)
            yield self._receivers[priority]
