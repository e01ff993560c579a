"""Units made into pieces that fit, and pieces into groups that belong together, stably.

A group is a file when its pieces fit together. Otherwise it is parted by the outermost symbol, then by the unit, then by what a
piece says; many of one kind are parted by a digest of their names. So the parting of some pieces depends on those pieces alone:
whatever happens to one of them, groups that it is not in, neither before nor after, stay as they are.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from fusion.model import Passage
from fusion.planning.units import GAP, Row, Unit, digest, shortened
from fusion.reasoning import fence

Count = Callable[[str], int]
"""Tokens of a text, at most."""

_PER_ROW = 7
"""Tokens of a line's number, bar and break, at most."""
_PER_PASSAGE = 140
"""Tokens of the fences and labels around a passage, at most, without path and symbol."""
_PER_CHARACTER = 8
"""Tokens that one code point can take when it is written out."""
_LEAST = 24
"""Code points of a line below which showing it says nothing."""
_BITS = 64


def octets(text: str) -> int:
    """The bytes of a text in UTF-8: no tokenizer over bytes makes more tokens of it."""
    return len(text.encode("utf-8", "surrogatepass"))


@dataclass(frozen=True, kw_only=True, eq=False)
class Piece:
    """Rows of one unit that stay together, and what they cost with everything around them."""

    unit: Unit
    rows: tuple[Row, ...]
    cost: int
    order: int
    """Among the pieces of its unit."""
    keys: tuple[str, str, str]
    """What it is parted from others by: outermost symbol, unit, content."""


def pieces(unit: Unit, *, room: int, count: Count) -> tuple[tuple[Piece, ...], int]:
    """The pieces of a unit, none of which costs more than `room`, and the number of changed lines that fit in none."""
    around = overhead(unit.path, unit.symbol, count)
    header = sum(costs(unit.header, count)) + _PER_ROW + count(GAP.text) if unit.header else 0
    if header > room // 4:
        header = 0
    found: list[Piece] = []
    lost = 0
    for window in unit.windows:
        parts, missed = _chunks(window, room - around - header, count)
        lost += missed
        for rows, cost in parts:
            keys = (unit.symbol.partition(".")[0], unit.key, digest(rows))
            found.append(Piece(unit=unit, rows=rows, cost=cost + around + header, order=len(found), keys=keys))
    return tuple(found), lost


def costs(rows: Sequence[Row], count: Count) -> list[int]:
    """What each row costs in a prompt."""
    if not rows:
        return []
    text = "\n".join(row.mark + row.text for row in rows)
    return [count(line) + _PER_ROW for line in fence.rows(Passage(name="P", kind="change", path="", text=text))]


def overhead(path: str, symbol: str, count: Count) -> int:
    """What a passage costs beside its lines."""
    return _PER_PASSAGE + sum(count(label[: fence.LABEL]) for label in (path, symbol))


def groups(found: Sequence[Piece], *, room: int) -> Iterator[tuple[Piece, ...]]:
    """Part the pieces of one file into groups that cost at most `room`; the order within a group is the file's."""
    waiting = [(tuple(found), 0, 0)]
    while waiting:
        group, level, bit = waiting.pop()
        if len(group) == 1 or (group and sum(piece.cost for piece in group) <= room):
            yield group
        elif group and level < 3 and (bit == _BITS or len({piece.keys[level] for piece in group}) == 1):
            waiting.append((group, level + 1, 0))
        elif group and level < 3:
            halves: tuple[list[Piece], list[Piece]] = ([], [])
            for piece in group:
                halves[_bit(piece.keys[level], bit)].append(piece)
            waiting += [(tuple(half), level, bit + 1) for half in reversed(halves) if half]
        else:
            # The same text twice in one unit: as many to a group as fit would depend on their number.
            waiting += [((piece,), level, bit) for piece in group]


def _bit(key: str, number: int) -> int:
    value = hashlib.sha256(key.encode("utf-8", "surrogatepass")).digest()
    return value[number // 8] >> (number % 8) & 1


def _chunks(rows: Sequence[Row], room: int, count: Count) -> tuple[list[tuple[tuple[Row, ...], int]], int]:
    """Rows in parts that cost at most `room`, cut where the content says so, and the number of changed rows lost.

    Past half the room a part ends at the next empty row or one whose digest says so: behind a change the cuts soon fall where
    they fell before.
    """
    parts: list[tuple[tuple[Row, ...], int]] = []
    part: list[Row] = []
    total = lost = 0
    limit = room // _PER_CHARACTER
    for item, price in zip(rows, costs(rows, count), strict=True):
        if price > room:
            if limit < _LEAST:
                lost += item.changed
                continue
            item = shortened(item, limit - _LEAST // 2)
            price = costs([item], count)[0]
            if price > room:
                lost += item.changed
                continue
        if part and total + price > room:
            parts.append((tuple(part), total))
            part, total = [], 0
        part.append(item)
        total += price
        if total > room // 2 and len(part) > 1 and (not item.text.strip() or digest([item]).startswith("0")):
            parts.append((tuple(part), total))
            part, total = [], 0
    if part:
        parts.append((tuple(part), total))
    return [kept for kept in parts if any(item.changed for item in kept[0])], lost
