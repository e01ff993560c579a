"""Text that came from elsewhere, made fit to show: what cannot be seen or would steer a terminal becomes visible.

A file name, a line of code or a tool's message may hold escape sequences (they recolour, retitle or rewrite a terminal),
bidirectional controls (code that reads otherwise than it runs: CVE-2021-42574) and characters without a glyph (hidden
instructions). Every renderer passes data through `visible` first and only then through its own format's escaping.
"""

from __future__ import annotations

import re
import unicodedata

_INVISIBLE = (
    "\x00-\x08\x0b-\x1f\x7f-\x9f"  # control characters but tab and newline
    "\u00ad\u034f\u061c\u0600-\u0605\u06dd\u070f\u0890\u0891\u08e2\u115f\u1160\u17b4\u17b5\u180b-\u180f"
    "\u200b-\u200f\u2028-\u202e\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb"
    "\U000110bd\U000110cd\U00013430-\U0001345f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
    "\ud800-\udfff"  # lone surrogates: bytes of a name that are not UTF-8
)
_HIDDEN = re.compile(f"[{_INVISIBLE}]")
_HIDDEN_OR_BREAK = re.compile(f"[{_INVISIBLE}\t\n]")
_BREAKS = re.compile(r"\r\n|\r")
_BODY = 50_000
_BLANKS = re.compile(r"\s+")


def _name(match: re.Match[str]) -> str:
    return f"<U+{ord(match[0]):04X}>"


def visible(text: str) -> str:
    """The text with every control, format and invisible character but tab and newline written out as `<U+202E>`.

    Line ends are made plain newlines first. Purely printable text comes back as it is; the result holds no ESC and no
    bidirectional control, and `visible(visible(t)) == visible(t)`.
    """
    return _HIDDEN.sub(_name, _BREAKS.sub("\n", text))


def exact(text: str) -> str:
    """Like `visible`, but tabs and newlines are written out too: for file names, where they are part of the name."""
    return _HIDDEN_OR_BREAK.sub(_name, text)


def one_line(text: str) -> str:
    """The text on one line: runs of blanks and line breaks become one space."""
    return visible(_BLANKS.sub(" ", _BREAKS.sub("\n", text))).strip()


def paragraphs(text: str) -> list[str]:
    """The paragraphs (separated by empty lines) of the text's first 50,000 code points, each on one line, none empty."""
    parts = re.split(r"\n[ \t]*\n", _BREAKS.sub("\n", text[:_BODY]))
    return [line for line in map(one_line, parts) if line]


def clip(text: str, limit: int) -> str:
    """At most `limit` code points; what was cut off is shown as an ellipsis."""
    return text if len(text) <= limit else text[: max(limit - 1, 0)].rstrip() + "…"


def cells(character: str) -> int:
    """Columns that one printable character takes on a terminal: 0, 1 or 2 (Unicode Standard Annex 11)."""
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
