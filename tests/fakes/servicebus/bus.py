"""A double of Azure Service Bus for tests: the real SDK speaks AMQP to it over TCP on loopback.

    with ServiceBus(queues={"events": QueueOptions(sessions=True, duplicate_window=604_800)}) as bus:
        client = ServiceBusClient.from_connection_string(bus.connection_string)

It has queues with peek-lock, sessions, duplicate detection, schedules, time to live, deferral and dead letters
(`<queue>/$deadletterqueue`), and topics with subscriptions (no rules). Tests inject faults, cut connections, take the bus
down, and look into the queues. What it holds lives in the object: leave and enter the context again, and the same port answers
with the same messages, as a service does after an outage. It checks no tokens and keeps nothing on disk.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from types import TracebackType
from typing import Any, Self, TypeVar

from tests.fakes.servicebus.broker import DROP, DROP_AFTER, Fault, make
from tests.fakes.servicebus.connection import Connection
from tests.fakes.servicebus.messages import Kept
from tests.fakes.servicebus.queues import Queue, QueueOptions

__all__ = ["DROP", "DROP_AFTER", "QueueOptions", "ServiceBus"]

TICK = 0.02
"""Seconds between looks at the clock."""

_T = TypeVar("_T")


class _Wire(asyncio.Protocol):
    """A TCP connection: bytes to a Connection and back."""

    def __init__(self, bus: ServiceBus) -> None:
        self._bus = bus
        self._transport: asyncio.Transport | None = None
        self.connection = Connection(bus.broker)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        if self._bus.down:
            transport.abort()
            return
        self._bus.wires.add(self)

    def data_received(self, data: bytes) -> None:
        self.connection.receive(data)
        self._bus.broker.dispatch()
        self._bus.flush()

    def connection_lost(self, error: Exception | None) -> None:
        self._bus.wires.discard(self)
        self.connection.lost()

    def _look(self) -> None:
        self.broker.tick()
        self.flush()

    def flush(self) -> None:
        """Send what there is to send, and close when the connection is done."""
        if self._transport is None:
            return
        if self.connection.out:
            self._transport.write(bytes(self.connection.out))
            self.connection.out.clear()
        if self.connection.done:
            self._transport.close()

    def cut(self) -> None:
        """Close at once."""
        self.connection.cut()
        if self._transport is not None:
            self._transport.abort()


class ServiceBus:
    """The bus. `clock`: seconds since 1970."""

    def __init__(
        self,
        *,
        queues: Mapping[str, QueueOptions] | None = None,
        topics: Mapping[str, Mapping[str, QueueOptions]] | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.broker = make(clock, queues or {}, topics or {})
        self.wires: set[_Wire] = set()
        self.down = False
        self.port = 0
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None
        self._thread: threading.Thread | None = None

    @property
    def connection_string(self) -> str:
        """What a client connects with. UseDevelopmentEmulator turns TLS off."""
        return f"Endpoint=sb://127.0.0.1:{self.port};SharedAccessKeyName=R;SharedAccessKey=S;UseDevelopmentEmulator=true"

    def __enter__(self) -> Self:
        ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve(ready)), name="service-bus", daemon=True)
        self._thread.start()
        if not ready.wait(120) or self.port == 0:
            raise RuntimeError("The emulator of Service Bus did not start.")
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._loop and self._stop and self._thread:
            self._loop.call_soon_threadsafe(self._stop.set)
            self._thread.join(120)
        self._loop = self._stop = self._thread = None

    async def _serve(self, ready: threading.Event) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        server = await self._loop.create_server(lambda: _Wire(self), "127.0.0.1", self.port)
        self.port = server.sockets[0].getsockname()[1]
        ready.set()
        while not self._stop.is_set():
            try:
                await asyncio.wait_for(self._stop.wait(), TICK)
            except TimeoutError:
                self._look()
        server.close()
        self._cut()
        await asyncio.sleep(0)

    def _look(self) -> None:
        self.broker.tick()
        self.flush()

    def flush(self) -> None:
        """Send what all connections have to send. Only in the bus's own thread."""
        for wire in list(self.wires):
            wire.flush()

    def _cut(self) -> None:
        for wire in list(self.wires):
            wire.cut()

    def _ask(self, work: Callable[[], _T]) -> _T:
        """Run in the bus's thread, where its state may be touched; at once while the bus is not running."""
        if self._loop is None:
            return work()

        async def run() -> _T:
            return work()

        return asyncio.run_coroutine_threadsafe(run(), self._loop).result(120)

    # What tests do

    def fault(self, queue: str, operation: str, condition: str, *, times: int = 1) -> None:
        """Let the next operations on a queue go wrong; see `broker.Fault`."""
        fault = Fault(queue.lower(), operation, condition, times)
        self._ask(lambda: self.broker.faults.append(fault))

    def drop_connections(self) -> None:
        """Cut every connection there is."""
        self._ask(self._cut)

    @contextmanager
    def outage(self) -> Iterator[None]:
        """While in it, connections are cut and new ones refused."""

        def set(down: bool) -> None:
            self.down = down
            self._cut()

        self._ask(lambda: set(True))
        try:
            yield
        finally:
            self._ask(lambda: set(False))

    def look(self) -> None:
        """Do what the clock asks for now, and not at the next of the bus's own looks at it."""
        self._ask(self._look)

    def expire_locks(self, queue: str) -> None:
        """Let all locks of a queue run out now, those of its sessions, too."""

        def expire(found: Queue) -> None:
            for message in found.messages.values():
                message.until = min(message.until, 1.0)
            for session in found.sessions.values():
                session.until = 0.0
            self._look()

        self._ask(lambda: expire(self.broker.queue(queue.lower())))

    def messages(self, queue: str) -> list[Kept]:
        """What a queue holds, oldest first."""
        return self._ask(lambda: list(self.broker.queue(queue.lower()).messages.values()))

    def dead_letters(self, queue: str) -> list[Kept]:
        """What a queue set aside, oldest first."""
        return self.messages(f"{queue}/$deadletterqueue")

    def clear(self) -> None:
        """Empty all queues and forget the ids, sessions and faults."""

        def clear() -> None:
            self.broker.faults.clear()
            for queue in self.broker.queues.values():
                queue.forget()

        self._ask(clear)

    def state(self, queue: str, session: str) -> Any:
        """The state of a session."""
        return self._ask(lambda: self.broker.queue(queue.lower()).session(session).state)
