"""What one has to see beside a changed part to judge it: what is around it, what it names and calls, who calls it, which tests
name it.

Names are followed, nothing is resolved as a compiler would: a caller counts when its file is the same, names the module or the
class, or lies beside; a name that stands for too much is not followed at all.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

from fusion.changes.roles import is_test_code
from fusion.planning.imports import folder, is_known, stem
from fusion.planning.index import STRICT, Index, Neighbour, Page, calls
from fusion.planning.likely_tests import around_test, likely_test
from fusion.planning.statements import Span, joined
from fusion.planning.units import ALSO, GAP, LONGEST, Row, Unit, row
from fusion.planning.values import named
from fusion.syntax import Symbol

Kind = Literal["definition", "caller", "test"]

_MOST = {"definition": 6, "caller": 4, "test": 2}
"""Neighbours of one unit, by kind."""
_ALL = 10
_COMMON = 40
"""A name that more files hold is followed in the same file and beside it only."""
_FILES = 12
"""Files that are read for the callers of one name."""
_CANDIDATES = 4
"""Files that are read for the definition of one name."""
_TELLING = 6
"""Letters of a name that is taken for the only definition there is, though nothing imports it."""
_WHOLE = 40
"""Lines up to which a neighbour is shown whole."""
_AROUND = 6
_DEFINITION = 24
"""Lines that a longer definition begins with, or one that only unchanged lines call."""
_HEADER = 14
"""Lines that a class begins with."""
_COMMENT = ("#", "//", "*", "/*", "--")
_DEFINES = re.compile(
    r"\b(?:def|class|func|function|fn|struct|enum|trait|interface|type|module|macro_rules!|new)\b[^(\n]{0,80}$"
)
_CONSTANT = re.compile(
    r"\s*(?:export\s+)?(?:(?:const|let|var|final|static|pub|val)\s+)*([A-Za-z_]\w{2,})\s*(?::[^=\n]{1,80})?=(?!=)"
)


def neighbours(index: Index, unit: Unit) -> tuple[Neighbour, ...]:
    """The neighbours of a unit, the most helpful first; worked out once for all agents."""
    return index.neighbours.get(unit, lambda: _chosen(index, unit))


def text(index: Index, item: Neighbour) -> tuple[Row, ...]:
    """The rows of a neighbour as they may be shown, gaps marked."""
    shown = index.pages[item.path].shown
    rows: list[Row] = []
    told = False
    for first, last in item.ranges:
        if rows and not item.loose:
            rows.append(GAP)
        if (item.loose or not told) and index.is_changed(item.path, first, last):
            rows.append(ALSO)
            told = True
        rows += [row(" ", shown[line - 1], line) for line in range(first, min(last, len(shown)) + 1)]
    return (*rows, GAP) if item.cut else tuple(rows)


def definition(page: Page, symbol: Symbol, line: int, why: str, *, whole: int = _WHOLE) -> Neighbour:
    """A symbol as a neighbour: whole up to so many lines, else how it begins and what is around a line of it."""
    last = min(symbol.end_line, len(page.lines))
    ranges: tuple[tuple[int, int], ...] = ((symbol.line, last),)
    if last - symbol.line >= whole:
        ranges = joined((symbol.line, symbol.line + 2), (max(symbol.line, line - 2 * _AROUND), min(last, line + 2 * _AROUND)))
    return Neighbour(kind="definition", path=page.path, symbol=symbol.name, why=why, ranges=ranges, rank=0)


def _chosen(index: Index, unit: Unit) -> tuple[Neighbour, ...]:
    page = index.pages.get(unit.path)
    found: list[Neighbour] = []
    if page is not None and page.group:
        found += _class(page, unit)
        found += named(index, page, unit)
        found += _callees(index, page, unit)
    callers = list(_callers(index, unit))
    found += callers
    if not any(item.kind == "test" for item in callers) and not is_test_code(unit.path):
        found += likely_test(index, unit)
    counts = dict.fromkeys(_MOST, 0)
    chosen: list[Neighbour] = []
    for item in sorted(found, key=lambda neighbour: neighbour.rank):
        counts[item.kind] += 1
        if counts[item.kind] <= _MOST[item.kind] and len(chosen) < _ALL:
            chosen.append(item)
    return tuple(chosen)


def _class(page: Page, unit: Unit) -> Iterator[Neighbour]:
    """How the class around a unit begins, up to its first method."""
    name = unit.symbol if unit.head is None else unit.symbol.rpartition(".")[0]
    outer = next((symbol for symbol in page.symbols if symbol.name == name and symbol.kind not in ("function", "method")), None)
    if not name or outer is None or (unit.head is not None and not outer.line <= unit.head.line <= outer.end_line):
        return
    inner = next((s.line for s in page.symbols if s.line > outer.line and s.name.startswith(f"{name}.")), outer.end_line + 1)
    last = min(inner - 1, outer.line + _HEADER - 1, outer.end_line)
    if last >= outer.line:
        why = f"how {name}, which it is part of, begins"
        yield Neighbour(kind="definition", path=page.path, symbol=name, why=why, ranges=((outer.line, last),), rank=10)


def _callees(index: Index, page: Page, unit: Unit) -> Iterator[Neighbour]:
    """Definitions of what a unit calls: whole where a changed line calls it and it is not long."""
    count = 0
    touched = set(calls(unit, "+-"))
    for name in index.called(unit):
        if count == _MOST["definition"]:
            return
        found = _definition(index, page, unit, name)
        if found is None:
            continue
        where, symbol = found
        if where is page and _overlap(unit, symbol):
            continue
        end = min(symbol.end_line, len(where.lines))
        whole = name in touched and end - symbol.line < _WHOLE
        last = end if whole else min(end, symbol.line + _DEFINITION - 1)
        count += 1
        yield Neighbour(
            kind="definition",
            path=where.path,
            symbol=symbol.name,
            why=f"it calls {name}",
            ranges=((symbol.line, last),),
            rank=(36 if name in touched else 40) + (where is not page),
            cut=last < end,
        )


def _overlap(unit: Unit, symbol: Symbol) -> bool:
    return unit.first <= symbol.end_line and symbol.line <= unit.last


def _definition(index: Index, page: Page, unit: Unit, name: str) -> tuple[Page, Symbol] | None:
    """Where a called name is defined: in the class, the file, a file that is imported or beside, or the only one there is."""
    mine = [symbol for symbol in page.symbols if symbol.name.rpartition(".")[2] == name]
    if mine:
        prefix = unit.symbol.rpartition(".")[0]
        return page, next((symbol for symbol in mine if symbol.name.rpartition(".")[0] == prefix), mine[0])
    holders = [other for other in index.holders(name) if other is not page and other.group == page.group and not other.is_test]
    holders = [other for other in holders if other.defines is None or name in other.defines]
    holders.sort(key=lambda other: (stem(other.path) not in page.imported, folder(other.path) != folder(page.path)))
    found: list[tuple[Page, Symbol]] = []
    for other in holders[:_CANDIDATES]:
        symbol = next((symbol for symbol in other.symbols if symbol.name.rpartition(".")[2] == name), None)
        if symbol is None:
            continue
        owner = symbol.name.rpartition(".")[0].rpartition(".")[2]
        if owner and owner not in page.words:
            continue
        if _knows(page, other, symbol):
            return other, symbol
        found.append((other, symbol))
    return found[0] if len(found) == 1 and len(name) >= _TELLING else None


def _callers(index: Index, unit: Unit) -> Iterator[Neighbour]:
    """Who calls a changed function, constructs a changed class, or reads a changed constant; and the tests that do."""
    names = [unit.name] if unit.name else _constants(unit)
    for name in names:
        if len(name) < 2 or (name.startswith("__") and name.endswith("__")):
            continue
        call = re.compile(
            rf"(?<![\w$]){re.escape(name)}\s*(?:<[^<>()\n]{{0,80}}>)?!?\(" if unit.name else rf"\b{re.escape(name)}\b"
        )
        holders = index.holders(name) if unit.name else [page for page in index.pages.values() if page.path == unit.path]
        near = [(_credit(page, unit, name, common=len(holders) > _COMMON), page) for page in holders]
        trusted = sorted(((credit, page) for credit, page in near if credit), key=lambda pair: -pair[0])
        for _, page in trusted[:_FILES]:
            if page.is_test and is_test_code(unit.path) and not (unit.gone or unit.resigned):
                continue
            for line, symbol in _sites(page, unit, name, call):
                yield _caller(page, unit, name, line, symbol)


def _caller(page: Page, unit: Unit, name: str, line: int, symbol: Symbol | None) -> Neighbour:
    affected = unit.gone or unit.resigned
    if unit.gone:
        why = f"still calls {name}, which this change removes"
    elif unit.resigned:
        why = f"calls {name}, whose parameters this change alters"
    else:
        why = f"calls {name}" if unit.name else f"reads {name}"
    if page.is_test:
        return around_test(page, line, symbol, f"a test that {why}", rank=20)
    first, last = (symbol.line, min(symbol.end_line, len(page.lines))) if symbol else (1, len(page.lines))
    ranges: tuple[Span, ...] = ((first, last),)
    if symbol is None or last - first >= _WHOLE:
        near = (max(first, line - _AROUND), min(last, line + _AROUND))
        ranges = joined((first, first + 1), near) if symbol else (near,)
    rank = 0 if affected else 30
    return Neighbour(kind="caller", path=page.path, symbol=symbol.name if symbol else "", why=why, ranges=ranges, rank=rank)


def _sites(page: Page, unit: Unit, name: str, call: re.Pattern[str]) -> Iterator[tuple[int, Symbol | None]]:
    """Lines of a file that call a name, one for each symbol around them, without the unit's own and definitions."""
    seen: set[str] = set()
    own = range(unit.first, unit.last + 1) if page.path == unit.path else range(0)
    for number, line in enumerate(page.lines, start=1):
        if number in own or name not in line:
            continue
        found = call.search(line[:LONGEST])
        if found is None or line.lstrip().startswith(_COMMENT) or _DEFINES.search(line[: found.start()]):
            continue
        symbol = page.around(number)
        if symbol is not None and symbol.line == number and symbol.name.rpartition(".")[2] == name:
            continue
        if (symbol.name if symbol else "") not in seen:
            seen.add(symbol.name if symbol else "")
            yield number, symbol
        if len(seen) > _MOST["caller"]:
            return


def _credit(page: Page, unit: Unit, name: str, *, common: bool) -> int:
    """How likely a name in a file means the unit's symbol; 0: it does not."""
    if page.path == unit.path:
        return 9
    if page.defines is not None and name in page.defines:
        return 0
    owner, loose = unit.owner, page.group not in STRICT
    imported = not page.imported.isdisjoint({owner or name, stem(unit.path)})
    beside = loose and folder(page.path) == folder(unit.path)
    known = bool(owner) and owner in page.words
    if not (imported or beside or known) or (common and not (imported or (beside and known))):
        return 0
    return 4 * imported + 2 * known + (page.item is not None) + beside


def _knows(page: Page, other: Page, symbol: Symbol) -> bool:
    """Whether a file imports another or its symbol, or lies beside it where that is enough."""
    return is_known(page, other) or symbol.name.partition(".")[0] in page.imported


def _constants(unit: Unit) -> list[str]:
    """Names that changed lines outside of symbols assign."""
    found = [match[1] for item in unit.rows if item.changed and (match := _CONSTANT.match(item.text))]
    return list(dict.fromkeys(found))[:3]
