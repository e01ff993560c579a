"""Calls that need not be run again: what they gave before, and those that nothing hostile goes into."""

from __future__ import annotations

from collections.abc import Hashable

from fusion.dataflow import ir
from fusion.dataflow.solver.arguments import Arguments, flatten
from fusion.dataflow.solver.machine import Machine
from fusion.dataflow.solver.state import State
from fusion.dataflow.solver.values import UNKNOWN, Closure, Object, Value

_DEEP = 3
"""From this depth of calls on, functions that neither read sources nor hold sinks are not followed without hostile data."""

_RESERVE = 10_000
"""Budget that is kept for following hostile data."""

Key = tuple[Hashable, ...]


class Summaries(Machine):
    """Memory of calls without hostile data, for as long as one function is analysed."""

    def recall(self, closure: Closure, arguments: Arguments, state: State) -> Value | Key | None:
        """The result of a call that was run before on the same values; else the key to remember it by, or None."""
        if self._hostile(closure, arguments, state):
            return None
        if self.steps < _RESERVE or (len(self.stack) > _DEEP and not self.matters(closure.function)):
            return UNKNOWN
        key = _signature(closure, arguments)
        found = self.memo.get(key)
        if found is None:
            return key
        if any(isinstance(ref, Object) and state.heap.get(ref.id) is None for ref in found.refs):
            return UNKNOWN
        return found

    def remember(self, key: Key, result: Value) -> None:
        """Keep the result of a call."""
        self.memo[key] = result

    def _hostile(self, closure: Closure, arguments: Arguments, state: State) -> bool:
        values = list(arguments.all())
        if any(value.taints for value in values):
            return True
        if closure.receiver is not None:
            values.append(closure.receiver)
        return any(value.refs for value in values) and bool(flatten(values, state).taints)

    def matters(self, function: ir.Function) -> bool:
        """Whether the function mentions something that knowledge has sources, sinks or settings for."""
        found = self.mattering.get(id(function))
        if found is None:
            found = not self.tables.words.isdisjoint(function.mentions)
            self.mattering[id(function)] = found
        return found


def _signature(closure: Closure, arguments: Arguments) -> Key:
    key: list[Hashable] = [id(closure.function), closure.scope.frame]
    if closure.receiver is not None:
        key.append(_shape(closure.receiver))
    key.extend(_shape(value) for value in arguments.positional)
    key.extend((name, _shape(value)) for name, value in arguments.keywords.items())
    for more in (arguments.rest, arguments.more):
        key.append(None if more is None else _shape(more))
    return tuple(key)


def _shape(value: Value) -> Hashable:
    consts = None if value.consts is None else tuple((type(const), const) for const in value.consts)
    return (consts, value.refs)
