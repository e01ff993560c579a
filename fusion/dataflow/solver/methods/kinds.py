"""Methods of the languages' own values: which kind of value a call is of, and so which model answers."""

from __future__ import annotations

from fusion.dataflow import ir
from fusion.dataflow.solver.calling.arguments import Arguments
from fusion.dataflow.solver.domain.state import State, Thing
from fusion.dataflow.solver.domain.values import NOTHING, Library, Object, Value, join, reference
from fusion.dataflow.solver.methods.receivers import Use
from fusion.dataflow.solver.methods.tables import TableMethods

_ABOUT_ARGUMENTS = frozenset(
    {"format", "format_map", "startswith", "endswith", "startsWith", "endsWith", "includes", "indexOf", "__contains__"}
)
"""Methods of values that nothing is known of, whose result says something about what they are given."""
_MEMBERSHIP = frozenset({"has", "hasOwnProperty"})


class Methods(TableMethods):
    """The entrance."""

    def call_method(self, receiver: Value, name: str, arguments: Arguments, state: State, node: ir.Node) -> Value | None:
        """A method of the language's own text, lists and dictionaries; None where it is none."""
        whole = arguments.receiver if arguments.receiver is not NOTHING else receiver
        certain = len(receiver.refs) == 1 and len(whole.refs) <= 1
        result: Value = NOTHING
        handled = False
        for ref in receiver.refs:
            thing = state.heap.get(ref.id) if isinstance(ref, Object) else None
            if isinstance(ref, Object) and thing is not None and not thing.path and thing.klass is None:
                use = Use(reference(ref), name, arguments, state, node, ref, thing, certain)
                found = self._of_thing(thing, use)
                if found is not None:
                    handled, result = True, join(result, found)
        found = self._of_text(receiver, name, arguments, state, node)
        if found is not None:
            handled, result = True, join(result, found)
        return result if handled else None

    def _of_thing(self, thing: Thing, use: Use) -> Value | None:
        match thing.kind:
            case "list" | "tuple" | "set":
                found = self.callback_method(use)
                return self.list_method(use) if found is None else found
            case "map":
                found = self.table_method(use)
                return self.callback_method(use) if found is None else found
            case "dict":
                return self.table_method(use)
            case "regex":
                return self.regex_method(use)
            case "generator":
                found = self.generator_method(use)
                return self.callback_method(use) if found is None else found
            case _:
                return None

    def _of_text(self, receiver: Value, name: str, arguments: Arguments, state: State, node: ir.Node) -> Value | None:
        """The part of the receiver that is text, or hostile data of any shape."""
        if receiver.taints:
            use = Use(Value(None, (), receiver.taints), name, arguments, state, node)
            found = self.pattern_method(use) if self.script else None
            if found is None:
                found = self.text_method(use)
            if found is None:
                found = self.callback_method(use)
            if found is None:
                libraries = tuple(ref for ref in receiver.refs if isinstance(ref, Library))
                use.value = Value(None, libraries, receiver.taints)
                found = self.container_method(use)
            return found
        consts = tuple(const for const in receiver.consts or () if const is not None)
        if consts:
            use = Use(Value(consts), name, arguments, state, node)
            found = self.pattern_method(use) if self.script else None
            return self.text_method(use) if found is None else found
        if receiver.consts is None and not receiver.refs and any(value.taints for value in arguments.all()):
            use = Use(receiver, name, arguments, state, node)
            if name in _ABOUT_ARGUMENTS or (name == "join" and not self.script):
                return self.text_method(use)
            if name in _MEMBERSHIP:
                return self.membership(receiver, arguments.positional[0], state) if arguments.positional else None
        return None
