"""Context managers that are written as generators: what stands behind their `yield` is run at the end of the block."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from fusion.dataflow import ir
from fusion.dataflow.ir.walks import nodes
from fusion.dataflow.solver.domain.frames import Frame
from fusion.dataflow.solver.domain.state import State
from fusion.dataflow.solver.forms.expressions import hint_of
from fusion.dataflow.solver.machine import MAX_CALLS, Machine

_MANAGERS = frozenset({"contextmanager", "asynccontextmanager"})


class Behind(NamedTuple):
    """What is run once the block has ended, and ways to go on when it raised something."""

    ended: list[ir.Statement]
    raised: list[list[ir.Statement]]


class Resuming(Machine):
    """The second half of a generator."""

    def pause(self, place: int, function: ir.Function) -> None:
        """The generator at that place is waited at: remember how it goes on, if it is a context manager."""
        if function.decorators and any(hint_of(one) in _MANAGERS for one in function.decorators):
            found = behind(function.body)
            if found is not None and (found.ended or found.raised):
                self.paused[place] = (self.frame, self.path, found)

    def resume(self, place: int, state: State, *, raised: bool) -> None:
        """The block ended, or raised something."""
        kept = self.paused.get(place)
        if kept is None or len(self.stack) >= MAX_CALLS:
            return
        frame, path, found = kept
        function = frame.function
        if function is None or function in self.stack:
            return
        for body in found.raised if raised else [found.ended]:
            inner = State(frame.scope.frame, dict(frame.scope.captured), {}, state.heap, state.facts, state.pending)
            inner.frames = {**state.frames, state.frame: state.locals}
            outer_frame, outer_path = self.frame, self.path
            self.stack.append(function)
            self.frame, self.path = Frame(function, frame.scope, frame.receiver, frame.owner), path
            try:
                after = self.run(body, inner.copy() if raised else inner)
            finally:
                self.stack.pop()
                self.frame, self.path = outer_frame, outer_path
            if after is not None and not raised:
                state.heap, state.facts, state.pending = after.heap, after.facts, after.pending


def behind(body: Sequence[ir.Statement]) -> Behind | None:
    """What follows the first `yield`; None where there is none that is sure to be reached once."""
    for place, statement in enumerate(body):
        rest = list(body[place + 1 :])
        match statement:
            case ir.Evaluate() | ir.Assign():
                if any(isinstance(node, ir.Yield) for node in nodes(statement)):
                    return Behind(rest, [])
            case ir.Try():
                inner = behind(statement.body)
                if inner is not None:
                    final = list(statement.final)
                    caught = [*map(list, inner.raised or [[]]), *(list(handler.body) for handler in statement.handlers)]
                    ways = [[ir.Try(statement.span, way, (), (), final)] if final else way for way in caught]
                    return Behind([*inner.ended, *statement.other, *final, *rest], [list(way) for way in ways if way])
            case ir.With():
                inner = behind(statement.body)
                if inner is not None:
                    return Behind([*inner.ended, *rest], inner.raised)
            case ir.If():
                inner = behind(statement.then) or behind(statement.other)
                if inner is not None:
                    return Behind([*inner.ended, *rest], inner.raised)
    return None
