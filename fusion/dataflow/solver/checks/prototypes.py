"""JavaScript's prototypes: which keys lead to one, and what checks show of a key."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from fusion.dataflow.contexts.limits import ANY, Limits
from fusion.dataflow.knowledge.schema import Kind
from fusion.dataflow.solver.calling.arguments import things
from fusion.dataflow.solver.domain.state import POLLUTING, State, Thing
from fusion.dataflow.solver.domain.taints import Facts
from fusion.dataflow.solver.domain.values import KEYS, NOTHING, Object, Value, reference
from fusion.dataflow.solver.machine import Machine

_LEADING = frozenset({"__proto__", "constructor", "prototype"})
BARE = "no-prototype"
"""Flag of an object that has no prototype (`Object.create(null)`)."""


class Prototypes(Machine):
    """Keys from outside."""

    def refused(self, member: Value, container: Value | Iterable[object], state: State) -> Facts | None:
        """What is known of a key that is none of these: that it is not one of the names that lead to a prototype."""
        if not self.script or not member.taints:
            return None
        names: set[object] = set()
        if isinstance(container, Value):
            for thing in things(container, state):
                for value in thing.items or ():
                    names.update(value.consts or ())
                names.update(thing.fields)
                names.update(thing.rest.consts or ())
            names.update(container.consts or ())
        else:
            names.update(container)
        absent = frozenset(f"={name}" for name in _LEADING if name in names)
        return self._of(member, 0, Limits(absent=absent)) if absent else None

    def inherited(self, facts: Facts | None, container: Value, state: State) -> Facts | None:
        """`key in object` in JavaScript: true of the names that lead to a prototype, too."""
        if not self.script or not facts or (all(BARE in thing.flags for thing in things(container, state)) and container.refs):
            return facts
        pollution = self.kinds.bit(Kind.PROTOTYPE_POLLUTION)
        return {datum: (mask & ~pollution, limits) for datum, (mask, limits) in facts.items()}

    def owned(self, member: Value) -> Facts | None:
        """What is known of a key that an object has itself: it leads to no prototype."""
        return self._of(member, self.kinds.bit(Kind.PROTOTYPE_POLLUTION), ANY) if self.script and member.taints else None

    def own_key(self, key: Value, holder: Value) -> bool:
        """Whether the key is one of those that the data itself has: under it lies what the data put there, and no prototype."""
        if not holder.taints or any(isinstance(ref, Object) for ref in holder.refs):
            return False
        texts = {taint.whole for taint in holder.taints}
        made = [self.data.made(taint.datum) for taint in key.taints]
        return bool(made) and all(one is not None and one[1] == KEYS and one[0] in texts for one in made)

    def fresh(self, key: Value, value: Value, state: State) -> None:
        """Under this key an object of ours was just put: what is read there next is that one."""
        stored = [state.heap.get(ref.id) for ref in value.refs if isinstance(ref, Object)]
        if stored and len(stored) == len(value.refs) and not any(thing is None or thing.path == POLLUTING for thing in stored):
            state.learn(self.owned(key))

    def behind(self, key: Value, holders: Sequence[Thing], state: State) -> Value:
        """What a key from outside finds besides an object's own values: the prototype of all objects."""
        pollution = self.kinds.bit(Kind.PROTOTYPE_POLLUTION)
        if not any(taint.mask & pollution for taint in key.taints) or _are_bare(holders):
            return NOTHING
        return reference(Object(state.allocate(Thing("library", None, {}, NOTHING, key, path=POLLUTING))))

    def _of(self, member: Value, mask: int, limits: Limits) -> Facts | None:
        facts: Facts = {}
        for taint in member.taints:
            facts[taint.whole] = facts[taint.datum] = (mask, limits)
        return facts or None


def _are_bare(holders: Sequence[Thing]) -> bool:
    """Whether all of the objects are known, and none has a prototype."""
    return bool(holders) and all(BARE in thing.flags for thing in holders)
