"""JavaScript's modules as memory: what one function puts into their variables and objects, others find there."""

from __future__ import annotations

from collections.abc import Hashable

from fusion.dataflow.solver.domain.state import POLLUTING, Heap, State, Thing, checked_thing, meet_things
from fusion.dataflow.solver.domain.taints import changed
from fusion.dataflow.solver.domain.values import Object, Reference, Value
from fusion.dataflow.solver.memory.holding import Holding

_MOST_PLACES = 64
"""So many objects of modules are looked at after one function."""
_KEPT = frozenset({"list", "dict", "set", "map", "instance"})


class Lasting(Holding):
    """Memory in modules."""

    def outlast(self, state: State) -> None:
        """Keep what a function that was run by itself has put into objects of modules; who saw them before is run again."""
        if not self.script:
            return
        found: set[int] = set()
        heap = state.heap
        for place in [place for place in dict.keys(heap) if place in self.base][:_MOST_PLACES]:
            before, after = self.base[place], heap[place]
            if before is after or before.kind != after.kind or before.kind not in _KEPT or before.path:
                continue
            known: set[Hashable] = {taint.source for value in before.parts for taint in value.taints}
            seen = {ref for value in before.parts for ref in value.refs}
            kept = meet_things(before, self._apart_from(place, checked_thing(after, state.facts), known, heap))
            self.base[place] = kept
            if any(
                any(taint.source not in known for taint in value.taints)
                or any(isinstance(ref, Object) and ref not in seen for ref in value.refs)
                for value in kept.parts
            ):
                found.add(place)
        if found:
            self._read_again(found)

    def _apart_from(self, place: int, thing: Thing, known: set[Hashable], heap: Heap) -> Thing:
        """The object with its hostile data as data of its own: a check of the next request's is none of this."""

        def apart(value: Value) -> Value:
            if any(self._is_behind(ref, heap) for ref in value.refs):  # what a key of this request led to, and of no other
                value = Value(value.consts, tuple(ref for ref in value.refs if not self._is_behind(ref, heap)), value.taints)
            for ref in value.refs:
                if isinstance(ref, Object) and ref.id not in self.base and (inner := heap.get(ref.id)) is not None:
                    self.base[ref.id] = inner  # it may hold itself
                    self.base[ref.id] = self._apart_from(ref.id, inner, known, heap)
            if not value.taints:
                return value
            return value.with_taints(
                taint if taint.source in known else changed(taint, self.data.part(taint.whole, ("kept", place)), {}, keeps=True)
                for taint in value.taints
            )

        items = None if thing.items is None else tuple(map(apart, thing.items))
        fields = {key: apart(value) for key, value in thing.fields.items()}
        return thing.but(items=items, fields=fields, rest=apart(thing.rest), keys=apart(thing.keys), sure=thing.sure)

    def _is_behind(self, ref: Reference, heap: Heap) -> bool:
        thing = heap.get(ref.id) if isinstance(ref, Object) else None
        return thing is not None and thing.path == POLLUTING

    def _read_again(self, places: set[int]) -> None:
        """Run the functions again that name a variable of a module in which one of the objects is."""
        for path, names in self.modules.items():
            reading = {
                name
                for name, value in names.items()
                if any(isinstance(ref, Object) and self._leads(ref.id, places) for ref in value.refs)
            }
            if reading:
                self.mentioning(path, reading)

    def _leads(self, place: int, places: set[int], depth: int = 2) -> bool:
        if place in places:
            return True
        thing = self.base.get(place) if depth else None
        return thing is not None and any(
            isinstance(ref, Object) and self._leads(ref.id, places, depth - 1)
            for value in thing.fields.values()
            for ref in value.refs
        )
