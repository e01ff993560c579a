"""Ways in: which functions a framework calls, and what it gives them."""

from __future__ import annotations

from collections.abc import Sequence
from fnmatch import fnmatchcase

from fusion.dataflow import ir
from fusion.dataflow.knowledge.schema import Entry
from fusion.dataflow.solver.domain.values import Closure, Klass, Library, Value
from fusion.dataflow.solver.machine import Machine
from fusion.dataflow.solver.tables import Rule, imports_package


class Entries(Machine):
    """Ways in by decorators, calls, classes, names and parameters."""

    def of_object(self, closure: Closure) -> bool:
        """Whether a function with a class around it is called on an object of it: not where it stands inside a method."""
        function, owner = closure.function, closure.owner
        if owner is None or function.role == "static":
            return False
        if self.script or closure.receiver is not None or closure.scope.function is None:
            return True
        first = function.parameters[0].name if function.parameters else ""
        return first in ("self", "cls") or any(
            isinstance(statement, ir.Define) and statement.value is function for statement in owner.node.body
        )

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
            if entry.returning:
                continue
            if entry.imports and not any(imports_package(module.imports, package) for package in entry.imports):
                continue
            if not self._enters(entry, closure, module, exported=exported):
                continue
            if not entry.paths or any(fnmatchcase(module.path, f"*{glob}") for glob in entry.paths):
                return rule
        return None

    def answering(self, closure: Closure) -> Rule[Entry] | None:
        """The way in that a function of a module is by what it returns; None where another way was found already."""
        function = closure.function
        if closure.owner is not None or closure.scope.function is not None or id(function) in self.entered:
            return None
        module = self.project.module(closure.scope.module)
        for rule in self.tables.entries:
            entry = rule.entry
            if not entry.returning or module is None or not self._enters(entry, closure, module, exported=True):
                continue
            names = self.module_names(module.path)
            for call in _returned_calls(function):
                if any(path in entry.returning for path in _called_paths(call.function, names)):
                    return rule
        return None

    def _enters(self, entry: Entry, closure: Closure, module: ir.Module, *, exported: bool) -> bool:
        function = closure.function
        if entry.directive:
            return (exported and _directs(module.body, entry.directive)) or _directs(function.body, entry.directive)
        if entry.bases:
            owner = closure.owner
            called = owner is not None and function.name in entry.methods and self.of_object(closure)
            return called and owner is not None and self.derives(owner, entry.bases)
        if entry.names:
            return exported and function.name in entry.names
        names = [parameter.name for parameter in function.parameters]
        if names[:1] in (["self"], ["cls"]):
            names = names[1:]
        size = len(entry.signature)
        return size > 0 and tuple(name.lstrip("_") for name in names[:size]) == entry.signature  # `_context`: not used

    def derives(self, klass: Klass, bases: tuple[str, ...], depth: int = 8) -> bool:
        """Whether one of the library's classes is among the class's ancestors."""
        for base in klass.bases:
            for ref in base.refs:
                if isinstance(ref, Library) and (ref.path in bases or self.tables.denotes(f"{ref.path}()") in bases):
                    return True
                if isinstance(ref, Klass) and ref is not klass and depth and self.derives(ref, bases, depth - 1):
                    return True
        return False


def _directs(body: Sequence[ir.Statement], directive: str) -> bool:
    """Whether a file or function has a directive (`'use server'`): a text that stands by itself."""
    return any(
        isinstance(statement, ir.Evaluate) and isinstance(statement.value, ir.Const) and statement.value.value == directive
        for statement in body
    )


def _returned_calls(function: ir.Function) -> list[ir.Call]:
    """The calls whose results a function returns as they are."""
    found: list[ir.Call] = []
    open_: list[ir.Node] = list(function.body)
    while open_:
        node = open_.pop()
        if isinstance(node, ir.Return) and isinstance(node.value, ir.Call):
            found.append(node.value)
        for name in ("body", "then", "other", "final"):
            open_.extend(getattr(node, name, ()))
        for part in (*getattr(node, "handlers", ()), *getattr(node, "cases", ())):
            open_.extend(part.body)
    return found


def _called_paths(function: ir.Expression, names: dict[str, Value]) -> list[str]:
    """The library paths that a name or a dotted name stands for in a module."""
    match function:
        case ir.Name(id=name):
            refs = names[name].refs if name in names else ()
            return [ref.path for ref in refs if isinstance(ref, Library)]
        case ir.Attr(object=holder, name=name):
            return [f"{path}.{name}" for path in _called_paths(holder, names)]
        case _:
            return []
