"""What the adapters of Azure's services share: who signs in, and what an answer of the service means to whoever must act."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from fusion.adapters.azure.credentials import principal
from fusion.adapters.azure.errors import first_line, silence
from fusion.adapters.azure.roles import ROLES, granted
from fusion.errors import Conflict, FusionError, PermanentError, RateLimited, TransientError, UserError

_AGAIN = frozenset({408, 410, 449})
"""Beside 5xx: the answers after which the same request may succeed."""
_PAUSE = 1.0
"""Seconds to wait when a service asks to wait and does not say how long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """A service as people know it: its name, its host, the setting that names it, and the key of the role that Fusion needs
    there."""

    name: str
    host: str
    setting: str
    role: str

    def meaning(self, error: Exception) -> FusionError:
        """The error that an SDK raised, in the terms of those who must act."""
        from azure.core.exceptions import ClientAuthenticationError, HttpResponseError

        at = f"{self.name} at {self.host}"
        if isinstance(error, HttpResponseError) and error.status_code:
            return self._answer(at, error)
        if isinstance(error, ClientAuthenticationError):
            # No answer of the service: no credential was found, or Entra ID refused it.
            return UserError(
                f"Nobody could sign in to {at} ({first_line(error)}): run it under an identity that has the role"
                f" {ROLES[self.role].name}, or give a connection string in {self.setting}."
            )
        if isinstance(error, (TimeoutError, OSError)) or _unanswered(error):
            return TransientError(f"{at} did not answer ({silence(error, self.setting) or type(error).__name__}).")
        return PermanentError(f"{at}: {type(error).__name__}: {first_line(error)}.")

    def _answer(self, at: str, error: Any) -> FusionError:
        status = error.status_code
        if status in (401, 403):
            return UserError(
                f"{at} refuses these credentials ({status}): {granted(self.role, self.host, principal().object)}, or mend the"
                f" key in {self.setting}; a firewall of the account answers the same way."
            )
        if status in (409, 412):
            return Conflict(f"{at}: what was to be written changed since it was read ({status}).")
        if status == 429:
            return RateLimited(f"{at} asks to wait.", seconds=_seconds(error))
        if status in _AGAIN or status >= 500:
            return TransientError(f"{at} cannot answer now ({status}).")
        return PermanentError(f"{at} answered {status}: {first_line(error)}.")

    @asynccontextmanager
    async def errors(self) -> AsyncIterator[None]:
        """Every error of the SDK inside becomes one of ours."""
        from aiohttp import ClientError
        from azure.core.exceptions import AzureError

        try:
            yield
        except (AzureError, ClientError, TimeoutError, OSError) as error:
            raise self.meaning(error) from error


def fields(connection: str) -> dict[str, str]:
    """The parts of a connection string, `Name=value;Name=value`; empty for an address. Names are lower case."""
    if "://" in connection.partition("=")[0]:
        return {}
    pairs = (part.partition("=") for part in connection.split(";") if part.strip())
    return {name.strip().lower(): value.strip() for name, _, value in pairs}


def is_key(text: str) -> bool:
    """Whether it can be an account's key: Base64."""
    try:
        return bool(base64.b64decode(text, validate=True))
    except ValueError:
        return False


def _unanswered(error: Exception) -> bool:
    from aiohttp import ClientError
    from azure.core.exceptions import ServiceRequestError, ServiceResponseError

    # Cosmos DB's own timeout has no base of its own.
    mute = isinstance(error, (ServiceRequestError, ServiceResponseError, ClientError))
    return mute or type(error).__name__ == "CosmosClientTimeoutError"


def _seconds(error: Any) -> float:
    headers = error.response.headers if error.response is not None else getattr(error, "headers", {})
    for name, unit in (("x-ms-retry-after-ms", 1000), ("retry-after", 1)):
        try:
            return max(float(headers[name]) / unit, 0.0)
        except (KeyError, ValueError):
            continue
    return _PAUSE
