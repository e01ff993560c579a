"""Methods of lists, tuples and sets, in Python and JavaScript, that call nothing back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from fusion.dataflow.solver.calling.arguments import Arguments
from fusion.dataflow.solver.domain.beginnings import continued, disordered
from fusion.dataflow.solver.domain.state import CHANGED, MAX_ITEMS, Thing
from fusion.dataflow.solver.domain.values import NONE, NOTHING, UNKNOWN, Object, Value, constant, join, join_all, reference
from fusion.dataflow.solver.methods.queues import QueueMethods, is_roomy, left_over
from fusion.dataflow.solver.methods.receivers import Use, is_plain, single
from fusion.dataflow.solver.methods.sets import SET_METHODS, SetMethods
from fusion.dataflow.solver.methods.text import TextMethods

_PUT = "put into a list"
_FRONT = frozenset({"appendleft", "extendleft"})
_CHANGED = frozenset({CHANGED})


class ListMethods(SetMethods, TextMethods, QueueMethods):
    """One method per kind of list method."""

    def list_method(self, use: Use) -> Value | None:
        """A method of a list, tuple or set; None where they have none of that name."""
        handler = (_SCRIPT if self.script else _PYTHON).get(use.name)
        return None if handler is None else handler(self, use)

    # ---------------------------------------------------------------- growing

    def _list_values(self, use: Use) -> list[Value]:
        """The arguments as elements."""
        return [self.contained(value, use.node, _PUT) for value in use.arguments.positional]

    def with_items(self, use: Use, items: Sequence[Value] | None, extra: Value = NOTHING) -> None:
        """The receiver has these elements now; None: those it had, in any order and number, and `extra`."""
        thing = use.thing
        if thing.flags and is_roomy(thing):
            items = None if items is None else left_over(thing, items, front=use.name in _FRONT)
        if items is not None and len(items) <= MAX_ITEMS and extra is NOTHING:
            self.put(use, thing.but(items=tuple(items), flags=thing.flags | _CHANGED))
        elif items is None:
            self.put(use, disordered(thing, extra))
        else:
            self.put(use, continued(thing.but(items=tuple(items)), extra))

    def _list_append(self, use: Use) -> Value:
        thing, values = use.thing, self._list_values(use)
        spread = use.arguments.rest
        if thing.items is None or spread is not None:
            extra = join_all([*values, spread or NOTHING])
            self.put(use, disordered(thing, extra) if thing.flags and is_roomy(thing) else continued(thing, extra))
        else:
            self.with_items(use, [*thing.items, *values])
        return UNKNOWN if self.script else NONE

    def _list_put(self, use: Use) -> Value:
        """`queue.put(value, block, timeout)`."""
        value = self.contained(use.argument(0, "item") or UNKNOWN, use.node, _PUT)
        items = use.thing.items
        self.with_items(use, None if items is None else [*items, value], value if items is None else NOTHING)
        return NONE

    def _list_prepend(self, use: Use) -> Value:
        thing, values = use.thing, self._list_values(use)
        if thing.items is None or use.arguments.rest is not None:
            self.with_items(use, None, join_all([*values, use.arguments.rest or NOTHING]))
        else:
            self.with_items(use, [*values, *thing.items])
        return UNKNOWN if self.script else NONE

    def _list_add(self, use: Use) -> Value:
        """`set.add`: the set itself in JavaScript."""
        self._list_append(use)
        return reference(use.ref) if self.script else NONE

    def _list_extend(self, use: Use) -> Value:
        thing, front = use.thing, use.name == "extendleft"
        items: list[Value] | None = None if thing.items is None else list(thing.items)
        extra = NOTHING
        for argument in use.arguments.positional:
            exact, any_ = self.elements(argument, use.state, use.node)
            if exact is not None and items is not None:
                items = [*reversed(exact), *items] if front else [*items, *exact]
            else:
                extra = join(extra, self.contained(any_, use.node, _PUT))
        if items is None and not front and not is_roomy(thing):
            self.put(use, continued(thing, extra))
        else:
            self.with_items(use, None if front and extra is not NOTHING else items, extra)
        return NONE

    def _list_insert(self, use: Use) -> Value:
        place, value = use.number(0), use.argument(1)
        if value is None:
            return NONE
        value = self.contained(value, use.node, _PUT)
        if use.thing.items is None or place is None:
            self.with_items(use, None, value)
        else:
            items = list(use.thing.items)
            items.insert(place, value)
            self.with_items(use, items)
        return NONE

    # ---------------------------------------------------------------- shrinking

    def _list_pop(self, use: Use) -> Value:
        """`pop`, `shift`, `popleft`: what is taken out is not in it any more."""
        thing = use.thing
        place = self.taken_place(use)
        if thing.items is None or place is None:
            found = thing.everything()
            if not self.script:
                found = self.apart(found, ("taken", id(use.node)), use.state)
            self.with_items(use, None)
            return UNKNOWN if found is NOTHING else found
        if not -len(thing.items) <= place < len(thing.items):
            return NONE if self.script else UNKNOWN
        items = list(thing.items)
        found = items.pop(place)
        self.with_items(use, items)
        return found

    def _list_remove(self, use: Use) -> Value:
        """`remove`, `discard`, JavaScript's `Set.delete`."""
        result = UNKNOWN if self.script else NONE
        wanted, items = use.argument(0), use.thing.items
        if wanted is None or items is None:
            return result
        place = next((place for place, item in enumerate(items) if _is(item, wanted)), None)
        # Where hostile data equals one of our constants before it, taking out either leaves nothing hostile.
        sure = place is not None and all(_is_not(item, wanted) or (wanted.taints and is_plain(item)) for item in items[:place])
        if place is not None and sure:
            self.with_items(use, [*items[:place], *items[place + 1 :]])
        elif not all(_is_not(item, wanted) for item in items):
            self.with_items(use, None)
        return result

    def _list_clear(self, use: Use) -> Value:
        self.put(use, Thing(use.thing.kind, (), flags=use.thing.flags))
        return NONE

    def _list_splice(self, use: Use) -> Value:
        """`splice(start, count, ...new)`: gives what it takes out."""
        thing, start = use.thing, use.number(0)
        new = self._list_values(use)[2:]
        size = len(thing.items or ())
        count = use.number(1, size)
        if thing.items is None or start is None or count is None:
            everything = thing.everything()
            self.with_items(use, None, join_all(new))
            return self.series(use.state, None, everything)
        items = list(thing.items)
        begin = max(size + start, 0) if start < 0 else min(start, size)
        taken = items[begin : begin + max(count, 0)]
        items[begin : begin + max(count, 0)] = new
        self.with_items(use, items)
        return self.series(use.state, taken)

    # ---------------------------------------------------------------- order and copies

    def _list_reverse(self, use: Use) -> Value:
        items = None if use.thing.items is None else use.thing.items[::-1]
        if use.name == "toReversed":
            return self.series(use.state, items, use.thing.rest)
        self.with_items(use, items)
        return reference(use.ref) if self.script else NONE

    def _list_sort(self, use: Use) -> Value:
        items: Sequence[Value] | None = use.thing.items
        any_ = use.thing.everything()
        ordered = None if items is None or self.script else self.by_key(items, use)
        if ordered is not None:
            self.with_items(use, ordered)
            return NONE
        for function in (use.argument(0), use.arguments.keywords.get("key")):
            if function is not None and function.refs:
                self.call(function, Arguments([any_, any_] if self.script else [any_]), use.state, use.node)
        if items is not None and len(items) > 1:
            items = None if use.arguments.positional or use.arguments.keywords else self.ordered(items)
        if use.name == "toSorted":
            return self.series(use.state, items, use.thing.rest if items is not None else use.thing.everything())
        self.with_items(use, items)
        return reference(use.ref) if self.script else NONE

    def _list_copy(self, use: Use) -> Value:
        return self.make(use.state, use.thing)

    def _list_slice(self, use: Use) -> Value:
        items, low, high = use.thing.items, use.number(0, 0), use.argument(1)
        last = None if high is None else use.number(1)
        if items is not None and low is not None and (high is None or last is not None):
            return self.series(use.state, items[low:last], use.thing.rest)
        return self.series(use.state, None, use.thing.everything())

    def _list_concat(self, use: Use) -> Value:
        items: list[Value] | None = None if use.thing.items is None else list(use.thing.items)
        rest = use.thing.rest if items is not None else use.thing.everything()
        for argument in use.arguments.positional:
            spread = any(isinstance(ref, Object) for ref in argument.refs)
            exact, any_ = self.elements(argument, use.state, use.node) if spread else ([argument], NOTHING)
            if exact is not None and items is not None:
                items += exact
            else:
                rest = join_all([rest, any_, *(exact or ())])
                items, rest = None, join_all([rest, *(items or ())])
        return self.series(use.state, items, rest)

    def _list_flat(self, use: Use) -> Value:
        exact: list[Value] | None = []
        rest = NOTHING
        for item in use.thing.items if use.thing.items is not None else [use.thing.everything()]:
            inner, any_ = self.elements(item, use.state, use.node) if item.refs else ([item], NOTHING)
            if inner is not None and exact is not None and use.thing.items is not None:
                exact += inner
            else:
                rest = join_all([rest, any_, *(inner or ()), *(exact or ())])
                exact = None
        return self.series(use.state, exact, rest)

    def _list_fill(self, use: Use) -> Value:
        value = use.argument(0) or NONE
        items = use.thing.items
        whole = use.argument(1) is None
        if items is not None and whole:
            self.with_items(use, [value] * len(items))
        elif whole:
            self.put(use, use.thing.but(rest=value, fields={}))
        else:
            self.with_items(use, None, value)
        return reference(use.ref)

    # ---------------------------------------------------------------- reading

    def _list_at(self, use: Use) -> Value:
        place, items = use.number(0, 0), use.thing.items
        if items is not None and place is not None:
            return items[place] if -len(items) <= place < len(items) else NONE
        found = use.thing.everything()
        return UNKNOWN if found is NOTHING else found

    def _list_find(self, use: Use) -> Value:
        """`index`, `indexOf`, `includes`, `count`: whether something is in it; as for text, found means a place."""
        wanted = use.argument(0)
        if wanted is None:
            return UNKNOWN
        listed = self.membership(use.value, wanted, use.state)
        if use.name == "index":
            use.state.learn(listed.true)  # it raises otherwise
        return self._list_place(use, wanted) or listed

    def _list_place(self, use: Use, wanted: Value) -> Value | None:
        """The place of a constant among constants."""
        items, const = use.thing.items, single(wanted)
        if items is None or not wanted.consts or wanted.taints or wanted.refs or len(wanted.consts) != 1:
            return None
        consts = [single(item) if item.consts and len(item.consts) == 1 else _OTHER for item in items]
        if _OTHER in consts or any(item.taints or item.refs for item in items):
            return None
        places = [place for place, other in enumerate(consts) if other == const and type(other) is type(const)]
        match use.name:
            case "includes" | "__contains__" | "has":
                return constant(bool(places))
            case "count":
                return constant(len(places))
            case "lastIndexOf":
                return constant(places[-1] if places else -1)
            case _:
                return constant(places[0]) if places else constant(-1) if self.script else None

    def _list_text(self, use: Use) -> Value:
        """JavaScript's `list.join(separator)` and `toString`."""
        separator = use.argument(0)
        given = constant(",") if separator is None or use.name == "toString" else separator
        return self.join_parts(use.value, given, use)

    def _list_entries(self, use: Use) -> Value:
        items = use.thing.items
        if items is not None:
            pairs = [self.series(use.state, [constant(place), item], kind="tuple") for place, item in enumerate(items)]
            return self.series(use.state, pairs)
        pair = self.series(use.state, [UNKNOWN, use.thing.everything()], kind="tuple")
        return self.series(use.state, None, pair)

    def _list_self(self, use: Use) -> Value:
        return reference(use.ref)

    def _list_keys(self, use: Use) -> Value:
        if use.thing.kind == "set":
            return self._list_copy(use)
        items = use.thing.items
        return self.series(use.state, None if items is None else [constant(place) for place in range(len(items))], UNKNOWN)

    def _list_next(self, use: Use) -> Value:
        """JavaScript's iterators."""
        found = use.thing.everything()
        fields: dict[object, Value] = {"value": UNKNOWN if found is NOTHING else found, "done": UNKNOWN}
        return self.make(use.state, Thing("dict", None, fields))


_OTHER = object()


def _is(item: Value, wanted: Value) -> bool:
    """Surely the same."""
    if item.taints or wanted.taints:
        return bool(item.taints) and [taint.whole for taint in item.taints] == [taint.whole for taint in wanted.taints]
    if item.refs or wanted.refs:
        return item.refs == wanted.refs and len(item.refs) == 1 and item.consts == wanted.consts == ()
    return bool(item.consts) and item.consts == wanted.consts and len(item.consts or ()) == 1


def _is_not(item: Value, wanted: Value) -> bool:
    """Surely another."""
    if item.taints or wanted.taints or item.refs or wanted.refs or not item.consts or not wanted.consts:
        return False
    return not set(item.consts) & set(wanted.consts)


_Handler = Callable[[Any, Use], Value]


def _all(handler: _Handler, names: str) -> dict[str, _Handler]:
    return dict.fromkeys(names.split(), handler)


_PYTHON: dict[str, _Handler] = {
    **SET_METHODS,
    **_all(ListMethods._list_append, "append"),
    **_all(ListMethods._list_prepend, "appendleft"),
    **_all(ListMethods._list_add, "add"),
    **_all(ListMethods._list_extend, "extend update extendleft"),
    **_all(ListMethods._list_insert, "insert"),
    **_all(ListMethods._list_put, "put put_nowait"),
    **_all(ListMethods._list_pop, "pop popleft get get_nowait"),
    **_all(ListMethods._list_remove, "remove discard"),
    **_all(ListMethods._list_clear, "clear"),
    **_all(ListMethods._list_reverse, "reverse"),
    **_all(ListMethods._list_rotate, "rotate"),
    **_all(ListMethods._list_sort, "sort"),
    **_all(ListMethods._list_copy, "copy"),
    **_all(ListMethods._list_find, "index count __contains__"),
    **_all(ListMethods._list_at, "__getitem__ __next__"),
    **_all(lambda _self, _use: UNKNOWN, "__len__ isdisjoint"),
}
_SCRIPT: dict[str, _Handler] = {
    **SET_METHODS,
    **_all(ListMethods._list_append, "push"),
    **_all(ListMethods._list_prepend, "unshift"),
    **_all(ListMethods._list_add, "add"),
    **_all(ListMethods._list_pop, "pop shift"),
    **_all(ListMethods._list_remove, "delete"),
    **_all(ListMethods._list_clear, "clear"),
    **_all(ListMethods._list_splice, "splice"),
    **_all(ListMethods._list_reverse, "reverse toReversed"),
    **_all(ListMethods._list_sort, "sort toSorted"),
    **_all(ListMethods._list_slice, "slice"),
    **_all(ListMethods._list_concat, "concat"),
    **_all(ListMethods._list_flat, "flat"),
    **_all(ListMethods._list_fill, "fill"),
    **_all(ListMethods._list_at, "at"),
    **_all(ListMethods._list_find, "includes indexOf lastIndexOf has"),
    **_all(ListMethods._list_text, "join toString"),
    **_all(ListMethods._list_entries, "entries"),
    **_all(ListMethods._list_keys, "keys"),
    **_all(ListMethods._list_self, "values valueOf"),
    **_all(ListMethods._list_next, "next"),
}
