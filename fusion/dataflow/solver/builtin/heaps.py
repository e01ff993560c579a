"""Python's functions that keep lists in order: `heapq` and `bisect`, and queues that give the least first."""

from __future__ import annotations

import bisect
import heapq
from collections.abc import Callable
from typing import Any

from fusion.dataflow.solver.builtin.copies import Copies
from fusion.dataflow.solver.calling.arguments import Arguments
from fusion.dataflow.solver.domain.beginnings import disordered
from fusion.dataflow.solver.domain.state import MAX_ITEMS
from fusion.dataflow.solver.domain.values import NONE, UNKNOWN, Object, Value, join_all
from fusion.dataflow.solver.methods.receivers import Use


class Heaps(Copies):
    """Where what is compared is known, each element stands where it does in the program; else, anywhere."""

    def _py_heap(self, use: Use) -> Value:
        """`heapq.heapify(list)`, `heappush(list, value)`, `heappop(list)` and their like."""
        name, given = use.name.rpartition(".")[2].removesuffix("_max"), use.arguments.positional
        lists = [ref for ref in self.first(use).refs if isinstance(ref, Object) and ref.id in use.state.heap]
        if len(lists) != 1 or len(self.first(use).refs) != 1 or self.first(use).taints or use.name.endswith("_max"):
            return self._somewhere(lists, name, use)
        thing = use.state.heap[lists[0].id]
        items = None if thing.items is None or len(thing.items) >= MAX_ITEMS else list(thing.items)
        if items is None or (name != "heapify" and name != "heappop" and len(given) < 2):
            return self._somewhere(lists, name, use)
        try:
            ranked = self.ranked(items, items, use.state)
            more = self.ranked(given[1:2], given[1:2], use.state)
            taken = _HEAPS[name](ranked, *more)
        except (TypeError, IndexError):
            return self._somewhere(lists, name, use)
        use.state.heap[lists[0].id] = thing.but(items=tuple(one.item for one in ranked))
        return NONE if taken is None else taken.item

    def _somewhere(self, lists: list[Object], name: str, use: Use) -> Value:
        """What is put into the list may stand anywhere in it, and any element is what is taken."""
        value = use.argument(1)
        if name == "heappop" or value is None:
            for ref in lists if name == "heapify" else ():
                use.state.heap[ref.id] = disordered(use.state.heap[ref.id])
            return NONE if name == "heapify" else self.any_element(self.first(use), use)
        for ref in lists:
            use.state.heap[ref.id] = disordered(use.state.heap[ref.id], value)
        return NONE if name == "heappush" else self.any_element(self.first(use), use)

    def _py_insort(self, use: Use) -> Value:
        """`bisect.insort(list, value, lo, hi, key=None)`."""
        value, function = use.argument(1) or UNKNOWN, use.arguments.keywords.get("key")
        for ref in self.first(use).refs:
            if not isinstance(ref, Object) or (thing := use.state.heap.get(ref.id)) is None:
                continue
            items = None if thing.items is None or len(use.arguments.positional) != 2 else [*thing.items, value]
            put = None
            if items is not None and len(items) <= MAX_ITEMS and len(self.first(use).refs) == 1:
                keys = items
                if function is not None and function.refs:
                    keys = [self.call(function, Arguments([item]), use.state, use.node) for item in items]
                try:
                    *ranked, new = self.ranked(items, keys, use.state)
                    (bisect.insort_left if use.name.endswith("left") else bisect.insort_right)(ranked, new)
                    put = tuple(one.item for one in ranked)
                except TypeError:
                    pass
            use.state.heap[ref.id] = disordered(thing, value) if put is None else thing.but(items=put)
        return NONE

    def _py_extremes(self, use: Use) -> Value:
        """`heapq.nsmallest(count, values, key=None)`, `nlargest`."""
        count, values = use.number(0), use.argument(1, "iterable") or UNKNOWN
        exact, any_ = self.elements(values, use.state, use.node)
        key = {name: value for name, value in use.arguments.keywords.items() if name == "key"}
        given = Use(use.value, use.name, Arguments([values], key), use.state, use.node)
        largest = use.name.endswith("nlargest")
        ordered = None if exact is None or count is None else self.by_key(exact[::-1] if largest else exact, given)
        if ordered is None or count is None:
            return self.series(use.state, None, any_ if exact is None else join_all(exact))
        return self.series(use.state, (ordered[::-1] if largest else ordered)[: max(count, 0)])

    def _py_merged(self, use: Use) -> Value:
        """`heapq.merge(*lists, key=None, reverse=False)`: all elements, in order if the lists were."""
        columns = [self.elements(value, use.state, use.node) for value in use.arguments.positional]
        items = [item for exact, _ in columns for item in exact or ()]
        given = Use(use.value, use.name, Arguments([], dict(use.arguments.keywords)), use.state, use.node)
        known = use.arguments.rest is None and all(exact is not None for exact, _ in columns)
        ordered = self.by_key(items, given) if known else None
        if ordered is not None:
            return self.series(use.state, ordered)
        rest = () if use.arguments.rest is None else (self.any_element(use.arguments.rest, use),)
        return self.series(use.state, None, join_all([*items, *rest, *(any_ for _, any_ in columns)]))


_HEAPS: dict[str, Callable[..., Any]] = {
    "heapify": heapq.heapify,
    "heappush": heapq.heappush,
    "heappop": heapq.heappop,
    "heapreplace": heapq.heapreplace,
    "heappushpop": heapq.heappushpop,
}
