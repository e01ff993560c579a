"""A key in Azure Key Vault: it signs there and never leaves. One version of one key, so that nobody rotates it unseen.

Source: learn.microsoft.com/rest/api/keyvault/keys/sign/sign (api-version 7.4): the digest goes out, R and S come back.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import hashlib
import json
import re
from collections.abc import Mapping
from contextlib import AsyncExitStack
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlsplit

from fusion.adapters.azure.credentials import principal, signed_in
from fusion.adapters.azure.errors import first_line, silence
from fusion.adapters.azure.roles import granted
from fusion.errors import Denied, PermanentError, RateLimited, TransientError, UserError

if TYPE_CHECKING:
    import httpx
    from azure.core.credentials_async import AsyncTokenCredential

VERSION = "7.4"
_KEY = re.compile(r"/keys/[0-9A-Za-z-]{1,127}/[0-9A-Za-z]{1,64}")
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_SIGNATURE = 64
_LARGEST = 64 * 1024
"""Bytes of an answer."""
_PAUSE = 1.0
"""Seconds to wait when the vault asks to wait and does not say how long."""


class KeyVaultSigner:
    """Signs with the key at `key`, `https://VAULT/keys/NAME/VERSION`.

    `credential`: what signs in, else what this process has. `timeout`: seconds for one request. A context manager: it keeps its
    connection and the public key.
    """

    def __init__(self, key: str, *, credential: AsyncTokenCredential | None = None, timeout: float = 20.0) -> None:
        parts = urlsplit(key.strip().rstrip("/"))
        host = parts.hostname or ""
        safe = parts.scheme == "https" or (parts.scheme == "http" and host in _LOOPBACK)
        if not safe or not host or parts.query or parts.username or not _KEY.fullmatch(parts.path):
            raise UserError(
                "FUSION_EVIDENCE_KEY names no version of a key in a vault: https://VAULT.vault.azure.net/keys/NAME/VERSION."
            )
        self._address = f"{parts.scheme}://{parts.netloc}{parts.path}"
        self._id = parts.path
        self._host = host
        self._scope = f"https://{host.partition('.')[2] or host}/.default"
        self._credential = credential
        self._timeout = timeout
        self._stack = AsyncExitStack()
        self._client: httpx.AsyncClient | None = None
        self._public: Mapping[str, str] | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client = None
        await self._stack.aclose()

    async def public(self) -> Mapping[str, str]:
        """The public key as a JWK. Raises as `sign` does, and UserError for a key that cannot sign ES256."""
        if self._public is None:
            key = (await self._ask("GET", "")).get("key")
            told = key if isinstance(key, dict) else {}
            self._ours(told.get("kid"))
            if told.get("kty") not in ("EC", "EC-HSM") or told.get("crv") != "P-256":
                raise UserError(f"The key {self._id} at {self._host} is of another kind: evidence is signed with one on P-256.")
            if not (isinstance(told.get("x"), str) and isinstance(told.get("y"), str)):
                raise PermanentError(f"Key Vault at {self._host} told a key without its coordinates.")
            x, y = (_base64url(_bytes(told[name]).rjust(32, b"\0")) for name in ("x", "y"))
            self._public = {"kty": "EC", "crv": "P-256", "x": x, "y": y}
        return self._public

    async def sign(self, data: bytes) -> bytes:
        """64 bytes, R and S. Raises TransientError; Denied where the key may not be used; PermanentError."""
        digest = _base64url(hashlib.sha256(data).digest())
        answer = await self._ask("POST", "/sign", {"alg": "ES256", "value": digest})
        self._ours(answer.get("kid"))
        signature = _bytes(answer.get("value"))
        if len(signature) != _SIGNATURE:
            raise PermanentError(f"Key Vault at {self._host} gave a signature of {len(signature)} bytes, not {_SIGNATURE}.")
        return signature

    def _ours(self, kid: Any) -> None:
        if not isinstance(kid, str) or urlsplit(kid).path != self._id:
            raise PermanentError(f"Key Vault at {self._host} answered for another key than {self._id}.")

    async def _ask(self, method: str, path: str, body: Mapping[str, str] | None = None) -> dict[str, Any]:
        import httpx

        client = await self._open()
        headers = {"Authorization": f"Bearer {await self._token()}"}
        try:
            async with (
                asyncio.timeout(self._timeout),
                client.stream(
                    method, f"{self._address}{path}", params={"api-version": VERSION}, json=body, headers=headers
                ) as response,
            ):
                content = b""
                async for part in response.aiter_bytes():
                    content += part
                    if len(content) > _LARGEST:
                        raise PermanentError(f"Key Vault at {self._host} gave an answer longer than any of its own.")
        except (httpx.HTTPError, TimeoutError, OSError) as error:
            why = silence(error, "FUSION_EVIDENCE_KEY") or type(error).__name__
            raise TransientError(f"Key Vault at {self._host} did not answer ({why}).") from None
        told = _object(content)
        if response.status_code == 200:
            return told
        raise self._meaning(response, told)

    def _meaning(self, response: httpx.Response, told: Mapping[str, Any]) -> Exception:
        status, at = response.status_code, f"Key Vault at {self._host}"
        error = told.get("error")
        said = str(error.get("message", "") if isinstance(error, dict) else "").strip().partition("\n")[0][:200].rstrip(".")
        if status in (401, 403):
            return Denied(
                f"{at} refuses to use the key {self._id} ({status}{': ' if said else ''}{said}):"
                f" {granted('vault-key', self._host, principal().object)}; a firewall of the vault and a disabled key answer"
                " the same way."
            )
        if status == 404:
            return Denied(f"There is no key {self._id} at {self._host}: see what FUSION_EVIDENCE_KEY names.")
        if status == 429:
            return RateLimited(f"{at} asks to wait.", seconds=_seconds(response))
        if status in (408, 409) or status >= 500:
            return TransientError(f"{at} cannot answer now ({status}).")
        return PermanentError(f"{at} answered {status}: {said or 'nothing more'}.")

    async def _token(self) -> str:
        from azure.core.exceptions import AzureError, ClientAuthenticationError

        if self._credential is None:
            self._credential = signed_in()
            self._stack.push_async_callback(self._credential.close)
        try:
            return (await self._credential.get_token(self._scope)).token
        except ClientAuthenticationError as error:
            raise Denied(f"Nobody could sign in to Key Vault at {self._host}: {first_line(error)}.") from None
        except (AzureError, OSError) as error:
            raise TransientError(f"Entra ID gave no token for Key Vault at {self._host} ({type(error).__name__}).") from None

    async def _open(self) -> httpx.AsyncClient:
        import httpx

        if self._client is None:
            # No redirects: the token is for this vault alone.
            client = httpx.AsyncClient(timeout=self._timeout, follow_redirects=False, trust_env=False)
            self._client = await self._stack.enter_async_context(client)
        return self._client


def _object(content: bytes) -> dict[str, Any]:
    try:
        told = json.loads(content)
    except (ValueError, RecursionError):
        return {}
    return told if isinstance(told, dict) else {}


def _bytes(text: Any) -> bytes:
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)) if isinstance(text, str) else b""
    except (binascii.Error, ValueError):
        return b""


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _seconds(response: httpx.Response) -> float:
    try:
        return max(float(response.headers["retry-after"]), 0.0)
    except (KeyError, ValueError):
        return _PAUSE
