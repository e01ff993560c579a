"""Context managers: what they give, what they do at the end, and whether they end an error."""

from __future__ import annotations

from fusion.dataflow import ir
from fusion.dataflow.ir.walks import nodes
from fusion.dataflow.solver.calling.arguments import Arguments, paths, things
from fusion.dataflow.solver.domain.state import State, meet
from fusion.dataflow.solver.domain.values import NONE, NOTHING, Closure, Object, Value, join, reference
from fusion.dataflow.solver.forms.expressions import hint_of
from fusion.dataflow.solver.forms.leaving import Leaving

_TESTS = frozenset({"issubclass", "isinstance"})
NO_ARGUMENTS = Arguments()


class Managers(Leaving):
    """`with`."""

    def _with(self, node: ir.With, state: State) -> State | None:
        context = self.evaluate(node.context, state)
        value = self.enter(context, state, node)
        if node.target is not None:
            self.assign(node.target, value, state, node)
        if not self._swallows(node, context, state):
            after = self.run(node.body, state)
            if after is not None:
                self._leave(context, after, node)
            return after
        after, caught, _ = self.attempted(node.body, state)
        if after is not None:
            self._leave(context, after, node)
        return meet(after, caught)

    def _swallows(self, node: ir.With, context: Value, state: State) -> bool:
        """Whether a context manager may end an error, so that the program goes on behind the block."""
        if self.script:
            return False
        made = node.context
        if isinstance(made, ir.Call) and hint_of(made.function) == "suppress":
            return any(path == "contextlib.suppress" for path in paths(self.evaluate(made.function, state), state))
        for thing in things(context, state):
            for name in ("__exit__", "__aexit__") if thing.klass is not None else ():
                member = self.member(thing.klass, name) if thing.klass is not None else None
                for ref in member.refs if member is not None else ():
                    if isinstance(ref, Closure) and any(map(_says_yes, nodes(ref.function.body))):
                        return True
        return False

    def _leave(self, context: Value, state: State, node: ir.Node) -> None:
        """What a context manager of the repository does at the end, where nothing was raised."""
        for ref in context.refs:
            thing = state.heap.get(ref.id) if isinstance(ref, Object) else None
            for name in ("__exit__", "__aexit__") if thing is not None and thing.klass is not None else ():
                left = self.load_attribute(reference(ref), name, state, node)
                if any(isinstance(found, Closure) for found in left.refs):
                    self.call(left, Arguments([NONE, NONE, NONE]), state, node, name)

    def enter(self, value: Value, state: State, node: ir.Node) -> Value:
        """What a context manager gives."""
        result = NOTHING
        for thing in things(value, state):
            if thing.klass is not None:
                for name in ("__enter__", "__aenter__"):
                    entered = self.load_attribute(value, name, state, node)
                    if any(isinstance(ref, Closure) for ref in entered.refs):
                        from_call = self.call(entered, NO_ARGUMENTS, state, node, name)
                        result = join(result, from_call)
            elif thing.kind == "generator":
                result = join(result, thing.everything())
        return value if result is NOTHING else result


def _says_yes(node: object) -> bool:
    """Whether it is a `return` of what is true, or true of some errors."""
    if not isinstance(node, ir.Return) or node.value is None:
        return False
    match node.value:
        case ir.Const(value=value):
            return bool(value)
        case ir.Call(function=ir.Name(id=name)):
            return name in _TESTS
        case ir.Compare():
            return True
        case _:
            return False
