"""The branches that Fusion makes: their names, the same for every forge. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from fusion.errors import PermanentError

_OURS = re.compile(r"fusion/[A-Za-z0-9][A-Za-z0-9_-]{0,99}")
MOST = 20
"""Names that are tried for one branch."""


def mine(branch: str) -> str:
    """The branch's name. Raises PermanentError for one that Fusion does not write."""
    if not _OURS.fullmatch(branch):
        raise PermanentError(f"Fusion writes branches whose names begin with fusion/, not {branch[:100]!r}.")
    return branch


def names(branch: str) -> Iterator[str]:
    """The names to try, the one asked for first."""
    yield branch
    for number in range(2, MOST + 1):
        yield f"{branch}-{number}"
