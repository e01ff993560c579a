"""The order in which classes are asked for a member."""

from __future__ import annotations

from fusion.dataflow.solver.domain.state import State
from fusion.dataflow.solver.domain.values import Klass, Object, Value

_DEPTH = 8
_MOST = 64


def bases(klass: Klass) -> tuple[Klass, ...]:
    """The classes of the repository that a class is made from."""
    return tuple(ref for base in klass.bases for ref in base.refs if isinstance(ref, Klass) and ref is not klass)


def lineage(klass: Klass) -> tuple[Klass, ...]:
    """A class and all that it descends from, each behind those that descend from it (Python's method resolution order)."""
    if klass.line is None:
        found = _walk(klass, _DEPTH)[:_MOST]
        klass.line = tuple(one for place, one in enumerate(found) if all(one is not later for later in found[place + 1 :]))
    return klass.line


def following(owner: Klass, receiver: Value, state: State) -> list[Klass]:
    """The classes that `super()` in a method of `owner` asks: what comes behind it for the objects that it may be called on."""
    found: list[Klass] = []
    for ref in receiver.refs:
        thing = state.heap.get(ref.id) if isinstance(ref, Object) else None
        own = ref if isinstance(ref, Klass) else thing.klass if thing is not None else None
        line = lineage(own) if own is not None and own is not owner else ()
        for place, one in enumerate(line):
            if one is owner:
                found += [later for later in line[place + 1 :] if all(later is not other for other in found)]
    return found or list(bases(owner))


def _walk(klass: Klass, depth: int) -> list[Klass]:
    found = [klass]
    for base in bases(klass) if depth else ():
        found += _walk(base, depth - 1)
    return found
