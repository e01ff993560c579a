"""State that React and its kin keep for a component: what is put into it is there when the component is run again."""

from __future__ import annotations

from fusion.dataflow import ir
from fusion.dataflow.solver.calling.arguments import Arguments, flatten
from fusion.dataflow.solver.domain.state import State, Thing
from fusion.dataflow.solver.domain.values import NOTHING, UNKNOWN, Closure, Library, Object, Value, join, reference, tainted
from fusion.dataflow.solver.machine import Machine

_HOMES = frozenset({"react", "react.default", "preact/hooks", "preact/compat"})
_SETTER = "react.Setter "


class Hooks(Machine):
    """`const [value, setValue] = useState(first)`."""

    def hook(self, path: str, arguments: Arguments, state: State, node: ir.Node) -> Value | None:
        """A call that makes a component's state or changes it; None for other calls."""
        home, _, name = path.rpartition(".")
        if home in _HOMES:
            return self._hook(name, arguments, state, node)
        if path.startswith(_SETTER):
            self._set_state(path, arguments, state, node)
            return UNKNOWN
        return None

    def _hook(self, name: str, arguments: Arguments, state: State, node: ir.Node) -> Value | None:
        first = arguments.positional[0] if arguments.positional else UNKNOWN
        match name:
            case "useState":
                return self._made_state(first, state, node)
            case "useReducer":
                reducer, *given = arguments.positional or [UNKNOWN]
                begun = given[0] if given else UNKNOWN
                if len(given) > 1:
                    begun = self.call(given[1], Arguments([begun]), state, node)
                return self._made_state(begun, state, node, reducer)
            case "useMemo":
                return self.call(first, Arguments(), state, node)
            case "useCallback" | "memo" | "useDeferredValue":
                return first
            case _:
                return None

    def _made_state(self, first: Value, state: State, node: ir.Node, reducer: Value = NOTHING) -> Value:
        setter = f"{_SETTER}{self.path}:{node.span.line}:{node.span.column}"
        if reducer is not NOTHING:
            self.reducers[setter] = reducer
        if any(isinstance(ref, Closure) for ref in first.refs):
            first = self.call(first, Arguments(), state, node)
        kept, _ = self.page_state.setdefault(setter, (NOTHING, self.stack[0] if self.stack else None))
        value = first if kept is NOTHING else join(first, kept)
        return reference(Object(state.allocate(Thing("tuple", (value, reference(Library(setter)))))))

    def _set_state(self, setter: str, arguments: Arguments, state: State, node: ir.Node) -> None:
        kept, component = self.page_state.get(setter, (NOTHING, None))
        given = arguments.positional[0] if arguments.positional else UNKNOWN
        reducer = self.reducers.get(setter)
        if reducer is not None:
            given = self.call(reducer, Arguments([kept if kept is not NOTHING else UNKNOWN, given]), state, node)
        elif any(isinstance(ref, Closure) for ref in given.refs):
            given = self.call(given, Arguments([kept]), state, node)
        taints = tuple(taint for taint in flatten([given], state).taints if taint.mask)
        if not taints or kept.taints:
            return
        named = self.moved(taints, node, "kept in the component's state")
        self.page_state[setter] = (tainted(named), component)
        closure = self.known.get(id(component)) if component is not None else None
        if closure is not None:
            self.waiting[closure.scope.module].append(closure)  # it was run without this in its state
