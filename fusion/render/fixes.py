"""A verified fix as people see it: a few lines of diff, or the exact replacement that GitHub can apply with one click."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from fusion.model import Fix, Location, Side
from fusion.render.secrets import mask
from fusion.render.text import visible

_HUNK = re.compile(r"@@ -(\d+)(?:,(\d+))? \+\d+(?:,(\d+))? @@")


@dataclass(frozen=True, slots=True)
class PatchLine:
    """One line of a hunk. `old` is its number before the patch; a `+` line has the number of the line it goes before.

    A sign of `\\` says that the line before it lacks a final newline.
    """

    sign: str
    old: int
    text: str


def patch_lines(patch: str) -> Iterator[PatchLine | None]:
    """The lines of every hunk of a unified diff, without any header; None where a new hunk begins."""
    old = old_left = new_left = 0
    for line in patch.split("\n"):
        header = _HUNK.match(line)
        if old_left > 0 or new_left > 0:
            sign = line[:1] if line[:1] in ("+", "-", "\\") else " "
            yield PatchLine(sign, old, line[1:])
            old += sign in " -"
            old_left -= sign in " -"
            new_left -= sign in " +"
        elif header is not None:
            # git numbers a hunk without old lines by the line before it
            old_left, new_left = int(header[2] or 1), int(header[3] or 1)
            old = int(header[1]) + (old_left == 0)
            yield None
        elif line.startswith("\\") and old:
            yield PatchLine("\\", old, line[1:])


def diff_text(fix: Fix) -> str:
    """The patch's changed lines with their context, safe to show, without file headers; hunks are parted by `@@`."""
    out: list[str] = []
    for line in patch_lines(fix.patch):
        if line is None:
            out += ["@@"] if out else []
        elif line.sign == "\\":
            out.append("\\ no newline at the end of the file")
        else:
            out.append(line.sign + visible(line.text.removesuffix("\r")))
    return mask("\n".join(out))


def suggestion(fix: Fix, location: Location) -> str | None:
    """What the commented lines become, each with its newline (none: they go), or None where that cannot say it all.

    GitHub applies a suggestion to the whole range of lines that the comment is on. So the patch must touch one file, on the
    head side, nothing outside the range, and show every line of the range; and what it says must survive being posted
    unchanged (no carriage returns, nothing invisible, nothing that is masked).
    """
    if not fix.verified or location.side is not Side.RIGHT or {edit.path for edit in fix.edits} != {location.path}:
        return None
    if sum(line.startswith("+++ ") for line in fix.patch.split("\n")) != 1:
        return None
    new: list[str] = []
    seen = set[int]()
    before = PatchLine(" ", 0, "")
    for line in patch_lines(fix.patch):
        if line is None:
            continue
        inside = location.line <= line.old <= location.end_line
        # what is added right after the last commented line replaces it too
        if line.sign == "+" and (inside or (line.old == location.end_line + 1 and location.end_line in seen)):
            new.append(line.text)
        elif (line.sign in "+-" and not inside) or (line.sign == "\\" and before.sign in "+-"):
            return None
        elif line.sign in " -" and inside:
            seen.add(line.old)
            new += [line.text] if line.sign == " " else []
        before = line
    text = "".join(f"{line}\n" for line in new)
    if len(seen) != location.end_line - location.line + 1 or mask(visible(text)) != text:
        return None
    return text
