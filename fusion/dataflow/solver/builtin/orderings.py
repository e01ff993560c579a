"""Putting constants in order, by themselves or by what a function makes of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

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
        ranks = [_rank(key, use.state) for key in keys]
        if any(rank is None for rank in ranks):
            return None
        try:
            places = sorted(range(len(items)), key=lambda place: ranks[place], reverse=bool(reverse))
        except TypeError:
            return None
        return [items[place] for place in places]

    def extreme(self, items: Sequence[Value], use: Use) -> Value | None:
        """`min` or `max` of the elements: the first of the least, or of the greatest."""
        greatest = Use(use.value, use.name, Arguments([], dict(use.arguments.keywords)), use.state, use.node)
        greatest.arguments.keywords.pop("default", None)
        found = self.by_key(items[::-1] if use.name == "max" else items, greatest)
        return None if not found else found[-1 if use.name == "max" else 0]


def _rank(key: Value, state: State) -> Any:
    """A constant to compare by, or a tuple of some; None where it is not known."""
    listed = [thing for thing in things(key, state) if thing.kind in ("list", "tuple")]
    if len(key.refs) == 1 == len(listed) and key.consts == () and not key.taints and listed[0].items is not None:
        inner = [single(item) for item in listed[0].items]
        return None if None in inner else tuple(inner)
    return single(key)


def _as_number(value: ir.Constant) -> float:
    return float(value) if isinstance(value, int | float) else 0.0
