"""What a link of a chain is, as bytes.

A link's hash is SHA-256 over `DOMAIN` and all its values but `hash` and `signature`, in canonical JSON. The signature is ES256
over the same bytes, so that the digest that is signed is the hash: one `openssl dgst -verify` checks both. The line before the
values keeps a signature from ever meaning anything else that the key may sign.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from fusion.attesting.canonical import canonical
from fusion.model import SCHEMA_VERSION
from fusion.model.compliance import Sealed

Kind = Literal["scan", "organisation", "review", "key", "exception"]

DOMAIN = b"fusion evidence link, version 1\n"
_ABOUT_ITSELF = frozenset({"hash", "signature"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A link that nobody has signed yet."""

    values: Mapping[str, Any]
    """All but hash and signature, as JSON."""
    hash: str
    """`sha256:` and 64 hex digits."""
    signed: bytes
    """What is to be signed."""

    def sealed(self, signature: bytes) -> Sealed:
        """The link with its signature, the 64 bytes R and S."""
        return Sealed.model_validate({**self.values, "hash": self.hash, "signature": base64url(signature)})


def link(previous: Sealed | None, *, chain: str, kind: Kind, subject: str, digest: str, at: datetime, key: str) -> Draft:
    """The link that follows `previous` (None: the first of its chain). `key` is the id of the key that will sign it."""
    values = {
        "schema_version": SCHEMA_VERSION,
        "chain": chain,
        "number": 0 if previous is None else previous.number + 1,
        "kind": kind,
        "subject": subject,
        "digest": digest,
        "at": instant(at),
        "previous": "" if previous is None else previous.hash,
        "key": key,
    }
    signed = DOMAIN + canonical(values)
    return Draft(values=values, hash=sha256(signed), signed=signed)


def signed_bytes(sealed: Sealed) -> bytes:
    """The bytes that were hashed and signed."""
    return DOMAIN + canonical({name: value for name, value in values(sealed).items() if name not in _ABOUT_ITSELF})


def values(sealed: Sealed) -> dict[str, Any]:
    """A link as JSON, hash and signature with it. (Times are written by `instant`, whatever pydantic does.)"""
    return sealed.model_dump(mode="json") | {"at": instant(sealed.at)}


def line(sealed: Sealed) -> bytes:
    """A link as a line of `links.jsonl`, without the line feed."""
    return canonical(values(sealed))


def instant(at: datetime) -> str:
    """RFC 3339 in UTC with six decimals."""
    return utc(at).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def utc(at: datetime) -> datetime:
    """The time in UTC; one without a zone, or at the edge of what can be told, is taken for UTC."""
    try:
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except OverflowError:
        return at.replace(tzinfo=UTC)


def sha256(data: bytes) -> str:
    """`sha256:` and 64 hex digits."""
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def base64url(data: bytes) -> str:
    """Base64url without padding (RFC 7515, 2)."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def from_base64url(text: str) -> bytes:
    """The bytes. Raises ValueError for whatever `base64url` would not have written, bits that are left over included."""
    try:
        data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError):
        raise ValueError("it is not base64url") from None
    if base64url(data) != text:
        raise ValueError("it is not base64url as it is written without padding")
    return data
