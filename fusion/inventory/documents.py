"""Documents that lock files are written in: bounded, parsed, never resolved; with the lines on which things stand."""

from __future__ import annotations

import base64
import binascii
import json
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from fusion.inventory.entries import MAX_HASHES, MAX_PACKAGES
from fusion.reading.dependencies import UnreadableManifest

_LONG_KEY = re.compile(r"(?:[\w\"'-]{1,80}\s{0,4}\.\s{0,4}){64}")
_INTEGRITY = re.compile(r"(sha\d{1,3})-([A-Za-z0-9+/]{20,120}={0,2})")
_HASH = re.compile(r"(sha(?:1|256|384|512)|md5|blake2b)[:=]([0-9a-fA-F]{32,128})")
_YAML_LINE = re.compile(r"( *)(?:'((?:[^']|''){1,400})'|\"([^\"\n]{1,400})\"|([^\s#'\"][^\n]{0,600}?))\s*:(?:\s+(.*))?$")


def toml(text: str) -> Mapping[str, Any]:
    """A TOML document of any size that is read at all. Raises UnreadableManifest."""
    # The parser's time grows with the square of a key's length; no lock file has keys of many parts.
    if any(line.count(".") >= 64 and _LONG_KEY.search(line[:20_000]) for line in text.split("\n") if len(line) > 128):
        raise UnreadableManifest("it has a key of more than 64 parts")
    try:
        return tomllib.loads(text)
    except RecursionError as error:
        raise UnreadableManifest("it is nested too deep") from error
    except ValueError as error:
        raise UnreadableManifest(f"it is not valid TOML ({str(error)[:200]})") from error


def json_object(text: str) -> Mapping[str, Any]:
    """A JSON object. Raises UnreadableManifest."""
    try:
        value = json.loads(text)
    except RecursionError as error:
        raise UnreadableManifest("it is nested too deep") from error
    except ValueError as error:
        raise UnreadableManifest(f"it is not valid JSON ({str(error)[:200]})") from error
    if not isinstance(value, dict):
        raise UnreadableManifest("it is not a JSON object")
    return value


def mapping(value: object) -> Mapping[str, Any]:
    """The value if it is a mapping, else an empty one."""
    return value if isinstance(value, dict) else {}


def sequence(value: object) -> Sequence[Any]:
    """The value if it is a list, else an empty one."""
    return value if isinstance(value, list) else ()


def word(value: object) -> str:
    """The value if it is a text, without what cannot be shown; else an empty one."""
    if not isinstance(value, str) or len(value) > 2_000:
        return ""
    return "".join(char for char in value if char.isprintable()).strip()


def bounded(items: Iterable[Any]) -> Iterator[Any]:
    """The items, as long as there are not too many. Raises UnreadableManifest."""
    for number, item in enumerate(items):
        if number >= MAX_PACKAGES:
            raise UnreadableManifest(f"it names more than {MAX_PACKAGES:,} packages")
        yield item


def hashes(*said: object) -> tuple[str, ...]:
    """Hashes as `algorithm:hex`, out of `sha256:HEX` texts and Subresource Integrity texts; others are left out."""
    found: dict[str, None] = {}
    for text in said:
        if not isinstance(text, str):
            continue
        for match in _HASH.finditer(text[:1_000]):
            found[f"{match[1]}:{match[2].lower()}"] = None
        for match in _INTEGRITY.finditer(text[:1_000]):
            try:
                found[f"{match[1]}:{base64.b64decode(match[2] + '=' * (-len(match[2]) % 4), validate=True).hex()}"] = None
            except (binascii.Error, ValueError):
                continue
    return tuple(found)[:MAX_HASHES]


def without_credentials(address: str) -> str:
    """An address without user name and password: they are nobody's business in a report."""
    prefix, plus, rest = address.partition("+") if address.startswith("git+") else ("", "", address)
    try:
        parts = urlsplit(rest)
        if "@" in parts.netloc and parts.scheme in ("http", "https", "ftp"):
            rest = urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))
    except ValueError:
        return ""
    return f"{prefix}{plus}{rest}"[:500]


def lines_at(pattern: re.Pattern[str], text: str) -> Mapping[str, int]:
    """The first line of each thing that the pattern's first group names."""
    return dict(reversed(list(places(pattern, text))))


def places(pattern: re.Pattern[str], text: str) -> Iterator[tuple[str, int]]:
    """What the pattern's first group names, with its line, in order."""
    line, counted = 1, 0
    for match in pattern.finditer(text):
        line += text.count("\n", counted, match.start(1))
        counted = match.start(1)
        yield match[1], line


def yaml_lines(text: str) -> Iterator[tuple[tuple[str, ...], str, int]]:
    """Keys from the outermost in, value as written (without quotes), and line, of YAML in block style as tools write it:
    one `key: value` a line, nested by indentation, without anchors, tags and multi-line texts. What is written otherwise is
    passed over, so that a reader finds nothing in it and says so."""
    stack: list[tuple[int, str]] = []
    for number, raw in enumerate(text.split("\n"), start=1):
        match = _YAML_LINE.match(raw.rstrip("\r")[:2_000])
        if match is None or raw.lstrip().startswith(("#", "- ")):
            continue
        indent = len(match[1])
        key = match[2].replace("''", "'") if match[2] is not None else match[3] if match[3] is not None else match[4]
        while stack and stack[-1][0] >= indent:
            stack.pop()
        if len(stack) < 12:
            stack.append((indent, key))
        value = (match[5] or "").strip()
        if len(value) >= 2 and value[0] == value[-1] and value[0] in "'\"":
            value = value[1:-1]
        yield tuple(part for _, part in stack), value, number
