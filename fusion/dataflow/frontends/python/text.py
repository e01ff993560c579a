"""Text with holes: f-strings, and t-strings where the running Python has them."""

from __future__ import annotations

import ast
from typing import Any

from fusion.dataflow import ir
from fusion.dataflow.frontends.python.calls import imported
from fusion.dataflow.frontends.python.lowering import Lowering

_CONVERSIONS = {ord("r"): "repr", ord("a"): "ascii"}


def joined(lower: Lowering, node: ast.JoinedStr) -> ir.Join:
    """An f-string, with the plain literals next to it."""
    return ir.Join(lower.span(node), lower.expressions(node.values))


def hole(lower: Lowering, node: Any) -> ir.Expression:
    """What stands in braces: with `!r` what `repr` gives, with a format what the built-in `format` makes of it."""
    span = lower.span(node)
    value = lower.expression(node.value)
    conversion = _CONVERSIONS.get(node.conversion)
    if conversion:
        value = _built_in(lower, span, conversion, value)
    if node.format_spec is not None:
        shape = lower.expression(node.format_spec)
        if isinstance(shape, ir.Join) and len(shape.parts) == 1 and isinstance(shape.parts[0], ir.Const):
            shape = shape.parts[0]
        value = _built_in(lower, span, "format", value, shape)
    return value


def template(lower: Lowering, node: Any) -> ir.Call:
    """A t-string (PEP 750): no text, but a `Template` made of literal parts and holes."""
    span = lower.span(node)
    module = ir.Required(span, imported(lower, "string.templatelib"))
    lower.mention("Template")
    parts = lower.expressions(node.values)
    return ir.Call(span, ir.Attr(span, module, "Template"), [ir.Argument(part.span, part) for part in parts])


def _built_in(lower: Lowering, span: ir.Span, name: str, *arguments: ir.Expression) -> ir.Call:
    lower.mention(name)
    return ir.Call(span, ir.Name(span, name), [ir.Argument(value.span, value) for value in arguments])
