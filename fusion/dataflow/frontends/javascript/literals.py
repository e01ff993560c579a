"""Literals: strings with their escapes, numbers, templates, regular expressions (ECMA-262, section 12.9)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fusion.dataflow import ir
from fusion.dataflow.frontends.javascript.lowering import Lowering, children, first
from fusion.dataflow.frontends.javascript.source import span

if TYPE_CHECKING:
    from tree_sitter import Node

    from fusion.dataflow.frontends.javascript.lowering import ExpressionRule

_ESCAPE = re.compile(r"\\(u\{[0-9a-fA-F]{1,8}\}|u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|0(?![0-9])|[0-7]{1,3}|\r\n|.)", re.DOTALL)
_CONTROLS = {
    "n": "\n",
    "t": "\t",
    "r": "\r",
    "b": "\b",
    "f": "\f",
    "v": "\v",
    "\n": "",
    "\r": "",
    "\r\n": "",
    "\u2028": "",
    "\u2029": "",
}
_LAST_CHARACTER = 0x10FFFF
_MOST_DIGITS = 320
_BASES = {"0x": 16, "0o": 8, "0b": 2}


def unescape(text: str) -> str:
    """What a string's text between its quotes stands for."""
    return _ESCAPE.sub(_character, text) if "\\" in text else text


def _character(match: re.Match[str]) -> str:
    escape = match[1]
    if escape in _CONTROLS:
        return _CONTROLS[escape]
    kind = escape[0]
    if kind in "ux" and len(escape) > 1:
        code = int(escape[1:].strip("{}"), 16)
        # Half of a surrogate pair cannot be written to a report.
        return chr(code) if code <= _LAST_CHARACTER and not 0xD800 <= code <= 0xDFFF else "\ufffd"
    return chr(int(escape, 8)) if kind in "01234567" else escape


def string_text(at: Lowering, node: Node) -> str:
    """The value of a string literal."""
    return unescape(at.source[node.start_byte + 1 : node.end_byte - 1])


def number_value(text: str) -> int | float | None:
    """The value of a numeric literal; None where it is too long or is none."""
    text = text.replace("_", "").lower()
    if len(text) > _MOST_DIGITS:
        return None
    digits = text.removesuffix("n")
    try:
        if digits[:2] in _BASES:
            return int(digits[2:], _BASES[digits[:2]])
        if len(digits) > 1 and digits[0] == "0" and digits.isdigit():
            return int(digits, 10 if set(digits) & set("89") else 8)
        return int(digits) if digits.isdigit() else float(digits)
    except ValueError:
        return None


def key(at: Lowering, node: Node | None) -> ir.Expression:
    """The name of a property in an object, pattern or class: a constant unless it is computed."""
    if node is None:
        return ir.Opaque(ir.NOWHERE)
    kind = node.type
    if kind == "string":
        text = string_text(at, node)
        at.scopes.function.mentions.add(text)
        return ir.Const(span(node), text)
    if kind == "number":
        return _number(at, node)
    if kind == "computed_property_name":
        return at.expression(first(node))
    return ir.Const(span(node), at.word(node))


def template_parts(at: Lowering, node: Node) -> tuple[list[str], list[ir.Expression]]:
    """The literal parts of a template and the holes between them, one fewer."""
    texts, holes = [], []
    start = node.start_byte + 1
    for child in children(node):
        if child.type == "template_substitution":
            texts.append(unescape(at.source[start : child.start_byte]))
            holes.append(at.expression(first(child)))
            start = child.end_byte
    texts.append(unescape(at.source[start : max(start, node.end_byte - 1)]))
    return texts, holes


def _string(at: Lowering, node: Node) -> ir.Expression:
    return ir.Const(span(node), string_text(at, node))


def _number(at: Lowering, node: Node) -> ir.Expression:
    value = number_value(at.text(node))
    return ir.Opaque(span(node)) if value is None else ir.Const(span(node), value)


def _template(at: Lowering, node: Node) -> ir.Expression:
    place = span(node)
    texts, holes = template_parts(at, node)
    if not holes:
        return ir.Const(place, texts[0])
    parts: list[ir.Expression] = []
    for index, text in enumerate(texts):
        if text:
            parts.append(ir.Const(place, text))
        if index < len(holes):
            parts.append(holes[index])
    return ir.Join(place, parts)


def _regex(at: Lowering, node: Node) -> ir.Expression:
    pattern, flags = node.child_by_field_name("pattern"), node.child_by_field_name("flags")
    return ir.Regex(span(node), at.text(pattern) if pattern else "", at.text(flags) if flags else "")


def _true(_at: Lowering, node: Node) -> ir.Expression:
    return ir.Const(span(node), True)


def _false(_at: Lowering, node: Node) -> ir.Expression:
    return ir.Const(span(node), False)


def _null(_at: Lowering, node: Node) -> ir.Expression:
    return ir.Const(span(node), None)


EXPRESSIONS: dict[str, ExpressionRule] = {
    "string": _string,
    "number": _number,
    "template_string": _template,
    "regex": _regex,
    "true": _true,
    "false": _false,
    "null": _null,
    "undefined": _null,
}
"""Node type -> how it is lowered."""
