"""Which addresses an endpoint may have, and which of them are the operator's own machines. Pure: no name is resolved."""

from __future__ import annotations

import ipaddress
from pathlib import PurePosixPath, PureWindowsPath
from urllib.parse import SplitResult, urlsplit

_AZURE = tuple(
    f".{service}.azure.{cloud}"
    for service in ("openai", "services.ai", "cognitiveservices", "models.ai", "inference.ml")
    for cloud in ("com", "us", "cn")
)
"""Endings of the hosts of Azure's own models. Not of all of Azure: anybody can rent a host in `.cloudapp.azure.com`."""
_PRIVATE = (".internal", ".local", ".localhost", ".home.arpa", ".lan", ".corp", ".intranet", ".private")
"""Endings of names that no public server has (RFC 6761, 6762, 8375; `.internal` by ICANN's resolution of 29 July 2024)."""


def mistake(kind: str, address: str) -> str:
    """Why an endpoint of that kind cannot have the address, in one sentence without a full stop; empty when it can.

    The sentence repeats no part of the address that may hold credentials.
    """
    if kind == "worker":
        return "`address` has no place here: jobs go to a worker by the queue" if address else ""
    if kind == "exchange":
        absolute = PurePosixPath(address).is_absolute() or PureWindowsPath(address).is_absolute()
        return "" if absolute else "`address` of an exchange is the absolute path of a folder"
    parts = _parts(address)
    if parts is None or parts.scheme not in ("http", "https") or not parts.hostname:
        return "`address` must be a URL such as https://NAME.openai.azure.com/openai/v1/"
    if "@" in parts.netloc:
        return "`address` holds credentials; put the key into an environment variable and name that under `key`"
    if parts.query or parts.fragment:
        return "`address` ends where the path ends: leave out what follows ? or #"
    if parts.scheme == "http" and not is_loopback(address):
        return "`address` must begin with https://; without TLS only this machine is asked (http://127.0.0.1:PORT/)"
    return ""


def not_local(kind: str, address: str, reason: str) -> str:
    """Why `local = true` cannot be believed, in one sentence without a full stop; empty when it can."""
    if kind in ("worker", "exchange"):
        what = "a worker" if kind == "worker" else "whoever answers an exchange"
        return "" if reason else f"`local` needs a `local_reason` here: say whose machine {what} is on"
    host = _host(address)
    literal = _literal(host)
    if is_loopback(address) or (literal is not None and literal.is_private and not literal.is_unspecified):
        return ""
    if literal is None and ("." not in host or host.endswith(_PRIVATE)):
        return "" if reason else "`local` needs a `local_reason` here: a name does not show whose machine it is"
    return "`local` is for this machine, private addresses and private names (such as NAME.internal); this address is public"


def is_loopback(address: str) -> bool:
    """Whether the URL leads to this machine."""
    host = _host(address)
    literal = _literal(host)
    return host == "localhost" or (literal is not None and literal.is_loopback)


def is_azure(address: str) -> bool:
    """Whether the URL leads to Azure's own models, over TLS: the only hosts that are shown a token of Entra ID."""
    parts = _parts(address)
    return parts is not None and parts.scheme == "https" and _host(address).endswith(_AZURE)


def _parts(address: str) -> SplitResult | None:
    if any(character.isspace() or not character.isprintable() or character == "\\" for character in address):
        return None
    try:
        parts = urlsplit(address)
        _ = parts.port, parts.hostname
    except ValueError:
        return None
    return parts


def _host(address: str) -> str:
    parts = _parts(address)
    return (parts.hostname or "").rstrip(".").lower() if parts else ""


def _literal(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        found = ipaddress.ip_address(host)
    except ValueError:
        return None
    return (found.ipv4_mapped or found) if isinstance(found, ipaddress.IPv6Address) else found
