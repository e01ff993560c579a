"""What a call was given, and what knowledge's selectors and conditions find in it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from fusion.dataflow import ir
from fusion.dataflow.knowledge.conditions import (
    ANY,
    PARAMETERS,
    Condition,
    Denotes,
    Equals,
    Finds,
    Flagged,
    Given,
    Selector,
    Shaped,
)
from fusion.dataflow.knowledge.schema import Knowledge, Mend
from fusion.dataflow.solver.domain.state import POLLUTING, State, Thing
from fusion.dataflow.solver.domain.taints import Taint, merge
from fusion.dataflow.solver.domain.values import NOTHING, UNKNOWN, Bound, Closure, Klass, Library, Object, Value, join, tainted
from fusion.dataflow.solver.tables import Rule

MAX_DEPTH = 4
_STATEMENT = re.compile(
    r"\s*(?:select|insert|update|delete|replace|create|drop|alter|with|call|exec|merge|truncate|pragma)\s", re.IGNORECASE
)
"""How a statement in SQL begins."""


@dataclass(slots=True, eq=False)
class Arguments:
    """The arguments of a call (or of a store: the value is position 0, the key is `key`), evaluated."""

    positional: list[Value] = field(default_factory=list)
    keywords: dict[str, Value] = field(default_factory=dict)
    rest: Value | None = None
    """Elements of a spread sequence whose length is not known."""
    more: Value | None = None
    """Values of a spread mapping whose keys are not known."""
    receiver: Value = NOTHING
    result: Value = NOTHING
    nodes: tuple[ir.Expression, ...] = ()
    rejected: Value = UNKNOWN
    """Of a promise's method: what the promise may be rejected with."""

    def all(self) -> Iterator[Value]:
        """Every argument, the receiver not."""
        yield from self.positional
        yield from self.keywords.values()
        if self.rest is not None:
            yield self.rest
        if self.more is not None:
            yield self.more

    def at(self, selector: Selector, state: State) -> list[Value]:
        """The values that a selector names; empty where none was given."""
        found = self._base(selector)
        for part in selector.parts:
            if part == PARAMETERS:
                break
            if part == ANY:
                found = [inner for value in found for inner in each(value, state)]
            else:
                found = [inner for value in found if (inner := inside(value, part, state)) is not None]
        return found

    def _base(self, selector: Selector) -> list[Value]:
        match selector.base:
            case "receiver":
                return [self.receiver]
            case "result":
                return [self.result]
            case "all":
                return list(self.all())
            case "rest":
                found = self.positional[selector.position :]
                return [*found, self.rest] if self.rest is not None else found
            case _:
                if 0 <= selector.position < len(self.positional):
                    return [self.positional[selector.position]]
                for name in selector.keywords:
                    if name in self.keywords:
                        return [self.keywords[name]]
                if selector.position >= 0 and self.rest is not None:
                    return [self.rest]
                return [self.more] if self.more is not None and selector.keywords else []

    def given(self, selector: Selector) -> bool:
        """Whether the parameter was given, or may have been."""
        return bool(self._base(selector))


def inside(value: Value, part: str | int, state: State) -> Value | None:
    """A field or element of a value; None where it certainly has none."""
    result: Value = NOTHING
    for ref in value.refs:
        if isinstance(ref, Library):
            result = join(result, UNKNOWN)
        elif isinstance(ref, Object):
            thing = state.heap.get(ref.id)
            if thing is None:
                continue
            inner = element(thing, part)
            if inner is not None:
                result = join(result, inner)
    if value.taints:
        result = join(result, tainted(value.taints))
    elif value.consts is None and not value.refs:
        result = UNKNOWN
    return None if result is NOTHING else result


def each(value: Value, state: State) -> Iterator[Value]:
    """The elements of a value, one by one where they are known so."""
    if len(value.refs) == 1 and not value.taints:
        for thing in things(value, state):
            if thing.items is not None:
                yield from thing.items
                return
    inner = inside(value, ANY, state)
    if inner is not None:
        yield inner


def element(thing: Thing, part: str | int) -> Value | None:
    """What lies under a key or index, for selectors."""
    if part == ANY:
        return thing.everything()
    if isinstance(part, int) and thing.items is not None:
        return thing.items[part] if part < len(thing.items) else None
    if part in thing.fields:
        return thing.fields[part]
    if isinstance(part, str) and thing.kind in ("list", "tuple", "set", "generator"):
        return None
    return None if thing.rest is NOTHING else thing.rest


def applies(rule: Rule[Knowledge] | Rule[Mend], arguments: Arguments, state: State) -> bool:
    """Whether a rule's conditions hold."""
    return all(holds(condition, arguments, state) for condition in rule.when) and not any(
        holds(condition, arguments, state) for condition in rule.unless
    )


def doubted(rule: Rule[Knowledge], arguments: Arguments, state: State) -> bool:
    """Whether the rule asks for something switched off that may as well be on, as the environment or a setting says."""
    for condition in rule.when:
        if isinstance(condition, Equals) and condition.value is False:
            found = arguments.at(condition.subject, state)
            if found and not any(value.consts and not any(value.consts) and not value.refs for value in found):
                return True
    return False


def undecided(rule: Rule[Knowledge] | Rule[Mend], arguments: Arguments, state: State) -> bool:
    """Whether a rule that does not apply might, because something that its conditions ask of is not known."""
    return not any(holds(condition, arguments, state) for condition in rule.unless) and all(
        holds(condition, arguments, state) or _may_hold(condition, arguments, state) for condition in rule.when
    )


def _may_hold(condition: Condition, arguments: Arguments, state: State) -> bool:
    if isinstance(condition, Given):
        return False
    home = condition.path.partition(".")[0] if isinstance(condition, Denotes) else ""
    return any(_is_dark(value, home, state) for value in arguments.at(condition.subject, state))


def _is_dark(value: Value, home: str, state: State) -> bool:
    """Whether a value may be anything; for a thing of the package `home` also what is made elsewhere, and may pass one on."""
    if value.consts is None and not value.refs and value.shape is None:
        return True
    if not home:
        return False
    made = [ref for ref in value.refs if isinstance(ref, Klass)]
    if any(isinstance(ref, Closure | Bound) for ref in value.refs):
        return True
    if any(_is_mixed(ref, home, state) for ref in made):
        return True
    known = {ref.library for ref in made} | set(paths(value, state))
    if any(path and path.partition(".")[0] != home for path in known):
        return True
    return any(not ref.library and any(_is_dark(base, home, state) for base in ref.bases) for ref in made)


def _is_mixed(klass: Klass, home: str, state: State) -> bool:
    """Whether a class may be, or make, something else than its first base of that package is.

    Decorators, metaclasses and `__new__` may give anything, and a member or a further base of the package may be the very thing
    that the first base leaves out.
    """
    own = f"{home}."
    if klass.node.decorators or klass.node.keywords or "__new__" in klass.members:
        return True
    if any(path.startswith(own) for value in klass.members.values() for path in paths(value, state)):
        return True
    heads = [path for base in klass.bases[1:] for path in paths(base, state)]
    heirs = [ref for base in klass.bases for ref in base.refs if isinstance(ref, Klass) and ref is not klass]
    return any(path.startswith(own) for path in heads) or any(_is_mixed(heir, home, state) for heir in heirs)


def named(selector: Selector, arguments: Arguments, state: State) -> bool:
    """Whether the code itself names the key that the selector ends at, if it ends at one; it need not be in what came whole."""
    last = selector.parts[-1] if selector.parts else ANY
    if isinstance(last, int) or last in (ANY, PARAMETERS):
        return True
    holders = arguments.at(replace(selector, parts=selector.parts[:-1]), state)
    return any(last in thing.fields for value in holders for thing in things(value, state))


def holds(condition: Condition, arguments: Arguments, state: State) -> bool:
    """Whether some possible value satisfies the condition."""
    if isinstance(condition, Given):
        if not condition.subject.parts:
            return arguments.given(condition.subject) == condition.present
        found = arguments.at(condition.subject, state)
        there = any(value.consts != (None,) or value.refs for value in found)
        return there if condition.present else not there or any(None in (value.consts or ()) for value in found)
    return any(_satisfies(condition, value, state) for value in arguments.at(condition.subject, state))


def _satisfies(condition: Condition, value: Value, state: State) -> bool:
    match condition:
        case Equals(_, wanted):
            return any(const == wanted and type(const) is type(wanted) for const in value.consts or ())
        case Denotes(_, path):
            if any(isinstance(ref, Klass) and ref.library.removesuffix("()") == path for ref in value.refs):
                return True
            return any(path == known for known in paths(value, state))
        case Finds(_, pattern):
            if value.shape is not None and pattern.search(value.shape):
                return True
            return any(isinstance(const, str) and pattern.search(const) for const in value.consts or ())
        case Flagged(_, flag):
            return any(flag in thing.flags for thing in things(value, state))
        case Shaped(_, shape):
            return _shaped(shape, value, state)
        case _:
            return False


def _shaped(shape: str, value: Value, state: State) -> bool:
    match shape:
        case "list":
            return any(thing.kind in ("list", "tuple", "set") for thing in things(value, state))
        case "constant":
            return bool(value.consts) and not value.taints and not value.refs
        case "statement":
            return any(taint.lead is not None and _STATEMENT.match(taint.lead) for taint in value.taints)
        case "function":
            return any(isinstance(ref, Closure) for ref in value.refs)
        case _:
            if value.consts:
                return any(isinstance(const, str | bytes) for const in value.consts)
            return bool(value.taints) or (value.consts is None and not value.refs)


def things(value: Value, state: State) -> Iterator[Thing]:
    """The objects that a value may be."""
    for ref in value.refs:
        if isinstance(ref, Object) and (thing := state.heap.get(ref.id)) is not None:
            yield thing


def paths(value: Value, state: State) -> Iterator[str]:
    """The paths of library things that a value may be."""
    for ref in value.refs:
        if isinstance(ref, Library):
            yield ref.path
        elif isinstance(ref, Object):
            thing = state.heap.get(ref.id)
            if thing is not None and thing.path:
                yield thing.path


def flatten(values: Iterable[Value], state: State, depth: int = MAX_DEPTH) -> Value:
    """The values with everything inside them: what reaches a call that is handed them."""
    taints: tuple[Taint, ...] = ()
    seen: set[int] = set()
    get = state.heap.get
    level = [value for value in values if value.taints or value.refs]
    while level:
        below: list[Value] = []
        for value in level:
            if value.taints:
                taints = merge(taints, value.taints)
            if not depth:
                continue
            for ref in value.refs:
                if type(ref) is Object and ref.id not in seen:
                    seen.add(ref.id)
                    thing = get(ref.id)
                    if thing is not None and thing.path != POLLUTING:
                        below += thing.parts
        depth -= 1
        level = below
    return Value(None, (), taints) if taints else NOTHING
