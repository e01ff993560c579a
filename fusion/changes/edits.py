"""Edits of a file's text: apply them, and write them as a patch. Pure."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence

from fusion.changes import paths
from fusion.model import Edit

_CONTEXT = 3
_EFFORT = 4_000_000
"""Pairs of lines up to which a shortest difference is looked for; above it the differing middle is replaced as a whole."""

_Opcode = tuple[str, int, int, int, int]


def apply_edits(text: str, edits: Sequence[Edit]) -> str:
    """The text with the edits made, whatever their order. Insertions at one place are made in the order given.

    Lines end at line feeds only; the place behind a final line feed is column 1 of one more line. Raises ValueError when
    two edits overlap or one is out of range.
    """
    starts = [0]
    for line in text.split("\n"):
        starts.append(starts[-1] + len(line) + 1)
    spans = [(_offset(starts, edit.line, edit.column), _offset(starts, edit.end_line, edit.end_column), edit) for edit in edits]
    out: list[str] = []
    done = 0
    for start, end, edit in sorted(spans, key=lambda span: span[:2]):
        if end < start:
            raise ValueError(f"The edit at {edit.line}:{edit.column} ends before it begins.")
        if start < done:
            raise ValueError(f"The edit at {edit.line}:{edit.column} overlaps another one.")
        out += (text[done:start], edit.text)
        done = end
    return "".join(out) + text[done:]


def _offset(starts: Sequence[int], line: int, column: int) -> int:
    """The offset of a 1-based place. `starts` holds the offset of each line, and of one more behind the last."""
    if not 1 <= line < len(starts) or not 1 <= column <= starts[line] - starts[line - 1]:
        raise ValueError(f"There is no place {line}:{column} in this text.")
    return starts[line - 1] + column - 1


def unified_patch(path: str, before: str, after: str) -> str:
    """A patch from one text of a file to another that `git apply` takes; empty when they are equal.

    Both texts must be the file's own (UTF-8): a text that was decoded with replacements makes a patch that does not apply.
    """
    if before == after:
        return ""
    old, new = _lines(before), _lines(after)
    old_name, new_name = paths.quote("a/" + path), paths.quote("b/" + path)
    # As git does: a tab behind a name with blanks, so that nothing after it is taken for a time stamp.
    tab = "\t" if " " in path and not old_name.startswith('"') else ""
    out = [f"diff --git {old_name} {new_name}\n--- {old_name}{tab}\n+++ {new_name}{tab}\n"]
    for group in _groups(_opcodes(old, new)):
        first, last = group[0], group[-1]
        out.append(f"@@ -{_range(first[1], last[2])} +{_range(first[3], last[4])} @@\n")
        for tag, i, j, k, m in group:
            if tag == "equal":
                out += _marked(" ", old[i:j])
            else:
                out += _marked("-", old[i:j])
                out += _marked("+", new[k:m])
    return "".join(out)


def _lines(text: str) -> list[str]:
    lines = [line + "\n" for line in text.split("\n")]
    lines[-1] = lines[-1][:-1]
    return lines if lines[-1] else lines[:-1]


def _marked(mark: str, lines: Sequence[str]) -> Iterator[str]:
    for line in lines:
        yield mark + line if line.endswith("\n") else f"{mark}{line}\n\\ No newline at end of file\n"


def _range(start: int, end: int) -> str:
    """Lines `start` to `end` (0-based, exclusive) in a hunk's header; a range without lines names the line before it."""
    count = end - start
    return f"{start + (count > 0)},{count}" if count != 1 else str(start + 1)


def _opcodes(old: Sequence[str], new: Sequence[str]) -> list[_Opcode]:
    """What turns one list of lines into the other, as difflib's opcodes. What is equal at both ends is not searched."""
    head = 0
    while head < min(len(old), len(new)) and old[head] == new[head]:
        head += 1
    tail = 0
    while tail < min(len(old), len(new)) - head and old[-1 - tail] == new[-1 - tail]:
        tail += 1
    old_end, new_end = len(old) - tail, len(new) - tail
    codes: list[_Opcode] = [("equal", 0, head, 0, head)]
    if (old_end - head) * (new_end - head) > _EFFORT:
        codes.append(("replace", head, old_end, head, new_end))
    else:
        matcher = difflib.SequenceMatcher(None, old[head:old_end], new[head:new_end], autojunk=False)
        codes += [(tag, i + head, j + head, k + head, m + head) for tag, i, j, k, m in matcher.get_opcodes()]
    codes.append(("equal", old_end, len(old), new_end, len(new)))
    return [code for code in codes if code[0] != "equal" or code[1] < code[2]]


def _groups(codes: Sequence[_Opcode]) -> Iterator[list[_Opcode]]:
    """The opcodes of each hunk, with up to three lines of context on either side."""
    group: list[_Opcode] = []
    for tag, i, j, k, m in codes:
        if tag != "equal":
            group.append((tag, i, j, k, m))
            continue
        if group and j - i <= 2 * _CONTEXT and (j, m) != codes[-1][2::2]:
            group.append((tag, i, j, k, m))
            continue
        if group:
            group.append((tag, i, min(j, i + _CONTEXT), k, min(m, k + _CONTEXT)))
            yield group
        group = [(tag, max(i, j - _CONTEXT), j, max(k, m - _CONTEXT), m)]
    if len(group) > 1 or (group and group[0][0] != "equal"):
        yield group
