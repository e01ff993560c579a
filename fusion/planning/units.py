"""A changed file split by meaning: one unit for each symbol that the change touches, and for each cluster of other lines.

A unit's text is a diff of its own, made from both sides and relative to the unit: nothing in it depends on where in the file
the unit stands, so that it stays the same, byte for byte, when lines above it come and go.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from fusion.changes.diff import removed_lines
from fusion.changes.roles import is_test_code
from fusion.model import ChangeKind
from fusion.planning.owners import Owners
from fusion.planning.statements import Span, around, tables
from fusion.reading.comparison import Comparison
from fusion.syntax import Symbol, language

LONGEST = 960
"""Code points of one line that are shown."""
_CUT = " …[cut]"
_WHOLE_ROWS = 120
_WHOLE_CHARS = 6_000
"""A symbol up to this size is shown whole; of a larger one the surroundings of what changed."""
_TESTS = 2
"""How much larger a test may be: a table of cases says little in parts."""
_AROUND = 10
_HEADER = 3
"""Lines that a larger symbol begins with."""
_BESIDE = 4
"""Unchanged lines around a cluster outside of symbols."""
_GROUPS = {"tsx": "typescript", "javascript": "typescript", "c": "cpp"}
"""Languages that call one another by the same names."""
_NEAR = 6
"""Lines between two changes of one cluster."""


class Row(NamedTuple):
    """One line of a unit. `mark` is the diff's prefix, `line` the 1-based number at head or 0."""

    mark: str
    text: str
    line: int
    cut: bool = False
    """The line is longer than what is shown of it."""

    @property
    def changed(self) -> bool:
        """Whether the change adds or removes it."""
        return self.mark != " "


GAP = Row(" ", "@@ other lines are not shown here @@", 0)
ALSO = Row(" ", "@@ changed in this change too @@", 0)


@dataclass(frozen=True, kw_only=True, eq=False)
class Unit:
    """One part of a changed file that a reader takes in at once."""

    path: str
    symbol: str = ""
    """Dotted name of the function, method or small type; of a cluster, the class it lies in. Empty at top level."""
    head: Symbol | None = None
    base: Symbol | None = None
    """The same symbol on the base side; both are None for a cluster of lines."""
    header: tuple[Row, ...] = ()
    """How a symbol begins of which only windows are shown."""
    windows: tuple[tuple[Row, ...], ...]
    at: int
    """Where it stands among the units of its file: a 1-based line at head."""
    first: int = 0
    last: int = 0
    """The symbol's lines at head, both included; of a cluster the lines shown; 0: it is not there at head."""

    @property
    def gone(self) -> bool:
        """Whether the change removes the symbol."""
        return self.head is None and self.base is not None

    @property
    def resigned(self) -> bool:
        """Whether it is called or extended in another way than before."""
        return self.head is not None and self.base is not None and self.head.signature != self.base.signature

    @property
    def public(self) -> bool:
        """Whether users of the file may name the symbol."""
        found = self.head or self.base
        return found is not None and found.public

    @property
    def name(self) -> str:
        """The last part of the symbol's name; empty for a cluster."""
        return self.symbol.rpartition(".")[2] if self.head or self.base else ""

    @property
    def owner(self) -> str:
        """The class that a symbol is in, by its last name."""
        return self.symbol.rpartition(".")[0].rpartition(".")[2]

    @cached_property
    def rows(self) -> tuple[Row, ...]:
        """All rows of all windows."""
        return tuple(row for window in self.windows for row in window)

    @cached_property
    def changed(self) -> int:
        """Lines that the change adds or removes."""
        return sum(row.changed for row in self.rows)

    @cached_property
    def key(self) -> str:
        """What tells it from the other units of its file, on every side of a rebase: its name, or else its content."""
        if self.head or self.base:
            return f"symbol {self.symbol}"
        return f"lines {digest(self.rows)}"


def group_of(path: str) -> str:
    """The language of a path, or the one whose names it shares."""
    name = language(path) or ""
    return _GROUPS.get(name, name)


def digest(rows: Sequence[Row]) -> str:
    """A digest of what rows say, wherever they stand."""
    text = "\n".join(row.mark + row.text for row in rows)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def row(mark: str, text: str, line: int) -> Row:
    """A row of at most `LONGEST` code points."""
    return Row(mark, text, line) if len(text) <= LONGEST else shortened(Row(mark, text, line), LONGEST)


def shortened(item: Row, limit: int) -> Row:
    """The row with at most `limit` code points of its text, and a word that it goes on."""
    return item if len(item.text) <= limit else Row(item.mark, item.text[:limit] + _CUT, item.line, True)


def split(item: Comparison, before: Sequence[str], after: Sequence[str]) -> tuple[Unit, ...]:
    """The units of a changed file in the order they stand. `before` and `after` are its lines as they may be shown."""
    return tuple(sorted(_Splitter(item, before, after).units(), key=lambda unit: (unit.at, unit.symbol)))


class _Block(NamedTuple):
    """Lines removed at base and added at head at one place: in front of line `at` of the head."""

    at: int
    removed: tuple[int, ...]
    added: tuple[int, ...]


class _Spot(NamedTuple):
    """One changed line: its place at head and what it looks like."""

    at: int
    order: int
    row: Row


class _Splitter:
    """One file's way to its units."""

    def __init__(self, item: Comparison, before: Sequence[str], after: Sequence[str]) -> None:
        self.path = item.path
        self.before, self.after = before, after
        self.head = Owners(item.path, item.after if item.exists else "", item.after_lines)
        self.base = Owners(item.base_path, item.before if item.existed else "", item.before_lines)
        removed = removed_lines(item.file)
        if not item.file.hunks and item.file.kind is ChangeKind.DELETED:
            removed = frozenset(range(1, len(before) + 1))
        self.added = item.added
        self.removed = sorted(line for line in removed if 1 <= line <= len(before))
        self.blocks = tuple(_blocks(self.removed, sorted(item.added), len(after) + 1))
        self.busy = {block.at for block in self.blocks if block.removed}
        """Lines of the head in front of which something was removed."""
        self.is_test = is_test_code(item.path)
        self.tables: tuple[Span, ...] = tables(item.path, group_of(item.path), item.after_lines) if self.is_test else ()

    def units(self) -> Iterator[Unit]:
        of_head: dict[int, list[_Spot]] = {}
        of_base: dict[int, list[_Spot]] = {}
        clusters: list[tuple[str, list[_Spot]]] = []
        for block in self.blocks:
            for line in block.removed:
                spot = _Spot(block.at, line, row("-", self.before[line - 1], 0))
                found, index = self._home(line, block.at)
                if index is None:
                    self._cluster(clusters, found, spot)
                else:
                    (of_head if found == "head" else of_base).setdefault(index, []).append(spot)
            for line in block.added:
                spot = _Spot(line, 0, row("+", self.after[line - 1], line))
                index = self.head.whole(line)
                if index is None:
                    self._cluster(clusters, self.head.container(line), spot)
                else:
                    of_head.setdefault(index, []).append(spot)
        for index, spots in of_head.items():
            yield self._symbol(index, spots)
        for index, spots in of_base.items():
            yield self._gone(index, spots)
        for name, spots in clusters:
            yield self._lines(name, spots)

    def _home(self, line: int, at: int) -> tuple[str, int | None]:
        """Where a removed line belongs: ("head" or "base", a symbol's index), or (the class around it, None)."""
        index = self.base.whole(line)
        here = self.head.whole(at)
        here = self.head.whole(at - 1) if here is None else here
        if index is None:
            inside = here is not None and self.head.whole(at - 1) == here == self.head.whole(at)
            return ("head", here) if inside else (self.base.container(line), None)
        symbol = self.base.symbols[index]
        if here is not None and self.head.symbols[here].name == symbol.name:
            return "head", here
        again = self.head.named(symbol.name)
        if again is not None:
            return "head", again
        count = bisect_left(self.removed, symbol.end_line + 1) - bisect_left(self.removed, symbol.line)
        survives = count < symbol.end_line - symbol.line + 1
        return ("head", here) if survives and here is not None else ("base", index)

    def _symbol(self, index: int, spots: list[_Spot]) -> Unit:
        symbol = self.head.symbols[index]
        first, last = self.head.span(index)
        lines = [spot.at for spot in spots if spot.row.line]
        first, last = min([first, *lines]), max([last, *lines])
        inside = [spot for spot in spots if first <= spot.at <= last + 1]
        rows = self._rows(first, last, inside)
        windows: list[tuple[Row, ...]] = []
        header: tuple[Row, ...] = ()
        more = _TESTS if self.is_test else 1
        if len(rows) <= more * _WHOLE_ROWS and sum(len(item.text) for item in rows) <= more * _WHOLE_CHARS:
            windows.append(tuple(rows))
        else:
            windows += _windows(rows)
            start = next((n for n, item in enumerate(rows) if item.line == symbol.line), 0)
            if not any(item.line == symbol.line for window in windows for item in window):
                header = tuple(rows[start : start + _HEADER])
        moved = [spot for spot in spots if not first <= spot.at <= last + 1]
        if moved:
            windows.append(tuple(spot.row for spot in sorted(moved)))
        other = self.base.named(symbol.name)
        return Unit(
            path=self.path,
            symbol=symbol.name,
            head=symbol,
            base=self.base.symbols[other] if other is not None else None,
            header=header,
            windows=tuple(window for window in windows if window),
            at=first,
            first=first,
            last=last,
        )

    def _gone(self, index: int, spots: list[_Spot]) -> Unit:
        symbol = self.base.symbols[index]
        rows: list[Row] = []
        last = 0
        for spot in sorted(spots, key=lambda item: item.order):
            if last and spot.order != last + 1:
                rows.append(GAP)
            rows.append(spot.row)
            last = spot.order
        return Unit(path=self.path, symbol=symbol.name, base=symbol, windows=(tuple(rows),), at=min(spot.at for spot in spots))

    def _cluster(self, clusters: list[tuple[str, list[_Spot]]], name: str, spot: _Spot) -> None:
        """Put a changed line that is in no symbol to the last cluster when that is near or of the same table, else into a new
        one."""
        last = clusters[-1][1][-1].at if clusters and clusters[-1][0] == name else None
        if last is not None and (spot.at - last <= _NEAR or self._is_one_table(last, spot.at)):
            clusters[-1][1].append(spot)
        else:
            clusters.append((name, [spot]))

    def _is_one_table(self, one: int, other: int) -> bool:
        whole = around(self.tables, one)
        return whole is not None and whole == around(self.tables, other)

    def _lines(self, name: str, spots: list[_Spot]) -> Unit:
        first = min(spot.at for spot in spots)
        last = max(spot.at if spot.row.line else spot.at - 1 for spot in spots)
        top, bottom = first, last
        while top > max(1, first - _BESIDE) and top - 1 not in self.added and (top == first or top not in self.busy):
            top -= 1
        while bottom < min(len(self.after), last + _BESIDE) and bottom + 1 not in self.added:
            if bottom > last and bottom + 1 in self.busy:
                break
            bottom += 1
        if whole := around(self.tables, min(first, len(self.after))):
            top, bottom = min(top, whole[0]), max(bottom, whole[1])
        return Unit(
            path=self.path, symbol=name, windows=(tuple(self._rows(top, bottom, spots)),), at=first, first=top, last=bottom
        )

    def _rows(self, first: int, last: int, spots: Sequence[_Spot]) -> list[Row]:
        """The head's lines of a range with the given changes in it; changes of others are left out."""
        own: dict[int, list[Row]] = {}
        for spot in sorted(spots, key=lambda item: (item.at, bool(item.row.line), item.order)):
            own.setdefault(spot.at, []).append(spot.row)
        rows: list[Row] = []
        for line in range(first, last + 2):
            found = own.get(line, [])
            rows += found
            if line > min(last, len(self.after)):
                continue
            if line not in self.added:
                rows.append(row(" ", self.after[line - 1], line))
            elif not any(item.line for item in found) and rows[-1:] != [GAP]:
                rows.append(GAP)
        return rows


def _blocks(removed: Sequence[int], added: Sequence[int], end: int) -> Iterator[_Block]:
    """The places of a change: unchanged lines advance both sides together, so that the line numbers say it all."""
    old = new = 1
    i = j = 0
    while i < len(removed) or j < len(added):
        ahead = [removed[i] - old] if i < len(removed) else []
        ahead += [added[j] - new] if j < len(added) else []
        old, new = old + min(ahead), new + min(ahead)
        at, from_i, from_j = new, i, j
        while True:
            if i < len(removed) and removed[i] == old:
                i, old = i + 1, old + 1
            elif j < len(added) and added[j] == new:
                j, new = j + 1, new + 1
            else:
                break
        yield _Block(min(at, end), tuple(removed[from_i:i]), tuple(added[from_j:j]))


def _windows(rows: Sequence[Row]) -> Iterator[tuple[Row, ...]]:
    """What stands around the changed rows, as few windows as do not touch."""
    start = end = -1
    for index, item in enumerate(rows):
        if not item.changed:
            continue
        if start >= 0 and index - _AROUND > end + 2:
            yield tuple(rows[start:end])
            start = -1
        if start < 0:
            start = max(0, index - _AROUND)
        end = min(len(rows), index + _AROUND + 1)
    if start >= 0:
        yield tuple(rows[start:end])
