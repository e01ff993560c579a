"""Functions of the languages themselves, by the path of the global that is called."""

from __future__ import annotations

from dataclasses import replace

from fusion.dataflow import ir
from fusion.dataflow.solver.builtin.python import PythonFunctions
from fusion.dataflow.solver.builtin.script import ScriptFunctions
from fusion.dataflow.solver.calling.arguments import Arguments
from fusion.dataflow.solver.domain.state import State
from fusion.dataflow.solver.domain.values import NOTHING, Value
from fusion.dataflow.solver.methods.kinds import Methods
from fusion.dataflow.solver.methods.receivers import Use

_GLOBALS = ("builtins.", "globalThis.", "global.", "dom.Window.", "window.")
_OWN_TYPES = frozenset({"str", "bytes", "list", "dict", "set", "tuple", "frozenset"})
_SCRIPT_TYPES = frozenset({"String", "Array", "Object", "Map", "Set", "RegExp"})


class Builtins(PythonFunctions, ScriptFunctions, Methods):
    """The entrance."""

    def call_builtin(self, name: str, arguments: Arguments, state: State, node: ir.Node) -> Value | None:
        """A function of the language itself; None where it is none that the solver knows."""
        for prefix in _GLOBALS:
            if name.startswith(prefix):
                name = name[len(prefix) :]
                break
        name = name.removesuffix("()")
        use = Use(NOTHING, name, arguments, state, node)
        found = self.script_function(use) if self.script else self.python_function(use)
        if found is not None:
            return found
        holder, dot, method = name.rpartition(".")
        if not dot or holder == "?":
            return None
        if self.script:
            borrowed = self._borrowed(name, arguments, state, node)
            if borrowed is not None:
                return borrowed
        elif holder in _OWN_TYPES and arguments.positional:
            receiver, *given = arguments.positional
            return self.call_method(receiver, method, _without_receiver(arguments, given), state, node)
        if arguments.receiver.taints and name not in self.tables.calls:
            # Text or data that a library handed over: what it can do is what text can do.
            return self.call_method(arguments.receiver, method, arguments, state, node)
        return None

    def _borrowed(self, name: str, arguments: Arguments, state: State, node: ir.Node) -> Value | None:
        """`Array.prototype.slice.call(value, ...)`."""
        parts = name.split(".")
        if len(parts) != 4 or parts[1] != "prototype" or parts[3] not in ("call", "apply") or parts[0] not in _SCRIPT_TYPES:
            return None
        if not arguments.positional:
            return None
        receiver, *given = arguments.positional
        rest = arguments.rest
        if parts[3] == "apply" and given:
            exact, any_ = self.elements(given[0], state, node)
            given, rest = (exact, None) if exact is not None else ([], any_)
        handed = replace(_without_receiver(arguments, given), rest=rest)
        return self.call_method(receiver, parts[2], handed, state, node)


def _without_receiver(arguments: Arguments, given: list[Value]) -> Arguments:
    """The arguments after the first, which is the receiver of an unbound method."""
    return Arguments(given, arguments.keywords, arguments.rest, arguments.more, arguments.positional[0])
