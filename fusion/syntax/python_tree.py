"""Python source as a tree, for checks that compare functions: parsing that never raises, functions by their dotted names.

Walks are loops, not recursion: hostile nesting costs time in proportion to its length, and no stack.
"""

from __future__ import annotations

import ast
import hashlib
import re
import threading
import warnings
from collections import OrderedDict
from collections.abc import Iterator

MAX_CHARS = 1_000_000
"""Characters of a module; a larger one is not parsed."""
_CACHED = 128
_REMEMBERED = 8_192
_DEFINES = r"^[ \t]*(?:(?:async[ \t]+def|def|class)\b|@)"
_HEADERS = re.compile(rf"{_DEFINES}.*?(?::[ \t]*$|(?={_DEFINES})|\Z)", re.M | re.S)

Function = ast.FunctionDef | ast.AsyncFunctionDef


class _Trees:
    """The last trees by digest of their text, and for many more texts whether they parse."""

    def __init__(self) -> None:
        self._trees: OrderedDict[bytes, ast.Module | None] = OrderedDict()
        self._parse: OrderedDict[bytes, bool] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, text: str) -> ast.Module | None:
        key = _digest(text)
        with self._lock:
            if key not in self._trees:
                self._trees[key] = _parsed(text)
                self._parse[key] = self._trees[key] is not None
                if len(self._trees) > _CACHED:
                    self._trees.popitem(last=False)
                if len(self._parse) > _REMEMBERED:
                    self._parse.popitem(last=False)
            self._trees.move_to_end(key)
            return self._trees[key]

    def parses(self, text: str) -> bool:
        known = self._parse.get(_digest(text))
        return self.get(text) is not None if known is None else known


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()


_TREES = _Trees()


def parse(text: str) -> ast.Module | None:
    """The module's tree, shared between callers (do not change it); None when it does not parse."""
    return None if len(text) > MAX_CHARS else _TREES.get(_plain(text))


def parses(text: str) -> bool:
    """Whether the module parses; cheap for what was parsed lately."""
    return len(text) <= MAX_CHARS and _TREES.parses(_plain(text))


def _plain(text: str) -> str:
    """The text with lines that end where git ends them."""
    return text.replace("\r\n", "\n").replace("\r", " ")


def headers(text: str) -> list[str]:
    """The headers of definitions with their decorators, as text: equal lists mean that no signature changed."""
    return _HEADERS.findall(text)


def functions(tree: ast.Module) -> dict[str, Function]:
    """Functions and methods by dotted name, in file order; of several with one name, the last (it is the one that counts)."""
    found: dict[str, Function] = {}
    for name, node in _definitions(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            found[name] = node
    return found


def classes(tree: ast.Module) -> dict[str, ast.ClassDef]:
    """Classes by dotted name, in file order."""
    return {name: node for name, node in _definitions(tree) if isinstance(node, ast.ClassDef)}


def walk(node: ast.AST) -> Iterator[ast.AST]:
    """All nodes below one, itself first, in source order; without the markers that say whether a name is read or set."""
    stack = [node]
    while stack:
        current = stack.pop()
        yield current
        for field in reversed(current._fields):
            value = getattr(current, field, None)
            if isinstance(value, list):
                stack.extend(item for item in reversed(value) if isinstance(item, ast.AST))
            elif isinstance(value, ast.AST) and field != "ctx":
                stack.append(value)


def statements(node: ast.AST) -> Iterator[ast.AST]:
    """The statements below a node, itself first, with handlers and cases: a walk that leaves out all expressions."""
    stack = [node]
    while stack:
        current = stack.pop()
        yield current
        for field in ("finalbody", "orelse", "cases", "handlers", "body"):
            value = getattr(current, field, None)
            if isinstance(value, list):
                stack.extend(reversed(value))


def dotted(node: ast.AST) -> str:
    """`a.b.c` for a chain of names; empty for anything else."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name):
        return ""
    return ".".join(reversed([*parts, node.id]))


def literal(node: ast.AST | None) -> str | None:
    """The source form of a constant (or negated number); None for anything else."""
    sign = ""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        sign, node = "-", node.operand
    return f"{sign}{node.value!r}" if isinstance(node, ast.Constant) and node.value is not Ellipsis else None


def parameters(node: Function) -> dict[str, ast.expr | None]:
    """Parameter names in order, with their defaults; `*args` and `**kwargs` by their bare names."""
    arguments = node.args
    positional = [*arguments.posonlyargs, *arguments.args]
    defaults: list[ast.expr | None] = [None] * (len(positional) - len(arguments.defaults))
    found: dict[str, ast.expr | None] = dict(
        zip((item.arg for item in positional), [*defaults, *arguments.defaults], strict=True)
    )
    if arguments.vararg:
        found[arguments.vararg.arg] = None
    found.update(zip((item.arg for item in arguments.kwonlyargs), arguments.kw_defaults, strict=True))
    if arguments.kwarg:
        found[arguments.kwarg.arg] = None
    return found


def docstring(node: ast.Module | ast.ClassDef | Function) -> ast.Constant | None:
    """The docstring's node, whose `lineno` is its first line."""
    first = node.body[0] if node.body else None
    if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str):
        return first.value
    return None


def _parsed(text: str) -> ast.Module | None:
    try:
        # Warnings about the code under review (odd escapes) are no news for our own process.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _definitions(tree: ast.Module) -> Iterator[tuple[str, Function | ast.ClassDef]]:
    stack: list[tuple[str, ast.AST]] = [("", node) for node in reversed(tree.body)]
    while stack:
        prefix, node = stack.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            name = prefix + node.name
            yield name, node
            prefix = f"{name}."
        for field in ("finalbody", "orelse", "cases", "handlers", "body"):
            value = getattr(node, field, None)
            if isinstance(value, list):
                stack.extend((prefix, child) for child in reversed(value))
