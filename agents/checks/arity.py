"""Calls that a changed Python signature no longer takes.

A function's or constructor's parameters changed; a call in the same file, or in another file of the change that imports it
by name, fitted the old parameters and does not fit the new ones. Calls with `*` or `**` arguments, decorated functions and
names that are bound more than once are left alone: there the text does not decide it.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from fusion.model import Category, Confidence, Severity
from fusion.reading.comparison import Comparison
from fusion.reading.observation import Observation, at, quoted
from fusion.syntax import language, python_tree
from fusion.syntax.python_tree import Function

_KNOWN_DECORATORS = frozenset({"staticmethod", "classmethod"})


@dataclass(frozen=True, slots=True)
class Shape:
    """What a call must bring, as the caller sees it (without `self` or `cls`)."""

    positional_only: tuple[str, ...]
    positional: tuple[str, ...]
    required: frozenset[str]
    keyword_only: frozenset[str]
    any_positional: bool
    any_keyword: bool

    def misfit(self, call: ast.Call) -> str:
        """Why a call does not fit, as a clause; empty when it does."""
        both = self.positional_only + self.positional
        given = set(both[: len(call.args)])
        if len(call.args) > len(both) and not self.any_positional:
            return f"it passes {len(call.args)} positional arguments where {len(both)} are taken"
        for keyword in call.keywords:
            name = keyword.arg or ""
            if name in self.positional or name in self.keyword_only:
                if name in given:
                    return f"it passes {quoted(name)} twice"
                given.add(name)
            elif not self.any_keyword:
                return f"there is no parameter {quoted(name)} any more"
        missing = [name for name in (*both, *sorted(self.keyword_only)) if name in self.required and name not in given]
        return f"it does not pass {quoted(missing[0])}" if missing else ""


@dataclass(frozen=True, slots=True)
class _Changed:
    """One callable whose shape differs between base and head."""

    path: str
    name: str
    before: Shape
    after: Shape
    line: int


def misfits(comparisons: Sequence[Comparison], context: Mapping[str, str]) -> Iterator[Observation]:
    """One observation per call that the change broke and did not mend."""
    changed: list[_Changed] = []
    heads: dict[str, str] = {path: text for path, text in context.items() if language(path) == "python"}
    for item in comparisons:
        if language(item.path) == "python" and item.exists:
            heads[item.path] = item.after
            changed += _changed(item)
    if not changed:
        return
    short = {change.name.split(".")[-1] if "." not in change.name else change.name.split(".")[0] for change in changed}
    for path, text in heads.items():
        if any(name in text for name in short) and (tree := python_tree.parse(text)) is not None:
            yield from _broken_calls(path, tree, changed)


def shape(node: Function, *, bound: bool) -> Shape:
    """The shape of a function; `bound` drops the first parameter."""
    arguments = node.args
    only = [item.arg for item in arguments.posonlyargs]
    usual = [item.arg for item in arguments.args]
    optional = set([*only, *usual][len(only) + len(usual) - len(arguments.defaults) :])
    optional |= {
        item.arg for item, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True) if default is not None
    }
    if bound:
        only, usual = (only[1:], usual) if only else (only, usual[1:])
    keywords = frozenset(item.arg for item in arguments.kwonlyargs)
    return Shape(
        positional_only=tuple(only),
        positional=tuple(usual),
        required=frozenset({*only, *usual, *keywords} - optional),
        keyword_only=keywords,
        any_positional=arguments.vararg is not None,
        any_keyword=arguments.kwarg is not None,
    )


def _changed(item: Comparison) -> Iterator[_Changed]:
    if python_tree.headers(item.before) == python_tree.headers(item.after):
        return
    before, after = python_tree.parse(item.before), python_tree.parse(item.after)
    if before is None or after is None:
        return
    old, new = _callables(before), _callables(after)
    for name, (shape_now, line) in new.items():
        if name in old and old[name][0] != shape_now:
            yield _Changed(path=item.path, name=name, before=old[name][0], after=shape_now, line=line)


def _callables(tree: ast.Module) -> dict[str, tuple[Shape, int]]:
    """Top-level functions and the methods of top-level classes that are bound once and whose decorators leave their shape."""
    bound = Counter(_bindings(tree.body))
    found: dict[str, tuple[Shape, int]] = {}
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and bound[node.name] == 1 and not node.decorator_list:
            found[node.name] = (shape(node, bound=False), node.lineno)
        elif isinstance(node, ast.ClassDef) and bound[node.name] == 1:
            within = Counter(_bindings(node.body))
            for method in node.body:
                if isinstance(method, ast.FunctionDef | ast.AsyncFunctionDef) and within[method.name] == 1:
                    decorators = {python_tree.dotted(item) for item in method.decorator_list}
                    if decorators <= _KNOWN_DECORATORS:
                        found[f"{node.name}.{method.name}"] = (
                            shape(method, bound="staticmethod" not in decorators),
                            method.lineno,
                        )
            if node.decorator_list or node.keywords or "__new__" in within:
                found.pop(f"{node.name}.__init__", None)
    return found


def _bindings(statements: Sequence[ast.stmt]) -> Iterator[str]:
    """Names that a block binds, once per binding; what functions inside it bind is their own."""
    stack: list[ast.AST] = list(statements)
    while stack:
        node = stack.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name
            continue
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        elif isinstance(node, ast.alias):
            yield node.asname or node.name.partition(".")[0]
        stack.extend(ast.iter_child_nodes(node))


def _broken_calls(path: str, tree: ast.Module, changed: Sequence[_Changed]) -> Iterator[Observation]:
    targets = _targets(path, tree, changed)
    if not targets:
        return
    rebound = _rebound(tree)
    stack: list[tuple[ast.AST, str]] = [(tree, "")]
    while stack:
        node, within = stack.pop()
        inside = node.name if isinstance(node, ast.ClassDef) else within
        stack.extend((child, inside) for child in ast.iter_child_nodes(node))
        if not isinstance(node, ast.Call) or any(isinstance(item, ast.Starred) for item in node.args):
            continue
        if any(keyword.arg is None for keyword in node.keywords):
            continue
        name = python_tree.dotted(node.func)
        root = name.partition(".")[0]
        if root in ("self", "cls") and name.count(".") == 1:
            name = f"{root}:{within}.{name.partition('.')[2]}"
        elif root in rebound:
            continue
        change = targets.get(name)
        if change is not None and not change.before.misfit(node) and (why := change.after.misfit(node)):
            yield _observation(path, node, change, why)


def _targets(path: str, tree: ast.Module, changed: Sequence[_Changed]) -> dict[str, _Changed]:
    """How this file can name each changed callable."""
    found: dict[str, _Changed] = {}
    for change in changed:
        owner, _, method = change.name.rpartition(".")
        if change.path == path:
            if not owner:
                found[change.name] = change
            elif method == "__init__":
                found[owner] = change
            else:
                found[f"self:{change.name}"] = found[f"cls:{change.name}"] = change
    for node in python_tree.walk(tree):
        if isinstance(node, ast.ImportFrom):
            module = _absolute(path, node)
            for alias in node.names:
                local = alias.asname or alias.name
                for change in changed:
                    top = change.name.removesuffix(".__init__")
                    if "." not in top and change.path != path:
                        if alias.name == top and _is_module(change.path, module):
                            found[local] = change
                        elif _is_module(change.path, f"{module}.{alias.name}" if module else alias.name):
                            found[f"{local}.{top}"] = change
        elif isinstance(node, ast.Import):
            for alias in node.names:
                for change in changed:
                    top = change.name.removesuffix(".__init__")
                    if "." not in top and change.path != path and _is_module(change.path, alias.name):
                        found[f"{alias.asname or alias.name}.{top}"] = change
    return found


def _absolute(path: str, node: ast.ImportFrom) -> str:
    """The module named by a `from` import, as a dotted path; relative ones from the file's own folder."""
    if not node.level:
        return node.module or ""
    folders = path.split("/")[:-1]
    folders = folders[: len(folders) - (node.level - 1)]
    return ".".join([*folders, *([node.module] if node.module else [])])


def _is_module(path: str, module: str) -> bool:
    """Whether a dotted module can be the file: equal, or equal below the folder that holds the sources."""
    own = path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
    if own == module:
        return True
    return bool(module) and own.endswith(f".{module}") and own.partition(".")[0] in ("src", "lib", "python")


def _rebound(tree: ast.Module) -> frozenset[str]:
    """Names that some statement assigns, or some function takes as a parameter: they may stand for anything."""
    found: set[str] = set()
    for node in python_tree.walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.add(node.id)
        elif isinstance(node, ast.arg):
            found.add(node.arg)
    return frozenset(found - {"self", "cls"})


def _observation(path: str, call: ast.Call, change: _Changed, why: str) -> Observation:
    name = change.name.removesuffix(".__init__")
    return Observation(
        rule="code/broken-call",
        family="wrong-arguments",
        category=Category.CORRECTNESS,
        title=f"This call no longer fits {quoted(name)}",
        body=f"The change gave {quoted(name)} ({quoted(f'{change.path}:{change.line}')}) other parameters "
        f"and left this call: {why}. "
        "It raises TypeError when it runs; pass what the new signature takes.",
        severity=Severity.HIGH,
        confidence=Confidence.LIKELY,
        location=at(path, call.lineno, call.end_lineno),
        cwe=(628,),
    )
