"""Where documents name code: code spans, and the lines of code blocks, of Markdown and reStructuredText."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_FENCE = re.compile(r"\s{0,3}(`{3,}|~{3,})")
_SPAN = re.compile(r"(`{1,2})([^`\n]{1,200})\1")
_PAST = re.compile(
    r"\b(?:removed?|deprecat\w+|renamed|formerly|no longer|previous(?:ly)?|instead of|replace[sd]?|used to|obsolete)\b",
    re.I,
)
_LONGEST = 2_000
"""Characters of a line that are read."""


@dataclass(frozen=True, slots=True)
class Mention:
    """A piece of code in a document. `block`: a whole line of a code block."""

    line: int
    code: str
    block: bool


def mentions(lines: Sequence[str]) -> Iterator[Mention]:
    """Every code span and line of a code block, except where the sentence speaks of the past."""
    fence = ""
    indented = False
    for number, full in enumerate(lines, start=1):
        line = full[:_LONGEST]
        match = _FENCE.match(line)
        if match and (not fence or line.strip().startswith(fence)):
            fence = "" if fence else match[1]
            continue
        if fence or (indented and (not line.strip() or line.startswith((" ", "\t")))):
            yield Mention(number, line, True)
            continue
        indented = line.rstrip().endswith("::")
        if not _PAST.search(line):
            yield from (Mention(number, span[2].strip(), False) for span in _SPAN.finditer(line))


def names(mention: Mention, name: str, qualifiers: frozenset[str], *, method: bool) -> bool:
    """Whether a mention names a function or class: in full, or called, or imported; the name before its dot must fit.

    `qualifiers` are what may stand before the dot: the class of a method, the parts of the module's path. A bare name counts
    when its spelling shows that it is a name in code.
    """
    for match in re.finditer(rf"(?<![\w$])((?:[\w$]+(?:\.|::))*){re.escape(name)}(?![\w$])(\(?)", mention.code):
        owner = re.split(r"\.|::", match[1])[-2] if match[1] else ""
        whole = mention.code.strip("~@ ").removesuffix("()") == f"{match[1]}{name}"
        called = match[2] == "("
        imported = mention.block and re.search(r"\b(?:import|from|require|use)\b", mention.code) is not None
        if owner:
            if owner in qualifiers and (whole or called or mention.block):
                return True
        elif (
            not method
            and len(name) >= 4
            and (imported or called or (whole and not mention.block and _is_spelled_like_code(name)))
        ):
            return True
    return False


def _is_spelled_like_code(name: str) -> bool:
    return "_" in name.strip("_") or re.search(r"[a-z0-9][A-Z]", name) is not None
