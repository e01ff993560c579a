"""Python's syntax trees: what a check of every part shows of the program."""

from __future__ import annotations

from collections.abc import Iterable

from fusion.dataflow import ir
from fusion.dataflow.knowledge.schema import Kind
from fusion.dataflow.solver.calling.arguments import Arguments, flatten
from fusion.dataflow.solver.domain.state import State
from fusion.dataflow.solver.domain.taints import Facts, Taint, changed
from fusion.dataflow.solver.domain.values import Closure, Object, Value, reference, tainted
from fusion.dataflow.solver.machine import Machine

_VISITORS = ("ast.NodeVisitor", "ast.NodeTransformer")
_POWERFUL = frozenset(
    f"ast.{name}"
    for name in ("AST", "expr", "stmt", "mod", "Attribute", "Call", "Lambda", "Import", "ImportFrom", "FunctionDef")
)
"""Parts of a program that reach more than was meant to be calculated with, and the classes that all parts are of."""


class Programs(Machine):
    """Walking and visiting trees."""

    def parts_of_program(self, taints: Iterable[Taint], state: State, node: ir.Node) -> tuple[Taint, ...]:
        """Any part of a tree."""
        return tuple(changed(taint, self.data.part(taint.whole, ("in", "ast", id(node))), state.facts) for taint in taints)

    def visited(self, ref: Object, name: str, arguments: Arguments, state: State, node: ir.Node) -> Value | None:
        """`visitor.visit(tree)` where a class of the repository looks at every part; None for other calls."""
        thing = state.heap.get(ref.id)
        if name != "visit" or thing is None or thing.klass is None or not arguments.positional or len(self.stack) > 1:
            return None
        if not thing.klass.library.startswith(_VISITORS):
            return None
        tree = flatten(arguments.positional[:1], state)
        if not tree.taints:
            return None
        part = tainted(self.parts_of_program(tree.taints, state, node))
        for method in ("visit", "generic_visit"):
            found = self.member(thing.klass, method)
            for one in found.refs if found is not None else ():
                if isinstance(one, Closure):
                    bound = Closure(one.function, one.scope, reference(ref), one.owner)
                    self.call_closure(bound, Arguments([part]), state, node)
        state.learn(self.of_all(part, state.facts))
        return Value(None, (), tree.taints)

    def simple_parts(self, taints: Iterable[Taint], names: Iterable[str]) -> Facts | None:
        """What is known of a part that is one of these classes, none of which does anything by itself."""
        if not all(name.startswith("ast.") and name not in _POWERFUL for name in names):
            return None
        found: Facts = {}
        for taint in taints:
            made = self.data.made(taint.whole)
            if made is not None and isinstance(made[1], tuple) and made[1][:1] == ("in",):
                found[taint.whole] = (self.kinds.bit(Kind.CODE_INJECTION), taint.limits)
        return found or None
