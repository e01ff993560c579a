"""Names that modules give to annotations (`Name = Annotated[str, Field(pattern=...)]`), and where an annotation is read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace

from fusion.dataflow import ir
from fusion.dataflow.solver.domain.state import Scope, State
from fusion.dataflow.solver.machine import Frame, Machine

_MOST_STEPS = 4
"""So many names lead from one to the next."""
_MAKING = frozenset({"constr", "conint", "confloat", "condecimal", "conlist", "NewType"})
"""What makes a type by a call."""


class Aliases(Machine):
    """What the names in annotations stand for."""

    def unaliased(self, annotation: ir.Expression) -> ir.Expression:
        """An annotation with what the names in it stand for, where the module that is run gives them to annotations."""
        if self.script:
            return annotation
        names = self._named_types(self.frame.scope.module or self.path, _MOST_STEPS)
        return _replaced(annotation, names, _MOST_STEPS) if names else annotation

    @contextmanager
    def seen_from(self, path: str, state: State) -> Iterator[State]:
        """Read names as the module does in which a class is written: a state for it."""
        frame, before = self.frame, self.path
        if self.script or path == (frame.scope.module or before) or self.project.module(path) is None:
            yield state
            return
        self.frame, self.path = Frame(None, Scope(None, 0, None, path)), path
        try:
            yield State(0, {}, {}, state.heap, state.facts, state.pending)
        finally:
            self.frame, self.path = frame, before

    def _named_types(self, path: str, steps: int) -> Mapping[str, ir.Expression]:
        found = self.named_types.get(path)
        module = self.project.module(path) if found is None else None
        if found is None:
            found = self.named_types[path] = {}
            for statement in module.body if module is not None else ():
                match statement:
                    case ir.Assign(target=ir.Name(id=name), value=ir.Expression() as value) if _is_type(value):
                        found[name] = value
                    case ir.Import(module=source, name=name, alias=alias) if name and alias and steps:
                        home = self.project.resolve(path, source)
                        named = self._named_types(home, steps - 1).get(name) if home is not None else None
                        if named is not None:
                            found[alias] = named
        return found


def _is_type(value: ir.Expression) -> bool:
    match value:
        case ir.Index(object=ir.Name() | ir.Attr()):
            return True
        case ir.Call(function=ir.Name(id=name) | ir.Attr(name=name)):
            return name in _MAKING
        case _:
            return False


def _replaced(annotation: ir.Expression, names: Mapping[str, ir.Expression], steps: int) -> ir.Expression:
    match annotation:
        case ir.Name(id=name) if steps and name in names:
            return _replaced(names[name], names, steps - 1)
        case ir.Index(key=key):
            inner = _replaced(key, names, steps)
            return annotation if inner is key else replace(annotation, key=inner)
        case ir.Series(items=items):
            made = [_replaced(item, names, steps) for item in items]
            return annotation if all(map(lambda a, b: a is b, made, items)) else replace(annotation, items=made)
        case ir.Binary(operator="|", left=left, right=right):
            return replace(annotation, left=_replaced(left, names, steps), right=_replaced(right, names, steps))
        case _:
            return annotation
