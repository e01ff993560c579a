"""Emitters of events in JavaScript: what is emitted reaches the functions that listen."""

from __future__ import annotations

from fusion.dataflow import ir
from fusion.dataflow.solver.builtin.streams import Streams
from fusion.dataflow.solver.calling.arguments import Arguments, flatten
from fusion.dataflow.solver.domain.state import State
from fusion.dataflow.solver.domain.values import UNKNOWN, Object, Value

_EMITTERS = frozenset(
    {"events()", "events.EventEmitter()", "events.default()", "eventemitter3()", "eventemitter3.EventEmitter()"}
)
_LISTENS = frozenset({"on", "once", "addListener", "prependListener"})
_MOST_LISTENERS = 6


class Events(Streams):
    """Listening and emitting; all emitters are one, and events are told apart by their names."""

    def emitted(self, path: str, arguments: Arguments, state: State, node: ir.Node) -> Value | None:
        """A call of an emitter's method, or about a component's state; None for other calls."""
        if not self.script:
            return None
        found = self.hook(path, arguments, state, node)
        if found is None:
            found = self.streamed(path, arguments, state, node)
        holder, _, method = path.rpartition(".")
        if found is not None or holder not in _EMITTERS or not arguments.positional:
            return found
        event, *given = arguments.positional
        name = event.consts[0] if event.consts and len(event.consts) == 1 else None
        if not isinstance(name, str):
            return None
        listeners = self.listeners.setdefault(name, [])
        if method in _LISTENS and given:
            if len(listeners) < _MOST_LISTENERS and not any(one.refs == given[0].refs for one in listeners):
                listeners.append(given[0])
                for pieces in self.emissions.get(name, ()):  # before anybody listened
                    self.call(given[0], Arguments([_lasting(piece, whole, state) for piece, whole in pieces]), state, node)
            return arguments.receiver
        if method != "emit":
            return None
        pieces = [(piece, flatten([piece], state)) for piece in given]
        if any(whole.taints for _, whole in pieces):
            known = self.emissions.setdefault(name, [])
            if len(known) < _MOST_LISTENERS:
                known.append(pieces)
        for listener in tuple(listeners):
            self.call(listener, Arguments(given), state, node)
        return UNKNOWN


def _lasting(piece: Value, whole: Value, state: State) -> Value:
    """What was emitted; of objects that are gone by now, what was in them."""
    return piece if all(not isinstance(ref, Object) or state.heap.get(ref.id) for ref in piece.refs) else whole
