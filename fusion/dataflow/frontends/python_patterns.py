"""The patterns of `match`: values to compare with, names that capture, and whether that is all."""

from __future__ import annotations

import ast
from typing import NamedTuple

from fusion.dataflow import ir
from fusion.dataflow.frontends.python_lowering import Lowering


class Pattern(NamedTuple):
    """As `ir.Case` holds it."""

    tests: list[ir.Expression]
    binds: list[ir.Expression]
    exact: bool


def pattern(lower: Lowering, node: ast.pattern) -> Pattern:
    """One case's pattern; exact where it is made of values, names and wildcards alone."""
    if isinstance(node, ast.MatchValue):
        return Pattern([lower.expression(node.value)], [], True)
    if isinstance(node, ast.MatchSingleton):
        return Pattern([ir.Const(lower.span(node), node.value)], [], True)
    if isinstance(node, ast.MatchAs):
        inner = pattern(lower, node.pattern) if node.pattern else Pattern([], [], True)
        if node.name:
            inner.binds.append(lower.bind(lower.span(node), node.name))
        return inner
    if isinstance(node, ast.MatchOr):
        return _either([pattern(lower, choice) for choice in node.patterns])
    return Pattern([], _captures(lower, node), False)


def _either(choices: list[Pattern]) -> Pattern:
    binds = {bind.id: bind for choice in choices for bind in choice.binds if isinstance(bind, ir.Name)}
    if any(choice.exact and not choice.tests for choice in choices):
        return Pattern([], list(binds.values()), True)
    tests = [test for choice in choices for test in choice.tests]
    return Pattern(tests, list(binds.values()), all(choice.exact for choice in choices))


def _captures(lower: Lowering, node: ast.pattern) -> list[ir.Expression]:
    """Every name captured in a pattern, once; a loop, as patterns nest as deep as their author likes."""
    found: dict[str, ir.Expression] = {}
    pending: list[ast.pattern] = [node]
    while pending:
        current = pending.pop()
        name = None
        children: list[ast.pattern] = []
        if isinstance(current, ast.MatchAs):
            name, children = current.name, [current.pattern] if current.pattern else []
        elif isinstance(current, ast.MatchStar):
            name = current.name
        elif isinstance(current, ast.MatchMapping):
            name, children = current.rest, current.patterns
            lower.expressions(current.keys)
        elif isinstance(current, ast.MatchClass):
            lower.expression(current.cls)
            lower.mention(*current.kwd_attrs)
            children = [*current.patterns, *current.kwd_patterns]
        elif isinstance(current, ast.MatchValue):
            lower.expression(current.value)
        elif isinstance(current, ast.MatchSequence | ast.MatchOr):
            children = current.patterns
        if name and name not in found:
            found[name] = lower.bind(lower.span(current), name)
        pending.extend(reversed(children))
    return list(found.values())
