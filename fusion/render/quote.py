"""Code quoted line by line, with the flagged columns, cut to a width: what a terminal shows of a snippet."""

from __future__ import annotations

from dataclasses import dataclass

from fusion.model import Location
from fusion.render.secrets import mask
from fusion.render.text import cells, exact

_TAB = 4


@dataclass(frozen=True, slots=True)
class Quoted:
    """One line of code: printable, at most as wide as asked; `start` and `end` are the flagged cells, equal when unknown."""

    number: int
    text: str
    start: int = 0
    end: int = 0


def quote(snippet: str, location: Location, *, width: int, limit: int = 6) -> tuple[list[Quoted], int]:
    """The snippet's first `limit` lines, and how many were left out. Columns of the location are code points, end exclusive."""
    if not snippet:
        return [], 0
    raw = snippet.removesuffix("\n").split("\n")
    quoted: list[Quoted] = []
    for offset, line in enumerate(raw[:limit]):
        first, last = _columns(location, offset, line)
        quoted.append(_cut(location.line + offset, line.removesuffix("\r"), first, last, width))
    total = max(len(raw), location.end_line - location.line + 1)
    return quoted, total - len(quoted)


def _columns(location: Location, offset: int, line: str) -> tuple[int, int]:
    """The flagged code points of one line, 0-based, end exclusive; (0, 0) where unknown or where it is the whole line."""
    number = location.line + offset
    if location.column is None or not location.line <= number <= location.end_line:
        return 0, 0
    indent = len(line) - len(line.lstrip())
    first = location.column - 1 if number == location.line else indent
    last = len(line.rstrip())
    if number == location.end_line and location.end_column is not None:
        last = min(last, location.end_column - 1)
    first, last = min(first, len(line)), max(last, first + 1)
    return (0, 0) if first <= indent and last >= len(line.rstrip()) else (first, last)


def _cut(number: int, line: str, first: int, last: int, width: int) -> Quoted:
    """The window of the line that shows the flagged part, as far as it fits."""
    skip = max(first - width // 3, 0) if first > width * 2 // 3 else 0
    line = mask(line[max(skip - 200, 0) : skip + 4 * width])[min(skip, 200) :]
    out, at, start, end = ["…"] if skip else [], int(skip > 0), 0, 0
    for index, character in enumerate(line, start=skip):
        if index == first:
            start = at
        shown = " " * (_TAB - at % _TAB) if character == "\t" else exact(character)
        size = sum(map(cells, shown))
        if at + size > width - 1 and index < skip + len(line) - 1:
            out.append("…")
            break
        out.append(shown)
        at += size
        if index < last:
            end = at
    return Quoted(number, "".join(out), start, max(end, start)) if last > first else Quoted(number, "".join(out))
