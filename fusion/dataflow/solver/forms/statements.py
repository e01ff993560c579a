"""Statements: how the state changes, where paths part and meet."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from fusion.dataflow import ir
from fusion.dataflow.solver.calling.arguments import things
from fusion.dataflow.solver.checks.emptiness import turned
from fusion.dataflow.solver.domain.beginnings import disordered
from fusion.dataflow.solver.domain.state import State, Thing, meet
from fusion.dataflow.solver.domain.values import (
    NOTHING,
    UNKNOWN,
    Closure,
    Library,
    Object,
    Value,
    constant,
    is_data,
    join,
    join_all,
    reference,
)
from fusion.dataflow.solver.forms.expressions import Expressions, hint_of
from fusion.dataflow.solver.forms.loops import Loops
from fusion.dataflow.solver.forms.managers import Managers
from fusion.dataflow.solver.forms.matching import Matching
from fusion.dataflow.solver.machine import Loop

_EVERYWHERE = frozenset({"toString", "hasOwnProperty", "valueOf", "constructor"})
"""What every JavaScript object has."""


class Statements(Managers, Loops, Matching, Expressions):
    """One method per form of statement; each gives the state after it, or None where it never ends normally."""

    def run(self, body: Sequence[ir.Statement], state: State) -> State | None:
        """The state after statements in a row."""
        current: State | None = state
        for statement in body:
            if current is None:
                return None
            self.steps -= 1
            if self.steps < self.look:
                self.spend(0)
            current = _FORMS[type(statement)](self, statement, current)
        return current

    # ---------------------------------------------------------------- plain

    def _evaluate(self, node: ir.Evaluate, state: State) -> State | None:
        before = state.facts
        value = self.evaluate(node.value, state)
        if self.unawaited is node.value:
            state.facts = before  # nobody waits for it: what it refuses is not stopped
        return None if value is NOTHING else state

    def _assign(self, node: ir.Assign, state: State) -> State | None:
        if node.value is None:
            return state
        value = self.evaluate(node.value, state)
        if value is NOTHING:
            return None
        if node.annotation is not None and value.consts is None and not value.refs:
            value = self.annotated(node.annotation, value, state)
        self.assign(node.target, value, state, node)
        return state

    def assign(self, target: ir.Expression, value: Value, state: State, node: ir.Node) -> None:
        """Bind or store a value."""
        match target:
            case ir.Name(id=name):
                _call_it(name, value)
                if value.taints:
                    value = value.with_taints(self.moved(value.taints, node, f"kept in `{name}`"))
                    self.check_name(name, value, state, node)
                self.store_name(name, value, state)
                if self.frame.function is None and name in self.tables.stores:
                    self.check_store(name, None, value, NOTHING, state, node)
            case ir.Attr(object=holder, name=name):
                _call_it(name, value)
                if value.taints:
                    value = value.with_taints(self.moved(value.taints, node, f"kept in `.{name}`"))
                    self.check_name(name, value, state, node, hint_of(holder))
                self.store_attribute(self.evaluate(holder, state), name, value, state, node)
            case ir.Index(object=holder, key=key):
                if value.taints:
                    value = value.with_taints(self.moved(value.taints, node, "kept under a key"))
                container = self._container(holder, state)
                index = self.evaluate(key, state)
                if value.taints or index.taints:
                    self.check_key(holder, key, index, value, state, node)
                self.store_index(container, index, value, state, node)
            case ir.Slice(object=holder):
                container = self._container(holder, state)
                self.store_index(container, UNKNOWN, self.elements(value, state, node)[1], state, node)
            case ir.Series(items=items):
                self._unpack(items, value, state, node)
            case ir.Table(items=pairs):
                self._destructure(pairs, value, state, node)
            case ir.Default(target=inner, value=default):
                missing = value.consts is not None and None in value.consts
                if value is UNKNOWN or missing or value.consts is None:
                    rest = tuple(const for const in value.consts if const is not None) if value.consts is not None else None
                    known = Value(rest, value.refs, value.taints)
                    value = join(NOTHING if rest == () and not value.refs else known, self.evaluate(default, state))
                self.assign(inner, value, state, node)
            case ir.Spread(value=inner):
                self.assign(inner, value, state, node)
            case _:
                self.evaluate(target, state)

    def _container(self, holder: ir.Expression, state: State) -> Value:
        """What is stored into. A value without identity gets one, so that its other elements stay apart from the one stored."""
        value = self.evaluate(holder, state)
        if not value.refs and value.consts is None and isinstance(holder, ir.Name):
            rest = value if value.taints else UNKNOWN
            value = reference(Object(state.allocate(Thing("dict", None, {}, rest, rest))))
            self.store_name(holder.id, value, state)
        return value

    def _unpack(self, targets: Sequence[ir.Expression], value: Value, state: State, node: ir.Node) -> None:
        exact, any_ = self.elements(value, state, node)
        rows = _rows(value, state) if exact is None else []
        spread = next((place for place, target in enumerate(targets) if isinstance(target, ir.Spread)), None)
        for place, target in enumerate(targets):
            if isinstance(target, ir.Const):
                continue
            if spread is not None and place == spread:
                if exact is not None and len(exact) >= len(targets) - 1:
                    made = Thing("list", tuple(exact[place : len(exact) - (len(targets) - place - 1)]))
                else:
                    made = Thing("list", None, {}, self.apart(any_, "rest", state))
                self.assign(target, reference(Object(state.allocate(made))), state, node)
                continue
            index = place if spread is None or place < spread else place - len(targets)
            if exact is not None:
                inside = -len(exact) <= index < len(exact)
                part = exact[index] if inside else (constant(None) if self.script else UNKNOWN)
            elif rows and all(-len(row) <= index < len(row) for row in rows):
                part = join_all([*(row[index] for row in rows), UNKNOWN if value.consts is None else NOTHING])
            elif value.taints or any(isinstance(ref, Library) for ref in value.refs):
                part = self.load_index(value, constant(index), state, node)
            else:
                part = self.apart(any_, index, state)
            self.assign(target, part, state, node)

    def _destructure(
        self, pairs: Sequence[tuple[ir.Expression | None, ir.Expression]], value: Value, state: State, node: ir.Node
    ) -> None:
        taken: set[object] = set()
        for key, target in pairs:
            if key is None:
                fields: dict[object, Value] = {}
                rest = NOTHING
                for thing in things(value, state):
                    fields.update({name: field for name, field in thing.fields.items() if name not in taken})
                    rest = join(rest, thing.rest)
                if value.taints or not fields:
                    rest = join(rest, self.load_index(value, UNKNOWN, state, node))
                self.assign(target, reference(Object(state.allocate(Thing("dict", None, fields, rest)))), state, node)
                continue
            name = self.evaluate(key, state)
            single = name.consts[0] if name.consts and len(name.consts) == 1 else None
            if isinstance(single, str):
                taken.add(single)
                part = constant(None) if self._lacks(value, single, state) else self.load_attribute(value, single, state, node)
            else:
                part = self.load_index(value, name, state, node)
            self.assign(target, part, state, node)

    def _lacks(self, value: Value, name: str, state: State) -> bool:
        """Whether an object is known entirely, and has nothing of that name."""
        if not self.script or value.taints or value.consts != () or not value.refs or name in _EVERYWHERE:
            return False
        found = list(things(value, state))
        return len(found) == len(value.refs) and all(
            thing.kind == "dict"
            and not thing.path
            and thing.klass is None
            and thing.rest is NOTHING
            and name not in thing.fields
            for thing in found
        )

    def _define(self, node: ir.Define, state: State) -> State | None:
        made = node.value
        value = self.define_class(made, state) if isinstance(made, ir.Class) else self.define_function(made, state)
        self.store_name(made.name, value, state)
        return state

    def _import(self, node: ir.Import, state: State) -> State | None:
        self.bind_import(node, state)
        return state

    def _export(self, node: ir.Export, state: State) -> State | None:
        self.bind_export(node, state)
        return state

    def _delete(self, node: ir.Delete, state: State) -> State | None:
        for target in node.targets:
            match target:
                case ir.Name(id=name):
                    state.locals.pop(name, None)
                case ir.Index(object=holder, key=key):
                    self._remove(self.evaluate(holder, state), self.evaluate(key, state), state)
                case ir.Attr(object=holder, name=name):
                    self._remove(self.evaluate(holder, state), constant(name), state)
                case _:
                    self.evaluate(target, state)
        return state

    def _remove(self, holder: Value, key: Value, state: State) -> None:
        if not key.consts or len(key.consts) != 1 or len(holder.refs) != 1 or not isinstance(holder.refs[0], Object):
            return
        place, single = holder.refs[0].id, key.consts[0]
        thing = state.heap.get(place)
        if thing is None:
            return
        if thing.items is not None and type(single) is int and -len(thing.items) <= single < len(thing.items):
            items = list(thing.items)
            del items[single]
            state.heap[place] = thing.but(items=tuple(items))
        elif single in thing.fields and thing.kind == "list":
            state.heap[place] = disordered(thing)
        elif single in thing.fields:
            fields = dict(thing.fields)
            del fields[single]
            state.heap[place] = thing.but(fields=fields)

    # ---------------------------------------------------------------- branches

    def _if(self, node: ir.If, state: State) -> State | None:
        test = self.evaluate(node.test, state)
        truth = self.truth(test, state)
        if truth is not None:
            return self.run(node.then if truth else node.other, state.learn(test.true if truth else test.false))
        other = turned(state.copy(), node.test, test, False)
        then = self.run(node.then, turned(state, node.test, test, True))
        return meet(then, self.run(node.other, other), chosen=is_data(test))

    def _block(self, node: ir.Block, state: State) -> State | None:
        if not node.label:
            return self.run(node.body, state)
        loop = Loop(label=node.label, switch=True)
        self.frame.loops.append(loop)
        after = self.run(node.body, state)
        self.frame.loops.pop()
        for left in loop.breaks:
            after = meet(after, left)
        return after


def _call_it(name: str, value: Value) -> None:
    """A function without a name is called like the variable that it is first given to."""
    for ref in value.refs:
        if isinstance(ref, Closure) and not ref.function.name:
            ref.function.name = name.partition("#")[0]


_FORMS: dict[type[ir.Statement], Callable[[Any, Any, State], State | None]] = {
    ir.Evaluate: Statements._evaluate,
    ir.Assign: Statements._assign,
    ir.If: Statements._if,
    ir.While: Statements._while,
    ir.For: Statements._for,
    ir.Try: Statements._try,
    ir.With: Statements._with,
    ir.Switch: Statements._switch,
    ir.Return: Statements._return,
    ir.Raise: Statements._raise,
    ir.Break: Statements._break,
    ir.Continue: Statements._continue,
    ir.Block: Statements._block,
    ir.Define: Statements._define,
    ir.Delete: Statements._delete,
    ir.Import: Statements._import,
    ir.Export: Statements._export,
}


def _rows(value: Value, state: State) -> list[tuple[Value, ...]]:
    """The elements of each of the lists that a value may be; empty where it may be something else, or one is not known so."""
    found = [thing.items for thing in things(value, state) if thing.kind in ("list", "tuple") and thing.klass is None]
    rows = [items for items in found if items is not None]
    return rows if rows and len(rows) == len(value.refs) and not value.taints else []
