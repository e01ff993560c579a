"""Calls that need not be run again: what they gave before, and those that nothing hostile goes into."""

from __future__ import annotations

from collections.abc import Hashable

from fusion.dataflow import ir
from fusion.dataflow.solver.calling.arguments import Arguments, flatten
from fusion.dataflow.solver.domain.state import Scope, State
from fusion.dataflow.solver.domain.taints import Facts
from fusion.dataflow.solver.domain.values import NOTHING, UNKNOWN, Bound, Closure, Klass, Object, Value
from fusion.dataflow.solver.machine import Machine

_DEEP = 2
"""From this depth of calls on, functions that neither read sources nor hold sinks are not followed without hostile data."""

_RESERVE = 18_000
"""Budget that is kept for following hostile data."""
_LAST = 3_000
"""Budget from which on no call is followed any more: what goes in may come out."""

_LOUD = -1_000_000
"""What is added to the count of a function that is to be run every time."""
_OFTEN = 24
"""Runs of a module's function on harmless values, while one function is analysed, after which it counts as harmless."""
_SELDOM = 8
"""The same, deep below, while everything is analysed."""

Key = tuple[Hashable, ...]


class Summaries(Machine):
    """Memory of calls, for as long as one function is analysed."""

    def recall(self, closure: Closure, arguments: Arguments, state: State, node: ir.Node) -> Value | Key | None:
        """The result of a call that was run before on the same values; else the key to remember it by, or None."""
        if self.watched is not None and self.passes(closure.function, state):
            return UNKNOWN
        values = list(arguments.all())
        if closure.receiver is not None:
            values.append(closure.receiver)
        plain = any(value.taints for value in values)
        inside = any(value.refs for value in values) and flatten(values, state).taints
        if inside and not plain:
            return None if self.steps > _LAST else self.passed(values, state, node)
        if plain and self.steps < _LAST:
            return self.passed(values, state, node)
        if not plain and (self.steps < _RESERVE or self._is_far(closure.function)):
            return UNKNOWN
        if not plain and self._is_harmless(closure.function, state) and not any(map(_is_code, arguments.all())):
            return UNKNOWN
        if plain and any(isinstance(ref, Object) for value in values for ref in value.refs):
            return None
        key = (plain, state.heap.tide, self._enclosing(closure, state), *_signature(closure, arguments))
        found = self.memo.get(key)
        if found is None:
            return key
        value, before, after = found
        if plain:
            if before is not state.facts:
                return key
            state.facts = after
        if any(isinstance(ref, Object) and state.heap.get(ref.id) is None for ref in value.refs):
            return UNKNOWN if not value.taints else Value(None, (), value.taints)
        return value

    def remember(self, key: Key, closure: Closure, arguments: Arguments, result: Value, before: Facts, state: State) -> None:
        """Keep the result of a call, with what checks had shown before and have shown now.

        Runs on harmless values are counted; a function that gave hostile data or a function back, or put any into what it was
        given or into what was there before, is run every time.
        """
        plain, tide = key[:2]
        changing = tide != state.heap.tide
        if not changing:
            self.memo[key] = (result, before, state.facts)
        if closure.scope.function is None and not plain:
            touched = [result, *arguments.all(), closure.receiver or NOTHING]
            loud = _is_code(result) or (any(value.refs or value.taints for value in touched) and flatten(touched, state).taints)
            for count in (self.quiet, self.always_quiet):
                count[id(closure.function), tide] += _LOUD if loud or changing else 1

    def _enclosing(self, closure: Closure, state: State) -> Key:
        """What a function within another may read of the variables around it: those that it names, and all that is hostile."""
        found: list[Hashable] = []
        scope: Scope | None = closure.scope
        while scope is not None and scope.function is not None:
            names = state.locals if scope.frame == state.frame else state.frames.get(scope.frame, scope.captured)
            mentions = closure.function.mentions
            found += [(name, _shape(value)) for name, value in names.items() if value.taints or name in mentions]
            scope = scope.outer
        return tuple(found)

    def _is_harmless(self, function: ir.Function, state: State) -> bool:
        """Whether enough runs of a function have shown nothing: deep below, runs for other functions count, too."""
        if len(self.stack) > _DEEP:
            return self.always_quiet[id(function), state.heap.tide] >= _SELDOM
        return self.quiet[id(function), state.heap.tide] >= _OFTEN

    def _is_far(self, function: ir.Function) -> bool:
        """Whether a call without hostile data is so deep that it is not followed. One expression is soon followed."""
        depth = len(self.stack)
        if depth <= _DEEP or (depth <= 2 * _DEEP and len(function.body) == 1 and isinstance(function.body[0], ir.Return)):
            return False
        return not self.matters(function)

    def matters(self, function: ir.Function) -> bool:
        """Whether the function mentions something that knowledge has sources, sinks or settings for."""
        found = self.mattering.get(id(function))
        if found is None:
            found = not self.tables.words.isdisjoint(function.mentions)
            self.mattering[id(function)] = found
        return found


def _is_code(value: Value) -> bool:
    """Whether a value is a function or class: who is handed one may keep it (`route("/", handler)`)."""
    return any(isinstance(ref, Closure | Klass | Bound) for ref in value.refs)


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
    taints = tuple(
        (taint.source, taint.mask, taint.datum, taint.whole, taint.lead, taint.limits, taint.canonical, taint.aspect)
        for taint in value.taints
    )
    return (consts, value.refs, taints)
