"""Messages of Azure Service Bus that a Functions trigger received: the Functions host holds their locks, not this process.

The host completes a message when its function returns, and abandons it, to come again at once, when the function raises. So a
message that shall come later, or be set aside, is done here by a copy, and the original is completed by returning:

- later: the copy is scheduled, as `ServiceBusQueue.defer` does it;
- set aside: the copy goes into a session of its own that is held here before it is sent, so that nobody else receives it, and
  from there to the dead letters with its reason.

Copies have ids that duplicate detection knows: where this process dies before the original is completed, the next delivery
makes no second copy.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from fusion.adapters.servicebus.connections import Connections
from fusion.adapters.servicebus.messages import (
    ATTEMPTS,
    DEFERRALS,
    ENQUEUED,
    LONGEST_REASON,
    Arrived,
    arrived,
    buried,
    copy_id,
    fitting,
    incoming,
    outgoing,
)
from fusion.adapters.servicebus.queue import QUEUES, SHORTEST_WAIT
from fusion.ports import Locked, Message, Priority

if TYPE_CHECKING:
    from azure.core.credentials_async import AsyncTokenCredential
    from azure.functions import ServiceBusMessage as Delivered
    from azure.servicebus import ServiceBusMessage

ARRIVAL = 3.0
"""Seconds that a copy has to come out of the session that it was sent to. One that takes longer is handled as any message."""


class Triggered:
    """What becomes of triggers' messages, for one event loop. The arguments are those of `ServiceBusQueue`.

    Connections are made when first needed, which is when a message fails.
    """

    def __init__(
        self,
        connection: str,
        *,
        queues: Mapping[Priority, str] = QUEUES,
        credential: AsyncTokenCredential | None = None,
        patience: float = 30.0,
    ) -> None:
        self._connections = Connections(connection, queues, credential, patience)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._connections.close()

    def read(self, delivered: Delivered) -> Locked | None:
        """The message in a delivery; None when somebody else's program sent it. `until` is what the host renews."""
        wire = OfTrigger(delivered)
        message = incoming(wire)
        if message is None:
            return None
        beside = arrived(wire)
        return Locked(
            message=message,
            token=_token(beside),
            attempt=beside.attempt,
            enqueued=beside.enqueued,
            until=_aware(delivered.locked_until) or datetime.now(UTC),
        )

    async def defer(self, locked: Locked, *, until: datetime) -> None:
        """Send the copy that comes at `until` as the next attempt. Raises TransientError."""
        wire = _copy(locked)
        wire.scheduled_enqueue_time_utc = until.astimezone(UTC)
        await self._connections.put(locked.message.priority, wire)

    async def dead_letter(self, locked: Locked, *, reason: str, detail: str) -> None:
        """Send the copy, and set it aside for a person. Raises TransientError."""
        await self._set_aside(locked.message.priority, _copy(locked), reason, buried(detail, locked.attempt))

    async def unreadable(self, delivered: Delivered, priority: Priority) -> None:
        """Set aside what is no message of ours, as it came. Raises TransientError."""
        from azure.servicebus import ServiceBusMessage

        id = delivered.message_id or f"unnamed-{delivered.sequence_number}"
        wire = ServiceBusMessage(delivered.get_body(), message_id=copy_id(Message(id=id, session="", body={}), 1))
        await self._set_aside(priority, wire, "Unreadable", "The body is no message of Fusion's.")

    async def _set_aside(self, priority: Priority, wire: ServiceBusMessage, reason: str, description: str) -> None:
        await self._connections.unbroken(self._bury(priority, wire, reason, description))

    async def _bury(self, priority: Priority, wire: ServiceBusMessage, reason: str, description: str) -> None:
        wire.session_id = fitting(f"set-aside/{wire.message_id}")
        async with self._connections.errors(priority), self._connections.session(priority, wire.session_id) as receiver:
            # The session is held from here on: first what an earlier delivery left in it.
            received = await receiver.receive_messages(1, max_wait_time=SHORTEST_WAIT)
            if not received:
                await self._connections.put(priority, wire)
                received = await receiver.receive_messages(1, max_wait_time=ARRIVAL)
            # None: an earlier delivery sent the copy, and this one was dropped as its duplicate.
            for each in received:
                await receiver.dead_letter_message(
                    each, reason=reason[:LONGEST_REASON], error_description=description[:LONGEST_REASON]
                )


def _copy(locked: Locked) -> ServiceBusMessage:
    number = int(locked.token) + 1
    properties: dict[str | bytes, Any] = {
        ATTEMPTS: locked.attempt,
        DEFERRALS: number,
        ENQUEUED: locked.enqueued.isoformat(),
    }
    return outgoing(locked.message, id=copy_id(locked.message, number), properties=properties)


def _token(beside: Arrived) -> str:
    """How many copies were before this one: all that is needed to make the next."""
    return str(beside.deferrals)


class OfTrigger:
    """A trigger's message, as the SDK's own receivers show theirs."""

    def __init__(self, delivered: Delivered) -> None:
        self.body = [delivered.get_body()]
        self.application_properties: Mapping[str, Any] = delivered.application_properties or {}
        self.enqueued_time_utc = _aware(delivered.enqueued_time_utc)
        # The host counts the present delivery, too (.NET's ServiceBusReceivedMessage.DeliveryCount).
        self.delivery_count = max((delivered.delivery_count or 1) - 1, 0)


def _aware(moment: datetime | None) -> datetime | None:
    """The host's times are UTC, whether they say so or not."""
    if moment is None or moment.tzinfo is not None:
        return moment
    return moment.replace(tzinfo=UTC)
