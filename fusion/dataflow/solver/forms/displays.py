"""Lists, dictionaries and comprehensions as they stand in the text."""

from __future__ import annotations

from fusion.dataflow import ir
from fusion.dataflow.solver.calling.arguments import things
from fusion.dataflow.solver.domain.beginnings import front
from fusion.dataflow.solver.domain.optional import PERHAPS, overlaid
from fusion.dataflow.solver.domain.state import MAX_ITEMS, State, Thing, checked_inside
from fusion.dataflow.solver.domain.values import NOTHING, UNKNOWN, Object, Value, believed, join, join_all, reference, tainted
from fusion.dataflow.solver.machine import Machine

_MOST_ELEMENTS = 12


class Displays(Machine):
    """Displays and comprehensions."""

    def _series(self, node: ir.Series, state: State) -> Value:
        items: list[Value] | None = []
        fields: dict[object, Value] = {}
        rest = NOTHING
        for item in node.items:
            if isinstance(item, ir.Spread):
                exact, any_ = self.elements(self.evaluate(item.value, state), state, node)
                if exact is not None and items is not None:
                    items.extend(exact)
                else:
                    if items is not None:
                        fields = front(Thing(node.kind, tuple(items)))
                    rest = join_all([rest, any_, *(items or ())[len(fields) :]])
                    items = None
            else:
                value = self.evaluate(item, state)
                if items is not None and len(items) < MAX_ITEMS:
                    items.append(value)
                else:
                    rest = join_all([rest, value, *(items or ())])
                    items = None
        if items is not None and len(items) == 2 and items[0].consts:
            self.check_named(items[0].consts[0], items[1], state, node)
        thing = Thing(node.kind, None if items is None else tuple(items), fields, rest)
        return reference(Object(state.allocate(thing)))

    def _table(self, node: ir.Table, state: State) -> Value:
        fields: dict[object, Value] = {}
        rest = keys = NOTHING
        sure: set[object] = set()
        for key, value_node in node.items:
            value = self.evaluate(value_node, state)
            if key is None:
                exact = len(value.refs) == 1 and not value.taints
                found = list(things(value, state))
                self.covered(fields, value, state, node)
                shared = every = _shared(value, found)
                for thing in found:
                    if thing.rest is not NOTHING:
                        sure.clear()
                    sure |= thing.certain if exact else set()
                    fields = {key: NOTHING if key in shared else known for key, known in fields.items()} if shared else fields
                    shared = frozenset()
                    overlaid(fields, thing.fields, perhaps=not exact or value.consts != () or PERHAPS in thing.flags)
                    rest = join(rest, thing.rest)
                    keys = join(keys, thing.keys)
                sure |= {key for key in every if all(key in thing.certain for thing in found)}
                if (held := self.any_entry(value, state, node)) is not NOTHING:
                    sure.clear()
                    rest, keys = join(rest, held), join(keys, held)
                if value.taints or (value.consts is None and not value.refs):
                    sure.clear()
                    rest = join(rest, tainted(value.taints))
                    keys = join(keys, tainted(value.taints))
                continue
            name = self.evaluate(key, state)
            if isinstance(value_node, ir.Function) and value_node.role == "setter" and name.consts:
                fields[f"{name.consts[0]!s}="] = value
            elif name.consts and len(name.consts) == 1 and not name.refs and len(fields) < MAX_ITEMS * 4:
                fields[name.consts[0]] = value
                sure.add(name.consts[0])
                self.check_named(name.consts[0], value, state, value_node)
                if value.taints and isinstance(name.consts[0], str):
                    self.check_name(name.consts[0], value, state, value_node)
            else:
                sure.clear()
                rest = join(rest, value)
                keys = join(keys, name)
        return reference(Object(state.allocate(Thing("dict", None, fields, rest, keys, sure=frozenset(sure)))))

    def covered(self, fields: dict[object, Value], value: Value, state: State, node: ir.Node) -> None:
        """Whoever chose the value chose its keys: what it has under the same names may take the fields' place."""
        for thing in things(value, state) if self.script and fields else ():
            if thing.rest.taints and thing.keys.taints:
                for name in fields.keys() - thing.fields.keys():
                    fields[name] = join(fields[name], self.apart(thing.rest, name, state))
        if self.script and value.taints:
            whole = tainted(value.taints)
            for name, field in fields.items():
                if isinstance(name, str):
                    fields[name] = join(field, self.load_attribute(whole, name, state, node))

    def _comprehension(self, node: ir.Comprehension, state: State) -> Value:
        saved = dict(state.locals)
        facts = state.facts
        found = self._clauses(node, 0, state)
        state.locals = saved
        state.facts = facts
        exact = all(sure for sure, _, _ in found)
        if node.kind == "dict":
            fields: dict[object, Value] = {}
            rest = keys = NOTHING
            for _, key, value in found:
                if exact and key.consts and len(key.consts) == 1 and not key.taints:
                    fields[key.consts[0]] = value
                else:
                    rest, keys = join(rest, value), join(keys, key)
            return reference(Object(state.allocate(Thing("dict", None, fields, rest, keys))))
        values = [value for _, _, value in found]
        if exact and len(values) <= MAX_ITEMS:
            return reference(Object(state.allocate(Thing(node.kind, tuple(values)))))
        pieces = NOTHING
        if node.kind == "list" and not self.script and 1 < len(found) <= MAX_ITEMS:
            perhaps = tuple(value if sure or value.taints else UNKNOWN for sure, _, value in found)
            pieces = reference(Object(state.allocate(Thing("tuple", perhaps))))
        return reference(Object(state.allocate(Thing(node.kind, None, {}, join_all(values), pieces))))

    def _clauses(self, node: ir.Comprehension, place: int, state: State) -> list[tuple[bool, Value, Value]]:
        """(whether it is surely one element, key, value) of each element."""
        if place == len(node.clauses):
            key = self.evaluate(node.key, state) if node.key is not None else NOTHING
            value = checked_inside(self.evaluate(node.value, state), state, state.facts)
            return [(True, believed(key, state.facts), value)]
        clause = node.clauses[place]
        exact, any_ = self.elements(self.evaluate(clause.iterable, state), state, clause)
        sure = exact is not None and len(exact) <= _MOST_ELEMENTS
        found: list[tuple[bool, Value, Value]] = []
        for value in (exact or []) if sure else [any_]:
            self.assign(clause.target, value, state, clause)
            facts = state.facts
            certain, reached = sure, True
            for condition in clause.conditions:
                test = self.evaluate(condition, state)
                truth = self.truth(test, state)
                if truth is False:
                    reached = False
                    break
                certain = certain and truth is True
                state.learn(test.true)
            if reached:
                found.extend((certain and one, key, item) for one, key, item in self._clauses(node, place + 1, state))
            state.facts = facts
        return found


def _shared(value: Value, found: list[Thing]) -> frozenset[object]:
    """The keys that each of several objects surely has: what stood under them before is replaced, whichever it is."""
    if len(found) < 2 or len(found) != len(value.refs) or value.consts != () or value.taints:
        return frozenset()
    return frozenset.intersection(*(frozenset() if PERHAPS in thing.flags else frozenset(thing.fields) for thing in found))
