"""Emitters of events in JavaScript: what is emitted reaches the functions that listen."""

from __future__ import annotations

from fusion.dataflow import ir
from fusion.dataflow.solver.arguments import Arguments
from fusion.dataflow.solver.hooks import Hooks
from fusion.dataflow.solver.state import State
from fusion.dataflow.solver.values import UNKNOWN, Value

_EMITTERS = frozenset(
    {"events()", "events.EventEmitter()", "events.default()", "eventemitter3()", "eventemitter3.EventEmitter()"}
)
_LISTENS = frozenset({"on", "once", "addListener", "prependListener"})
_MOST_LISTENERS = 6


class Events(Hooks):
    """Listening and emitting; all emitters are one, and events are told apart by their names."""

    def emitted(self, path: str, arguments: Arguments, state: State, node: ir.Node) -> Value | None:
        """A call of an emitter's method, or about a component's state; None for other calls."""
        if self.script and (found := self.hook(path, arguments, state, node)) is not None:
            return found
        holder, _, method = path.rpartition(".")
        if holder not in _EMITTERS or not self.script or not arguments.positional:
            return None
        event, *given = arguments.positional
        name = event.consts[0] if event.consts and len(event.consts) == 1 else None
        if not isinstance(name, str):
            return None
        listeners = self.listeners.setdefault(name, [])
        if method in _LISTENS and given:
            if len(listeners) < _MOST_LISTENERS and not any(one.refs == given[0].refs for one in listeners):
                listeners.append(given[0])
            return arguments.receiver
        if method != "emit":
            return None
        for listener in tuple(listeners):
            self.call(listener, Arguments(given), state, node)
        return UNKNOWN
