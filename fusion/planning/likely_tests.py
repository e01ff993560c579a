"""The tests beside a changed part: of one that calls it as much as says something, else the one that is named most like it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from fusion.planning.imports import stem
from fusion.planning.index import Index, Neighbour, Page
from fusion.planning.statements import Span, around, joined
from fusion.planning.units import LONGEST, Unit
from fusion.syntax import Symbol

_WHOLE = 80
"""Lines up to which a test is shown whole: of a table of cases a part says little."""
_AROUND = 6
_HEAD = re.compile(r"\s*(?:async\s+)?(?:def|func|function|fn|public|void)\b")
"""Where the body of a test begins, below the table of its cases."""
_WORDS = re.compile(r"[^\W\d][\w$]*")
_PARTS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+")
"""The words of a name, in whatever way it joins them."""


def around_test(page: Page, line: int, symbol: Symbol | None, why: str, *, rank: int, guessed: bool = False) -> Neighbour:
    """A test around a line, whole where it is not long, and the table of its cases where that stands elsewhere in the file."""
    block = around(page.tables, line) if symbol is None else None
    if symbol is not None:
        first, last = symbol.line, min(symbol.end_line, len(page.lines))
    else:
        first, last = block or (max(1, line - _AROUND), min(len(page.lines), line + _AROUND))
    ranges: list[Span] = [(first, last)]
    if last - first >= _WHOLE:
        ranges = [(first, first + 1), (max(first, line - _AROUND), min(last, line + _AROUND))]
        # What stands above the body is the table of cases.
        body = next((n for n in range(first, last) if _HEAD.match(page.lines[n - 1])), first)
        if 1 < body - first < _WHOLE:
            ranges.append((first, body))
    words = {word for number in range(first, last + 1) for word in _WORDS.findall(page.lines[number - 1])}
    tables = [span for name, span in page.constants.items() if name in words and span in page.tables]
    ranges += [span for span in tables if span[1] - span[0] < _WHOLE][:1]
    name = symbol.name if symbol else ""
    return Neighbour(kind="test", path=page.path, symbol=name, why=why, ranges=joined(*ranges), rank=rank, guessed=guessed)


def likely_test(index: Index, unit: Unit) -> Iterator[Neighbour]:
    """The test that is named most like a unit that no test calls by its name, in the tests that are named like its file or
    import it."""
    wanted = _said(f"{unit.symbol} {stem(unit.path)}")
    best: tuple[tuple[int, int, str, int], Page, int, Symbol | None] | None = None
    for page in index.pages.values():
        if not page.is_test or page.group != (index.pages[unit.path].group if unit.path in index.pages else page.group):
            continue
        like = _said(unit.path.rpartition("/")[2].partition(".")[0]) <= _said(page.path.rpartition("/")[2])
        if not (like or stem(unit.path) in page.imported):
            continue
        for line, symbol, name in _tests_of(page):
            shared = len(wanted & _said(name))
            key = (-shared, -like, page.path, line)
            if best is None or key < best[0]:
                best = key, page, line, symbol
    if best is not None:
        _, page, line, symbol = best
        yield around_test(page, line, symbol, "the test that is named most like it", rank=21, guessed=True)


def _tests_of(page: Page) -> Iterator[tuple[int, Symbol | None, str]]:
    """The tests of a file: line, symbol where it has one, and what it is called."""
    for symbol in page.symbols:
        if symbol.kind in ("function", "method") and "test" in symbol.name.rpartition(".")[2].lower():
            yield symbol.line, symbol, symbol.name.rpartition(".")[2]
    if page.group == "typescript":
        for first, _ in page.tables:
            yield first, None, page.lines[first - 1][:LONGEST]


@lru_cache(maxsize=8_192)
def _said(name: str) -> frozenset[str]:
    """The words of a name that say something."""
    return frozenset(word.lower() for word in _PARTS.findall(name) if len(word) > 2) - {"test", "tests", "spec"}
