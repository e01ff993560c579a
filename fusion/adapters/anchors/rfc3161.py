"""Anchors by a timestamp authority (RFC 3161): it signs that it saw a hash, and when; nobody can take that back.

The token is verified before it counts: signature, certificate up to a root that the operator trusts, nonce, and what is stamped
(the text of the link's hash). What is kept is the whole response, as `openssl ts -verify -in` takes it.
"""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Callable
from datetime import datetime
from types import TracebackType
from typing import TYPE_CHECKING, Self
from urllib.parse import urlsplit

from fusion.errors import PermanentError, TransientError, UserError
from fusion.model.compliance import Anchored

if TYPE_CHECKING:
    import httpx

Stamped = Callable[[bytes, bytes, int], datetime]
"""Response, message and nonce in; when the authority saw it out. Raises ValueError where the response proves nothing."""
_LARGEST = 64 * 1024
"""Bytes of a response: a token with its certificates has 2 to 10 KiB."""


class Rfc3161Anchor:
    """Has heads stamped by the authority at `address`.

    `stamped` verifies a response (the roots are its own). `timeout`: seconds for one. A context manager: it keeps its
    connection.
    """

    def __init__(self, address: str, *, stamped: Stamped, timeout: float = 15.0) -> None:
        parts = urlsplit(address)
        if parts.scheme not in ("http", "https") or not parts.netloc or parts.username or parts.password:
            raise UserError("FUSION_ANCHOR names no timestamp authority: rfc3161+https://AUTHORITY/PATH.")
        self._address = address
        self._host = parts.netloc
        self._stamped = stamped
        self._timeout = timeout
        self._client: httpx.AsyncClient | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        client, self._client = self._client, None
        if client is not None:
            await client.aclose()

    async def anchor(self, chain: str, number: int, hash: str) -> Anchored:
        """Have the hash stamped. Raises TransientError without an answer, PermanentError for one that proves nothing."""
        from rfc3161_client import HashAlgorithm, TimestampRequestBuilder

        message = hash.encode()
        request = TimestampRequestBuilder().data(message).hash_algorithm(HashAlgorithm.SHA256).nonce(nonce=True)
        asked = request.cert_request(cert_request=True).build()
        response = await self._ask(asked.as_bytes())
        assert asked.nonce is not None
        try:
            at = self._stamped(response, message, asked.nonce)
        except ValueError as error:
            raise PermanentError(f"What the timestamp authority {self._host} answered proves nothing: {error}.") from None
        token = base64.b64encode(response).decode()
        return Anchored(chain=chain, number=number, hash=hash, kind="rfc3161", where=self._address, at=at, token=token)

    async def caution(self) -> str:
        """Nothing: a token is checked by whoever has it."""
        return ""

    async def _ask(self, request: bytes) -> bytes:
        import httpx

        if self._client is None:
            self._client = httpx.AsyncClient(timeout=self._timeout, follow_redirects=False)
        headers = {"Content-Type": "application/timestamp-query", "Accept": "application/timestamp-reply"}
        try:
            async with (
                asyncio.timeout(self._timeout),
                self._client.stream("POST", self._address, content=request, headers=headers) as response,
            ):
                if response.status_code != 200:
                    raise TransientError(f"The timestamp authority {self._host} answered {response.status_code}.")
                content = b""
                async for part in response.aiter_bytes():
                    content += part
                    if len(content) > _LARGEST:
                        raise PermanentError(f"The timestamp authority {self._host} gave an answer longer than any token.")
                return content
        except (httpx.HTTPError, TimeoutError, OSError) as error:
            raise TransientError(f"The timestamp authority {self._host} did not answer ({type(error).__name__}).") from None
