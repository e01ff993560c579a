"""JSX: elements, fragments, attributes, text (the JSX specification)."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

from fusion.dataflow import ir
from fusion.dataflow.frontends.javascript.lowering import Lowering, children, first
from fusion.dataflow.frontends.javascript.source import span

if TYPE_CHECKING:
    from tree_sitter import Node

    from fusion.dataflow.frontends.javascript.lowering import ExpressionRule


def _element(at: Lowering, node: Node) -> ir.Expression:
    head: Node | None = node
    inside: list[ir.Expression] = []
    if node.type != "jsx_self_closing_element":
        head = node.child_by_field_name("open_tag")
        for child in children(node):
            kind = child.type
            if kind in ("jsx_opening_element", "jsx_closing_element"):
                continue
            part = _child(at, child)
            if part is not None:
                inside.append(part)
    name = head.child_by_field_name("name") if head is not None else None
    attributes: list[tuple[str, ir.Expression]] = []
    for child in children(head) if head is not None else ():
        if child.type == "jsx_attribute":
            attributes.append(_attribute(at, child))
        elif child.type == "jsx_expression" and (value := _braces(at, child)) is not None:
            attributes.append(("*", value))
    return ir.Markup(span(node), _tag(at, name) if name is not None else ir.Const(span(node), ""), attributes, inside)


def _tag(at: Lowering, node: Node) -> ir.Expression:
    """A component by its variable, an HTML element by its name."""
    if node.type == "identifier":
        text = at.text(node)
        if text[:1].islower() or "-" in text:
            return ir.Const(span(node), text)
    if node.type == "jsx_namespace_name":
        return ir.Const(span(node), at.text(node))
    return at.expression(node)


def _attribute(at: Lowering, node: Node) -> tuple[str, ir.Expression]:
    parts = children(node)
    name = at.text(parts[0]) if parts else ""
    at.scopes.function.mentions.add(name)
    if len(parts) < 2:
        return name, ir.Const(span(node), True)
    value = parts[1]
    if value.type == "string":
        return name, ir.Const(span(value), html.unescape(at.text(value)[1:-1]))
    if value.type == "jsx_expression":
        return name, _braces(at, value) or ir.Const(span(value), True)
    return name, at.expression(value)


def _child(at: Lowering, node: Node) -> ir.Expression | None:
    if node.type == "jsx_expression":
        return _braces(at, node)
    if node.type in ("jsx_text", "html_character_reference"):
        text = html.unescape(at.text(node))
        return ir.Const(span(node), text) if text.strip() else None
    return at.expression(node)


def _braces(at: Lowering, node: Node) -> ir.Expression | None:
    """What stands in braces; a spread's value; None for a comment."""
    inner = first(node)
    if inner is not None and inner.type == "spread_element":
        inner = first(inner)
    return at.expression(inner) if inner is not None else None


EXPRESSIONS: dict[str, ExpressionRule] = dict.fromkeys(("jsx_element", "jsx_self_closing_element", "jsx_fragment"), _element)
"""Node type -> how it is lowered."""
