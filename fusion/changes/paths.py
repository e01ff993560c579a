"""Names of files: the way git quotes them in text, and which of them no repository may hold.

Git writes a name that holds control characters, quotes, backslashes or (by default) bytes outside ASCII between double
quotes, with C escapes and octal bytes (git-config, `core.quotePath`). A name is bytes to git and text to us: bytes that are
not UTF-8 are shown as `\\xNN`.
"""

from __future__ import annotations

import re

_ESCAPES = {
    ord("a"): 7,
    ord("b"): 8,
    ord("t"): 9,
    ord("n"): 10,
    ord("v"): 11,
    ord("f"): 12,
    ord("r"): 13,
    ord('"'): 34,
    ord("\\"): 92,
}
_QUOTED = re.compile(rb'"(?:[^"\\\n]|\\(?:[abtnvfr"\\]|[0-3][0-7]{2}))*"')
_ESCAPE = re.compile(rb"\\([0-3][0-7]{2}|.)")
_SPECIAL = re.compile(r'[\x00-\x1f\x7f"\\]')
_NAMES = {value: chr(key) for key, value in _ESCAPES.items()}
_DRIVE = re.compile(r"[A-Za-z]:[\\/]")
_LONGEST = 4096
"""Bytes of the longest path that Linux takes (PATH_MAX)."""


def decode(name: bytes) -> str:
    """The name as text; bytes that are not UTF-8 become `\\xNN`."""
    return name.decode("utf-8", "backslashreplace")


def quoted(text: bytes) -> int | None:
    """Length of the quoted name that `text` begins with, quotes included; None when it begins with none."""
    match = _QUOTED.match(text)
    return match.end() if match else None


def unquote(text: bytes) -> bytes:
    """The bytes of a name that may be quoted the way git does. Raises ValueError when the quoting is broken."""
    if not text.startswith(b'"'):
        return text
    if quoted(text) != len(text):
        raise ValueError("the quotes around the name are broken")
    return _ESCAPE.sub(_unescape, text[1:-1])


def _unescape(match: re.Match[bytes]) -> bytes:
    escape = match[1]
    return bytes([_ESCAPES[escape[0]] if len(escape) == 1 else int(escape, 8)])


def quote(name: str) -> str:
    """The name as git takes it in a patch: as it is, or between double quotes when it must be."""
    if not _SPECIAL.search(name):
        return name
    return '"' + _SPECIAL.sub(_escape, name) + '"'


def _escape(match: re.Match[str]) -> str:
    code = ord(match[0])
    return "\\" + _NAMES.get(code, f"{code:03o}")


def refusal(path: str) -> str | None:
    """Why no repository may hold this path, or None when it may.

    What it keeps out are the names that would leave the tree or reach into git's own folder when a copy of the tree is
    written to disk (see git's `verify_path`), with either kind of slash.
    """
    if not path:
        return "it is empty"
    if "\0" in path:
        return "it holds a NUL character"
    if len(path.encode("utf-8", "surrogatepass")) > _LONGEST:
        return f"it is longer than {_LONGEST:,} bytes"
    if path.startswith(("/", "\\")) or _DRIVE.match(path):
        return "it is absolute"
    if any(part in ("", ".") for part in path.split("/")):
        return "it has empty or `.` parts"
    for part in re.split(r"[/\\]", path):
        if part == "..":
            return "it climbs out of the tree"
        if part.rstrip(". ").casefold() in (".git", "git~1"):
            return "it reaches into git's own folder"
    return None
