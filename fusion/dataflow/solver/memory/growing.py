"""What a module or a constructor leaves unfinished: other functions fill and change it, in an order that nobody knows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from fusion.dataflow import ir
from fusion.dataflow.solver.domain.state import Thing
from fusion.dataflow.solver.domain.values import NOTHING, UNKNOWN, Klass, Value, join

_FILLED = frozenset({"list", "dict", "set", "map"})
_CONSTRUCTORS = frozenset({"__init__", "constructor", "__post_init__"})
_MOST_BASES = 8


def grown(heap: Mapping[int, Thing], *, but: frozenset[int] = frozenset()) -> dict[int, Thing]:
    """The objects that something made, as functions may find them that are run after it; `but`: those that stay."""
    return {place: thing if place in but else _later(thing) for place, thing in heap.items()}


def later_fields(klass: Klass, fields: dict[object, Value]) -> dict[object, Value]:
    """The fields of an object of a class, as a method may find them that is called some time after the constructor."""
    changing = _changed(klass)
    return {name: _open(value) if name in changing else value for name, value in fields.items()}


def later_members(klass: Klass) -> None:
    """Make a class's own attributes what methods may find in them: what they assign to the object is found before them."""
    if any(value.consts for value in klass.members.values()):
        changing = _changed(klass)
        klass.members.update({name: _open(value) for name, value in klass.members.items() if name in changing})


def later_names(module: ir.Module, names: dict[str, Value]) -> None:
    """Make a module's variables what functions may find in them that are run after it."""
    for written in (module.rewritten, *(function.globals for function in module.functions)):
        for name in written:
            if name in names:
                names[name] = _open(names[name])


def _later(thing: Thing) -> Thing:
    if thing.klass is not None:
        fields = later_fields(thing.klass, thing.fields)
        return thing if all(fields[name] is value for name, value in thing.fields.items()) else thing.but(fields=fields)
    if thing.kind not in _FILLED or thing.path or thing.items or thing.fields or thing.rest is not NOTHING:
        return thing
    # Nobody makes an empty table for nothing.
    return thing.but(items=None, rest=UNKNOWN, keys=UNKNOWN if thing.kind in ("dict", "map") else thing.keys)


def _open(value: Value) -> Value:
    """A constant that may be replaced at any time."""
    return join(value, UNKNOWN) if value.consts and not value.refs and not value.taints else value


def _changed(klass: Klass) -> frozenset[str]:
    """The attributes that methods assign to objects of a class after they were made."""
    if klass.changed is None:
        found: set[str] = set()
        open_: list[Klass] = [klass]
        for _ in range(_MOST_BASES):
            if not open_:
                break
            one = open_.pop()
            found.update(_assigned(one.node))
            open_.extend(ref for base in one.bases for ref in base.refs if isinstance(ref, Klass) and ref is not one)
        klass.changed = frozenset(found)
    return klass.changed


def _assigned(node: ir.Class) -> Iterator[str]:
    open_: list[ir.Node] = [
        statement.value
        for statement in node.body
        if isinstance(statement, ir.Define)
        and isinstance(statement.value, ir.Function)
        and statement.value.name not in _CONSTRUCTORS
    ]
    while open_:
        inner = open_.pop()
        if isinstance(inner, ir.Assign) and isinstance(inner.target, ir.Attr) and isinstance(inner.target.object, ir.Name):
            yield inner.target.name
        for name in ("body", "then", "other", "final"):
            open_.extend(getattr(inner, name, None) or ())
        for part in (*getattr(inner, "handlers", ()), *getattr(inner, "cases", ())):
            open_.extend(part.body)
