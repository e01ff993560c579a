"""What a question names: the definitions that it asks about, wherever they are, with who calls them and which tests do."""

from __future__ import annotations

import re
from collections.abc import Iterator

from fusion.planning.imports import is_known
from fusion.planning.index import Index, Neighbour, Page
from fusion.planning.neighbours import definition, neighbours
from fusion.planning.units import Unit
from fusion.syntax import Symbol

_NAME = re.compile(r"[^\W\d][\w$]*(?:(?:\.|::)[^\W\d][\w$]*)*")
_MOST = 3
"""Names of a question that are followed."""
_WHOLE = 80
"""Lines up to which a definition that is asked for is shown whole."""
_CANDIDATES = 12
"""Files that are read for one name."""


def asked_for(index: Index, path: str, question: str) -> tuple[Neighbour, ...]:
    """The definitions that a question about a file names, then their callers and tests; nothing for a name that more than one
    symbol bears, unless the file knows one of them."""
    page = index.pages.get(path)
    if page is None or not page.group:
        return ()
    found: list[Neighbour] = []
    around: list[Neighbour] = []
    for name in dict.fromkeys(_NAME.findall(question[:2_000])):
        if len(found) == _MOST:
            break
        if (place := _defined(index, page, re.split(r"\.|::", name))) is None:
            continue
        where, symbol = place
        found.append(definition(where, symbol, symbol.line, "the question names it", whole=_WHOLE))
        around += (item for item in neighbours(index, _unit(index, where, symbol)) if item.kind != "definition")
    return (*found, *around)


def _defined(index: Index, page: Page, parts: list[str]) -> tuple[Page, Symbol] | None:
    """Where a name is defined: in the file itself, in one that it knows or that calls it, or in the only one there is."""
    name = parts[-1]
    own = _symbol(page, parts)
    if own is not None:
        return page, own
    if len(name) < 3:
        return None
    holders = [other for other in index.holders(name) if other is not page and other.group == page.group]
    holders = [other for other in holders if other.defines is None or name in other.defines]
    holders.sort(key=lambda other: (not is_known(page, other), other.is_test, other.item is None, other.path))
    named = ((other, symbol) for other in holders[:_CANDIDATES] if (symbol := _symbol(other, parts)) is not None)
    found = list(named)
    return found[0] if found and (len(found) == 1 or is_known(page, found[0][0])) else None


def _symbol(page: Page, parts: list[str]) -> Symbol | None:
    """The symbol that has this name, or ends in it."""
    return next((symbol for symbol in page.symbols if symbol.name.split(".")[-len(parts) :] == parts), None)


def _unit(index: Index, page: Page, symbol: Symbol) -> Unit:
    """The symbol's part of the change, or one as if it had changed."""
    changed: Iterator[Unit] = (unit for unit in index.units.get(page.path, ()) if unit.head == symbol)
    return next(changed, None) or Unit(
        path=page.path, symbol=symbol.name, head=symbol, windows=(), at=symbol.line, first=symbol.line, last=symbol.end_line
    )
