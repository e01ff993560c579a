"""How files divide into questions that the evidence service takes, and what no question can hold.

An analyzer that follows data from file to file gets the files of the other questions to consult, as far as there is room.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from fusion.model import Unread


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """What one question may hold, those to be reported on and those to consult together."""

    files: int
    bytes: int
    """Of all files as JSON holds them, in base64, and of their names."""
    one: int
    """Bytes of one file as it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What one question is about."""

    files: Mapping[str, bytes]
    beside: Mapping[str, bytes]
    own: tuple[str, ...] = ()

    @property
    def paths(self) -> frozenset[str]:
        """Every path that an answer may speak of."""
        return frozenset((*self.files, *self.beside))

    def halves(self, *, tells_own: bool) -> tuple[Part, ...]:
        """Two questions instead of one; each consults the other's files where data is followed through them. One: itself."""
        items = list(self.files.items())
        if len(items) < 2:
            return (self,)
        middle = len(items) // 2
        one, other = dict(items[:middle]), dict(items[middle:])
        if not tells_own:
            return tuple(Part(files=half, beside=self.beside, own=self.own) for half in (one, other))
        return tuple(
            Part(files=half, beside={**self.beside, **rest}, own=(*self.own, *rest))
            for half, rest in ((one, other), (other, one))
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Division:
    """The questions, the files that none can hold, and how many files to consult had no room beside any of them."""

    parts: tuple[Part, ...]
    unread: tuple[Unread, ...] = ()
    left: int = 0


def divide(
    contents: Mapping[str, bytes],
    beside: Mapping[str, bytes],
    own: Collection[str],
    room: Room,
    *,
    follows: bool,
    tells_own: bool,
) -> Division:
    """Divide. `follows`: the analyzer consults files; `tells_own`: it tells of flaws that end in files of another question."""
    unread = tuple(
        Unread(path=path, reason=f"larger than the {room.one:,} bytes that the evidence service takes")
        for path, data in contents.items()
        if len(data) > room.one
    )
    files = {path: data for path, data in contents.items() if len(data) <= room.one}
    whole = len(files) <= room.files and _size(files) <= room.bytes
    # Where data crosses files, half of the room is for what is consulted.
    share = 1 if whole or not follows else 2
    groups = [files] if whole and files else list(_groups(files, room.files // share, room.bytes // share))
    told = frozenset(own)
    parts, left = [], 0
    for group in groups:
        others = {path: data for path, data in files.items() if path not in group} if follows else {}
        near = {path: data for path, data in {**beside, **others}.items() if path not in group}
        taken = _fitting(near, room, len(group), _size(group))
        mine = tuple(path for path in taken if path in told or (tells_own and path in others))
        parts.append(Part(files=group, beside=taken, own=mine))
        left = max(left, len(near) - len(taken))
    return Division(parts=tuple(parts), unread=unread, left=left)


def _groups(files: Mapping[str, bytes], most_files: int, most_bytes: int) -> Iterator[dict[str, bytes]]:
    """In the order of their paths, so that one folder's files are together; each group holds one file at least."""
    group: dict[str, bytes] = {}
    size = 0
    for path in sorted(files):
        length = _size({path: files[path]})
        if group and (len(group) >= most_files or size + length > most_bytes):
            yield group
            group, size = {}, 0
        group[path] = files[path]
        size += length
    if group:
        yield group


def _fitting(near: Mapping[str, bytes], room: Room, files: int, size: int) -> dict[str, bytes]:
    """Those that still have room, the smallest first: most of them are consulted then."""
    taken: dict[str, bytes] = {}
    for path, data in sorted(near.items(), key=lambda item: (len(item[1]), item[0])):
        files, size = files + 1, size + _size({path: data})
        if len(data) > room.one or files > room.files or size > room.bytes:
            break
        taken[path] = data
    return taken


def _size(files: Mapping[str, bytes]) -> int:
    """Bytes that the files take in a question; a name may be there twice."""
    return sum(4 * (len(data) // 3 + 1) + 2 * len(json.dumps(path)) + 8 for path, data in files.items())


def joined(paths: Sequence[str], reason: str) -> tuple[Unread, ...]:
    """The paths as unread, all for one reason."""
    return tuple(Unread(path=path, reason=reason) for path in paths)
