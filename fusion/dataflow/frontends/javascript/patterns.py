"""Targets of assignments: variables, members, and patterns that take values apart; and the assignments themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fusion.dataflow import ir
from fusion.dataflow.frontends.javascript import literals
from fusion.dataflow.frontends.javascript.lowering import COMMENTS, Lowering, children, first
from fusion.dataflow.frontends.javascript.source import span

if TYPE_CHECKING:
    from tree_sitter import Node

    from fusion.dataflow.frontends.javascript.lowering import ExpressionRule

_LOGIC = {"&&=": "and", "||=": "or", "??=": "??"}


def target(at: Lowering, node: Node | None, kind: str = "") -> ir.Expression:
    """What a value is stored in. `kind`: `var`, `let` (and all like it), or empty for an assignment to what is there."""
    if node is None:
        return ir.Opaque(ir.NOWHERE)
    form = node.type
    if form in ("identifier", "shorthand_property_identifier_pattern", "type_identifier"):
        return at.declare(node, kind)
    if form in _PATTERNS:
        return at.nested(node, lambda: _pattern(at, node, kind))
    if form in ("parenthesized_expression", "non_null_expression", "as_expression", "satisfies_expression"):
        return at.nested(node, lambda: target(at, first(node), kind))
    return at.expression(node)


def _pattern(at: Lowering, node: Node, kind: str) -> ir.Expression:
    form = node.type
    if form == "object_pattern":
        return _object_pattern(at, node, kind)
    if form == "array_pattern":
        return _array_pattern(at, node, kind)
    if form == "rest_pattern":
        return ir.Spread(span(node), target(at, first(node), kind))
    # `a = 1` inside a pattern.
    return ir.Default(span(node), target(at, node.child_by_field_name("left"), kind), at.field(node, "right"))


_PATTERNS = frozenset({"object_pattern", "array_pattern", "rest_pattern", "assignment_pattern", "object_assignment_pattern"})


def _object_pattern(at: Lowering, node: Node, kind: str) -> ir.Expression:
    items: list[tuple[ir.Expression | None, ir.Expression]] = []
    for child in children(node):
        form = child.type
        if form == "shorthand_property_identifier_pattern":
            items.append((ir.Const(span(child), at.text(child)), at.declare(child, kind)))
        elif form == "pair_pattern":
            name = literals.key(at, child.child_by_field_name("key"))
            items.append((name, target(at, child.child_by_field_name("value"), kind)))
        elif form == "object_assignment_pattern":
            left = child.child_by_field_name("left")
            name = ir.Const(span(left), at.text(left)) if left is not None else ir.Opaque(span(child))
            items.append((name, target(at, child, kind)))
        elif form == "rest_pattern":
            items.append((None, target(at, first(child), kind)))
    return ir.Table(span(node), items)


def _array_pattern(at: Lowering, node: Node, kind: str) -> ir.Expression:
    items: list[ir.Expression] = []
    filled = False
    for child in node.children:
        if child.type == ",":
            if not filled:
                items.append(ir.Opaque(span(child)))
            filled = False
        elif child.is_named and child.type not in COMMENTS:
            filled = True
            items.append(target(at, child, kind))
    return ir.Series(span(node), "list", items)


def augmented_value(at: Lowering, where: ir.Span, operator: str, left: Node | None, right: ir.Expression) -> ir.Expression:
    """The new value of `left` in `left operator= right`; `operator` with its `=`."""
    old = at.expression(left)
    match _LOGIC.get(operator):
        case "and":
            return ir.Logic(where, "and", [old, right])
        case "or":
            return ir.Logic(where, "or", [old, right])
        case "??":
            return ir.Logic(where, "??", [old, right])
        case _:
            return ir.Binary(where, operator.removesuffix("="), old, right)


def _assignment(at: Lowering, node: Node) -> ir.Expression:
    value = at.field(node, "right")
    return ir.Assigned(span(node), target(at, node.child_by_field_name("left")), value)


def _augmented(at: Lowering, node: Node) -> ir.Expression:
    where, stored, value = augmented(at, node)
    return ir.Assigned(where, stored, value)


def augmented(at: Lowering, node: Node) -> tuple[ir.Span, ir.Expression, ir.Expression]:
    """Place, target and new value of `a += b`, `a ??= b`, `a++`."""
    where = span(node)
    operator = node.child_by_field_name("operator")
    if node.type == "update_expression":
        left = node.child_by_field_name("argument")
        sign = operator.type if operator is not None else "++"
        value = augmented_value(at, where, sign[0] + "=", left, ir.Const(where, 1))
    else:
        left = node.child_by_field_name("left")
        value = augmented_value(at, where, operator.type if operator is not None else "+=", left, at.field(node, "right"))
    return where, target(at, left), value


EXPRESSIONS: dict[str, ExpressionRule] = {
    "assignment_expression": _assignment,
    "augmented_assignment_expression": _augmented,
    "update_expression": _augmented,
}
"""Node type -> how it is lowered."""
