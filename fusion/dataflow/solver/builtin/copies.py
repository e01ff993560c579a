"""What the functions of both languages share: copies, conversions between containers, and functions made of functions."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import Any

from fusion.dataflow import ir
from fusion.dataflow.contexts.limits import Limits
from fusion.dataflow.solver.calling.arguments import Arguments, flatten, things
from fusion.dataflow.solver.checks.places import FOLDER, RESOLVED
from fusion.dataflow.solver.domain.state import Scope, State, Thing
from fusion.dataflow.solver.domain.taints import built, known
from fusion.dataflow.solver.domain.values import (
    NOTHING,
    UNKNOWN,
    Closure,
    Library,
    Object,
    Value,
    join,
    join_all,
    reference,
    tainted,
)
from fusion.dataflow.solver.methods.receivers import Use
from fusion.dataflow.solver.methods.tables import TableMethods

_DEPTH = 4
_CONTAINERS = frozenset({"list", "tuple", "set", "dict", "map", "instance"})
_NOT_OF_JSON = frozenset("<>&'`$/=?;()*#@!|%~^")
"""What JSON adds to no text: where it was not before, it is not after."""
Handler = Callable[[Any, Use], Value | None]
"""Models one function; None where the call is not one that it knows."""


class Copies(TableMethods):
    """Building blocks of `call_builtin`."""

    def first(self, use: Use) -> Value:
        """The first argument itself."""
        return use.argument(0) or UNKNOWN

    def unrelated(self, use: Use) -> Value:
        """An answer that holds nothing of what was given."""
        del use
        return UNKNOWN

    def numbered(self, use: Use) -> Value:
        """A number made of the arguments."""
        return self.number(use.arguments.all(), use.state, use.node)

    def digits(self, use: Use) -> Value:
        """A number as a text."""
        made = self.numbered(use)
        return made.with_taints(built(made.taints)) if made.taints else made

    def mixed(self, use: Use) -> Value:
        """A text made of the arguments, in a way that is not known."""
        return self.passed(list(use.arguments.all()), use.state, use.node)

    def as_json(self, use: Use) -> Value:
        """One literal made of the arguments."""
        made = self.mixed(use)
        if not made.taints:
            return made
        lacking: dict[Hashable, frozenset[str]] = {}
        for taint in flatten(list(use.arguments.all())[:1], use.state).taints:
            limits = known(taint, use.state.facts)[1]
            absent = frozenset(mark for mark in _NOT_OF_JSON if limits.lacks(mark))
            lacking[taint.source] = lacking.get(taint.source, _NOT_OF_JSON) & absent
        return made.with_taints(
            taint._replace(limits=Limits(absent=lacking.get(taint.source, frozenset()), literal=True), lead="")
            for taint in made.taints
        )

    def copied(self, value: Value, state: State, depth: int = 1) -> Value:
        """The value with objects of its own, so many levels deep."""
        refs = []
        for ref in value.refs:
            thing = state.heap.get(ref.id) if isinstance(ref, Object) else None
            if thing is None or thing.kind not in _CONTAINERS:
                refs.append(ref)
                continue
            made: Thing = thing
            if depth > 1:
                made = thing.but(
                    items=None if thing.items is None else tuple(self.copied(item, state, depth - 1) for item in thing.items),
                    fields={key: self.copied(field, state, depth - 1) for key, field in thing.fields.items()},
                    rest=self.copied(thing.rest, state, depth - 1) if thing.rest is not NOTHING else NOTHING,
                )
            refs.append(Object(state.allocate(made)))
        return Value(value.consts, tuple(refs), value.taints) if refs else value

    def shallow(self, use: Use) -> Value:
        """A copy whose parts are shared."""
        return self.copied(self.first(use), use.state)

    def deep(self, use: Use) -> Value:
        """A copy that shares nothing."""
        return self.copied(self.first(use), use.state, _DEPTH)

    def as_series(self, value: Value | None, use: Use, kind: str = "list") -> Value:
        """`list(value)` and its like."""
        if value is None:
            return self.series(use.state, [], kind=kind)
        if kind == "set" and value.taints and not any(isinstance(ref, Object) for ref in value.refs):
            # What is shown of all characters or parts is shown of the whole.
            return self.series(use.state, None, tainted(value.taints), kind)
        exact, any_ = self.elements(value, use.state, use.node)
        return self.series(use.state, exact, any_ if exact is None else NOTHING, kind)

    def as_table(self, use: Use, kind: str = "dict") -> Value:
        """`dict(...)`, `new Map(...)`."""
        thing = Thing(kind)
        source = use.argument(0)
        if source is not None and source.consts != (None,):
            thing = self.with_entries(thing, source, use)
        return self.make(use.state, self.with_keywords(thing, use))

    def either(self, use: Use) -> Value:
        """One of the arguments, or one of the elements of the only one."""
        given = list(use.arguments.all())
        if len(use.arguments.positional) == 1 and use.arguments.rest is None:
            exact, any_ = self.elements(given[0], use.state, use.node)
            if exact and not self.script and (extreme := self.extreme(exact, use)) is not None:
                return extreme
            self.keyed(use, any_ if exact is None else join_all(exact))
            given = [*(exact if exact is not None else [any_]), *given[1:]]
        found = join_all(value for value in given if not _is_callback(value))
        return UNKNOWN if found is NOTHING else found

    def keyed(self, use: Use, element: Value) -> None:
        """Run the function that says by what to order or group (`key=`) on an element."""
        function = use.arguments.keywords.get("key")
        if function is not None and function.refs:
            self.call(function, Arguments([UNKNOWN if element is NOTHING else element]), use.state, use.node)

    def partial(self, function: Value, given: Sequence[Value], named: dict[str, Value], use: Use) -> Value:
        """A function with some arguments already given."""
        span, captured = use.node.span, {"function": function}
        handed = []
        for place, value in enumerate(given):
            captured[f"given {place}"] = value
            handed.append(ir.Argument(span, ir.Name(span, f"given {place}")))
        for name, value in named.items():
            captured[f"given {name}"] = value
            handed.append(ir.Argument(span, ir.Name(span, f"given {name}"), name))
        handed.insert(len(given), ir.Argument(span, ir.Name(span, "more"), "*"))
        parameters = [ir.Parameter(span, "more", "rest")]
        if not self.script:
            handed.append(ir.Argument(span, ir.Name(span, "options"), "**"))
            parameters.append(ir.Parameter(span, "options", "keywords"))
        call = ir.Call(span, ir.Name(span, "function"), handed)
        return self.made_function(use, parameters, [ir.Return(span, call)], captured)

    def made_function(
        self, use: Use, parameters: list[ir.Parameter], body: list[ir.Statement], captured: dict[str, Value]
    ) -> Value:
        """A function of our own making that sees these variables."""
        names = frozenset(parameter.name for parameter in parameters)
        function = ir.Function(use.node.span, "", parameters, body, arrow=True, locals=names)
        scope = Scope(None, next(self.frames), self.frame.scope, self.frame.scope.module or self.path, captured)
        return reference(Closure(function, scope))

    def attribute(self, value: Value, name: Value | None, use: Use, missing: Value | None) -> Value:
        """`getattr(value, name, missing)`."""
        names = [const for const in (name.consts or () if name is not None else ()) if isinstance(const, str)]
        if not names or (name is not None and (name.taints or name.refs)):
            found = join_all(thing.everything() for thing in things(value, use.state))
            chosen = self.named_member(self.passed([value], use.state, use.node), name or UNKNOWN)
            return join_all([found, chosen, missing or NOTHING])
        found = join_all(self.load_attribute(value, one, use.state, use.node) for one in names)
        return found if missing is None else join(found, missing)

    def text_of(self, use: Use) -> Value:
        """`str(value)`, `String(value)`: the same text."""
        made = self._text_of(use)
        return made.with_taints(built(made.taints)) if made.taints else made

    def _text_of(self, use: Use) -> Value:
        value = self.first(use)
        if value.taints and not any(isinstance(ref, Object) for ref in value.refs):
            return tainted(value.taints)
        for thing in things(value, use.state):
            if thing.klass is not None:
                name = "toString" if self.script else "__str__"
                shown = self.load_attribute(value, name, use.state, use.node)
                if any(isinstance(ref, Closure) for ref in shown.refs):
                    return self.call(shown, Arguments(), use.state, use.node, name)
        inner = flatten([value], use.state)
        if not inner.taints:
            return reference(Library(FOLDER)) if any(ref == Library(RESOLVED) for ref in value.refs) else UNKNOWN
        same = inner.taints == value.taints
        return tainted(inner.taints) if same else self.passed([value], use.state, use.node)


def _is_callback(value: Value) -> bool:
    return any(isinstance(ref, Closure) for ref in value.refs)
