"""What Bicep says, as values: expressions, declarations, files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields


@dataclass(frozen=True, slots=True)
class Expr:
    """Something with a value, and the line it stands in (from 1)."""

    line: int


@dataclass(frozen=True, slots=True)
class Value(Expr):
    value: str | int | bool | None


@dataclass(frozen=True, slots=True)
class Text(Expr):
    """A string with interpolations."""

    parts: tuple[str | Expr, ...]


@dataclass(frozen=True, slots=True)
class Spread(Expr):
    of: Expr


@dataclass(frozen=True, slots=True)
class Array(Expr):
    items: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class Entry(Expr):
    """`key: value`; the key is an expression where it is interpolated, and None where another object is spread."""

    key: str | Expr | None
    value: Expr


@dataclass(frozen=True, slots=True)
class Object(Expr):
    entries: tuple[Entry, ...]
    resources: tuple[Resource, ...] = ()
    """Those declared inside."""

    def get(self, key: str) -> Expr | None:
        """The value of a key that is written out."""
        return next((entry.value for entry in self.entries if entry.key == key), None)


@dataclass(frozen=True, slots=True)
class Name(Expr):
    name: str


@dataclass(frozen=True, slots=True)
class Member(Expr):
    """`of.name`, `of.?name` where there may be none, and `of::name` for a nested resource."""

    of: Expr
    name: str
    is_safe: bool = False


@dataclass(frozen=True, slots=True)
class Index(Expr):
    of: Expr
    key: Expr


@dataclass(frozen=True, slots=True)
class Call(Expr):
    """`name(...)`, or `of.name(...)`; and whether a namespace is before it, `az.name(...)`."""

    name: str
    of: Expr | None
    arguments: tuple[Expr, ...]
    is_full: bool = False


@dataclass(frozen=True, slots=True)
class Choice(Expr):
    condition: Expr
    then: Expr
    other: Expr
    is_held: bool = field(default=False, compare=False)
    """Whether brackets are around it."""


@dataclass(frozen=True, slots=True)
class Operation(Expr):
    operator: str
    operands: tuple[Expr, ...]
    is_held: bool = field(default=False, compare=False)


@dataclass(frozen=True, slots=True)
class Loop(Expr):
    """`[for (item, index) in over: body]`."""

    names: tuple[str, ...]
    over: Expr
    body: Expr


@dataclass(frozen=True, slots=True)
class When(Expr):
    """`if (condition) { ... }` of a resource or module."""

    condition: Expr
    body: Expr


@dataclass(frozen=True, slots=True)
class Lambda(Expr):
    names: tuple[str, ...]
    body: Expr
    is_held: bool = field(default=False, compare=False)


@dataclass(frozen=True, slots=True)
class Decorator:
    name: str
    arguments: tuple[Expr, ...] = ()


@dataclass(frozen=True, slots=True)
class Declared:
    """Something with a name in a file."""

    name: str
    line: int
    decorators: tuple[Decorator, ...] = ()

    def has(self, decorator: str) -> bool:
        return any(each.name == decorator for each in self.decorators)


@dataclass(frozen=True, slots=True, kw_only=True)
class Param(Declared):
    type: str
    default: Expr | None = None

    @property
    def is_required(self) -> bool:
        return self.default is None and not self.type.endswith("?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Variable(Declared):
    value: Expr


@dataclass(frozen=True, slots=True, kw_only=True)
class Function(Declared):
    names: tuple[str, ...]
    value: Expr


@dataclass(frozen=True, slots=True, kw_only=True)
class Type(Declared):
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource(Declared):
    type: str
    version: str = ""
    is_existing: bool = False
    body: Expr
    within: str = ""
    """The symbol of the resource that it is declared in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Module(Declared):
    path: str
    body: Expr


@dataclass(frozen=True, slots=True, kw_only=True)
class Output(Declared):
    type: str
    value: Expr


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """One `.bicep` or `.bicepparam` file. `path` is relative to the project's root, with `/`."""

    path: str
    lines: tuple[str, ...] = ()
    scope: str = "resourceGroup"
    using: str = ""
    params: tuple[Param, ...] = ()
    variables: tuple[Variable, ...] = ()
    functions: tuple[Function, ...] = ()
    types: tuple[Type, ...] = ()
    resources: tuple[Resource, ...] = ()
    """Those that are nested, too, after the one that holds them."""
    modules: tuple[Module, ...] = ()
    outputs: tuple[Output, ...] = ()
    imported: tuple[str, ...] = ()
    wrong: tuple[tuple[int, str], ...] = ()
    """Lines that cannot be read, and what stands there."""

    @property
    def is_parameters(self) -> bool:
        return self.path.endswith(".bicepparam")

    def declared(self) -> Iterator[Declared]:
        """Everything with a name, but outputs, which have names of their own."""
        for group in (self.params, self.variables, self.functions, self.types, self.resources, self.modules):
            yield from group

    def values(self) -> Iterator[tuple[Declared, Expr]]:
        """Every expression with what it belongs to."""
        for param in self.params:
            if param.default:
                yield param, param.default
        for variable in self.variables:
            yield variable, variable.value
        for function in self.functions:
            yield function, function.value
        for output in self.outputs:
            yield output, output.value
        for resource in self.resources:
            yield resource, resource.body
        for module in self.modules:
            yield module, module.body
        for declared in (*self.declared(), *self.outputs):
            for decorator in declared.decorators:
                for argument in decorator.arguments:
                    yield declared, argument


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """The files of a folder. Everything is looked at as text; nothing is run."""

    files: Mapping[str, File]
    texts: Mapping[str, str] = field(default_factory=dict)
    """Every file by its path, those above too."""


def body(expression: Expr) -> Object | None:
    """The object in the conditions and loops around it."""
    while isinstance(expression, When | Loop):
        expression = expression.body
    return expression if isinstance(expression, Object) else None


def children(expression: Expr) -> Iterator[Expr]:
    """What an expression is made of."""
    for each in fields(expression):
        value = getattr(expression, each.name)
        for item in value if isinstance(value, tuple) else (value,):
            if isinstance(item, Expr):
                yield item


def walk(expression: Expr) -> Iterator[Expr]:
    """An expression and everything in it; a nested resource is a declaration of its own, and not in it."""
    yield expression
    for child in children(expression):
        yield from walk(child)
