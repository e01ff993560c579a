"""Questions about a file change: which lines are new, what a line was called on the other side, where a comment can go.

Patches are read by `fusion.changes.patch`; `parse_patch` is here for its users.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache

from fusion.changes.patch import parse_patch
from fusion.model import ChangeKind, FileChange, Hunk, Location, Side

__all__ = ["added_lines", "anchor", "base_line", "head_line", "parse_patch", "removed_lines"]


def added_lines(file: FileChange) -> frozenset[int]:
    """Numbers of the head lines that the change adds (`+`)."""
    return frozenset(new for hunk in file.hunks for old, new in _pairs(hunk) if old is None and new is not None)


def removed_lines(file: FileChange) -> frozenset[int]:
    """Numbers of the base lines that the change removes (`-`)."""
    return frozenset(old for hunk in file.hunks for old, new in _pairs(hunk) if new is None and old is not None)


def head_line(file: FileChange, base_line: int) -> int | None:
    """The number at head of an unchanged base line; None when the change removes it or its place is not known."""
    return _translate(file, base_line, Side.LEFT)


def base_line(file: FileChange, head_line: int) -> int | None:
    """The number at base of an unchanged head line; None when the change adds it or its place is not known."""
    return _translate(file, head_line, Side.RIGHT)


def anchor(file: FileChange, location: Location) -> Location | None:
    """The part of a location that GitHub takes a comment on; None when no line of it is in the diff.

    GitHub takes lines that the diff shows (changed ones and context), and a range must lie within one hunk (REST API,
    "Create a review comment": `line`, `side`, `start_line`, `start_side`). Where the location spans several hunks, the hunk
    of its first line wins, else the one that changes most of its lines, else the first. Columns are kept at the ends that
    did not move.
    """
    right = location.side is Side.RIGHT
    if location.path != (file.path if right else file.base_path):
        return None
    parts: list[tuple[bool, int, int, int]] = []
    for hunk in file.hunks:
        start, count = _span(hunk, location.side)
        first, last = max(start, location.line), min(start + count - 1, max(location.line, location.end_line))
        if first <= last:
            lines = _lines(hunk, location.side)
            changed = sum(lines.get(line, 0) is None for line in range(first, last + 1))
            parts.append((first == location.line, changed, first, last))
    if not parts:
        return None
    _, _, first, last = max(parts, key=lambda part: (part[0], part[1], -part[2]))
    return location.model_copy(
        update={
            "line": first,
            "end_line": last,
            "column": location.column if first == location.line else None,
            "end_column": location.end_column if last == location.end_line else None,
        }
    )


def _span(hunk: Hunk, side: Side) -> tuple[int, int]:
    """First line and number of lines of a hunk on one side."""
    return (hunk.new_start, hunk.new_count) if side is Side.RIGHT else (hunk.old_start, hunk.old_count)


def _pairs(hunk: Hunk) -> Iterator[tuple[int | None, int | None]]:
    """Base and head number of each line of a hunk; None on the side that does not have it."""
    old, new = hunk.old_start, hunk.new_start
    for line in hunk.body.split("\n"):
        mark = line[:1]
        if mark == "+":
            yield None, new
            new += 1
        elif mark == "-":
            yield old, None
            old += 1
        elif mark == " ":
            yield old, new
            old += 1
            new += 1


@lru_cache(maxsize=8)
def _lines(hunk: Hunk, side: Side) -> Mapping[int, int | None]:
    """Each line of a hunk on one side, and its number on the other. Kept: thousands of findings may lie in one long hunk."""
    if side is Side.RIGHT:
        return {new: old for old, new in _pairs(hunk) if new is not None}
    return {old: new for old, new in _pairs(hunk) if old is not None}


def _translate(file: FileChange, line: int, side: Side) -> int | None:
    if line < 1 or file.kind in (ChangeKind.ADDED, ChangeKind.DELETED):
        return None
    if not file.hunks and (file.binary or file.omitted):
        return None
    other = Side.RIGHT if side is Side.LEFT else Side.LEFT
    shift = 0
    for hunk in file.hunks:
        start, count = _span(hunk, side)
        other_start, other_count = _span(hunk, other)
        # A side without lines names the line before it.
        end = start + count - 1 if count else start
        if line < start or (not count and line == start):
            break
        if count and line <= end:
            return _lines(hunk, side).get(line)
        shift = (other_start + other_count - 1 if other_count else other_start) - end
    return line + shift
