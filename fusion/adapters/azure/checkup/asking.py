"""One HTTP request with bounds, and what an error means to whoever reads a checkup."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fusion.adapters.azure.credentials import signed_in
from fusion.adapters.azure.errors import first_line, silence
from fusion.errors import FusionError, TransientError, UserError
from fusion.ports.checkup import Told, mend

if TYPE_CHECKING:
    from azure.core.credentials_async import AsyncTokenCredential

SECONDS = 20.0
"""For one look: a request, a token, a connection."""
_LARGEST = 256 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An HTTP answer. Names of headers are lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


async def ask(
    method: str,
    address: str,
    *,
    headers: Mapping[str, str] | None = None,
    content: bytes | None = None,
    seconds: float = SECONDS,
) -> Answer:
    """One request; redirects are not followed. Raises TransientError where no answer comes. More than it reads is cut off."""
    import httpx

    try:
        async with (
            asyncio.timeout(seconds),
            httpx.AsyncClient(timeout=seconds, follow_redirects=False) as client,
            client.stream(method, address, headers=dict(headers or {}), content=content) as told,
        ):
            body = b""
            async for part in told.aiter_bytes():
                body += part
                if len(body) > _LARGEST:
                    break
            return Answer(status=told.status_code, headers=dict(told.headers), body=body[:_LARGEST])
    except (httpx.HTTPError, httpx.InvalidURL, TimeoutError, OSError, UnicodeError) as error:
        host = address.partition("://")[2].partition("/")[0]
        raise TransientError(f"{host} did not answer ({silence(error) or type(error).__name__}).") from None


async def token(scope: str, credential: AsyncTokenCredential | None, *, client: str = "") -> str:
    """A token of that credential, or of what this process has. Raises UserError or TransientError.

    `client`: of a user-assigned identity that is not the one everything else signs in as.
    """
    from azure.core.exceptions import AzureError, ClientAuthenticationError

    own = signed_in(client=client) if credential is None else None
    try:
        async with asyncio.timeout(SECONDS):
            given = await (own or credential).get_token(scope)  # type: ignore[union-attr]  # one of the two is there
    except ClientAuthenticationError as error:
        raise UserError(f"Entra ID gave {first_line(error, 300)}.") from None
    except (AzureError, TimeoutError, OSError) as error:
        raise TransientError(f"Entra ID gave no token for {scope} ({type(error).__name__}).") from None
    finally:
        if own is not None:
            await own.close()
    return str(given.token)


@asynccontextmanager
async def told(found: list[Told], part: str, name: str) -> AsyncIterator[None]:
    """What is raised inside becomes a line that asks to be mended."""
    try:
        async with asyncio.timeout(3 * SECONDS):
            yield
    except FusionError as error:
        found.append(mend(part, name, str(error)))
    except TimeoutError:
        found.append(mend(part, name, f"It did not answer within {3 * SECONDS:g} seconds."))
