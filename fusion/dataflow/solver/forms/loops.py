"""Loops: run until nothing new comes of it, or a few times."""

from __future__ import annotations

from collections.abc import Sequence

from fusion.dataflow import ir
from fusion.dataflow.solver.calling.arguments import flatten, things
from fusion.dataflow.solver.checks.components import of_components
from fusion.dataflow.solver.checks.emptiness import turned
from fusion.dataflow.solver.domain.state import Heap, State, Thing, meet
from fusion.dataflow.solver.domain.taints import Facts, changed
from fusion.dataflow.solver.domain.values import EACH, KEYS, NOTHING, UNKNOWN, Value, constant, join_all, same, tainted
from fusion.dataflow.solver.machine import Loop, Machine
from fusion.dataflow.solver.methods.receivers import single

PASSES = 3
"""Most times that a loop's body is run."""
_MOST_UNROLLED = 6
_MOST_TURNS = 9
"""So many turns of a loop that counts are run one by one: a ring that is turned, a level that is looked for."""


class Loops(Machine):
    """`while`, `for`, and leaving them."""

    def _while(self, node: ir.While, state: State) -> State | None:
        after: State | None = None
        current: State | None = state
        loop = Loop()
        begun, steady = state.copy(), False
        for turn in range(max(PASSES, self._turns(node.test, state))):
            if current is None:
                break
            if not (node.post and turn == 0):
                test = self.evaluate(node.test, current)
                truth = self.truth(test, current)
                if truth is not True:
                    after = meet(after, turned(current.copy(), node.test, test, False))
                if truth is False:
                    current = None
                    break
                turned(current, node.test, test, True)
            start = current.copy()
            current = self._turn(node.body, node.step, current, loop)
            if current is not None and _settled(start, current):
                steady = True
                break
        if current is not None:
            test = self.evaluate(node.test, current)
            if not steady and self.truth(test, current) is True:
                _forget(begun, current)
                test = self.evaluate(node.test, current)
            if self.truth(test, current) is not True:
                after = meet(after, turned(current, node.test, test, False))
        if after is not None and node.other:
            after = self.run(node.other, after)
        for left in loop.breaks:
            after = meet(after, left)
        return after

    def _turns(self, test: ir.Expression, state: State) -> int:
        """How many turns a loop has that counts from one number to another near it; 0 where that is not known."""
        if not isinstance(test, ir.Compare) or not test.operator.startswith(("<", ">")):
            return 0
        ends = [single(self.evaluate(side, state)) for side in (test.left, test.right) if _is_number(side)]
        numbers = [end for end in ends if type(end) is int]
        distance = abs(numbers[0] - numbers[1]) + 1 if len(numbers) == 2 else 0
        return distance if distance <= _MOST_TURNS else 0

    def _turn(self, body: Sequence[ir.Statement], step: Sequence[ir.Statement], state: State, loop: Loop) -> State | None:
        self.frame.loops.append(loop)
        current = self.run(body, state)
        self.frame.loops.pop()
        for went_on in loop.continues:
            current = meet(current, went_on)
        loop.continues.clear()
        if current is not None and step:
            current = self.run(step, current)
        return current

    def _for(self, node: ir.For, state: State) -> State | None:
        iterable = self.evaluate(node.iterable, state)
        exact, any_ = self.keys(iterable, state, node) if node.keys else self.elements(iterable, state, node)
        loop = Loop()
        after: State | None = None
        if exact is not None and len(exact) <= _MOST_UNROLLED:
            current: State | None = state
            for value in exact:
                if current is None:
                    break
                self.assign(node.target, value, current, node)
                current = self._turn(node.body, (), current, loop)
            after = current
        else:
            after = state.copy()
            current = state
            shown: Facts = {}
            for _ in range(PASSES):
                if current is None:
                    break
                start = current.copy()
                self.assign(node.target, any_, current, node)
                current = self._turn(node.body, (), current, loop)
                if current is not None:
                    after = meet(after, current.copy())
                    shown = current.facts
                    if _settled(start, current):
                        break
            if after is not None:
                after.learn(self.of_all(any_, shown))
        if after is not None and node.other:
            after = self.run(node.other, after)
        for left in loop.breaks:
            after = meet(after, left)
        return after

    def of_all(self, element: Value, shown: Facts) -> Facts | None:
        """What is known of all when a check was made of each, and the loop went on to its end."""
        found: Facts = {}
        for taint in element.taints:
            place = taint.datum
            while (made := self.data.made(place)) is not None:
                place = made[0]
                if place in shown:  # a check of a part that speaks of what the part was taken from
                    found[place] = shown[place]
        for taint in element.taints:
            fact = shown.get(taint.whole)
            if fact is None:
                continue
            found[taint.whole] = fact
            found |= of_components(taint.whole, fact[1], self.data)
            made = self.data.made(taint.whole)
            while made is not None and isinstance(made[1], tuple) and made[1][:1] == ("in",):
                found[made[0]] = found[self.data.part(made[0], EACH)] = fact
                made = self.data.made(made[0])
        return found or None

    def keys(self, value: Value, state: State, node: ir.Node) -> tuple[list[Value] | None, Value]:
        """What `for...in` gives: the keys of an object."""
        inner = flatten([value], state).taints if value.taints else ()
        named = (changed(taint, self.data.part(taint.whole, KEYS), state.facts) for taint in inner)
        result = tainted(named) if inner else NOTHING
        exact: list[Value] | None = None
        for thing in things(value, state):
            names = [constant(key) for key in thing.fields if isinstance(key, str)]
            result = join_all([result, thing.keys, *names])
            if (
                len(value.refs) == 1
                and not value.taints
                and thing.keys is NOTHING
                and thing.rest is NOTHING
                and thing.items is None
            ):
                exact = names
        return exact, UNKNOWN if result is NOTHING and exact is None else result

    def _break(self, node: ir.Break, state: State) -> State | None:
        for loop in reversed(self.frame.loops):
            if not node.label and loop.label and loop.switch:
                continue
            if not node.label or loop.label == node.label:
                loop.breaks.append(state)
                return None
        return None

    def _continue(self, node: ir.Continue, state: State) -> State | None:
        for loop in reversed(self.frame.loops):
            if not loop.switch:
                loop.continues.append(state)
                return None
        return None


def _is_number(side: ir.Expression) -> bool:
    """Whether asking for one end of a loop changes nothing."""
    return isinstance(side, ir.Name | ir.Const) or (isinstance(side, ir.Attr) and _is_number(side.object))


def _settled(a: State, b: State) -> bool:
    """Whether a loop that led from `a` to `b` brings nothing new."""
    if len(a.locals) != len(b.locals):
        return False
    for name, value in b.locals.items():
        mine = a.locals.get(name)
        if mine is None or not same(mine, value):
            return False
    for place in a.heap.written_since(b.heap):
        thing, known = super(Heap, b.heap).get(place), a.heap.get(place)
        if thing is not None and known is not None and known is not thing and not _alike(known, thing):
            return False
    return True


def _alike(a: Thing, b: Thing) -> bool:
    if a.fields.keys() != b.fields.keys() or a.flags != b.flags or a.sure != b.sure or not same(a.rest, b.rest):
        return False
    if a.items is None or b.items is None:
        return a.items is b.items
    if len(a.items) != len(b.items):
        return False
    pairs = [*zip(a.items, b.items, strict=True), *((value, b.fields[key]) for key, value in a.fields.items())]
    return all(same(x, y) for x, y in pairs)


def _forget(begun: State, state: State) -> None:
    """A loop goes on for more turns than were run: what it counts may be any number."""
    for name, value in state.locals.items():
        before = begun.locals.get(name)
        if before is not None and value.consts and before.consts != value.consts:
            state.locals[name] = Value(None, value.refs, value.taints)
    for place in state.heap.written_since(begun.heap):
        thing, first = state.heap.get(place), begun.heap.get(place)
        if thing is not None and first is not None and thing.items and len(thing.items) != len(first.items or ()):
            state.heap[place] = thing.but(items=None, rest=join_all([thing.rest, *thing.items]))  # as long as it has to be
