"""Which functions of a change behave differently: bodies compared after everything that readers see and machines do not.

Comments, docstrings, layout, type hints, calls that only log, and the names of local variables are taken out first. A function
that moved to another file of the change, or got another name, behaves as before; so do callers that follow the new name.
Python is compared by its tree, the other languages by their tokens.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from fusion.reading.comparison import Comparison
from fusion.syntax import Symbol, language, python_tree, symbols
from fusion.syntax.tokens import is_name, normalised, tokens

_FUNCTIONS = frozenset({"function", "method"})
_LOGGERS = frozenset({"log", "logger", "logging", "_log", "_logger", "LOG", "LOGGER"})
_LOG_METHODS = frozenset({"debug", "info", "warning", "warn", "error", "exception", "critical", "log"})
_HINTS = frozenset({"annotation", "returns", "type_comment", "type_params", "ctx", "simple", "kind", "type_ignores"})
_SAME_QUOTES = frozenset({"javascript", "typescript", "tsx"})

Body = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Altered:
    """One function of the head that behaves differently, or is new."""

    path: str
    symbol: Symbol
    new: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Behaviour:
    """What a change did to functions. `renamed` maps old simple names to new ones; `removed` are dotted names by base path."""

    altered: tuple[Altered, ...]
    renamed: Mapping[str, str]
    removed: Mapping[str, tuple[str, ...]]


def behaviour(comparisons: Sequence[Comparison]) -> Behaviour:
    """Compare the functions of the given files, all together so that moves and renames are seen."""
    pairs = [_Pair(item) for item in comparisons if language(item.path) is not None or language(item.base_path) is not None]
    gone = [(pair, name) for pair in pairs for name in pair.before.symbols if name not in pair.after.symbols]
    fresh = [(pair, name) for pair in pairs for name in pair.after.symbols if name not in pair.before.symbols]
    renamed: dict[str, str] = {}
    moved: set[tuple[int, str]] = set()
    if gone and fresh:
        bodies: dict[Body, list[str]] = {}
        for pair, name in gone:
            bodies.setdefault(pair.before.body(name), []).append(name)
        for pair, name in fresh:
            origins = bodies.get(pair.after.body(name))
            if origins:
                moved.add((id(pair), name))
                renamed.update(_renames(next((origin for origin in origins if origin == name), origins[0]), name))
    altered: list[Altered] = []
    for pair in pairs:
        for name, symbol in pair.after.symbols.items():
            new = name not in pair.before.symbols
            if (new and (id(pair), name) not in moved) or (not new and pair.differs(name, renamed)):
                altered.append(Altered(path=pair.item.path, symbol=symbol, new=new))
    if renamed and any(item.new for item in altered):
        altered = _without_followers(altered, pairs, gone, renamed)
    removed: dict[str, list[str]] = {}
    for pair, name in gone:
        removed.setdefault(pair.item.base_path, []).append(name)
    return Behaviour(altered=tuple(altered), renamed=renamed, removed={path: tuple(names) for path, names in removed.items()})


class _Version:
    """The outermost functions and methods of one file on one side; bodies are made when asked for."""

    def __init__(self, path: str, text: str, lines: Sequence[str]) -> None:
        self.language = language(path) or ""
        self.lines = lines
        self.symbols = _outermost(symbols(path, text))
        self._text = text
        self._functions: dict[str, python_tree.Function] | None = None

    def source(self, name: str) -> Sequence[str]:
        """The function's lines."""
        symbol = self.symbols[name]
        return self.lines[symbol.line - 1 : symbol.end_line]

    def body(self, name: str) -> Body:
        """The function without what only readers see."""
        if self._functions is None:
            tree = python_tree.parse(self._text) if self.language == "python" else None
            self._functions = python_tree.functions(tree) if tree is not None else {}
        if name in self._functions:
            return tuple(_canonical(self._functions[name]))
        own = name.rpartition(".")[2]
        found = tokens(self.language, "\n".join(self.source(name)))
        if self.language == "python":
            found = tuple(item for item in found if not item.text.startswith(('"""', "'''")))
        return tuple(
            "<own name>" if item == own else item for item in normalised(found, same_quotes=self.language in _SAME_QUOTES)
        )


class _Pair:
    """Both versions of one file."""

    def __init__(self, item: Comparison) -> None:
        self.item = item
        self.before = _Version(item.base_path, item.before if item.existed else "", item.before_lines)
        self.after = _Version(item.path, item.after if item.exists else "", item.after_lines)

    def differs(self, name: str, renamed: Mapping[str, str]) -> bool:
        if self.before.source(name) == self.after.source(name):
            return False
        before, after = _following(self.before.body(name), renamed), self.after.body(name)
        if before == after:
            return False
        return self.after.language == "python" or not _only_renamed(before, after)


def _outermost(found: Sequence[Symbol]) -> dict[str, Symbol]:
    """Functions by name, without those inside other functions; of several with one name, the last."""
    result: dict[str, Symbol] = {}
    end = 0
    for symbol in found:
        if symbol.kind in _FUNCTIONS and symbol.line > end:
            result[symbol.name] = symbol
            end = symbol.end_line
    return result


def _renames(old: str, new: str) -> Iterator[tuple[str, str]]:
    before, after = old.split("."), new.split(".")
    if len(before) == len(after):
        yield from ((was, now) for was, now in zip(before, after, strict=True) if was != now)


def _without_followers(
    altered: list[Altered], pairs: Sequence[_Pair], gone: Sequence[tuple[_Pair, str]], renamed: Mapping[str, str]
) -> list[Altered]:
    """Drop new functions that are old ones which follow another function's new name."""
    old = {_following(pair.before.body(name), renamed) for pair, name in gone}
    by_path = {pair.item.path: pair for pair in pairs}
    return [item for item in altered if not (item.new and by_path[item.path].after.body(item.symbol.name) in old)]


def _following(body: Body, renamed: Mapping[str, str]) -> Body:
    return tuple(renamed.get(text, text) for text in body) if renamed else body


def _canonical(function: python_tree.Function) -> Iterator[str]:
    """The tree as a sequence that is equal for functions that do the same, with local names by order of appearance."""
    own = _locals(function)
    order: dict[str, str] = {}

    def local(name: str) -> str:
        if name == function.name:
            return "<own name>"
        return order.setdefault(name, f"<local {len(order)}>") if name in own else name

    stack: list[object] = [function]
    while stack:
        node = stack.pop()
        if not isinstance(node, ast.AST):
            yield node if isinstance(node, str) else repr(node)[:2_000]
            continue
        if isinstance(node, ast.AnnAssign):
            if node.value is None:
                continue
            node = ast.Assign(targets=[node.target], value=node.value)
        values: list[object] = [type(node).__name__]
        for field, value in ast.iter_fields(node):
            if field in _HINTS:
                continue
            if field == "body" and isinstance(value, list):
                value = _effective(node, value)
            if isinstance(value, list):
                values += [f"{field}:{len(value)}", *value]
            elif isinstance(value, str) and not isinstance(node, ast.Constant):
                values.append(local(value) if field in ("id", "arg", "name") and not isinstance(node, ast.keyword) else value)
            else:
                # A constant's own text must not pass for a name that a rename maps.
                values.append(repr(value) if isinstance(value, str) else value)
        stack.extend(reversed(values))


def _locals(function: python_tree.Function) -> set[str]:
    """Names that a function binds for itself: its parameters and what it assigns, without what it declares global."""
    own: set[str] = set()
    outer: set[str] = set()
    for item in python_tree.walk(function):
        if isinstance(item, ast.Name):
            if isinstance(item.ctx, ast.Store):
                own.add(item.id)
        elif isinstance(item, ast.arg):
            own.add(item.arg)
        elif isinstance(item, ast.Global | ast.Nonlocal):
            outer.update(item.names)
    return own - outer


def _effective(node: ast.AST, body: list[ast.stmt]) -> list[ast.stmt]:
    """The statements of a body without its docstring and without calls that only log."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and python_tree.docstring(node) is not None:
        body = body[1:]
    return [stmt for stmt in body if not (_logs(stmt) or isinstance(stmt, ast.Pass))]


def _logs(stmt: ast.stmt) -> bool:
    if not (isinstance(stmt, ast.Expr) and isinstance(stmt.value, ast.Call)):
        return False
    *owner, method = python_tree.dotted(stmt.value.func).split(".")
    return bool(owner) and owner[-1] in _LOGGERS and method in _LOG_METHODS


def _only_renamed(before: Body, after: Body) -> bool:
    """Whether two bodies differ by the names of locals only, as far as tokens can tell."""
    if len(before) != len(after):
        return False
    forth: dict[str, str] = {}
    back: dict[str, str] = {}
    for index, (old, new) in enumerate(zip(before, after, strict=True)):
        if old == new and old not in forth and new not in back:
            continue
        if forth.setdefault(old, new) != new or back.setdefault(new, old) != old:
            return False
        following = after[index + 1] if index + 1 < len(after) else ""
        member = index > 0 and after[index - 1] in (".", "?.", "::", "->")
        if not (is_name(old) and is_name(new)) or member or following == "(" or old.isupper() or new.isupper():
            return False
    return all(before.count(old) > 1 and new not in before and old not in after for old, new in forth.items())
