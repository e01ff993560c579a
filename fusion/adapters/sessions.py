"""Carries questions to where analyzers run away from this host: a pool of Container Apps dynamic sessions, or a plain address.

A pool is asked at its management endpoint; what follows it in the path reaches the session's container. The query names the
session: one that nobody has used is given out of the pool at its first request, and ended by `.management/stopSession`, since
it would count against the pool's size until its cool-down is over.
https://learn.microsoft.com/azure/container-apps/sessions-usage, https://learn.microsoft.com/azure/container-apps/sessions-custom-container
"""

from __future__ import annotations

import asyncio
import ssl
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import cached_property
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urlsplit

import httpx

from fusion.adapters.azure.credentials import principal
from fusion.adapters.azure.errors import first_line
from fusion.adapters.azure.roles import ROLES
from fusion.adapters.loopback import is_loopback
from fusion.errors import FusionError, UserError
from fusion.ports.sessions import Fault, Reply

if TYPE_CHECKING:
    from azure.core.credentials_async import AsyncTokenCredential

SCOPE = "https://dynamicsessions.io/.default"
"""What a token for a pool is asked for."""
API_VERSION = "2025-10-02-preview"
"""Of the pool's own API, which only ends sessions here; what the container answers has no such version."""
_POOLS = (".azurecontainerapps.io", ".dynamicsessions.io")
"""Nobody else is shown a token of Entra ID."""
_INGRESS = 230.0
"""Seconds: a pool's ingress gives a request up after four minutes."""
_CONNECT = 15.0
"""Seconds for a connection; sessions are waited for afterwards."""
_STOP = 10.0
_BUSY = frozenset({408, 425, 429, 502, 503, 504})
"""Of who has no room now, or is not up yet."""
_PROBLEM = "application/problem+json"
_COMPLAINT = 64 * 1024
"""Bytes that are read of an answer that is a refusal."""
_FRESH = 300.0
"""Seconds that a token is still good for when another one is asked for."""

Token = Callable[[], Awaitable[str]]


class HttpSessions:
    """A pool at its management endpoint, or `fusion evidence serve` at its address.

    `token`: what signs each request in; None: nothing does. `pool`: whether sessions are given out and ended.
    """

    def __init__(self, address: str, *, token: Token | None, pool: bool) -> None:
        self._address = address.rstrip("/")
        self._token, self._pool = token, pool
        self._host = urlsplit(self._address).hostname or ""

    @property
    def place(self) -> str:
        """What the receipt says: the pool's name, or the service's host."""
        return f"Container Apps dynamic session (pool {self._name})" if self._pool else f"evidence service at {self._host}"

    @property
    def _name(self) -> str:
        _, _, named = urlsplit(self._address).path.rpartition("/sessionPools/")
        return named.partition("/")[0] or self._host.partition(".")[0]

    async def ask(self, path: str, question: bytes | None, *, session: str, seconds: float, most: int) -> Reply:
        """Send a question into the session and wait for its answer. Redirects are not followed."""
        query = f"?{urlencode({'identifier': session})}" if self._pool else ""
        try:
            # Of a server that drips its bytes the client's own limits never end the wait.
            async with asyncio.timeout(min(seconds, _INGRESS) if self._pool else seconds):
                return await self._sent(f"{self._address}{path}{query}", question, most)
        except (TimeoutError, httpx.ReadTimeout, httpx.WriteTimeout, httpx.PoolTimeout):
            return Reply(fault=Fault.LATE)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.UnsupportedProtocol, httpx.InvalidURL, OSError):
            return Reply(fault=Fault.UNREACHABLE)
        except httpx.HTTPError:
            return Reply(fault=Fault.BROKEN)
        except FusionError as error:
            return Reply(fault=Fault.NOT_SIGNED_IN, told=str(error))

    async def stop(self, session: str) -> None:
        """Give the session's place in the pool back. Where that fails, its cool-down ends it."""
        if not self._pool:
            return
        query = urlencode({"api-version": API_VERSION, "identifier": session})
        with suppress(TimeoutError, httpx.HTTPError, httpx.InvalidURL, OSError, FusionError):
            async with asyncio.timeout(_STOP):
                await self._sent(f"{self._address}/.management/stopSession?{query}", b"", _COMPLAINT)

    async def _sent(self, url: str, body: bytes | None, most: int) -> Reply:
        headers = {"Accept": "application/json", "Accept-Encoding": "identity"}
        if body is not None:
            headers["Content-Type"] = "application/json"
        if self._token is not None:
            headers["Authorization"] = f"Bearer {await self._token()}"
        timeout = httpx.Timeout(None, connect=_CONNECT)
        async with (
            # Of this machine's own service no proxy hears, whatever the environment says: http is read on the way.
            httpx.AsyncClient(
                verify=self._trust, timeout=timeout, follow_redirects=False, trust_env=self._address.startswith("https:")
            ) as client,
            client.stream("GET" if body is None else "POST", url, content=body, headers=headers) as answer,
        ):
            kind = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
            read, cap = bytearray(), most if answer.status_code == 200 else _COMPLAINT
            # As it came: what is compressed although nobody asked for that is no answer, and cannot swell.
            async for chunk in answer.aiter_raw():
                read += chunk
                if len(read) > cap:
                    if answer.status_code == 200:
                        return Reply(fault=Fault.FLOOD)
                    break
            return Reply(
                status=answer.status_code,
                body=bytes(read[:cap]),
                kind=kind,
                wait=_seconds(answer.headers.get("retry-after", "")),
                # A pool without a session left says that there is none; a container's own word is a problem document.
                full=answer.status_code in _BUSY or (self._pool and answer.status_code == 404 and kind != _PROBLEM),
                told=self._refusal(answer.status_code),
            )

    def _refusal(self, status: int) -> str:
        if status not in (401, 403):
            return ""
        if self._pool:
            role = ROLES["sessions"]
            return f"give this host's identity the role {role.name} on the pool: {role.command(self._name, principal().object)}"
        return "set FUSION_EVIDENCE_TOKEN to the token of that service"

    @cached_property
    def _trust(self) -> ssl.SSLContext:
        """Made once: reading the certificates takes longer than a question, and each client would do it, for http too."""
        return httpx.create_ssl_context()


def fixed(text: str) -> Token:
    """A token that stays the same."""

    async def token() -> str:
        return text

    return token


class EntraToken:
    """Tokens of Entra ID for a pool, each kept while it lasts, whatever event loop asks."""

    def __init__(self, signed_in: Callable[[], AsyncTokenCredential]) -> None:
        self._signed_in = signed_in
        self._token, self._until = "", 0.0

    async def __call__(self) -> str:
        """A token. Raises UserError where none is to be had."""
        if time.time() > self._until - _FRESH:
            from azure.core.exceptions import AzureError

            try:
                async with self._signed_in() as credential:
                    given = await credential.get_token(SCOPE)
            except AzureError as error:
                said = first_line(error, 300)
                raise UserError(f"{said[:1].upper()}{said[1:]}.") from error
            self._token, self._until = given.token, float(given.expires_on)
        return self._token


def is_pool(address: str) -> bool:
    """Whether an address is the management endpoint of a session pool, by its host."""
    host = (urlsplit(address).hostname or "").lower()
    return host.endswith(_POOLS)


def allowed(address: str) -> None:
    """Raises UserError unless it is https, or http on this machine: repositories' code and a token go there."""
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        raise UserError("FUSION_EVIDENCE_SERVICE is no address that can be read.") from None
    if host and (parts.scheme == "https" or is_loopback(host)):
        return
    raise UserError(
        f"The evidence service at {host or 'no host'} must be asked by https; http is for this machine only. Mend "
        "FUSION_EVIDENCE_SERVICE."
    )


def _seconds(text: str) -> float | None:
    """Retry-After in seconds; its other form, a date, is not waited for."""
    return float(text) if text.isascii() and text.isdigit() and len(text) < 6 else None
