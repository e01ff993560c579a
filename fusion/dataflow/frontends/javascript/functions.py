"""Functions: parameters, bodies, methods."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

from fusion.dataflow import ir
from fusion.dataflow.frontends.javascript.lowering import Lowering, children, first
from fusion.dataflow.frontends.javascript.patterns import target
from fusion.dataflow.frontends.javascript.source import span
from fusion.dataflow.frontends.javascript.types import annotation

if TYPE_CHECKING:
    from tree_sitter import Node

_PARAMETERS = frozenset({"required_parameter", "optional_parameter"})


def function(
    at: Lowering,
    node: Node,
    *,
    name: str = "",
    role: Literal["", "static", "class", "getter", "setter"] = "",
    decorators: Sequence[ir.Expression] = (),
) -> ir.Function:
    """Any function with its scope: a statement, an expression, an arrow, a method."""
    named = node.child_by_field_name("name")
    kind = node.type
    words = {child.type for child in node.children[:8]}
    lowered = ir.Function(
        span(node),
        name or (at.word(named) if named is not None and kind != "method_definition" else ""),
        (),
        (),
        decorators=decorators,
        returns=annotation(at, node.child_by_field_name("return_type")),
        asynchronous="async" in words,
        generator=kind.startswith("generator") or "*" in words,
        arrow=kind == "arrow_function",
        role=role,
    )
    at.functions.append(lowered)
    at.scopes.open_function()
    before: list[ir.Statement] = []
    single = node.child_by_field_name("parameter")
    if single is not None:
        parameters = [_parameter(at, single, before)]
    else:
        given = node.child_by_field_name("parameters")
        parameters = [
            _parameter(at, child, before) for child in (children(given) if given is not None else ()) if not _is_this(child)
        ]
    body = node.child_by_field_name("body")
    statements: list[ir.Statement] = before
    if body is not None and body.type == "statement_block":
        statements += at.statements(body.named_children, scope=False)
    elif body is not None:
        value = at.expression(body)
        statements.append(ir.Return(value.span, value))
    lowered.parameters = parameters
    lowered.body = statements
    lowered.locals, lowered.mentions = at.scopes.close_function()
    return lowered


def method(at: Lowering, node: Node, *, name: str = "", decorators: Sequence[ir.Expression] = ()) -> ir.Function:
    """A method of an object or class."""
    role: Literal["", "static", "getter", "setter"] = ""
    for child in node.children[:8]:
        if child.type == "get":
            role = "getter"
        elif child.type == "set":
            role = "setter"
        elif child.type == "static" and not role:
            role = "static"
        elif child.type == "formal_parameters":
            break
    return function(at, node, name=name or _plain_name(at, node), role=role, decorators=decorators)


def _plain_name(at: Lowering, node: Node) -> str:
    named = node.child_by_field_name("name")
    if named is None or named.type == "computed_property_name":
        return ""
    return at.text(named).strip("\"'")


def _is_this(node: Node) -> bool:
    """TypeScript's `this: T`, which is no parameter."""
    pattern = node.child_by_field_name("pattern") if node.type in _PARAMETERS else None
    return pattern is not None and pattern.type == "this"


def _parameter(at: Lowering, node: Node, before: list[ir.Statement]) -> ir.Parameter:
    """One parameter. A parameter property's assignment to `this` goes into `before`."""
    where = span(node)
    kind: Literal["positional", "rest"] = "positional"
    pattern: Node | None = node
    default = typed = None
    decorators: list[ir.Expression] = []
    kept = False
    if node.type in _PARAMETERS:
        for child in node.children:
            if child.type == "decorator":
                decorators.append(at.expression(first(child)))
            elif child.type in ("accessibility_modifier", "readonly", "override_modifier"):
                kept = True
        pattern = node.child_by_field_name("pattern")
        typed = annotation(at, node.child_by_field_name("type"))
        value = node.child_by_field_name("value")
        default = at.expression(value) if value is not None else None
    elif node.type == "assignment_pattern":
        pattern = node.child_by_field_name("left")
        default = at.field(node, "right")
    if pattern is not None and pattern.type == "rest_pattern":
        kind = "rest"
        pattern = first(pattern)
    bound = target(at, pattern, "var")
    name = bound.id if isinstance(bound, ir.Name) else ""
    if kept and isinstance(bound, ir.Name):
        this = ir.Name(bound.span, "this")
        before.append(ir.Assign(where, ir.Attr(bound.span, this, name), at.variable(bound.span, name), annotation=typed))
    return ir.Parameter(where, name, kind, default, typed, pattern=None if name else bound, decorators=decorators)
