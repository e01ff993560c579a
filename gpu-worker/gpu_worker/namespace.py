"""The connections to a Service Bus namespace: who signs in, senders that are kept, and closing in the background.

Each sender and receiver of this SDK is an AMQP connection of its own, and none is made for two coroutines at once.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import Coroutine, Mapping
from datetime import datetime
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, TypeVar

from gpu_worker.azure import away, fields, signed_in

if TYPE_CHECKING:
    from azure.core.credentials_async import AsyncTokenCredential
    from azure.servicebus.aio import ServiceBusClient, ServiceBusReceiver, ServiceBusSender

LONGEST_ID = 128
"""Characters that Service Bus takes for a message id."""
GIVEN = 0.5
"""Seconds that a queue has to give what was seen in it."""

_T = TypeVar("_T")
_log = logging.getLogger(__name__)


def fitting(text: str, longest: int = LONGEST_ID) -> str:
    """The text, or what stands for it where Service Bus takes no more characters."""
    if len(text) <= longest:
        return text
    mark = hashlib.sha256(text.encode()).hexdigest()[:40]
    return f"{text[: longest - 41]}~{mark}"


class Namespace:
    """The connections to a namespace, for one event loop; a context manager.

    `connection`: its host name (NAME.servicebus.windows.net), with `credential` or what this process can sign in with, or a
    connection string. `patience`: seconds for one send with its retries.
    """

    def __init__(self, connection: str, *, credential: AsyncTokenCredential | None = None, patience: float = 30.0) -> None:
        self._connection = connection
        self._credential = credential
        self._own: AsyncTokenCredential | None = None
        self._patience = patience
        self._clients: dict[bool, ServiceBusClient] = {}
        self._senders: dict[str, tuple[asyncio.Lock, ServiceBusSender]] = {}
        self._working: set[asyncio.Task[Any]] = set()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for _, sender in self._senders.values():
            self.discard(sender)
        clients, own = list(self._clients.values()), self._own
        self._senders, self._clients, self._own = {}, {}, None
        while self._working:
            await asyncio.gather(*self._working, return_exceptions=True)
        for client in clients:
            await client.close()
        if own is not None:
            await own.close()

    async def send(
        self,
        queue: str,
        body: bytes,
        *,
        id: str,
        properties: Mapping[str | bytes, Any] | None = None,
        at: datetime | None = None,
    ) -> None:
        """Send a message, to come not before `at`. Raises ConnectionError."""
        from azure.servicebus import ServiceBusMessage

        wire = ServiceBusMessage(
            body, message_id=fitting(id), content_type="application/json", application_properties=dict(properties or {})
        )
        if at is not None:
            wire.scheduled_enqueue_time_utc = at
        if queue not in self._senders:
            self._senders[queue] = (asyncio.Lock(), self._client(retries=True).get_queue_sender(queue))
        lock, sender = self._senders[queue]
        with away("Service Bus"):
            async with lock:
                await sender.send_messages(wire, timeout=self._patience)

    def receiver(self, queue: str) -> ServiceBusReceiver:
        """A receiver that does not retry by itself: whoever receives asks again anyway."""
        return self._client(retries=False).get_queue_receiver(queue, max_wait_time=GIVEN)

    def discard(self, handler: ServiceBusSender | ServiceBusReceiver) -> None:
        """Close it in the background: that is a second of waiting."""

        async def close() -> None:
            try:
                with away("Service Bus"):
                    await handler.close()
            except ConnectionError as error:
                _log.debug("A connection did not close well: %s", error)

        self._start(close())

    async def unbroken(self, work: Coroutine[Any, Any, _T]) -> _T:
        """Do it to its end, also when the caller is cancelled: half a frame leaves a connection that nobody can use."""
        return await asyncio.shield(self._start(work))

    def _start(self, work: Coroutine[Any, Any, _T]) -> asyncio.Task[_T]:
        task = asyncio.get_running_loop().create_task(work)
        self._working.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._working.discard(task)
        if not task.cancelled() and (error := task.exception()):
            # Whoever waits for it gets it; nobody does when the caller was cancelled.
            _log.debug("Service Bus: %s", error)

    def _client(self, *, retries: bool) -> ServiceBusClient:
        from azure.servicebus.aio import ServiceBusClient

        if retries not in self._clients:
            options: dict[str, Any] = {"retry_total": 3 if retries else 0, "retry_backoff_max": 8}
            if "endpoint" in fields(self._connection):
                self._clients[retries] = ServiceBusClient.from_connection_string(self._connection, **options)
            else:
                if self._credential is None and self._own is None:
                    self._own = signed_in()
                credential: Any = self._credential or self._own
                self._clients[retries] = ServiceBusClient(self._connection, credential, **options)
        return self._clients[retries]
