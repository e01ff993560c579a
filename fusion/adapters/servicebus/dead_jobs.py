"""The dead letters of the worker's queues on Azure Service Bus: jobs that workers, or the service itself, set aside."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from fusion.adapters.servicebus.connections import Connections
from fusion.adapters.servicebus.queues import InferenceQueue
from fusion.errors import TransientError, UserError
from fusion.ports import DeadJob

if TYPE_CHECKING:
    from azure.servicebus import ServiceBusReceivedMessage

PAGE = 100
"""Messages of one peek."""
WAIT = 5.0
"""Seconds for which a message that was peeked at is waited for."""
JOBS = tuple(queue for queue in InferenceQueue if queue is not InferenceQueue.RESULTS)


class _Found(NamedTuple):
    """A dead job, where it lies, and how many lie before it."""

    job: DeadJob
    queue: InferenceQueue
    number: int
    before: int


class DeadJobs:
    """Lists and forgets. A receiver is opened for each look: nobody looks often."""

    def __init__(self, connections: Connections[InferenceQueue]) -> None:
        self._connections = connections

    async def list(self, limit: int) -> Sequence[DeadJob]:
        """Up to `limit`, of all classes, oldest first."""
        return [each.job for each in (await self._all(limit))[:limit]]

    async def discard(self, id: str) -> None:
        """Take it out. Raises UserError if there is none, TransientError where somebody else holds it."""
        found = next((each for each in await self._all(None) if each.job.id == id), None)
        if found is None:
            raise UserError(f"No job {id!r} was set aside; `fusion dead-letters list` shows those that were.")
        await self._remove(found)

    async def _all(self, limit: int | None) -> Sequence[_Found]:
        each = await asyncio.gather(*(self._connections.unbroken(self._of(queue, limit)) for queue in JOBS))
        return sorted((found for some in each for found in some), key=lambda found: found.job.at)

    async def _of(self, queue: InferenceQueue, limit: int | None) -> Sequence[_Found]:
        found: list[_Found] = []
        number = 1
        async with self._connections.errors(queue):
            receiver = self._connections.dead_letters(queue)
            try:
                while limit is None or len(found) < limit:
                    page = await receiver.peek_messages(PAGE, sequence_number=number)
                    for received in page:
                        number = (received.sequence_number or 0) + 1
                        found.append(_Found(dead_job(received), queue, number - 1, len(found)))
                    if not page:
                        break
            finally:
                self._connections.discard(receiver)
        return found

    async def _remove(self, found: _Found) -> None:
        """Receive until it comes, which is the only way to take it out; give back what came before it."""
        await self._connections.unbroken(self._received(found))

    async def _received(self, found: _Found) -> None:
        others: deque[ServiceBusReceivedMessage] = deque()
        async with self._connections.errors(found.queue):
            receiver = self._connections.dead_letters(found.queue)
            try:
                while some := await receiver.receive_messages(min(found.before + 1, PAGE), max_wait_time=WAIT):
                    wanted = next((each for each in some if each.sequence_number == found.number), None)
                    others += [each for each in some if each is not wanted]
                    if wanted is not None:
                        await receiver.complete_message(wanted)
                        return
            finally:
                for other in others:
                    await receiver.abandon_message(other)
                self._connections.discard(receiver)
        raise TransientError(f"The dead job {found.job.id!r} is held by somebody else at the moment: try again in a minute.")


def dead_job(received: ServiceBusReceivedMessage) -> DeadJob:
    """A dead letter of a queue of jobs as it was peeked at; also one that somebody else's program sent."""
    body: Any = b"".join(received.body)
    properties: dict[Any, Any] = dict(received.application_properties or {})
    repository = properties.get("repository") or properties.get(b"repository") or ""
    return DeadJob(
        id=received.message_id or "",
        reason=received.dead_letter_reason or "",
        detail=received.dead_letter_error_description or "",
        deliveries=received.delivery_count or 0,
        at=received.enqueued_time_utc or datetime.now(UTC),
        repository=repository.decode(errors="replace") if isinstance(repository, bytes) else str(repository),
        body=body.decode(errors="replace"),
    )
