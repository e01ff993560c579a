"""The language-neutral form that every front end produces and the solver runs: expressions and statements as a tree.

It keeps what data flow needs and drops the rest. A front end lowers what its language has and this form has not; what it cannot
lower becomes `Opaque`, so that data still passes through. Every node carries its span in the file.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple


class Span(NamedTuple):
    """Lines and columns from 1, columns in characters, the end column exclusive."""

    line: int
    column: int
    end_line: int
    end_column: int


NOWHERE = Span(0, 0, 0, 0)

Constant = str | bytes | int | float | bool | None


class NotAnalysed(Exception):
    """A file that a front end cannot or will not lower; the message is the reason that the receipt shows."""


@dataclass(slots=True, eq=False)
class Node:
    """Anything with a place in the file."""

    span: Span


# ------------------------------------------------------------------------------------------------ expressions


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


# ------------------------------------------------------------------------------------------------ statements


@dataclass(slots=True, eq=False)
class Statement(Node):
    """Something that is done."""


@dataclass(slots=True, eq=False)
class Evaluate(Statement):
    """An expression for its effect."""

    value: Expression


@dataclass(slots=True, eq=False)
class Assign(Statement):
    """`target = value`.

    `a = b = c` is two; `a += b` is `Assign(a, Binary("+", a, b))` with `augmented`; a declaration without value has none. A
    TypeScript or Python annotation stays.
    """

    target: Expression
    value: Expression | None
    annotation: Expression | None = None
    augmented: bool = False


@dataclass(slots=True, eq=False)
class If(Statement):
    """`elif` is an If in `other`; chains of them may be thousands deep: walk them in a loop.

    `assert test` is `If(test, (), (Raise,))`.
    """

    test: Expression
    then: Sequence[Statement]
    other: Sequence[Statement] = ()


@dataclass(slots=True, eq=False)
class While(Statement):
    """`other` runs when the test fails.

    A C-style `for` is its first statement, then a While with the step at the end of `step`. `post`: do-while.
    """

    test: Expression
    body: Sequence[Statement]
    other: Sequence[Statement] = ()
    step: Sequence[Statement] = ()
    """Runs after the body and after `continue`."""
    post: bool = False


@dataclass(slots=True, eq=False)
class For(Statement):
    """`for target in iterable`. `keys`: JavaScript's `for...in`, which yields keys."""

    target: Expression
    iterable: Expression
    body: Sequence[Statement]
    other: Sequence[Statement] = ()
    keys: bool = False


@dataclass(slots=True, eq=False)
class Handler(Node):
    """`except types as name`; `target` may be a pattern in JavaScript."""

    types: Sequence[Expression]
    target: Expression | None
    body: Sequence[Statement]


@dataclass(slots=True, eq=False)
class Try(Statement):
    """`other` runs when nothing was raised, `final` always."""

    body: Sequence[Statement]
    handlers: Sequence[Handler]
    other: Sequence[Statement] = ()
    final: Sequence[Statement] = ()


@dataclass(slots=True, eq=False)
class With(Statement):
    """`with context as target`, one per context, nested."""

    context: Expression
    target: Expression | None
    body: Sequence[Statement]


@dataclass(slots=True, eq=False)
class Case(Node):
    """`tests`: values that the subject is compared with (none and no guard: default).

    `binds`: names that capture parts of the subject.
    """

    tests: Sequence[Expression]
    body: Sequence[Statement]
    guard: Expression | None = None
    binds: Sequence[Expression] = ()
    exact: bool = True
    """False where the pattern is more than `tests` says (class, mapping or sequence patterns):

    the case may or may not be taken.
    """


@dataclass(slots=True, eq=False)
class Switch(Statement):
    """Python's match (no `fallthrough`) and JavaScript's switch (with it; `Break` leaves it)."""

    subject: Expression
    cases: Sequence[Case]
    fallthrough: bool = False


@dataclass(slots=True, eq=False)
class Return(Statement):
    """`return value`."""

    value: Expression | None


@dataclass(slots=True, eq=False)
class Raise(Statement):
    """`raise`, `throw`."""

    value: Expression | None


@dataclass(slots=True, eq=False)
class Break(Statement):
    """Leaves the innermost loop (or fall-through switch). A labelled one leaves more; front ends then say so with `label`."""

    label: str = ""


@dataclass(slots=True, eq=False)
class Continue(Statement):
    """Goes on with the innermost loop."""

    label: str = ""


@dataclass(slots=True, eq=False)
class Block(Statement):
    """Statements in a row; `label` names it for a labelled break."""

    body: Sequence[Statement]
    label: str = ""


@dataclass(slots=True, eq=False)
class Define(Statement):
    """A function or class statement: binds the name.

    JavaScript's function declarations come first in their block (hoisting).
    """

    value: Function | Class


@dataclass(slots=True, eq=False)
class Delete(Statement):
    """`del targets`, `delete target`."""

    targets: Sequence[Expression]


@dataclass(slots=True, eq=False)
class Import(Statement):
    """Binds `alias` to a module (`name` empty) or to a member of it (`name`; `*` for everything).

    `module` is spelled as the language does: Python's dotted name with leading dots when relative; JavaScript's specifier
    without a
    `node:` prefix. `import a.b` without `as` binds `a`: `Import(module="a", alias="a", also="a.b")`. A JavaScript default
    import has the
    name `default`; `require()` with a literal is an Import as an expression: `Required`.
    """

    module: str
    alias: str
    name: str = ""
    also: str = ""


@dataclass(slots=True, eq=False)
class Required(Expression):
    """JavaScript's `require("x")` and `import("x")`.

    Python's `__import__("x")` and `importlib.import_module("x")` with a literal:

    the module as a value.
    """

    module: str


@dataclass(slots=True, eq=False)
class Export(Statement):
    """JavaScript.

    `exported` is visible to importers as `name` (`default` for the default; `*` with `module` re-exports everything of it).

    `module.exports = x` and `exports.a = x` stay assignments to the names `module` and `exports`.
    """

    name: str
    value: Expression | None
    module: str = ""


@dataclass(slots=True, eq=False)
class Module:
    """One file, lowered."""

    path: str
    language: Literal["python", "javascript"]
    body: Sequence[Statement]
    lines: Sequence[str]
    """The file's text, by lines, for traces."""
    functions: Sequence[Function] = ()
    """Every function in it, outer before inner."""
    mentions: frozenset[str] = frozenset()
    """Every identifier and attribute name in it."""
    imports: frozenset[str] = frozenset()
    """

    Every module that it imports, as `Import.module` spells them (`a.b` in full for `import a.b`, `a` and `a.b` for `from a
    import b`).
    """
    cut: Sequence[tuple[Span, str]] = field(default_factory=tuple)
    """Places that were lowered as `Opaque` because a bound was hit, and why."""
