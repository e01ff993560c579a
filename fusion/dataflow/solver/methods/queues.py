"""Queues: double-ended ones with room for so many, and those that give the least first."""

from __future__ import annotations

from collections.abc import Sequence

from fusion.dataflow.solver.builtin.orderings import Orderings
from fusion.dataflow.solver.domain.beginnings import disordered
from fusion.dataflow.solver.domain.state import Thing
from fusion.dataflow.solver.domain.values import NONE, Value
from fusion.dataflow.solver.methods.receivers import Own, Use

LIFO = "lifo"
"""Flag of a queue that gives what was put in last."""
LEAST = "least"
"""Flag of a queue that gives the least."""
_CROWDED = "room for some"
"""Flag of a queue with room for a number that is not known."""
_ROOM = "room for "
_TAKES = frozenset({"get", "get_nowait"})
"""Methods of queues: they take the first out, or of some the last or the least."""


def roomy(size: int | None) -> frozenset[str]:
    """The flag of a queue with room for so many, where what is put in pushes out what was there; None: for some."""
    return frozenset({_CROWDED if size is None or size < 0 else f"{_ROOM}{size}"})


def is_roomy(thing: Thing) -> bool:
    """Whether what is put in may push out what was there."""
    return any(flag.startswith(_ROOM) for flag in thing.flags)


def left_over(thing: Thing, items: Sequence[Value], *, front: bool) -> Sequence[Value] | None:
    """The elements that there is room for: of what was put in front, the first. None where that is not known."""
    if _CROWDED in thing.flags:
        return None
    room = next((int(flag.removeprefix(_ROOM)) for flag in thing.flags if flag.startswith(_ROOM)), None)
    if room is None or len(items) <= room:
        return items
    return items[:room] if front else items[len(items) - room :]


class QueueMethods(Own, Orderings):
    """What lists can do as queues."""

    def taken_place(self, use: Use) -> int | None:
        """Which element `pop`, `shift`, `popleft` or `get` takes out; None where that is not known."""
        thing = use.thing
        if use.name in _TAKES:
            return self._least(use) if LEAST in thing.flags else -1 if LIFO in thing.flags else 0
        if use.name in ("shift", "popleft"):
            return 0
        return -1 if self.script else use.number(0, -1)

    def _least(self, use: Use) -> int | None:
        items = use.thing.items or ()
        try:
            ranked = self.ranked(items, items, use.state)
            return min(range(len(items)), key=ranked.__getitem__, default=0)
        except TypeError:
            return None

    def _list_rotate(self, use: Use) -> Value:
        """`rotate(n)`: so many from the end to the front."""
        items, count = use.thing.items, use.number(0, 1)
        if items is None or count is None:
            self.put(use, disordered(use.thing))
        elif items:
            count %= len(items)
            self.put(use, use.thing.but(items=(*items[len(items) - count :], *items[: len(items) - count])))
        return NONE
