"""Leaving a block: returning, raising, and what handlers catch."""

from __future__ import annotations

from collections.abc import Sequence

from fusion.dataflow import ir
from fusion.dataflow.solver.calling.arguments import paths, things
from fusion.dataflow.solver.domain.frames import Raised
from fusion.dataflow.solver.domain.state import State, meet
from fusion.dataflow.solver.domain.values import (
    NOTHING,
    REJECTED,
    RETURNED,
    UNKNOWN,
    Klass,
    Object,
    Value,
    constant,
    join,
    looked_up,
)
from fusion.dataflow.solver.machine import Machine

_MOST_RAISED = 4
"""So many places that raise are kept apart in one function."""
_ANY_ERROR = frozenset({"Exception", "BaseException"})


class Leaving(Machine):
    """`return`, `raise`, `try`."""

    def _return(self, node: ir.Return, state: State) -> State | None:
        value = self.evaluate(node.value, state) if node.value is not None else constant(None)
        if value is NOTHING or value is REJECTED:
            return None
        if value.taints:
            function = self.frame.function
            later = self.script and function is not None and function.asynchronous
            if later and not self.frame.awaited and node.value is not None:
                value = looked_up(value, node.value)  # where nothing is awaited, a promise is handed on
            value = value.with_taints(self.moved(value.taints, node, "resolved" if later else RETURNED))
        self.frame.returns.append((state, value))
        return None

    def _raise(self, node: ir.Raise, state: State) -> State | None:
        value = self.evaluate(node.value, state) if node.value is not None else UNKNOWN
        if value.taints:
            value = value.with_taints(self.moved(value.taints, node, "raised"))
        self._thrown((state, value))
        return None

    def throw(self, value: Value, state: State) -> None:
        """Something was raised here, perhaps: a promise that is rejected."""
        self._thrown((state.copy(), value))

    def promised(self, node: ir.Expression, state: State) -> tuple[Value, Value]:
        """What a promise resolves to, and what it may be rejected with: whatever is raised on the way to it."""
        raised: list[Raised] = []
        self.frame.guards.append(raised)
        self.tries += 1
        try:
            value = self.evaluate(node, state)
        finally:
            self.tries -= 1
            self.frame.guards.pop()
        rejected = NOTHING
        for thrown, error in raised:
            rejected = join(rejected, error)
            meet(state, thrown.copy())
        return value, UNKNOWN if rejected is NOTHING else rejected

    def _thrown(self, raised: Raised) -> None:
        if not self.tries:
            return
        frame = self.frame
        kept = frame.guards[-1] if frame.guards else frame.raised
        if len(kept) < _MOST_RAISED:
            kept.append(raised)
            return
        before, value = kept[-1]
        met = meet(before, raised[0])
        if met is not None:
            kept[-1] = (met, join(value, raised[1]))

    def hand_up(self, raised: list[Raised], state: State) -> None:
        """What a function that was called raised, and did not catch, is raised in the caller."""
        for thrown, value in raised:
            frames = {number: thrown.frames.get(number, known) for number, known in state.frames.items()}
            names = dict(thrown.frames.get(state.frame, state.locals))
            self._thrown((State(state.frame, names, frames, thrown.heap.copy(), thrown.facts, thrown.pending), value))

    def _try(self, node: ir.Try, state: State) -> State | None:
        marks = self._exits()
        after, caught, raised = self.attempted(node.body, state)
        if after is not None and node.other:
            after = self.run(node.other, after)
        for handler in node.handlers:
            if caught is None:
                break
            inside = caught.copy()
            if handler.target is not None:
                self.assign(handler.target, self._caught(handler, raised, inside), inside, handler)
            after = meet(after, self.run(handler.body, inside))
        if not any(not handler.types for handler in node.handlers):
            for one in raised:
                if not any(self._catches(handler, one[1], one[0]) for handler in node.handlers):
                    self._thrown(one)
        if node.final:
            # An error that no handler catches, and whatever leaves the block, goes through it, too.
            leaving = None if any(self._is_broad(handler, state) for handler in node.handlers) else caught
            for left in self._left_since(marks):
                leaving = meet(leaving, left.copy())
            if leaving is not None:
                self.run(node.final, leaving.copy())
            if after is not None:
                after = self.run(node.final, after)
        return after

    def attempted(self, body: Sequence[ir.Statement], state: State) -> tuple[State | None, State | None, list[Raised]]:
        """The state after a block, the state in which an error may leave it, and the errors that it is known to raise."""
        raised: list[Raised] = []
        self.frame.guards.append(raised)
        caught: State | None = state.copy()
        marks = self._exits()
        self.tries += 1
        try:
            after = self.run(body, state)
        finally:
            self.tries -= 1
            self.frame.guards.pop()
        for left in (*([after] if after is not None else ()), *(thrown for thrown, _ in raised), *self._left_since(marks)):
            caught = meet(caught, left.copy())
        return after, caught, raised

    def _exits(self) -> tuple[int, list[tuple[list[State], int]]]:
        """How many states have left by `return`, and by `break` and `continue` from each loop, so far."""
        loops = [left for loop in self.frame.loops for left in (loop.breaks, loop.continues)]
        return len(self.frame.returns), [(left, len(left)) for left in loops]

    def _left_since(self, marks: tuple[int, list[tuple[list[State], int]]]) -> list[State]:
        """The states that have left since then."""
        returned, loops = marks
        return [state for state, _ in self.frame.returns[returned:]] + [one for left, count in loops for one in left[count:]]

    def _is_broad(self, handler: ir.Handler, state: State) -> bool:
        """Whether a handler catches any error."""
        return not handler.types or any(
            path.removesuffix("()") in _ANY_ERROR
            for type_ in handler.types
            for path in paths(self.evaluate(type_, state), state)
        )

    def _caught(self, handler: ir.Handler, raised: list[Raised], state: State) -> Value:
        """The error that a handler is given: one of those that the block raises, or any other."""
        value = NOTHING
        for _, thrown in raised:
            if self._catches(handler, thrown, state):
                value = join(value, thrown)
        return UNKNOWN if value is NOTHING else value

    def _catches(self, handler: ir.Handler, thrown: Value, state: State) -> bool:
        """Whether a handler may be meant for an error."""
        if not handler.types:
            return True
        known = [thing.klass for thing in things(thrown, state) if thing.klass is not None]
        names = [path.removesuffix("()") for path in paths(thrown, state)]
        if not known and not names:
            return True
        for type_ in handler.types:
            value = self.evaluate(type_, state)
            listed = any(isinstance(ref, Object) for ref in value.refs)
            exact, any_ = self.elements(value, state, type_) if listed else ([value], NOTHING)
            for one in exact if exact is not None else [any_]:
                if any(isinstance(ref, Klass) and any(derives(klass, ref) for klass in known) for ref in one.refs):
                    return True
                caught = [path.removesuffix("()") for path in paths(one, state)]
                bases = [klass.library.removesuffix("()") for klass in known]
                if any(path in _ANY_ERROR or path in names or path in bases for path in caught):
                    return True
                if one is UNKNOWN:
                    return True
        return False


def derives(klass: Klass, other: Klass, depth: int = 8) -> bool:
    """Whether a class of the repository is another, or one of its descendants."""
    if klass is other:
        return True
    bases = (ref for base in klass.bases for ref in base.refs if isinstance(ref, Klass) and ref is not klass)
    return depth > 0 and any(derives(base, other, depth - 1) for base in bases)
