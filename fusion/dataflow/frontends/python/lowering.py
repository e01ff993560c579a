"""The state of one file's lowering, and the way from a syntax node to the function that lowers its kind."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from fusion.dataflow import ir
from fusion.dataflow.frontends.python.scopes import Scope

DEEPEST = 200
"""Levels of a lowered tree; only sums (and their like) and `elif` lean further."""

_Function = TypeVar("_Function")
Row = list[ir.Statement]
Expressions = Mapping[type[ast.AST], Callable[["Lowering", Any], ir.Expression]]
Statements = Mapping[type[ast.AST], Callable[["Lowering", Any, Row], None]]


class Lowering:
    """Gathers what the module's record says about names, functions and imports while the tables' functions lower its nodes."""

    def __init__(self, span: Callable[[Any], ir.Span], expressions: Expressions, statements: Statements) -> None:
        self.span = span
        self.scope = Scope()
        self.functions: list[ir.Function] = []
        """Outer before inner, in the order of the file."""
        self.imports: set[str] = set()
        self.cut: list[tuple[ir.Span, str]] = []
        self.unseen = False
        self.importlib: set[str] = set()
        """Names bound to the module `importlib`."""
        self.import_module: set[str] = set()
        """Names bound to `importlib.import_module`."""
        self.chains = 0
        """Chained comparisons so far."""
        self.depth = 0
        self.line = 1
        """Where the statement that was begun last begins, for the parser."""
        self._expressions = expressions
        self._statements = statements

    def expression(self, node: ast.expr) -> ir.Expression:
        """Any expression; a target too, whose names are bound by that."""
        kind = type(node)
        if kind is ast.Name:
            return self._name(node)  # type: ignore[arg-type]
        self.deeper(node)
        lowered = self._expressions.get(kind, _young_expression)(self, node)
        self.depth -= 1
        return lowered

    def expressions(self, nodes: Sequence[ast.expr]) -> list[ir.Expression]:
        """Expressions in a row."""
        lower = self.expression
        return [lower(node) for node in nodes]

    def optional(self, node: ast.expr | None) -> ir.Expression | None:
        """An expression, where there is one."""
        return None if node is None else self.expression(node)

    def block(self, nodes: Sequence[ast.stmt]) -> Row:
        """A suite; `pass`, docstrings and declarations leave nothing."""
        found: Row = []
        if nodes:
            self.deeper(nodes[0])
            for node in nodes:
                self.line = node.lineno
                self._statements.get(type(node), _young_statement)(self, node, found)
            self.depth -= 1
        return found

    def deeper(self, node: Any) -> None:
        """One level down; raises `ir.NotAnalysed` below the deepest one."""
        self.depth += 1
        if self.depth > DEEPEST:
            raise ir.NotAnalysed(f"line {self.span(node).line} nests more than {DEEPEST} levels deep")

    def mention(self, *names: str) -> None:
        """Identifiers that the scope has seen."""
        self.scope.mentions.update(names)

    def bind(self, span: ir.Span, name: str) -> ir.Name:
        """A name that is bound without being an expression of the syntax."""
        self.scope.bound.add(name)
        self.scope.mentions.add(name)
        return ir.Name(span, name)

    def _name(self, node: ast.Name) -> ir.Name:
        scope, name = self.scope, node.id
        scope.mentions.add(name)
        if type(node.ctx) is not ast.Load:
            scope.bound.add(name)
        return ir.Name(self.span(node), name)


def known(younger: Mapping[str, _Function]) -> dict[type[ast.AST], _Function]:
    """Of syntax that is younger than the oldest supported Python, the kinds that the running one has."""
    return {getattr(ast, name): lowers for name, lowers in younger.items() if hasattr(ast, name)}


def _young_expression(lower: Lowering, node: Any) -> ir.Expression:
    """An expression that is younger than this front end: its data passes through."""
    children = [child for child in ast.iter_child_nodes(node) if isinstance(child, ast.expr)]
    return ir.Opaque(lower.span(node), lower.expressions(children))


def _young_statement(lower: Lowering, node: Any, row: Row) -> None:
    """A statement that is younger than this front end: its expressions are evaluated, its suites run."""
    span = lower.span(node)
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.expr):
            row.append(ir.Evaluate(span, lower.expression(child)))
        elif isinstance(child, ast.stmt):
            row.extend(lower.block([child]))
