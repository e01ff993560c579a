"""Calls: which function is meant, what it is given, and what running it does to the state."""

from __future__ import annotations

from collections.abc import Sequence

from fusion.dataflow import ir
from fusion.dataflow.solver.arguments import Arguments, flatten, things
from fusion.dataflow.solver.expressions import hint_of
from fusion.dataflow.solver.machine import MAX_CALLS, Frame, Machine
from fusion.dataflow.solver.receivers import Use
from fusion.dataflow.solver.state import GUESSED, Scope, State, Thing, checked_inside, meet
from fusion.dataflow.solver.values import (
    NONE,
    NOTHING,
    UNKNOWN,
    Bound,
    Closure,
    Facts,
    Klass,
    Library,
    Namespace,
    Object,
    Value,
    added,
    common,
    join,
    join_all,
    reference,
    tainted,
)

_REENTRIES = 2
"""How often a function may be on the stack."""
_KEYED = frozenset({"set", "put", "setdefault", "setItem", "hset"})
"""Methods that keep something under a key, which they are given first."""
_OVER_ELEMENTS = frozenset({"map", "forEach", "filter", "reduce", "find", "some", "every", "flatMap"})
"""Methods of JavaScript's lists that call a function with each element."""
_CALLBACKS = frozenset({"then", "catch", "finally"})


class Calls(Machine):
    """Calls of the repository's functions, and the choice between them, the language's and libraries'."""

    # ---------------------------------------------------------------- a call in the text

    def evaluate_call(self, node: ir.Call, state: State) -> Value:
        """A call as it stands in the text."""
        function = node.function
        if isinstance(function, ir.Attr):
            above = self._super(function, state)
            if above is not None:
                arguments = self.gather(node, state)
                if function.name == "__init__" and any(isinstance(ref, Library) for ref in above.refs):
                    self.keep_arguments(self.frame.receiver, arguments, state)
                return self.call(above, arguments, state, node, function.name)
            holder = self.evaluate(function.object, state)
            arguments = self.gather(node, state)
            return self.call_member(holder, function.name, arguments, state, node, hint_of(function.object))
        if isinstance(function, ir.Name) and function.id == "super":
            return self._call_super(node, state)
        if isinstance(function, ir.Name) and function.id in ("any", "all") and not self.script:
            shown = self.quantified(function.id, node, state)
            if shown is not None:
                return shown
        value = self.evaluate(function, state)
        return self.call(value, self.gather(node, state), state, node, hint_of(function))

    def gather(self, node: ir.Call, state: State) -> Arguments:
        """Evaluate the arguments."""
        given = Arguments(nodes=tuple(argument.value for argument in node.arguments))
        for argument in node.arguments:
            value = self.evaluate(argument.value, state)
            if argument.name == "*":
                exact, any_ = self.elements(value, state, argument)
                if exact is not None and given.rest is None:
                    given.positional.extend(exact)
                else:
                    given.rest = any_ if given.rest is None else join(given.rest, any_)
            elif argument.name == "**":
                self._spread_mapping(value, given, state)
            elif argument.name:
                given.keywords[argument.name] = value
                if value.taints:
                    self.check_name(argument.name, value, state, argument)
            elif given.rest is None:
                given.positional.append(value)
            else:
                given.rest = join(given.rest, value)
        return given

    def _spread_mapping(self, value: Value, given: Arguments, state: State) -> None:
        for thing in things(value, state):
            given.keywords.update({key: field for key, field in thing.fields.items() if isinstance(key, str)})
            if thing.rest is not NOTHING:
                given.more = thing.rest if given.more is None else join(given.more, thing.rest)
        if value.taints or value.consts is None or not value.refs:
            given.more = value if given.more is None else join(given.more, value)

    def _super(self, function: ir.Attr, state: State) -> Value | None:
        """`super().name`, `super.name`: the member of the bases, bound."""
        holder = function.object
        plain = isinstance(holder, ir.Name) and holder.id == "super" and self.script
        called = isinstance(holder, ir.Call) and isinstance(holder.function, ir.Name) and holder.function.id == "super"
        owner = self.frame.owner
        if not (plain or called) or owner is None:
            return None
        for base in owner.bases:
            for ref in base.refs:
                if isinstance(ref, Klass):
                    found = self.member(ref, function.name)
                    if found is not None:
                        return join_all(
                            reference(Closure(one.function, one.scope, self.frame.receiver, one.owner))
                            for one in found.refs
                            if isinstance(one, Closure)
                        )
        if owner.library:
            return reference(Library(f"{owner.library}.{function.name}"))
        return UNKNOWN

    def _call_super(self, node: ir.Call, state: State) -> Value:
        """JavaScript's `super(...)`: the base's constructor on this object."""
        arguments = self.gather(node, state)
        owner = self.frame.owner
        for base in owner.bases if owner is not None else ():
            for ref in base.refs:
                if isinstance(ref, Library):
                    self.keep_arguments(self.frame.receiver, arguments, state)
                found = self.member(ref, "__init__") if isinstance(ref, Klass) else None
                for one in found.refs if found is not None else ():
                    if isinstance(one, Closure):
                        self.call_closure(
                            Closure(one.function, one.scope, self.frame.receiver, one.owner), arguments, state, node
                        )
        return UNKNOWN

    def partial(self, function: Value, given: Sequence[Value], named: dict[str, Value], use: Use) -> Value:
        """A function with some arguments already given."""
        raise NotImplementedError

    # ---------------------------------------------------------------- which function

    def call_member(self, holder: Value, name: str, arguments: Arguments, state: State, node: ir.Node, hint: str = "") -> Value:
        """`holder.name(...)`."""
        arguments.receiver = holder
        if name in _KEYED and arguments.positional and arguments.positional[0].taints and hint:
            self.check_name(hint, arguments.positional[0], state, node, mark="[]")
        result = NOTHING
        handled = False
        for ref in holder.refs:
            found = self._member_of(ref, holder, name, arguments, state, node)
            if found is not None:
                handled = True
                result = join(result, found)
        if self.script and name in _CALLBACKS and not any(isinstance(ref, Klass) for ref in holder.refs):
            return self._then(holder, result, name, arguments, state, node)
        if handled and holder.taints and all(_is_plain(ref, state) for ref in holder.refs):
            own = self.call_method(Value(None, (), holder.taints), name, arguments, state, node)
            return result if own is None else join(result, own)
        if not handled or (holder.consts is None and not holder.refs) or (holder.consts and not handled):
            own = self.call_method(holder, name, arguments, state, node)
            if own is not None:
                return join(result, own)
            if not holder.refs and not holder.taints and hint:
                guess = self.tables.guess(hint)
                if guess and (f"{guess}.{name}" in self.tables.calls or len(self.methods.get(name, ())) != 1):
                    return self.call_library(f"{guess}.{name}", arguments, state, node, guessed=True)
            if not handled:
                only = self._only_method(name, arguments, state) if holder.consts is None and not holder.taints else None
                if only is not None:
                    return self.call_closure(only, arguments, state, node)
                return self.call_library(f"?.{name}", arguments, state, node)
        return UNKNOWN if result is NOTHING and not handled else result

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
            case Klass() | Namespace():
                function = self.load_attribute(reference(ref), name, state, node)
                return self.call(function, arguments, state, node, name)
            case Closure() if name in ("call", "apply", "bind"):
                return self._apply(ref, name, arguments, state, node)
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
            if any(isinstance(found, Closure | Klass | Library | Bound | Object) for found in function.refs):
                return self.call(function, arguments, state, node, name)
        if thing.path:
            arguments.receiver = reference(ref)
            return self.call_library(f"{thing.path}.{name}", arguments, state, node, guessed=GUESSED in thing.flags)
        if thing.klass is not None and thing.klass.library:
            arguments.receiver = reference(ref)
            return self.call_library(f"{thing.klass.library}.{name}", arguments, state, node)
        return self.call_method(reference(ref), name, arguments, state, node)

    def _apply(self, ref: Closure, name: str, arguments: Arguments, state: State, node: ir.Node) -> Value:
        receiver = arguments.positional[0] if arguments.positional else NONE
        bound = Closure(ref.function, ref.scope, receiver if not ref.function.arrow else ref.receiver, ref.owner)
        if name == "bind":
            handed = arguments.positional[1:]
            use = Use(NOTHING, name, arguments, state, node)
            return self.partial(reference(bound), handed, {}, use) if handed else reference(bound)
        if name == "call":
            return self.call_closure(bound, Arguments(arguments.positional[1:], rest=arguments.rest), state, node)
        spread = arguments.positional[1] if len(arguments.positional) > 1 else NOTHING
        exact, any_ = self.elements(spread, state, node)
        given = Arguments(exact) if exact is not None else Arguments(rest=any_)
        return self.call_closure(bound, given, state, node)

    def _then(self, holder: Value, known: Value, name: str, arguments: Arguments, state: State, node: ir.Node) -> Value:
        """A promise's callbacks get what it resolves to."""
        given = UNKNOWN if name == "catch" else holder
        results = []
        for callback in arguments.positional[:1]:
            if any(isinstance(ref, Closure) for ref in callback.refs):
                results.append(self.call(callback, Arguments([given] if name != "finally" else []), state, node))
        for callback in arguments.positional[1:2]:
            self.call(callback, Arguments([UNKNOWN]), state, node)
        if not results:
            return holder if known is NOTHING else known
        return join(holder, results[0]) if name != "then" else results[0]

    def call(self, function: Value, arguments: Arguments, state: State, node: ir.Node, name: str = "") -> Value:
        """Call a value."""
        result = NOTHING
        for ref in function.refs:
            match ref:
                case Closure():
                    found = self.call_closure(ref, arguments, state, node)
                case Klass():
                    found = self.instantiate(ref, arguments, state, node)
                case Library():
                    found = self.call_library(ref.path, arguments, state, node, guessed=ref.guessed)
                case Bound():
                    found = self.call_member(ref.receiver, ref.name, arguments, state, node)
                case Object():
                    found = self._call_object(ref, arguments, state, node)
                case _:
                    found = UNKNOWN
            result = join(result, found)
        if not function.refs:
            arguments.receiver = function
            return self.call_library(f"?{name}", arguments, state, node)
        return result

    def _call_object(self, ref: Object, arguments: Arguments, state: State, node: ir.Node) -> Value:
        thing = state.heap.get(ref.id)
        if thing is not None and thing.klass is not None:
            member = self.load_attribute(reference(ref), "__call__", state, node)
            if any(isinstance(found, Closure) for found in member.refs):
                return self.call(member, arguments, state, node, "__call__")
        if thing is not None and thing.path:
            return self.call_library(thing.path, arguments, state, node)
        return self.call_library("?", arguments, state, node)

    # ---------------------------------------------------------------- running a function

    def call_closure(self, closure: Closure, arguments: Arguments, state: State, node: ir.Node) -> Value:
        """Run a function of the repository on these arguments."""
        function = closure.function
        self.called.add(id(function))
        if len(self.stack) >= MAX_CALLS or self.stack.count(function) >= _REENTRIES:
            return self.passed([*arguments.all()], state, node)
        summary = self.recall(closure, arguments, state, node)
        if isinstance(summary, Value):
            return summary
        before = state.facts
        if not self.stack or self.stack[0] is not function:
            self.within.add(id(function))
        frame = Frame(
            function,
            Scope(function, next(self.frames), closure.scope, closure.scope.module),
            closure.receiver if closure.receiver is not None else NOTHING,
            closure.owner,
        )
        path = closure.scope.module or self.path
        inner = State(
            frame.scope.frame, {}, {**state.frames, state.frame: state.locals}, state.heap, state.facts, state.pending
        )
        outer_frame, outer_path = self.frame, self.path
        self.stack.append(function)
        self.frame = frame
        try:
            self.bind_parameters(closure, arguments, inner, node)
            self.path = path
            after, result = self.run_body(function, inner)
        finally:
            self.stack.pop()
            self.frame, self.path = outer_frame, outer_path
        self.hand_up(frame.raised, state)
        if after is None:
            return NOTHING
        frame.scope.captured = after.locals
        caller = after.frames.get(state.frame)
        if caller is not None and caller is not state.locals:
            state.locals = dict(caller)
        frames = {number: after.frames.get(number, known) for number, known in state.frames.items()}
        state.frames = frames if any(frames[number] is not known for number, known in state.frames.items()) else state.frames
        state.heap, state.facts, state.pending = after.heap, after.facts, after.pending
        if result.taints:
            result = result.with_taints(self.moved(result.taints, node, f"returned by `{function.name or 'the function'}`"))
        if summary is not None:
            self.remember(summary, result, before, state)
        return result

    def run_body(self, function: ir.Function, state: State) -> tuple[State | None, Value]:
        """Run the body of the current frame: the state where its paths meet, and the value with what each outcome shows."""
        end = self.run(function.body, state)
        outcomes = self.frame.returns
        if end is not None:
            outcomes.append((end, NONE))
        after: State | None = None
        value = NOTHING
        true: Facts | None = None
        false: Facts | None = None
        first_true = first_false = True
        for left, returned in outcomes:
            truth = self.truth(returned, left)
            if truth is not False:
                shown = added(left.facts, returned.true) or {}
                true = shown if first_true else common(true or {}, shown)
                first_true = False
            if truth is not True:
                shown = added(left.facts, returned.false) or {}
                false = shown if first_false else common(false or {}, shown)
                first_false = False
            value = join(value, checked_inside(returned, left, left.facts))
        for left, _ in outcomes:
            after = meet(after, left.copy() if len(outcomes) > 1 else left)
        value = Value(value.consts, value.refs, value.taints, true, false, value.shape)
        if function.generator:
            thing = Thing("generator", None, {}, self.frame.yields)
            if after is not None:
                value = reference(Object(after.allocate(thing)))
        return after, value

    def bind_parameters(self, closure: Closure, arguments: Arguments, state: State, node: ir.Node) -> None:
        """Give the parameters their values."""
        function = closure.function
        positional = list(arguments.positional)
        parameters = list(function.parameters)
        if closure.receiver is not None and not self.script and parameters and function.role != "static":
            first = parameters.pop(0)
            state.locals[first.name] = closure.receiver
        elif closure.receiver is not None and self.script and not function.arrow:
            state.locals["this"] = closure.receiver
        keywords = dict(arguments.keywords)
        for parameter in parameters:
            if parameter.kind == "rest":
                thing = (
                    Thing("list", tuple(positional))
                    if arguments.rest is None
                    else Thing("list", None, {}, join_all([*positional, arguments.rest]))
                )
                value = reference(Object(state.allocate(thing)))
                positional = []
            elif parameter.kind == "keywords":
                fields: dict[object, Value] = {}
                fields.update(keywords)
                thing = Thing("dict", None, fields, arguments.more or NOTHING)
                value = reference(Object(state.allocate(thing)))
            elif parameter.kind == "positional" and positional:
                value = positional.pop(0)
            elif parameter.name in keywords:
                value = keywords.pop(parameter.name)
            else:
                value = self._missing(parameter, arguments, state)
            if value.taints:
                what = f"passed to `{function.name or 'a function'}` as `{parameter.name or '{}'}`"
                value = value.with_taints(self.moved(value.taints, node, what))
                if parameter.name:
                    self.check_name(parameter.name, value, state, node)
            self.bind_parameter(parameter, value, state)
        if self.script and "arguments" in function.mentions:
            state.locals["arguments"] = reference(Object(state.allocate(Thing("list", tuple(arguments.positional)))))

    def bind_parameter(self, parameter: ir.Parameter, value: Value, state: State) -> None:
        """One parameter: a name or a pattern."""
        if parameter.annotation is not None and value.consts is None and not value.refs:
            value = self.annotated(parameter.annotation, value, state)
        if parameter.pattern is not None:
            if parameter.default is not None:
                self.assign(ir.Default(parameter.span, parameter.pattern, parameter.default), value, state, parameter)
            else:
                self.assign(parameter.pattern, value, state, parameter)
        elif parameter.name:
            state.locals[parameter.name] = value

    def _missing(self, parameter: ir.Parameter, arguments: Arguments, state: State) -> Value:
        """A parameter that no argument is surely given for."""
        unsure = [value for value in (arguments.rest, arguments.more) if value is not None]
        if parameter.default is not None:
            return join_all([self.evaluate(parameter.default, state), *unsure])
        if unsure:
            return join_all(unsure)
        return NONE if self.script else UNKNOWN


def _is_plain(ref: object, state: State) -> bool:
    """Whether it is a list, a dictionary or the like, which the language's own methods belong to."""
    thing = state.heap.get(ref.id) if isinstance(ref, Object) else None
    return thing is not None and thing.klass is None and not thing.path
