"""Functions, classes, modules: how they come into being and are found."""

from __future__ import annotations

from collections.abc import Hashable

from fusion.dataflow import ir
from fusion.dataflow.contexts.routes import parameters
from fusion.dataflow.knowledge.schema import Entry
from fusion.dataflow.solver.calling.arguments import Arguments, applies
from fusion.dataflow.solver.defining.fields import Fields
from fusion.dataflow.solver.defining.modules import Modules
from fusion.dataflow.solver.defining.tuples import NAMED
from fusion.dataflow.solver.domain.state import Scope, State, Thing
from fusion.dataflow.solver.domain.taints import common, merge
from fusion.dataflow.solver.domain.values import (
    NOTHING,
    UNKNOWN,
    Closure,
    Klass,
    Library,
    Object,
    Value,
    join,
    reference,
    tainted,
)
from fusion.dataflow.solver.entering.entries import Entries
from fusion.dataflow.solver.machine import Frame
from fusion.dataflow.solver.memory.growing import grown, later_members
from fusion.dataflow.solver.memory.holding import STARTING, WITH_SETTINGS
from fusion.dataflow.solver.memory.lasting import Lasting
from fusion.dataflow.solver.tables import Rule

NUMERIC = frozenset(
    {"int", "float", "bool", "complex", "number", "boolean", "bigint", "Date"}
    | {"uuid.UUID", "decimal.Decimal", "datetime.date", "datetime.datetime", "datetime.timedelta", "datetime.time"}
    | {
        "pydantic.UUID4",
        "pydantic.PositiveInt",
        "pydantic.NonNegativeInt",
        "ipaddress.IPv4Address",
        "typing.Literal",
        "fractions.Fraction",
    }
)
"""Annotations whose values are not text, or only ours."""
_WRAPPERS = frozenset(
    {"Optional", "Annotated", "Final", "ClassVar", "Readonly", "Promise", "Awaitable", "Required", "NotRequired"}
)
_MOST_ENTERED = 60
"""Functions around which one and the same function is run by itself: the handlers below one decorator."""
_DATA_CLASSES = frozenset({"dataclass", "dataclasses.dataclass", "attr.s", "attr.define", "attrs.define", "attrs.frozen"})


def _around(closure: Closure, depth: int = 4) -> tuple[tuple[str, Hashable], ...]:
    """Which functions of the repository a function closes over: what tells handlers apart that one decorator made."""
    mentions = closure.function.mentions
    found: list[tuple[str, Hashable]] = []
    for name, value in closure.scope.captured.items() if depth and closure.scope.function is not None else ():
        if name in mentions:
            found.extend((name, (id(ref.function), _around(ref, depth - 1))) for ref in value.refs if isinstance(ref, Closure))
    return tuple(found)


class Definitions(Entries, Fields, Lasting, Modules):
    """What statements define, and what imports bring."""

    # ---------------------------------------------------------------- functions

    def define_function(self, node: ir.Function, state: State) -> Value:
        """A function statement with its decorators, innermost first."""
        closure = Closure(node, self.frame.closing or self.frame.scope, None, self.frame.owner)
        self.defined(closure, state, declared=self.script)
        value = reference(closure)
        for decorator in reversed(node.decorators):
            value = self._decorated(decorator, closure, value, state)
        return value

    def _decorated(self, decorator: ir.Expression, closure: Closure, value: Value, state: State) -> Value:
        arguments = Arguments()
        if isinstance(decorator, ir.Call):
            function = self.evaluate(decorator.function, state)
            arguments = self.gather(decorator, state)
            made = self.call(function, arguments, state, decorator, "")
            if any(isinstance(ref, Library) for ref in function.refs):
                # A library's decorator may hold functions (`functools.wraps(f)`), but it is none of them.
                made = Value(made.consts, tuple(ref for ref in made.refs if not isinstance(ref, Closure)), made.taints)
        else:
            made = self.evaluate(decorator, state)
        wrapped = NOTHING
        for ref in made.refs:
            path = ref.path if isinstance(ref, Library) else ""
            if isinstance(ref, Object) and (thing := state.heap.get(ref.id)) is not None:
                path = thing.path
            known = self.tables.reads.get(path) if path else None
            for rule in known.entries if known is not None else ():
                if applies(rule, arguments, state):
                    self.enter_at(closure, rule, arguments)
            if isinstance(ref, Closure):
                wrapped = join(wrapped, self.call_closure(ref, Arguments([value]), state, decorator))
        usable = [ref for ref in wrapped.refs if isinstance(ref, Closure)]
        self.precede(closure, usable)
        return Value((), tuple(usable)) if usable else value

    def enter_at(self, closure: Closure, rule: Rule[Entry], arguments: Arguments) -> None:
        """Remember that a framework calls a function, and what its route says of the parameters."""
        key = id(closure.function)
        mine = self.entered_as.setdefault(key, {})
        around = _around(closure)
        if key in self.analysed and key not in self.entered:
            self.waiting[closure.scope.module].append(closure)  # it was analysed without knowing who calls it
        elif around not in mine and around and len(mine) < _MOST_ENTERED and self.known.get(key) is not closure:
            self.waiting.setdefault(closure.scope.module, []).append(closure)  # one function around several others
        mine[around] = None
        self.entered.setdefault(key, []).append(rule)
        for value in (*arguments.positional[:1], *arguments.keywords.values()):
            for const in value.consts or ():
                if isinstance(const, str) and (said := parameters(const)):
                    self.routed.setdefault(id(closure.function), {}).update(said)

    def defined(self, closure: Closure, state: State, *, declared: bool = False) -> None:
        """A function came into being: remember it, to be analysed by itself. `declared`: before its block is run."""
        if not declared:
            self.uphold(closure, state)
        if id(closure.function) not in self.known:
            self.known[id(closure.function)] = closure
            self.waiting.setdefault(closure.scope.module, []).append(closure)

    def uphold(self, closure: Closure, state: State) -> None:
        """What checks have shown where a function within another is made or called holds in it, whoever calls it later."""
        if closure.scope.function is None:
            return
        key = id(closure.function)
        known = self.upheld.get(key)
        if known is None:
            self.upheld[key] = state.facts
        elif known is not state.facts:
            self.upheld[key] = common(known, state.facts)

    # ---------------------------------------------------------------- classes

    def define_class(self, node: ir.Class, state: State) -> Value:
        """A class statement: its members, its bases, the library's type that it is one of."""
        bases = tuple(self.evaluate(base, state) for base in node.bases)
        klass = Klass(node.name, node, {}, bases, self.path)
        for base in bases:
            for ref in base.refs:
                if isinstance(ref, Library) and not klass.library:
                    klass.library = self.tables.types.get(f"{ref.path}()", f"{ref.path}()")
                elif isinstance(ref, Klass) and not klass.library:
                    klass.library = ref.library
        outer = self.frame
        around = outer.closing or outer.scope
        scope = Scope(None, next(self.frames), around, around.module)
        self.frame = Frame(None, scope, outer.receiver, klass, closing=around)
        inner = State(scope.frame, {}, {**state.frames, state.frame: state.locals}, state.heap, state.facts, state.pending)
        known_as = {"this": reference(klass), node.name: reference(klass)} if self.script else {}
        inner.locals.update(known_as)
        try:
            for statement in node.body:
                if isinstance(statement, ir.Define) and isinstance(statement.value, ir.Function):
                    name = statement.value.name
                    value = self.define_function(statement.value, inner)
                    known = self.methods.setdefault(name, [])
                    known.extend(
                        ref
                        for ref in value.refs
                        if isinstance(ref, Closure) and all(ref.function is not other.function for other in known)
                    )
                    klass.members[f"{name}=" if statement.value.role == "setter" else name] = value
                    if statement.value.role != "setter":
                        inner.locals[name] = value
                else:
                    self.run([statement], inner)
                    if isinstance(statement, ir.Assign) and isinstance(statement.target, ir.Name):
                        name = statement.target.id
                        if statement.annotation is not None or self.is_field(inner.locals.get(name, NOTHING), inner):
                            klass.fields += (name,)
        finally:
            self.frame = outer
        for name, own in known_as.items():
            if inner.locals.get(name) is own:
                del inner.locals[name]
        for name, value in inner.locals.items():
            klass.members.setdefault(name, self.first_value(klass, name, value, inner))
        state.heap = inner.heap
        later_members(klass)
        for decorator in reversed(node.decorators):
            function = self.evaluate(decorator, state)
            if any(isinstance(ref, Closure) for ref in function.refs) and not self.script:
                self.call(function, Arguments([reference(klass)]), state, decorator)
        if bases and not self.script:
            self._subclassed(klass, state)
        return reference(klass)

    def _subclassed(self, klass: Klass, state: State) -> None:
        """A base that wants to know of its heirs is told of one (`__init_subclass__`)."""
        for base in klass.bases:
            for ref in base.refs:
                hook = self.member(ref, "__init_subclass__") if isinstance(ref, Klass) and ref is not klass else None
                for one in hook.refs if hook is not None else ():
                    if isinstance(one, Closure):
                        given = {word.name: self.evaluate(word.value, state) for word in klass.node.keywords if word.name}
                        told = Closure(one.function, one.scope, reference(klass), one.owner)
                        self.call_closure(told, Arguments(keywords=given), state, klass.node)

    def instantiate(self, klass: Klass, arguments: Arguments, state: State, node: ir.Node) -> Value:
        """An object of a class of the repository."""
        if self.is_enumeration(klass):
            return self.member_named(klass, arguments, state)
        path = klass.library if klass.library in self.tables.type_names else ""
        constructor = self.member(klass, "__init__")
        if constructor is None and (model := self.spread(klass, arguments, state, node)) is not None:
            return model
        place = state.allocate(Thing("instance", None, {}, NOTHING, NOTHING, klass, path))
        made = reference(Object(place))
        self.handed(klass, arguments, state)
        started = False
        for ref in constructor.refs if constructor is not None else ():
            if isinstance(ref, Closure):
                started = True
                self.call_closure(Closure(ref.function, ref.scope, made, ref.owner or klass), arguments, state, node)
        if not started:
            fields = self.modelled(klass, self.filled(klass, arguments, state, node), state, node)
            thing = state.heap[place]
            rest = merge((arguments.rest or NOTHING).taints, (arguments.more or NOTHING).taints)
            state.heap[place] = Thing(
                thing.kind, None, {**fields}, tainted(rest) if rest else NOTHING, NOTHING, klass, thing.path
            )
            after = self.member(klass, "__post_init__")
            for ref in after.refs if after is not None else ():
                if isinstance(ref, Closure):
                    self.call_closure(Closure(ref.function, ref.scope, made, ref.owner or klass), Arguments(), state, node)
            if klass.library and klass.library != NAMED:
                self.keep_arguments(made, arguments, state)
                self.call_library(klass.library.removesuffix("()"), arguments, state, node)
        return made

    def keep_arguments(self, made: Value, arguments: Arguments, state: State) -> None:
        """What a library's constructor is given stays in the object; an error shows it as `args`, or `message`."""
        for ref in made.refs:
            thing = state.heap.get(ref.id) if isinstance(ref, Object) else None
            if thing is None or not isinstance(ref, Object):
                continue
            fields = dict(thing.fields)
            if arguments.rest is None and not self.script:
                fields["args"] = reference(Object(state.allocate(Thing("tuple", tuple(arguments.positional)))))
            elif arguments.positional and self.script:
                fields["message"] = arguments.positional[0]
            taints = arguments.rest.taints if arguments.rest is not None else ()
            state.heap[ref.id] = thing.but(fields=fields, rest=join(thing.rest, tainted(taints)) if taints else thing.rest)

    def instance(self, klass: Klass, state: State) -> Value:
        """Some object of a class, as its constructor leaves it when nothing is known of the arguments."""
        path = klass.library if klass.library in self.tables.type_names else ""
        if klass.ready is None:
            klass.ready = {}
            own = State(state.frame, state.locals.copy(), state.frames, state.heap.copy(), state.facts, {})
            made = self._started(klass, own)
            # What the constructor made outlasts this function: other functions get it, too.
            later = grown(own.heap)
            self.base.update({place: thing for place, thing in later.items() if place not in state.heap})
            thing = next((later.get(ref.id) for ref in made.refs if isinstance(ref, Object)), None)
            klass.ready = {str(name): value for name, value in thing.fields.items()} if thing is not None else {}
        thing = Thing("instance", None, dict(klass.ready.items()), NOTHING, NOTHING, klass, path)
        return reference(Object(state.allocate(thing)))

    def _started(self, klass: Klass, state: State) -> Value:
        place = state.allocate(Thing("instance", None, {}, NOTHING, NOTHING, klass))
        made = reference(Object(place))
        constructor = self.member(klass, "__init__")
        started = [constructor] + [self.member(klass, name) for name in STARTING[1:] if klass.library in WITH_SETTINGS]
        for ref in [ref for method in started if method is not None for ref in method.refs]:
            if isinstance(ref, Closure):
                bound = Closure(ref.function, ref.scope, made, ref.owner or klass)
                given = Arguments(keywords={**self.given_by_framework(bound, state), **klass.handed}, rest=UNKNOWN)
                self.call_closure(bound, given, state, klass.node)
        if constructor is None and klass.factories:
            state.heap[place] = state.heap[place].but(fields={**state.heap[place].fields, **self.made_fields(klass, state)})
        return made

    # ---------------------------------------------------------------- annotations

    def brought(self, annotation: ir.Expression, state: State) -> Value | None:
        """A thing of a declared type whose members bring the data: no text, whatever it was taken from. None: another type."""
        for ref in self.declared(annotation, state).refs if not self.script else ():
            name = self.tables.types.get(f"{ref.path}()") if isinstance(ref, Library) else None
            if name is not None and name in self.tables.bringing:
                return Value((), (Library(name),))
        return None

    def annotated(self, annotation: ir.Expression, value: Value, state: State) -> Value:
        """An unknown value of a declared type."""
        if value.taints and (thing := self.brought(annotation, state)) is not None:
            return thing
        for ref in self.declared(annotation, state).refs:
            if isinstance(ref, Library):
                name = self.tables.types.get(f"{ref.path}()")
                if name is None and "." in ref.path and not ref.path.startswith(("typing.", "collections.")):
                    name = f"{ref.path}()"
                if name is not None:
                    return (
                        Value((), (Library(name),), value.taints)
                        if not value.taints
                        else Value(None, (Library(name),), value.taints)
                    )
            elif isinstance(ref, Klass) and not value.taints and len(self.stack) <= 2:
                return self.instance(ref, state)
        return value

    def declared(self, annotation: ir.Expression, state: State) -> Value:
        """What an annotation names, without wrappers."""
        while True:
            match annotation:
                case ir.Index(object=ir.Name(id=name) | ir.Attr(name=name), key=key) if name in _WRAPPERS:
                    annotation = key.items[0] if isinstance(key, ir.Series) and key.items else key
                case ir.Index(object=holder):
                    annotation = holder
                case ir.Binary(operator="|", left=left):
                    annotation = left
                case ir.Const(value=str() as name) if name.isidentifier():
                    return self.load_name(name, state)
                case ir.Name() | ir.Attr():
                    return self.evaluate(annotation, state)
                case _:
                    return UNKNOWN

    def harmless_type(self, annotation: ir.Expression, state: State) -> bool:
        """Whether the type's values are numbers, dates, or one of ours."""
        for ref in self.declared(annotation, state).refs:
            if isinstance(ref, Library) and (ref.path in NUMERIC or ref.path.startswith("enum.")):
                return True
            if isinstance(ref, Klass) and self.is_enumeration(ref):
                return True
        return False
