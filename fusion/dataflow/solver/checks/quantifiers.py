"""Python's `any` and `all` over a generator: what each outcome shows."""

from __future__ import annotations

from fusion.dataflow import ir
from fusion.dataflow.contexts.limits import Limits
from fusion.dataflow.solver.calling.arguments import flatten, things
from fusion.dataflow.solver.checks.components import of_components
from fusion.dataflow.solver.domain.state import State
from fusion.dataflow.solver.domain.taints import Facts, added, common
from fusion.dataflow.solver.domain.values import Value, constant
from fusion.dataflow.solver.machine import Machine

_MOST = 16
"""Elements for which a test is tried."""


class Quantifiers(Machine):
    """Checks of characters, of prefixes, of hosts, one by one."""

    def quantified(self, name: str, node: ir.Call, state: State) -> Value | None:
        """`any(c in text for c in bad)`, `all(c in good for c in text)`: None where it is not of that form."""
        if len(node.arguments) != 1 or not isinstance(node.arguments[0].value, ir.Comprehension):
            return None
        inner = node.arguments[0].value
        if len(inner.clauses) != 1 or inner.clauses[0].conditions or not isinstance(inner.clauses[0].target, ir.Name):
            return None
        test, variable = inner.value, inner.clauses[0].target.id
        over = self.evaluate(inner.clauses[0].iterable, state)
        consts = self._constants(over, state)
        if isinstance(test, ir.Compare) and test.operator in ("in", "not in"):
            if isinstance(test.left, ir.Name) and test.left.id == variable and consts:
                text = flatten([self.evaluate(test.right, state)], state)
                absent = self.limited(text, Limits(None, frozenset(consts))) if text.taints else None
                if absent and (name, test.operator) in (("any", "in"), ("all", "not in")):
                    return Value(None, (), (), *((None, absent) if name == "any" else (absent, None)))
            elif isinstance(test.left, ir.Name) and test.left.id == variable and over.taints:
                good = self._constants(self.evaluate(test.right, state), state)
                allowed = frozenset(good) if good and all(len(text) == 1 for text in good) else None
                if allowed and (name, test.operator) == ("all", "in"):
                    return Value(None, (), (), self.limited(over, Limits(allowed)), None)
                if allowed and (name, test.operator) == ("any", "not in"):
                    return Value(None, (), (), None, self.limited(over, Limits(allowed)))
                if allowed and (name, test.operator) == ("any", "in"):
                    return Value(None, (), (), None, self.limited(over, Limits(None, allowed)))
        if over.taints:
            return self._each(name, test, variable, over, state)
        return self._of_each(name, test, variable, over, state, node)

    def _of_each(self, name: str, test: ir.Expression, variable: str, over: Value, state: State, node: ir.Node) -> Value | None:
        """`any(url.startswith(prefix) for prefix in ours)`: what the test shows for one of ours, or for all."""
        exact, any_ = self.elements(over, state, node)
        if exact is not None and not 0 < len(exact) <= _MOST:
            return None
        saved = state.locals.get(variable)
        tests: list[Value] = []
        for element in [any_] if exact is None else exact:
            state.locals[variable] = element
            tests.append(self.evaluate(test, state))
        if saved is None:
            state.locals.pop(variable, None)
        else:
            state.locals[variable] = saved
        one, every = (_true, _false) if name == "any" else (_false, _true)
        some: Facts | None = one(tests[0])
        each: Facts | None = None
        for value in tests:
            some = common(some or {}, one(value) or {})
            each = added(each, every(value)) if exact is not None else None
        if exact is None:
            # What one of them shows of itself is not known of the others; what each shows of itself is.
            own = {number for taint in any_.taints for number in (taint.datum, taint.whole)}
            some = {datum: fact for datum, fact in (some or {}).items() if datum not in own}
            each = self.of_all(any_, every(tests[0]) or {})
        if not some and not each:
            return None
        return Value(None, (), (), *((some or None, each) if name == "any" else (each, some or None)))

    def _each(self, name: str, test: ir.Expression, variable: str, over: Value, state: State) -> Value | None:
        """`all(c.isalnum() or c in "-_" for c in text)`: what holds of each character holds of the text."""
        saved = state.locals.get(variable)
        state.locals[variable] = over
        value = self.evaluate(test, state)
        if saved is None:
            state.locals.pop(variable, None)
        else:
            state.locals[variable] = saved
        facts = value.true if name == "all" else value.false
        if not facts:
            return None
        wholes = {taint.whole for taint in over.taints}
        limits = {datum: fact for datum, fact in facts.items() if datum in wholes}
        for datum in wholes & facts.keys():
            limits |= of_components(datum, facts[datum][1], self.data)
        return Value(None, (), (), *((limits, None) if name == "all" else (None, limits)))

    def _constants(self, value: Value, state: State) -> list[str]:
        """The texts that iterating over a constant gives."""
        if value.taints:
            return []
        if value.consts and len(value.consts) == 1 and isinstance(value.consts[0], str) and not value.refs:
            return list(value.consts[0])
        found: list[str] = []
        for thing in things(value, state):
            for item in thing.items or tuple(constant(key) for key in thing.fields if isinstance(key, str)):
                found.extend(const for const in item.consts or () if isinstance(const, str) and const)
        return found

    def limited(self, value: Value, limits: Limits) -> Facts | None:
        """What is known when the text is so limited."""
        return {taint.whole: (0, limits) for taint in value.taints} or None


def _true(value: Value) -> Facts | None:
    return value.true


def _false(value: Value) -> Facts | None:
    return value.false
