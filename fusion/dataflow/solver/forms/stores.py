"""Stores into attributes and elements."""

from __future__ import annotations

from fusion.dataflow import ir
from fusion.dataflow.solver.calling.arguments import Arguments
from fusion.dataflow.solver.domain.beginnings import disordered
from fusion.dataflow.solver.domain.state import MAX_ITEMS, POLLUTING, State, Thing, checked_inside
from fusion.dataflow.solver.domain.values import (
    NOTHING,
    UNKNOWN,
    Closure,
    Klass,
    Library,
    Namespace,
    Object,
    Value,
    constant,
    join,
    join_all,
    reference,
)
from fusion.dataflow.solver.forms.elements import MAX_PATH
from fusion.dataflow.solver.memory.holding import Holding

_KEPT = "."


class Stores(Holding):
    """What an assignment does to an object."""

    def store_attribute(self, target: Value, name: str, value: Value, state: State, node: ir.Node) -> None:
        """`target.name = value`."""
        single = len(target.refs) == 1
        if not target.refs and target.consts is None and not target.taints:
            self.put_away((".", name), value, state)
        for ref in target.refs:
            match ref:
                case Object():
                    self._store_field(ref, name, value, state, node, certain=single)
                case Library(path=path):
                    self._library_store(path, name, value, target, state, node)
                    self.put_away((".", name), value, state)
                case Klass():
                    self.add_member(ref, name, value)
                    self.came_in(value)
                case Closure() if self.script:
                    self.attach(ref, name, value, state)
                    self.came_in(value)
                case Namespace():
                    names = self.module_names(ref.path)
                    names[name] = join(names.get(name, NOTHING), value)
                    self.came_in(value)
                case _:
                    pass

    def _library_store(self, path: str, name: str, value: Value, target: Value, state: State, node: ir.Node) -> None:
        """A store into something of a library: checked, or remembered where nothing is known of the place."""
        self.check_store(f"{path}.{name}", None, value, target, state, node)
        if self.script:
            self.check_store(f"{path}[]", constant(name), value, target, state, node)
        full = self.tables.denotes(f"{path}.{name}")
        if full in self.tables.calls or path == "builtins":
            self.replaced.add(name)
        if full not in self.tables.stores and f"{path}[]" not in self.tables.stores and full not in self.tables.reads:
            # Under its own path: what is stored into one thing of a type says nothing of the others.
            own = f"{path}.{name}"
            if self.script and (value.taints or value.refs):
                value = checked_inside(value, state, state.facts)
                self.shelve((_KEPT, own), value, state)  # `request.place = { shelf, bin }`: who reads it finds the object
            self.remembered[own] = join(self.remembered.get(own, NOTHING), value)

    def kept_in(self, place: str) -> Value | None:
        """What was stored into an attribute of libraries' things: in JavaScript, by the files of this program."""
        known = self.remembered.get(place)
        if known is None or not self.script or not (known.taints or known.refs):
            return known
        return self.shelved((_KEPT, place))

    def _remember(self, place: str, known: str, value: Value) -> None:
        """What is stored under a key of a thing that nothing is known of (`request["user"]`) is read under the same."""
        if not self.script and known not in self.tables.reads and len(place) <= MAX_PATH:
            self.remembered[place] = join(self.remembered.get(place, NOTHING), value)

    def _store_field(self, ref: Object, name: str, value: Value, state: State, node: ir.Node, *, certain: bool) -> None:
        thing = state.heap.get(ref.id)
        if thing is None:
            return
        if thing.klass is not None:
            member = self.member(thing.klass, f"{name}=")
            if member is not None:
                for setter in member.refs:
                    if isinstance(setter, Closure):
                        bound = Closure(setter.function, setter.scope, reference(ref), setter.owner)
                        self.call_closure(bound, Arguments([value]), state, node)
                return
            member = self.member(thing.klass, name) if not self.script else None
            if member is not None and member.refs:
                set_ = self.overloaded(member, ("__set__",), [reference(ref), value], state, node)
                if set_ is not None:
                    return
        accessor = thing.fields.get(f"{name}=") if self.script else None
        if accessor is not None:
            self.call(self.on(ref, accessor), Arguments([value]), state, node)
            return
        path = thing.path or (thing.klass.library if thing.klass is not None else "")
        if path:
            self.check_store(f"{path}.{name}", None, value, reference(ref), state, node)
            if self.script:
                self.check_store(f"{path}[]", constant(name), value, reference(ref), state, node)
        fields = dict(thing.fields)
        fields[name] = value if certain else join(fields.get(name, NOTHING), value)
        stored = state.heap[ref.id]
        state.heap[ref.id] = stored.but(fields=fields, sure=stored.sure | {name} if certain else stored.sure)

    def store_index(self, target: Value, key: Value, value: Value, state: State, node: ir.Node) -> None:
        """`target[key] = value`."""
        single = key.consts[0] if key.consts and len(key.consts) == 1 and not key.refs else None
        known = bool(key.consts) and not key.taints and not key.refs
        if isinstance(single, str):
            self.check_name(single, value, state, node)
            self.check_named(single, value, state, node)
        certain = len(target.refs) == 1 and known and len(key.consts or ()) == 1
        if self.script and key.taints:
            self.fresh(key, value, state)
        own = self.place_of(key, state) if key.refs else None
        if own is not None:
            self.put_away(("[]", own), value, state)  # whatever it is put into: only an application has such keys
        for ref in target.refs:
            path = ""
            if isinstance(ref, Library):
                path = ref.path
                if isinstance(single, str):
                    self.put_away(("[]", single), value, state)
            elif isinstance(ref, Object) and (thing := state.heap.get(ref.id)) is not None:
                path = thing.path
                if isinstance(single, str) and thing.kind == "dict" and thing.keys is UNKNOWN:
                    self.put_away(("[]", single), value, state)
                if path == POLLUTING:
                    self.check_store(POLLUTING, key, thing.keys, target, state, node)
                    continue
                if thing.klass is not None and self.overloaded(reference(ref), ("__setitem__",), [key, value], state, node):
                    continue
                if path and f"{path}[]" in self.tables.identified:
                    target = self.child(ref, single, state)
                else:
                    state.heap[ref.id] = _stored(thing, key, single, value, certain=certain, known=known)
            if path:
                place = f"{path}[{single!s}]"
                if single is None or place not in self.tables.elements:
                    place = f"{path}[]"
                self.check_store(place, key, value, target, state, node)
                if path in self.tables.stores and not self.script:
                    self.check_store(path, None, value, target, state, node)  # a part of what is kept there
                if isinstance(ref, Library) and isinstance(single, str) and place not in self.tables.stores:
                    self._remember(f"{path}[{single}]", place, value)


def _stored(thing: Thing, key: Value, single: object, value: Value, *, certain: bool, known: bool) -> Thing:
    """The object after a store."""
    if thing.items is not None and type(single) is int and -len(thing.items) <= single < len(thing.items) and known:
        items = list(thing.items)
        items[single] = value if certain else join(items[single], value)
        return thing.but(items=tuple(items))
    if known and thing.items is None and len(thing.fields) < MAX_ITEMS * 4:
        fields = dict(thing.fields)
        for const in key.consts or ():
            fields[const] = value if certain else join(fields.get(const, NOTHING), value)
        return thing.but(fields=fields, sure=thing.sure | set(key.consts or ()) if certain else thing.sure)
    if thing.items is not None:
        return thing.but(items=None, rest=join_all([thing.rest, value, *thing.items]))
    if thing.kind == "list" and thing.fields:
        return disordered(thing, value)
    return thing.but(rest=join(thing.rest, value), keys=join(thing.keys, key))
