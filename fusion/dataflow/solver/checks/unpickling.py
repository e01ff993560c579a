"""Unpicklers that choose which classes a pickle may name: `find_class` is run on a name from outside."""

from __future__ import annotations

from fusion.dataflow import ir
from fusion.dataflow.knowledge.schema import Kind
from fusion.dataflow.solver.calling.arguments import Arguments, flatten
from fusion.dataflow.solver.domain.state import State
from fusion.dataflow.solver.domain.taints import Taint
from fusion.dataflow.solver.domain.values import NOTHING, UNKNOWN, Object, Value, reference, tainted
from fusion.dataflow.solver.machine import Machine

_UNPICKLER = "pickle.Unpickler"
_CHOOSES = "find_class"


class Unpickling(Machine):
    """Loading with a class of the repository."""

    def named_classes(self, ref: Object, name: str, state: State, node: ir.Node) -> tuple[Taint, ...] | None:
        """What is hostile in the classes that `load` may make; None where nothing restricts them.

        Both parts of the name come from outside. Where neither reaches what `find_class` gives, the checks before decide.
        """
        thing = state.heap.get(ref.id)
        if thing is None or thing.path != _UNPICKLER or name != "load" or thing.klass is None:
            return None
        chooser = self.member(thing.klass, _CHOOSES)
        taints = flatten([reference(ref)], state).taints
        if chooser is None or not taints:
            return None
        mask = self.kinds.bit(Kind.DESERIALIZATION)
        named = []
        for part in ("module", "name"):
            datum = self.data.part(taints[0].whole, (_CHOOSES, part))
            named.append(tainted([taints[0]._replace(datum=datum, whole=datum, mask=taints[0].mask & mask)]))
        function = self.load_attribute(reference(ref), _CHOOSES, state, node)
        made = self.call(function, Arguments(named), state.copy(), node, _CHOOSES)
        return flatten([made], state).taints if made is not NOTHING else ()

    def named_member(self, value: Value, name: Value) -> Value:
        """`getattr(module, name)` with the name that a pickle gives: the class is of the pickle's choice."""
        mask = self.kinds.bit(Kind.DESERIALIZATION)
        chosen = [taint for taint in name.taints if taint.mask == mask]
        return tainted(chosen) if chosen else UNKNOWN if value is NOTHING else value
