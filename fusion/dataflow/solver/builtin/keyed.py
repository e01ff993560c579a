"""Containers with keys (`configparser`): what is written under some keys is read under the same."""

from __future__ import annotations

from fusion.dataflow.solver.builtin.settings_texts import option_of
from fusion.dataflow.solver.calling.arguments import Arguments, things
from fusion.dataflow.solver.domain.state import State
from fusion.dataflow.solver.domain.values import NOTHING, UNKNOWN, Object, Value, join
from fusion.dataflow.solver.machine import Machine


class Keyed(Machine):
    """Keyed stores."""

    def _write(self, note: str, keys: object, place: object, arguments: Arguments, state: State) -> None:
        key = self._keys(keys, arguments, state)
        for value in arguments.at(place, state):  # type: ignore[arg-type]
            for ref in arguments.receiver.refs:
                if not isinstance(ref, Object) or (thing := state.heap.get(ref.id)) is None:
                    continue
                if key is None:
                    state.heap[ref.id] = thing.but(rest=join(thing.rest, value))
                else:
                    state.heap[ref.id] = thing.but(fields={**thing.fields, (note, key): value})

    def _read(self, note: str, keys: object, arguments: Arguments, state: State) -> Value:
        key = self._keys(keys, arguments, state)
        result = NOTHING
        for thing in things(arguments.receiver, state):
            if key is not None and (note, key) in thing.fields:
                result = join(result, join(thing.fields[note, key], thing.rest))
            elif key is not None and (option := option_of(thing, key, state.heap)) is not None:
                result = join(result, option)
            elif key is not None:
                result = join(result, thing.rest)
            else:
                result = join(result, thing.everything())
        return UNKNOWN if result is NOTHING else result

    def _keys(self, selectors: object, arguments: Arguments, state: State) -> tuple[object, ...] | None:
        key: list[object] = []
        for selector in selectors:  # type: ignore[attr-defined]
            values = arguments.at(selector, state)
            if len(values) != 1 or not values[0].consts or len(values[0].consts) != 1 or values[0].taints:
                return None
            key.append(values[0].consts[0])
        return tuple(key)
