"""HTTP beneath the SDKs, listened to: how an exchange went, and where it is too much.

The SDKs read bodies of any length, drop why a streamed reply ended and what it cost, and say what went wrong in the other
side's words. So each exchange of an attempt is written to its `Exchange`, whichever SDK makes it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack
from contextvars import ContextVar
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, cast
from urllib.parse import urlsplit

import aiohttp
import httpx2
from azure.core.pipeline.transport import AioHttpTransport

from fusion.adapters.loopback import is_loopback
from fusion.adapters.models.answers import Exchange

FAILURES = (httpx2.HTTPError, httpx2.StreamError, aiohttp.ClientError, OSError)
"""What is raised when a connection fails."""
_HEADERS = frozenset(
    {"accept", "accept-encoding", "authorization", "connection", "content-length", "content-type", "host", "user-agent"}
)
"""Sent to OpenAI-compatible endpoints; the SDK adds what machine this is and what OPENAI_* says of other accounts."""


class TooMuch(Exception):
    """The other side does not stop."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One call of a model: what is heard of it, and what to close after it."""

    exchange: Exchange
    opened: AsyncExitStack


ATTEMPT: ContextVar[Attempt] = ContextVar("ATTEMPT")
"""The attempt that this task makes."""


def trim(request: httpx2.Request) -> None:
    """Take off a request what the other side need not know, and tell the attempt when it is written.

    Packed bytes could grow past any bound, so none are asked for.
    """
    exchange = ATTEMPT.get().exchange

    async def trace(event: str, info: Mapping[str, Any]) -> None:
        # "http11" or "http2"; a proxy that is asked for a tunnel has seen nothing of the request yet.
        if event.endswith(".send_request_headers.started") and info["request"].method != b"CONNECT":
            exchange.sent = True

    request.extensions["trace"] = trace
    for name in set(request.headers) - _HEADERS:
        del request.headers[name]
    request.headers["accept-encoding"] = "identity"


async def listen(response: httpx2.Response) -> None:
    """Hook of httpx: an answer begins."""
    attempt = ATTEMPT.get()
    attempt.exchange.opened(response.status_code, response.headers)
    attempt.opened.push_async_callback(response.aclose)
    response.stream = _Stream(cast(httpx2.AsyncByteStream, response.stream))


def has_proxy(address: str) -> bool:
    """Whether the proxy that the environment names, if any, stands before it."""
    return not is_loopback(urlsplit(address).hostname or "")


class Transport(AioHttpTransport):  # type: ignore[misc]  # The SDK hands it out untyped.
    """The Azure SDK's connections."""

    session: aiohttp.ClientSession | None

    def __init__(self, *, trust_env: bool) -> None:
        # The whole attempt has one time-out, and it is the attempt's.
        super().__init__(read_timeout=None)
        self._trust_env = trust_env

    async def open(self) -> None:
        """Make the session where there is none: here and not before, since it belongs to an event loop."""
        if self.session is None:
            self.session = aiohttp.ClientSession(
                trust_env=self._trust_env,
                cookie_jar=aiohttp.DummyCookieJar(),
                auto_decompress=False,
                middlewares=(_middleware,),
                trace_configs=[_traced()],
            )
        await super().open()


def _traced() -> aiohttp.TraceConfig:
    """From when on a request can be under way: from the connection, since only written headers are told of, and late."""

    async def connected(_session: aiohttp.ClientSession, _context: SimpleNamespace, _told: object) -> None:
        ATTEMPT.get().exchange.sent = True

    traced = aiohttp.TraceConfig()
    traced.on_connection_create_end.append(connected)
    traced.on_connection_reuseconn.append(connected)
    return traced


async def _middleware(request: aiohttp.ClientRequest, send: aiohttp.ClientHandlerType) -> aiohttp.ClientResponse:
    request.headers["Accept-Encoding"] = "identity"
    response = await send(request)
    attempt = ATTEMPT.get()
    attempt.exchange.opened(response.status, response.headers)
    attempt.opened.callback(response.close)
    response.content = _Reader(response.content)  # type: ignore[assignment]
    return response


class _Stream(httpx2.AsyncByteStream):
    """A body of httpx."""

    def __init__(self, inner: httpx2.AsyncByteStream) -> None:
        self._inner, self._heard = inner, ATTEMPT.get().exchange

    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            async for piece in self._inner:
                if not self._heard.takes(piece):
                    raise TooMuch
                yield piece
        except httpx2.TransportError:
            self._heard.broken = True
            raise

    async def aclose(self) -> None:
        await self._inner.aclose()


class _Reader:
    """A body of aiohttp."""

    def __init__(self, inner: aiohttp.StreamReader) -> None:
        self._inner, self._heard = inner, ATTEMPT.get().exchange

    async def read(self, n: int = -1) -> bytes:
        if n >= 0:
            return await self._piece(n)
        whole = bytearray()
        while piece := await self._piece(1 << 16):
            whole += piece
        return bytes(whole)

    async def _piece(self, n: int) -> bytes:
        try:
            piece = await self._inner.read(n)
        except (aiohttp.ClientError, OSError):
            self._heard.broken = True
            raise
        if not self._heard.takes(piece):
            raise TooMuch
        return piece

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)
