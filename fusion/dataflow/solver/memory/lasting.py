"""Modules as memory: what one function puts into their variables and objects, others find there."""

from __future__ import annotations

from collections.abc import Hashable, Iterable

from fusion.dataflow.contexts.limits import ANY
from fusion.dataflow.solver.calling.arguments import flatten
from fusion.dataflow.solver.domain.state import POLLUTING, Heap, Scope, State, Thing, checked_thing, meet_things
from fusion.dataflow.solver.domain.taints import changed
from fusion.dataflow.solver.domain.values import NOTHING, Closure, Klass, Object, Reference, Value, join
from fusion.dataflow.solver.memory.holding import Holding

_MOST_PLACES = 64
"""So many objects of modules are looked at after one function."""
_MOST_ENDS = 16
"""So many ends of one function are looked at."""
_DEEP = 2
"""So far objects in objects are looked at for hostile data."""
_KEPT = frozenset({"list", "dict", "set", "map", "instance"})


class Lasting(Holding):
    """Memory in modules."""

    def outlast(self, state: State) -> None:
        """Keep what a function that was run by itself has put into objects of modules; who saw them before is run again."""
        found: set[int] = set()
        self.begun.clear()
        self.shared.clear()
        if self.script:
            self._keep_objects(state, found)
        else:
            self._keep_variables(state)
            for left, _ in (*self.frame.returns, *self.frame.raised)[:_MOST_ENDS]:
                if left.heap.tide:  # ends apart: what is refused on one is kept on none
                    self.shared.append(set())
                    self._keep_objects(left, found)
        if found:
            self._read_again(found)

    def _keep_objects(self, state: State, found: set[int]) -> None:
        """Keep what is in the objects at one end of the function; `found` is added those that are others now."""
        heap = state.heap
        for place in [place for place in dict.keys(heap) if place in self.base][:_MOST_PLACES]:
            before, after = self.begun.setdefault(place, self.base[place]), heap[place]
            if before is after or before.kind != after.kind or before.kind not in _KEPT or before.path:
                continue
            known: set[Hashable] = {taint.source for value in before.parts for taint in value.taints}
            if not self.script and not _is_sent(after.parts, known, state):
                continue
            seen = {ref for value in before.parts for ref in value.refs}
            kept = meet_things(self.base[place], self._apart_from(place, checked_thing(after, state.facts), known, state))
            self.base[place] = kept
            if any(
                any(taint.source not in known for taint in value.taints)
                or any(isinstance(ref, Object) and ref not in seen for ref in value.refs)
                for value in kept.parts
            ):
                found.add(place)

    def _keep_variables(self, state: State) -> None:
        """The same of the variables of modules and classes that the function has set."""
        for (_, name), (names, before, value) in self.variables.items():
            known: set[Hashable] = {taint.source for taint in before.taints}
            kept = self._own(value, name, set(), state)
            names[name] = join(before, kept)
            if _is_sent([kept], known, state):
                for closure in [one for one in self.known.values() if name in one.function.mentions]:
                    self._again(closure)
        self.variables.clear()

    def _apart_from(self, place: Hashable, thing: Thing, known: set[Hashable], state: State) -> Thing:
        """The object with its hostile data as data of its own: a check of the next request's is none of this."""

        def apart(value: Value) -> Value:
            return self._own(value, place, known, state)

        items = None if thing.items is None else tuple(map(apart, thing.items))
        fields = {key: apart(value) for key, value in thing.fields.items()}
        return thing.but(items=items, fields=fields, rest=apart(thing.rest), keys=apart(thing.keys), sure=thing.sure)

    def _own(self, value: Value, place: Hashable, known: set[Hashable], state: State) -> Value:
        heap = state.heap
        if any(self._is_behind(ref, heap) for ref in value.refs):  # what a key of this request led to, and of no other
            value = Value(value.consts, tuple(ref for ref in value.refs if not self._is_behind(ref, heap)), value.taints)
        for ref in value.refs:
            if isinstance(ref, Object) and (inner := heap.get(ref.id)) is not None and self._is_new(ref.id):
                other = self.base.get(ref.id)
                self.base.setdefault(ref.id, inner)  # it may hold itself
                inner = self._apart_from(ref.id, checked_thing(inner, state.facts), known, state)
                self.base[ref.id] = inner if other is None else _firmer(other, inner)
        if not value.taints:
            return value
        return value.with_taints(
            taint if taint.source in known else changed(taint, self.data.part(taint.whole, ("kept", place)), {}, keeps=True)
            for taint in value.taints
        )

    def _is_new(self, place: int) -> bool:
        """Whether an object is not kept yet, or only as it was at another end of the function."""
        if place in self.base and all(place not in kept for kept in self.shared[:-1]):
            return False
        if self.shared and place in self.shared[-1]:
            return False
        if self.shared:
            self.shared[-1].add(place)
        return True

    def _is_behind(self, ref: Reference, heap: Heap) -> bool:
        thing = heap.get(ref.id) if isinstance(ref, Object) else None
        return thing is not None and thing.path == POLLUTING

    def _read_again(self, places: set[int]) -> None:
        """Run the functions again that name a variable in which one of the objects is, or are given it in another way."""
        for path, names in self.modules.items():
            reading = self._leading(names, places)
            if reading:
                self.mentioning(path, reading)
        if self.script:
            return
        around: dict[int, set[str]] = {}
        for closure in list(self.known.values()):
            if self._is_given(closure, places, around):
                self._again(closure)
        for key, kept in self.shelf.items():
            if any(self._lies_in(value, places) for value in kept.values()):
                for function in self.sought.get(key, ()):
                    if function in self.known:
                        self._again(self.known[function])

    def _is_given(self, closure: Closure, places: set[int], around: dict[int, set[str]]) -> bool:
        """Whether one of the objects is in a variable around a function, in its object, or what that was made with."""
        scope: Scope | None = closure.scope
        while scope is not None and scope.function is not None:
            if scope.frame not in around:
                around[scope.frame] = self._leading(scope.captured, places)
            if not around[scope.frame].isdisjoint(closure.function.mentions):
                return True
            scope = scope.outer
        given = [closure.receiver or NOTHING, self.given_with.get(id(closure.function), NOTHING)]
        if closure.owner is not None:
            given += [*closure.owner.handed.values(), *(closure.owner.ready or {}).values()]
        return any(self._lies_in(value, places) for value in given)

    def _leading(self, names: dict[str, Value], places: set[int]) -> set[str]:
        return {name for name, value in names.items() if value.refs and self._lies_in(value, places)}

    def _lies_in(self, value: Value, places: set[int]) -> bool:
        return any(isinstance(ref, Object | Klass) and self._leads(ref, places) for ref in value.refs)

    def _leads(self, ref: Object | Klass, places: set[int], depth: int = 2) -> bool:
        if isinstance(ref, Object):
            if ref.id in places:
                return True
            thing = self.base.get(ref.id) if depth else None
            fields: Iterable[Value] = () if thing is None else thing.fields.values()
        else:
            fields = () if self.script else ref.members.values()
        return any(
            isinstance(inner, Object) and self._leads(inner, places, depth - 1) for value in fields for inner in value.refs
        )


def _firmer(a: Thing, b: Thing) -> Thing:
    """An object that is kept at two ends of a function, where errors part from what went well: as more is shown of it."""
    doubts = [sum(1 for part in thing.parts for taint in part.taints if taint.mask and taint.limits == ANY) for thing in (a, b)]
    return meet_things(a, b) if doubts[0] == doubts[1] else a if doubts[0] < doubts[1] else b


def _is_sent(values: Iterable[Value], known: set[Hashable], state: State) -> bool:
    """Whether something in values was chosen by somebody far away, and is not known."""
    return any(
        taint.origin == "remote" and taint.mask and taint.source not in known for taint in flatten(values, state, _DEEP).taints
    )
