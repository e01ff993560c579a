"""From the parser's positions (lines as Python ends them, bytes of UTF-8) to spans (lines as git ends them, characters)."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable
from typing import Any

from fusion.dataflow.ir import Span

_LONE = re.compile(r"\r(?!\n)")
_WIDE = re.compile(r"[^\x00-\x7f]")
_make = tuple.__new__


def simple(node: Any) -> Span:
    """The span of a node where every byte is a character and every line is git's."""
    return _make(Span, (node.lineno, node.col_offset + 1, node.end_lineno, node.end_col_offset + 1))


def positions(text: str) -> tuple[str, list[str], Callable[[Any], Span]]:
    """The text with lines that end as Python sees them, its lines as git sees them, and what gives a syntax node its span."""
    normal = text.replace("\r\n", "\n") if "\r" in text else text
    lines = normal.split("\n")
    if text.isascii() and "\r" not in normal:
        return normal, lines, simple
    return _LONE.sub("\n", normal), lines, _Table(lines).span


class _Table:
    """Where each line of the parser begins in which line of git's, and which of its bytes continue a character."""

    def __init__(self, lines: list[str]) -> None:
        self._lines: list[tuple[int, int, str]] = []
        for number, line in enumerate(lines, start=1):
            column = 1
            for part in line.split("\r"):
                self._lines.append((number, column, part))
                column += len(part) + 1
        self._wide: dict[int, tuple[list[int], list[int]] | None] = {}

    def span(self, node: Any) -> Span:
        line, column = self._place(node.lineno, node.col_offset)
        end_line, end_column = self._place(node.end_lineno, node.end_col_offset)
        return Span(line, column, end_line, end_column)

    def _place(self, number: int, offset: int) -> tuple[int, int]:
        if not 0 < number <= len(self._lines):
            number, offset = len(self._lines), 0
        line, column, text = self._lines[number - 1]
        if number not in self._wide:
            self._wide[number] = None if text.isascii() else _continuations(text)
        wide = self._wide[number]
        if wide is not None:
            starts, surplus = wide
            before = bisect_right(starts, offset)
            offset -= surplus[before - 1] if before else 0
        return line, column + offset


def _continuations(text: str) -> tuple[list[int], list[int]]:
    """Byte offsets behind each character of several bytes, and how many bytes there were more than characters up to there."""
    ends: list[int] = []
    surplus: list[int] = []
    more = 0
    for found in _WIDE.finditer(text):
        more += len(found[0].encode("utf-8", "surrogatepass")) - 1
        ends.append(found.end() + more)
        surplus.append(more)
    return ends, surplus
