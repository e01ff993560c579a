"""Python's functions that make containers or go through them."""

from __future__ import annotations

import itertools

from fusion.dataflow.solver.builtin.heaps import Heaps
from fusion.dataflow.solver.calling.arguments import Arguments, things
from fusion.dataflow.solver.domain.beginnings import disordered
from fusion.dataflow.solver.domain.state import MAX_ITEMS, Thing
from fusion.dataflow.solver.domain.taints import added
from fusion.dataflow.solver.domain.values import NONE, NOTHING, UNKNOWN, Object, Value, constant, join, join_all
from fusion.dataflow.solver.methods.queues import left_over, roomy
from fusion.dataflow.solver.methods.receivers import Use, single

_MOST_RANGE = 16
"""So many elements are gone through one by one."""


class PythonIteration(Heaps):
    """One method per kind of function."""

    def _py_series(self, use: Use) -> Value:
        kind = use.name.rpartition(".")[2]
        return self.as_series(use.argument(0), use, {"frozenset": "set", "tuple": "tuple", "set": "set"}.get(kind, "list"))

    def _py_deque(self, use: Use) -> Value:
        """`collections.deque(values, maxlen)`."""
        room = use.argument(1, "maxlen")
        made = self.as_series(use.argument(0, "iterable"), use)
        if room is None or room.consts == (None,):
            return made
        size = single(room)
        for ref in made.refs:
            if isinstance(ref, Object):
                thing = use.state.heap[ref.id]
                thing = thing.but(flags=thing.flags | roomy(size if type(size) is int else None))
                items = None if thing.items is None else left_over(thing, thing.items, front=False)
                use.state.heap[ref.id] = disordered(thing) if items is None else thing.but(items=tuple(items))
        return made

    def _py_sorted(self, use: Use) -> Value:
        exact, any_ = self.elements(self.first(use), use.state, use.node)
        ordered = None if exact is None else self.by_key(exact, use)
        if ordered is not None:
            return self.series(use.state, ordered)
        self.keyed(use, any_ if exact is None else join_all(exact))
        return self.series(use.state, None, any_ if exact is None else join_all(exact))

    def summed(self, use: Use) -> Value:
        """`sum(numbers, start)`."""
        exact, _ = self.elements(self.first(use), use.state, use.node)
        given = [use.argument(1, "start") or constant(0), *(exact or ())]
        if exact is not None and all(type(single(value)) is int for value in given):
            return constant(sum(number for value in given if type(number := single(value)) is int))
        return self.numbered(use)

    def _py_sum(self, use: Use) -> Value:
        """`sum(numbers)`; of lists, all that is in them."""
        if use.argument(1, "start") is None or not (use.argument(1, "start") or UNKNOWN).refs:
            return self.summed(use)
        exact, any_ = self.elements(self.first(use), use.state, use.node)
        inner = [self.any_element(value, use) for value in (exact if exact is not None else [any_])]
        return self.series(use.state, None, join_all(inner))

    def _py_reversed(self, use: Use) -> Value:
        exact, any_ = self.elements(self.first(use), use.state, use.node)
        return self.series(use.state, None if exact is None else exact[::-1], NOTHING if exact is not None else any_)

    def _py_dict(self, use: Use) -> Value:
        return self.as_table(use)

    def _py_chain_map(self, use: Use) -> Value:
        """Several dictionaries as one: the first that has a key gives its value."""
        thing = Thing("dict")
        for source in reversed(use.arguments.positional):
            thing = self.with_entries(thing, source, use)
        if use.arguments.rest is not None:
            thing = self.with_entries(thing, use.arguments.rest, use)
        return self.make(use.state, thing)

    def _py_fromkeys(self, use: Use) -> Value:
        exact, any_ = self.elements(self.first(use), use.state, use.node)
        value = use.argument(1) or NONE
        thing = Thing("dict")
        for key in exact if exact is not None else [any_]:
            thing = self.with_entry(thing, key, value)
        return self.make(use.state, thing)

    def _py_defaultdict(self, use: Use) -> Value:
        factory = use.argument(0)
        given = Use(NOTHING, use.name, Arguments(use.arguments.positional[1:], use.arguments.keywords), use.state, use.node)
        made = self.as_table(given)
        if factory is not None and factory.refs:
            # Keys that are missing share one value, which is more than there is, and never less.
            value = self.call(factory, Arguments(), use.state, use.node)
            for ref in made.refs:
                if isinstance(ref, Object):
                    thing = use.state.heap[ref.id]
                    use.state.heap[ref.id] = thing.but(rest=join(thing.rest, value))
        return made

    def _py_counter(self, use: Use) -> Value:
        source = use.argument(0)
        any_ = NOTHING if source is None else self.any_element(source, use)
        return self.make(use.state, Thing("dict", None, {}, UNKNOWN, any_))

    def _py_enumerate(self, use: Use) -> Value:
        exact, any_ = self.elements(self.first(use), use.state, use.node)
        start = use.argument(1, "start")
        begin = 0 if start is None else single(start)
        if exact is not None and type(begin) is int and len(exact) <= MAX_ITEMS:
            pairs = [(constant(begin + place), item) for place, item in enumerate(exact)]
            return self.series(use.state, [self.series(use.state, pair, kind="tuple") for pair in pairs])
        pair = self.series(use.state, [UNKNOWN, join_all(exact) if exact is not None else any_], kind="tuple")
        return self.series(use.state, None, pair)

    def _py_zip(self, use: Use) -> Value:
        if not use.arguments.positional and use.arguments.rest is not None:
            return self._turned(use.arguments.rest, use)
        columns = [self.elements(value, use.state, use.node) for value in use.arguments.positional]
        exact = [column for column, _ in columns]
        known = [column for column in exact if column is not None]
        if columns and len(known) == len(columns) and use.arguments.rest is None and min(map(len, known)) <= MAX_ITEMS:
            filled = use.arguments.keywords.get("fillvalue", NONE)
            longest = use.name.endswith("zip_longest")
            rows = list(itertools.zip_longest(*known, fillvalue=filled) if longest else zip(*known, strict=False))
            return self.series(use.state, [self.series(use.state, row, kind="tuple") for row in rows])
        row = [join_all(column) if column is not None else any_ for column, any_ in columns]
        return self.series(use.state, None, self.series(use.state, row, kind="tuple"))

    def _turned(self, row: Value, use: Use) -> Value:
        """`zip(*rows)`: the columns, of rows that nobody knows the number of."""
        rows = [thing.items for thing in things(row, use.state) if thing.items is not None]
        if rows and len(rows) == len(row.refs) and not row.taints and row.consts == () and len(set(map(len, rows))) == 1:
            columns = [join_all(column) for column in zip(*rows, strict=True)]
            return self.series(use.state, [self.series(use.state, None, column, "tuple") for column in columns])
        column = self.series(use.state, None, self.any_element(row, use), "tuple")
        return self.series(use.state, None, column)

    def _py_map(self, use: Use) -> Value:
        function, given = self.first(use), use.arguments.positional[1:]
        columns = [self.elements(value, use.state, use.node) for value in given]
        known = [column for column, _ in columns if column is not None]
        if columns and len(known) == len(columns) and min(map(len, known)) <= _MOST_RANGE:
            rows = zip(*known, strict=False)
            return self.series(use.state, [self.call(function, Arguments(list(row)), use.state, use.node) for row in rows])
        row = [join_all(column) if column is not None else any_ for column, any_ in columns]
        return self.series(use.state, None, self.call(function, Arguments(row), use.state, use.node))

    def _py_filter(self, use: Use) -> Value:
        function, given = self.first(use), use.argument(1) or UNKNOWN
        exact, any_ = self.elements(given, use.state, use.node)
        kept: list[Value] = []
        sure = exact is not None and len(exact) <= _MOST_RANGE
        for item in (exact or []) if sure else [join_all(exact) if exact is not None else any_]:
            test = item if function.consts == (None,) else self.call(function, Arguments([item]), use.state, use.node)
            truth = self.truth(test, use.state)
            if truth is not False:
                kept.append(self.filtered(item, added(use.state.facts, test.true) or {}))
            sure = sure and truth is not None
        return self.series(use.state, kept) if sure else self.series(use.state, None, join_all([UNKNOWN, *kept]))

    def _py_range(self, use: Use) -> Value:
        bounds = [single(value) for value in use.arguments.positional]
        if bounds and all(type(bound) is int for bound in bounds) and use.arguments.rest is None and len(bounds) <= 3:
            numbers = _range([bound for bound in bounds if isinstance(bound, int)])
            if numbers is not None and len(numbers) <= _MOST_RANGE:
                return self.series(use.state, [constant(number) for number in numbers])
        return self.series(use.state, None, self.numbered(use))

    def _py_iter(self, use: Use) -> Value:
        """`iter(values)`: what `next` takes from one by one."""
        exact, _ = self.elements(self.first(use), use.state, use.node)
        if exact is None or len(use.arguments.positional) > 1:
            return self.first(use)
        return self.series(use.state, exact, kind="generator")

    def _py_islice(self, use: Use) -> Value:
        """`itertools.islice(values, start, stop, step)`."""
        exact, _ = self.elements(self.first(use), use.state, use.node)
        bounds = [single(value) for value in use.arguments.positional[1:]]
        numbers = [bound for bound in bounds if isinstance(bound, int) and bound >= 0]
        known = 0 < len(numbers) == len(bounds) <= 3 and use.arguments.rest is None
        if exact is None or not known or 0 in numbers[2:]:
            return self._py_series(use)
        return self.series(use.state, list(itertools.islice(exact, *numbers)))

    def _py_next(self, use: Use) -> Value:
        value, missing = self.first(use), use.argument(1)
        for ref in value.refs if len(value.refs) == 1 and not value.taints else ():
            thing = use.state.heap.get(ref.id) if isinstance(ref, Object) else None
            if isinstance(ref, Object) and thing is not None and thing.kind == "generator" and thing.items is not None:
                use.state.heap[ref.id] = thing.but(items=thing.items[1:])
                return thing.items[0] if thing.items else UNKNOWN if missing is None else missing
        exact, any_ = self.elements(value, use.state, use.node)
        if exact:
            return exact[0] if missing is None else join(exact[0], missing) if len(exact) > 1 else exact[0]
        found = any_ if exact is None else NOTHING
        return join(found, missing) if missing is not None else UNKNOWN if found is NOTHING else found

    def _py_chain(self, use: Use) -> Value:
        sources = use.arguments.positional
        if use.name.endswith("from_iterable"):
            exact, any_ = self.elements(self.first(use), use.state, use.node)
            sources = exact if exact is not None else [any_]
        items: list[Value] | None = []
        rest = NOTHING
        for source in sources:
            exact, any_ = self.elements(source, use.state, use.node)
            if exact is not None and items is not None:
                items += exact
            else:
                rest = join_all([rest, any_, *(exact or ()), *(items or ())])
                items = None
        return self.series(use.state, items, rest)

    def _py_reduce(self, use: Use) -> Value:
        function, exact_any = self.first(use), self.elements(use.argument(1) or UNKNOWN, use.state, use.node)
        exact, any_ = exact_any
        total = use.argument(2)
        items = exact if exact is not None and len(exact) <= _MOST_RANGE else [any_ if exact is None else join_all(exact)] * 2
        if total is None:
            total, items = (items[0], items[1:]) if items else (UNKNOWN, [])
        return self.folded(function, total, items, use)


def _range(bounds: list[int]) -> range | None:
    try:
        return range(*bounds)
    except ValueError:
        return None
