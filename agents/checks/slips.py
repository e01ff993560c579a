"""Slips in Python that the change brought: a dictionary key given twice, a statement that can never run."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import pairwise

from fusion.model import Category, Confidence, Severity
from fusion.reading.comparison import Comparison
from fusion.reading.observation import Observation, at, quoted
from fusion.syntax import language, python_tree

_ENDINGS = (ast.Return, ast.Raise, ast.Continue, ast.Break)
_BLOCKS = ("body", "orelse", "finalbody")


def slips(item: Comparison) -> Iterator[Observation]:
    """Duplicate keys and unreachable statements of one Python file; nothing for other languages."""
    tree = python_tree.parse(item.after) if language(item.path) == "python" and item.added else None
    if tree is None:
        return
    # Most files without braces are told apart from the others more quickly than their expressions are walked.
    for node in python_tree.walk(tree) if "{" in item.after else python_tree.statements(tree):
        if isinstance(node, ast.Dict):
            yield from _repeated_keys(item, node)
        for block in _BLOCKS:
            statements = getattr(node, block, None)
            if isinstance(statements, list):
                yield from _unreachable(item, statements)


def _repeated_keys(item: Comparison, node: ast.Dict) -> Iterator[Observation]:
    seen: dict[str, ast.expr] = {}
    for key, value in zip(node.keys, node.values, strict=True):
        name = python_tree.literal(key)
        if key is None or name is None:
            continue
        earlier = seen.get(name)
        seen[name] = value
        if earlier is None or item.added.isdisjoint((key.lineno, earlier.lineno)):
            continue
        same = python_tree.literal(earlier) is not None and python_tree.literal(earlier) == python_tree.literal(value)
        if same:
            continue
        yield Observation(
            rule="code/duplicate-key",
            family="duplicate-case",
            category=Category.CORRECTNESS,
            title=f"The key {quoted(name)} is given twice",
            body=f"The later value silently replaces the one given on line {earlier.lineno}. "
            "Remove the one that is not meant, or correct its key.",
            severity=Severity.MEDIUM,
            confidence=Confidence.CERTAIN,
            location=at(item.path, key.lineno),
        )


def _unreachable(item: Comparison, statements: list[ast.stmt]) -> Iterator[Observation]:
    for ending, following in pairwise(statements):
        if not isinstance(ending, _ENDINGS):
            continue
        last = statements[-1].end_lineno or statements[-1].lineno
        touched = {*range(ending.lineno, (ending.end_lineno or ending.lineno) + 1), *range(following.lineno, last + 1)}
        rest = statements[statements.index(following) :]
        # `return` followed by `yield` is how an empty generator is written.
        generator = any(isinstance(node, ast.Yield | ast.YieldFrom) for stmt in rest for node in python_tree.walk(stmt))
        if item.added.isdisjoint(touched) or generator or all(_says_nothing(stmt) for stmt in rest):
            return
        word = type(ending).__name__.lower()
        yield Observation(
            rule="code/unreachable",
            family="unreachable-code",
            category=Category.CORRECTNESS,
            title=f"Code after {quoted(word)} never runs",
            body=f"The {quoted(word)} on line {ending.lineno} always leaves this block, so what follows it has no effect. "
            f"Delete it, or move it before the {quoted(word)}.",
            severity=Severity.MEDIUM,
            confidence=Confidence.CERTAIN,
            location=at(item.path, following.lineno, last),
        )
        return


def _says_nothing(stmt: ast.stmt) -> bool:
    return isinstance(stmt, ast.Pass) or (isinstance(stmt, ast.Expr) and isinstance(stmt.value, ast.Constant))
