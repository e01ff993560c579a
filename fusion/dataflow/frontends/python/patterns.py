"""The patterns of `match`: values to compare with, names that capture, and whether that is all."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from typing import NamedTuple

from fusion.dataflow import ir
from fusion.dataflow.frontends.python.lowering import Lowering


class Pattern(NamedTuple):
    """As `ir.Case` holds it."""

    tests: list[ir.Expression]
    binds: list[ir.Expression]
    exact: bool
    parts: Sequence[ir.Part] = ()
    length: int | None = None


def pattern(lower: Lowering, node: ast.pattern, *, inner: bool = False) -> Pattern:
    """One case's pattern; exact where it is made of values, names and wildcards alone."""
    if isinstance(node, ast.MatchValue):
        return Pattern([lower.expression(node.value)], [], True)
    if isinstance(node, ast.MatchSingleton):
        return Pattern([ir.Const(lower.span(node), node.value)], [], True)
    if isinstance(node, ast.MatchAs):
        whole = pattern(lower, node.pattern, inner=True) if node.pattern else Pattern([], [], True)
        if node.name:
            whole.binds.append(lower.bind(lower.span(node), node.name))
        return whole
    if isinstance(node, ast.MatchOr):
        return _either([pattern(lower, choice, inner=True) for choice in node.patterns])
    if isinstance(node, ast.MatchSequence) and not inner:
        return _sequence(lower, node)
    if isinstance(node, ast.MatchMapping) and not inner and node.rest is None:
        keys = lower.expressions(node.keys)
        parts = [_part(lower, key, value) for key, value in zip(keys, node.patterns, strict=True)]
        return Pattern([], [bind for part in parts for bind in part.binds], False, parts)
    return Pattern([], _captures(lower, node), False)


def _sequence(lower: Lowering, node: ast.MatchSequence) -> Pattern:
    """Elements counted from the front, and behind a star from the end."""
    size = len(node.patterns)
    star = next((place for place, one in enumerate(node.patterns) if isinstance(one, ast.MatchStar)), size)
    parts: list[ir.Part] = []
    binds: list[ir.Expression] = []
    for place, one in enumerate(node.patterns):
        if isinstance(one, ast.MatchStar):
            binds += [lower.bind(lower.span(one), one.name)] if one.name else []
        else:
            parts.append(_part(lower, ir.Const(lower.span(one), place if place < star else place - size), one))
            binds.extend(parts[-1].binds)
    return Pattern([], binds, False, parts, size if star == size else ~(size - 1))


def _part(lower: Lowering, key: ir.Expression, node: ast.pattern) -> ir.Part:
    found = pattern(lower, node, inner=True)
    return ir.Part(lower.span(node), key, found.tests, found.binds, found.exact)


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
