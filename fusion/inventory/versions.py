"""Versions in the order of their ecosystem: Semantic Versioning 2.0 by its own rules, the others by univers."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

_SEMVER = re.compile(
    r"v?(\d{1,18})(?:\.(\d{1,18}))?(?:\.(\d{1,18}))?(?:-([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?(?:\+[0-9A-Za-z.-]+)?"
)
_LONGEST = 128
_NUGET = re.compile(r"\d{1,9}(?:\.\d{1,9}){0,3}(?:-[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?(?:\+[0-9A-Za-z.-]+)?")
_PLAIN = re.compile(r"v?\d[\w.+!:~-]*")

SEMANTIC = frozenset({"npm", "cargo", "golang", "hex", "github"})
"""Ecosystems (purl types) whose versions are Semantic Versioning."""
ORDERED = SEMANTIC | {"pypi", "maven", "nuget", "gem", "composer"}
"""Ecosystems whose versions can be compared."""


class UnreadableVersion(ValueError):
    """The text is no version of the ecosystem."""


def semantic(text: str) -> Any:
    """A sort key by Semantic Versioning 2.0, section 11; a leading `v` and missing parts are borne with."""
    match = _SEMVER.fullmatch(text) if len(text) <= _LONGEST else None
    if match is None:
        raise UnreadableVersion(f"{text[:60]!r} is no semantic version")
    parts = (
        ()
        if match[4] is None
        else tuple((0, int(part), "") if part.isdigit() else (1, 0, part) for part in match[4].split("."))
    )
    return int(match[1]), int(match[2] or 0), int(match[3] or 0), match[4] is None, parts


def _univers(name: str, form: re.Pattern[str]) -> Callable[[str], Any]:
    def of(text: str) -> Any:
        if len(text) > _LONGEST or form.fullmatch(text) is None:
            raise UnreadableVersion(f"{text[:60]!r} is no version")
        from univers import versions

        try:
            return getattr(versions, name)(text)
        except (ValueError, TypeError, AttributeError) as error:
            raise UnreadableVersion(f"{text[:60]!r} is no version") from error

    return of


_READERS: Mapping[str, Callable[[str], Any]] = {
    **dict.fromkeys(SEMANTIC, semantic),
    "pypi": _univers("PypiVersion", _PLAIN),
    "maven": _univers("MavenVersion", re.compile(r"[0-9A-Za-z][\w.+-]*")),
    "nuget": _univers("NugetVersion", _NUGET),
    "gem": _univers("RubygemsVersion", _PLAIN),
    "composer": _univers("ComposerVersion", _PLAIN),
}


def ordered(type: str, text: str) -> Any:
    """The version as a value that compares with others of the same ecosystem. Raises UnreadableVersion."""
    reader = _READERS.get(type)
    if reader is None:
        raise UnreadableVersion(f"versions of {type} have no order that is known")
    return reader(text.strip())
