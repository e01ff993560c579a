"""What names on changed lines stand for: the imports, and the values that a file names outside of functions."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from fusion.planning.imports import is_known
from fusion.planning.index import Index, Neighbour, Page
from fusion.planning.statements import Span, joined
from fusion.planning.units import LONGEST, Unit

_VALUE = 24
"""Lines of a value that are shown."""
_VALUES = 60
"""Lines of values of one file, at most."""
_MOST_VALUES = 8
_IMPORT = re.compile(
    r"\s*(?:import\b|from\b|use\b|require|#\s*include\b|(?:const|let|var)\b.{0,200}\brequire\()|^\s*\"[\w./-]+\"$"
)
_IMPORTS = 200
"""Lines at the top of a file in which its imports are looked for."""
_MOST_IMPORTS = 12
_WORD = re.compile(r"[^\W\d][\w$]*")
_NAME = re.compile(r"(?<![\w$])([^\W\d][\w$]*)")


def named(index: Index, page: Page, unit: Unit) -> Iterator[Neighbour]:
    """Where names come from: the imports of what a unit names, and the values that its changed lines name."""
    words = {word for item in unit.rows if item.mark != "-" for word in _WORD.findall(item.text)}
    busy = page.item.added if page.item else frozenset()
    lines = [
        number
        for number, line in enumerate(page.lines[:_IMPORTS], start=1)
        if number not in busy and len(line) <= LONGEST and _IMPORT.match(line) and not words.isdisjoint(_WORD.findall(line)[1:])
    ][:_MOST_IMPORTS]
    names = _names(unit)
    own = {item.line for item in unit.rows}
    values = [span for name in names if (span := page.constants.get(name)) and own.isdisjoint(range(span[0], span[1] + 1))]
    if lines or values:
        ranges = joined(*((line, line) for line in lines), *_bounded(values), apart=0)
        why = "what it names" if values else "where names it uses come from"
        yield Neighbour(kind="definition", path=page.path, symbol="", why=why, ranges=ranges, rank=35, loose=True)
    known = page.constants.keys()
    if page.path not in index.known:
        index.known[page.path] = tuple(other for other in index.pages.values() if _gives_values(page, other))
    for other in index.known[page.path]:
        spans = [other.constants[name] for name in names if name in other.constants and name not in known]
        if spans:
            ranges = joined(*_bounded(spans), apart=0)
            why = "values that it names"
            yield Neighbour(kind="definition", path=other.path, symbol="", why=why, ranges=ranges, rank=35, loose=True)


def _gives_values(page: Page, other: Page) -> bool:
    return other is not page and other.group == page.group and (page.is_test or not other.is_test) and is_known(page, other)


def _names(unit: Unit) -> list[str]:
    """The names on changed lines, those on new ones first."""
    found = (name for mark in "+-" for item in unit.rows if item.mark == mark for name in _NAME.findall(item.text))
    return list(dict.fromkeys(name for name in found if len(name) > 1))


def _bounded(spans: Sequence[Span]) -> list[Span]:
    """The spans of the first values, none of them long, and not many lines of all."""
    found: list[Span] = []
    room = _VALUES
    for first, last in dict.fromkeys(spans):
        last = min(last, first + _VALUE - 1)
        room -= last - first + 1
        if room >= 0 and len(found) < _MOST_VALUES:
            found.append((first, last))
    return found
