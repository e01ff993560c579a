"""Canonical JSON: one value, one sequence of bytes (RFC 8785)."""

from __future__ import annotations

from typing import Any

import rfc8785

from fusion.errors import PermanentError


def canonical(value: Any) -> bytes:
    """The bytes of a JSON value. Raises PermanentError for what RFC 8785 cannot write: NaN, integers past 2^53, surrogates."""
    try:
        return rfc8785.dumps(value)
    except (ValueError, RecursionError) as error:
        raise PermanentError(f"This cannot be written as canonical JSON: {error}.") from None
