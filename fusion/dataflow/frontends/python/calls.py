"""Calls and their arguments; imports that are calls."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from fusion.dataflow import ir
from fusion.dataflow.frontends.python.lowering import Lowering


def call(lower: Lowering, node: ast.Call) -> ir.Expression:
    """A call; one that imports a module by a literal name is that module."""
    function = lower.expression(node.func)
    arguments = positional(lower, node.args)
    if node.keywords:
        arguments += keywords(lower, node.keywords)
    span = lower.span(node)
    module = _imported_by(lower, function, arguments)
    return ir.Call(span, function, arguments) if module is None else ir.Required(span, module)


def positional(lower: Lowering, nodes: Sequence[ast.expr]) -> list[ir.Argument]:
    """Arguments by position, `*` ones among them."""
    found: list[ir.Argument] = []
    for node in nodes:
        if type(node) is ast.Starred:
            found.append(ir.Argument(lower.span(node), lower.expression(node.value), "*"))
        else:
            value = lower.expression(node)
            found.append(ir.Argument(value.span, value))
    return found


def keywords(lower: Lowering, nodes: Sequence[ast.keyword]) -> list[ir.Argument]:
    """Arguments by name, and `**` ones."""
    lower.mention(*(node.arg for node in nodes if node.arg))
    return [ir.Argument(lower.span(node), lower.expression(node.value), node.arg or "**") for node in nodes]


def imported(lower: Lowering, module: str) -> str:
    """Notes that the file imports a module by other means than a statement."""
    lower.imports.add(module)
    lower.mention(*module.lstrip(".").split("."))
    return module


def _imported_by(lower: Lowering, function: ir.Expression, arguments: Sequence[ir.Argument]) -> str | None:
    """The module that the call gives; None when it imports none, or one that only its run knows."""
    if isinstance(function, ir.Name):
        if function.id == "__import__":
            return _by_dunder(lower, arguments)
        known = function.id in lower.import_module
    else:
        known = (
            isinstance(function, ir.Attr)
            and function.name == "import_module"
            and isinstance(function.object, ir.Name)
            and function.object.id in lower.importlib
        )
    name = _text(_argument(arguments, 0, "name")) if known else ""
    if not name:
        return None
    if name.startswith("."):
        package = _argument(arguments, 1, "package")
        # Seen from this file, either name stands for where it is.
        here = isinstance(package, ir.Name) and package.id in ("__package__", "__name__")
        name = name if here else _absolute(name, _text(package))
    return imported(lower, name) if name else None


def _by_dunder(lower: Lowering, arguments: Sequence[ir.Argument]) -> str | None:
    """`__import__("a.b")` gives `a`, and with names to take from it `a.b`."""
    name = _text(_argument(arguments, 0, "name"))
    members = _argument(arguments, 3, "fromlist")
    if not name or _argument(arguments, 4, "level") is not None:
        return None
    imported(lower, name)
    return name if isinstance(members, ir.Series) and members.items else name.partition(".")[0]


def _argument(arguments: Sequence[ir.Argument], place: int, name: str) -> ir.Expression | None:
    """An argument by place or name; None where there is none, or where a spread one hides which it is."""
    for number, argument in enumerate(arguments):
        if argument.name in ("*", "**"):
            return None
        if argument.name == name or (not argument.name and number == place):
            return argument.value
    return None


def _text(node: ir.Expression | None) -> str:
    return node.value if isinstance(node, ir.Const) and isinstance(node.value, str) else ""


def _absolute(name: str, package: str) -> str:
    """`name`, which begins with dots, seen from `package`; empty when that leads out of it."""
    parts = package.split(".") if package else []
    up = len(name) - len(name.lstrip("."))
    if up > len(parts):
        return ""
    return ".".join([*parts[: len(parts) - up + 1], *filter(None, [name[up:]])])
