"""Fields that an object has on one path and perhaps not on another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fusion.dataflow.solver.domain.values import NONE, NOTHING, Value, join

if TYPE_CHECKING:
    from fusion.dataflow.solver.domain.state import Thing


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
