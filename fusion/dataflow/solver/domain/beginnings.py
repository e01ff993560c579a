"""Lists of which only the beginning is known in order: what a program is called with, and then whatever else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fusion.dataflow.solver.domain.values import NOTHING, Value, join, join_all

if TYPE_CHECKING:
    from fusion.dataflow.solver.domain.state import Thing

_FRONT = 8
"""So many elements are kept apart in front of others."""
_ORDERED = frozenset({"list", "tuple"})


def front(thing: Thing) -> dict[object, Value]:
    """The elements at the beginning, by place, as far as they are known."""
    if thing.kind not in _ORDERED:
        return {}
    if thing.items is not None:
        return dict(enumerate(thing.items[:_FRONT]))
    found: dict[object, Value] = {}
    for place in range(_FRONT):
        value = thing.fields.get(place)
        if value is None:
            break
        found[place] = value
    return found


def behind_front(thing: Thing, size: int = _FRONT) -> Value:
    """Any element that is not among the first ones."""
    value = join_all([thing.rest, *(thing.items or ())[size:]])
    if thing.kind in _ORDERED and thing.items is None:
        for place, field in thing.fields.items():
            if type(place) is int and not 0 <= place < size:
                value = join(value, field)
    return value


def parted(thing: Thing, size: int) -> Thing:
    """The same, with no more than so many elements at the beginning known in order."""
    if thing.items is None and (thing.kind not in _ORDERED or not thing.fields):
        return thing
    others = (
        {key: field for key, field in thing.fields.items() if type(key) is not int} if thing.kind in _ORDERED else thing.fields
    )
    ahead = dict(list(front(thing).items())[:size])
    return thing.but(items=None, fields={**others, **ahead}, rest=behind_front(thing, size))


def continued(thing: Thing, more: Value) -> Thing:
    """The same with any number of these elements at its end."""
    known = front(thing)
    others = {key: field for key, field in thing.fields.items() if type(key) is not int}
    return thing.but(items=None, fields={**others, **known}, rest=join(behind_front(thing, len(known)), more))


def disordered(thing: Thing, more: Value = NOTHING) -> Thing:
    """The same with any number of these elements among its own, in any order."""
    if thing.kind not in _ORDERED or not thing.fields:
        return thing.but(items=None, rest=join_all([thing.rest, more, *(thing.items or ())]))
    others = {key: field for key, field in thing.fields.items() if type(key) is not int}
    return thing.but(items=None, fields=others, rest=join(thing.everything(), more))


def chained(things: list[Thing]) -> tuple[dict[object, Value], Value]:
    """The beginning of several lists put behind each other, and any other element."""
    known: list[Value] = []
    rest = NOTHING
    for place, thing in enumerate(things):
        ahead = front(thing)
        known += ahead.values()
        rest = join(rest, behind_front(thing, len(ahead)))
        if thing.items is None or len(thing.items) > len(ahead):
            rest = join_all([rest, *(other.everything() for other in things[place + 1 :])])
            break
    return dict(enumerate(known[:_FRONT])), join_all([rest, *known[_FRONT:]])
