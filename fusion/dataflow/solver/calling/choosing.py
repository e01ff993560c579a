"""Which function a call means."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from fusion.dataflow import ir
from fusion.dataflow.solver.calling.arguments import Arguments, flatten
from fusion.dataflow.solver.calling.lookups import member_of
from fusion.dataflow.solver.domain.state import GUESSED, State, Thing, meet
from fusion.dataflow.solver.domain.values import (
    NONE,
    NOTHING,
    UNKNOWN,
    Bound,
    Closure,
    Klass,
    Library,
    Namespace,
    Object,
    Reference,
    Value,
    join,
    join_all,
    looked_up,
    reference,
    tainted,
)
from fusion.dataflow.solver.machine import Machine
from fusion.dataflow.solver.methods.receivers import Use

_Found = TypeVar("_Found", Value, Value | None)
_Ref = TypeVar("_Ref", bound=Reference)

_KEYED = frozenset({"set", "put", "setdefault", "setItem", "hset", "add", "sadd"})
"""Methods that keep something under a key, which they are given first, or what they are given itself."""


_APPLYING = frozenset({"call", "apply", "bind"})
"""Methods of JavaScript's functions that call them, or make one of them that is called later."""


_CALLBACKS = frozenset({"then", "catch", "finally"})


_OVER_ELEMENTS = frozenset({"map", "forEach", "filter", "reduce", "find", "some", "every", "flatMap"})
"""Methods of JavaScript's lists that call a function with each element."""


def _is_plain(ref: object, state: State) -> bool:
    """Whether it is a list, a dictionary or the like, which the language's own methods belong to."""
    thing = state.heap.get(ref.id) if isinstance(ref, Object) else None
    return thing is not None and thing.klass is None and not thing.path


def _is_own(found: object, ref: Object) -> bool:
    """Whether it is the language's own method of this very thing, whatever lies under a key of that name."""
    return isinstance(found, Bound) and ref in found.receiver.refs


def _before(node: ir.Node) -> ir.Node:
    """The call whose promise a method is called of."""
    return node.function.object if isinstance(node, ir.Call) and isinstance(node.function, ir.Attr) else node


def apart(refs: Sequence[_Ref], state: State, run: Callable[[_Ref], _Found]) -> Iterator[_Found]:
    """What each of several things that are called gives, each from the same state; afterwards holds what may after any."""
    if len(refs) == 1:
        yield run(refs[0])
        return
    home, before = state.locals, state.copy()
    after: State | None = None
    for place, ref in enumerate(refs):
        if place:
            last = place == len(refs) - 1 and after is not None
            _become(state, before if last else before.copy(), home)
        found = run(ref)
        yield found
        if found is not NOTHING:
            # The rest of the state is replaced, and may be handed over as it is.
            left = State(state.frame, state.locals.copy(), state.frames, state.heap, state.facts, state.pending)
            after = meet(after, left)
    _become(state, before if after is None else after, home)


def _become(state: State, other: State, home: dict[str, Value]) -> None:
    """Go on from another state. A module's variables stay in the one place where others find them."""
    home.clear()
    home.update(other.locals)
    state.locals = home
    state.frames, state.heap, state.facts, state.pending = other.frames, other.heap, other.facts, other.pending


class Choosing(Machine):
    """The choice between the repository's functions, the language's and libraries'."""

    def call_member(self, holder: Value, name: str, arguments: Arguments, state: State, node: ir.Node, hint: str = "") -> Value:
        """`holder.name(...)`."""
        arguments.receiver = holder = member_of(holder, name, self.data)
        if name in _KEYED and arguments.positional and arguments.positional[0].taints:
            self._check_kept(hint, arguments.positional[0], state, node)
        result = NOTHING
        later = self.script and name in _CALLBACKS
        unknown = {
            ref
            for ref in (holder.refs if later else ())
            if isinstance(ref, Library) and f"{ref.path}.{name}" not in self.tables.calls
        }
        refs = [ref for ref in holder.refs if ref not in unknown]
        handled = bool(unknown)
        for found in apart(refs, state, lambda ref: self._member_of(ref, holder, name, arguments, state, node)):
            if found is not None:
                handled = True
                result = join(result, found)
        if later and not any(isinstance(ref, Klass) for ref in holder.refs):
            return self._then(holder, result, name, arguments, state, node)
        if handled and holder.taints and all(_is_plain(ref, state) for ref in holder.refs):
            own = self.call_method(Value(None, (), holder.taints), name, arguments, state, node)
            return result if own is None else join(result, own)
        if not handled or (holder.consts is None and not holder.refs) or (holder.consts and not handled):
            own = self.call_method(holder, name, arguments, state, node)
            if own is not None:
                return join(result, own)
            if not holder.refs and not holder.taints and hint:
                guess = self.guess(hint)
                if guess and (f"{guess}.{name}" in self.tables.calls or len(self.methods.get(name, ())) != 1):
                    return self.call_library(f"{guess}.{name}", arguments, state, node, guessed=True)
            if not handled:
                only = self._only_method(name, arguments, state) if holder.consts is None and not holder.taints else None
                if only is not None:
                    return self.call_closure(only, arguments, state, node)
                return self.call_library(f"?.{name}", arguments, state, node)
        return UNKNOWN if result is NOTHING and not handled else result

    def _check_kept(self, hint: str, value: Value, state: State, node: ir.Node) -> None:
        """Something is kept in a collection whose name says what is in it, as the key or by itself (`codes.add(code)`)."""
        holder = node.function.object if isinstance(node, ir.Call) and isinstance(node.function, ir.Attr) else None
        if isinstance(holder, ir.Index) and isinstance(holder.key, ir.Const) and isinstance(holder.key.value, str):
            hint = holder.key.value
        if hint:
            self.check_name(hint, value, state, node, mark="[]")

    def _only_method(self, name: str, arguments: Arguments, state: State) -> Closure | None:
        """The one method of that name in the repository, for hostile data handed to an object that a framework passes in."""
        found = self.methods.get(name, ())
        if len(found) != 1 or name in self.tables.words or not flatten(list(arguments.all()), state).taints:
            return None
        closure = found[0]
        owner = closure.owner
        if owner is None or name.startswith("__") or closure.function.role or closure.function in self.stack:
            return None
        return Closure(closure.function, closure.scope, self.instance(owner, state), owner)

    def _member_of(
        self, ref: object, holder: Value, name: str, arguments: Arguments, state: State, node: ir.Node
    ) -> Value | None:
        """The call on one of the things that the holder may be; None where the language's own methods have to say."""
        match ref:
            case Library():
                full = f"{ref.path}.{name}"
                if name in _APPLYING and self.script and ref.path in self.tables.calls and full not in self.tables.calls:
                    return self._apply(ref, name, arguments, state, node)
                if name in _OVER_ELEMENTS and full not in self.tables.calls and f"{ref.path}[]" in self.tables.begun:
                    listed = Thing("list", None, {}, self.elements(reference(ref), state, node)[1])
                    return self.call_method(reference(Object(state.allocate(listed))), name, arguments, state, node)
                if holder.taints and full not in self.tables.calls and f"{full}()" not in self.tables.types:
                    own = self.call_method(Value(None, (ref,), holder.taints), name, arguments, state, node)
                    if own is not None:
                        return own
                return self.call_library(full, arguments, state, node, guessed=ref.guessed)
            case Object():
                return self._call_field(ref, name, arguments, state, node)
            case Klass() if (made := self.parsed(ref, name, arguments, state, node)) is not None:
                return made
            case Klass() | Namespace():
                function = self.load_attribute(reference(ref), name, state, node)
                return self.call(function, arguments, state, node, name)
            case Closure() if name in _APPLYING:
                return self._apply(ref, name, arguments, state, node)
            case Closure() if (own := self.own_member(ref, name)) is not None:
                return self.call(own, arguments, state, node, name)
            case _:
                return None

    def _call_field(self, ref: Object, name: str, arguments: Arguments, state: State, node: ir.Node) -> Value | None:
        thing = state.heap.get(ref.id)
        if thing is None:
            return None
        chosen = self.named_classes(ref, name, state, node)
        if chosen is not None:
            arguments.receiver = tainted(chosen) if chosen else UNKNOWN
            return self.call_library(f"{thing.path}.{name}", arguments, state, node)
        visited = self.visited(ref, name, arguments, state, node)
        if visited is not None:
            return visited
        if thing.klass is not None or name in thing.fields:
            function = self.load_attribute(reference(ref), name, state, node)
            if any(
                isinstance(found, Closure | Klass | Library | Bound | Object) and not _is_own(found, ref)
                for found in function.refs
            ):
                function = self.on(ref, function) if thing.klass is None else function
                return self.call(function, arguments, state, node, name)
        if thing.path:
            arguments.receiver = reference(ref)
            return self.call_library(f"{thing.path}.{name}", arguments, state, node, guessed=GUESSED in thing.flags)
        if thing.klass is not None and thing.klass.library:
            arguments.receiver = reference(ref)
            return self.call_library(f"{thing.klass.library}.{name}", arguments, state, node)
        return self.call_method(reference(ref), name, arguments, state, node)

    def _apply(self, ref: Closure | Library, name: str, arguments: Arguments, state: State, node: ir.Node) -> Value:
        receiver = arguments.positional[0] if arguments.positional else NONE
        bound: Closure | Library = ref
        if isinstance(ref, Closure):
            bound = Closure(ref.function, ref.scope, receiver if not ref.function.arrow else ref.receiver, ref.owner)
        if name == "bind":
            handed = arguments.positional[1:]
            use = Use(NOTHING, name, arguments, state, node)
            return self.partial(reference(bound), handed, {}, use) if handed else reference(bound)
        if name == "call":
            return self.call(reference(bound), Arguments(arguments.positional[1:], rest=arguments.rest), state, node)
        spread = arguments.positional[1] if len(arguments.positional) > 1 else NOTHING
        exact, any_ = self.elements(spread, state, node)
        given = Arguments(exact) if exact is not None else Arguments(rest=any_)
        return self.call(reference(bound), given, state, node)

    def _then(self, holder: Value, known: Value, name: str, arguments: Arguments, state: State, node: ir.Node) -> Value:
        """A promise's callbacks get what it resolves to."""
        before = None if self.awaiting is node else state.copy()
        given = arguments.rejected if name == "catch" else looked_up(holder, _before(node))
        results = []
        for callback in arguments.positional[:1]:
            if any(isinstance(ref, Closure | Library | Bound) for ref in callback.refs):
                results.append(self.call(callback, Arguments([given] if name != "finally" else []), state, node))
        for callback in arguments.positional[1:2]:
            self.call(callback, Arguments([arguments.rejected]), state, node)
        meet(state, before)  # unless it is waited for, what comes next is done first
        if not results:
            return holder if known is NOTHING else known
        return join(holder, results[0]) if name != "then" else results[0]

    def call(self, function: Value, arguments: Arguments, state: State, node: ir.Node, name: str = "") -> Value:
        """Call a value."""
        if not function.refs:
            arguments.receiver = function
            return self.call_library(f"?{name}", arguments, state, node)
        return join_all(apart(function.refs, state, lambda ref: self._call_one(ref, arguments, state, node)))

    def _call_one(self, ref: Reference, arguments: Arguments, state: State, node: ir.Node) -> Value:
        match ref:
            case Closure():
                return self.call_closure(ref, arguments, state, node)
            case Klass():
                return self.instantiate(ref, arguments, state, node)
            case Library():
                return self.call_library(ref.path, arguments, state, node, guessed=ref.guessed)
            case Bound():
                return self._call_bound(ref, arguments, state, node)
            case Object():
                return self._call_object(ref, arguments, state, node)
            case _:
                return UNKNOWN

    def _call_bound(self, ref: Bound, arguments: Arguments, state: State, node: ir.Node) -> Value:
        """A method that was kept; one that is kept under its own name on its own object (`o.f = o.f || g`) is unknown."""
        if ref in self.bound:
            return self.call_library("?", arguments, state, node)
        self.bound.append(ref)
        try:
            return self.call_member(ref.receiver, ref.name, arguments, state, node)
        finally:
            self.bound.pop()

    def _call_object(self, ref: Object, arguments: Arguments, state: State, node: ir.Node) -> Value:
        thing = state.heap.get(ref.id)
        if thing is not None and thing.klass is not None:
            member = self.load_attribute(reference(ref), "__call__", state, node)
            if any(isinstance(found, Closure) for found in member.refs):
                return self.call(member, arguments, state, node, "__call__")
        if thing is not None and thing.path:
            known = self.tables.calls.get(thing.path)
            if thing.flags or (known is not None and known.flags and arguments.receiver is NOTHING):
                arguments.receiver = reference(ref)  # what was remembered of it counts for calling it, too
            return self.call_library(thing.path, arguments, state, node)
        return self.call_library("?", arguments, state, node)
