"""Operators: arithmetic, text, comparison, choice."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from fusion.dataflow import ir
from fusion.dataflow.ir.walks import below
from fusion.dataflow.solver.calling.arguments import Arguments, paths, things
from fusion.dataflow.solver.checks.emptiness import emptied, turned
from fusion.dataflow.solver.domain import texts
from fusion.dataflow.solver.domain.beginnings import chained, continued
from fusion.dataflow.solver.domain.state import MAX_ITEMS, State, Thing, meet
from fusion.dataflow.solver.domain.taints import Facts, added, built, changed, common
from fusion.dataflow.solver.domain.values import (
    NOTHING,
    UNKNOWN,
    Library,
    Object,
    Value,
    believed,
    constant,
    is_data,
    join,
    join_all,
    reference,
)
from fusion.dataflow.solver.forms.overloads import Overloads
from fusion.dataflow.solver.methods.receivers import is_plain

_MOST_INSIDE = 64
"""So many parts of an operand are looked at for assignments."""
_SET_METHODS = {"|": "union", "&": "intersection", "-": "difference", "^": "symmetric_difference"}


class Operators(Overloads):
    """One method per operator form."""

    def _join(self, node: ir.Join, state: State) -> Value:
        return self.concatenate([self.evaluate(part, state) for part in node.parts], state, node)

    def _binary(self, node: ir.Binary, state: State) -> Value:
        if node.operator != "+":
            return self.operate(node.operator, self.evaluate(node.left, state), self.evaluate(node.right, state), state, node)
        chain: list[ir.Expression] = []
        left: ir.Expression = node
        while isinstance(left, ir.Binary) and left.operator == "+":
            chain.append(left.right)
            left = left.left
        chain.append(left)
        chain.reverse()
        return self.add([self.evaluate(part, state) for part in chain], state, node)

    def operate(self, operator: str, left: Value, right: Value, state: State, node: ir.Node) -> Value:
        """One arithmetic operator but `+`."""
        if left.consts and right.consts and not (left.refs or right.refs or left.taints or right.taints):
            consts = texts.combine([left.consts, right.consts], lambda a, b: texts.arithmetic(operator, a, b))
            if consts is not None:
                return Value(consts)
        if operator == "%" and left.consts and len(left.consts) == 1 and isinstance(left.consts[0], str | bytes):
            return self.percent(left.consts[0], right, state, node)
        escaping = self._escaping([left], "__mod__", state) if operator == "%" else ""
        if escaping:
            found = self._escaped(escaping, "__mod__", right, state, node)
            return Value(None, (Library(escaping),), (*left.taints, *found.taints))
        if operator == "%" and left.taints:
            return self.passed([left, right], state, node)
        own = self.operated(operator, left, right, state, node) if left.refs or right.refs else None
        if own is not None:
            return own
        if operator == "/" and (left.refs or right.refs):
            joined = self.join_paths([left, right], state, node)
            if joined is not None:
                return joined
        if operator in _SET_METHODS and any(thing.kind == "set" for thing in things(left, state)):
            return self.call_method(left, _SET_METHODS[operator], Arguments([right]), state, node) or UNKNOWN
        if operator == "|" and any(thing.kind == "dict" for thing in things(left, state)):
            return self.call_method(left, "union", Arguments([right]), state, node) or UNKNOWN
        if operator == "*" and any(thing.kind in ("list", "tuple") for thing in things(left, state)):
            made = Thing("list", None, {}, join_all(thing.everything() for thing in things(left, state)))
            return reference(Object(state.allocate(made)))
        if operator in ("-", "/", "//", "**", "&", "|", "^", "<<", ">>", ">>>") and self.script:
            return self.number([left, right], state, node)
        return self.passed([left, right], state, node)

    def add(self, values: Sequence[Value], state: State, node: ir.Node) -> Value:
        """`a + b + ...`: numbers, text or sequences."""
        if all(value.consts and not value.refs and not value.taints for value in values):
            plus = texts.script_addition if self.script else lambda a, b: texts.arithmetic("+", a, b)
            total = values[0].consts
            for value in values[1:]:
                total = texts.combine([total, value.consts], plus)
                if total is None:
                    break
            if total is not None:
                return Value(total)
        if any(isinstance(ref, Object) for value in values for ref in value.refs):
            own = self._added(values, state, node)
            if own is not None:
                return own
        escaping = self._escaping(values, "__add__", state)
        if escaping:
            parts = [
                value if escaping in paths(value, state) else self._escaped(escaping, "__add__", value, state, node)
                for value in values
            ]
            made = self.concatenate(parts, state, node)
            return Value(made.consts if not made.taints else None, (Library(escaping),), made.taints)
        sequences = [thing for value in values for thing in things(value, state) if thing.kind in ("list", "tuple")]
        if sequences and not self.script and len(sequences) >= len(values):
            items: tuple[Value, ...] | None = ()
            rest = NOTHING
            for thing in sequences:
                rest = join(rest, thing.rest)
                items = None if items is None or thing.items is None else items + thing.items
            fields: dict[object, Value] = {}
            if items is None or len(items) > MAX_ITEMS:
                items = None
                fields, rest = chained(sequences)
            return reference(Object(state.allocate(Thing(sequences[0].kind, items, fields, rest))))
        ahead = next(things(values[0], state), None) if len(values[0].refs) == 1 and values[0].consts == () else None
        if ahead is not None and ahead.kind in ("list", "tuple") and not self.script:
            more = join_all(self.elements(value, state, node)[1] for value in values[1:])
            return reference(Object(state.allocate(continued(ahead, more))))
        return self.concatenate(values, state, node)

    def _added(self, values: Sequence[Value], state: State, node: ir.Node) -> Value | None:
        """A sum in which a class says what `+` means; None where none does."""
        for place in range(1, len(values)):
            own = self.operated("+", values[place - 1], values[place], state, node)
            if own is not None:
                before = [self.add(values[: place - 1], state, node)] if place > 2 else values[: place - 1]
                others = [*before, own, *values[place + 1 :]]
                return self.add(others, state, node) if len(others) > 1 else own
        return None

    def _escaping(self, values: Sequence[Value], operator: str, state: State) -> str:
        """The path of a text among the values that escapes what an operator adds to it; empty where there is none."""
        found = (path for value in values if value.refs for path in paths(value, state))
        return next((path for path in found if f"{path}.{operator}" in self.tables.calls), "")

    def _escaped(self, path: str, operator: str, value: Value, state: State, node: ir.Node) -> Value:
        made = self.call_library(f"{path}.{operator}", Arguments([value]), state, node)
        return Value(None if made.taints else value.consts, (), made.taints)

    def percent(self, template: str | bytes, right: Value, state: State, node: ir.Node) -> Value:
        """`template % right`."""
        text = template.decode("latin-1") if isinstance(template, bytes) else template
        listed = next(things(right, state), None) if len(right.refs) == 1 and right.consts == () and not right.taints else None
        given = [right] if listed is None else listed.items if listed.kind == "tuple" else None
        if given is not None and isinstance(template, str) and texts.is_narrow(template) and all(map(is_plain, given)):
            consts = texts.combine([value.consts for value in given], lambda *values: template % values)
            if consts is not None:
                return Value(consts)
        pieces = texts.percent(text)
        if pieces is None:
            return self.passed([right], state, node)
        parts: list[Value] = []
        place = 0
        tables = list(things(right, state))
        for piece in pieces:
            if isinstance(piece, str):
                if piece:
                    parts.append(constant(piece))
                continue
            key, conversion = piece
            if key:
                part = self.load_index(right, constant(key), state, node)
            elif any(thing.kind == "tuple" for thing in tables):
                part = self.load_index(right, constant(place), state, node)
            else:
                part = right
            if conversion in texts.NUMERIC_FORMATS:
                part = self.number([part], state, node)
            elif conversion == "r":
                part = self.call_builtin("repr", Arguments([part]), state, node) or part
            parts.append(part)
            place += 1
        made = self.concatenate(parts, state, node) if parts else constant("")
        return made.with_taints(built(made.taints)) if made.taints else made

    def _unary(self, node: ir.Unary, state: State) -> Value:
        value = self.evaluate(node.operand, state)
        if node.operator == "not":
            truth = self.truth(value, state)
            return Value(None if truth is None else (not truth,), (), (), value.false, value.true)
        if node.operator in ("-", "+", "~"):
            sign: Callable[[Any], object] = {"-": lambda x: -x, "+": lambda x: +x, "~": lambda x: ~x}[node.operator]
            consts = texts.combine([value.consts if not value.taints and not value.refs else None], sign)
            return self.number([value], state, node) if consts is None else Value(consts)
        return UNKNOWN

    def _compare(self, node: ir.Compare, state: State) -> Value:
        left = self.evaluate(node.left, state)
        return self.compare(node.operator, left, self.evaluate(node.right, state), node, state)

    def _logic(self, node: ir.Logic, state: State) -> Value:
        before = state.facts
        result = NOTHING
        true: Facts | None = None
        false: Facts | None = None
        sofar: Facts | None = None
        """What the operands before this one have shown by letting it be reached."""
        last = len(node.operands) - 1
        unsure = False
        left: State | None = None
        for place, operand in enumerate(node.operands):
            if place and (unsure or _assigns(operand)):
                unsure = True
                left = meet(left, state.copy())
            value = self.evaluate(operand, state)
            if place and (folder := _asks_for_root(operand, node.operator)) and not self.evaluate(folder, state).taints:
                result = join(result, UNKNOWN)
                continue
            truth = self.truth(value, state)
            if node.operator == "??" and value.consts and None not in value.consts and not value.taints:
                truth = True
            wanted, other = (value.true, value.false) if node.operator == "and" else (value.false, value.true)
            # `other` is what is known when this operand decides
            decided = added(sofar, other)
            if node.operator == "and":
                false = decided if place == 0 else common(false or {}, decided or {})
            else:
                true = decided if place == 0 else common(true or {}, decided or {})
            stops = truth is False if node.operator == "and" else truth is True
            goes = truth is True if node.operator == "and" else truth is False
            if place == last or stops:
                sure = stops and node.operator == "and" and value.consts  # whichever of them is the result, it is false
                result = join(NOTHING if sure else result, believed(value, state.facts) if place else value)
                sofar = added(sofar, wanted)
                break
            if not goes and (node.operator != "and" or not value.taints):
                value = _deciding(value, node.operator)
                result = join(result, believed(value, state.facts) if place else value)
            elif not goes:
                result = join(result, UNKNOWN)  # data that is false is empty, or nothing: there is no hostile text in it
            sofar = added(sofar, wanted)
            state.learn(wanted)
        if node.operator == "and":
            true = sofar
        else:
            false = sofar
        meet(state, left)
        state.facts = before
        return Value(result.consts, result.refs, result.taints, true, false)

    def _choice(self, node: ir.Choice, state: State) -> Value:
        test = self.evaluate(node.test, state)
        truth = self.truth(test, state)
        if truth is not None:
            return self.evaluate(node.then if truth else node.other, state)
        before = state.facts
        then_state = turned(state.copy(), node.test, test, True)
        then = self.filtered(self.evaluate(node.then, then_state), then_state.facts)
        held = {name: state.locals[name] for name in emptied(node.test, False) if name in state.locals}
        turned(state, node.test, test, False)
        other = self.filtered(self.evaluate(node.other, state), state.facts)
        state.locals.update((name, value) for name, value in held.items() if state.locals[name] is UNKNOWN)
        pairs = self.paired(((then_state, then), (state, other)))
        meet(state, then_state)
        state.facts = before
        if pairs is not None:
            return reference(Object(state.allocate(pairs)))
        return join(then, other) if is_data(test) or not _is_switched(then, other) else UNKNOWN

    def paired(self, outcomes: Sequence[tuple[State, Value]]) -> Thing | None:
        """One tuple for those of several outcomes, whose elements say what is known where they are true, or false.

        None where an outcome is no tuple of its own, or of another length.
        """
        size = -1
        columns: list[Value] = []
        for left, value in outcomes:
            thing = left.heap.get(value.refs[0].id) if len(value.refs) == 1 and isinstance(value.refs[0], Object) else None
            if thing is None or thing.kind != "tuple" or thing.items is None or value.consts != () or value.taints:
                return None
            if size not in (-1, len(thing.items)):
                return None
            size = len(thing.items)
            shown = [
                Value(
                    item.consts,
                    item.refs,
                    believed(item, left.facts).taints,
                    added(left.facts, item.true),
                    added(left.facts, item.false),
                )
                for item in thing.items
            ]
            columns = [join(*pair) for pair in zip(columns, shown, strict=True)] if columns else shown
        return Thing("tuple", tuple(columns))

    def filtered(self, value: Value, facts: Facts) -> Value:
        """The value with what is known now made its own, since the facts end here."""
        if not value.taints or not facts:
            return value
        kept = []
        for taint in value.taints:
            new = changed(taint, taint.datum, facts, keeps=True)
            if new.mask:
                kept.append(new if new.mask != taint.mask or new.limits != taint.limits else taint)
        return value.with_taints(kept)


def _deciding(value: Value, operator: str) -> Value:
    """What an operand may be where it decides: `a ?? b` is never the nothing that `a` may be."""
    if operator != "??" or not value.consts or None not in value.consts or not (value.refs or value.taints):
        return value
    kept = tuple(const for const in value.consts if const is not None)
    return Value(kept, value.refs, value.taints, value.true, value.false, value.shape)


def _is_switched(one: Value, other: Value) -> bool:
    """Whether one says that something is on and the other that it is off; which, where no data decides, is set elsewhere."""
    return {_switch(one), _switch(other)} == {True, False}


def _switch(value: Value) -> bool | None:
    """Whether a value says on or off; None where it says something else."""
    single = value.consts[0] if value.consts and len(value.consts) == 1 and not value.refs and not value.taints else ""
    return bool(single) if single is None or isinstance(single, bool) else None


def _asks_for_root(node: ir.Expression, operator: str) -> ir.Expression | None:
    """The folder in `dirname(folder) != folder`: after other conditions, that only leaves out the root of all paths."""
    if not isinstance(node, ir.Compare) or node.operator != {"and": "!=", "or": "=="}.get(operator):
        return None
    for one, other in ((node.left, node.right), (node.right, node.left)):
        if isinstance(one, ir.Call) and _named(one.function) == "dirname" and len(one.arguments) == 1:
            return other if _alike(one.arguments[0].value, other) else None
    return None


def _named(node: ir.Expression) -> str:
    return node.id if isinstance(node, ir.Name) else node.name if isinstance(node, ir.Attr) else ""


def _alike(a: ir.Expression, b: ir.Expression) -> bool:
    """Whether two names, or calls of names, are the same text."""
    match a, b:
        case ir.Name(id=one), ir.Name(id=two):
            return one == two
        case ir.Attr(object=one, name=name), ir.Attr(object=two, name=other):
            return name == other and _alike(one, two)
        case ir.Call(function=one, arguments=given), ir.Call(function=two, arguments=others):
            pairs = zip(given, others, strict=False)
            return len(given) == len(others) and _alike(one, two) and all(_alike(x.value, y.value) for x, y in pairs)
        case _:
            return False


def _assigns(node: ir.Expression) -> bool:
    """Whether something is assigned in an operand that is perhaps not evaluated."""
    open_: list[ir.Node] = [node]
    for _ in range(_MOST_INSIDE):
        if not open_:
            return False
        inner = open_.pop()
        if isinstance(inner, ir.Assigned):
            return True
        if isinstance(inner, ir.Logic | ir.Compare | ir.Unary | ir.Binary | ir.Choice | ir.Series):
            open_.extend(below(inner))
    return False
