"""What one has to see beside a changed part to judge it: what is around it, what it calls, who calls it, which tests name it.

Names are followed, nothing is resolved as a compiler would: a caller counts when its file is the same, names the module or the
class, or lies beside; a name that stands for too much is not followed at all.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

from fusion.changes.roles import is_test_code
from fusion.planning.index import STRICT, Index, Neighbour, Page
from fusion.planning.units import GAP, LONGEST, Row, Unit, row
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
_HEADER = 14
"""Lines that a class begins with."""
_NAMELESS = frozenset({"__init__", "index", "mod", "lib", "main"})
_COMMENT = ("#", "//", "*", "/*", "--")
_DEFINES = re.compile(
    r"\b(?:def|class|func|function|fn|struct|enum|trait|interface|type|module|macro_rules!|new)\b[^(\n]{0,80}$"
)
_IMPORT = re.compile(
    r"\s*(?:import\b|from\b|use\b|require|#\s*include\b|(?:const|let|var)\b.{0,200}\brequire\()|^\s*\"[\w./-]+\"$"
)
_IMPORTS = 200
"""Lines at the top of a file in which its imports are looked for."""
_MOST_IMPORTS = 12
_WORD = re.compile(r"[^\W\d][\w$]*")
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
    for first, last in item.ranges:
        if rows:
            rows.append(GAP)
        rows += [row(" ", shown[line - 1], line) for line in range(first, min(last, len(shown)) + 1)]
    return tuple(rows)


def definition(page: Page, symbol: Symbol, line: int, why: str) -> Neighbour:
    """A symbol as a neighbour: whole when it is small, else how it begins and what is around a line of it."""
    last = min(symbol.end_line, len(page.lines))
    ranges: tuple[tuple[int, int], ...] = ((symbol.line, last),)
    if last - symbol.line >= _WHOLE:
        ranges = _joined((symbol.line, symbol.line + 2), (max(symbol.line, line - 2 * _AROUND), min(last, line + 2 * _AROUND)))
    return Neighbour(kind="definition", path=page.path, symbol=symbol.name, why=why, ranges=ranges, rank=0)


def _chosen(index: Index, unit: Unit) -> tuple[Neighbour, ...]:
    page = index.pages.get(unit.path)
    found: list[Neighbour] = []
    if page is not None and page.group:
        found += _class(page, unit)
        found += _imports(page, unit)
        found += _callees(index, page, unit)
    found += _callers(index, unit)
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


def _imports(page: Page, unit: Unit) -> Iterator[Neighbour]:
    """The lines that import what a unit names."""
    words = {word for item in unit.rows if item.mark != "-" for word in _WORD.findall(item.text)}
    busy = page.item.added if page.item else frozenset()
    lines = [
        number
        for number, line in enumerate(page.lines[:_IMPORTS], start=1)
        if number not in busy and len(line) <= LONGEST and _IMPORT.match(line) and not words.isdisjoint(_WORD.findall(line)[1:])
    ]
    if lines:
        ranges = _joined(*((line, line) for line in lines[:_MOST_IMPORTS]))
        yield Neighbour(
            kind="definition", path=page.path, symbol="", why="where names it uses come from", ranges=ranges, rank=45
        )


def _callees(index: Index, page: Page, unit: Unit) -> Iterator[Neighbour]:
    """Definitions of what a unit calls."""
    count = 0
    for name in index.called(unit):
        if count == _MOST["definition"]:
            return
        found = _definition(index, page, unit, name)
        if found is None:
            continue
        where, symbol = found
        if where is page and _overlap(unit, symbol):
            continue
        last = min(symbol.end_line, symbol.line + _DEFINITION - 1, len(where.lines))
        count += 1
        yield Neighbour(
            kind="definition",
            path=where.path,
            symbol=symbol.name,
            why=f"it calls {name}",
            ranges=((symbol.line, last),),
            rank=40 if where is page else 41,
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
    holders.sort(key=lambda other: (_stem(other.path) not in page.imported, _folder(other.path) != _folder(page.path)))
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
    first, last = (symbol.line, min(symbol.end_line, len(page.lines))) if symbol else (1, len(page.lines))
    ranges: tuple[tuple[int, int], ...] = ((first, last),)
    if symbol is None or last - first >= _WHOLE:
        near = (max(first, line - _AROUND), min(last, line + _AROUND))
        ranges = _joined((first, first + 1), near) if symbol else (near,)
    affected = unit.gone or unit.resigned
    if unit.gone:
        why = f"still calls {name}, which this change removes"
    elif unit.resigned:
        why = f"calls {name}, whose parameters this change alters"
    else:
        why = f"calls {name}" if unit.name else f"reads {name}"
    kind: Kind = "test" if page.is_test else "caller"
    rank = 20 if kind == "test" else 0 if affected else 30
    why = f"a test that {why}" if kind == "test" else why
    return Neighbour(kind=kind, path=page.path, symbol=symbol.name if symbol else "", why=why, ranges=ranges, rank=rank)


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
    imported = not page.imported.isdisjoint({owner or name, _stem(unit.path)})
    beside = loose and _folder(page.path) == _folder(unit.path)
    known = bool(owner) and owner in page.words
    if not (imported or beside or known) or (common and not (imported or (beside and known))):
        return 0
    return 4 * imported + 2 * known + (page.item is not None) + beside


def _knows(page: Page, other: Page, symbol: Symbol) -> bool:
    """Whether a file imports another or its symbol, or lies beside it where that is enough."""
    if page.group not in STRICT and _folder(page.path) == _folder(other.path):
        return True
    return not page.imported.isdisjoint({_stem(other.path), symbol.name.partition(".")[0]})


def _stem(path: str) -> str:
    folder, _, name = path.rpartition("/")
    stem = name.partition(".")[0]
    return (folder.rpartition("/")[2] or stem) if stem in _NAMELESS else stem


def _folder(path: str) -> str:
    return path.rpartition("/")[0]


def _constants(unit: Unit) -> list[str]:
    """Names that changed lines outside of symbols assign."""
    found = [match[1] for item in unit.rows if item.changed and (match := _CONSTANT.match(item.text))]
    return list(dict.fromkeys(found))[:3]


def _joined(*ranges: tuple[int, int]) -> tuple[tuple[int, int], ...]:
    """Ranges in order, those that touch made one."""
    out: list[tuple[int, int]] = []
    for first, last in sorted(ranges):
        if out and first <= out[-1][1] + 2:
            out[-1] = out[-1][0], max(last, out[-1][1])
        else:
            out.append((first, last))
    return tuple(out)
