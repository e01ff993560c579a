"""Python's expressions, lowered."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from typing import Literal

from fusion.dataflow import ir
from fusion.dataflow.frontends.python.calls import call
from fusion.dataflow.frontends.python.functions import function_value
from fusion.dataflow.frontends.python.lowering import Expressions, Lowering, known
from fusion.dataflow.frontends.python.text import hole, joined, template

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


def _constant(lower: Lowering, node: ast.Constant) -> ir.Expression:
    value = node.value
    if value is ... or isinstance(value, complex) or (type(value) is int and value.bit_length() > LONGEST_NUMBER):
        return ir.Opaque(lower.span(node))
    return ir.Const(lower.span(node), value)


def _attribute(lower: Lowering, node: ast.Attribute) -> ir.Attr:
    lower.scope.mentions.add(node.attr)
    return ir.Attr(lower.span(node), lower.expression(node.value), node.attr)


def _subscript(lower: Lowering, node: ast.Subscript) -> ir.Expression:
    value, key = lower.expression(node.value), node.slice
    if isinstance(key, ast.Slice):
        parts = (lower.optional(key.lower), lower.optional(key.upper), lower.optional(key.step))
        return ir.Slice(lower.span(node), value, *parts)
    return ir.Index(lower.span(node), value, lower.expression(key))


def _slice(lower: Lowering, node: ast.Slice) -> ir.Opaque:
    """A slice among other keys (`a[1:2, 3]`)."""
    return ir.Opaque(lower.span(node), lower.expressions([part for part in (node.lower, node.upper, node.step) if part]))


def _starred(lower: Lowering, node: ast.Starred) -> ir.Spread:
    return ir.Spread(lower.span(node), lower.expression(node.value))


def _binary(lower: Lowering, node: ast.BinOp) -> ir.Expression:
    """Leans left as the source does, in a loop: sums of thousands are found in generated code."""
    spine = [node]
    left = node.left
    while isinstance(left, ast.BinOp):
        spine.append(left)
        left = left.left
    lowered = lower.expression(left)
    for item in reversed(spine):
        lowered = ir.Binary(lower.span(item), BINARY[type(item.op)], lowered, lower.expression(item.right))
    return lowered


def _unary(lower: Lowering, node: ast.UnaryOp) -> ir.Expression:
    operator, operand = _UNARY[type(node.op)], lower.expression(node.operand)
    if operator == "-" and isinstance(operand, ir.Const) and type(operand.value) in (int, float):
        return ir.Const(lower.span(node), -operand.value)  # type: ignore[operator]
    return ir.Unary(lower.span(node), operator, operand)


def _logic(lower: Lowering, node: ast.BoolOp) -> ir.Logic:
    return ir.Logic(lower.span(node), "and" if isinstance(node.op, ast.And) else "or", lower.expressions(node.values))


def _compare(lower: Lowering, node: ast.Compare) -> ir.Expression:
    left = lower.expression(node.left)
    span = lower.span(node)
    if len(node.ops) == 1:
        return ir.Compare(span, _COMPARE[type(node.ops[0])], left, lower.expression(node.comparators[0]))
    found: list[ir.Expression] = []
    for operator, comparator in zip(node.ops, node.comparators, strict=True):
        chained = lower.chains
        right = lower.expression(comparator)
        between = ir.Span(left.span.line, left.span.column, right.span.end_line, right.span.end_column)
        found.append(ir.Compare(between, _COMPARE[type(operator)], left, right))
        # An operand between two operators appears twice; chains inside chains would double with every level.
        left = right if chained == lower.chains else ir.Opaque(right.span)
    lower.chains += 1
    return ir.Logic(span, "and", found)


def _choice(lower: Lowering, node: ast.IfExp) -> ir.Choice:
    test, then, other = lower.expression(node.test), lower.expression(node.body), lower.expression(node.orelse)
    return ir.Choice(lower.span(node), test, then, other)


def _assigned(lower: Lowering, node: ast.NamedExpr) -> ir.Assigned:
    value = lower.expression(node.value)
    return ir.Assigned(lower.span(node), lower.expression(node.target), value)


def _awaited(lower: Lowering, node: ast.Await) -> ir.Await:
    return ir.Await(lower.span(node), lower.expression(node.value))


def _yielded(lower: Lowering, node: ast.Yield | ast.YieldFrom) -> ir.Yield:
    lower.scope.generator = True
    return ir.Yield(lower.span(node), lower.optional(node.value), isinstance(node, ast.YieldFrom))


def _series(lower: Lowering, node: ast.List | ast.Tuple | ast.Set) -> ir.Expression:
    items = lower.expressions(node.elts)
    if len(items) > MOST_ITEMS:
        return _shortened(lower, node, items)
    return ir.Series(lower.span(node), _SERIES[type(node)], items)


def _table(lower: Lowering, node: ast.Dict) -> ir.Expression:
    items = [(lower.optional(key), lower.expression(value)) for key, value in zip(node.keys, node.values, strict=True)]
    if len(items) > MOST_ITEMS:
        return _shortened(lower, node, [part for item in items for part in item if part is not None])
    return ir.Table(lower.span(node), items)


def _shortened(lower: Lowering, node: ast.expr, items: Sequence[ir.Expression]) -> ir.Opaque:
    span = lower.span(node)
    lower.cut.append((span, f"more than {MOST_ITEMS:,} items in one display"))
    return ir.Opaque(span, [item for item in items if not isinstance(item, ir.Const)])


def _comprehension(lower: Lowering, node: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp) -> ir.Comprehension:
    clauses = [_clause(lower, generator) for generator in node.generators]
    span = lower.span(node)
    if isinstance(node, ast.DictComp):
        key = lower.expression(node.key)
        # From 3.15 on `{**item for item in items}` has no value of its own.
        return ir.Comprehension(span, "dict", clauses, lower.optional(node.value) or ir.Opaque(span, [key]), key)
    return ir.Comprehension(span, "set" if isinstance(node, ast.SetComp) else "list", clauses, lower.expression(node.elt))


def _clause(lower: Lowering, node: ast.comprehension) -> ir.Clause:
    iterable = lower.expression(node.iter)
    target = lower.expression(node.target)
    conditions = lower.expressions(node.ifs)
    last = (conditions[-1] if conditions else iterable).span
    span = ir.Span(target.span.line, target.span.column, last.end_line, last.end_column)
    return ir.Clause(span, target, iterable, conditions)


EXPRESSIONS: Expressions = {
    ast.Constant: _constant,
    ast.Attribute: _attribute,
    ast.Subscript: _subscript,
    ast.Slice: _slice,
    ast.Starred: _starred,
    ast.Call: call,
    ast.JoinedStr: joined,
    ast.FormattedValue: hole,
    ast.BinOp: _binary,
    ast.UnaryOp: _unary,
    ast.BoolOp: _logic,
    ast.Compare: _compare,
    ast.IfExp: _choice,
    ast.NamedExpr: _assigned,
    ast.Await: _awaited,
    ast.Yield: _yielded,
    ast.YieldFrom: _yielded,
    ast.List: _series,
    ast.Tuple: _series,
    ast.Set: _series,
    ast.Dict: _table,
    ast.ListComp: _comprehension,
    ast.SetComp: _comprehension,
    ast.GeneratorExp: _comprehension,
    ast.DictComp: _comprehension,
    ast.Lambda: function_value,
    **known({"TemplateStr": template, "Interpolation": hole}),
}
"""What lowers each kind of expression; names are `Lowering`'s own."""
