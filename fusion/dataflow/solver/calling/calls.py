"""Calls: which function is meant, what it is given, and what running it does to the state."""

from __future__ import annotations

from dataclasses import replace

from fusion.dataflow import ir
from fusion.dataflow.solver.calling.ancestry import following
from fusion.dataflow.solver.calling.arguments import Arguments, things
from fusion.dataflow.solver.calling.choosing import Choosing, apart
from fusion.dataflow.solver.domain.state import Scope, State, Thing, checked_inside, meet
from fusion.dataflow.solver.domain.taints import Facts, added, common
from fusion.dataflow.solver.domain.values import (
    NONE,
    NOTHING,
    REJECTED,
    RETURNED,
    UNKNOWN,
    Closure,
    Klass,
    Library,
    Namespace,
    Object,
    Value,
    join,
    join_all,
    reference,
)
from fusion.dataflow.solver.forms.expressions import hint_of
from fusion.dataflow.solver.machine import MAX_CALLS, Frame

_REENTRIES = 2
"""How often a function may be on the stack."""


class Calls(Choosing):
    """Calls of the repository's functions, and the choice between them, the language's and libraries'."""

    # ---------------------------------------------------------------- a call in the text

    def evaluate_call(self, node: ir.Call, state: State) -> Value:
        """A call as it stands in the text."""
        function = node.function
        if isinstance(function, ir.Attr):
            above = self.above(function, state)
            if above is not None:
                arguments = self.gather(node, state)
                if function.name == "__init__" and any(isinstance(ref, Library) for ref in above.refs):
                    self.keep_arguments(self.frame.receiver, arguments, state)
                if any(isinstance(ref, Library) and ref.path in self.tables.calls for ref in above.refs):
                    arguments.receiver = self.frame.receiver
                return self.call(above, arguments, state, node, function.name)
            rejected = UNKNOWN
            if self.script and (function.name == "catch" or (function.name == "then" and len(node.arguments) > 1)):
                holder, rejected = self.promised(function.object, state)
            else:
                holder = self.evaluate(function.object, state)
            arguments = self.gather(node, state)
            if node.new and any(isinstance(ref, Object | Namespace | Closure) for ref in holder.refs):
                value = self.load_attribute(holder, function.name, state, node)
                if any(isinstance(ref, Closure) for ref in value.refs):
                    return self._new(value, arguments, state, node)
            arguments.rejected = rejected
            return self.call_member(holder, function.name, arguments, state, node, hint_of(function.object))
        if isinstance(function, ir.Name) and function.id == "super":
            return self._call_super(node, state)
        if isinstance(function, ir.Name) and function.id in ("any", "all") and not self.script:
            shown = self.quantified(function.id, node, state)
            if shown is not None:
                return shown
        value = self.evaluate(function, state)
        if node.new and any(isinstance(ref, Closure) for ref in value.refs):
            return self._new(value, self.gather(node, state), state, node)
        return self.call(value, self.gather(node, state), state, node, hint_of(function))

    def _new(self, value: Value, arguments: Arguments, state: State, node: ir.Call) -> Value:
        """JavaScript's `new`, of functions among others."""
        makers = [ref for ref in value.refs if isinstance(ref, Closure)]
        others = tuple(ref for ref in value.refs if not isinstance(ref, Closure))
        made = join_all(apart(makers, state, lambda ref: self.construct(ref, arguments, state, node)))
        return join(made, self.call(Value((), others), arguments, state, node)) if others else made

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
            over = thing.rest if thing.rest.taints or thing.rest.refs else NOTHING  # what may have taken a known field's place
            certain = thing.certain if over is not NOTHING else ()
            for key, field in thing.fields.items():
                if isinstance(key, str):
                    given.keywords[key] = field if over is NOTHING or key in certain else join(field, over)
            if thing.rest is not NOTHING:
                given.more = thing.rest if given.more is None else join(given.more, thing.rest)
        if value.taints or value.consts is None or any(not isinstance(ref, Object) for ref in value.refs) or not value.refs:
            given.more = value if given.more is None else join(given.more, value)

    def above(self, function: ir.Attr, state: State) -> Value | None:
        """`super().name`, `super.name`: the member of the bases, bound; None for other attributes."""
        holder = function.object
        plain = isinstance(holder, ir.Name) and holder.id == "super" and self.script
        called = isinstance(holder, ir.Call) and isinstance(holder.function, ir.Name) and holder.function.id == "super"
        owner = self.frame.owner
        if not (plain or called) or owner is None:
            return None
        for klass in following(owner, self.frame.receiver, state):
            found = self.member(klass, function.name)
            if found is not None:
                return self.bind_member(found, self.frame.receiver, klass, state, function)
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

    # ---------------------------------------------------------------- running a function

    def call_closure(self, closure: Closure, arguments: Arguments, state: State, node: ir.Node) -> Value:
        """Run a function of the repository on these arguments."""
        function = closure.function
        self.called.add(id(function))
        self.uphold(closure, state)
        if function.asynchronous:
            self.unawaited = node
        if len(self.stack) >= MAX_CALLS or self.stack.count(function) >= _REENTRIES:
            return self.passed([*arguments.all()], state, node)
        if function in self.stack:
            arguments = _counting(arguments)
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
            self.bind_parameters(closure, arguments, inner, node, path)
            self.path = path
            after, result = self.run_body(function, inner)
        finally:
            self.stack.pop()
            self.frame, self.path = outer_frame, outer_path
        self.hand_up(frame.raised, state)
        if after is None:
            return REJECTED if self.script and function.asynchronous else NOTHING
        frame.scope.captured = after.locals
        caller = after.frames.get(state.frame)
        if caller is not None and caller is not state.locals:
            state.locals = dict(caller)
        frames = {number: after.frames.get(number, known) for number, known in state.frames.items()}
        state.frames = frames if any(frames[number] is not known for number, known in state.frames.items()) else state.frames
        state.heap, state.facts, state.pending = after.heap, after.facts, after.pending
        if result.taints:
            result = result.with_taints(self.moved(result.taints, node, f"{RETURNED} by {_spoken(function)}"))
        if summary is not None:
            self.remember(summary, closure, arguments, result, before, state)
        return result

    def run_body(self, function: ir.Function, state: State) -> tuple[State | None, Value]:
        """Run the body of the current frame: the state where its paths meet, and the value with what each outcome shows."""
        begun = state.copy() if function.generator else None
        if function.generator:
            self.frame.yielded = state.allocate(Thing("generator", ()))
        end = self.run(function.body, state)
        outcomes = self.frame.returns
        if end is None and begun is not None:
            end = begun  # who calls it gets the generator, whatever becomes of its body
        if end is not None:
            outcomes.append((end, NONE))
        after: State | None = None
        value = NOTHING
        true: Facts | None = None
        false: Facts | None = None
        first_true = first_false = True
        pairs = self.paired(outcomes) if len(outcomes) > 1 else None
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
        if pairs is not None and after is not None:
            value = Value((), (Object(after.allocate(pairs)),), (), true, false)
        if function.generator:
            given = after.heap.get(self.frame.yielded or 0) if after is not None and end is not begun else None
            items = given.items if given is not None and not self.script else None
            thing = Thing("generator", items, {}, NOTHING if items is not None else self.frame.yields)
            if after is not None:
                value = reference(Object(after.allocate(thing)))
        return after, value

    def bind_parameters(self, closure: Closure, arguments: Arguments, state: State, node: ir.Node, path: str) -> None:
        """Give the parameters their values. `node` stands in the file that is run, the parameters in that of `path`."""
        function = closure.function
        caller = self.path
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
                self.path = path
                value = self._missing(parameter, arguments, state)
                self.path = caller
            if value.taints:
                what = f"passed to {_spoken(function)}" + (f" as `{parameter.name}`" if parameter.name else "")
                value = value.with_taints(self.moved(value.taints, node, what))
                if parameter.name:
                    self.check_name(parameter.name, value, state, node)
            self.path = path
            self.bind_parameter(parameter, value, state)
            self.path = caller
        if self.script and "arguments" in function.mentions:
            state.locals["arguments"] = reference(Object(state.allocate(Thing("list", tuple(arguments.positional)))))

    def bind_parameter(self, parameter: ir.Parameter, value: Value, state: State) -> None:
        """One parameter: a name or a pattern."""
        if parameter.annotation is not None and value.consts is None:
            if not value.refs:
                value = self.annotated(parameter.annotation, value, state)
            elif value.taints and self._read_from(value):
                value = self.brought(parameter.annotation, state) or value
        if parameter.pattern is not None:
            if parameter.default is not None:
                self.assign(ir.Default(parameter.span, parameter.pattern, parameter.default), value, state, parameter)
            else:
                self.assign(parameter.pattern, value, state, parameter)
        elif parameter.name:
            state.locals[parameter.name] = value

    def _read_from(self, value: Value) -> bool:
        """Whether nothing more is known of a value than which library's data it was read from."""
        return all(isinstance(ref, Library) and ref.path not in self.tables.type_names for ref in value.refs)

    def _missing(self, parameter: ir.Parameter, arguments: Arguments, state: State) -> Value:
        """A parameter that no argument is surely given for."""
        unsure = [value for value in (arguments.rest, arguments.more) if value is not None]
        if parameter.default is not None:
            return join_all([self.evaluate(parameter.default, state), *unsure])
        if unsure:
            return join_all(unsure)
        return NONE if self.script else UNKNOWN


def _counting(arguments: Arguments) -> Arguments:
    """What a function gives itself, with any number for each: it may go on for more turns than are followed."""
    values = (*arguments.positional, *arguments.keywords.values())
    if not any(type(const) in (int, float) for value in values for const in value.consts or ()):
        return arguments
    keywords = {name: _any_number(value) for name, value in arguments.keywords.items()}
    return replace(arguments, positional=[_any_number(value) for value in arguments.positional], keywords=keywords)


def _any_number(value: Value) -> Value:
    if not any(type(const) in (int, float) for const in value.consts or ()):
        return value
    return Value(None, value.refs, value.taints)


def _spoken(function: ir.Function) -> str:
    """The function as a step names it."""
    if function.name in ("__init__", "constructor"):
        return "the constructor"
    return f"`{function.name}`" if function.name else "a function"
