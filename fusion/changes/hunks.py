"""Hunks of a unified diff: read one from lines of text, put one onto the bytes that it changes. Sans-I/O."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from fusion.model import Hunk

_HEADER = re.compile(rb"@@ -(\d{1,9})(?:,(\d{1,9}))? \+(\d{1,9})(?:,(\d{1,9}))? @@(?: (.*))?", re.DOTALL)


class Malformed(ValueError):
    """A hunk that is not what it should be; `line` is the index of the line where that shows."""

    def __init__(self, line: int, what: str) -> None:
        super().__init__(what)
        self.line = line


@dataclass(frozen=True, slots=True, kw_only=True)
class Parsed:
    """A hunk, its body as bytes, the lines that it adds and removes, and the index of the first line behind it."""

    hunk: Hunk
    body: bytes
    added: int
    removed: int
    end: int


def parse(lines: Sequence[bytes], start: int) -> Parsed:
    """The hunk whose header is `lines[start]`. Raises Malformed."""
    match = _HEADER.fullmatch(lines[start].removesuffix(b"\r"))
    if not match:
        raise Malformed(start, "a hunk must start like @@ -1,2 +1,3 @@")
    old_start, new_start = int(match[1]), int(match[3])
    old_count = 1 if match[2] is None else int(match[2])
    new_count = 1 if match[4] is None else int(match[4])
    if (old_count and not old_start) or (new_count and not new_start) or not (old_count or new_count):
        raise Malformed(start, "these line numbers cannot be")
    body, added, end = _body(lines, start, old_count, new_count)
    hunk = Hunk(
        old_start=old_start,
        old_count=old_count,
        new_start=new_start,
        new_count=new_count,
        section=(match[5] or b"").decode("utf-8", "replace").strip(),
        body=body.decode("utf-8", "replace"),
    )
    return Parsed(hunk=hunk, body=body, added=added, removed=added + old_count - new_count, end=end)


def _body(lines: Sequence[bytes], start: int, old: int, new: int) -> tuple[bytes, int, int]:
    """The body below a header, the lines it adds, and the index behind it."""
    at, size, added = start + 1, len(lines), 0
    taken: list[bytes] = []
    while old > 0 or new > 0:
        if at >= size:
            raise Malformed(size - 1, f"the patch ends in the middle of the hunk that begins at line {start + 1}")
        line = lines[at]
        mark = line[:1]
        if mark == b"+":
            new -= 1
            added += 1
        elif mark == b"-":
            old -= 1
        elif mark in (b" ", b"", b"\r"):
            old -= 1
            new -= 1
            if mark != b" ":
                # Mailers strip the blank that an empty context line consists of; `git apply` takes it, too.
                line = b" " + line
        elif mark != b"\\" or not taken:
            raise Malformed(at, "a line of a hunk must begin with a blank, +, - or \\")
        taken.append(line)
        at += 1
    if old < 0 or new < 0:
        raise Malformed(at - 1, f"the hunk that begins at line {start + 1} does not hold the lines that its header promises")
    while at < size and lines[at][:1] == b"\\":
        taken.append(lines[at])
        at += 1
    return b"\n".join(taken), added, at


def apply(before: bytes, hunks: Sequence[Hunk], bodies: Sequence[bytes]) -> bytes | None:
    """`before` with the hunks applied, at their places and byte for byte; None when it is not what they change."""
    lines = before.split(b"\n")
    # Each line keeps its line feed, so that a missing one at the end is a difference like any other.
    kept = [line + b"\n" for line in lines[:-1]] + ([lines[-1]] if lines[-1] else [])
    out: list[bytes] = []
    done = 0
    for hunk, body in zip(hunks, bodies, strict=True):
        at = hunk.old_start - (hunk.old_count > 0)
        if at < done or at > len(kept):
            return None
        old, new = sides(body)
        if kept[at : at + len(old)] != old:
            return None
        out += kept[done:at]
        out += new
        done = at + len(old)
    return b"".join(out + kept[done:])


def sides(body: bytes) -> tuple[list[bytes], list[bytes]]:
    """The lines of a hunk on the base and on the head side, each with its line feed where it has one."""
    old: list[bytes] = []
    new: list[bytes] = []
    last = b""
    for line in body.split(b"\n"):
        mark, text = line[:1], line[1:] + b"\n"
        if mark == b"\\":
            for side, marks in ((old, b"- "), (new, b"+ ")):
                if last in marks and side:
                    side[-1] = side[-1].removesuffix(b"\n")
            continue
        if mark in b"- ":
            old.append(text)
        if mark in b"+ ":
            new.append(text)
        last = mark
    return old, new
