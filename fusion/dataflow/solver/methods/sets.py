"""Methods of sets in both languages: unions, intersections, and what being a subset of ours shows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fusion.dataflow.contexts.limits import Limits
from fusion.dataflow.solver.calling.arguments import flatten
from fusion.dataflow.solver.domain.taints import Facts
from fusion.dataflow.solver.domain.values import UNKNOWN, Value, join_all
from fusion.dataflow.solver.methods.receivers import Own, Use, is_clean


class SetMethods(Own):
    """One method per kind of set method."""

    def _set_union(self, use: Use) -> Value:
        values = [use.value, *use.arguments.positional]
        return self.series(use.state, None, join_all(self.any_element(value, use) for value in values), "set")

    def _set_intersection(self, use: Use) -> Value:
        """In both: where one side is ours, all of it is."""
        values = [use.value, *use.arguments.positional]
        for value in values:
            if is_clean(value, use.state):
                return self.series(use.state, None, self.any_element(value, use), "set")
        return self.series(use.state, None, use.thing.everything(), "set")

    def _set_difference(self, use: Use) -> Value:
        made = self.series(use.state, None, use.thing.everything(), use.thing.kind)
        other = use.argument(0)
        if other is None or not is_clean(other, use.state):
            return made
        # Nothing is left over: every one of them is in the other.
        return Value(made.consts, made.refs, made.taints, None, self.listed(use.value, other, use))

    def _set_subset(self, use: Use) -> Value:
        """`issubset`: a text whose characters are all among ours is made of those; other elements are listed ones."""
        other = use.argument(0)
        if other is None or not is_clean(other, use.state):
            return UNKNOWN
        return Value(None, (), (), self.listed(use.value, other, use))

    def _set_superset(self, use: Use) -> Value:
        other = use.argument(0)
        if other is None or not is_clean(use.value, use.state):
            return UNKNOWN
        return Value(None, (), (), self.listed(other, use.value, use))

    def listed(self, members: Value, container: Value, use: Use) -> Facts | None:
        """What is known when every one of `members` is in a container of ours."""
        taints = flatten((members,), use.state).taints
        exact, any_ = self.elements(container, use.state, use.node)
        values = [const for item in (exact if exact is not None else [any_]) for const in item.consts or (None,)]
        letters = [const for const in values if isinstance(const, str) and len(const) == 1]
        if values and len(letters) == len(values):
            return self.shown(taints, Limits(frozenset(letters)))
        return self.safe(taints)


Handler = Callable[[Any, Use], Value]
SET_METHODS: dict[str, Handler] = {
    **dict.fromkeys(("union", "symmetric_difference", "symmetricDifference"), SetMethods._set_union),
    "intersection": SetMethods._set_intersection,
    "difference": SetMethods._set_difference,
    **dict.fromkeys(("issubset", "isSubsetOf"), SetMethods._set_subset),
    **dict.fromkeys(("issuperset", "isSupersetOf"), SetMethods._set_superset),
}
