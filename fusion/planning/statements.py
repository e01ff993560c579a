"""Where in a file named values and tables of test cases stand, first line to last: by their shape, in any language.

No grammar is asked. A statement goes from the line that names it to where its brackets are closed, with the comment above it
and, in Python, the string below it that says what it means. What is not closed soon is no statement.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from fusion.changes.roles import is_test_code

Span = tuple[int, int]
"""First and last line, from 1, both included."""

MOST = 120
"""Lines of a statement beyond which it is none that could be shown."""
_NAMES = 2_000
_ABOVE = 3
"""Lines of comment above a statement that belong to it."""
_LONGEST = 2_000
"""Characters of a line that are looked at."""
_SHAPES: Mapping[str, re.Pattern[str]] = MappingProxyType(
    {
        "python": re.compile(r"([^\W\d]\w+)\s*(?::[^=\n]{1,200})?=(?!=)"),
        "typescript": re.compile(r"(?:export\s+)?(?:const|let|var)\s+([^\W\d][\w$]+)\s*(?::[^=\n]{1,200})?=(?![=>])"),
        "go": re.compile(r"(?:(?:const|var)\s+|\t)([^\W\d]\w+)\b[ \w.*\[\]]{0,80}=(?!=)"),
        "java": re.compile(r"\s*(?:(?:public|private)\s+)?(?:static\s+final|final\s+static)\s[^=\n(]{1,120}?(\w+)\s*="),
        "rust": re.compile(r"\s*(?:pub(?:\([^)]{0,40}\))?\s+)?(?:const|static)\s+(?:mut\s+)?(\w+)\s*:"),
        "cpp": re.compile(
            r"#\s*define\s+(\w+)\s"
            r"|(?:static|inline|constexpr|const|extern)\s[^=\n(]{1,120}?(\w+)\s*(?:\[[^\]\n]{0,80}\]\s*)?=(?!=)"
        ),
        "ruby": re.compile(r"\s*([A-Z]\w+)\s*=(?!=)"),
        "bash": re.compile(r"(?:readonly\s+|declare\s+(?:-\w+\s+)*|export\s+)?([A-Za-z_]\w+)="),
    }
)
_GO_GROUP = re.compile(r"(?:const|var)\s*\(\s*$")
_TEST_BLOCK = re.compile(r"\s*(?:it|test|specify)(?:\.\w+)*\s*[(\[`]")
_QUOTED = re.compile(r"""\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*'|`(?:\\.|[^`\\])*`""")
_COMMENT = {"python": "#", "ruby": "#", "bash": "#"}
_TRIPLE = re.compile(r'"""|\'\'\'')


def constants(group: str, lines: Sequence[str]) -> Mapping[str, Span]:
    """The values that a file names outside of functions, by name; the first of a name counts. Empty for other languages."""
    shape = _SHAPES.get(group)
    if shape is None:
        return {}
    found: dict[str, Span] = {}
    inside = False
    at = 0
    while at < len(lines) and len(found) < _NAMES:
        line = lines[at][:_LONGEST]
        at += 1
        if group == "go":
            inside = bool(_GO_GROUP.match(line)) or (inside and not line.startswith(")"))
        named = shape.match(line)
        if named is None or (line.startswith("\t") and group == "go" and not inside):
            continue
        last = _end(group, lines, at)
        name = named[named.lastindex or 0]
        if last is not None:
            found.setdefault(name, (_above(group, lines, at), last))
            at = last
    return found


def tables(path: str, group: str, lines: Sequence[str]) -> tuple[Span, ...]:
    """What of a test file is read as a whole, in order: its named tables, and the blocks of one case or a table of them."""
    if not is_test_code(path):
        return ()
    spans = {span for span in constants(group, lines).values() if span[1] > span[0]}
    if group == "typescript":
        starts = (number for number, line in enumerate(lines, start=1) if _TEST_BLOCK.match(line[:_LONGEST]))
        ends = ((start, _end(group, lines, start)) for start in starts)
        spans |= {(start, end) for start, end in ends if end is not None}
    return tuple(sorted(spans))


def around(spans: Sequence[Span], line: int) -> Span | None:
    """The smallest of the spans that holds a line."""
    return min((span for span in spans if span[0] <= line <= span[1]), key=lambda span: span[1] - span[0], default=None)


def _above(group: str, lines: Sequence[str], first: int) -> int:
    """Where the comment above a line begins; the line itself where there is none."""
    mark = _COMMENT.get(group, "//")
    start = first
    while start > max(1, first - _ABOVE) and lines[start - 2].startswith(mark):
        start -= 1
    return start


def _end(group: str, lines: Sequence[str], first: int) -> int | None:
    """Where the statement that begins on a line ends; None where its end is not in sight."""
    depth = 0
    quoted = ""
    for number in range(first, min(len(lines), first + MOST) + 1):
        line = lines[number - 1][:_LONGEST]
        if group == "python":
            line, quoted = _unquoted(line, quoted)
        line = _QUOTED.sub("0", line).partition(_COMMENT.get(group, "//"))[0]
        depth += sum(line.count(mark) for mark in "([{") - sum(line.count(mark) for mark in ")]}")
        if depth <= 0 and not quoted and not line.rstrip().endswith(("\\", "=")):
            return _explained(lines, number) if group == "python" else number
    return None


def _unquoted(line: str, quoted: str) -> tuple[str, str]:
    """A line without what stands between triple quotes, and the quotes that are still open behind it."""
    kept: list[str] = []
    at = 0
    for mark in _TRIPLE.finditer(line):
        if not quoted:
            kept.append(f"{line[at : mark.start()]}0")
            quoted = mark[0]
        elif mark[0] == quoted:
            quoted = ""
        else:
            continue
        at = mark.end()
    return "".join(kept) + ("" if quoted else line[at:]), quoted


def _explained(lines: Sequence[str], last: int) -> int:
    """The end of the string below a value that says what it means; the value's own end where there is none."""
    if last >= len(lines) or not lines[last].startswith('"""'):
        return last
    for number in range(last + 1, min(len(lines), last + 12) + 1):
        text = lines[number - 1].removeprefix('"""') if number == last + 1 else lines[number - 1]
        if '"""' in text:
            return number
    return last


def joined(*ranges: Span, apart: int = 1) -> tuple[Span, ...]:
    """Ranges in order, those that touch or are as few lines apart made one."""
    out: list[Span] = []
    for first, last in sorted(ranges):
        if out and first <= out[-1][1] + 1 + apart:
            out[-1] = out[-1][0], max(last, out[-1][1])
        else:
            out.append((first, last))
    return tuple(out)
