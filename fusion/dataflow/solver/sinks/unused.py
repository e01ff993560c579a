"""What is never run: methods of one of several implementations that an application does not use."""

from __future__ import annotations

from fusion.dataflow import ir
from fusion.dataflow.ir.walks import nodes
from fusion.dataflow.solver.calling.ancestry import bases, lineage
from fusion.dataflow.solver.domain.values import Klass, Library
from fusion.dataflow.solver.machine import Machine

_PLAIN = frozenset({"abc.ABC", "typing.Protocol", "typing_extensions.Protocol", "typing.Generic", "object"})
"""Bases that do nothing with their heirs."""
_FINDING = frozenset(
    {"__subclasses__", "__init_subclass__", "globals", "locals", "vars", "import_module", "__import__", "eval"}
)
"""How a program may find a class whose name it does not write."""


class Unused(Machine):
    """Methods that nothing calls."""

    def is_unused(self, root: int) -> bool:
        """Whether a function is a method of a class that the application it stands in never names.

        Only of classes that descend from another of the repository: who wrote several implementations may use one of them.
        """
        closure = self.known.get(root)
        klass = closure.owner if closure is not None else None
        if klass is None or self.script or root in self.within or not bases(klass) or not self._is_application(klass.path):
            return False
        return all(_is_plain(one) for one in lineage(klass)) and not self._is_named(klass)

    def _is_application(self, path: str) -> bool:
        """Whether a file is run: by itself, or a framework calls functions of it. What else may be a library for others."""
        module = self.project.module(path)
        if module is not None and any(isinstance(node, ir.If) and _says_main(node) for node in module.body):
            return True
        return any(closure.scope.module == path for root in self.open if (closure := self.known.get(root)) is not None)

    def _is_named(self, klass: Klass) -> bool:
        name = klass.name
        for path in self.modules:
            if not self.are_near(path, klass.path):
                continue
            module = self.project.module(path)
            if module is None or (path != klass.path and name in module.mentions) or _FINDING & module.mentions:
                return True
        module = self.project.module(klass.path)
        return module is None or any(_says(node, name) for node in nodes(module.body))


def _is_plain(klass: Klass) -> bool:
    """Whether a class is not found by being made: no decorator, no metaclass, no library's base may register it."""
    heads = [ref.path.removesuffix("()") for base in klass.bases for ref in base.refs if isinstance(ref, Library)]
    strange = any(not base.refs for base in klass.bases)
    return not (klass.node.decorators or klass.node.keywords or strange) and all(head in _PLAIN for head in heads)


def _says(node: object, name: str) -> bool:
    match node:
        case ir.Name(id=word) | ir.Attr(name=word):
            return word == name
        case ir.Const(value=str() as text):
            return name in text
    return False


def _says_main(node: ir.If) -> bool:
    """`if __name__ == "__main__":`."""
    return any(isinstance(part, ir.Const) and part.value == "__main__" for part in nodes(node.test))
