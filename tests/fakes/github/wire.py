"""The HTTP server on its own thread and loop, with connections that can be made to die."""

from __future__ import annotations

import asyncio
import socket
import struct
import threading
import time
from collections.abc import Awaitable, Callable
from typing import Any, ClassVar

import uvicorn
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

Answerer = Callable[[Request], Awaitable[Response]]


class Mortal(H11Protocol):
    """uvicorn's HTTP protocol, whose transport can be found by the client's address."""

    living: ClassVar[dict[tuple[str, int], asyncio.Transport]] = {}

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        # asyncio does this only for sockets made with IPPROTO_TCP, which create_server's are not; without it each answer
        # waits 40 ms for the client's delayed acknowledgement.
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if self.client:
            self.living[self.client] = transport

    def connection_lost(self, exc: Exception | None) -> None:
        if self.client:
            self.living.pop(self.client, None)
        super().connection_lost(exc)


async def die(request: Request) -> Response:
    """Reset the request's connection; what is returned goes nowhere."""
    transport = Mortal.living.get((request.client.host, request.client.port)) if request.client else None
    if transport is not None:
        # Linger for 0 seconds: the peer gets a reset and not an orderly end.
        transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        transport.abort()
        await asyncio.sleep(0.01)
    return Response(status_code=500)


class Cut(Response):
    """A response that promises more bytes than come before the connection ends."""

    def __init__(self, whole: Response, request: Request) -> None:
        super().__init__(whole.body, whole.status_code, dict(whole.headers))
        self.request = request
        self.headers["content-length"] = str(len(whole.body) + 100)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        half = bytes(self.body[: max(1, len(self.body) // 2)])
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        await send({"type": "http.response.body", "body": half, "more_body": True})
        client = self.request.client
        transport = Mortal.living.get((client.host, client.port)) if client else None
        if transport is not None:
            transport.close()
            await asyncio.sleep(0.01)


class Wire:
    """Serves an ASGI application on a loopback port from a thread of its own."""

    def __init__(self, app: ASGIApp, port: int = 0) -> None:
        self.socket = socket.create_server(("127.0.0.1", port))
        self.port = int(self.socket.getsockname()[1])
        self.url = f"http://127.0.0.1:{self.port}"
        self.loop: asyncio.AbstractEventLoop | None = None
        config = uvicorn.Config(app, log_level="critical", lifespan="off", http=Mortal, timeout_graceful_shutdown=5)
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._run, name="fake-github", daemon=True)

    def _run(self) -> None:
        asyncio.run(self._main())

    async def _main(self) -> None:
        self.loop = asyncio.get_running_loop()
        await self._server.serve(sockets=[self.socket])

    def start(self) -> None:
        """Listen."""
        self._thread.start()
        while not self._server.started:
            time.sleep(0.002)

    def stop(self) -> None:
        """No longer."""
        self._server.should_exit = True
        self._thread.join(10)
        self.socket.close()

    def call(self, work: Callable[[], Awaitable[Any]]) -> None:
        """Start something on the loop, from any thread."""
        assert self.loop is not None
        self.loop.call_soon_threadsafe(lambda: _keep(asyncio.ensure_future(work())))


TASKS: set[asyncio.Future[Any]] = set()


def _keep(task: asyncio.Future[Any]) -> None:
    """The loop holds tasks weakly; this holds them until they are done."""
    TASKS.add(task)
    task.add_done_callback(TASKS.discard)
