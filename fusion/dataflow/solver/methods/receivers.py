"""What a method of the language's own values is called on, and what all of those methods need."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass

from fusion.dataflow import ir
from fusion.dataflow.contexts.limits import ANY, Limits
from fusion.dataflow.knowledge.schema import Kind
from fusion.dataflow.solver.calling.arguments import Arguments, flatten
from fusion.dataflow.solver.domain.state import MAX_ITEMS, State, Thing, meet_things
from fusion.dataflow.solver.domain.taints import Facts, Taint, added, changed, undecoded
from fusion.dataflow.solver.domain.values import NOTHING, UNKNOWN, Object, Value, join_all, reference, tainted
from fusion.dataflow.solver.machine import Machine

NO_THING = Thing("")
NO_OBJECT = Object(0)


@dataclass(slots=True, eq=False)
class Use:
    """One call of a method: on which part of the receiver, with what."""

    value: Value
    """The part of the receiver that the method belongs to: text, or one object."""
    name: str
    arguments: Arguments
    state: State
    node: ir.Node
    ref: Object = NO_OBJECT
    thing: Thing = NO_THING
    certain: bool = True
    """The receiver is this object and no other."""

    def argument(self, position: int, name: str = "") -> Value | None:
        """One argument; None where it was not given."""
        given = self.arguments
        if position < len(given.positional):
            return given.positional[position]
        if name and name in given.keywords:
            return given.keywords[name]
        return given.rest

    def constant(self, position: int, name: str = "") -> ir.Constant:
        """An argument that is one constant for sure; None otherwise."""
        return single(self.argument(position, name))

    def number(self, position: int, missing: int | None = None) -> int | None:
        """An argument that is one whole number; `missing` where it was not given, None where it is not known."""
        value = self.argument(position)
        if value is None:
            return missing
        found = single(value)
        return found if type(found) is int else None


def single(value: Value | None) -> ir.Constant:
    """The only constant that a value can be; None where there is none or more."""
    if value is None or value.taints or value.refs or not value.consts or len(value.consts) != 1:
        return None
    return value.consts[0]


def is_plain(item: Value) -> bool:
    """Constants only."""
    return bool(item.consts) and not item.refs and not item.taints


def decoded(value: ir.Constant) -> ir.Constant:
    """Bytes as the text of the same characters."""
    return value.decode("latin-1") if isinstance(value, bytes) else value


def is_clean(value: Value, state: State) -> bool:
    """Whether there is no hostile data in it."""
    return not (value.taints or (value.refs and flatten((value,), state).taints))


def part_limits(limits: Limits) -> Limits:
    """What is known about any part of a text of which this is known."""
    if limits is ANY:
        return ANY
    return Limits(limits.allowed, frozenset(text for text in limits.absent if text[0] not in "^=" or len(text) == 1))


class Own(Machine):
    """What the methods and functions of the language's own values share."""

    # ---------------------------------------------------------------- hostile data

    def shown(self, taints: Iterable[Taint], limits: Limits = ANY, mask: int = 0, *, pieces: bool = True) -> Facts | None:
        """What a check of a text shows of its hostile data; with `pieces` it holds for every piece of the text by itself."""
        if limits == ANY and not mask:
            return None
        facts: Facts = {}
        for taint in taints:
            facts[taint.whole] = (mask, limits)
            if pieces:
                facts[taint.datum] = (mask, limits)
        return undecoded(facts, self.data) or None

    def safe(self, taints: Iterable[Taint]) -> Facts | None:
        """The text turned out to be one of ours."""
        return self.shown(taints, mask=self.kinds.all)

    def derive(
        self, taints: Iterable[Taint], what: Hashable, state: State, limits: Callable[[Limits], Limits] | None = None
    ) -> tuple[Taint, ...]:
        """The data in a text made from it. `limits`: what is known of the new text, by what was of the old; None: the same."""
        found = []
        for taint in taints:
            new = changed(taint, self.data.part(taint.whole, what), state.facts, keeps=True)
            found.append(new if limits is None else new._replace(limits=limits(new.limits)))
        return tuple(found)

    def part(self, taints: Iterable[Taint], what: Hashable, state: State, known: Limits = ANY) -> tuple[Taint, ...]:
        """The data in some part of the text, of which `known` is known besides."""
        return tuple(
            taint._replace(lead="" if taint.lead == "" else None)
            for taint in self.derive(taints, what, state, lambda limits: part_limits(limits).both(known))
        )

    def beheaded(self, before: Iterable[Taint], after: Iterable[Taint], state: State) -> tuple[Taint, ...]:
        """Addresses whose beginning may be cut off: a check of their host says nothing of the rest (`//evil.example`)."""
        host = self.kinds.mask(Kind.OPEN_REDIRECT, Kind.REQUEST_FORGERY)
        found = []
        for old, new in zip(before, after, strict=True):
            for datum in {old.datum, old.whole}:
                mask = state.facts.get(datum, (0, ANY))[0]
                if mask and not mask & ~host:
                    new = new._replace(mask=new.mask | (old.mask & mask & self.kinds.bit(Kind.OPEN_REDIRECT)))
            found.append(new)
        return tuple(found)

    def number(self, values: Iterable[Value], state: State, node: ir.Node) -> Value:
        """A number made of these: it holds no text, but one that was easy to guess still is."""
        random = self.kinds.bit(Kind.WEAK_RANDOMNESS)
        found = [taint for taint in flatten(values, state).taints if taint.mask & random]
        if not found:
            return UNKNOWN
        made = (changed(taint, self.data.part(taint.whole, ("number", id(node))), state.facts) for taint in found)
        return tainted(taint._replace(mask=taint.mask & random) for taint in made if taint.mask & random)

    def membership(self, container: Value, member: Value, state: State) -> Value:
        """Whether `member` is in a container: an allow-list, where the container is not hostile itself."""
        listed = self.ours(member) if member.taints and is_clean(container, state) else None
        missing = self.refused(member, container, state)
        if member.consts == ("..",) and not member.taints:
            for taint in flatten((container,), state).taints:
                missing = added(missing, self.absent_up(taint, ".."))
        return Value(None, (), (), listed, missing)

    # ---------------------------------------------------------------- objects

    def make(self, state: State, thing: Thing) -> Value:
        """A new object."""
        return reference(Object(state.allocate(thing)))

    def series(self, state: State, items: Sequence[Value] | None, rest: Value = NOTHING, kind: str = "list") -> Value:
        """A new list of these items, or, where they are not known one by one, of `rest`."""
        if items is not None and len(items) <= MAX_ITEMS:
            return self.make(state, Thing(kind, tuple(items), {}, rest))
        return self.make(state, Thing(kind, None, {}, join_all([rest, *(items or ())])))

    def put(self, use: Use, thing: Thing) -> None:
        """The receiver is this now."""
        old = use.state.heap.get(use.ref.id, use.thing)
        use.state.heap[use.ref.id] = thing if use.certain else meet_things(old, thing)

    def contained(self, value: Value, node: ir.Node, what: str) -> Value:
        """A value that is put into a container."""
        return value.with_taints(self.moved(value.taints, node, what)) if value.taints else value

    def any_element(self, value: Value, use: Use) -> Value:
        """Any of the elements."""
        exact, any_ = self.elements(value, use.state, use.node)
        return join_all(exact) if exact is not None else any_
