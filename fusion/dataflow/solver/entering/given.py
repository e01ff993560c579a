"""What a function is given that is run by itself: by the framework that calls it, or by nobody that is known."""

from __future__ import annotations

from collections.abc import Callable

from fusion.dataflow import ir
from fusion.dataflow.contexts.limits import Limits
from fusion.dataflow.contexts.routes import NUMBER
from fusion.dataflow.knowledge.schema import Entry
from fusion.dataflow.solver.calling.arguments import Arguments, paths
from fusion.dataflow.solver.defining.definitions import Definitions
from fusion.dataflow.solver.domain.state import State, Thing
from fusion.dataflow.solver.domain.taints import Taint, Trail
from fusion.dataflow.solver.domain.values import (
    NOTHING,
    UNKNOWN,
    Closure,
    Klass,
    Library,
    Object,
    Value,
    join,
    reference,
    tainted,
)
from fusion.dataflow.solver.machine import MAX_CALLS
from fusion.dataflow.solver.tables import Rule


class Given(Definitions):
    """Parameters of the functions that the analysis begins with."""

    def bind_ways_in(self, closure: Closure, rule: Rule[Entry] | None, state: State) -> None:
        """Bind the parameters of a function that is run by itself."""
        function = closure.function
        parameters = list(function.parameters)
        if self.frame.receiver is not NOTHING:
            if self.script:
                state.locals["this"] = self.frame.receiver
            elif parameters and closure.owner is not None and self.of_object(closure):
                first = parameters.pop(0)
                state.locals[first.name] = self.frame.receiver if function.role != "class" else reference(closure.owner)
        given = list(rule.entry.parameters) if rule is not None else []
        for place, parameter in enumerate(parameters):
            value = UNKNOWN
            if parameter.default is not None:
                value = _perhaps(self.evaluate(parameter.default, state))
            kind = given[place] if place < len(given) else ""
            source = self._decorator_source(parameter, state)
            if source:
                value = tainted(source)
                if parameter.annotation is not None:
                    self.check_declared(self.declared(parameter.annotation, state), value, state, parameter)
            elif (made := self._decorator_thing(parameter, state)) is not None:
                value = made
            elif rule is not None and kind and kind != "-":
                value = self._typed(kind, parameter, state)
            elif rule is not None and (rule.entry.tainted == "all" or (rule.entry.tainted == "rest" and place >= len(given))):
                value = self._outside(rule, parameter, value, state)
                value = _routed(value, self.routed.get(id(function), {}).get(parameter.name))
            if value is UNKNOWN and parameter.kind in ("positional", "keyword") and (guess := self.guess(parameter.name)):
                value = Value((), (self.thing_of(guess, (), state, guessed=True),))
            if parameter.kind == "rest":
                value = reference(Object(state.allocate(Thing("list", None, {}, value))))
            elif parameter.kind == "keywords":
                value = reference(Object(state.allocate(Thing("dict", None, {}, value))))
            self.bind_parameter(parameter, value, state)

    def given_by_framework(self, constructor: Closure, state: State) -> dict[str, Value]:
        """What the framework that makes a class's objects gives the constructor, by the names of its parameters."""
        rule = self.entry_for(constructor, exported=False)
        if rule is None or not rule.entry.signature:
            return {}
        pairs = zip(constructor.function.parameters[1:], rule.entry.parameters, strict=False)
        return {parameter.name: self._typed(kind, parameter, state) for parameter, kind in pairs if kind != "-"}

    def _typed(self, kind: str, parameter: ir.Node, state: State) -> Value:
        name = self.tables.denotes(kind)
        known = self.tables.reads.get(kind) or self.tables.reads.get(name)
        taints = self.taint_from(known, kind, state, parameter) if known is not None else ()
        return Value(None if taints else (), (self.thing_of(name, taints, state),), taints)

    def _decorator_source(self, parameter: ir.Parameter, state: State) -> tuple[Taint, ...]:
        for decorator in parameter.decorators:
            if parameter.annotation is not None and self.harmless_type(parameter.annotation, state):
                return ()
            for ref in self.evaluate(decorator, state).refs:
                path = ref.path if isinstance(ref, Library) else ""
                known = self.tables.calls.get(path.removesuffix("()")) if path else None
                if known is not None and known.sources:
                    return self.taint_from(known, f"{path}:{parameter.name}", state, parameter)
        return ()

    def _decorator_thing(self, parameter: ir.Parameter, state: State) -> Value | None:
        """What a decorator says that a parameter is: a thing of a library (`@Session() session`)."""
        for decorator in parameter.decorators:
            for path in paths(self.evaluate(decorator, state), state):
                if path in self.tables.type_names:
                    return self._typed(path, parameter, state)
        return None

    def _outside(self, rule: Rule[Entry], parameter: ir.Parameter, default: Value, state: State) -> Value:
        """A parameter that the framework fills with data from outside."""
        entry = rule.entry
        mask = self.kinds.hurt_by(entry.origin)
        if not mask:
            return default
        supplied = self._supplied(parameter, state)
        if supplied is not None:
            return supplied
        declared = NOTHING
        if parameter.annotation is not None:
            if self.harmless_type(parameter.annotation, state):
                return UNKNOWN
            declared = self.declared(parameter.annotation, state)
        trail = Trail(None, self.path, parameter.span, f"`{parameter.name}`: {entry.note}")

        def taint(name: str) -> Taint:
            datum = self.data.part(0, (self.path, parameter.span, name))
            self.noisy.add(self.root)
            return Taint((self.path, parameter.span), mask, datum, datum, trail, origin=entry.origin.value)

        for ref in declared.refs:
            if isinstance(ref, Klass):
                return self._model(ref, taint, state)
            if isinstance(ref, Library) and f"{ref.path}()" in self.tables.types:
                return self.annotated(parameter.annotation, UNKNOWN, state) if parameter.annotation is not None else UNKNOWN
        if any(not isinstance(ref, Library) for ref in default.refs):
            return default
        outside = Value(None, (), (taint(""),))
        return self.constrained(outside, parameter.default, parameter.annotation, state)

    def _supplied(self, parameter: ir.Parameter, state: State) -> Value | None:
        """What a function that is named in place of a default (`Depends(current_user)`) supplies; None where none is."""
        marks = [parameter.default] if isinstance(parameter.default, ir.Call) else []
        annotation = parameter.annotation
        if isinstance(annotation, ir.Index) and isinstance(annotation.key, ir.Series):
            marks += [item for item in annotation.key.items[1:] if isinstance(item, ir.Call)]
        for mark in marks:
            for ref in self.evaluate(mark.function, state).refs:
                known = self.tables.calls.get(ref.path) if isinstance(ref, Library) else None
                rule = known.entries[0] if known is not None and known.entries else None
                if rule is not None:
                    return self._result_of(rule, mark, parameter, state)
        return None

    def _result_of(self, rule: Rule[Entry], mark: ir.Call, parameter: ir.Parameter, state: State) -> Value:
        suppliers = list(self.gather(mark, state).all())[:1]
        if not suppliers and parameter.annotation is not None:
            suppliers = [self.declared(parameter.annotation, state)]
        result: Value = NOTHING
        for value in suppliers:
            for ref in value.refs:
                made_by = self.member(ref, "__init__") if isinstance(ref, Klass) else None
                for one in made_by.refs if made_by is not None else ():
                    if isinstance(one, Closure) and isinstance(ref, Klass):
                        filled = {part.name: self._outside(rule, part, UNKNOWN, state) for part in one.function.parameters[1:]}
                        result = join(result, self.instantiate(ref, Arguments(keywords=filled), state, mark))
                if isinstance(ref, Closure) and len(self.stack) < MAX_CALLS:
                    named = {
                        one.name: self._outside(rule, one, UNKNOWN, state)
                        for one in ref.function.parameters
                        if one.kind in ("positional", "keyword")
                    }
                    made = self.call_closure(ref, Arguments(keywords=named), state, mark)
                    result = join(result, self.elements(made, state, mark)[1] if ref.function.generator else made)
        return UNKNOWN if result is NOTHING else result

    def _model(self, klass: Klass, taint: Callable[[str], Taint], state: State) -> Value:
        """A body that the framework parses into a class: its text fields come from outside."""
        fields: dict[object, Value] = {}
        for statement in klass.node.body:
            if isinstance(statement, ir.Assign) and isinstance(statement.target, ir.Name) and statement.annotation is not None:
                name = statement.target.id
                harmless = self.harmless_type(statement.annotation, state)
                outside = UNKNOWN if harmless else tainted((taint(name),))
                fields[name] = self.constrained(outside, statement.value, statement.annotation, state)
        fields = self.modelled(klass, fields, state, klass.node)
        thing = Thing("instance", None, fields, tainted((taint(""),)) if not fields else NOTHING, NOTHING, klass)
        return reference(Object(state.allocate(thing)))


def _perhaps(default: Value) -> Value:
    """What a parameter may be that a caller may leave out: a text that settings see, but no branch is decided by."""
    only = default.consts[0] if default.consts and len(default.consts) == 1 and not default.refs else None
    return Value(shape=only) if isinstance(only, str) else join(default, UNKNOWN)


def _routed(value: Value, limits: Limits | None) -> Value:
    """A parameter as its route lets it through."""
    if limits is None or not value.taints:
        return value
    return UNKNOWN if limits is NUMBER else value.with_taints(taint.limited(limits) for taint in value.taints)
