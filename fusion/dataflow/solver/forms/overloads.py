"""Operators of the repository's own classes: `a + b`, `a[b]`, `b in a` and loops are calls where the class says so."""

from __future__ import annotations

from collections.abc import Sequence

from fusion.dataflow import ir
from fusion.dataflow.solver.calling.arguments import Arguments, things
from fusion.dataflow.solver.domain.state import State
from fusion.dataflow.solver.domain.values import NOTHING, UNKNOWN, Closure, Object, Value, join, reference, tainted
from fusion.dataflow.solver.machine import Machine

_OPERATORS = {
    "+": "add",
    "-": "sub",
    "*": "mul",
    "/": "truediv",
    "//": "floordiv",
    "%": "mod",
    "|": "or",
    "&": "and",
    "^": "xor",
    "<<": "lshift",
    ">>": "rshift",
    "@": "matmul",
    "**": "pow",
}
TEXT = ("__str__", "__repr__")


class Overloads(Machine):
    """Special methods."""

    def overloaded(
        self, value: Value, names: Sequence[str], given: Sequence[Value], state: State, node: ir.Node
    ) -> Value | None:
        """What the method of one of these names gives (the first that there is); None where no class has one."""
        result: Value | None = None
        for ref in value.refs:
            thing = state.heap.get(ref.id) if isinstance(ref, Object) else None
            if thing is None or thing.klass is None:
                continue
            for name in names:
                member = self.member(thing.klass, name)
                if member is None or not any(isinstance(one, Closure) for one in member.refs):
                    continue
                method = self.load_attribute(reference(ref), name, state, node)
                result = join(result or NOTHING, self.call(method, Arguments(list(given)), state, node, name))
                break
        return join(result, tainted(value.taints)) if result is not None and value.taints else result

    def operated(self, operator: str, left: Value, right: Value, state: State, node: ir.Node) -> Value | None:
        """An arithmetic operator of a class; None where neither side has one."""
        name = _OPERATORS.get(operator)
        if name is None or not (left.refs or right.refs):
            return None
        found = self.overloaded(left, (f"__{name}__", f"__i{name}__"), [right], state, node)
        return self.overloaded(right, (f"__r{name}__",), [left], state, node) if found is None else found

    def iterated(self, value: Value, state: State, node: ir.Node) -> tuple[list[Value] | None, Value] | None:
        """What a loop over an object of a class gives; None where its class does not say."""
        made = self.overloaded(value, ("__iter__", "__aiter__"), (), state, node)
        if made is None:
            element = self.overloaded(value, ("__next__", "__anext__", "__getitem__"), (UNKNOWN,), state, node)
            return None if element is None else (None, element)
        if any(ref in value.refs for ref in made.refs):
            element = self.overloaded(made, ("__next__", "__anext__"), (), state, node)
            return None if element is None else (None, element)
        return self.elements(made, state, node)

    def decides(self, value: Value, state: State) -> bool:
        """Whether one of the objects says by itself whether it is true."""
        return any(
            thing.klass is not None and any(self.member(thing.klass, name) for name in ("__bool__", "__len__"))
            for thing in things(value, state)
        )
