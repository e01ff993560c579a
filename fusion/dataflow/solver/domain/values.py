"""Abstract values: what a variable may hold, and which hostile data is in it.

A value is a set of constants (or anything), references (library things, objects, functions, classes, modules) and taints: the
pieces of hostile data in it (`taints`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from fusion.dataflow import ir
from fusion.dataflow.contexts.limits import Limits
from fusion.dataflow.solver.domain.taints import (
    PICKED,
    Facts,
    Taint,
    Trail,
    common,
    known,
    merge,
)

if TYPE_CHECKING:
    from fusion.dataflow.solver.domain.state import Scope

MAX_CONSTANTS = 8
MAX_REFERENCES = 6
MAX_CODE = 24
"""Functions and classes, of which there are as many as the program has; loops make other things at every turn."""
MAX_TEXT = 4096
UNKNOWN_CALL = "assumed to be passed on by "
"""How the step of a trail begins that leads through a call that nothing is known of."""
KEYS = ("keys",)
"""What the keys of hostile data are of it."""
EACH = ("each",)
"""What is known of this part of hostile data is known of every element of it."""
RETURNED = "returned"
"""How the steps begin that lead out of a function."""


@dataclass(frozen=True, slots=True)
class Library:
    """A thing of a library, by its path."""

    path: str
    guessed: bool = False
    """Believed from a name only."""


@dataclass(frozen=True, slots=True)
class Object:
    """An object of the state's heap."""

    id: int


@dataclass(frozen=True, slots=True, eq=False)
class Closure:
    """A function of the repository with the scope that it closes over; bound methods have the receiver."""

    function: ir.Function
    scope: Scope
    receiver: Value | None = None
    owner: Klass | None = None


@dataclass(slots=True, eq=False)
class Klass:
    """A class of the repository."""

    name: str
    node: ir.Class
    members: dict[str, Value]
    bases: tuple[Value, ...]
    path: str
    library: str = ""
    """The type of the first base that is a library's, as a value of it is denoted (`django.views.View()`)."""
    fields: tuple[str, ...] = ()
    """Annotated class attributes in order: what a dataclass takes."""
    factories: dict[str, Value] = field(default_factory=dict)
    """What makes the first value of a field, where it is made anew for each object."""
    handed: dict[str, Value] = field(default_factory=dict)
    """The services that its constructor was given somewhere, by parameter."""
    ready: dict[str, Value] | None = None
    assigned: frozenset[str] | None = None
    """Attributes that its methods assign, once they were looked for."""
    changed: frozenset[str] | None = None
    """Those that its methods assign after the constructor, its bases' too, once they were looked for."""
    line: tuple[Klass, ...] | None = None
    """The class and all that it descends from, in the order in which they are asked, once it was looked for."""


@dataclass(frozen=True, slots=True)
class Namespace:
    """A module of the repository."""

    path: str


@dataclass(frozen=True, slots=True)
class Bound:
    """A method of a builtin value, not called yet."""

    receiver: Value
    name: str


Reference = Library | Object | Closure | Klass | Namespace | Bound


class Value:
    """What an expression may be. Immutable; `consts` None: anything, else exactly one of them (or of `refs`)."""

    __slots__ = ("consts", "false", "refs", "shape", "taints", "true")

    def __init__(
        self,
        consts: tuple[ir.Constant, ...] | None = None,
        refs: tuple[Reference, ...] = (),
        taints: tuple[Taint, ...] = (),
        true: Facts | None = None,
        false: Facts | None = None,
        shape: str | None = None,
    ) -> None:
        self.consts = consts
        self.refs = refs
        self.taints = taints
        self.true = true
        """What is known when it turns out true."""
        self.false = false
        self.shape = shape
        """A text that is known in parts: `HOLE` stands for the others."""

    def __repr__(self) -> str:
        return f"Value({self.consts}, {self.refs}, {[(t.source, bin(t.mask), t.lead) for t in self.taints]})"

    def with_taints(self, taints: Iterable[Taint]) -> Value:
        """The same with these taints."""
        return Value(self.consts, self.refs, tuple(taints), self.true, self.false, self.shape)


UNKNOWN = Value()
NOTHING = Value(())
"""No value at all: what joins with anything."""
REJECTED = Value(())
"""What a rejected promise gives: nothing, but the program goes on until it waits for it."""
NONE = Value((None,))
TRUE = Value((True,))
FALSE = Value((False,))


def constant(value: ir.Constant) -> Value:
    """A value that is exactly this; unknown when it is too long to keep."""
    if isinstance(value, str | bytes) and len(value) > MAX_TEXT:
        return UNKNOWN
    return Value((value,))


def reference(ref: Reference) -> Value:
    """A value that is exactly this thing."""
    return Value((), (ref,))


def tainted(taints: Iterable[Taint]) -> Value:
    """Unknown text with hostile data in it."""
    return Value(None, (), tuple(taints))


def join(a: Value, b: Value) -> Value:
    """Either value."""
    if a is b:
        return a
    if a is NOTHING:
        return b
    if b is NOTHING:
        return a
    consts = None if a.consts is None or b.consts is None else _constants(a.consts, b.consts)
    refs = a.refs if not b.refs or a.refs is b.refs else _references(a.refs, b.refs)
    taints = a.taints if not b.taints or a.taints is b.taints else merge(a.taints, b.taints)
    true = false = None
    if a.true is not None or b.true is not None:
        true = b.true if _never(a, True) else a.true if _never(b, True) else _facts(a.true, b.true)
    if a.false is not None or b.false is not None:
        false = b.false if _never(a, False) else a.false if _never(b, False) else _facts(a.false, b.false)
    shape = a.shape if a.shape == b.shape else None
    for either in (a, b):
        if (
            consts is either.consts
            and refs is either.refs
            and taints is either.taints
            and true is either.true
            and false is either.false
            and shape is either.shape
        ):
            return either
    return Value(consts, refs, taints, true, false, shape)


def _never(value: Value, outcome: bool) -> bool:
    """Whether the value certainly has not this truth, so that nothing can be learnt from it."""
    if not value.consts or value.refs or value.taints:
        return False
    return all(bool(const) is not outcome for const in value.consts)


def join_all(values: Iterable[Value]) -> Value:
    """Any of the values; NOTHING for none."""
    result = NOTHING
    for value in values:
        result = join(result, value)
    return result


def same(a: Value, b: Value) -> bool:
    """Equal but for trails: what a loop has to reach."""
    if a is b:
        return True
    return (
        a.consts == b.consts
        and a.refs == b.refs
        and len(a.taints) == len(b.taints)
        and all(x.same(y) for x, y in zip(a.taints, b.taints, strict=True))
    )


def _constants(a: tuple[ir.Constant, ...], b: tuple[ir.Constant, ...]) -> tuple[ir.Constant, ...] | None:
    if a == b and all(type(x) is type(y) for x, y in zip(a, b, strict=True)):
        return a
    merged = list(a)
    for value in b:
        if not any(value == other and type(value) is type(other) for other in merged):
            merged.append(value)
    return tuple(merged) if len(merged) <= MAX_CONSTANTS else None


def _references(a: tuple[Reference, ...], b: tuple[Reference, ...]) -> tuple[Reference, ...]:
    if a == b or not b:
        return a
    if not a:
        return b
    merged = list(a)
    merged.extend(ref for ref in b if ref not in merged)
    if len(merged) <= MAX_REFERENCES:
        return tuple(merged)
    code = [ref for ref in merged if isinstance(ref, Closure | Klass)]
    others = [ref for ref in merged if not isinstance(ref, Closure | Klass)]
    return (*others[:MAX_REFERENCES], *code[:MAX_CODE])


def _facts(a: Facts | None, b: Facts | None) -> Facts | None:
    if not a or not b:
        return None
    if a is b:
        return a
    return common(a, b)


def looked_up(value: Value, call: ir.Node) -> Value:
    """What a call gives back later, by a promise or to a callback: if it is unknown, something fetched by what it was given."""
    if not value.taints:
        return value
    return value.with_taints(taint for taint in value.taints if taint.sure or not _is_promised(taint.trail, call))


def _is_promised(trail: Trail, call: ir.Node) -> bool:
    """Whether it is what an unknown call gave back: that call itself, or one of a function that only hands on its promise."""
    step: Trail | None = trail
    if trail.span != call.span:
        return False
    while step is not None and step.why.startswith(RETURNED):
        step = step.before
    return step is not None and step.why.startswith(UNKNOWN_CALL)


def picked(value: Value) -> Value:
    """One of several values that a predictable number chose: no secret before a text is built of some."""
    return value.with_taints(taint._replace(form=taint.form or PICKED) for taint in value.taints)


def held(taints: tuple[Taint, ...], name: object) -> tuple[Taint, ...]:
    """What is hostile in a member of something: nothing random in one of an object that was only chosen or moved about."""
    if not isinstance(name, str) or name == "value" or all(taint.form != PICKED for taint in taints):
        return taints
    return tuple(taint for taint in taints if taint.form != PICKED)


def not_among(value: Value, texts: Iterable[object], elements: set[int]) -> Facts | None:
    """What is known of characters of a hostile text that are none of these marks; None where it is not about marks."""
    marks = frozenset(text for text in texts if isinstance(text, str))
    if not marks or any(len(mark) != 1 or mark.isalnum() for mark in marks):
        return None
    return {taint.whole: (0, Limits(absent=marks)) for taint in value.taints if taint.datum in elements} or None


def is_data(test: Value) -> bool:
    """Whether hostile data decides a condition."""
    return bool(test.taints or test.true or test.false)


def believed(value: Value, facts: Facts) -> Value:
    """The value with what checks have shown made its own: where the facts end, or other paths come in."""
    if not value.taints or not facts:
        return value
    kept: list[Taint] = []
    for taint in value.taints:
        mask, limits = known(taint, facts)
        if mask == taint.mask and limits == taint.limits:
            kept.append(taint)
        elif mask:
            kept.append(taint._replace(mask=mask, limits=limits))
    return value.with_taints(kept)
