"""The parameters that a docstring or documentation comment describes, with their lines.

Python docstrings in the styles of Google, NumPy and Sphinx; `@param` tags of JSDoc and Javadoc. Anything else documents no
parameter as far as this module can tell.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

_SPHINX = re.compile(r"\s*:(?:param|parameter|arg|argument|key|keyword)\s+(?:[^:\n]*\s)?\*{0,2}(\w+)\s*:")
_GOOGLE_HEAD = re.compile(r"\s*(?:Args|Arguments|Parameters|Params|Keyword Args|Keyword Arguments|Other Parameters)\s*:\s*$")
_GOOGLE_ENTRY = re.compile(r"\s*\*{0,2}(\w+)(?:\s*\([^\n]*?\))?\s*:(?!:)")
_NUMPY_HEAD = re.compile(r"\s*(?:Parameters|Other Parameters)\s*$")
_RULE = re.compile(r"\s*-{3,}\s*$")
_NUMPY_ENTRY = re.compile(r"\s*(\*{0,2}\w+(?:\s*,\s*\*{0,2}\w+)*)\s*(?::|$)")
_TAG = re.compile(r"@param\s+(?:\{[^}\n]*\}\s*)?\[?([\w$]+)")
_LONGEST_COMMENT = 200


@dataclass(frozen=True, slots=True)
class Described:
    """One described parameter: the line of its entry (1-based, in the file) and the entry's text."""

    line: int
    text: str


def described(lines: Sequence[str], first: int) -> dict[str, Described]:
    """Parameters that a docstring describes. `lines` are its source lines, `first` the number of the first one in the file."""
    found = {
        match[1]: Described(first + index, _entry(lines, index))
        for index, line in enumerate(lines)
        if (match := _SPHINX.match(line[:400]))
    }
    for index, line in enumerate(lines):
        if _GOOGLE_HEAD.match(line[:400]):
            found.update(_google(lines, index, first))
        elif _NUMPY_HEAD.match(line[:400]) and index + 1 < len(lines) and _RULE.match(lines[index + 1][:400]):
            found.update(_numpy(lines, index + 2, first))
    return found


def tagged(lines: Sequence[str], symbol_line: int) -> dict[str, Described]:
    """Parameters that the `/** ... */` comment directly before a symbol describes."""
    last = symbol_line - 2
    if not 0 <= last < len(lines) or not lines[last].rstrip().endswith("*/"):
        return {}
    found: dict[str, Described] = {}
    for index in range(last, max(-1, last - _LONGEST_COMMENT), -1):
        match = _TAG.search(lines[index][:400])
        if match:
            found[match[1]] = Described(index + 1, lines[index])
        if "/*" in lines[index]:
            return found if "/**" in lines[index] else {}
    return {}


def _google(lines: Sequence[str], head: int, first: int) -> dict[str, Described]:
    found: dict[str, Described] = {}
    margin = _indentation(lines[head])
    depth: int | None = None
    for index in range(head + 1, len(lines)):
        line = lines[index]
        if not line.strip():
            continue
        indentation = _indentation(line)
        if indentation <= margin:
            break
        depth = indentation if depth is None else depth
        match = _GOOGLE_ENTRY.match(line[:400]) if indentation == depth else None
        if match:
            found[match[1]] = Described(first + index, _entry(lines, index))
    return found


def _numpy(lines: Sequence[str], start: int, first: int) -> dict[str, Described]:
    found: dict[str, Described] = {}
    margin = _indentation(lines[start - 1])
    for index in range(start, len(lines)):
        line = lines[index]
        if index + 1 < len(lines) and _RULE.match(lines[index + 1][:400]):
            break
        match = _NUMPY_ENTRY.match(line[:400]) if line.strip() and _indentation(line) == margin else None
        if match:
            for name in match[1].split(","):
                found[name.strip().lstrip("*")] = Described(first + index, _entry(lines, index))
    return found


def _entry(lines: Sequence[str], index: int) -> str:
    """An entry with its continuation lines, which are indented deeper."""
    margin = _indentation(lines[index])
    text = [lines[index].strip()]
    for line in lines[index + 1 : index + 12]:
        if not line.strip() or _indentation(line) <= margin:
            break
        text.append(line.strip())
    return " ".join(text)


def _indentation(line: str) -> int:
    return len(line) - len(line.lstrip())
