"""Quote lines that hold a secret without spreading it."""

from __future__ import annotations

import re

from fusion.model import Location

FAMILIES = frozenset({"hardcoded-secret", "hardcoded-password", "private-key", "secret-in-image"})
"""Families whose evidence quotes a line with a secret on it, whichever tool saw it."""

_KEPT = 4
_MASK = re.compile(r"[^\s*]")
_QUOTED = re.compile(r"""(?<=["'`])[^"'`\n]{4,}(?=["'`])""")
_ASSIGNED = re.compile(r"(?<=[=:])(\s*)([^\s\"'`,;(){}\[\]]{4,}+)(?![(\[])")
_WORD = re.compile(r"(?![A-Za-z_]+(?:\s+=|\s*:)\s)[A-Za-z0-9+/_.~-]{12,}={0,2}")
"""A long word, but not the name that something is assigned to: readers look for it."""
_FENCE = re.compile(r"-----(?:BEGIN|END) [A-Z0-9 ]{0,40}-----")


def told(secret: str) -> str:
    """What may be told of a secret: its first characters (a quarter of it, at most four) and its length."""
    kept = _kept(secret)
    return f"`{kept}…`, {len(secret)} characters" if kept.replace("_", "").isalnum() else f"{len(secret)} characters"


def redact(snippet: str, location: Location | None = None) -> str:
    """The lines with everything starred out that could be a secret: same length, same line breaks.

    `snippet` starts at `location.line`; the columns of a location on one line are masked whatever stands there. Beyond them,
    every quoted text, every value assigned and every long word goes: the line is quoted to show where, not what, and a second
    secret may stand beside the first.
    """
    rows = snippet.split("\n")
    if location is not None and location.line == location.end_line and location.column and location.end_column:
        start, end = location.column - 1, max(location.column, location.end_column) - 1
        rows[0] = rows[0][:start] + _starred(rows[0][start:end]) + rows[0][end:]
    return "\n".join(_redact_line(row) for row in rows)


def _redact_line(row: str) -> str:
    """A key's first and last line say only that it is one; they stay, and so a reader knows what the rest was."""
    fences = _FENCE.findall(row)
    between = [_redact_text(text) for text in _FENCE.split(row)]
    return "".join(text + fence for text, fence in zip(between, [*fences, ""], strict=True))


def _redact_text(text: str) -> str:
    text = _QUOTED.sub(lambda found: _starred(found[0]), text)
    text = _ASSIGNED.sub(lambda found: found[1] + _starred(found[2]), text)
    return _WORD.sub(lambda found: _starred(found[0]), text)


def _kept(secret: str) -> str:
    return secret[: min(_KEPT, len(secret) // 4)]


def _starred(secret: str) -> str:
    kept = _kept(secret)
    return kept + _MASK.sub("*", secret[len(kept) :])
