"""Functions, classes, modules: how they come into being and are found."""

from __future__ import annotations

from fnmatch import fnmatchcase

from fusion.dataflow import ir
from fusion.dataflow.knowledge.schema import Entry
from fusion.dataflow.solver.arguments import Arguments, applies
from fusion.dataflow.solver.machine import Frame, Machine
from fusion.dataflow.solver.state import Heap, Scope, State, Thing
from fusion.dataflow.solver.tables import Rule
from fusion.dataflow.solver.values import (
    NOTHING,
    UNKNOWN,
    Closure,
    Klass,
    Library,
    Namespace,
    Object,
    Value,
    join,
    merge,
    reference,
    tainted,
)

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
_DATA_CLASSES = frozenset({"dataclass", "dataclasses.dataclass", "attr.s", "attr.define", "attrs.define", "attrs.frozen"})


class Definitions(Machine):
    """What statements define, and what imports bring."""

    # ---------------------------------------------------------------- functions

    def define_function(self, node: ir.Function, state: State) -> Value:
        """A function statement with its decorators, innermost first."""
        closure = Closure(node, self.frame.closing or self.frame.scope, None, self.frame.owner)
        self.defined(closure, state)
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
                    self.enter_at(closure, rule)
            if isinstance(ref, Closure):
                wrapped = join(wrapped, self.call_closure(ref, Arguments([value]), state, decorator))
        usable = [ref for ref in wrapped.refs if isinstance(ref, Closure)]
        return Value((), tuple(usable)) if usable else value

    def enter_at(self, closure: Closure, rule: Rule[Entry]) -> None:
        """Remember that a framework calls a function."""
        self.entered.setdefault(id(closure.function), []).append(rule)

    def defined(self, closure: Closure, state: State) -> None:
        """A function came into being: remember it, to be analysed by itself."""
        if id(closure.function) not in self.known:
            self.known[id(closure.function)] = closure
            self.waiting.setdefault(closure.scope.module, []).append(closure)

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
        try:
            for statement in node.body:
                if isinstance(statement, ir.Define) and isinstance(statement.value, ir.Function):
                    name = statement.value.name
                    value = self.define_function(statement.value, inner)
                    klass.members[f"{name}=" if statement.value.role == "setter" else name] = value
                    if statement.value.role != "setter":
                        inner.locals[name] = value
                else:
                    self.run([statement], inner)
                    if (
                        isinstance(statement, ir.Assign)
                        and isinstance(statement.target, ir.Name)
                        and statement.annotation is not None
                    ):
                        klass.fields += (statement.target.id,)
        finally:
            self.frame = outer
        for name, value in inner.locals.items():
            klass.members.setdefault(name, value)
        for decorator in node.decorators:
            self.evaluate(decorator, state)
        state.heap = inner.heap
        return reference(klass)

    def instantiate(self, klass: Klass, arguments: Arguments, state: State, node: ir.Node) -> Value:
        """An object of a class of the repository."""
        path = klass.library if klass.library in self.tables.type_names else ""
        place = state.allocate(Thing("instance", None, {}, NOTHING, NOTHING, klass, path))
        made = reference(Object(place))
        constructor = self.member(klass, "__init__")
        started = False
        for ref in constructor.refs if constructor is not None else ():
            if isinstance(ref, Closure):
                started = True
                self.call_closure(Closure(ref.function, ref.scope, made, ref.owner or klass), arguments, state, node)
        if not started:
            fields: dict[object, Value] = dict(zip(self._fields(klass), arguments.positional, strict=False))
            fields.update(arguments.keywords)
            thing = state.heap[place]
            rest = merge((arguments.rest or NOTHING).taints, (arguments.more or NOTHING).taints)
            state.heap[place] = Thing(
                thing.kind, None, {**fields}, tainted(rest) if rest else NOTHING, NOTHING, klass, thing.path
            )
            if klass.library:
                self.call_library(klass.library.removesuffix("()"), arguments, state, node)
        return made

    def _fields(self, klass: Klass) -> tuple[str, ...]:
        inherited: tuple[str, ...] = ()
        for base in klass.bases:
            for ref in base.refs:
                if isinstance(ref, Klass) and ref is not klass:
                    inherited += self._fields(ref)
        return inherited + klass.fields

    def instance(self, klass: Klass, state: State) -> Value:
        """Some object of a class, as its constructor leaves it when nothing is known of the arguments."""
        path = klass.library if klass.library in self.tables.type_names else ""
        if klass.ready is None:
            klass.ready = {}
            made = self._started(klass, state)
            thing = next((state.heap.get(ref.id) for ref in made.refs if isinstance(ref, Object)), None)
            klass.ready = {str(name): value for name, value in thing.fields.items()} if thing is not None else {}
        thing = Thing("instance", None, {name: value for name, value in klass.ready.items()}, NOTHING, NOTHING, klass, path)
        return reference(Object(state.allocate(thing)))

    def _started(self, klass: Klass, state: State) -> Value:
        place = state.allocate(Thing("instance", None, {}, NOTHING, NOTHING, klass))
        made = reference(Object(place))
        constructor = self.member(klass, "__init__")
        for ref in constructor.refs if constructor is not None else ():
            if isinstance(ref, Closure):
                self.call_closure(
                    Closure(ref.function, ref.scope, made, ref.owner or klass), Arguments(rest=UNKNOWN), state, klass.node
                )
        return made

    # ---------------------------------------------------------------- annotations

    def annotated(self, annotation: ir.Expression, value: Value, state: State) -> Value:
        """An unknown value of a declared type."""
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
            if isinstance(ref, Klass) and ref.library.startswith("enum."):
                return True
        return False

    # ---------------------------------------------------------------- modules

    def module_names(self, path: str) -> dict[str, Value]:
        """The module's variables, after running its body."""
        names = self.modules.get(path)
        if names is None:
            names = self.modules[path] = {}
            self._run_module(path)
            names = self.modules[path]
        return names

    def _run_module(self, path: str) -> None:
        module = self.project.module(path)
        if module is None:
            return
        scope = Scope(None, next(self.frames), None, path, self.modules[path])
        state = State(scope.frame, self.modules[path], {}, Heap(self.base), {}, {})
        outer, outer_path, outer_stack = self.frame, self.path, self.stack
        self.frame, self.path, self.stack = Frame(None, scope), path, []
        left, self.steps = self.steps, max(self.steps, self.module_steps(module))
        if self.script:
            exports = reference(Object(state.allocate(Thing("dict"))))
            state.locals["exports"] = exports
            state.locals["module"] = reference(Object(state.allocate(Thing("dict", None, {"exports": exports}))))
        try:
            end = self.guarded(path, lambda: self.run(module.body, state)) or state
        finally:
            self.frame, self.path, self.stack, self.steps = outer, outer_path, outer_stack, left
        self.settle(end)
        if end.locals is not self.modules[path]:
            self.modules[path].update(end.locals)
        scope.captured = self.modules[path]
        self.base.update(end.heap)
        if self.script:
            self._common(path, end)

    def _common(self, path: str, state: State) -> None:
        """What CommonJS exports."""
        module = state.locals.get("module", NOTHING)
        exported = NOTHING
        for ref in module.refs:
            thing = state.heap.get(ref.id) if isinstance(ref, Object) else None
            if thing is not None:
                exported = join(exported, thing.fields.get("exports", NOTHING))
        self.common_exports[path] = exported

    def bind_import(self, node: ir.Import, state: State) -> None:
        """Bind what an import brings."""
        if node.name == "*" and not self.script:
            path = self.project.resolve(self.path, node.module)
            for name, value in self.module_names(path).items() if path else ():
                if not name.startswith("_"):
                    self.store_name(name, value, state)
            return
        if not node.name:
            if node.also:
                self.import_module(node.also, self.path)
            self.store_name(node.alias, self.import_module(node.module, self.path), state)
            return
        if node.alias:
            self.store_name(node.alias, self.imported(node.module, node.name, self.path), state)

    def import_module(self, module: str, importer: str) -> Value:
        """The value that importing a whole module gives."""
        path = self.project.resolve(importer, module)
        if path is None:
            return reference(Library(self.tables.denotes(module)))
        if self.script:
            names = self.module_names(path)
            del names
            common = self.common_exports.get(path, NOTHING)
            own = [ref for ref in common.refs if not self._bare(ref)]
            if own and not self.exports.get(path):
                return common
        return reference(Namespace(path))

    def _bare(self, ref: object) -> bool:
        thing = self.base.get(ref.id) if isinstance(ref, Object) else None
        return thing is not None and not thing.fields and thing.rest is NOTHING

    def imported(self, module: str, name: str, importer: str) -> Value:
        """The value that importing one member gives."""
        path = self.project.resolve(importer, module)
        if path is None:
            inner = self.project.resolve(importer, f"{module}.{name}" if not module.endswith(".") else f"{module}{name}")
            if inner is not None and not self.script:
                return reference(Namespace(inner))
            if self.script and name == "default":
                return reference(Library(self.tables.denotes(module)))
            node = ir.Name(ir.NOWHERE, name)
            return self.load_attribute(reference(Library(module)), name, self.nothing(), node)
        names = self.module_names(path)
        if self.script:
            return self._script_member(path, name)
        found = names.get(name)
        return found if found is not None else self.submodule(path, name)

    def nothing(self) -> State:
        """An empty state."""
        return State(0, {}, {}, Heap(self.base), {}, {})

    def _script_member(self, path: str, name: str) -> Value:
        exported = self.exports.get(path, {}).get(name)
        if exported is not None:
            return exported
        common = self.common_exports.get(path, NOTHING)
        if name in ("default", "*"):
            return common if common is not NOTHING and not self.exports.get(path) else reference(Namespace(path))
        result = NOTHING
        for ref in common.refs:
            thing = self.base.get(ref.id) if isinstance(ref, Object) else None
            if thing is not None and name in thing.fields:
                result = join(result, thing.fields[name])
        return UNKNOWN if result is NOTHING else result

    def submodule(self, path: str, name: str) -> Value:
        """A module below a package of the repository, or what the module exports under that name."""
        if self.script:
            return self._script_member(path, name)
        if path.endswith("/__init__.py") or path == "__init__.py":
            inner = self.project.resolve(path, f".{name}")
            if inner is not None and inner != path:
                return reference(Namespace(inner))
        return UNKNOWN

    def bind_export(self, node: ir.Export, state: State) -> None:
        """Remember what the module exports."""
        exported = self.exports.setdefault(self.path, {})
        if node.name == "*" and node.module:
            path = self.project.resolve(self.path, node.module)
            if path is not None:
                self.module_names(path)
                for name, value in self.exports.get(path, {}).items():
                    exported.setdefault(name, value)
            return
        if node.value is not None:
            exported[node.name] = self.evaluate(node.value, state)
        elif node.module:
            exported[node.name] = self.imported(node.module, node.name, self.path)

    # ---------------------------------------------------------------- entries without a path

    def entry_for(self, closure: Closure, exported: bool) -> Rule[Entry] | None:
        """The framework's way in that a function is, by decorators and calls first, then by its class, name or parameters."""
        rules = self.entered.get(id(closure.function))
        if rules:
            return rules[0]
        module = self.project.module(closure.scope.module)
        if module is None:
            return None
        for rule in self.tables.entries:
            entry = rule.entry
            if entry.imports and not any(self._imports(module, package) for package in entry.imports):
                continue
            if entry.paths and not any(fnmatchcase(module.path, f"*{glob}") for glob in entry.paths):
                continue
            if self._enters(entry, closure, exported=exported):
                return rule
        return None

    def _imports(self, module: ir.Module, package: str) -> bool:
        return any(name == package or name.startswith((f"{package}.", f"{package}/")) for name in module.imports)

    def _enters(self, entry: Entry, closure: Closure, *, exported: bool) -> bool:
        function = closure.function
        if entry.bases:
            owner = closure.owner
            return owner is not None and function.name in entry.methods and self.derives(owner, entry.bases)
        if entry.names:
            return exported and function.name in entry.names
        names = [parameter.name for parameter in function.parameters]
        if names[:1] in (["self"], ["cls"]):
            names = names[1:]
        return bool(entry.signature) and tuple(names[: len(entry.signature)]) == entry.signature

    def derives(self, klass: Klass, bases: tuple[str, ...], depth: int = 8) -> bool:
        """Whether one of the library's classes is among the class's ancestors."""
        for base in klass.bases:
            for ref in base.refs:
                if isinstance(ref, Library) and (ref.path in bases or self.tables.denotes(f"{ref.path}()") in bases):
                    return True
                if isinstance(ref, Klass) and ref is not klass and depth and self.derives(ref, bases, depth - 1):
                    return True
        return False
