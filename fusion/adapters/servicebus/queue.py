"""The queue on Azure Service Bus: one queue with sessions for each priority.

What the queues themselves must be (infrastructure makes them; nothing here does): sessions required, duplicate detection with
a window of seven days, ten deliveries at most, a lock of a minute or more. `defer` sends a scheduled copy with an id of its own
and completes the original, for Service Bus has no abandon with a delay; `receive` hands the copy out under the original id.

A session is held by one receiver, which is a connection of its own in this SDK: opening one takes about half a second, and
closing one takes up to a second of waiting. So a receiver whose message has ended stays for a moment (`linger`) to take the
next message of its session, and closing goes on in the background.

Source: learn.microsoft.com/azure/service-bus-messaging (message-sessions, duplicate-detection, message-sequencing,
service-bus-dead-letter-queues).
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from fusion.adapters.deliveries import lost
from fusion.adapters.servicebus.connections import Connections, sdk_errors
from fusion.adapters.servicebus.graves import Graves
from fusion.adapters.servicebus.messages import (
    ATTEMPTS,
    DEFERRALS,
    ENQUEUED,
    LONGEST_REASON,
    arrived,
    buried,
    copy_id,
    incoming,
    outgoing,
)
from fusion.ports import DeadLetter, Locked, Message, Priority

if TYPE_CHECKING:
    from azure.core.credentials_async import AsyncTokenCredential
    from azure.servicebus import ServiceBusReceivedMessage
    from azure.servicebus.aio import ServiceBusReceiver

QUEUES: Mapping[Priority, str] = {
    Priority.COMMAND: "fusion-command",
    Priority.EVENT: "fusion-event",
    Priority.SCHEDULED: "fusion-scheduled",
}
"""Names of the queues."""

SHORTEST_WAIT = 0.1
"""Seconds: the SDK takes no wait for a wait without end."""
ANSWER = 10.0
"""Seconds beyond its wait that the service has to answer a receiver."""
BURST = 50
"""Messages of one session that a receiver takes in a row, so that a busy session does not keep others waiting for ever."""

_log = logging.getLogger(__name__)


@dataclass(eq=False, slots=True)
class _Seat:
    """A receiver that holds a session, and the message it took."""

    priority: Priority
    receiver: ServiceBusReceiver
    received: ServiceBusReceivedMessage | None = None
    until: datetime | None = None
    taken: int = 0
    leaving: asyncio.TimerHandle | None = None
    busy: asyncio.Lock = field(default_factory=asyncio.Lock)


class ServiceBusQueue:
    """Queue and DeadLetters in a Service Bus namespace, for one event loop.

    `connection` is the namespace's host name, with `credential` or what this process can sign in with, or a connection string.
    `patience`: seconds for one send with its retries. `linger`: seconds for which a receiver keeps a session whose message
    has ended. Connections are made when first needed and kept; `close` ends them, and so does using it as a context manager.
    """

    def __init__(
        self,
        connection: str,
        *,
        queues: Mapping[Priority, str] = QUEUES,
        credential: AsyncTokenCredential | None = None,
        patience: float = 30.0,
        linger: float = 1.0,
    ) -> None:
        self._connections = Connections(connection, queues, credential, patience)
        self._linger = linger
        self._held: dict[str, _Seat] = {}
        self._idle: dict[Priority, list[_Seat]] = {priority: [] for priority in Priority}
        self._graves = Graves(self._connections)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Give back what is held and end all connections; the next use opens them again."""
        for seat in {*self._held.values(), *(each for idle in self._idle.values() for each in idle)}:
            self._retire(seat)
        self._graves.close()
        await self._connections.close()

    # Sending

    async def send(self, message: Message, *, at: datetime | None = None) -> None:
        """Keep the message durably, to come at once or not before `at`; Service Bus drops a duplicate by its id.

        Raises TransientError; UserError when the queue is not there or may not be used; PermanentError when the message is
        too large; ValueError or TypeError when its body is no JSON.
        """
        wire = outgoing(message)
        if at is not None:
            wire.scheduled_enqueue_time_utc = at.astimezone(UTC)
        await self._connections.put(message.priority, wire)

    # Receiving

    async def receive(self, priority: Priority, *, wait: float) -> Locked | None:
        """The oldest message whose session nobody holds; None after `wait` seconds without one. Raises TransientError.

        What Service Bus delivered too often, it sets aside itself (`MaxDeliveryCountExceeded`); what is no message of ours
        is set aside here (`Unreadable`).
        """
        self._forget_expired()
        deadline = asyncio.get_running_loop().time() + wait
        while True:
            taken = await self._stay(priority) or await self._next_session(priority, deadline)
            if taken is None:
                return None
            seat, received = taken
            if message := incoming(received):
                return self._locked(seat, received, message)
            await self._set_aside(seat, received, "Unreadable", "The body is no message of Fusion's.")

    async def _stay(self, priority: Priority) -> tuple[_Seat, ServiceBusReceivedMessage] | None:
        """The next message of a session that a receiver still holds."""
        idle = self._idle[priority]
        while idle:
            seat = idle.pop()
            if seat.leaving:
                seat.leaving.cancel()
            try:
                received = await seat.receiver.receive_messages(1, max_wait_time=SHORTEST_WAIT)
            except BaseException as error:
                self._retire(seat)
                if not isinstance(error, sdk_errors()):
                    raise
                _log.debug("A session was not held any more: %s", error)
                continue
            if received:
                return seat, received[0]
            self._retire(seat)
        return None

    async def _next_session(self, priority: Priority, deadline: float) -> tuple[_Seat, ServiceBusReceivedMessage] | None:
        from azure.servicebus.exceptions import OperationTimeoutError

        wait = max(deadline - asyncio.get_running_loop().time(), SHORTEST_WAIT)
        async with self._connections.errors(priority):
            receiver = self._connections.next_session(priority, wait)
            seat = _Seat(priority, receiver)
            try:
                received = await receiver.receive_messages(1, max_wait_time=wait + ANSWER)
            except BaseException as error:
                self._retire(seat)
                # The service's word, not the SDK's: there was no session in time, and no answer would be another thing.
                if isinstance(error, OperationTimeoutError) and "com.microsoft:timeout" in str(error):
                    return None
                raise
        if not received:
            self._retire(seat)
            return None
        return seat, received[0]

    def _locked(self, seat: _Seat, received: ServiceBusReceivedMessage, message: Message) -> Locked:
        beside = arrived(received)
        token = str(received.lock_token)
        until = _until(seat.receiver)
        seat.received, seat.until, seat.taken = received, until, seat.taken + 1
        self._held[token] = seat
        return Locked(message=message, token=token, attempt=beside.attempt, enqueued=beside.enqueued, until=until)

    # Ending

    async def renew(self, locked: Locked) -> Locked:
        """Hold the session, and with it the message, for another lock duration. Raises LockLost."""
        return replace(locked, until=await self._connections.unbroken(self._renew(locked)))

    async def complete(self, locked: Locked) -> None:
        """It is done. Raises LockLost."""
        await self._connections.unbroken(self._complete(locked))

    async def defer(self, locked: Locked, *, until: datetime) -> None:
        """Give it back, to come again at `until` as its next attempt; its session goes on without it. Raises LockLost."""
        await self._connections.unbroken(self._defer(locked, until))

    async def dead_letter(self, locked: Locked, *, reason: str, detail: str) -> None:
        """Set it aside for a person; of reason and detail, 4,000 characters each. Raises LockLost."""
        await self._connections.unbroken(self._dead_letter(locked, reason, detail))

    async def _renew(self, locked: Locked) -> datetime:
        async with self._holding(locked) as (seat, _):
            return await self._longer(seat)

    async def _longer(self, seat: _Seat) -> datetime:
        session: Any = seat.receiver.session
        until: datetime = await session.renew_lock(timeout=ANSWER)
        seat.until = until
        return until

    async def _complete(self, locked: Locked) -> None:
        async with self._holding(locked) as (seat, received):
            await seat.receiver.complete_message(received)
            self._rest(locked, seat)

    async def _defer(self, locked: Locked, until: datetime) -> None:
        async with self._holding(locked) as (seat, received):
            # Only who holds it may send the copy.
            await self._longer(seat)
            beside = arrived(received)
            wire = outgoing(
                locked.message,
                id=copy_id(locked.message, beside.deferrals + 1),
                properties={
                    ATTEMPTS: beside.attempt,
                    DEFERRALS: beside.deferrals + 1,
                    ENQUEUED: beside.enqueued.isoformat(),
                },
            )
            wire.scheduled_enqueue_time_utc = until.astimezone(UTC)
            await self._connections.put(seat.priority, wire)
            await seat.receiver.complete_message(received)
            self._rest(locked, seat)

    async def _dead_letter(self, locked: Locked, reason: str, detail: str) -> None:
        async with self._holding(locked) as (seat, received):
            await _bury(seat, received, reason, buried(detail, locked.attempt))
            self._rest(locked, seat)

    async def _set_aside(self, seat: _Seat, received: ServiceBusReceivedMessage, reason: str, detail: str) -> None:
        async with self._connections.errors(seat.priority):
            try:
                await _bury(seat, received, reason, detail)
            finally:
                self._retire(seat)

    @asynccontextmanager
    async def _holding(self, locked: Locked) -> AsyncIterator[tuple[_Seat, ServiceBusReceivedMessage]]:
        """The receiver that holds the message, for one coroutine at a time. Raises LockLost."""
        seat = self._held.get(locked.token)
        if seat is None:
            raise lost(locked)
        async with seat.busy, self._connections.errors(seat.priority):
            received = seat.received
            if self._held.get(locked.token) is not seat or received is None:
                raise lost(locked)
            try:
                yield seat, received
            except Exception as error:
                if _is_lost(error):
                    self._retire(seat)
                    raise lost(locked) from error
                raise

    def _rest(self, locked: Locked, seat: _Seat) -> None:
        """The message has ended; its receiver stays for the next one of the session, but not for long."""
        self._held.pop(locked.token, None)
        seat.received = None
        if seat.taken >= BURST or self._linger <= 0:
            self._retire(seat)
            return
        self._idle[seat.priority].append(seat)
        seat.leaving = asyncio.get_running_loop().call_later(self._linger, self._leave, seat)

    def _leave(self, seat: _Seat) -> None:
        if seat in self._idle[seat.priority]:
            self._retire(seat)

    def _forget_expired(self) -> None:
        """Receivers of those who never came back; what they held has been given to others."""
        now = datetime.now(UTC) - timedelta(seconds=1)
        for seat in [each for each in self._held.values() if each.until and each.until < now and not each.busy.locked()]:
            self._retire(seat)

    def _retire(self, seat: _Seat) -> None:
        """Close its receiver, which gives back the session and what was not ended."""
        if seat.leaving:
            seat.leaving.cancel()
        self._held = {token: each for token, each in self._held.items() if each is not seat}
        if seat in self._idle[seat.priority]:
            self._idle[seat.priority].remove(seat)
        self._connections.discard(seat.receiver)

    # Dead letters

    async def list(self, *, limit: int = 100) -> Sequence[DeadLetter]:
        """The messages set aside, of all priorities, oldest first."""
        return await self._graves.list(limit)

    async def replay(self, id: str) -> str:
        """Enqueue it anew as `<delivery>/r<n>`, n one higher than before; returns that id. Raises UserError: no such."""
        return await self._graves.replay(id)

    async def drop(self, id: str) -> None:
        """Forget it. Raises UserError if there is none."""
        await self._graves.drop(id)


async def _bury(seat: _Seat, received: ServiceBusReceivedMessage, reason: str, description: str) -> None:
    await seat.receiver.dead_letter_message(received, reason=reason[:LONGEST_REASON], error_description=description)


def _is_lost(error: BaseException) -> bool:
    """Whether the lock is gone with it: the service says so, or the connection that held the session is no more."""
    from azure.servicebus import exceptions as sdk

    gone = (
        sdk.MessageLockLostError,
        sdk.SessionLockLostError,
        sdk.MessageNotFoundError,
        sdk.MessageAlreadySettled,
        sdk.ServiceBusConnectionError,
        sdk.ServiceBusCommunicationError,
    )
    # A handler that was shut down answers with a bare ValueError.
    return isinstance(error, gone) or type(error) is ValueError


def _until(receiver: ServiceBusReceiver) -> datetime:
    session: Any = receiver.session
    until: datetime | None = session.locked_until_utc
    return until if until is not None else datetime.now(UTC)
