"""`match` and `switch`: which case is taken, and what it binds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from fusion.dataflow import ir
from fusion.dataflow.solver.domain.optional import PERHAPS
from fusion.dataflow.solver.domain.state import State, meet
from fusion.dataflow.solver.domain.taints import Facts, common
from fusion.dataflow.solver.domain.values import NOTHING, Object, Value
from fusion.dataflow.solver.machine import Loop, Machine
from fusion.dataflow.solver.methods.receivers import is_plain, single


class Matching(Machine):
    """Cases in their order."""

    def _switch(self, node: ir.Switch, state: State) -> State | None:
        subject = self.evaluate(node.subject, state)
        loop = Loop(switch=True)
        if node.fallthrough:
            self.frame.loops.append(loop)
        result: State | None = None
        flowing: State | None = None
        open_: State | None = state
        default: ir.Case | None = None
        for place, case in enumerate(node.cases):
            if not case.tests and case.guard is None and case.exact and place != len(node.cases) - 1 and node.fallthrough:
                default = case
            entered: State | None = None
            if open_ is not None and default is not case:
                entered, open_ = self._case(node, case, subject, open_)
            if node.fallthrough:
                flowing = meet(flowing, entered)
                if flowing is not None:
                    flowing = self.run(case.body, flowing)
            elif entered is not None:
                result = meet(result, self.run(case.body, entered))
        if default is not None and open_ is not None:
            for case in node.cases[list(node.cases).index(default) :]:
                if open_ is None:
                    break
                open_ = self.run(case.body, open_)
        if node.fallthrough:
            self.frame.loops.pop()
            result = meet(result, flowing)
            for left in loop.breaks:
                result = meet(result, left)
        return meet(result, open_)

    def _case(self, node: ir.Switch, case: ir.Case, subject: Value, state: State) -> tuple[State | None, State | None]:
        """The state inside the case and the state that goes on to the next."""
        if not case.tests and case.guard is None and case.exact:
            self._bind(case, subject, state, node)
            return state, None
        if case.parts or case.length is not None:
            held = self._held(case, subject, state)
            if held is False:
                return None, state
            if held is not None:
                return self._case_of_parts(node, case, subject, held, state)
        inside: State | None = None
        outside: State | None = state
        for test in case.tests:
            if outside is None:
                break
            compared = self.compare(
                "==", subject, self.evaluate(test, outside), ir.Compare(case.span, "==", node.subject, test), outside
            )
            truth = self.truth(compared, outside)
            if truth is not False:
                entered = outside.copy() if truth is None else outside
                inside = meet(inside, entered.learn(compared.true))
            outside = None if truth is True else outside.learn(compared.false)
        if not case.tests:
            inside = state.copy()
        if inside is None:
            return None, outside
        if not case.exact and outside is None:
            outside = inside.copy()
        self._bind(case, subject, inside, node)
        return self._guarded(case, inside, outside)

    def _guarded(self, case: ir.Case, inside: State, outside: State | None) -> tuple[State | None, State | None]:
        if case.guard is not None:
            guard = self.evaluate(case.guard, inside)
            truth = self.truth(guard, inside)
            if truth is not True:
                outside = meet(outside, inside.copy().learn(guard.false))
            if truth is False:
                return None, outside
            inside.learn(guard.true)
        return inside, outside

    def _case_of_parts(
        self, node: ir.Switch, case: ir.Case, subject: Value, held: Sequence[Value], state: State
    ) -> tuple[State | None, State | None]:
        """A case that says something of parts, each of which is known."""
        inside = state.copy()
        outside: State | None = None
        for part, value in zip(case.parts, held, strict=True):
            truths: list[bool | None] = [] if part.exact else [None]
            shown: Facts | None = None
            for test in part.tests:
                compared = self.compare(
                    "==", value, self.evaluate(test, inside), ir.Compare(part.span, "==", node.subject, test), inside
                )
                shown = common(shown or {}, compared.true or {}) if truths else compared.true
                truths.append(self.truth(compared, inside))
            if truths and all(truth is False for truth in truths):
                return None, state
            if truths and not any(truth is True for truth in truths):
                outside = state
                inside.learn(shown)
            for bind in part.binds:
                self.assign(bind, value if part.exact else self.passed([value], inside, bind), inside, bind)
        names = {bind.id for part in case.parts for bind in part.binds if isinstance(bind, ir.Name)}
        for bind in case.binds:
            if isinstance(bind, ir.Name) and bind.id not in names:
                self.assign(bind, self.passed([subject], inside, bind), inside, bind)
        return self._guarded(case, inside, outside)

    def _bind(self, case: ir.Case, subject: Value, state: State, node: ir.Node) -> None:
        for bind in case.binds:
            self.assign(bind, subject if case.exact else self.passed([subject], state, bind), state, bind)

    def _held(self, case: ir.Case, subject: Value, state: State) -> Sequence[Value] | Literal[False] | None:
        """The parts of the subject that a pattern speaks of; False where it has them not, None where that is not known."""
        ref = subject.refs[0] if len(subject.refs) == 1 and subject.consts == () and not subject.taints else None
        thing = state.heap.get(ref.id) if isinstance(ref, Object) else None
        if thing is None:
            return False if is_plain(subject) else None
        if thing.klass is not None or thing.path or thing.rest is not NOTHING or thing.keys is not NOTHING:
            return None
        if case.length is not None:
            if thing.kind not in ("list", "tuple") or thing.items is None:
                return None
            size, least = len(thing.items), ~case.length
            if size < least if case.length < 0 else size != case.length:
                return False
            return [thing.items[part.key.value] for part in case.parts if isinstance(part.key, ir.Const)]
        keys = [single(self.evaluate(part.key, state)) for part in case.parts]
        if thing.kind != "dict" or PERHAPS in thing.flags or None in keys:
            return None
        return False if any(key not in thing.fields for key in keys) else [thing.fields[key] for key in keys]
