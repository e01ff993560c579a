"""Putting constants in order, by themselves or by what a function makes of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from fusion.dataflow import ir
from fusion.dataflow.solver.calling.arguments import Arguments, things
from fusion.dataflow.solver.domain.state import State
from fusion.dataflow.solver.domain.values import Value
from fusion.dataflow.solver.machine import Machine
from fusion.dataflow.solver.methods.receivers import Use, single

_MOST = 12
"""So many elements are put in order by what a function makes of each."""


class Orderings(Machine):
    """`sorted`, `min`, `max`, `sort`."""

    def ordered(self, items: Sequence[Value]) -> list[Value] | None:
        """Constants in order; None where they cannot be put in order."""
        consts = [single(item) for item in items]
        if all(isinstance(const, str) for const in consts):
            return sorted(items, key=lambda item: str(single(item)))
        if not self.script and all(type(const) in (int, float) for const in consts):
            return sorted(items, key=lambda item: _as_number(single(item)))
        return None

    def by_key(self, items: Sequence[Value], use: Use) -> list[Value] | None:
        """The elements as Python's `key` and `reverse` put them in order; None where that is not known."""
        given = use.arguments.keywords
        function, reverse = given.get("key"), single(given.get("reverse"))
        if len(items) > _MOST or given.keys() - {"key", "reverse"} or (reverse is None and "reverse" in given):
            return None
        if function is None or function.consts == (None,):
            keys = list(items)
        else:
            keys = [self.call(function, Arguments([item]), use.state, use.node) for item in items]
        try:
            ranked = sorted(self.ranked(items, keys, use.state), reverse=bool(reverse))
        except TypeError:
            return None
        return [one.item for one in ranked]

    def ranked(self, items: Sequence[Value], keys: Sequence[Value], state: State) -> list[Ranked]:
        """The elements with what they are compared by; to compare what is not known is a TypeError."""
        return [Ranked(item, _rank(key, state)) for item, key in zip(items, keys, strict=True)]

    def extreme(self, items: Sequence[Value], use: Use) -> Value | None:
        """`min` or `max` of the elements: the first of the least, or of the greatest."""
        greatest = Use(use.value, use.name, Arguments([], dict(use.arguments.keywords)), use.state, use.node)
        greatest.arguments.keywords.pop("default", None)
        found = self.by_key(items[::-1] if use.name == "max" else items, greatest)
        return None if not found else found[-1 if use.name == "max" else 0]


class Ranked(NamedTuple):
    """An element and what it is compared by: parts of a tuple in order, or one constant."""

    item: Value
    rank: Any

    def __lt__(self, other: tuple[object, ...]) -> bool:
        """As Python compares: what comes first decides, and what stands behind it need not be known."""
        mine, theirs = self.rank, other[1]
        if not isinstance(mine, tuple) or not isinstance(theirs, tuple):
            return bool(_known(mine) < _known(theirs))
        for one, another in zip(mine, theirs, strict=False):
            if _known(one) != _known(another):
                return bool(one < another)
        return len(mine) < len(theirs)


def _known(rank: Any) -> Any:
    if rank is None:
        raise TypeError("it is not known")
    return rank


def _rank(key: Value, state: State) -> Any:
    """A constant to compare by, or a tuple of some; None for what is not known."""
    listed = [thing for thing in things(key, state) if thing.kind in ("list", "tuple")]
    if len(key.refs) == 1 == len(listed) and key.consts == () and not key.taints and listed[0].items is not None:
        return tuple(single(item) for item in listed[0].items)
    return single(key)


def _as_number(value: ir.Constant) -> float:
    return float(value) if isinstance(value, int | float) else 0.0
