"""TypeScript's types as far as they say what a value is: `express.Request`, `string`, `Promise<Db>`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fusion.dataflow import ir
from fusion.dataflow.frontends.javascript.lowering import Lowering, children, first
from fusion.dataflow.frontends.javascript.source import span

if TYPE_CHECKING:
    from tree_sitter import Node

_DEEPEST = 12
_MOST_ALTERNATIVES = 16
_TRANSPARENT = frozenset({"Promise", "PromiseLike", "Awaited", "Readonly", "Partial", "Required", "NonNullable"})
"""Generic types whose value is, for data flow, that of their argument."""
_NOTHING = frozenset({"undefined", "null", "void"})
NESTED = frozenset({"nested_type_identifier", "nested_identifier", "member_expression"})
"""`a.b` where a type or namespace stands."""
_NAMES = frozenset({"type_identifier", "identifier", "predefined_type"})


def annotation(at: Lowering, node: Node | None) -> ir.Expression | None:
    """The type in a `type_annotation`; None for those that say nothing of the value."""
    return None if node is None else _type(at, first(node), 0)


def _type(at: Lowering, node: Node | None, depth: int) -> ir.Expression | None:
    if node is None or depth > _DEEPEST:
        return None
    kind = node.type
    if kind in ("predefined_type", "literal_type") and at.text(node) in _NOTHING:
        return None
    if kind in _NAMES:
        return at.name(node)
    if kind in NESTED:
        return qualified(at, node)
    if kind == "generic_type":
        return _generic(at, node, depth)
    if kind == "array_type":
        item = _type(at, first(node), depth + 1)
        return ir.Index(span(node), ir.Name(span(node), "Array"), item) if item is not None else ir.Name(span(node), "Array")
    if kind == "union_type":
        return _union(at, node, depth)
    if kind == "literal_type":
        literal = first(node)
        return at.expression(literal) if literal is not None else None
    if kind in ("parenthesized_type", "readonly_type", "optional_type"):
        return _type(at, first(node), depth + 1)
    return None


def qualified(at: Lowering, node: Node | None) -> ir.Expression:
    """`a.b.C` as members of members."""
    names: list[Node] = []
    while node is not None and node.type in NESTED:
        names.append(node)
        node = first(node)
    value = at.expression(node)
    for outer in reversed(names):
        last = children(outer)[-1]
        value = ir.Attr(span(outer), value, at.word(last))
    return value


def _generic(at: Lowering, node: Node, depth: int) -> ir.Expression | None:
    name = node.child_by_field_name("name")
    given = node.child_by_field_name("type_arguments")
    inner = children(given) if given is not None else []
    if name is not None and inner and name.type == "type_identifier":
        text = at.text(name)
        if text in _TRANSPARENT:
            return _type(at, inner[0], depth + 1)
        if text in ("Array", "ReadonlyArray"):
            item = _type(at, inner[0], depth + 1)
            return ir.Index(span(node), ir.Name(span(node), "Array"), item) if item is not None else at.name(name)
    return _type(at, name, depth + 1)


def _union(at: Lowering, node: Node, depth: int) -> ir.Expression | None:
    """`A | B`; what stands for nothing is left out."""
    alternatives: list[Node] = []
    stack = [node]
    while stack:
        part = stack.pop()
        if part.type == "union_type":
            stack += reversed(children(part))
        elif at.text(part) not in _NOTHING:
            alternatives.append(part)
    if len(alternatives) > _MOST_ALTERNATIVES:
        return None
    value: ir.Expression | None = None
    for index, part in enumerate(alternatives):
        typed = _type(at, part, depth + 1)
        if typed is None:
            return None
        value = typed if index == 0 or value is None else ir.Binary(span(node), "|", value, typed)
    return value
