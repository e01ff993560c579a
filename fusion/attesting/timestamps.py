"""Timestamps by an authority (RFC 3161): whether a response is one, over what, and from when."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from fusion.errors import UserError

if TYPE_CHECKING:
    from cryptography.x509 import Certificate


def roots(data: bytes, *, origin: str) -> Sequence[Certificate]:
    """The certificates of a PEM file. Raises UserError that names `origin`."""
    from cryptography import x509

    try:
        return x509.load_pem_x509_certificates(data)
    except ValueError:
        raise UserError(f"{origin} holds no certificates in PEM: give the timestamp authority's root.") from None


def stamped(response: bytes, message: bytes, *, trusted: Sequence[Certificate], nonce: int | None = None) -> datetime:
    """When the authority saw the message, by a TimeStampResp in DER. Raises ValueError with the reason where it proves nothing.

    Certificates need to have been valid then, not now.
    """
    from rfc3161_client import VerificationError, VerifierBuilder, decode_timestamp_response

    if not trusted:
        raise ValueError("no root certificate is trusted")
    try:
        decoded = decode_timestamp_response(response)
        VerifierBuilder(roots=list(trusted), nonce=nonce).build().verify_message(decoded, message)
        at = decoded.tst_info.gen_time
    except (VerificationError, ValueError) as error:
        why = str(error).rstrip(".")
        # The library hands on what OpenSSL noted for itself.
        raise ValueError("its signature does not lead to a root that is trusted" if "ErrorStack" in why else why) from None
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
