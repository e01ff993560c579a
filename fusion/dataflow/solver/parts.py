"""What the solver's parts ask of each other: each method is given by one of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from fusion.dataflow import ir
from fusion.dataflow.solver.calling.arguments import Arguments
from fusion.dataflow.solver.domain.frames import Raised
from fusion.dataflow.solver.domain.state import State, Thing
from fusion.dataflow.solver.domain.taints import Facts, Taint
from fusion.dataflow.solver.domain.values import UNKNOWN, Closure, Klass, Library, Object, Value
from fusion.dataflow.solver.parts_calls import CallParts
from fusion.dataflow.solver.tables import Known

if TYPE_CHECKING:
    pass


class Parts(CallParts):
    """The methods that raise NotImplementedError are given by the parts."""

    def guarded(self, path: str, work: Callable[[], State | None]) -> State | None:
        """Do a piece of work within its budget; what is cut short is remembered."""
        raise NotImplementedError

    def settle(self, state: State) -> None:
        """The function ends: what is still weak stays so."""
        raise NotImplementedError

    def thing_of(self, name: str, taints: tuple[Taint, ...], state: State, *, guessed: bool = False) -> Object | Library:
        """A thing of the library; one with an identity where something is remembered on each."""
        raise NotImplementedError

    def ours(self, value: Value, other: Value = UNKNOWN, state: State | None = None) -> Facts | None:
        """What is known when the value is `other`, which is one of ours: it can hurt no more than that."""
        raise NotImplementedError

    def child(self, holder: Object, key: object, state: State, member: str = "") -> Value:
        """The part of a library's object that has an identity of its own (`cookies["sid"]`)."""
        raise NotImplementedError

    def named_classes(self, ref: Object, name: str, state: State, node: ir.Node) -> tuple[Taint, ...] | None:
        """What is hostile in the classes that an unpickler may make; None where nothing restricts them."""
        raise NotImplementedError

    def parts_of_program(self, taints: Iterable[Taint], state: State, node: ir.Node) -> tuple[Taint, ...]:
        """Any part of a syntax tree."""
        raise NotImplementedError

    def visited(self, ref: Object, name: str, arguments: Arguments, state: State, node: ir.Node) -> Value | None:
        """A visitor of a syntax tree; None for other calls."""
        raise NotImplementedError

    def simple_parts(self, taints: Iterable[Taint], names: Iterable[str]) -> Facts | None:
        """What is known of a part of a syntax tree that is one of these classes."""
        raise NotImplementedError

    def of_all(self, element: Value, shown: Facts) -> Facts | None:
        """What is known of all when a check was made of each."""
        raise NotImplementedError

    def emitted(self, path: str, arguments: Arguments, state: State, node: ir.Node) -> Value | None:
        """A call of an event emitter's method; None for other calls."""
        raise NotImplementedError

    def checked_fields(self, ref: Object, thing: Thing, name: str, data: Value, state: State, node: ir.Node) -> Value:
        """The checked data of a form by field; the data itself for other attributes."""
        raise NotImplementedError

    def nothing(self) -> State:
        """An empty state."""
        raise NotImplementedError

    def coded(self, taints: Iterable[Taint], state: State, node: ir.Node) -> tuple[Taint, ...]:
        """An authentication code of hostile data."""
        raise NotImplementedError

    def vouched(self, taints: Iterable[Taint]) -> Facts | None:
        """What is known of texts whose codes were compared."""
        raise NotImplementedError

    def compared(self, path: str, arguments: Arguments, state: State, node: ir.Node) -> Value | None:
        """A function that compares two values; None for other functions."""
        raise NotImplementedError

    def evaluate(self, node: ir.Expression, state: State) -> Value:
        """The value of an expression."""
        raise NotImplementedError

    def run(self, body: Sequence[ir.Statement], state: State) -> State | None:
        """The state after statements; None where they never end normally."""
        raise NotImplementedError

    def assign(self, target: ir.Expression, value: Value, state: State, node: ir.Node) -> None:
        """Bind or store a value."""
        raise NotImplementedError

    def load_name(self, name: str, state: State) -> Value:
        """The value of a variable."""
        raise NotImplementedError

    def load_attribute(self, value: Value, name: str, state: State, node: ir.Node, hint: str = "") -> Value:
        """`value.name`. `hint`: what the value is called in the text."""
        raise NotImplementedError

    def load_index(self, value: Value, key: Value, state: State, node: ir.Node) -> Value:
        """`value[key]`."""
        raise NotImplementedError

    def store_attribute(self, target: Value, name: str, value: Value, state: State, node: ir.Node) -> None:
        """`target.name = value`."""
        raise NotImplementedError

    def store_index(self, target: Value, key: Value, value: Value, state: State, node: ir.Node) -> None:
        """`target[key] = value`."""
        raise NotImplementedError

    def elements(self, value: Value, state: State, node: ir.Node) -> tuple[list[Value] | None, Value]:
        """What iterating gives: the elements one by one where they are known, and any of them."""
        raise NotImplementedError

    def covered(self, fields: dict[object, Value], value: Value, state: State, node: ir.Node) -> None:
        """What hostile data has under the same names may have taken the fields' place."""
        raise NotImplementedError

    def concatenate(self, parts: Sequence[Value], state: State, node: ir.Node) -> Value:
        """Text built from parts."""
        raise NotImplementedError

    def passed(self, values: Iterable[Value], state: State, node: ir.Node) -> Value:
        """A value made of these in a way that is not known."""
        raise NotImplementedError

    def keep_arguments(self, made: Value, arguments: Arguments, state: State) -> None:
        """What a library's constructor is given stays in the object."""
        raise NotImplementedError

    def add_member(self, klass: Klass, name: str, value: Value) -> None:
        """A member that was put into a class or its prototype later."""
        raise NotImplementedError

    def attach(self, closure: Closure, name: str, value: Value, state: State) -> None:
        """`F.name = value`."""
        raise NotImplementedError

    def inherit(self, klass: Klass, prototype: Value, state: State) -> None:
        """Objects of the class have what this object has."""
        raise NotImplementedError

    def maker(self, closure: Closure) -> Klass:
        """The class that a function is when it is called with `new`."""
        raise NotImplementedError

    def own_member(self, ref: Closure | Klass, name: str) -> Value | None:
        """`F.prototype`, and what was stored into `F.name`."""
        raise NotImplementedError

    def construct(self, closure: Closure, arguments: Arguments, state: State, node: ir.Node) -> Value:
        """`new F(...)`."""
        raise NotImplementedError

    def on(self, holder: Object, function: Value) -> Value:
        """A function as a method of the plain object that it was found in."""
        raise NotImplementedError

    def throw(self, value: Value, state: State) -> None:
        """Something was raised here, perhaps."""
        raise NotImplementedError

    def promised(self, node: ir.Expression, state: State) -> tuple[Value, Value]:
        """What a promise resolves to, and what it may be rejected with."""
        raise NotImplementedError

    def hand_up(self, raised: list[Raised], state: State) -> None:
        """What a function that was called raised, and did not catch, is raised in the caller."""
        raise NotImplementedError

    def truth(self, value: Value, state: State) -> bool | None:
        """Whether it is true in a condition; None when both can be."""
        raise NotImplementedError

    def filtered(self, value: Value, facts: Facts) -> Value:
        """The value with what is known now made its own, since the facts end here."""
        raise NotImplementedError

    def annotated(self, annotation: ir.Expression, value: Value, state: State) -> Value:
        """An unknown value of a declared type."""
        raise NotImplementedError

    def precede(self, closure: Closure, before: Sequence[Closure]) -> None:
        """These run before the function and decide whether it is reached."""
        raise NotImplementedError

    def passes(self, function: ir.Function | None, state: State) -> bool:
        """Whether a call is the one that is waited for; what is known there is remembered."""
        raise NotImplementedError

    def prepare(self, closure: Closure, given: Sequence[Value], state: State) -> None:
        """Go into a function knowing what was checked before it. `given`: what the framework hands to handlers."""
        raise NotImplementedError

    def check_before(self, closures: Iterable[Closure], arguments: Arguments, state: State) -> None:
        """Remember what a call that registers ways in says of requests."""
        raise NotImplementedError

    def check_declared(self, declared: Value, value: Value, state: State, node: ir.Node) -> None:
        """Learn what the declared class of a parameter shows of it."""
        raise NotImplementedError

    def with_host(self, taints: Iterable[Taint]) -> Facts:
        """What is known of an address whose host is ours."""
        raise NotImplementedError

    def known_part(self, part: Value) -> Value:
        """A part of an address, with what it shows by being empty, or true."""
        raise NotImplementedError

    def reachable(self, taint: Taint) -> Facts:
        """What is known once a host is known to be one that anybody may ask: so is the address that it was taken from."""
        raise NotImplementedError

    def normal_form(self, values: Sequence[Value], *, resolves: bool) -> Value | None:
        """The normal form of a path of ours."""
        raise NotImplementedError

    def unclosed(self, prefix: Value, state: State) -> bool:
        """Whether a prefix is known to end within a name, so that `/srv/files-old` begins with it, too."""
        raise NotImplementedError

    def confined(self, taint: Taint) -> Facts:
        """What is known once a path is known to lie in a folder: nothing that it was made of led out."""
        raise NotImplementedError

    def confines(self, taints: Iterable[Taint]) -> Facts:
        """What is known once what a value holds is known to lie in a folder."""
        raise NotImplementedError

    def not_first(self, piece: Value, texts: Iterable[object]) -> Facts | None:
        """What is known once the first piece of a normal form is known not to be one of these."""
        raise NotImplementedError

    def normalized(self, taint: Taint) -> Taint:
        """The normal form of a path."""
        raise NotImplementedError

    def paired(self, outcomes: Sequence[tuple[State, Value]]) -> Thing | None:
        """One tuple for those of several outcomes; None where one is no tuple of its own."""
        raise NotImplementedError

    def absent_up(self, taint: Taint, text: str) -> Facts | None:
        """What is known once `..` is known not to be among a path's parts, or not to begin the way from a folder."""
        raise NotImplementedError

    def join_segments(self, parts: Sequence[Value], state: State, node: ir.Node, *, resets: bool) -> Value:
        """Parts with a separator between. `resets`: a part that begins with a separator drops those before it."""
        raise NotImplementedError

    def join_paths(self, parts: Sequence[Value], state: State, node: ir.Node) -> Value | None:
        """`Path / part`: None where the left is no path."""
        raise NotImplementedError

    def store_name(self, name: str, value: Value, state: State) -> None:
        """Bind a variable where it belongs."""
        raise NotImplementedError

    def uphold(self, closure: Closure, state: State) -> None:
        """What checks have shown where a function within another is made or called holds in it."""
        raise NotImplementedError

    def quantified(self, name: str, node: ir.Call, state: State) -> Value | None:
        """`any(c in text for c in bad)`, `all(...)`: None where it is not of that form."""
        raise NotImplementedError

    def aspect_of(self, aspect: str, taints: tuple[Taint, ...], wholes: tuple[Taint, ...]) -> tuple[Taint, ...]:
        """The same data, known to be that part of the data it was taken from."""
        raise NotImplementedError

    def parsed(self, klass: Klass, name: str, arguments: Arguments, state: State, node: ir.Node) -> Value | None:
        """`Model.model_validate(data)`: an object with the data in its fields; None for other methods and classes."""
        raise NotImplementedError

    def spread(self, klass: Klass, arguments: Arguments, state: State, node: ir.Node) -> Value | None:
        """`Model(**data)`: the same of data with text keys; None for other calls."""
        raise NotImplementedError

    def declared(self, annotation: ir.Expression, state: State) -> Value:
        """What an annotation names, without wrappers."""
        raise NotImplementedError

    def harmless_type(self, annotation: ir.Expression, state: State) -> bool:
        """Whether the type's values are numbers, dates, or one of ours."""
        raise NotImplementedError

    def modelled(self, klass: Klass, fields: dict[object, Value], state: State, node: ir.Node) -> dict[object, Value]:
        """The fields of an object of a class, as a model's declarations and checks let them through."""
        raise NotImplementedError

    def given_by_framework(self, constructor: Closure, state: State) -> dict[str, Value]:
        """What the framework that makes a class's objects gives the constructor, by the names of its parameters."""
        raise NotImplementedError

    def instance(self, klass: Klass, state: State) -> Value:
        """Some object of a class of the repository."""
        raise NotImplementedError

    def check_store(self, path: str, key: Value | None, value: Value, target: Value, state: State, node: ir.Node) -> None:
        """Sinks, settings, flags and mends at an assignment to a library's attribute or element."""
        raise NotImplementedError

    def check_name(self, name: str, value: Value, state: State, node: ir.Node, holder: str = "", mark: str = "") -> None:
        """Sinks that a name alone makes. `holder`: what it is a member of; `mark`: what kind of name it is."""
        raise NotImplementedError

    def refused(self, member: Value, container: Value | Iterable[object], state: State) -> Facts | None:
        """What is known of a key that is none of these: that it is not one of the names that lead to a prototype."""
        raise NotImplementedError

    def inherited(self, facts: Facts | None, container: Value, state: State) -> Facts | None:
        """`key in object` in JavaScript: true of the names that lead to a prototype, too."""
        raise NotImplementedError

    def owned(self, member: Value) -> Facts | None:
        """What is known of a key that an object has itself: it leads to no prototype."""
        raise NotImplementedError

    def own_key(self, key: Value, holder: Value) -> bool:
        """Whether the key is one of those that the data itself has."""
        raise NotImplementedError

    def fresh(self, key: Value, value: Value, state: State) -> None:
        """Under this key an object of ours was just put: what is read there next is that one."""
        raise NotImplementedError

    def behind(self, key: Value, holders: Sequence[Thing], state: State) -> Value:
        """What a key from outside finds besides an object's own values: the prototype of all objects."""
        raise NotImplementedError

    def check_key(
        self, holder: ir.Expression, key: ir.Expression, index: Value, value: Value, state: State, node: ir.Node
    ) -> None:
        """What stores into `holder[key]` say by the table's name."""
        raise NotImplementedError

    def check_named(self, name: object, value: Value, state: State, node: ir.Node) -> None:
        """Settings that stand under a name, or beside it."""
        raise NotImplementedError

    def check_arguments(self, path: str, arguments: Arguments, state: State, node: ir.Node) -> None:
        """What the name of a function, or the text that it is given first, says of its other arguments."""
        raise NotImplementedError

    def number(self, values: Iterable[Value], state: State, node: ir.Node) -> Value:
        """A number made of these: it holds no text, but one that was easy to guess still is."""
        raise NotImplementedError

    def matters(self, function: ir.Function) -> bool:
        """Whether the function mentions something that knowledge has sources, sinks or settings for."""
        raise NotImplementedError

    def taint_from(
        self, known: Known, path: str, state: State, node: ir.Node, arguments: Arguments | None = None
    ) -> tuple[Taint, ...]:
        """The data that reading a source gives."""
        raise NotImplementedError

    def compare(self, operator: str, left: Value, right: Value, node: ir.Compare, state: State) -> Value:
        """A comparison, and what each outcome shows."""
        raise NotImplementedError

    def with_aspects(self, result: Value, value: Value, name: str = "") -> Value:
        """Attributes that are a part of a URL or path remember of what."""
        raise NotImplementedError

    def any_entry(self, value: Value, state: State, node: ir.Node) -> Value:
        """What may lie under any key of a library's table (`{**request.environ}`); NOTHING where knowledge has none."""
        raise NotImplementedError

    def apart(self, value: Value, key: object, state: State) -> Value:
        """One of the elements that are known together only: a check of one is not a check of another."""
        raise NotImplementedError

    def overloaded(
        self, value: Value, names: Sequence[str], given: Sequence[Value], state: State, node: ir.Node
    ) -> Value | None:
        """What the method of one of these names gives (the first that there is); None where no class has one."""
        raise NotImplementedError

    def library_value(self, full: str, state: State, node: ir.Node, *, guessed: bool, key: str | None = None) -> Value:
        """See access.py."""
        raise NotImplementedError
