"""Fields that an object has on one path and perhaps not on another, or in another order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fusion.dataflow import ir
from fusion.dataflow.solver.domain.values import NONE, NOTHING, Value, join

if TYPE_CHECKING:
    from fusion.dataflow.solver.domain.state import Thing


PERHAPS = "perhaps"
"""Flag of a dictionary that has some of its keys only where it came on one path, and not on another."""

JUMBLED = "jumbled"
"""Flag of a dictionary whose keys are in another order where it came on one path than on another."""


def in_order(thing: Thing) -> list[ir.Constant] | None:
    """The keys of a dictionary in the order in which they were put in; None where that is not known."""
    if thing.rest is not NOTHING or thing.keys is not NOTHING or not thing.flags.isdisjoint((PERHAPS, JUMBLED)):
        return None
    keys = [key for key in thing.fields if isinstance(key, str | bytes | int | float | bool | None)]
    return keys if len(keys) == len(thing.fields) else None


def lacking(met: Thing, a: Thing, b: Thing) -> Thing:
    """Either object, where what only one of them has is perhaps not there."""
    if a.fields.keys() == b.fields.keys() or met.kind != "dict" or met.path or met.klass is not None:
        return met
    if any(thing.rest is not NOTHING or thing.keys is not NOTHING for thing in (a, b)):
        return met
    both = a.fields.keys() & b.fields.keys()
    return met.but(fields={key: field if key in both else join(field, NONE) for key, field in met.fields.items()})


def overlaid(fields: dict[object, Value], more: dict[object, Value], *, perhaps: bool = False) -> None:
    """Put fields over others, which stay where a field is perhaps not there; `perhaps`: where any of them may be missing."""
    for key, value in more.items():
        before = fields.get(key)
        if before is not None and value.consts and None in value.consts and (len(value.consts) > 1 or value.refs):
            there = Value(tuple(const for const in value.consts if const is not None), value.refs, value.taints)
            value = join(before, there)
        elif before is not None and perhaps:
            value = join(before, value)
        fields[key] = value
