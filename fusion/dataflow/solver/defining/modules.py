"""Modules: running their bodies, and what imports and exports bring."""

from __future__ import annotations

from fusion.dataflow import ir
from fusion.dataflow.solver.domain.state import Heap, Scope, State, Thing
from fusion.dataflow.solver.domain.values import (
    NOTHING,
    UNKNOWN,
    Closure,
    Klass,
    Library,
    Namespace,
    Object,
    Value,
    join,
    reference,
)
from fusion.dataflow.solver.machine import Frame, Machine
from fusion.dataflow.solver.memory.growing import grown, later_names


class Modules(Machine):
    """The repository's modules and the libraries' names."""

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
        root, self.root = self.root, 0
        self.frame, self.path, self.stack = Frame(None, scope), path, []
        left, self.steps = self.steps, max(self.steps, self.module_steps(module))
        self.look = self.steps
        until, began = self.until, self.project.spent
        self.until = began + self.project.limits.file_seconds
        if self.script:
            exports = reference(Object(state.allocate(Thing("dict"))))
            state.locals["exports"] = exports
            state.locals["module"] = reference(Object(state.allocate(Thing("dict", None, {"exports": exports}))))
        try:
            end = self.guarded(path, lambda: self.run(module.body, state)) or state
        finally:
            self.frame, self.path, self.stack, self.steps = outer, outer_path, outer_stack, left
            self.root = root
            self.until = until + self.project.spent - began  # a module that is imported has time of its own
        self.settle(end)
        if end.locals is not self.modules[path]:
            self.modules[path].update(end.locals)
        scope.captured = self.modules[path]
        later_names(module, self.modules[path])
        held = [end.locals.get(name, NOTHING) for name in ("exports", "module") if self.script]
        exported = frozenset(ref.id for value in held for ref in value.refs if isinstance(ref, Object))
        self.base.update(grown(end.heap, but=exported))
        if self.script:
            self._common(path, end)

    def share(self, heap: Heap) -> None:
        """Keep a function's objects for the functions that it defined, which are run by themselves later."""
        self.base.update(grown({place: thing for place, thing in heap.items() if place not in self.base}))

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
            return reference(self._package(module))
        if self.script:
            names = self.module_names(path)
            del names
            common = self.common_exports.get(path, NOTHING)
            own = [ref for ref in common.refs if not self._bare(ref)]
            if own and not self.exports.get(path):
                return common
        return reference(Namespace(path))

    def _package(self, module: str) -> Library:
        found = Library(self.tables.denotes(module))
        self.packages.add(found.path)
        return found

    def default_of(self, ref: Object | Closure | Klass, name: str) -> Value:
        """A member that a thing has not: a module's whole export is its own `default`, as compiled code asks for it."""
        if name != "default" or not self.script or not any(ref in common.refs for common in self.common_exports.values()):
            return UNKNOWN
        return reference(ref)

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
                return reference(self._package(module))
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
            elif (thing is not None and thing.klass is not None) or isinstance(ref, Closure | Klass):
                result = join(result, self.load_attribute(reference(ref), name, self.nothing(), ir.Name(ir.NOWHERE, name)))
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
