"""The state of a program point: variables, objects, and what checks have shown."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from types import EllipsisType
from typing import Any

from fusion.dataflow import ir
from fusion.dataflow.solver.domain.beginnings import front, parted
from fusion.dataflow.solver.domain.optional import JUMBLED, PERHAPS, lacking
from fusion.dataflow.solver.domain.taints import Facts, common
from fusion.dataflow.solver.domain.values import NOTHING, Klass, Object, Value, believed, join

MAX_ITEMS = 64
"""Elements that a list or dictionary keeps apart; beyond, they are one."""

GUESSED = "guessed"
"""Flag of a library's object that is believed to be one from a name only."""

CHANGED = "changed"
"""Flag of a list that was changed since it was made."""

POLLUTING = "prototype-by-key"
"""The path of what `object[key]` may be when the key comes from outside: the prototype of every object."""

ATTRIBUTES = "__dict__"
"""The field of an object with the table of its attributes, once the program has asked for it."""

STREAMED = ("stream", "pieces")
"""The field of a stream with the pieces that it gives."""

_FAR = 500
"""Partings of paths that are gone back; farther, everything is compared."""

_ids = itertools.count(1)


@dataclass(slots=True, eq=False)
class Scope:
    """Where names are looked up: a function's frame, the scopes around it, and the module."""

    function: ir.Function | None
    frame: int
    outer: Scope | None
    module: str
    captured: dict[str, Value] = field(default_factory=dict)
    """The frame's variables as they were when it ended (or the class body's)."""


_ANYTHING = Value()


@dataclass(slots=True, eq=False)
class Thing:
    """An object on the heap. Never changed: a store makes another.

    `items` are the elements of a list while they are known one by one; `fields` the values under constant keys or attribute
    names; `rest` what is under any other.
    """

    kind: str
    """`list`, `tuple`, `set`, `dict`, `instance`, `library`."""
    items: tuple[Value, ...] | None = None
    fields: dict[object, Value] = field(default_factory=dict)
    rest: Value = NOTHING
    keys: Value = NOTHING
    """Keys that are not constant. Of a filtered list: a tuple of what it holds in order, each of it perhaps."""
    klass: Klass | None = None
    path: str = ""
    """For a library's objects: the path that denotes it."""
    flags: frozenset[str] = frozenset()
    sure: frozenset[object] = frozenset()
    """Keys of `fields` that were stored after everything in `rest`: nothing else is under them."""

    _parts: tuple[Value, ...] | None = None

    def doubted(self) -> Thing:
        """The same after something was stored under a key that is not known: no constant in it is certain any more."""
        fields = {
            key: join(value, _ANYTHING) if value.consts and not value.refs and not value.taints else value
            for key, value in self.fields.items()
        }
        return self.but(fields=fields, sure=frozenset())

    @property
    def certain(self) -> frozenset[object]:
        """Keys under which is what `fields` says, and nothing else."""
        if PERHAPS in self.flags:
            return frozenset()
        return frozenset(self.fields) if self.rest is NOTHING else self.sure

    def but(
        self,
        *,
        kind: str | None = None,
        items: tuple[Value, ...] | EllipsisType | None = ...,
        fields: dict[object, Value] | None = None,
        rest: Value | None = None,
        keys: Value | None = None,
        flags: frozenset[str] | None = None,
        sure: frozenset[object] | None = None,
    ) -> Thing:
        """The same with these parts. What is put under keys that are not known may be under any: no key is sure then."""
        if sure is None:
            sure = self.sure if rest is None else frozenset()
        return Thing(
            self.kind if kind is None else kind,
            self.items if items is ... else items,
            self.fields if fields is None else fields,
            self.rest if rest is None else rest,
            self.keys if keys is None else keys,
            self.klass,
            self.path,
            self.flags if flags is None else flags,
            sure,
        )

    @property
    def parts(self) -> tuple[Value, ...]:
        """What lies in it and may be, or hold, hostile data."""
        found = self._parts
        if found is None:
            values = (self.rest, self.keys, *self.fields.values(), *(self.items or ()))
            found = self._parts = tuple(
                value for value in values if value.taints or (value.refs and any(type(ref) is Object for ref in value.refs))
            )
        return found

    def everything(self) -> Value:
        """Any element."""
        value = self.rest
        for item in self.items or ():
            value = join(value, item)
        for item in self.fields.values():
            value = join(value, item)
        return value


class _Mark:
    """Where two paths parted: what had been written since they last did, and where that was."""

    __slots__ = ("before", "depth", "written")

    def __init__(self, before: _Mark | None, written: set[int]) -> None:
        self.before = before
        self.written = written
        self.depth: int = 1 if before is None else before.depth + 1


_own = dict.get


class Heap(dict[int, Thing]):
    """The objects of a path, over those that the modules made. It knows what was written since paths parted."""

    __slots__ = ("base", "mark", "tide", "written")

    def __init__(self, base: dict[int, Thing], own: Heap | None = None) -> None:
        super().__init__(own or {})
        self.base = base
        self.tide: int = 0 if own is None else own.tide
        """Another number whenever hostile data came into something that there was before, or went out of it."""
        self.mark: _Mark | None = None if own is None else own.mark
        self.written: set[int] = set()

    def __setitem__(self, place: int, thing: Thing) -> None:
        self.written.add(place)
        before = self.get(place)
        if before is not None:
            old, new = before.parts, thing.parts
            if old != new and self._holds(old) != self._holds(new):
                self.turn()
        super().__setitem__(place, thing)

    def turn(self) -> None:
        """What is hostile in this path's objects and variables is another from here on."""
        self.tide = next(_ids)

    def _holds(self, parts: tuple[Value, ...]) -> set[tuple[int, int]]:
        """What is hostile in parts of an object, or in what they are made of."""
        found: set[tuple[int, int]] = set()
        for value in parts:
            for taint in value.taints:
                found.add((taint.datum, taint.mask))
            for ref in value.refs:
                inner = self.get(ref.id) if type(ref) is Object else None
                for part in inner.parts if inner is not None else ():
                    for taint in part.taints:
                        found.add((taint.datum, taint.mask))
        return found

    def get(self, place: int, default: Any = None) -> Any:
        """The object, or None."""
        found = _own(self, place)
        return self.base.get(place, default) if found is None else found

    def __missing__(self, place: int) -> Thing:
        return self.base[place]

    def copy(self) -> Heap:
        """A path of its own."""
        if self.written:
            self.mark = _Mark(self.mark, self.written)
            self.written = set()
        return Heap(self.base, self)

    def written_since(self, other: Heap) -> set[int]:
        """Every place that this path or the other wrote since they parted: elsewhere, they are the same."""
        places = self.written | other.written
        mine, theirs = self.mark, other.mark
        left = _FAR
        while mine is not theirs:
            left -= 1
            if not left:
                return {*self, *other}
            if theirs is None or (mine is not None and mine.depth >= theirs.depth):
                assert mine is not None
                places |= mine.written
                mine = mine.before
            else:
                places |= theirs.written
                theirs = theirs.before
        return places


class State:
    """Mutable along a path; copied where paths part."""

    __slots__ = ("facts", "frame", "frames", "heap", "locals", "pending")

    def __init__(
        self,
        frame: int,
        locals: dict[str, Value],
        frames: dict[int, dict[str, Value]],
        heap: Heap,
        facts: Facts,
        pending: dict[object, object],
    ) -> None:
        self.frame = frame
        self.locals = locals
        self.frames = frames
        """The frames below, shared until written."""
        self.heap = heap
        self.facts = facts
        self.pending = pending
        """Weak settings that the rest of the function may mend."""

    def copy(self) -> State:
        """A path of its own."""
        return State(self.frame, self.locals.copy(), self.frames, self.heap.copy(), self.facts, self.pending)

    def allocate(self, thing: Thing, key: int | None = None) -> int:
        """A new object."""
        place = next(_ids) if key is None else key
        self.heap[place] = thing
        return place

    def learn(self, facts: Facts | None) -> State:
        """Go on knowing more."""
        if facts:
            merged = dict(self.facts)
            for datum, (mask, limits) in facts.items():
                known = merged.get(datum)
                merged[datum] = (mask, limits) if known is None else (mask | known[0], limits.both(known[1]))
            self.facts = merged
        return self


def meet(a: State | None, b: State | None, *, chosen: bool = False) -> State | None:
    """Where two paths come together. May reuse either. `chosen`: data decides which of them is taken.

    What only one of them knows is kept in the values that it does not share with the other: after `if name not in known:
    name = "id"`, the name is one of the known on one path and ours on the other.
    """
    if a is None or a is b:
        return b
    if b is None:
        return a
    mine, theirs = (a.facts, b.facts) if a.facts is not b.facts else (None, None)
    if a.locals is not b.locals:
        _meet_names(a.locals, b.locals, mine, theirs)
    if a.frames is not b.frames:
        a.frames = _frames(a.frames, b.frames, mine, theirs)
    if a.heap is not b.heap:
        heap = a.heap
        if heap.tide != b.heap.tide:
            heap.turn()
        own, other, below = super(Heap, heap).get, super(Heap, b.heap).get, heap.base.get
        for place in heap.written_since(b.heap):
            thing, known = other(place), own(place)
            if thing is None:
                if mine and known is not None:
                    heap[place] = checked_thing(known, mine)
                continue
            if known is None:
                known = below(place)
            if known is not thing:
                met = checked_thing(thing, theirs) if known is None else meet_things(known, thing, mine, theirs)
                heap[place] = lacking(met, known, thing) if chosen and known is not None else met
    a.facts = common(a.facts, b.facts)
    if a.pending is not b.pending:
        a.pending = {**a.pending, **b.pending}
    return a


def checked_thing(thing: Thing, facts: Facts | None) -> Thing:
    """The object with what checks have shown made its own."""
    if not facts:
        return thing
    items = None if thing.items is None else tuple(believed(item, facts) for item in thing.items)
    fields = {key: believed(field, facts) for key, field in thing.fields.items()}
    rest, keys = believed(thing.rest, facts), believed(thing.keys, facts)
    return thing.but(items=items, fields=fields, rest=rest, keys=keys, sure=thing.sure)


def checked_inside(value: Value, state: State, facts: Facts, depth: int = 2) -> Value:
    """The value and what it holds with what checks have shown made their own, since the facts end here."""
    if not facts:
        return value
    for ref in value.refs:
        thing = state.heap.get(ref.id) if isinstance(ref, Object) else None
        if isinstance(ref, Object) and thing is not None and not thing.path:
            if depth > 1:
                for inner in (thing.rest, *(thing.items or ()), *thing.fields.values()):
                    checked_inside(inner, state, facts, depth - 1)
            state.heap[ref.id] = checked_thing(thing, facts)
    return believed(value, facts)


def _either(a: Value, b: Value, mine: Facts | None, theirs: Facts | None) -> Value:
    """Values of two paths that know different things."""
    if a is b:
        return a
    return join(believed(a, mine) if mine else a, believed(b, theirs) if theirs else b)


def _meet_names(names: dict[str, Value], other: dict[str, Value], mine: Facts | None, theirs: Facts | None) -> None:
    if mine:
        for name in names.keys() - other.keys():
            names[name] = believed(names[name], mine)
    for name, value in other.items():
        known = names.get(name)
        if known is None:
            names[name] = believed(value, theirs) if theirs else value
        elif known is not value:
            names[name] = _either(known, value, mine, theirs)


def _frames(
    a: dict[int, dict[str, Value]], b: dict[int, dict[str, Value]], mine: Facts | None, theirs: Facts | None
) -> dict[int, dict[str, Value]]:
    merged = dict(a)
    for number, frame in b.items():
        known = merged.get(number)
        if known is None:
            merged[number] = frame
        elif known is not frame:
            merged[number] = dict(known)
            _meet_names(merged[number], frame, mine, theirs)
    return merged


def meet_things(a: Thing, b: Thing, mine: Facts | None = None, theirs: Facts | None = None) -> Thing:
    """Either object."""
    items: tuple[Value, ...] | None = None
    rest = _either(a.rest, b.rest, mine, theirs)
    if a.items is not None and b.items is not None and len(a.items) == len(b.items):
        items = tuple(_either(x, y, mine, theirs) for x, y in zip(a.items, b.items, strict=True))
    else:
        a, b, mine, theirs = checked_thing(a, mine), checked_thing(b, theirs), None, None
        shared = min(len(front(a)), len(front(b)))
        a, b = parted(a, shared), parted(b, shared)
        rest = join(a.rest, b.rest)
    fields, flags = a.fields, a.flags | b.flags
    if fields is not b.fields:
        if a.kind == "dict" and fields.keys() != b.fields.keys():
            flags |= {PERHAPS}
        elif a.kind == "dict" and JUMBLED not in flags and list(a.fields) != list(b.fields):
            flags |= {JUMBLED}
        fields = dict(a.fields)
        for key, value in b.fields.items():
            known = fields.get(key)
            fields[key] = value if known is None else _either(known, value, mine, theirs)
    return Thing(
        a.kind,
        items,
        fields,
        rest,
        _either(a.keys, b.keys, mine, theirs),
        a.klass if a.klass is b.klass else (a.klass or b.klass),
        a.path or b.path,
        flags,
        a.certain & b.certain if rest is not NOTHING else frozenset(),
    )
