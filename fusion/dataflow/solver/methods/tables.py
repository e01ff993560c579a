"""Methods of dictionaries, JavaScript's maps and objects, generators, and of hostile data that is used as a container."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fusion.dataflow import ir
from fusion.dataflow.solver.builtin.settings_values import converted
from fusion.dataflow.solver.calling.arguments import things
from fusion.dataflow.solver.domain.optional import JUMBLED, PERHAPS, in_order, overlaid
from fusion.dataflow.solver.domain.state import MAX_ITEMS, Thing
from fusion.dataflow.solver.domain.taints import Facts, added
from fusion.dataflow.solver.domain.values import (
    NONE,
    NOTHING,
    UNKNOWN,
    Value,
    believed,
    constant,
    join,
    join_all,
    not_among,
    reference,
    tainted,
)
from fusion.dataflow.solver.methods.callbacks import CallbackMethods
from fusion.dataflow.solver.methods.patterns import PatternMethods
from fusion.dataflow.solver.methods.receivers import Use, single

_PUT = "put into a dictionary"
_MOST_FIELDS = MAX_ITEMS * 4


class TableMethods(PatternMethods, CallbackMethods):
    """One method per kind of dictionary method."""

    def table_method(self, use: Use) -> Value | None:
        """A method of a dictionary or map; None where it has none of that name."""
        table = (_MAP if use.thing.kind == "map" else _OBJECT) if self.script else _PYTHON
        handler = table.get(use.name)
        return None if handler is None else handler(self, use)

    def container_method(self, use: Use) -> Value | None:
        """A method of hostile data whose shape is not known, as a container; None where containers have none of that name."""
        handler = (_SCRIPT_CONTAINER if self.script else _PYTHON_CONTAINER).get(use.name)
        return None if handler is None else handler(self, use)

    def generator_method(self, use: Use) -> Value | None:
        """A method of a generator."""
        if use.name not in ("next", "send", "__next__", "throw", "close", "return"):
            return None
        found = use.thing.everything()
        value = UNKNOWN if found is NOTHING else found
        if self.script and use.name == "next":
            return self.make(use.state, Thing("dict", None, {"value": value, "done": UNKNOWN}))
        return value

    # ---------------------------------------------------------------- parts of a dictionary

    def keys_of(self, thing: Thing) -> tuple[list[Value], bool]:
        """Its keys, and whether these are all there are."""
        keys = [constant(key) for key in thing.fields if isinstance(key, str | bytes | int | float | bool | None)]
        complete = thing.rest is NOTHING and thing.keys is NOTHING and thing.items is None
        return (keys if complete else [*keys, thing.keys]), complete

    def listed_keys(self, thing: Thing, use: Use) -> Value:
        """A list of its keys."""
        keys, complete = self.keys_of(thing)
        any_ = join_all(keys)
        return self.series(use.state, keys) if complete else self.series(use.state, None, UNKNOWN if any_ is NOTHING else any_)

    def listed_values(self, thing: Thing, use: Use) -> Value:
        """A list of its values."""
        complete = self.keys_of(thing)[1]
        return self.series(
            use.state, list(thing.fields.values()) if complete else None, thing.rest if complete else thing.everything()
        )

    def listed_pairs(self, thing: Thing, use: Use) -> Value:
        """A list of (key, value)."""
        keys, complete = self.keys_of(thing)
        if complete and len(keys) == len(thing.fields) and len(keys) <= MAX_ITEMS:
            pairs = zip(keys, thing.fields.values(), strict=True)
            return self.series(use.state, [self.series(use.state, pair, kind="tuple") for pair in pairs])
        any_key = join_all(keys)
        pair = [UNKNOWN if any_key is NOTHING else any_key, thing.everything()]
        return self.series(use.state, None, self.series(use.state, pair, kind="tuple"))

    # ---------------------------------------------------------------- reading

    def _table_get(self, use: Use) -> Value:
        key = use.argument(0)
        if key is None:
            return UNKNOWN
        missing = use.argument(1, "default") or NONE
        fields = use.thing.fields
        if key.consts and not key.taints and not key.refs:
            found = join_all(fields[const] for const in key.consts if const in fields)
            if use.thing.rest is NOTHING and not all(const in fields for const in key.consts):
                return join(found, missing)
            if use.thing.rest is not NOTHING and not use.thing.sure.issuperset(key.consts):
                other = self.apart(use.thing.rest, key.consts[0], use.state)
                found = join_all([found, other, NOTHING if all(const in fields for const in key.consts) else missing])
            return found
        if missing.taints and use.thing.rest is NOTHING:
            missing = believed(missing, not_among(key, fields, self.data.elements) or {})
        found = join(use.thing.everything(), missing)
        nothing = [thing for thing in things(missing, use.state) if thing.kind == "dict" and not thing.fields]
        empty = missing.consts == () and len(missing.refs) == len(nothing) and all(thing.rest is NOTHING for thing in nothing)
        if not empty and self.truth(missing, use.state) is not False:
            return found
        listed = self.membership(join_all(self.keys_of(use.thing)[0]), key, use.state).true
        return Value(found.consts, found.refs, found.taints, listed, self._not_a_key(key, use.thing))

    def _not_a_key(self, key: Value, thing: Thing) -> Facts | None:
        """What is known of a character under which nothing true is found."""
        if not key.taints or thing.rest is not NOTHING or thing.keys is not NOTHING:
            return None
        marks = [mark for mark, value in thing.fields.items() if value.refs or (value.consts and all(value.consts))]
        return not_among(key, marks, self.data.elements)

    def _table_option(self, use: Use) -> Value:
        """`section.getboolean(option)` of settings."""
        found = use.thing.fields.get(use.constant(0, "option"))
        fallback = use.argument(1, "fallback")
        return converted(found, use.name) if found is not None else UNKNOWN if fallback is None else fallback

    def _table_keys(self, use: Use) -> Value:
        return self.listed_keys(use.thing, use)

    def _table_values(self, use: Use) -> Value:
        return self.listed_values(use.thing, use)

    def _table_pairs(self, use: Use) -> Value:
        return self.listed_pairs(use.thing, use)

    def _table_copy(self, use: Use) -> Value:
        return self.make(use.state, use.thing)

    def _table_has(self, use: Use) -> Value:
        """Whether a key is in it: one of its own is no hostile text any more."""
        key = use.argument(0)
        if key is None:
            return UNKNOWN
        keys, complete = self.keys_of(use.thing)
        const = single(key)
        if key.consts and len(key.consts) == 1 and not key.taints and not key.refs and (complete or const in use.thing.fields):
            return constant(const in use.thing.fields)
        found = self.membership(join_all(keys), key, use.state)
        if use.thing.kind == "map":
            return Value(None, (), (), found.true, added(found.false, self._not_a_key(key, use.thing)))
        return Value(None, (), (), added(found.true, self.owned(key)), found.false)

    # ---------------------------------------------------------------- writing

    def _table_setdefault(self, use: Use) -> Value:
        key, value = use.argument(0), use.argument(1, "default") or NONE
        if key is None:
            return UNKNOWN
        const = single(key)
        sure = bool(key.consts) and len(key.consts or ()) == 1 and not key.taints and not key.refs
        if sure and const in use.thing.fields and use.thing.rest is NOTHING:
            return use.thing.fields[const]
        found = self._table_get(use) if const in use.thing.fields or use.thing.rest is not NOTHING or not sure else NOTHING
        self.store_index(reference(use.ref), key, self.contained(join(found, value), use.node, _PUT), use.state, use.node)
        return join(found, value)

    def _table_pop(self, use: Use) -> Value:
        key = use.argument(0)
        if key is None:
            return UNKNOWN
        found = self._table_get(use) if use.argument(1) is not None else self.load_index(use.value, key, use.state, use.node)
        const = single(key)
        if const in use.thing.fields and key.consts and len(key.consts) == 1:
            fields = dict(use.thing.fields)
            del fields[const]
            self.put(use, use.thing.but(fields=fields))
        return found

    def _table_popitem(self, use: Use) -> Value:
        """`popitem(last=True)`: what was put in last, or first."""
        keys = join_all(self.keys_of(use.thing)[0])
        order = in_order(use.thing)
        last = constant(True) if use.argument(0, "last") is None else use.argument(0, "last")
        if order and isinstance(which := single(last), bool):
            key = order[-1 if which else 0]
            fields = dict(use.thing.fields)
            pair = [constant(key), fields.pop(key)]
            self.put(use, use.thing.but(fields=fields, sure=use.thing.sure - {key}))
            return self.series(use.state, pair, kind="tuple")
        pair = [UNKNOWN if keys is NOTHING else keys, use.thing.everything()]
        return self.series(use.state, pair, kind="tuple")

    def _table_move(self, use: Use) -> Value:
        """`move_to_end(key, last=True)`."""
        key, last = use.constant(0, "key"), single(use.argument(1, "last") or constant(True))
        fields = dict(use.thing.fields)
        if key in fields and isinstance(last, bool):
            value = fields.pop(key)
            self.put(use, use.thing.but(fields={**fields, key: value} if last else {key: value, **fields}, sure=use.thing.sure))
        else:
            self.put(use, use.thing.but(flags=use.thing.flags | {JUMBLED}))
        return NONE

    def _table_delete(self, use: Use) -> Value:
        const, key = use.constant(0), use.argument(0)
        if key is not None and key.consts and len(key.consts) == 1 and const in use.thing.fields:
            fields = dict(use.thing.fields)
            del fields[const]
            self.put(use, use.thing.but(fields=fields))
        return UNKNOWN

    def _table_clear(self, use: Use) -> Value:
        self.put(use, Thing(use.thing.kind, klass=use.thing.klass, path=use.thing.path, flags=use.thing.flags))
        return NONE

    def _table_set(self, use: Use) -> Value:
        """JavaScript's `map.set(key, value)`."""
        key, value = use.argument(0), use.argument(1)
        if key is not None and value is not None:
            self.put(use, self.with_entry(use.thing, key, self.contained(value, use.node, _PUT)))
        return reference(use.ref)

    def with_entry(self, thing: Thing, key: Value, value: Value) -> Thing:
        """A dictionary with one more entry, whatever the key is."""
        if key.consts and len(key.consts) == 1 and not key.taints and not key.refs and len(thing.fields) < _MOST_FIELDS:
            return thing.but(fields={**thing.fields, key.consts[0]: value}, sure=thing.sure | {key.consts[0]})
        return thing.but(rest=join(thing.rest, value), keys=join(thing.keys, key))

    def with_entries(self, thing: Thing, source: Value, use: Use) -> Thing:
        """A dictionary with the entries of another, or of a sequence of pairs."""
        tables = [found for found in things(source, use.state) if found.kind in ("dict", "map", "instance")]
        for table in tables:
            sure = len(source.refs) == 1 and not source.taints
            fields = dict(thing.fields)
            self.covered(fields, source, use.state, use.node)
            if sure:
                overlaid(fields, table.fields, perhaps=PERHAPS in table.flags)
            else:
                fields.update({key: join(fields.get(key, NOTHING), value) for key, value in table.fields.items()})
            known = table.certain if sure else frozenset()
            thing = thing.but(
                fields=fields,
                rest=join(thing.rest, table.rest),
                keys=join(thing.keys, table.keys),
                flags=thing.flags | (table.flags & {PERHAPS}),
                sure=known | thing.certain if table.rest is NOTHING else known,
            )
        if tables and not source.taints:
            return thing
        if not source.refs or source.taints:
            inside = tainted(source.taints) if source.taints else UNKNOWN
            key = self.load_index(inside, UNKNOWN, use.state, use.node) if source.taints else UNKNOWN
            fields = dict(thing.fields)
            self.covered(fields, source, use.state, use.node)
            return thing.but(fields=fields, rest=join(thing.rest, key), keys=join(thing.keys, key))
        exact, any_ = self.elements(source, use.state, use.node)
        for pair in exact if exact is not None else [any_]:
            first, second = (self.load_index(pair, constant(place), use.state, use.node) for place in (0, 1))
            if exact is not None:
                thing = self.with_entry(thing, first, second)
            else:
                thing = thing.but(rest=join(thing.rest, second), keys=join(thing.keys, first))
        return thing

    def _table_update(self, use: Use) -> Value:
        thing = use.thing
        for source in use.arguments.positional:
            thing = self.with_entries(thing, source, use)
        thing = self.with_keywords(thing, use)
        self.put(use, thing)
        return NONE

    def with_keywords(self, thing: Thing, use: Use) -> Thing:
        """A dictionary with the keyword arguments as entries."""
        given = use.arguments
        if given.keywords:
            fields = dict(thing.fields)
            fields.update(given.keywords)
            thing = thing.but(fields=fields, sure=thing.sure | given.keywords.keys())
        if given.more is not None:
            thing = thing.but(rest=join(thing.rest, given.more), keys=join(thing.keys, UNKNOWN))
        return thing

    def _table_union(self, use: Use) -> Value:
        thing = use.thing
        for source in use.arguments.positional:
            thing = self.with_entries(thing, source, use)
        return self.make(use.state, thing)

    # ---------------------------------------------------------------- hostile containers

    def _container_get(self, use: Use) -> Value:
        key = use.argument(0)
        found = self.load_index(use.value, UNKNOWN if key is None else key, use.state, use.node)
        missing = use.argument(1, "default")
        return found if missing is None else join(found, missing)

    def _container_element(self, use: Use) -> Value:
        return self.load_index(use.value, UNKNOWN, use.state, use.node)

    def _container_end(self, use: Use) -> Value:
        """`pop()`, `shift()`: the last or first, or what is under the key."""
        if use.argument(0) is not None:
            return self._container_get(use)
        found = self.load_index(use.value, constant(0 if use.name in ("shift", "popleft") else -1), use.state, use.node)
        return found if self.script else self.apart(found, ("taken", id(use.node)), use.state)

    def _container_all(self, use: Use) -> Value:
        """`keys`, `values`, `getlist`: a list of parts."""
        key: ir.Constant = single(use.argument(0)) if use.argument(0) is not None else use.name
        return self.series(use.state, None, self.load_index(use.value, constant(key), use.state, use.node))

    def _container_pairs(self, use: Use) -> Value:
        pair = [self.load_index(use.value, constant(name), use.state, use.node) for name in ("keys", "values")]
        return self.series(use.state, None, self.series(use.state, pair, kind="tuple"))

    def _container_pair(self, use: Use) -> Value:
        return self.series(use.state, [self._container_element(use), self._container_element(use)], kind="tuple")

    def _container_copy(self, use: Use) -> Value:
        return tainted(use.value.taints)

    def _container_join(self, use: Use) -> Value:
        """JavaScript's `parts.join(separator)` of hostile parts."""
        separator = use.argument(0)
        return self.join_parts(use.value, constant(",") if separator is None else separator, use)


_Handler = Callable[[Any, Use], Value]


def _all(handler: _Handler, names: str) -> dict[str, _Handler]:
    return dict.fromkeys(names.split(), handler)


_PYTHON: dict[str, _Handler] = {
    **_all(TableMethods._table_get, "get"),
    **_all(TableMethods._table_option, "getboolean getint getfloat"),
    **_all(TableMethods._table_keys, "keys"),
    **_all(TableMethods._table_values, "values"),
    **_all(TableMethods._table_pairs, "items"),
    **_all(TableMethods._table_copy, "copy"),
    **_all(TableMethods._table_has, "__contains__ has_key"),
    **_all(TableMethods._table_setdefault, "setdefault"),
    **_all(TableMethods._table_pop, "pop"),
    **_all(TableMethods._table_popitem, "popitem"),
    **_all(TableMethods._table_move, "move_to_end"),
    **_all(TableMethods._table_clear, "clear"),
    **_all(TableMethods._table_update, "update"),
    **_all(TableMethods._table_union, "union __or__"),
    **_all(lambda _self, _use: UNKNOWN, "__len__"),
}
_MAP: dict[str, _Handler] = {
    **_all(TableMethods._table_get, "get"),
    **_all(TableMethods._table_keys, "keys"),
    **_all(TableMethods._table_values, "values"),
    **_all(TableMethods._table_pairs, "entries"),
    **_all(TableMethods._table_has, "has"),
    **_all(TableMethods._table_set, "set"),
    **_all(TableMethods._table_delete, "delete"),
    **_all(TableMethods._table_clear, "clear"),
    **_all(CallbackMethods.each_entry, "forEach"),
}
_OBJECT: dict[str, _Handler] = {
    **_all(TableMethods._table_has, "hasOwnProperty propertyIsEnumerable"),
    **_all(lambda _self, use: reference(use.ref), "valueOf"),
    **_all(lambda _self, _use: UNKNOWN, "toString toLocaleString isPrototypeOf"),
}
_PYTHON_CONTAINER: dict[str, _Handler] = {
    **_all(TableMethods._container_get, "get setdefault __getitem__"),
    **_all(TableMethods._container_end, "pop popleft"),
    **_all(TableMethods._container_pair, "popitem"),
    **_all(TableMethods._container_all, "keys values getlist getall get_all"),
    **_all(TableMethods._container_pairs, "items"),
    **_all(TableMethods._container_copy, "copy"),
    **_all(lambda _self, _use: NONE, "append extend insert remove clear sort reverse update add discard"),
}
_SCRIPT_CONTAINER: dict[str, _Handler] = {
    **_all(TableMethods._container_get, "get"),
    **_all(TableMethods._container_end, "pop shift"),
    **_all(TableMethods._container_all, "keys values getAll"),
    **_all(TableMethods._container_pairs, "entries"),
    **_all(TableMethods._container_copy, "reverse sort flat splice toSorted toReversed"),
    **_all(lambda _self, _use: UNKNOWN, "push unshift hasOwnProperty has"),
    **_all(TableMethods._container_join, "join"),
}
