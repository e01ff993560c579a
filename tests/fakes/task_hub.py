"""A task hub on this machine: durabletask's in-memory backend, over gRPC, and a wire to it that can be cut.

What that backend cannot do: it keeps nothing beyond its process, hands no lost activity to another worker, ends no
sub-orchestration with its parent, and answers ten questions at once at most.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def task_hub() -> Iterator[tuple[Any, int]]:
    """The backend, and its port."""
    from durabletask.testing import create_test_backend

    logging.getLogger("durabletask.testing").setLevel(logging.CRITICAL)
    port = free_port()
    backend = create_test_backend(port=port)
    try:
        yield backend, port
    finally:
        backend.stop()


class Wire:
    """A TCP connection to a port that can be cut and mended; `port` is where it begins."""

    def __init__(self, to: int) -> None:
        self._to = to
        self.port = 0
        self._server: asyncio.Server | None = None
        self._ends: set[asyncio.StreamWriter] = set()
        self._flows: set[asyncio.Task[None]] = set()

    async def mend(self) -> None:
        """Take connections, again at the same port."""
        self._server = await asyncio.start_server(self._joined, "127.0.0.1", self.port)
        self.port = int(self._server.sockets[0].getsockname()[1])

    async def cut(self) -> None:
        """End every connection, and take none."""
        assert self._server is not None
        self._server.close()
        for end in list(self._ends):
            end.transport.abort()
        await asyncio.gather(*self._flows, return_exceptions=True)

    async def _joined(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection("127.0.0.1", self._to)
        self._ends |= {writer, back}
        flows = {asyncio.create_task(_flow(reader, back)), asyncio.create_task(_flow(there, writer))}
        self._flows |= flows
        await asyncio.wait(flows)
        self._flows -= flows
        self._ends -= {writer, back}


async def _flow(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while data := await source.read(65536):
            sink.write(data)
            await sink.drain()
    sink.close()


@asynccontextmanager
async def wire(to: int) -> AsyncIterator[Wire]:
    """A wire to a port, whole."""
    made = Wire(to)
    await made.mend()
    try:
        yield made
    finally:
        await made.cut()
