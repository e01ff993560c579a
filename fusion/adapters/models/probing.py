"""Whether an endpoint answers and takes what signs in there: one question that costs nothing, for its list of models."""

from __future__ import annotations

import asyncio
from typing import Literal

import httpx
from pydantic import SecretStr

from fusion.adapters.azure.credentials import principal, signed_in
from fusion.adapters.azure.errors import first_line
from fusion.adapters.azure.roles import granted
from fusion.adapters.models.entra import SCOPE
from fusion.errors import UserError

_SECONDS = 15.0
"""For the token, and again for the answer."""


async def unanswered(
    address: str, *, kind: Literal["openai", "inference"], key: SecretStr | None, entra: bool, seconds: float = _SECONDS
) -> str:
    """Why an endpoint cannot be asked now, as half a sentence; empty when it answers.

    `key`: None where nobody signs in, or Entra ID does (`entra`). Redirects are not followed, and no body is read.
    """
    headers = {}
    if entra:
        token = await _token(seconds)
        if isinstance(token, str):
            return f"Entra ID gave no token: {token}"
        headers["Authorization"] = f"Bearer {token.get_secret_value()}"
    elif key is not None:
        name, value = ("Authorization", "Bearer {}") if kind == "openai" else ("api-key", "{}")
        headers[name] = value.format(key.get_secret_value())
    where = f"{address.rstrip('/')}/{'models' if kind == 'openai' else 'info'}"
    try:
        # Of a server that drips its headers the client's own limits never end the wait.
        async with (
            asyncio.timeout(seconds),
            httpx.AsyncClient() as client,
            client.stream("GET", where, headers=headers) as told,
        ):
            who = "the token of Entra ID" if entra else "the key" if key else "who does not sign in"
            role = "inference" if kind == "inference" else "models"
            grant = granted(role, httpx.URL(where).host, principal().object) if entra else ""
            return _meaning(told.status_code, who, grant)
    except (TimeoutError, httpx.TimeoutException):
        return f"it does not answer within {seconds:g} seconds"
    except (httpx.HTTPError, httpx.InvalidURL, UnicodeError):
        return "it cannot be reached"


async def _token(seconds: float) -> SecretStr | str:
    """A token of what this machine signs in with, or why there is none."""
    from azure.core.exceptions import AzureError

    try:
        async with asyncio.timeout(seconds), signed_in() as credential:
            return SecretStr((await credential.get_token(SCOPE)).token)
    except TimeoutError:
        return f"it does not answer within {seconds:g} seconds"
    except AzureError as error:
        return first_line(error, 300)
    except UserError as error:
        return str(error).rstrip(".")


def _meaning(status: int, signed_in: str, grant: str = "") -> str:
    if status in (401, 403):
        return f"it refuses {signed_in} ({status}){': ' if grant else ''}{grant}"
    if status >= 500:
        return f"it answers with an error ({status})"
    # Who has no such list answers with 404, and works all the same.
    return f"it leads elsewhere ({status}), and nobody follows" if 300 <= status < 400 else ""
