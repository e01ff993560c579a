"""Elements: what lies under a key, and what iterating gives."""

from __future__ import annotations

from fusion.dataflow import ir
from fusion.dataflow.solver.calling.arguments import things
from fusion.dataflow.solver.calling.lookups import member_of
from fusion.dataflow.solver.defining.tuples import element_at, places
from fusion.dataflow.solver.domain.state import MAX_ITEMS, STREAMED, State, Thing
from fusion.dataflow.solver.domain.taints import Taint, changed, merge
from fusion.dataflow.solver.domain.values import (
    EACH,
    NOTHING,
    UNKNOWN,
    Library,
    Namespace,
    Object,
    Value,
    constant,
    held,
    join,
    join_all,
    not_among,
    picked,
    reference,
    tainted,
)
from fusion.dataflow.solver.forms.overloads import Overloads
from fusion.dataflow.solver.memory.holding import Holding

MAX_PATH = 160


class Elements(Overloads, Holding):
    """Loads of elements."""

    def load_index(self, value: Value, key: Value, state: State, node: ir.Node) -> Value:
        """`value[key]`."""
        result = NOTHING
        single = key.consts[0] if key.consts and len(key.consts) == 1 and not key.refs else None
        if isinstance(single, str):
            value = member_of(value, "[]", self.data)
        for ref in value.refs:
            match ref:
                case Object():
                    thing = state.heap.get(ref.id)
                    if thing is not None and thing.path and f"{thing.path}[]" in self.tables.identified and single is not None:
                        result = join(result, self.child(ref, single, state))
                    elif thing is not None:
                        own = self.overloaded(reference(ref), ("__getitem__",), [key], state, node) if thing.klass else None
                        if own is None and thing.klass is not None:
                            own = element_at(thing, key)
                        result = join(result, self._element(thing, key, state, node) if own is None else own)
                case Library():
                    kept = None
                    if not self.script and not value.taints and (place := self.place_of(key, state)) is not None:
                        kept = self.shelved(("[]", place)) or self.said_by(key, state)
                    result = join(result, self._library_element(ref, single, state, node) if kept is None else kept)
                    if self.script and key.taints and not self._is_known(f"{ref.path}[]") and not self.own_key(key, value):
                        result = join(result, self.behind(key, (), state))
                case Namespace() if isinstance(single, str):
                    result = join(result, self.module_names(ref.path).get(single, UNKNOWN))
                case _:
                    result = join(result, UNKNOWN)
        if value.consts and key.consts and not value.taints:
            text = [const for const in value.consts if isinstance(const, str | bytes)]
            if text and type(single) is int and all(-len(const) <= single < len(const) for const in text):
                result = join_all([result, *(constant(const[single]) for const in text)])
        if self.script and key.taints and value.consts is None and not value.refs and not value.taints:
            result = join_all([result, UNKNOWN, self.behind(key, (), state)])
        if key.taints:
            chosen = picked(self.number([key], state, node))
            result = Value(None, result.refs, merge(result.taints, chosen.taints)) if chosen.taints else result
        if value.taints:
            what = ("[]", single) if single is not None else ("[]", id(node))
            piece, wholes = Library("re.Match") in value.refs, held(value.taints, single)
            taken = tuple(changed(taint, self.data.part(taint.whole, what), state.facts, keeps=piece) for taint in wholes)
            result = Value(None, result.refs, merge(result.taints, taken))
        result = self.with_aspects(result, value)
        if key.taints and result is not NOTHING:
            marks = [mark for thing in things(value, state) if thing.rest is NOTHING for mark in thing.fields]
            shown = not_among(key, marks, self.data.elements)
            return Value(result.consts, result.refs, result.taints, result.true, shown) if shown else result
        return UNKNOWN if result is NOTHING else result

    def _is_known(self, path: str) -> bool:
        """Whether knowledge has something to say of the path."""
        return path in self.tables.types or path in self.tables.reads or path in self.tables.stores

    def apart(self, value: Value, key: object, state: State) -> Value:
        """One of the elements that are known together only: a check of one is not a check of another."""
        if not value.taints:
            return value
        part = self.data.part
        return value.with_taints(
            changed(taint, part(taint.whole, ("at", key)), state.facts, keeps=True) for taint in value.taints
        )

    def child(self, holder: Object, key: object, state: State, member: str = "") -> Value:
        """The element or member of a library's object that has an identity of its own (`cookies["sid"]`)."""
        thing = state.heap[holder.id]
        place = ("." if member else "[]", key)
        found = thing.fields.get(place)
        if found is None:
            path = self.tables.denotes(member or f"{thing.path}[]")
            found = reference(Object(state.allocate(Thing("library", path=path))))
            state.heap[holder.id] = thing.but(fields={**thing.fields, place: found})
        return found

    def _element(self, thing: Thing, key: Value, state: State, node: ir.Node) -> Value:
        consts = key.consts
        if consts and not key.taints and not key.refs:
            found = NOTHING
            for const in consts:
                if thing.items is not None and type(const) is int:
                    if -len(thing.items) <= const < len(thing.items):
                        found = join(found, thing.items[const])
                elif const in thing.fields:
                    over = NOTHING if const in thing.sure else self.apart(thing.rest, const, state)
                    found = join_all([found, thing.fields[const], over])
                elif self.script and isinstance(const, str) and const not in thing.fields and thing.klass is not None:
                    member = self.member(thing.klass, const)
                    found = join(found, UNKNOWN if member is None else member)
                else:
                    found = join(found, self.apart(thing.rest, const, state))
            if thing.path and found is NOTHING:
                single = consts[0] if len(consts) == 1 else None
                return self._library_element(Library(thing.path), single, state, node)
            return UNKNOWN if found is NOTHING else found
        if self.script and key.taints and thing.kind in ("dict", "instance"):
            missing = constant(None) if thing.rest is NOTHING else NOTHING
            return join_all([thing.everything(), missing, self.behind(key, (thing,), state)])
        if thing.path and not thing.fields and thing.rest is NOTHING:
            return self._library_element(Library(thing.path), None, state, node)
        found = thing.everything()
        if self.script and found is not NOTHING and thing.rest is NOTHING and thing.kind == "dict":
            found = join(found, constant(None))  # a key that it lacks
        return UNKNOWN if found is NOTHING else found

    def _library_element(self, ref: Library, key: object, state: State, node: ir.Node) -> Value:
        if key is not None:
            full = f"{ref.path}[{key!s}]"
            if full in self.tables.elements or full in self.remembered:
                return self.library_value(full, state, node, guessed=ref.guessed)
        full = f"{ref.path}[]"
        if len(full) > MAX_PATH:
            return UNKNOWN
        named = key if isinstance(key, str) else None
        return self.library_value(full, state, node, guessed=ref.guessed, key=named)

    def _iterated(self, ref: Library, state: State, node: ir.Node) -> Value:
        """What a loop over it gives, where that is not what its keys give (`[*]`: the pieces of a stream)."""
        full = f"{ref.path}[*]"
        if full in self.tables.reads:
            return self.library_value(full, state, node, guessed=ref.guessed)
        return self._library_element(ref, None, state, node)

    def any_entry(self, value: Value, state: State, node: ir.Node) -> Value:
        """What may lie under any key of a library's table (`{**request.environ}`); NOTHING where knowledge has none."""
        tables = [ref for ref in value.refs if isinstance(ref, Library) and f"{ref.path}[]" in self.tables.reads]
        return join_all(self._library_element(ref, None, state, node) for ref in tables)

    def _each_of(self, taint: Taint, state: State, node: ir.Node) -> Taint:
        """The data in an element, with what a check of each has shown."""
        found = changed(taint, self.data.element(taint.whole, ("in", id(node))), state.facts)
        shown = state.facts.get(self.data.part(taint.whole, EACH)) if state.facts else None
        return found if shown is None else found._replace(mask=found.mask & ~shown[0], limits=found.limits.both(shown[1]))

    def _pairs(self, thing: Thing, state: State) -> list[Value] | None:
        """What iterating over JavaScript's `Map` gives: lists of a key and its value; None where some keys are not known."""
        if thing.rest is not NOTHING or thing.keys is not NOTHING or len(thing.fields) > MAX_ITEMS:
            return None
        keys = [key for key in thing.fields if isinstance(key, str | int | float | bool | None)]
        if len(keys) < len(thing.fields):
            return None
        pairs = [(constant(key), thing.fields[key]) for key in keys]
        return [reference(Object(state.allocate(Thing("list", pair)))) for pair in pairs]

    def _any_pair(self, thing: Thing, state: State) -> Value:
        """Any of them."""
        names = [constant(key) for key in thing.fields if isinstance(key, str | int | float | bool | None)]
        pair = [
            UNKNOWN if (found := join_all(part)) is NOTHING else found for part in ([thing.keys, *names], [thing.everything()])
        ]
        return reference(Object(state.allocate(Thing("list", tuple(pair)))))

    def elements(self, value: Value, state: State, node: ir.Node) -> tuple[list[Value] | None, Value]:
        """What iterating gives."""
        exact: list[Value] | None = None
        result = NOTHING
        if value.consts and len(value.consts) == 1 and not value.refs and not value.taints:
            text = value.consts[0]
            if isinstance(text, str) and len(text) <= MAX_ITEMS:
                return [constant(sign) for sign in text], NOTHING
        if len(value.refs) == 1 and not value.taints and value.consts in ((), (None,)):  # None would raise
            for thing in things(value, state):
                if thing.items is not None and thing.kind in ("list", "tuple", "generator"):
                    exact = list(thing.items)
                elif thing.kind == "dict" and thing.rest is NOTHING and thing.keys is NOTHING:
                    exact = [constant(key) for key in thing.fields if isinstance(key, str | int | float | bool | None)]
                elif thing.kind == "map":
                    exact = self._pairs(thing, state)
        for ref in value.refs:
            if isinstance(ref, Object):
                thing_ = state.heap.get(ref.id)
                if thing_ is None:
                    continue
                held = places(thing_, thing_.klass)
                if held is not None:
                    own: tuple[list[Value] | None, Value] | None = held, join_all(held)
                else:
                    own = self.iterated(reference(ref), state, node) if thing_.klass is not None else None
                if own is not None:
                    exact = own[0] if len(value.refs) == 1 and not value.taints else None
                    result = join_all([result, own[1], *(own[0] or ())])
                elif STREAMED in thing_.fields:
                    result = join(result, thing_.fields[STREAMED])
                elif thing_.kind == "dict":
                    names = [constant(key) for key in thing_.fields if isinstance(key, str | int | float | bool | None)]
                    result = join_all([result, thing_.keys, *names])
                elif thing_.kind == "map":
                    result = join_all([result, self._any_pair(thing_, state), *(exact or ())])
                elif thing_.path:
                    result = join(result, self._iterated(Library(thing_.path), state, node))
                else:
                    result = join(result, thing_.everything())
            elif isinstance(ref, Library):
                result = join(result, self._iterated(ref, state, node))
        if value.taints:
            result = join(result, tainted(self._each_of(taint, state, node) for taint in value.taints))
        elif value.consts is None and not value.refs:
            result = join(result, UNKNOWN)
        for const in value.consts or ():
            if isinstance(const, str):
                result = join(result, Value(tuple(const[:8])) if len(set(const)) <= MAX_ITEMS // 8 else UNKNOWN)
        return exact, UNKNOWN if result is NOTHING and exact is None else result
