"""Go: go.mod with its replacements, and go.sum."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from fusion.inventory.documents import bounded
from fusion.inventory.entries import Entry, Format, Lock, Named
from fusion.reading.comparison import lines_of
from fusion.reading.dependencies import UnreadableManifest, dependencies

_REPLACE = re.compile(r"(?:replace\s+)?(\S+)(?:\s+(v\S+))?\s+=>\s+(\S+)(?:\s+(v\S+))?\s*(?://.*)?$")
_SUM = re.compile(r"(\S{1,500}) (v\S{1,200}?)(/go\.mod)? h1:([A-Za-z0-9+/]{43}=)\s*$")


def go_mod(text: str) -> Iterator[Entry]:
    """go.mod: minimal version selection makes each version that it names the one that is built."""
    elsewhere = dict(_replacements(text))
    for found in dependencies("go.mod", text):
        one = Entry(
            type="golang",
            name=found.name,
            version=found.version,
            wanted=found.version,
            line=found.line,
            pinned=True,
            direct=not found.transitive,
        )
        to = elsewhere.get((found.name, found.version)) or elsewhere.get((found.name, ""))
        if to is None:
            yield one
        elif to[1]:
            yield replace(one, name=to[0], version=to[1])


def _replacements(text: str) -> Iterator[tuple[tuple[str, str], tuple[str, str]]]:
    """Module (and version, where only that is meant) -> what is built in its place; without version it is a folder."""
    inside = False
    for raw in lines_of(text):
        line = raw[:1_000].strip()
        if re.match(r"replace\s*\($", line):
            inside = True
        elif line == ")":
            inside = False
        elif inside or line.startswith("replace "):
            match = _REPLACE.match(line)
            if match:
                yield (match[1], match[2] or ""), (match[3], match[4] or "")


def go_sum(text: str) -> Lock:
    """go.sum: which modules' bytes are fixed. It also names versions that are not built, so it adds no packages of its own."""
    found: dict[tuple[str, str], Entry] = {}
    for number, line in enumerate(bounded(lines_of(text)), start=1):
        if not line.strip():
            continue
        match = _SUM.match(line)
        if match is None:
            raise UnreadableManifest(f"line {number} is no checksum of a module")
        if not match[3]:
            found[match[1], match[2]] = Entry(
                type="golang", name=match[1], version=match[2], line=number, pinned=True, hashed=True, direct=False
            )
    return Lock(packages=tuple(found.values()), whole=False, exact_only=True)


FORMATS = (
    Format(name="go.mod", type="golang", matches=Named("go.mod"), entries=go_mod, locks=("go.sum",)),
    Format(name="go.sum", type="golang", matches=Named("go.sum"), lock=go_sum),
)
