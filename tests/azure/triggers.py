"""The Service Bus trigger of Azure's Functions host: receives with the real SDK, invokes the worker, completes or abandons.

    async with Listening(host, bus.connection_string) as listening:
        ...                                     # each queue that the application's metadata names is listened to

As the host does with `autoCompleteMessages`: a message is completed when its function returns and abandoned when it raises; a
session is kept for its next messages and given back when there are none; of a queue without sessions, messages are received as
they come. The metadata beside a message is what the host sends.
"""

from __future__ import annotations

import asyncio
import json
from collections import deque
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Self

from azure.servicebus import NEXT_AVAILABLE_SESSION, ServiceBusReceivedMessage
from azure.servicebus.aio import ServiceBusClient, ServiceBusReceiver
from azure.servicebus.exceptions import OperationTimeoutError

from tests.azure.messages import Message
from tests.azure.worker import AzureHost, InvocationFailed

WAIT = 0.3
"""Seconds for which a session is waited for, and kept without a message."""


class Listening:
    """The trigger of every queue. `invoked` counts invocations by queue, `failed` keeps what functions raised."""

    def __init__(self, host: AzureHost, connection: str) -> None:
        self._host = host
        self._connection = connection
        self._tasks: list[asyncio.Task[None]] = []
        self.invoked: dict[str, int] = dict.fromkeys(host.app.queues, 0)
        self.failed: deque[InvocationFailed] = deque()
        self.busy = 0

    async def __aenter__(self) -> Self:
        self._client = ServiceBusClient.from_connection_string(self._connection, retry_total=0)
        self._tasks = [asyncio.create_task(self._listen(queue)) for queue in self._host.app.queues]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._client.close()

    def check(self) -> None:
        """Raises what ended a listener; functions that raise end none."""
        for task in self._tasks:
            if task.done():
                task.result()

    async def _listen(self, queue: str) -> None:
        _, _, binding = self._host.app.queues[queue]
        session: Any = NEXT_AVAILABLE_SESSION if binding.get("isSessionsEnabled") else None
        while True:
            receiver = self._client.get_queue_receiver(queue, session_id=session, max_wait_time=WAIT)
            try:
                async with receiver:
                    while received := await receiver.receive_messages(1, max_wait_time=WAIT):
                        self.busy += 1
                        try:
                            await self._one(queue, receiver, received[0])
                        finally:
                            self.busy -= 1
            except OperationTimeoutError:
                continue

    async def _one(self, queue: str, receiver: ServiceBusReceiver, received: ServiceBusReceivedMessage) -> None:
        function, parameter, _ = self._host.app.queues[queue]
        body = self._host.app.data(bytes=b"".join(received.body))
        self.invoked[queue] += 1
        try:
            await self._host.app.invoke(function, {parameter: body, **self._host.client(function)}, self._beside(received))
        except InvocationFailed as error:
            self.failed.append(error)
            await receiver.abandon_message(received)
        else:
            await receiver.complete_message(received)

    def _beside(self, received: ServiceBusReceivedMessage) -> dict[str, Message]:
        data = self._host.app.data
        properties = {_text(name): _text(value) for name, value in (received.application_properties or {}).items()}
        known: dict[str, Any] = {
            "ApplicationProperties": properties,
            "UserProperties": properties,
            # .NET counts the present delivery, too.
            "DeliveryCount": (received.delivery_count or 0) + 1,
            "SequenceNumber": received.sequence_number,
            "EnqueuedTimeUtc": _time(received.enqueued_time_utc),
            "LockedUntil": _time(received.locked_until_utc),
        }
        texts = {"MessageId": received.message_id, "SessionId": received.session_id, "ContentType": received.content_type}
        return {
            **{name: data(json=json.dumps(value)) for name, value in known.items() if value is not None},
            **{name: data(string=text) for name, text in texts.items() if text},
        }


def _text(value: Any) -> Any:
    return value.decode() if isinstance(value, bytes) else value


def _time(moment: datetime | None) -> str | None:
    """As .NET writes it: seven digits of a second."""
    return None if moment is None else moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f0Z")
