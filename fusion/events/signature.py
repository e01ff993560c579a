"""Who sent it: the HMAC that GitHub puts on the body of each delivery.

GitHub signs the body, not the headers: the event's name and the delivery's id are as trustworthy as the body makes them,
and a body that somebody overheard can be sent again. What is done about a delivery is therefore idempotent, further on.
Source: GitHub, "Validating webhook deliveries"; RFC 2104.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Sequence

from fusion.events.errors import Unsigned

_HEADER = re.compile(r"sha256=([0-9a-fA-F]{64})")


def sign(secret: bytes, body: bytes) -> str:
    """The value of `X-Hub-Signature-256` for a body."""
    return "sha256=" + hmac.new(secret, body, hashlib.sha256).hexdigest()


def verify(secrets: Sequence[bytes], signature: str | None, body: bytes) -> None:
    """Return if one of the secrets made the signature. Raises Unsigned.

    Every secret is tried, whichever fits, and digests are compared in constant time: how long it takes tells neither how
    much of a guess was right nor which secret is in use. An empty secret signs nothing. The SHA-1 header is never read.
    """
    usable = [secret for secret in secrets if secret]
    if not usable:
        raise Unsigned("No webhook secret is configured, so no delivery can be trusted: set FUSION_WEBHOOK_SECRET.")
    if signature is None:
        raise Unsigned("The delivery has no X-Hub-Signature-256 header: set a secret for the webhook on GitHub.")
    match = _HEADER.fullmatch(signature)
    if match is None:
        raise Unsigned("The X-Hub-Signature-256 header is not `sha256=` and 64 hexadecimal digits.")
    given = bytes.fromhex(match[1])
    fits = False
    for secret in usable:
        fits |= hmac.compare_digest(hmac.new(secret, body, hashlib.sha256).digest(), given)
    if not fits:
        raise Unsigned(
            "The signature fits no configured secret: the webhook's secret on GitHub and FUSION_WEBHOOK_SECRET differ."
        )
