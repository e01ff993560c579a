"""The connections to a Service Bus namespace: who signs in, senders that are kept, and closing in the background.

Each sender and receiver of this SDK is an AMQP connection of its own, and none is made for two coroutines at once.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Coroutine, Mapping
from contextlib import asynccontextmanager
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

from fusion.adapters.azure.cloud import fields
from fusion.adapters.azure.credentials import signed_in
from fusion.adapters.servicebus.messages import SETTING, meaning
from fusion.errors import UserError

if TYPE_CHECKING:
    from azure.core.credentials_async import AsyncTokenCredential
    from azure.servicebus import ServiceBusMessage
    from azure.servicebus.aio import ServiceBusClient, ServiceBusReceiver, ServiceBusSender

_T = TypeVar("_T")
_Q = TypeVar("_Q", bound=StrEnum)
"""What tells the queues apart: priorities, classes of jobs."""
_log = logging.getLogger(__name__)


CLOSING = 10.0
"""Seconds that what goes on in the background has to end when everything is closed."""


class Handler(Protocol):
    """A sender or a receiver."""

    async def close(self) -> None:
        """End its connection."""
        ...


def sdk_errors() -> tuple[type[Exception], ...]:
    """What the SDK raises when the service or the way to it fails."""
    from azure.core.exceptions import AzureError

    return (AzureError, TimeoutError, OSError)


class Connections(Generic[_Q]):
    """Makes them when they are first needed. `patience`: seconds for one send with its retries.

    `needs`: what the queues must be made with, for whoever finds one missing.

    `connection` is the namespace's host name, with `credential` or what this process can sign in with, or a connection string.
    Raises UserError when it is neither.
    """

    def __init__(
        self,
        connection: str,
        names: Mapping[_Q, str],
        credential: AsyncTokenCredential | None,
        patience: float,
        *,
        needs: str = "with sessions and duplicate detection",
    ) -> None:
        parts = fields(connection)
        self._string = connection if "endpoint" in parts else ""
        address = parts.get("endpoint", connection)
        self._host = address.removeprefix("sb://").removeprefix("https://").strip("/ ")
        keyed = "sharedaccesssignature" in parts or {"sharedaccesskeyname", "sharedaccesskey"} <= parts.keys()
        if not self._host or any(each in self._host for each in "/= ;") or (self._string and not keyed):
            raise UserError(
                f"{SETTING} is neither a host name (NAME.servicebus.windows.net) nor a connection string"
                " (Endpoint=sb://...;SharedAccessKeyName=...;SharedAccessKey=...)."
            )
        self._names = dict(names)
        self._credential = credential
        self._patience = patience
        self._needs = needs
        self._own: AsyncTokenCredential | None = None
        self._clients: dict[bool, ServiceBusClient] = {}
        self._senders: dict[_Q, ServiceBusSender] = {}
        self._one_sends = {priority: asyncio.Lock() for priority in names}
        self._working: set[asyncio.Task[Any]] = set()

    async def close(self, *, patience: float = CLOSING) -> None:
        """End all that are left, and give what goes on in the background that many seconds; the next use makes others."""
        for priority in self._senders:
            self._start(self._end(priority))
        clients, own = list(self._clients.values()), self._own
        self._clients, self._own = {}, None
        if self._working:
            # The service may be away, and each step towards it waits for itself.
            _, left = await asyncio.wait(self._working, timeout=patience)
            for task in left:
                task.cancel()
            if left:
                await asyncio.wait(left, timeout=1)
        for client in clients:
            await client.close()
        if own is not None:
            await own.close()

    async def _end(self, priority: _Q) -> None:
        async with self._one_sends[priority]:
            if sender := self._senders.pop(priority, None):
                self.discard(sender)

    async def put(self, priority: _Q, wire: ServiceBusMessage) -> None:
        """Send a message. Raises what `meaning` makes of the SDK's errors."""
        await self.unbroken(self._put(priority, wire))

    async def _put(self, priority: _Q, wire: ServiceBusMessage) -> None:
        async with self._one_sends[priority], self.errors(priority):
            sender = self._senders.get(priority)
            if sender is None:
                sender = self._senders[priority] = self._client(retries=True).get_queue_sender(self._names[priority])
            await sender.send_messages(wire, timeout=self._patience)

    def next_session(self, priority: _Q, wait: float) -> ServiceBusReceiver:
        """A receiver that takes the next session that is free, and waits so many seconds for one.

        It does not retry by itself: whoever receives asks again anyway, and meanwhile a lock would be lost.
        """
        from azure.servicebus import NEXT_AVAILABLE_SESSION

        return self._client(retries=False).get_queue_receiver(
            self._names[priority], session_id=NEXT_AVAILABLE_SESSION, max_wait_time=wait
        )

    def plain(self, priority: _Q) -> ServiceBusReceiver:
        """A receiver of a queue without sessions. It does not retry by itself."""
        return self._client(retries=False).get_queue_receiver(self._names[priority])

    def session(self, priority: _Q, id: str) -> ServiceBusReceiver:
        """A receiver that takes this session, whether there is a message in it or not."""
        return self._client(retries=False).get_queue_receiver(self._names[priority], session_id=id)

    def dead_letters(self, priority: _Q) -> ServiceBusReceiver:
        """A receiver of the queue's dead letters."""
        from azure.servicebus import ServiceBusSubQueue

        return self._client(retries=True).get_queue_receiver(self._names[priority], sub_queue=ServiceBusSubQueue.DEAD_LETTER)

    def discard(self, handler: Handler) -> None:
        """Close it in the background: that is a second of waiting."""

        async def close() -> None:
            try:
                await handler.close()
            except sdk_errors() as error:
                _log.debug("A connection to Service Bus did not close well: %s", error)

        self._start(close())

    async def unbroken(self, work: Coroutine[Any, Any, _T]) -> _T:
        """Do it to its end, also when the caller is cancelled: half a frame would leave a connection that nobody can use."""
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

    @asynccontextmanager
    async def errors(self, priority: _Q) -> AsyncIterator[None]:
        """Every error of the SDK inside becomes one of ours."""
        try:
            yield
        except sdk_errors() as error:
            raise meaning(error, host=self._host, queue=self._names[priority], needs=self._needs) from error

    def _client(self, *, retries: bool) -> ServiceBusClient:
        from azure.servicebus.aio import ServiceBusClient

        if retries not in self._clients:
            options: dict[str, Any] = {"retry_total": 3 if retries else 0, "retry_backoff_max": 8}
            if self._string:
                self._clients[retries] = ServiceBusClient.from_connection_string(self._string, **options)
            else:
                if self._credential is None and self._own is None:
                    self._own = signed_in()
                credential: Any = self._credential or self._own
                self._clients[retries] = ServiceBusClient(self._host, credential, **options)
        return self._clients[retries]
