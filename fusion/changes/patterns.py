"""Patterns of paths as in .gitignore, matched in bounded time: whoever writes a policy file may not hold up who reads it.

`pathspec` makes one regular expression of a pattern, and `*a*a*a*a*b` or `**/a/**/a/**/b` then take time beyond all bounds
on a path that nearly fits. All but the last star of a segment, and all but the last `**`, need only their earliest match,
because what stands between two of them has a fixed length, or ends with its segment. So they never go back (atomic groups).
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from pathspec import GitIgnoreSpec
from pathspec.patterns.gitignore.spec import GitIgnoreSpecPattern

_FIRST, _INNER, _STAR = "(?:.+/)?", "(?:/.+)?/", "[^/]*"
_TOKEN = re.compile(r"(\(\?:\.\+/\)\?|\(\?:/\.\+\)\?/|\[\^/\][*+]?|/)")
_TAIL = re.compile(r"(?:\(\?:\(\?P<ps_d>/\)\|\$\)|\(\?P<ps_d>/\))\Z")


class Bounded(GitIgnoreSpecPattern):
    """A pattern whose expression does not go back farther than it has to."""

    @classmethod
    def pattern_to_regex(cls, pattern: str | bytes) -> tuple[str | bytes | None, bool | None]:  # type: ignore[override]
        """The expression, and whether it takes in or leaves out."""
        regex, include = super().pattern_to_regex(pattern)
        return (_bounded(regex) if isinstance(regex, str) else regex), include


def spec(patterns: Iterable[str]) -> GitIgnoreSpec:
    """What these patterns match. Raises ValueError where one is none."""
    return GitIgnoreSpec.from_lines(patterns, Bounded)


def _bounded(regex: str) -> str:
    tail = _TAIL.search(regex)
    end = tail.start() if tail else len(regex)
    runs: list[tuple[str, str]] = []
    lead = ""
    tokens: list[str] = []
    for token in _TOKEN.split(regex[:end].removeprefix("^")):
        if token in (_FIRST, _INNER):
            runs.append((lead, _segments(tokens)))
            lead, tokens = token, []
        else:
            tokens.append(token)
    runs.append((lead, _segments(tokens)))
    *inner, (last_lead, last) = runs
    made = [_earliest(lead, text) for lead, text in inner]
    return f"{'^' if regex.startswith('^') else ''}{''.join(made)}{last_lead}{last}{regex[end:]}"


def _earliest(lead: str, text: str) -> str:
    """Segments between two `**`, where they first fit."""
    if not lead:
        return text
    if lead == _FIRST:
        return f"(?>(?:.+?/)??{text}(?=/))"
    return f"(?>(?:/.+?)??/{text}(?=/))"


def _segments(tokens: list[str]) -> str:
    made: list[str] = []
    segment: list[str] = []
    for token in [*tokens, "/"]:
        if token == "/":
            made.append(_segment(segment))
            segment = []
        else:
            segment.append(token)
    return "/".join(made)


def _segment(tokens: list[str]) -> str:
    """One segment, its stars but the last each at what follows it first."""
    pieces = [""]
    for token in tokens:
        if token != _STAR:
            pieces[-1] += token
        elif len(pieces) == 1 or pieces[-1]:
            pieces.append("")
    if len(pieces) == 1:
        return pieces[0]
    first, *middle, last = pieces
    return f"{first}{''.join(f'(?>[^/]*?{piece})' for piece in middle)}{_STAR}{last}"
