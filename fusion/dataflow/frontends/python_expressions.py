"""Python's expressions, lowered."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Sequence
from typing import Any, Literal

from fusion.dataflow import ir
from fusion.dataflow.frontends.python_scopes import Scope

DEEPEST = 200
"""Levels of a lowered tree; only sums and `elif` lean further."""
MOST_ITEMS = 5_000
"""Items of a list, set or dictionary display that are told apart."""
LONGEST_NUMBER = 8_192
"""Bits of an integer that is kept."""

BINARY: dict[type[ast.operator], str] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.MatMult: "@",
    ast.Div: "/",
    ast.Mod: "%",
    ast.Pow: "**",
    ast.LShift: "<<",
    ast.RShift: ">>",
    ast.BitOr: "|",
    ast.BitXor: "^",
    ast.BitAnd: "&",
    ast.FloorDiv: "//",
}
_UNARY: dict[type[ast.unaryop], str] = {ast.Not: "not", ast.USub: "-", ast.UAdd: "+", ast.Invert: "~"}
_COMPARE: dict[type[ast.cmpop], str] = {
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.In: "in",
    ast.NotIn: "not in",
    ast.Is: "is",
    ast.IsNot: "is not",
}
_SERIES: dict[type[ast.AST], Literal["list", "tuple", "set"]] = {ast.List: "list", ast.Tuple: "tuple", ast.Set: "set"}
_CONVERSIONS = {ord("r"): "repr", ord("a"): "ascii"}
_DOTTED = re.compile(r"[^\W\d]\w*(?:\.[^\W\d]\w*)*")


class Expressions:
    """Lowers expressions, and gathers what the module's record says about names, functions and imports."""

    def __init__(self, span: Callable[[Any], ir.Span]) -> None:
        self.span = span
        self.scope = Scope()
        self.functions: list[ir.Function] = []
        self.imports: set[str] = set()
        self.cut: list[tuple[ir.Span, str]] = []
        self.importlib: set[str] = set()
        """Names bound to the module `importlib`."""
        self.import_module: set[str] = set()
        """Names bound to `importlib.import_module`."""
        self.depth = 0
        self.chains = 0
        """Chained comparisons so far."""

    def expression(self, node: ast.expr) -> ir.Expression:
        """Any expression; as a target too, which binds the names in it."""
        kind = type(node)
        if kind is ast.Name:
            return self.name(node)  # type: ignore[arg-type]
        if kind is ast.Constant:
            return self.constant(node)  # type: ignore[arg-type]
        self.deeper(node)
        lowered = _EXPRESSIONS.get(kind, _unknown)(self, node)
        self.depth -= 1
        return lowered

    def expressions(self, nodes: Sequence[ast.expr]) -> list[ir.Expression]:
        lower = self.expression
        return [lower(node) for node in nodes]

    def optional(self, node: ast.expr | None) -> ir.Expression | None:
        return None if node is None else self.expression(node)

    def deeper(self, node: Any) -> None:
        self.depth += 1
        if self.depth > DEEPEST:
            raise ir.NotAnalysed(f"line {self.span(node).line} nests more than {DEEPEST} levels deep")

    def mention(self, *names: str) -> None:
        self.scope.mentions.update(names)

    # ------------------------------------------------------------------------------------------------ leaves

    def name(self, node: ast.Name) -> ir.Name:
        scope, name = self.scope, node.id
        scope.mentions.add(name)
        if type(node.ctx) is not ast.Load:
            scope.bound.add(name)
        return ir.Name(self.span(node), name)

    def constant(self, node: ast.Constant) -> ir.Expression:
        value = node.value
        if value is ... or isinstance(value, complex) or (type(value) is int and value.bit_length() > LONGEST_NUMBER):
            return ir.Opaque(self.span(node))
        return ir.Const(self.span(node), value)

    def annotation(self, node: ast.expr | None) -> ir.Expression | None:
        """A type; one that is spelled as text (`"models.User"`) becomes the name that it stands for."""
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and _DOTTED.fullmatch(node.value):
            span = self.span(node)
            first, *rest = node.value.split(".")
            self.mention(first, *rest)
            named: ir.Expression = ir.Name(span, first)
            for part in rest[:DEEPEST]:
                named = ir.Attr(span, named, part)
            return named
        return self.optional(node)

    # ------------------------------------------------------------------------------------------------ access

    def attribute(self, node: ast.Attribute) -> ir.Attr:
        self.scope.mentions.add(node.attr)
        return ir.Attr(self.span(node), self.expression(node.value), node.attr)

    def subscript(self, node: ast.Subscript) -> ir.Expression:
        value, key = self.expression(node.value), node.slice
        if isinstance(key, ast.Slice):
            parts = (self.optional(key.lower), self.optional(key.upper), self.optional(key.step))
            return ir.Slice(self.span(node), value, *parts)
        return ir.Index(self.span(node), value, self.expression(key))

    def slice(self, node: ast.Slice) -> ir.Opaque:
        """A slice among other keys (`a[1:2, 3]`)."""
        return ir.Opaque(self.span(node), self.expressions([part for part in (node.lower, node.upper, node.step) if part]))

    def starred(self, node: ast.Starred) -> ir.Spread:
        return ir.Spread(self.span(node), self.expression(node.value))

    # ------------------------------------------------------------------------------------------------ calls

    def call(self, node: ast.Call) -> ir.Expression:
        function = self.expression(node.func)
        arguments = self.arguments(node.args, node.keywords)
        span = self.span(node)
        module = self._dynamic(function, arguments)
        return ir.Call(span, function, arguments) if module is None else ir.Required(span, module)

    def arguments(self, positional: Sequence[ast.expr], keywords: Sequence[ast.keyword]) -> list[ir.Argument]:
        span, lower = self.span, self.expression
        found: list[ir.Argument] = []
        for node in positional:
            if type(node) is ast.Starred:
                found.append(ir.Argument(span(node), lower(node.value), "*"))
            else:
                value = lower(node)
                found.append(ir.Argument(value.span, value))
        for keyword in keywords:
            found.append(ir.Argument(span(keyword), lower(keyword.value), keyword.arg or "**"))
            if keyword.arg:
                self.scope.mentions.add(keyword.arg)
        return found

    def _dynamic(self, function: ir.Expression, arguments: Sequence[ir.Argument]) -> str | None:
        """The module that an import by a call with a literal gives; None for any other call."""
        if isinstance(function, ir.Name):
            if function.id == "__import__":
                return self._dunder_import(arguments)
            if function.id not in self.import_module:
                return None
        elif not (
            isinstance(function, ir.Attr)
            and function.name == "import_module"
            and isinstance(function.object, ir.Name)
            and function.object.id in self.importlib
        ):
            return None
        name = _text(_argument(arguments, 0, "name"))
        package = _argument(arguments, 1, "package")
        if not name:
            return None
        if name.startswith("."):
            if isinstance(package, ir.Name) and package.id in ("__package__", "__name__"):
                return self._imported(name)
            return self._imported(_absolute(name, _text(package) or ""))
        return self._imported(name)

    def _dunder_import(self, arguments: Sequence[ir.Argument]) -> str | None:
        name = _text(_argument(arguments, 0, "name"))
        members = _argument(arguments, 3, "fromlist")
        if not name or _argument(arguments, 4, "level") is not None:
            return None
        self._imported(name)
        return name if isinstance(members, ir.Series) and members.items else name.partition(".")[0]

    def _imported(self, module: str | None) -> str | None:
        if module:
            self.imports.add(module)
            self.mention(*module.split("."))
        return module

    # ------------------------------------------------------------------------------------------------ text

    def joined(self, node: ast.JoinedStr) -> ir.Join:
        return ir.Join(self.span(node), self.expressions(node.values))

    def formatted(self, node: ast.FormattedValue) -> ir.Expression:
        """A hole: with `!r` what `repr` gives, with a format what the built-in `format` makes of it."""
        span = self.span(node)
        value = self.expression(node.value)
        conversion = _CONVERSIONS.get(node.conversion)
        if conversion:
            value = self._built_in(span, conversion, value)
        if node.format_spec is not None:
            shape = self.expression(node.format_spec)
            if isinstance(shape, ir.Join) and len(shape.parts) == 1 and isinstance(shape.parts[0], ir.Const):
                shape = shape.parts[0]
            value = self._built_in(span, "format", value, shape)
        return value

    def _built_in(self, span: ir.Span, name: str, *arguments: ir.Expression) -> ir.Call:
        self.mention(name)
        return ir.Call(span, ir.Name(span, name), [ir.Argument(value.span, value) for value in arguments])

    def template(self, node: Any) -> ir.Call:
        """A t-string (PEP 750): no text but a `Template` of literal parts and holes."""
        span = self.span(node)
        self._imported("string.templatelib")
        self.mention("Template")
        parts = [self.formatted(part) if _is_interpolation(part) else self.expression(part) for part in node.values]
        made = ir.Attr(span, ir.Required(span, "string.templatelib"), "Template")
        return ir.Call(span, made, [ir.Argument(part.span, part) for part in parts])

    # ------------------------------------------------------------------------------------------------ operators

    def binary(self, node: ast.BinOp) -> ir.Expression:
        """Leans left as the source does, in a loop: sums of thousands are found in generated code."""
        spine = [node]
        left = node.left
        while isinstance(left, ast.BinOp):
            spine.append(left)
            left = left.left
        lowered = self.expression(left)
        for item in reversed(spine):
            lowered = ir.Binary(self.span(item), BINARY[type(item.op)], lowered, self.expression(item.right))
        return lowered

    def unary(self, node: ast.UnaryOp) -> ir.Expression:
        operator, operand = _UNARY[type(node.op)], self.expression(node.operand)
        if operator == "-" and isinstance(operand, ir.Const) and type(operand.value) in (int, float):
            return ir.Const(self.span(node), -operand.value)  # type: ignore[operator]
        return ir.Unary(self.span(node), operator, operand)

    def logic(self, node: ast.BoolOp) -> ir.Logic:
        return ir.Logic(self.span(node), "and" if isinstance(node.op, ast.And) else "or", self.expressions(node.values))

    def compare(self, node: ast.Compare) -> ir.Expression:
        left = self.expression(node.left)
        span = self.span(node)
        if len(node.ops) == 1:
            return ir.Compare(span, _COMPARE[type(node.ops[0])], left, self.expression(node.comparators[0]))
        found: list[ir.Expression] = []
        for operator, comparator in zip(node.ops, node.comparators, strict=True):
            chains = self.chains
            right = self.expression(comparator)
            between = ir.Span(left.span.line, left.span.column, right.span.end_line, right.span.end_column)
            found.append(ir.Compare(between, _COMPARE[type(operator)], left, right))
            # An operand between two operators appears twice; chains inside chains would double with every level.
            left = right if chains == self.chains else ir.Opaque(right.span)
        self.chains += 1
        return ir.Logic(span, "and", found)

    def choice(self, node: ast.IfExp) -> ir.Choice:
        test, then, other = self.expression(node.test), self.expression(node.body), self.expression(node.orelse)
        return ir.Choice(self.span(node), test, then, other)

    def assigned(self, node: ast.NamedExpr) -> ir.Assigned:
        value = self.expression(node.value)
        return ir.Assigned(self.span(node), self.expression(node.target), value)

    def awaited(self, node: ast.Await) -> ir.Await:
        return ir.Await(self.span(node), self.expression(node.value))

    def yielded(self, node: ast.Yield | ast.YieldFrom) -> ir.Yield:
        self.scope.generator = True
        return ir.Yield(self.span(node), self.optional(node.value), isinstance(node, ast.YieldFrom))

    # ------------------------------------------------------------------------------------------------ displays

    def series(self, node: ast.List | ast.Tuple | ast.Set) -> ir.Expression:
        items = self.expressions(node.elts)
        if len(items) > MOST_ITEMS:
            return self._shortened(node, items)
        return ir.Series(self.span(node), _SERIES[type(node)], items)

    def table(self, node: ast.Dict) -> ir.Expression:
        items = [(self.optional(key), self.expression(value)) for key, value in zip(node.keys, node.values, strict=True)]
        if len(items) > MOST_ITEMS:
            return self._shortened(node, [part for item in items for part in item if part is not None])
        return ir.Table(self.span(node), items)

    def _shortened(self, node: ast.expr, items: Sequence[ir.Expression]) -> ir.Opaque:
        span = self.span(node)
        self.cut.append((span, f"more than {MOST_ITEMS:,} items in one display"))
        return ir.Opaque(span, [item for item in items if not isinstance(item, ir.Const)])

    def comprehension(self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp) -> ir.Comprehension:
        clauses = [self._clause(generator) for generator in node.generators]
        span = self.span(node)
        if isinstance(node, ast.DictComp):
            key = self.expression(node.key)
            # From 3.15 on `{**item for item in items}` has no value of its own.
            return ir.Comprehension(span, "dict", clauses, self.optional(node.value) or ir.Opaque(span, [key]), key)
        return ir.Comprehension(span, "set" if isinstance(node, ast.SetComp) else "list", clauses, self.expression(node.elt))

    def _clause(self, node: ast.comprehension) -> ir.Clause:
        iterable = self.expression(node.iter)
        with self.scope.apart():
            target = self.expression(node.target)
        conditions = self.expressions(node.ifs)
        last = (conditions[-1] if conditions else iterable).span
        span = ir.Span(target.span.line, target.span.column, last.end_line, last.end_column)
        return ir.Clause(span, target, iterable, conditions)

    # ------------------------------------------------------------------------------------------------ functions

    def function_value(self, node: ast.Lambda) -> ir.Function:
        inner = Scope()
        with self.scope.mentioning(inner):
            parameters = self.parameters(node.args, inner)
        function = ir.Function(self.span(node), "", parameters, ())
        self.functions.append(function)
        outer, self.scope = self.scope, inner
        value = self.expression(node.body)
        self.scope = outer
        function.body = (ir.Return(value.span, value),)
        self.close(function, inner)
        return function

    def close(self, function: ir.Function, scope: Scope) -> None:
        """What is known of a function's names once its body is lowered."""
        function.generator = scope.generator
        function.locals = scope.own
        function.globals = frozenset(scope.declared_global)
        function.mentions = frozenset(scope.mentions)
        self.scope.mentions |= scope.mentions

    def parameters(self, node: ast.arguments, inner: Scope) -> list[ir.Parameter]:
        """In the order in which they are written; defaults and annotations belong to the scope around."""
        positional = [*node.posonlyargs, *node.args]
        defaults: list[ast.expr | None] = [None] * (len(positional) - len(node.defaults))
        defaults += node.defaults
        found = [self._parameter(a, inner, "positional", value) for a, value in zip(positional, defaults, strict=True)]
        if node.vararg:
            found.append(self._parameter(node.vararg, inner, "rest"))
        for argument, value in zip(node.kwonlyargs, node.kw_defaults, strict=True):
            found.append(self._parameter(argument, inner, "keyword", value))
        if node.kwarg:
            found.append(self._parameter(node.kwarg, inner, "keywords"))
        return found

    def _parameter(
        self,
        node: ast.arg,
        inner: Scope,
        kind: Literal["positional", "keyword", "rest", "keywords"],
        default: ast.expr | None = None,
    ) -> ir.Parameter:
        inner.bound.add(node.arg)
        inner.mentions.add(node.arg)
        return ir.Parameter(self.span(node), node.arg, kind, self.optional(default), self.annotation(node.annotation))


def _unknown(self: Expressions, node: Any) -> ir.Expression:
    """An expression that is younger than this front end: its data passes through."""
    children = [child for child in ast.iter_child_nodes(node) if isinstance(child, ast.expr)]
    return ir.Opaque(self.span(node), self.expressions(children))


def _is_interpolation(node: ast.expr) -> bool:
    return type(node).__name__ == "Interpolation"


def _argument(arguments: Sequence[ir.Argument], place: int, name: str) -> ir.Expression | None:
    """An argument by name or place; None where there is none, or where spreading hides it."""
    for number, argument in enumerate(arguments):
        if argument.name in ("*", "**"):
            return None
        if argument.name == name or (not argument.name and number == place):
            return argument.value
    return None


def _text(node: ir.Expression | None) -> str | None:
    return node.value if isinstance(node, ir.Const) and isinstance(node.value, str) else None


def _absolute(name: str, package: str) -> str | None:
    """`name` with leading dots, seen from `package`; None when that is no name."""
    up = len(name) - len(name.lstrip("."))
    parts = package.split(".")
    if not package or up > len(parts):
        return None
    return ".".join([*parts[: len(parts) - up + 1], name[up:]])


_EXPRESSIONS: dict[type[ast.AST], Callable[[Expressions, Any], ir.Expression]] = {
    ast.Attribute: Expressions.attribute,
    ast.Subscript: Expressions.subscript,
    ast.Slice: Expressions.slice,
    ast.Starred: Expressions.starred,
    ast.Call: Expressions.call,
    ast.JoinedStr: Expressions.joined,
    ast.FormattedValue: Expressions.formatted,
    ast.BinOp: Expressions.binary,
    ast.UnaryOp: Expressions.unary,
    ast.BoolOp: Expressions.logic,
    ast.Compare: Expressions.compare,
    ast.IfExp: Expressions.choice,
    ast.NamedExpr: Expressions.assigned,
    ast.Await: Expressions.awaited,
    ast.Yield: Expressions.yielded,
    ast.YieldFrom: Expressions.yielded,
    ast.List: Expressions.series,
    ast.Tuple: Expressions.series,
    ast.Set: Expressions.series,
    ast.Dict: Expressions.table,
    ast.ListComp: Expressions.comprehension,
    ast.SetComp: Expressions.comprehension,
    ast.GeneratorExp: Expressions.comprehension,
    ast.DictComp: Expressions.comprehension,
    ast.Lambda: Expressions.function_value,
}
_TEMPLATE = getattr(ast, "TemplateStr", None)
if _TEMPLATE is not None:
    _EXPRESSIONS[_TEMPLATE] = Expressions.template
