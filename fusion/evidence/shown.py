"""Make text from repositories and tools fit to be shown: no control characters, no invisible ones, bounded."""

from __future__ import annotations

import re

_UNSEEN = (
    r"\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f"
    r"\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\ud800-\udfff\U000e0000-\U000e0fff"
)
"""Controls, characters without width, bidirectional overrides (CVE-2021-42574), tags and lone surrogates."""
_INVISIBLE = re.compile(f"[{_UNSEEN}]")
_SPACES = re.compile(r"\s+")
_ESCAPES = re.compile(r"\x1b\[[0-9;?]{0,20}[A-Za-z]")
_ADDRESS = re.compile(r"https://[A-Za-z0-9._~:/?#@!$&'*+,;=%-]{4,300}")
_LONGEST_MESSAGE = 1_000
_LONGEST_LINE = 300
_MOST_LINES = 12


def message(text: str) -> str:
    """A tool's message on one line, without what cannot be seen, at most a thousand characters."""
    plain = _INVISIBLE.sub("", _SPACES.sub(" ", _ESCAPES.sub("", text[: _LONGEST_MESSAGE * 4]))).strip()
    return plain if len(plain) <= _LONGEST_MESSAGE else plain[: _LONGEST_MESSAGE - 1].rstrip() + "…"


def address(text: str) -> str:
    """A link to a rule's explanation when it is a plain https address, else nothing."""
    return text if _ADDRESS.fullmatch(text) else ""


def line(text: str) -> str:
    """One line of source as it stands, what cannot be seen written as escapes, at most 300 characters."""
    text = text.rstrip("\r\n")
    cut = text[:_LONGEST_LINE]
    seen = _INVISIBLE.sub(lambda match: _escape(match[0]), cut)
    return seen + "…" if len(text) > len(cut) else seen


def snippet(lines: list[str]) -> str:
    """A few lines of source, at most twelve."""
    shown = [line(text) for text in lines[:_MOST_LINES]]
    return "\n".join([*shown, "…"] if len(lines) > _MOST_LINES else shown)


def _escape(character: str) -> str:
    code = ord(character)
    return f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
