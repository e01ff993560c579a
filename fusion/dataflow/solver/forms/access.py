"""Names, attributes, elements: loads and stores."""

from __future__ import annotations

from fusion.dataflow import ir
from fusion.dataflow.contexts.limits import Limits
from fusion.dataflow.solver.builtin.library_constants import CONSTANTS
from fusion.dataflow.solver.calling.ancestry import lineage
from fusion.dataflow.solver.calling.arguments import Arguments
from fusion.dataflow.solver.calling.lookups import member_of
from fusion.dataflow.solver.defining.makers import OBJECT_METHODS, Makers
from fusion.dataflow.solver.domain import texts
from fusion.dataflow.solver.domain.state import ATTRIBUTES, CHANGED, State, Thing
from fusion.dataflow.solver.domain.taints import Taint, changed, known, merge
from fusion.dataflow.solver.domain.values import (
    NOTHING,
    TRUE,
    UNKNOWN,
    Bound,
    Closure,
    Klass,
    Library,
    Namespace,
    Object,
    Reference,
    Value,
    believed,
    constant,
    held,
    join,
    join_all,
    reference,
)
from fusion.dataflow.solver.forms.elements import MAX_PATH, Elements
from fusion.dataflow.solver.forms.stores import Stores

LAST = Limits(absent=frozenset({"/", "\\"}))
"""What the last component of a path lacks."""
_WHOLE = frozenset({"href", "url"})
"""Members of a parsed URL that are the URL."""
_ENCODED = {
    "search": Limits(absent=frozenset('<>" \n\t'), start="?"),
    "hash": Limits(absent=frozenset('<>" \n\t`'), start="#"),
}
"""Members of a parsed URL that are percent-encoded, and with what they begin (or they are empty)."""
_ENCODED_WEB = {
    **_ENCODED,
    "search": Limits(absent=frozenset("<>\" '\n\t"), start="?"),
    "pathname": Limits(absent=frozenset('<>" \n\t`?#{}'), start="/"),
}
"""The same of URLs of the web. The path of another (`javascript:`) is what it was."""
_WEB = ("/", "?", "#", "http:", "https:")
ES_MODULE = "__esModule"
"""What compilers ask of what a module exports before they wrap it."""
_NEAR = 1
"""Depth of calls down to which `__getattr__` is run: stand-ins make stand-ins of whatever they are asked for."""
_THREADS = frozenset({"threading.Thread()", "multiprocessing.Process()"})
"""What runs its own `run` once it is started."""
_COUNTED = {"list": "length", "tuple": "length", "set": "size", "map": "size"}
"""What says how many elements there are."""


class Access(Elements, Makers, Stores):
    """Loads and stores."""

    # ---------------------------------------------------------------- names

    def load_name(self, name: str, state: State) -> Value:
        """The value of a variable: the frame's, the scopes' around it, the module's, the language's."""
        value = state.locals.get(name)
        if value is not None:
            return value
        scope = self.frame.scope.outer
        while scope is not None:
            frame = state.frames.get(scope.frame)
            value = self._later(scope.captured.get(name), scope.frame, name) if frame is None else frame.get(name)
            if value is not None:
                return value
            scope = scope.outer
        module = self.frame.scope.module or self.path
        value = self._later(self.module_names(module).get(name), module, name)
        if value is not None:
            return value
        if name in ("this", "self") and self.frame.receiver is not NOTHING and self.frame.receiver is not None:
            return self.frame.receiver
        return reference(Library(self.tables.denotes(name)))

    def _later(self, value: Value | None, home: object, name: str) -> Value | None:
        """A variable around a function that is called some time later: functions may have counted on by then."""
        if value is None or not value.consts or (home, name) not in self.counted:
            return value
        return Value(None, value.refs, value.taints) if any(type(const) in (int, float) for const in value.consts) else value

    def store_name(self, name: str, value: Value, state: State) -> None:
        """Bind a variable where it belongs."""
        function = self.frame.function
        if function is None or name in function.locals:
            state.locals[name] = value
            return
        counts = value.consts is None or any(type(const) in (int, float) for const in value.consts)
        if name not in function.globals:
            scope = self.frame.scope.outer
            while scope is not None:
                frame = state.frames.get(scope.frame)
                if counts and name in (scope.captured if frame is None else frame):
                    self.counted.add((scope.frame, name))
                if frame is not None and name in frame:
                    if value.taints or frame[name].taints:
                        state.heap.turn()
                    state.frames = {**state.frames, scope.frame: {**frame, name: value}}
                    return
                if name in scope.captured:
                    before, kept = scope.captured[name], believed(value, state.facts) if self.script else value
                    scope.captured[name] = join(before, kept)
                    self.came_in(value)
                    if self.script and kept.taints and not before.taints:
                        self.mentioning(scope.module, {name})  # who read it before
                    return
                scope = scope.outer
        names = self.module_names(self.frame.scope.module or self.path)
        if name in names or name in function.globals:
            if counts:
                self.counted.add((self.frame.scope.module or self.path, name))
            names[name] = join(names.get(name, NOTHING), value)
            self.came_in(value)
        else:
            state.locals[name] = value

    # ---------------------------------------------------------------- attributes

    def load_attribute(self, value: Value, name: str, state: State, node: ir.Node, hint: str = "") -> Value:
        """`value.name`."""
        value = member_of(value, name, self.data)
        if name == ES_MODULE and self.script and value.refs and all(self._is_module(ref) for ref in value.refs):
            return TRUE  # so that what wraps a module gives the module itself, whose `default` is known
        result = NOTHING
        for ref in value.refs:
            result = join(result, self._attribute_of(ref, value, name, state, node))
        if self.script and name == "length":
            lengths = texts.combine([value.consts], texts.length) if value.consts and not value.taints else None
            if lengths is not None:
                result = join(result, Value(lengths))
            elif value.consts != ():
                result = UNKNOWN
        elif value.taints:
            part = self.data.part
            if name in _WHOLE and any(isinstance(ref, Library) and ref.path in self.tables.parsed for ref in value.refs):
                taken = value.taints
            else:
                taken = tuple(changed(taint, part(taint.whole, f".{name}"), state.facts) for taint in held(value.taints, name))
                if name in _ENCODED_WEB and any(isinstance(ref, Library) and ref.path == "global.Url" for ref in value.refs):
                    web = all(_is_web(taint, state) for taint in value.taints)
                    encoded = (_ENCODED_WEB if web else _ENCODED).get(name)
                    taken = taken if encoded is None else tuple(taint._replace(limits=encoded, lead="") for taint in taken)
            result = Value(None, result.refs, merge(result.taints, taken))
        elif not value.refs and value.consts is None:
            guess = self.guess(hint) if hint else ""
            if guess:
                return self._library_attribute(Library(guess, guessed=True), name, state, node)
        elif name == "value" and not self.script and value.consts and not value.refs:
            return value  # of an enumeration's member
        result = self.with_aspects(result, value, name)
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
                if name == "prototype" and (own := self.own_member(ref, name)) is not None:
                    return own
                if name == "__name__":
                    return constant(ref.name)
                return (
                    self._library_attribute(Library(ref.library.removesuffix("()")), name, state, node)
                    if ref.library
                    else self.default_of(ref, name)
                )
            case Namespace():
                found = self.module_names(ref.path).get(name)
                return found if found is not None else self.submodule(ref.path, name)
            case Closure():
                own = self.own_member(ref, name)
                return self.default_of(ref, name) if own is None else own
            case _:
                return reference(Bound(value, name))

    def _is_module(self, ref: Reference) -> bool:
        """Whether it is all that some module exports."""
        whole = isinstance(ref, Object | Closure | Klass) and self.default_of(ref, "default") is not UNKNOWN
        return whole or isinstance(ref, Library | Namespace)

    def _field(self, ref: Object, name: str, state: State, node: ir.Node) -> Value:
        thing: Thing | None = state.heap.get(ref.id)
        if thing is None:
            return UNKNOWN
        found = thing.fields.get(name)
        if not self.script and thing.kind == "instance" and (name == ATTRIBUTES or ATTRIBUTES in thing.fields):
            found = self._among_attributes(ref, thing, name, state)
        doubtful = self.script and thing.rest is not NOTHING and name not in thing.sure
        if found is not None and doubtful and found.consts and not found.taints:
            # What was stored under a key that is not known may have taken its place.
            chosen = thing.keys.taints and believed(thing.keys, state.facts).taints
            found = join(found, self.apart(thing.rest, name, state) if chosen else UNKNOWN)
        if found is not None and (self.script or thing.kind != "dict"):
            return self.got(ref, found, state, node) if self.script and found.refs else found
        if thing.klass is not None:
            member = self.member(thing.klass, name)
            if member is not None:
                if member.refs and not self.script:
                    got = self.overloaded(member, ("__get__",), [reference(ref), reference(thing.klass)], state, node)
                    if got is not None:
                        return got
                return self.bind_member(member, reference(ref), thing.klass, state, node)
            found = thing.klass.ready.get(name) if thing.klass.ready else None
            if found is not None:
                return found
        if thing.path and thing.klass is not None and name in _assigned(thing.klass):
            return UNKNOWN
        if thing.klass is not None and not name.startswith("__") and len(self.stack) <= _NEAR:
            found = self.overloaded(reference(ref), ("__getattr__",), [constant(name)], state, node)
            if found is not None:
                return found
        if not self.script and thing.kind == "instance" and not name.startswith("__"):
            if name == "start" and thing.klass is not None and thing.klass.library in _THREADS:
                return self.load_attribute(reference(ref), "run", state, node)
            if thing.rest is not NOTHING and not thing.path:
                return self.apart(thing.rest, name, state)
        if thing.path:
            if f"{thing.path}.{name}" in self.tables.identified:
                return self.child(ref, name, state, f"{thing.path}.{name}")
            read = self._library_attribute(Library(thing.path), name, state, node)
            return self.checked_fields(ref, thing, name, read, state, node)
        if name == "groups" and self.script and thing.kind == "list":  # of a match: what was found by name
            return reference(Object(state.allocate(Thing("dict", None, {}, thing.everything()))))
        if self.script and name == _COUNTED.get(thing.kind):
            return _counted(ref, thing, state)
        if self.script and thing.rest is not NOTHING:
            return self.apart(thing.rest, name, state)
        if thing.kind in ("list", "tuple", "set", "dict", "regex"):
            if name == "default" and (whole := self.default_of(ref, name)) is not UNKNOWN:
                return whole
            if self.script and thing.kind == "dict" and name not in OBJECT_METHODS:
                return UNKNOWN  # it has none yet, as far as is known
            return reference(Bound(reference(ref), name))
        if thing.klass is not None and thing.klass.library:
            return self._library_attribute(Library(thing.klass.library), name, state, node)
        return self.default_of(ref, name)

    def _among_attributes(self, ref: Object, thing: Thing, name: str, state: State) -> Value | None:
        """The attributes of an object as a table, or one that may have been stored in that; None where there is none."""
        table = thing.fields.get(ATTRIBUTES)
        known = state.heap.get(table.refs[0].id) if table is not None and isinstance(table.refs[0], Object) else None
        if name != ATTRIBUTES:
            kept = known.fields.get(name, known.rest) if known is not None else NOTHING
            found = join(thing.fields.get(name, NOTHING), kept)
            return None if found is NOTHING else found
        own = {key: value for key, value in thing.fields.items() if key != ATTRIBUTES}
        if known is not None and isinstance((kept_at := table.refs[0] if table is not None else None), Object):
            state.heap[kept_at.id] = known.but(fields={**known.fields, **own})
            return table
        table = reference(Object(state.allocate(Thing("dict", None, own, thing.rest))))
        state.heap[ref.id] = thing.but(fields={**thing.fields, ATTRIBUTES: table})
        return table

    def member(self, klass: Klass, name: str, depth: int = 8) -> Value | None:
        """A member of the class or of its bases in the repository."""
        found = klass.members.get(name)
        if found is not None or not depth:
            return found
        if len(klass.bases) > 1:
            return next((one.members[name] for one in lineage(klass) if name in one.members), None)
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
            elif role == "static" and self.script and of_class:
                bound.append(Value((), (Closure(ref.function, ref.scope, receiver, ref.owner or klass),)))
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
        if self.shelf and not self.script and full not in self.tables.begun and (kept := self.shelved((".", name))):
            return kept
        if self.script and full not in self.tables.begun:
            if name == "default" and ref.path in self.packages:
                return reference(ref)
            element = f"{ref.path}[]"
            if element in self.tables.types or element in self.tables.reads or element in self.tables.entered:
                full = element
        return self.library_value(full, state, node, guessed=ref.guessed)

    def library_value(self, full: str, state: State, node: ir.Node, *, guessed: bool, key: str | None = None) -> Value:
        """What a path of a library denotes: a thing, data from outside, or what was stored there. `key`: of an element."""
        path = self.tables.types.get(full, full)
        kept = self.kept_in(full)
        if kept is not None:
            return kept
        if (const := CONSTANTS.get(path)) is not None:
            return constant(const)
        read = self.tables.reads.get(full) or self.tables.reads.get(path)
        if read is not None and read.sources:
            taints = self.taint_from(read, full, state, node, None if key is None else Arguments([constant(key)]))
            for rule in read.aspects:
                if rule.entry.of is not None:
                    part = (rule.entry.aspect, self.data.part(0, rule.entry.of))
                    taints = tuple(taint._replace(aspect=part) for taint in taints)
            return Value(None, (Library(path, guessed),), taints)
        return Value((), (Library(path, guessed),))

    def with_aspects(self, result: Value, value: Value, name: str = "") -> Value:
        """Attributes that are a part of a URL or path remember of what."""
        if not result.taints or not value.taints:
            return result
        own = [f"{ref.path}.{name}" for ref in value.refs if isinstance(ref, Library)] if name else []
        for path in (*own, *(ref.path for ref in result.refs if isinstance(ref, Library))):
            read = self.tables.reads.get(path)
            if read is not None and read.aspects:
                part = result.with_taints(self.aspect_of(read.aspects[0].entry.aspect, result.taints, value.taints))
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
            taint._replace(aspect=(aspect, by_source[taint.source].whole)) if taint.source in by_source else taint
            for taint in taints
        )


def _is_web(taint: Taint, state: State) -> bool:
    """Whether a text, parsed as a URL, is one of the web: it begins like one, or like a path that is joined to one."""
    return taint.lead is not None and (taint.lead + known(taint, state.facts)[1].start).startswith(_WEB)


def _counted(ref: Object, thing: Thing, state: State) -> Value:
    """How many elements a list has: surely as many as it was made with, and no function adds to one that a module made."""
    if thing.kind not in ("list", "tuple") or not thing.items or CHANGED in thing.flags:
        return UNKNOWN
    plain = all(item.consts and not item.refs for item in thing.items)
    return constant(len(thing.items)) if plain or state.heap.base.get(ref.id) is not thing else UNKNOWN


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
