"""Classes: methods, fields, accessors, static blocks, decorators."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from fusion.dataflow import ir
from fusion.dataflow.frontends.javascript import literals
from fusion.dataflow.frontends.javascript.first_values import CONSTRUCTOR, begin_each, is_own
from fusion.dataflow.frontends.javascript.functions import function, method
from fusion.dataflow.frontends.javascript.lowering import Lowering, children, first
from fusion.dataflow.frontends.javascript.source import span
from fusion.dataflow.frontends.javascript.types import annotation

if TYPE_CHECKING:
    from tree_sitter import Node

    from fusion.dataflow.frontends.javascript.lowering import ExpressionRule, StatementRule

_FIELDS = frozenset({"field_definition", "public_field_definition"})
_FUNCTIONS = frozenset({"arrow_function", "function_expression"})


def class_value(at: Lowering, node: Node, decorators: Sequence[ir.Expression] = ()) -> ir.Class:
    """A class with all that is in it. `decorators`: those that stand before an `export`."""
    name = node.child_by_field_name("name")
    found = list(decorators)
    bases: list[ir.Expression] = []
    for child in node.children:
        if child.type == "decorator":
            found.append(at.expression(first(child)))
        elif child.type == "class_heritage":
            bases += _bases(at, child)
        elif child.type == "class_body":
            break
    body = node.child_by_field_name("body")
    statements = _body(at, body, derived=bool(bases)) if body is not None else []
    return ir.Class(span(node), at.word(name) if name is not None else "", bases, statements, decorators=found)


def decorators_of(at: Lowering, node: Node) -> list[ir.Expression]:
    """The decorators that are a node's own children."""
    return [at.expression(first(child)) for child in node.children if child.type == "decorator"]


def _bases(at: Lowering, heritage: Node) -> list[ir.Expression]:
    for child in children(heritage):
        if child.type == "extends_clause":
            return [at.field(child, "value")]
        if child.type != "implements_clause":
            return [at.expression(child)]
    return []


def _body(at: Lowering, body: Node, *, derived: bool) -> list[ir.Statement]:
    into: list[ir.Statement] = []
    own: list[ir.Assign] = []
    waiting: list[ir.Expression] = []
    for child in children(body):
        kind = child.type
        if kind == "decorator":
            waiting.append(at.expression(first(child)))
            continue
        if kind == "method_definition":
            _method(at, child, [*waiting, *decorators_of(at, child)], into)
        elif kind in _FIELDS:
            _field(at, child, [*waiting, *decorators_of(at, child)], into, own)
        elif kind == "class_static_block":
            into.append(ir.Block(span(child), at.body(child.child_by_field_name("body"))))
        elif child.is_error:
            into.append(ir.Evaluate(span(child), at.opaque(child)))
        waiting = []
    if own:
        begin_each(at, span(body), own, into, derived=derived)
    return into


_SYMBOLS = {"iterator": "__iter__", "asyncIterator": "__aiter__"}
"""Methods that the language calls by a symbol, as the form names them."""


def _method(at: Lowering, node: Node, decorators: list[ir.Expression], into: list[ir.Statement]) -> None:
    name = literals.key(at, node.child_by_field_name("name"))
    if isinstance(name, ir.Attr) and isinstance(name.object, ir.Name) and name.object.id == "Symbol":
        name = ir.Const(name.span, _SYMBOLS.get(name.name, name.name))
    if not isinstance(name, ir.Const):
        _store(name, method(at, node, decorators=decorators), into)
        return
    text = str(name.value)
    static = any(child.type == "static" for child in node.children[:4])
    if text == "constructor" and not static:
        text = CONSTRUCTOR
    into.append(ir.Define(span(node), method(at, node, name=text, decorators=decorators)))


def _field(at: Lowering, node: Node, decorators: list[ir.Expression], into: list[ir.Statement], own: list[ir.Assign]) -> None:
    """A field. `own`: what each object gets its own of is put there."""
    where = span(node)
    name = literals.key(at, node.child_by_field_name("name") or node.child_by_field_name("property"))
    value = node.child_by_field_name("value")
    if isinstance(name, ir.Const) and value is not None and value.type in _FUNCTIONS:
        # `handle = (request) => {...}` is a method that is bound to its object.
        lowered = function(at, value, name=str(name.value), decorators=decorators)
        lowered.arrow = False
        into.append(ir.Define(where, lowered))
        return
    given = at.expression(value) if value is not None else None
    if not isinstance(name, ir.Const):
        if given is not None:
            _store(name, given, into)
        return
    typed = annotation(at, node.child_by_field_name("type"))
    static = any(child.type == "static" for child in node.children[:4])
    target = ir.Name(name.span, str(name.value))
    if given is not None and not static and not decorators and is_own(given):
        own.append(ir.Assign(where, target, given, annotation=typed))
        given = None
    into.append(ir.Assign(where, target, given, annotation=typed, decorators=decorators))


def _store(name: ir.Expression, value: ir.Expression, into: list[ir.Statement]) -> None:
    """A member whose name is computed."""
    into.append(ir.Assign(value.span, ir.Index(name.span, ir.Name(name.span, "this"), name), value))


def _class_expression(at: Lowering, node: Node) -> ir.Expression:
    name = node.child_by_field_name("name")
    return class_value(at, node) if name is None else at.named(node, name, lambda: class_value(at, node))


def _class_statement(at: Lowering, node: Node, into: list[ir.Statement]) -> None:
    value = class_value(at, node)
    at.define(value, kind="class")
    into.append(ir.Define(span(node), value))


EXPRESSIONS: dict[str, ExpressionRule] = {"class": _class_expression}
STATEMENTS: dict[str, StatementRule] = {
    "class_declaration": _class_statement,
    "abstract_class_declaration": _class_statement,
}
"""Node type -> how it is lowered."""
