"""Names, attributes, elements: loads and stores."""

from __future__ import annotations

from dataclasses import replace

from fusion.dataflow import ir
from fusion.dataflow.limits import Limits
from fusion.dataflow.solver.arguments import Arguments, things
from fusion.dataflow.solver.library_constants import CONSTANTS
from fusion.dataflow.solver.state import MAX_ITEMS, State, Thing
from fusion.dataflow.solver.stores import Stores
from fusion.dataflow.solver.values import (
    NOTHING,
    UNKNOWN,
    Bound,
    Closure,
    Klass,
    Library,
    Namespace,
    Object,
    Taint,
    Value,
    changed,
    constant,
    join,
    join_all,
    merge,
    not_among,
    picked,
    reference,
    tainted,
)

MAX_PATH = 160
LAST = Limits(absent=frozenset({"/", "\\"}))
"""What the last component of a path lacks."""
_WHOLE = frozenset({"href", "url"})
"""Members of a parsed URL that are the URL."""


class Access(Stores):
    """Loads and stores."""

    # ---------------------------------------------------------------- names

    def load_name(self, name: str, state: State) -> Value:
        """The value of a variable: the frame's, the scopes' around it, the module's, the language's."""
        value = state.locals.get(name)
        if value is not None:
            return value
        scope = self.frame.scope.outer
        while scope is not None:
            frame = state.frames.get(scope.frame, scope.captured)
            value = frame.get(name)
            if value is not None:
                return value
            scope = scope.outer
        value = self.module_names(self.frame.scope.module or self.path).get(name)
        if value is not None:
            return value
        if name in ("this", "self") and self.frame.receiver is not NOTHING and self.frame.receiver is not None:
            return self.frame.receiver
        return reference(Library(self.tables.denotes(name)))

    def store_name(self, name: str, value: Value, state: State) -> None:
        """Bind a variable where it belongs."""
        function = self.frame.function
        if function is None or name in function.locals:
            state.locals[name] = value
            return
        if name not in function.globals:
            scope = self.frame.scope.outer
            while scope is not None:
                frame = state.frames.get(scope.frame)
                if frame is not None and name in frame:
                    state.frames = {**state.frames, scope.frame: {**frame, name: value}}
                    return
                if name in scope.captured:
                    scope.captured[name] = join(scope.captured[name], value)
                    return
                scope = scope.outer
        names = self.module_names(self.frame.scope.module or self.path)
        if name in names or name in function.globals:
            names[name] = join(names.get(name, NOTHING), value)
        else:
            state.locals[name] = value

    # ---------------------------------------------------------------- attributes

    def load_attribute(self, value: Value, name: str, state: State, node: ir.Node, hint: str = "") -> Value:
        """`value.name`."""
        result = NOTHING
        for ref in value.refs:
            result = join(result, self._attribute_of(ref, value, name, state, node))
        if value.taints and self.script and name == "length":
            result = join(result, UNKNOWN)
        elif value.taints:
            part = self.data.part
            if name in _WHOLE and any(isinstance(ref, Library) and ref.path in self.tables.parsed for ref in value.refs):
                taken = value.taints
            else:
                taken = tuple(changed(taint, part(taint.whole, f".{name}"), state.facts) for taint in value.taints)
            result = Value(None, result.refs, merge(result.taints, taken))
        elif not value.refs and value.consts is None:
            guess = self.tables.guess(hint) if hint else ""
            if guess:
                return self._library_attribute(Library(guess, guessed=True), name, state, node)
        elif name == "value" and not self.script and value.consts and not value.refs:
            return value  # of an enumeration's member
        result = self._aspects(result, value, name)
        return UNKNOWN if result is NOTHING else result

    def _attribute_of(self, ref: object, value: Value, name: str, state: State, node: ir.Node) -> Value:
        match ref:
            case Library():
                return self._library_attribute(ref, name, state, node)
            case Object():
                return self._field(ref, name, state, node)
            case Klass():
                member = self.member(ref, name)
                if member is not None:
                    return self.bind_member(member, reference(ref), ref, state, node, of_class=True)
                return (
                    self._library_attribute(Library(ref.library.removesuffix("()")), name, state, node)
                    if ref.library
                    else UNKNOWN
                )
            case Namespace():
                found = self.module_names(ref.path).get(name)
                return found if found is not None else self.submodule(ref.path, name)
            case Closure():
                return UNKNOWN
            case _:
                return reference(Bound(value, name))

    def _field(self, ref: Object, name: str, state: State, node: ir.Node) -> Value:
        thing: Thing | None = state.heap.get(ref.id)
        if thing is None:
            return UNKNOWN
        found = thing.fields.get(name)
        if found is not None and (self.script or thing.kind != "dict"):
            return found
        if thing.klass is not None:
            member = self.member(thing.klass, name)
            if member is not None:
                return self.bind_member(member, reference(ref), thing.klass, state, node)
            found = thing.klass.ready.get(name) if thing.klass.ready else None
            if found is not None:
                return found
        if thing.path and thing.klass is not None and name in _assigned(thing.klass):
            return UNKNOWN
        if thing.path:
            if f"{thing.path}.{name}" in self.tables.identified:
                return self.child(ref, name, state, f"{thing.path}.{name}")
            return self._library_attribute(Library(thing.path), name, state, node)
        if self.script and thing.rest is not NOTHING:
            return thing.rest
        if thing.kind in ("list", "tuple", "set", "dict", "regex"):
            return reference(Bound(reference(ref), name))
        return UNKNOWN

    def member(self, klass: Klass, name: str, depth: int = 8) -> Value | None:
        """A member of the class or of its bases in the repository."""
        found = klass.members.get(name)
        if found is not None or not depth:
            return found
        for base in klass.bases:
            for ref in base.refs:
                if isinstance(ref, Klass) and ref is not klass:
                    found = self.member(ref, name, depth - 1)
                    if found is not None:
                        return found
        return None

    def bind_member(
        self, member: Value, receiver: Value, klass: Klass, state: State, node: ir.Node, *, of_class: bool = False
    ) -> Value:
        """A member of a class as it is found on an object of it."""
        if not member.refs:
            return member
        bound: list[Value] = []
        for ref in member.refs:
            if not isinstance(ref, Closure) or ref.receiver is not None:
                bound.append(Value((), (ref,)))
                continue
            role = ref.function.role
            if role == "getter" and not of_class:
                bound.append(
                    self.call_closure(Closure(ref.function, ref.scope, receiver, ref.owner or klass), Arguments(), state, node)
                )
            elif role == "static" or (of_class and role != "class"):
                bound.append(Value((), (ref,)))
            else:
                bound.append(Value((), (Closure(ref.function, ref.scope, receiver, ref.owner or klass),)))
        result = join_all(bound)
        if member.consts is None or member.taints:
            result = Value(member.consts, result.refs, merge(result.taints, member.taints))
        return result

    def _library_attribute(self, ref: Library, name: str, state: State, node: ir.Node) -> Value:
        full = f"{ref.path}.{name}"
        if len(full) > MAX_PATH:
            return UNKNOWN
        if self.script and full not in self.tables.begun:
            element = f"{ref.path}[]"
            if element in self.tables.types or element in self.tables.reads:
                full = element
        return self._library_value(full, state, node, guessed=ref.guessed)

    def _library_value(self, full: str, state: State, node: ir.Node, *, guessed: bool) -> Value:
        path = self.tables.types.get(full, full)
        kept = self.remembered.get(path)
        if kept is not None:
            return kept
        if (const := CONSTANTS.get(path)) is not None:
            return constant(const)
        known = self.tables.reads.get(full) or self.tables.reads.get(path)
        if known is not None and known.sources:
            return Value(None, (Library(path, guessed),), self.taint_from(known, full, state, node))
        return Value((), (Library(path, guessed),))

    def _aspects(self, result: Value, value: Value, name: str = "") -> Value:
        """Attributes that are a part of a URL or path remember of what."""
        if not result.taints or not value.taints:
            return result
        own = [f"{ref.path}.{name}" for ref in value.refs if isinstance(ref, Library)] if name else []
        for path in (*own, *(ref.path for ref in result.refs if isinstance(ref, Library))):
            known = self.tables.reads.get(path)
            if known is not None and known.aspects:
                part = result.with_taints(self.aspect_of(known.aspects[0].entry.aspect, result.taints, value.taints))
                return self.known_part(part)
        return result

    def aspect_of(self, aspect: str, taints: tuple[Taint, ...], wholes: tuple[Taint, ...]) -> tuple[Taint, ...]:
        """The same data, known to be that part of the data it was taken from."""
        by_source = {taint.source: taint for taint in wholes}
        if aspect == "folders":
            by_source = {source: taint for source, taint in by_source.items() if taint.canonical}
        if aspect == "name":
            taints = tuple(taint.limited(taint.limits.both(LAST)) for taint in taints)
        return tuple(
            replace(taint, aspect=(aspect, by_source[taint.source].whole)) if taint.source in by_source else taint
            for taint in taints
        )

    # ---------------------------------------------------------------- elements

    def load_index(self, value: Value, key: Value, state: State, node: ir.Node) -> Value:
        """`value[key]`."""
        result = NOTHING
        single = key.consts[0] if key.consts and len(key.consts) == 1 and not key.refs else None
        for ref in value.refs:
            match ref:
                case Object():
                    thing = state.heap.get(ref.id)
                    if thing is not None and thing.path and f"{thing.path}[]" in self.tables.identified and single is not None:
                        result = join(result, self.child(ref, single, state))
                    elif thing is not None:
                        result = join(result, self._element(thing, key, state, node))
                case Library():
                    result = join(result, self._library_element(ref, single, state, node))
                    if self.script and key.taints and not self._is_known(f"{ref.path}[]"):
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
            taken = tuple(changed(taint, self.data.part(taint.whole, what), state.facts) for taint in value.taints)
            result = Value(None, result.refs, merge(result.taints, taken))
        result = self._aspects(result, value)
        if key.taints and result is not NOTHING:
            marks = [mark for thing in things(value, state) if thing.rest is NOTHING for mark in thing.fields]
            shown = not_among(key, marks, self.data.elements)
            return Value(result.consts, result.refs, result.taints, result.true, shown) if shown else result
        return UNKNOWN if result is NOTHING else result

    def _is_known(self, path: str) -> bool:
        """Whether knowledge has something to say of the path."""
        return path in self.tables.types or path in self.tables.reads or path in self.tables.stores

    def _apart(self, value: Value, key: object, state: State) -> Value:
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
            state.heap[holder.id] = replace(thing, fields={**thing.fields, place: found})
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
                    found = join_all([found, thing.fields[const], thing.rest])
                elif self.script and isinstance(const, str) and const not in thing.fields and thing.klass is not None:
                    member = self.member(thing.klass, const)
                    found = join(found, UNKNOWN if member is None else member)
                else:
                    found = join(found, self._apart(thing.rest, const, state))
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
            if full in self.tables.elements:
                return self._library_value(full, state, node, guessed=ref.guessed)
        full = f"{ref.path}[]"
        if len(full) > MAX_PATH:
            return UNKNOWN
        return self._library_value(full, state, node, guessed=ref.guessed)

    def elements(self, value: Value, state: State, node: ir.Node) -> tuple[list[Value] | None, Value]:
        """What iterating gives."""
        exact: list[Value] | None = None
        result = NOTHING
        if len(value.refs) == 1 and not value.taints and value.consts == ():
            for thing in things(value, state):
                if thing.items is not None and thing.kind in ("list", "tuple"):
                    exact = list(thing.items)
                elif thing.kind == "dict" and thing.rest is NOTHING and thing.keys is NOTHING:
                    exact = [constant(key) for key in thing.fields if isinstance(key, str | int | float | bool | None)]
        for ref in value.refs:
            if isinstance(ref, Object):
                thing_ = state.heap.get(ref.id)
                if thing_ is None:
                    continue
                if thing_.kind == "dict":
                    names = [constant(key) for key in thing_.fields if isinstance(key, str | int | float | bool | None)]
                    result = join_all([result, thing_.keys, *names])
                elif thing_.path:
                    result = join(result, self._library_element(Library(thing_.path), None, state, node))
                else:
                    result = join(result, thing_.everything())
            elif isinstance(ref, Library):
                result = join(result, self._library_element(ref, None, state, node))
        if value.taints:
            taken = (changed(taint, self.data.element(taint.whole, ("in", id(node))), state.facts) for taint in value.taints)
            result = join(result, tainted(taken))
        elif value.consts is None and not value.refs:
            result = join(result, UNKNOWN)
        for const in value.consts or ():
            if isinstance(const, str):
                result = join(result, Value(tuple(const[:8])) if len(set(const)) <= MAX_ITEMS // 8 else UNKNOWN)
        return exact, UNKNOWN if result is NOTHING and exact is None else result


def _assigned(klass: Klass) -> frozenset[str]:
    """The attributes that a class's own methods assign to its objects."""
    if klass.assigned is None:
        found: set[str] = set()
        open_: list[ir.Node] = [
            statement.value for statement in klass.node.body if isinstance(statement, ir.Define) and statement.value is not None
        ]
        while open_:
            node = open_.pop()
            if isinstance(node, ir.Assign) and isinstance(node.target, ir.Attr) and isinstance(node.target.object, ir.Name):
                found.add(node.target.name)
            for name in ("body", "then", "other", "final"):
                open_.extend(getattr(node, name, None) or ())
            for part in (*getattr(node, "handlers", ()), *getattr(node, "cases", ())):
                open_.extend(part.body)
        klass.assigned = frozenset(found)
    return klass.assigned
