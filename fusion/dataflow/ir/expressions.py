"""Expressions: what has a value."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from fusion.dataflow.ir.nodes import Constant, Node

if TYPE_CHECKING:
    from fusion.dataflow.ir.statements import Statement


@dataclass(slots=True, eq=False)
class Expression(Node):
    """Something that has a value."""


@dataclass(slots=True, eq=False)
class Const(Expression):
    """A literal. JavaScript's `undefined` and `null` are None. Numbers too long to fold are `Opaque`."""

    value: Constant


@dataclass(slots=True, eq=False)
class Regex(Expression):
    """A JavaScript regular expression literal (Python's are strings given to `re`)."""

    pattern: str
    flags: str


@dataclass(slots=True, eq=False)
class Name(Expression):
    """A variable.

    `this` in JavaScript is the name `this`; Python's `super()` stays a call of the name `super`; JavaScript's `super` is
    the name `super`.
    """

    id: str


@dataclass(slots=True, eq=False)
class Attr(Expression):
    """`object.name`. Optional chaining is the same."""

    object: Expression
    name: str


@dataclass(slots=True, eq=False)
class Index(Expression):
    """`object[key]`."""

    object: Expression
    key: Expression


@dataclass(slots=True, eq=False)
class Slice(Expression):
    """`object[low:high:step]`, a part of a sequence."""

    object: Expression
    low: Expression | None
    high: Expression | None
    step: Expression | None = None


@dataclass(slots=True, eq=False)
class Argument(Node):
    """An argument. `name` is the keyword; `*` spreads a sequence, `**` a mapping; empty: by position."""

    value: Expression
    name: str = ""


@dataclass(slots=True, eq=False)
class Call(Expression):
    """`function(arguments)`; `new` for JavaScript's constructor calls.

    Tagged templates are calls: the first argument is the list of literal parts, the others the holes.
    """

    function: Expression
    arguments: Sequence[Argument]
    new: bool = False


@dataclass(slots=True, eq=False)
class Join(Expression):
    """Text built from parts: f-strings, template literals, adjacent literals.

    Parts are strings converted with `str`/`String`.
    """

    parts: Sequence[Expression]


@dataclass(slots=True, eq=False)
class Binary(Expression):
    """Arithmetic, `+` on text included, `%` on text included.

    `operator` is Python's spelling (`//`, `**`, `>>>` too). Long chains lean left and may be thousands deep: walk them in a
    loop.
    """

    operator: str
    left: Expression
    right: Expression


@dataclass(slots=True, eq=False)
class Unary(Expression):
    """`operator` is `not`, `-`, `+`, `~`, `typeof`, `void`."""

    operator: str
    operand: Expression


@dataclass(slots=True, eq=False)
class Compare(Expression):
    """One comparison.

    `operator`: `==`, `!=`, `<`, `<=`, `>`, `>=`, `in`, `not in`, `is`, `is not`, `instanceof`. JavaScript's `===` is `==`.
    Chains are `Logic("and")` of comparisons.
    """

    operator: str
    left: Expression
    right: Expression


@dataclass(slots=True, eq=False)
class Logic(Expression):
    """`operator`: `and`, `or`, `??`. The value is one of the operands."""

    operator: Literal["and", "or", "??"]
    operands: Sequence[Expression]


@dataclass(slots=True, eq=False)
class Choice(Expression):
    """`then if test else other`."""

    test: Expression
    then: Expression
    other: Expression


@dataclass(slots=True, eq=False)
class Spread(Expression):
    """`*value` in a sequence display, and the rest target of a sequence pattern."""

    value: Expression


@dataclass(slots=True, eq=False)
class Series(Expression):
    """A list, tuple or set display; as a target, a pattern."""

    kind: Literal["list", "tuple", "set"]
    items: Sequence[Expression]


@dataclass(slots=True, eq=False)
class Table(Expression):
    """A dictionary or object display: (key, value); key None spreads the value.

    As a target, JavaScript's object pattern (key None: the rest).
    """

    items: Sequence[tuple[Expression | None, Expression]]


@dataclass(slots=True, eq=False)
class Default(Expression):
    """In a pattern: a target with the value that it takes when there is none."""

    target: Expression
    value: Expression


@dataclass(slots=True, eq=False)
class Clause(Node):
    """`for target in iterable if conditions` of a comprehension."""

    target: Expression
    iterable: Expression
    conditions: Sequence[Expression]


@dataclass(slots=True, eq=False)
class Comprehension(Expression):
    """`key` only for dictionaries; generators are of kind `list`.

    The names that its clauses bind are among the function's `locals`, but last no longer than it does.
    """

    kind: Literal["list", "set", "dict"]
    clauses: Sequence[Clause]
    value: Expression
    key: Expression | None = None


@dataclass(slots=True, eq=False)
class Await(Expression):
    """`await value`."""

    value: Expression


@dataclass(slots=True, eq=False)
class Yield(Expression):
    """`yield value`; `delegate` for `yield from` and `yield*`."""

    value: Expression | None
    delegate: bool = False


@dataclass(slots=True, eq=False)
class Assigned(Expression):
    """An assignment that is an expression: Python's walrus, JavaScript's `=`. The value is what is assigned."""

    target: Expression
    value: Expression


@dataclass(slots=True, eq=False)
class Function(Expression):
    """A function value: lambda and arrow, or the body of a `Define`. The solver's unit of work."""

    name: str
    """Empty for lambdas and anonymous functions."""
    parameters: Sequence[Parameter]
    body: Sequence[Statement]
    decorators: Sequence[Expression] = ()
    returns: Expression | None = None
    """Annotation."""
    asynchronous: bool = False
    generator: bool = False
    arrow: bool = False
    """A JavaScript arrow: `this` is the outer one."""
    role: Literal["", "static", "class", "getter", "setter"] = ""
    """Methods: staticmethod, classmethod, property or get, setter."""
    locals: frozenset[str] = frozenset()
    """Names that belong to this function: parameters and everything assigned in it, except `global` and `nonlocal` names."""
    globals: frozenset[str] = frozenset()
    """Names declared `global`: assigned in the module's scope."""
    mentions: frozenset[str] = frozenset()
    """Every identifier and attribute name in it and in the functions inside it."""


@dataclass(slots=True, eq=False)
class Parameter(Node):
    """`kind`:

    `positional` (also by keyword), `keyword` (only by keyword), `rest` (`*args`, `...args`), `keywords` (`**kwargs`).
    """

    name: str
    """Empty where `pattern` is a destructuring pattern."""
    kind: Literal["positional", "keyword", "rest", "keywords"] = "positional"
    default: Expression | None = None
    annotation: Expression | None = None
    pattern: Expression | None = None
    decorators: Sequence[Expression] = ()
    """TypeScript's parameter decorators (`@Body() body`)."""


@dataclass(slots=True, eq=False)
class Class(Expression):
    """A class value.

    The body holds `Define`, `Assign` (class attributes, fields) and nested classes; JavaScript's constructor is a method
    called `__init__`.
    """

    name: str
    bases: Sequence[Expression]
    body: Sequence[Statement]
    decorators: Sequence[Expression] = ()
    keywords: Sequence[Argument] = ()


@dataclass(slots=True, eq=False)
class Markup(Expression):
    """A JSX element: `tag` (lower case: HTML), attributes by name (`*` for a spread), children."""

    tag: Expression
    attributes: Sequence[tuple[str, Expression]]
    children: Sequence[Expression]


@dataclass(slots=True, eq=False)
class Opaque(Expression):
    """Not understood further: its value is made of its parts'."""

    parts: Sequence[Expression] = ()
