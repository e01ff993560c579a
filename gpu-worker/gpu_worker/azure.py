"""What the adapters of Azure's services share: connection strings, who signs in, and errors in the worker's terms."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from azure.core.credentials_async import AsyncTokenCredential


def fields(connection: str) -> dict[str, str]:
    """The parts of a connection string, `Name=value;Name=value`; empty for an address. Names are lower case."""
    if "://" in connection.partition("=")[0] or "=" not in connection:
        return {}
    pairs = (part.partition("=") for part in connection.split(";") if part.strip())
    return {name.strip().lower(): value.strip() for name, _, value in pairs}


def signed_in() -> AsyncTokenCredential:
    """Entra ID by whatever this process has: a managed identity, workload identity, a developer's sign-in."""
    from azure.identity.aio import DefaultAzureCredential

    return DefaultAzureCredential()


@contextmanager
def away(what: str) -> Iterator[None]:
    """Every error of an SDK inside becomes a ConnectionError that names the service.

    A wrong key or a missing role is one, too: whoever mends it need not start the worker again.
    """
    from aiohttp import ClientError
    from azure.core.exceptions import AzureError

    try:
        yield
    except (AzureError, ClientError, TimeoutError, OSError) as error:
        raise ConnectionError(f"{what} cannot be used now: {type(error).__name__}: {_line(error)}.") from error


def _line(error: Exception) -> str:
    text = str(getattr(error, "message", "") or error).strip()
    return (text.splitlines() or ["no answer"])[0][:300].rstrip(".")
