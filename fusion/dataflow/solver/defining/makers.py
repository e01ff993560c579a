"""JavaScript's functions as the things that they are: makers of objects, with prototypes and members of their own."""

from __future__ import annotations

from dataclasses import replace

from fusion.dataflow import ir
from fusion.dataflow.solver.calling.arguments import Arguments, things
from fusion.dataflow.solver.domain.state import State, Thing
from fusion.dataflow.solver.domain.values import NOTHING, Closure, Klass, Object, Value, join, reference
from fusion.dataflow.solver.machine import Machine

OBJECT_METHODS = frozenset(
    {"constructor", "hasOwnProperty", "isPrototypeOf", "propertyIsEnumerable", "toLocaleString", "toString", "valueOf"}
)
"""What every object of JavaScript has."""
_MOST_BASES = 4


class Makers(Machine):
    """`new F()`, `F.prototype`, `F.member`, and methods of plain objects."""

    def maker(self, closure: Closure) -> Klass:
        """The class that a function is when it is called with `new`."""
        key = id(closure.function)
        found = self.makers.get(key)
        if found is None:
            name = closure.function.name
            node = ir.Class(closure.function.span, name, (), [])
            found = self.makers[key] = Klass(name, node, {"__init__": reference(closure)}, (), self.path)
        return found

    def construct(self, closure: Closure, arguments: Arguments, state: State, node: ir.Node) -> Value:
        """`new F(...)`: an object, unless the function gives one itself."""
        klass = self.maker(closure)
        made = reference(Object(state.allocate(Thing("instance", None, {}, NOTHING, NOTHING, klass))))
        maker = Closure(closure.function, closure.scope, made, closure.owner or klass)
        result = self.call_closure(maker, arguments, state, node)
        if result is NOTHING or (result.refs and result.consts == ()):
            return result
        return join(made, Value((), result.refs)) if result.refs else made

    def own_member(self, ref: Closure | Klass, name: str) -> Value | None:
        """`F.prototype`, and what was stored into `F.name`."""
        if name == "prototype" and self.script:
            return reference(self.maker(ref) if isinstance(ref, Closure) else ref)
        return self.attached.get((id(ref.function), name)) if isinstance(ref, Closure) else None

    def attach(self, closure: Closure, name: str, value: Value, state: State) -> None:
        """`F.name = value`."""
        if name == "prototype":
            self.inherit(self.maker(closure), value, state)
        else:
            key = (id(closure.function), name)
            self.attached[key] = join(self.attached.get(key, NOTHING), value)

    def inherit(self, klass: Klass, prototype: Value, state: State) -> None:
        """Objects of the class have what this object has: its fields, and those of its class."""
        for thing in things(prototype, state):
            if thing.klass is not None and thing.klass is not klass and len(klass.bases) < _MOST_BASES:
                klass.bases += (reference(thing.klass),)
            for name, value in thing.fields.items():
                if isinstance(name, str):
                    self.add_member(klass, name, value)
        for ref in prototype.refs:
            if isinstance(ref, Klass) and ref is not klass and len(klass.bases) < _MOST_BASES:
                klass.bases += (reference(ref),)

    def add_member(self, klass: Klass, name: str, value: Value) -> None:
        """A member that was put into a class or its prototype later."""
        if self.script and name == "constructor":
            return
        known = klass.members.get(name)
        klass.members[name] = value if known is None else join(known, value)
        for ref in value.refs if self.script else ():
            if isinstance(ref, Closure) and ref.owner is None:
                defined = ir.Define(ref.function.span, ref.function)
                # The lowered file stays as it is: others may run it, too.
                klass.node = replace(klass.node, body=[*klass.node.body, defined])
                klass.changed = klass.assigned = None
                method = Closure(ref.function, ref.scope, ref.receiver, klass)
                kept = self.methods.setdefault(name, [])
                if all(one.function is not ref.function for one in kept):
                    kept.append(method)

    def on(self, holder: Object, function: Value) -> Value:
        """A function as a method of the plain object that it was found in."""
        if not self.script or not any(_is_free(ref) for ref in function.refs):
            return function
        bound = tuple(
            Closure(ref.function, ref.scope, reference(holder), ref.owner)
            if isinstance(ref, Closure) and _is_free(ref)
            else ref
            for ref in function.refs
        )
        return Value(function.consts, bound, function.taints)

    def got(self, ref: Object, found: Value, state: State, node: ir.Node) -> Value:
        """What lies in a field, or what the getter that lies there gives."""
        getters = [one for one in found.refs if isinstance(one, Closure) and one.function.role == "getter"]
        for one in getters:
            got = self.call_closure(Closure(one.function, one.scope, reference(ref), one.owner), Arguments(), state, node)
            found = join(got, Value(found.consts, tuple(other for other in found.refs if other is not one), found.taints))
        return found


def _is_free(ref: object) -> bool:
    return isinstance(ref, Closure) and ref.receiver is None and not ref.function.arrow
