"""Why a delivery is refused. Each message is one sentence that holds nothing of what the delivery said."""

from __future__ import annotations

from fusion.errors import UserError


class Unsigned(UserError):
    """Nobody who knows the secret has signed this body: HTTP 401."""


class Malformed(UserError):
    """It is signed, but it is not what GitHub sends: HTTP 400."""


class TooLarge(UserError):
    """More than GitHub ever sends: HTTP 413."""
