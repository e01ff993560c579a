"""Expressions: what the value of each form is."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from fusion.dataflow import ir
from fusion.dataflow.solver.calling.arguments import Arguments, flatten, things
from fusion.dataflow.solver.domain import texts
from fusion.dataflow.solver.domain.state import MAX_ITEMS, State, Thing, checked_inside
from fusion.dataflow.solver.domain.taints import changed
from fusion.dataflow.solver.domain.values import (
    NOTHING,
    REJECTED,
    UNKNOWN,
    Closure,
    Klass,
    Library,
    Object,
    Value,
    constant,
    join,
    join_all,
    looked_up,
    reference,
    tainted,
)
from fusion.dataflow.solver.forms.displays import Displays
from fusion.dataflow.solver.forms.operators import Operators


class Expressions(Operators, Displays):
    """One method per form of expression."""

    def evaluate(self, node: ir.Expression, state: State) -> Value:
        """The value of an expression."""
        self.steps -= 1
        if self.steps < self.look:
            self.spend(0)
        return _FORMS[type(node)](self, node, state)

    def truth(self, value: Value, state: State) -> bool | None:
        """Whether it is true in a condition; None when both can be."""
        if value.taints or value.consts is None:
            return None
        found = {bool(const) for const in value.consts}
        for ref in value.refs:
            if isinstance(ref, Library):
                return None
            if isinstance(ref, Object):
                thing = state.heap.get(ref.id)
                if thing is None:
                    return None
                if not self.script and thing.kind in ("list", "tuple", "dict", "set"):
                    if thing.rest is not NOTHING or (thing.items is None and not thing.fields):
                        return None
                    found.add(bool(thing.items or thing.fields))
                    continue
                if thing.klass is not None and not self.script and self.decides(value, state):
                    return None
            found.add(True)
        return found.pop() if len(found) == 1 else None

    # ---------------------------------------------------------------- leaves

    def _const(self, node: ir.Const, state: State) -> Value:
        return constant(node.value)

    def _regex(self, node: ir.Regex, state: State) -> Value:
        thing = Thing("regex", fields={"source": constant(node.pattern), "flags": constant(node.flags)})
        return reference(Object(state.allocate(thing)))

    def _name(self, node: ir.Name, state: State) -> Value:
        return self.load_name(node.id, state)

    def _required(self, node: ir.Required, state: State) -> Value:
        return self.import_module(node.module, self.path)

    def _opaque(self, node: ir.Opaque, state: State) -> Value:
        return self.passed([self.evaluate(part, state) for part in node.parts], state, node)

    def passed(self, values: Iterable[Value], state: State, node: ir.Node) -> Value:
        """A value made of these in a way that is not known."""
        found = flatten(values, state)
        if not found.taints:
            return UNKNOWN
        return tainted(changed(taint, self.data.part(taint.whole, id(node)), state.facts) for taint in found.taints)

    # ---------------------------------------------------------------- access

    def _attribute(self, node: ir.Attr, state: State) -> Value:
        above = self.above(node, state)
        if above is not None:
            return above
        value = self.evaluate(node.object, state)
        return self.load_attribute(value, node.name, state, node, hint_of(node.object))

    def _index(self, node: ir.Index, state: State) -> Value:
        value = self.evaluate(node.object, state)
        return self.load_index(value, self.evaluate(node.key, state), state, node)

    def _slice(self, node: ir.Slice, state: State) -> Value:
        value = self.evaluate(node.object, state)
        bounds = [
            self.evaluate(part, state) if part is not None else Value((None,)) for part in (node.low, node.high, node.step)
        ]
        if value.consts and not value.refs and not value.taints:
            consts = texts.combine([value.consts, *(bound.consts for bound in bounds)], _cut)
            if consts is not None:
                return Value(consts)
        result = NOTHING
        known: list[Any] = [bound.consts[0] for bound in bounds if bound.consts and len(bound.consts) == 1]
        exact = len(known) == 3 and all(limit is None or type(limit) is int for limit in known) and known[2] != 0
        for thing in things(value, state):
            if thing.items is not None and exact:
                made = Thing(thing.kind, thing.items[slice(*known)])
            else:
                made = Thing(thing.kind, None, {}, thing.everything())
            result = join(result, reference(Object(state.allocate(made))))
        if value.taints:
            part = ("slice", *(bound.consts for bound in bounds))
            cut = (changed(taint, self.data.part(taint.whole, part), state.facts, keeps=True) for taint in value.taints)
            result = join(result, tainted(cut))
        return UNKNOWN if result is NOTHING else result

    # ---------------------------------------------------------------- functions and the rest

    def _function(self, node: ir.Function, state: State) -> Value:
        closure = Closure(node, self.frame.scope, self.frame.receiver if node.arrow else None, self.frame.owner)
        self.defined(closure, state)
        return reference(closure)

    def _class(self, node: ir.Class, state: State) -> Value:
        return self.define_class(node, state)

    def _await(self, node: ir.Await, state: State) -> Value:
        self.awaiting = node.value
        value = self.evaluate(node.value, state)
        self.frame.awaited = True
        if value is REJECTED:
            return NOTHING
        return looked_up(value, node.value) if self.script else value

    def _yield(self, node: ir.Yield, state: State) -> Value:
        if node.value is not None:
            value = self.evaluate(node.value, state)
            exact, any_ = self.elements(value, state, node) if node.delegate else ([value], NOTHING)
            given = [checked_inside(one, state, state.facts) for one in (exact if exact is not None else [any_])]
            self.frame.yields = join_all([self.frame.yields, *given])
            self.yielded(given if exact is not None else None, state)
        return UNKNOWN

    def yielded(self, given: list[Value] | None, state: State) -> None:
        """What a generator gives next; None: nobody knows how much."""
        place = self.frame.yielded
        thing = state.heap.get(place) if place is not None else None
        if place is not None and thing is not None:
            known = None if given is None or thing.items is None or len(thing.items) + len(given) > MAX_ITEMS else thing.items
            state.heap[place] = thing.but(items=None if known is None else (*known, *(given or ())))

    def _spread(self, node: ir.Spread, state: State) -> Value:
        return self.evaluate(node.value, state)

    def _default(self, node: ir.Default, state: State) -> Value:
        return self.evaluate(node.target, state)

    def _assigned(self, node: ir.Assigned, state: State) -> Value:
        value = self.evaluate(node.value, state)
        self.assign(node.target, value, state, node)
        return value

    def _call(self, node: ir.Call, state: State) -> Value:
        return self.evaluate_call(node, state)

    def _markup(self, node: ir.Markup, state: State) -> Value:
        inner: list[Value] = []
        for name, expression in node.attributes:
            value = self.evaluate(expression, state)
            inner.append(value)
            if name != "*":
                self.check_store(f"jsx.{name}", None, value, NOTHING, state, expression)
                for thing in things(value, state):
                    for key, field in thing.fields.items():
                        self.check_store(f"jsx.{name}.{key}", None, field, NOTHING, state, expression)
        if not isinstance(node.tag, ir.Const):
            component = self.evaluate(node.tag, state)
            table: dict[object, Value] = {
                name: value for (name, _), value in zip(node.attributes, inner, strict=True) if name != "*"
            }
            for ref in component.refs:
                if isinstance(ref, Closure | Klass):
                    thing = Thing("dict", None, {**table})
                    self.call(reference(ref), Arguments([reference(Object(state.allocate(thing)))]), state, node)
        for child in node.children:
            self.evaluate(child, state)
        return UNKNOWN


def _cut(text: Any, low: Any, high: Any, step: Any) -> object:
    return text[slice(low, high, step)]


def hint_of(node: ir.Expression) -> str:
    """What an expression is called in the text: the last name in it."""
    while True:
        match node:
            case ir.Name(id=name) | ir.Attr(name=name):
                return name
            case ir.Await(value=inner) | ir.Call(function=inner) | ir.Index(object=inner):
                node = inner
            case _:
                return ""


_FORMS: dict[type[ir.Expression], Callable[[Any, Any, State], Value]] = {
    ir.Const: Expressions._const,
    ir.Regex: Expressions._regex,
    ir.Name: Expressions._name,
    ir.Required: Expressions._required,
    ir.Opaque: Expressions._opaque,
    ir.Attr: Expressions._attribute,
    ir.Index: Expressions._index,
    ir.Slice: Expressions._slice,
    ir.Join: Expressions._join,
    ir.Binary: Expressions._binary,
    ir.Unary: Expressions._unary,
    ir.Compare: Expressions._compare,
    ir.Logic: Expressions._logic,
    ir.Choice: Expressions._choice,
    ir.Series: Expressions._series,
    ir.Table: Expressions._table,
    ir.Comprehension: Expressions._comprehension,
    ir.Function: Expressions._function,
    ir.Class: Expressions._class,
    ir.Await: Expressions._await,
    ir.Yield: Expressions._yield,
    ir.Spread: Expressions._spread,
    ir.Default: Expressions._default,
    ir.Assigned: Expressions._assigned,
    ir.Call: Expressions._call,
    ir.Markup: Expressions._markup,
}
