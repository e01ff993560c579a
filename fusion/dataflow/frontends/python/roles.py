"""What kind of method a function is, by its decorators and its name."""

from __future__ import annotations

import ast
from typing import Literal

Role = Literal["", "static", "class", "getter", "setter", "deleter"]

_DECORATORS: dict[str, Role] = {
    "staticmethod": "static",
    "abstractstaticmethod": "static",
    "classmethod": "class",
    "abstractclassmethod": "class",
    "property": "getter",
    "cached_property": "getter",
    "abstractproperty": "getter",
}
_ACCESSORS: dict[str, Role] = {"getter": "getter", "setter": "setter", "deleter": "deleter"}
_IMPLICIT: dict[str, Role] = {"__new__": "static", "__init_subclass__": "class", "__class_getitem__": "class"}


def role(node: ast.FunctionDef | ast.AsyncFunctionDef, in_class: bool) -> tuple[Role, int]:
    """The role, and the place of the decorator that says it (-1: none does); a function outside a class has none."""
    if not in_class:
        return "", -1
    for number, decorator in enumerate(node.decorator_list):
        found = _of(decorator, node.name)
        if found:
            return found, number
    return _IMPLICIT.get(node.name, ""), -1


def _of(decorator: ast.expr, name: str) -> Role:
    if isinstance(decorator, ast.Name):
        return _DECORATORS.get(decorator.id, "")
    if not isinstance(decorator, ast.Attribute):
        return ""
    of_property = isinstance(decorator.value, ast.Name) and decorator.value.id == name
    of_parent = isinstance(decorator.value, ast.Attribute) and decorator.value.attr == name
    if of_property or of_parent:
        return _ACCESSORS.get(decorator.attr, "")
    return _DECORATORS.get(decorator.attr, "")
