"""Named tuples: classes whose objects are read by name and by place."""

from __future__ import annotations

from fusion.dataflow import ir
from fusion.dataflow.solver.calling.arguments import things
from fusion.dataflow.solver.domain.state import Thing
from fusion.dataflow.solver.domain.values import NOTHING, UNKNOWN, Klass, Library, Object, Value, join, join_all, reference
from fusion.dataflow.solver.methods.receivers import Own, Use, single

NAMED = "typing.NamedTuple()"


def places(thing: Thing, klass: Klass | None) -> list[Value] | None:
    """What a named tuple holds, in order; None for other objects."""
    if klass is None or klass.library != NAMED or thing.rest is not NOTHING:
        return None
    return [thing.fields.get(name, klass.members.get(name, UNKNOWN)) for name in klass.fields]


class NamedTuples(Own):
    """`namedtuple`, and what its objects can do."""

    def _py_named_tuple(self, use: Use) -> Value | None:
        """`namedtuple("Point", "x y")`, `NamedTuple("Point", [("x", int)])`."""
        name, given = use.constant(0, "typename"), use.argument(1, "field_names")
        if not isinstance(name, str) or given is None:
            return None
        text = single(given)
        names: list[object] = list(text.replace(",", " ").split()) if isinstance(text, str) else []
        if not isinstance(text, str):
            exact, _ = self.elements(given, use.state, use.node)
            for item in exact or ():
                pair = next(things(item, use.state), None)
                names.append(single(pair.items[0] if pair is not None and pair.items else item))
        if not names or not all(isinstance(one, str) for one in names):
            return None
        node = ir.Class(use.node.span, name, (), ())
        members: dict[str, Value] = {}
        defaults = use.arguments.keywords.get("defaults")
        last = self.elements(defaults, use.state, use.node)[0] if defaults is not None else None
        for field, value in zip(reversed(names), reversed(last or []), strict=False):
            members[str(field)] = value
        base = reference(Library("typing.NamedTuple"))
        return reference(Klass(name, node, members, (base,), self.path, NAMED, tuple(map(str, names))))

    def _py_tuple_replaced(self, use: Use) -> Value:
        """`point._replace(x=1)`."""
        made = NOTHING
        for ref in use.arguments.receiver.refs:
            thing = use.state.heap.get(ref.id) if isinstance(ref, Object) else None
            if thing is not None:
                fields = dict(thing.fields)
                fields.update(use.arguments.keywords)
                if use.arguments.more is not None:
                    names = {*fields, *(thing.klass.fields if thing.klass is not None else ())} - use.arguments.keywords.keys()
                    fields.update({name: join(fields.get(name, NOTHING), use.arguments.more) for name in names})
                made = join_all([made, self.make(use.state, thing.but(fields=fields))])
        return UNKNOWN if made is NOTHING else made

    def _py_tuple_table(self, use: Use) -> Value:
        """`point._asdict()`."""
        tables = [Thing("dict", None, dict(thing.fields), thing.rest) for thing in things(use.arguments.receiver, use.state)]
        return join_all(self.make(use.state, table) for table in tables) if tables else UNKNOWN


def element_at(thing: Thing, key: Value) -> Value | None:
    """The element of a named tuple under a number; None for other objects and keys."""
    held = places(thing, thing.klass)
    place = key.consts[0] if key.consts and len(key.consts) == 1 else None
    if held is None or type(place) is not int or not -len(held) <= place < len(held):
        return None
    return held[place]
