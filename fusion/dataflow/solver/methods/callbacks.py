"""JavaScript's methods that call a function for each element: of lists, sets, maps and of hostile data used as such."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from fusion.dataflow import ir
from fusion.dataflow.ir.walks import nodes
from fusion.dataflow.solver.calling.arguments import Arguments
from fusion.dataflow.solver.domain.state import meet
from fusion.dataflow.solver.domain.taints import Facts, added, common
from fusion.dataflow.solver.domain.values import NONE, NOTHING, UNKNOWN, Closure, Value, constant, join, join_all
from fusion.dataflow.solver.methods.lists import ListMethods
from fusion.dataflow.solver.methods.receivers import Use

_MOST_CALLS = 12
"""So many elements are handed to a callback one by one; of longer lists, any."""


class CallbackMethods(ListMethods):
    """One method per kind."""

    def callback_method(self, use: Use) -> Value | None:
        """A method that takes a callback; None where it is none, or no function is given."""
        handler = _HANDLERS.get(use.name)
        callback = use.argument(0)
        return None if handler is None or callback is None or not self.script else handler(self, use)

    def _each_elements(self, use: Use) -> tuple[list[Value] | None, Value]:
        if use.thing.kind == "map":
            return None, join_all([use.thing.rest, *use.thing.fields.values()])
        exact, any_ = self.elements(use.value, use.state, use.node)
        if exact is not None and len(exact) > _MOST_CALLS:
            return None, join_all(exact)
        return exact, UNKNOWN if any_ is NOTHING and exact is None else any_

    def _each_call(self, use: Use, value: Value, place: Value = UNKNOWN) -> Value:
        callback = use.argument(0) or UNKNOWN
        return self.call(callback, Arguments([value, place, use.value]), use.state, use.node)

    def _each_maybe(self, use: Use, work: Callable[[], Value]) -> Value:
        """Work that may be done or not: the state where both meet."""
        before = use.state.copy()
        result = work()
        meet(use.state, before)
        return result

    def _each_result(self, use: Use) -> tuple[list[tuple[Value, Value]] | None, Value, Value]:
        """(element, what the callback gave) one by one; and any element, and what it gave for that."""
        exact, any_ = self._each_elements(use)
        if exact is not None:
            return [(item, self._each_call(use, item, constant(place))) for place, item in enumerate(exact)], NOTHING, NOTHING
        return None, any_, self._each_maybe(use, lambda: self._each_call(use, any_))

    # ---------------------------------------------------------------- one result per element

    def _each_map(self, use: Use) -> Value:
        pairs, _, given = self._each_result(use)
        return self.series(use.state, None if pairs is None else [result for _, result in pairs], given)

    def _each_flat(self, use: Use) -> Value:
        pairs, _, given = self._each_result(use)
        results = [result for _, result in pairs] if pairs is not None else [given]
        return self.series(
            use.state, None, join_all(self.any_element(result, use) if result.refs else result for result in results)
        )

    def _each_visit(self, use: Use) -> Value:
        pairs, any_, _ = self._each_result(use)
        if pairs is None:
            # A second round: what the first one left behind may be used by the next.
            self._each_maybe(use, lambda: self._each_call(use, any_))
            self._each_replaced(use, any_)
        return NONE

    def _each_replaced(self, use: Use, any_: Value) -> None:
        """`list.forEach((x, i) => { list[i] = f(x); })`: afterwards every element is what was put in its place."""
        callback = use.argument(0) or UNKNOWN
        closure = callback.refs[0] if len(callback.refs) == 1 else None
        if not use.certain or not isinstance(closure, Closure) or not _writes_back(closure.function, use.node):
            return
        before = use.state.heap[use.ref.id]
        use.state.heap[use.ref.id] = before.but(items=None, fields={}, rest=NOTHING)
        self._each_call(use, any_)
        if use.state.heap[use.ref.id].rest is NOTHING:
            use.state.heap[use.ref.id] = before

    # ---------------------------------------------------------------- choosing

    def _each_filter(self, use: Use) -> Value:
        callback = use.argument(0) or UNKNOWN
        exact, any_ = self._each_elements(use)
        if not any(isinstance(ref, Closure) for ref in callback.refs):
            return self.series(use.state, exact, any_ if exact is None else NOTHING)
        kept: list[Value] = []
        sure = exact is not None
        for item in exact if exact is not None else [any_]:
            test = self._each_call(use, item)
            truth = self.truth(test, use.state)
            if truth is not False:
                kept.append(self.filtered(item, added(use.state.facts, test.true) or {}))
            sure = sure and truth is not None
        return self.series(use.state, kept) if sure else self.series(use.state, None, join_all([UNKNOWN, *kept]))

    def _each_find(self, use: Use) -> Value:
        exact, any_ = self._each_elements(use)
        found: Value = NONE
        for item in exact if exact is not None else [any_]:
            test = self._each_call(use, item)
            truth = self.truth(test, use.state)
            if truth is not False:
                found = join(found, self.filtered(item, added(use.state.facts, test.true) or {}))
            if truth is True and exact is not None:
                return found if found is not NONE else item
        return found

    def _each_place(self, use: Use) -> Value:
        self._each_result(use)
        return UNKNOWN

    def _each_some(self, use: Use) -> Value:
        """`some`, `every`: what one outcome shows of all elements, and the other of one of them."""
        pairs, any_, given = self._each_result(use)
        results = [result for _, result in pairs] if pairs is not None else [given]
        some = use.name == "some"
        one: Facts | None = None
        every: Facts | None = None
        for place, result in enumerate(results):
            once, always = (result.true, result.false) if some else (result.false, result.true)
            one = once if place == 0 else common(one or {}, once or {})
            every = added(every, always if pairs is not None else added(always, self.of_all(any_, always or {})))
        truths = [self.truth(result, use.state) for result in results] if pairs is not None else [None]
        if any(truth is some for truth in truths):
            return constant(some)
        if all(truth is (not some) for truth in truths):
            return constant(not some)
        return Value(None, (), (), one if some else every, every if some else one)

    def _each_reduce(self, use: Use) -> Value:
        callback, total = use.argument(0) or UNKNOWN, use.argument(1)
        exact, any_ = self._each_elements(use)
        if exact is not None:
            items = list(reversed(exact)) if use.name == "reduceRight" else list(exact)
            if total is None:
                total = items.pop(0) if items else UNKNOWN
            return self.folded(callback, total, items, use)
        total = any_ if total is None else total
        for _ in range(2):
            total = join(total, self._each_maybe(use, partial(self.folded, callback, total, [any_], use)))
        return total

    def folded(self, callback: Value, total: Value, items: list[Value], use: Use) -> Value:
        """A function of the total so far and each element in turn."""
        for item in items:
            total = self.call(callback, Arguments([total, item, UNKNOWN, use.value]), use.state, use.node)
        return total

    def each_entry(self, use: Use) -> Value:
        """`Map.forEach((value, key) => ...)`."""
        callback = use.argument(0) or UNKNOWN
        thing = use.thing
        pairs = [(constant(key), value) for key, value in thing.fields.items() if isinstance(key, str | int | float | bool)]
        if thing.rest is NOTHING and thing.keys is NOTHING and len(pairs) <= _MOST_CALLS:
            for key, value in pairs:
                self.call(callback, Arguments([value, key, use.value]), use.state, use.node)
            return NONE
        keys = join_all([thing.keys, *(key for key, _ in pairs)])
        for _ in range(2):
            self._each_maybe(
                use,
                lambda: self.call(callback, Arguments([thing.everything(), keys, use.value]), use.state, use.node),
            )
        return NONE


def _writes_back(function: ir.Function, node: ir.Node) -> bool:
    """Whether all that the function does is to put something made of its first parameter in the place of the element."""
    held = node.function.object if isinstance(node, ir.Call) and isinstance(node.function, ir.Attr) else None
    if not isinstance(held, ir.Name) or len(function.body) != 1 or len(function.parameters) < 2:
        return False
    statement = function.body[0]
    if isinstance(statement, ir.Evaluate | ir.Return) and isinstance(statement.value, ir.Assigned):
        statement = ir.Assign(statement.span, statement.value.target, statement.value.value)
    if not isinstance(statement, ir.Assign) or not isinstance(statement.target, ir.Index):
        return False
    into, at = statement.target.object, statement.target.key
    if not isinstance(into, ir.Name) or into.id != held.id or held.id in function.locals:
        return False
    written = sum(isinstance(one, ir.Name) and one.id == held.id for one in nodes(statement))
    return isinstance(at, ir.Name) and at.id == function.parameters[1].name and written == 1


_Handler = Callable[[Any, Use], Value]
_HANDLERS: dict[str, _Handler] = {
    "every": CallbackMethods._each_some,
    "filter": CallbackMethods._each_filter,
    "find": CallbackMethods._each_find,
    "findIndex": CallbackMethods._each_place,
    "findLast": CallbackMethods._each_find,
    "findLastIndex": CallbackMethods._each_place,
    "flatMap": CallbackMethods._each_flat,
    "forEach": CallbackMethods._each_visit,
    "map": CallbackMethods._each_map,
    "reduce": CallbackMethods._each_reduce,
    "reduceRight": CallbackMethods._each_reduce,
    "some": CallbackMethods._each_some,
}
