"""Statements: what is done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fusion.dataflow.ir.expressions import Class, Expression, Function
from fusion.dataflow.ir.nodes import Node


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
    decorators: Sequence[Expression] = ()
    """Of a class's field."""


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
class Part(Node):
    """What a pattern says of one part of the subject, as a `Case` says it of all."""

    key: Expression
    tests: Sequence[Expression]
    binds: Sequence[Expression] = ()
    exact: bool = True


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
    parts: Sequence[Part] = ()
    """Where it is not exact: what is said of elements, by their place or key."""
    length: int | None = None
    """How many elements a sequence has; below zero: at least so many, less one (`~2`: two or more). None: it is no sequence."""


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
