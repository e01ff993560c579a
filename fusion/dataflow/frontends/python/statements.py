"""Python's statements, lowered: each appends what it becomes to the row that it stands in."""

from __future__ import annotations

import ast
from itertools import pairwise
from typing import Any

from fusion.dataflow import ir
from fusion.dataflow.frontends.python.calls import positional
from fusion.dataflow.frontends.python.expressions import BINARY
from fusion.dataflow.frontends.python.functions import annotation, class_statement, function
from fusion.dataflow.frontends.python.lowering import Lowering, Row, Statements, known
from fusion.dataflow.frontends.python.patterns import pattern


def _evaluate(lower: Lowering, node: ast.Expr, row: Row) -> None:
    if not isinstance(node.value, ast.Constant):
        row.append(ir.Evaluate(lower.span(node), lower.expression(node.value)))


def _assign(lower: Lowering, node: ast.Assign, row: Row) -> None:
    value, span = lower.expression(node.value), lower.span(node)
    row.extend(ir.Assign(span, lower.expression(target), value) for target in node.targets)


def _annotated(lower: Lowering, node: ast.AnnAssign, row: Row) -> None:
    kind = annotation(lower, node.annotation)
    value = lower.optional(node.value)
    row.append(ir.Assign(lower.span(node), lower.expression(node.target), value, kind))


def _augmented(lower: Lowering, node: ast.AugAssign, row: Row) -> None:
    span, target = lower.span(node), lower.expression(node.target)
    value = ir.Binary(span, BINARY[type(node.op)], target, lower.expression(node.value))
    row.append(ir.Assign(span, target, value, augmented=True))


def _alias(lower: Lowering, node: Any, row: Row) -> None:
    """`type X = ...` (PEP 695)."""
    value = lower.expression(node.value)
    row.append(ir.Assign(lower.span(node), lower.expression(node.name), value))


def _delete(lower: Lowering, node: ast.Delete, row: Row) -> None:
    pending, targets = [*reversed(node.targets)], []
    while pending:
        target = pending.pop()
        if isinstance(target, ast.Tuple | ast.List):
            pending.extend(reversed(target.elts))
        else:
            targets.append(lower.expression(target))
    row.append(ir.Delete(lower.span(node), targets))


def _declare_global(lower: Lowering, node: ast.Global, _row: Row) -> None:
    lower.mention(*node.names)
    lower.scope.declared_global.update(node.names)
    # In the body of a class they are the module's, while the form has them for the class's.
    lower.unseen = lower.unseen or lower.scope.is_class


def _declare_nonlocal(lower: Lowering, node: ast.Nonlocal, _row: Row) -> None:
    lower.mention(*node.names)
    lower.scope.declared_nonlocal.update(node.names)


def _branch(lower: Lowering, node: ast.If, row: Row) -> None:
    """With all its `elif`s, in a loop: they may be thousands."""
    chain = [node]
    while len(node.orelse) == 1 and isinstance(node.orelse[0], ast.If):
        node = node.orelse[0]
        chain.append(node)
    lowered = [ir.If(lower.span(item), lower.expression(item.test), lower.block(item.body)) for item in chain]
    lowered[-1].other = lower.block(node.orelse)
    for outer, inner in pairwise(lowered):
        outer.other = (inner,)
    row.append(lowered[0])


def _repeat(lower: Lowering, node: ast.While, row: Row) -> None:
    test = lower.expression(node.test)
    row.append(ir.While(lower.span(node), test, lower.block(node.body), lower.block(node.orelse)))


def _iterate(lower: Lowering, node: ast.For | ast.AsyncFor, row: Row) -> None:
    iterable, target = lower.expression(node.iter), lower.expression(node.target)
    row.append(ir.For(lower.span(node), target, iterable, lower.block(node.body), lower.block(node.orelse)))


def _attempt(lower: Lowering, node: ast.Try | ast.TryStar, row: Row) -> None:
    body = lower.block(node.body)
    handlers = [_handler(lower, handler) for handler in node.handlers]
    row.append(ir.Try(lower.span(node), body, handlers, lower.block(node.orelse), lower.block(node.finalbody)))


def _handler(lower: Lowering, node: ast.ExceptHandler) -> ir.Handler:
    types = node.type.elts if isinstance(node.type, ast.Tuple) else [node.type] if node.type else []
    span = lower.span(node)
    lowered = lower.expressions(types)
    target = None
    if node.type is not None and node.name:
        # The syntax has no place for the name; what stands before it has, and " as " lies between.
        types_end = lower.span(node.type)
        end = types_end.end_column + len(" as ") + len(node.name)
        target = lower.bind(ir.Span(span.line, span.column, types_end.end_line, end), node.name)
    return ir.Handler(span, lowered, target, lower.block(node.body))


def _context(lower: Lowering, node: ast.With | ast.AsyncWith, row: Row) -> None:
    span = lower.span(node)
    lowered: list[ir.With] = []
    depth = lower.depth
    for item in node.items:
        lower.deeper(node)
        lowered.append(ir.With(span, lower.expression(item.context_expr), lower.optional(item.optional_vars), ()))
    lowered[-1].body = lower.block(node.body)
    for outer, inner in pairwise(lowered):
        outer.body = (inner,)
    lower.depth = depth
    row.append(lowered[0])


def _switch(lower: Lowering, node: ast.Match, row: Row) -> None:
    subject = lower.expression(node.subject)
    cases = [_case(lower, case) for case in node.cases]
    row.append(ir.Switch(lower.span(node), subject, cases))


def _case(lower: Lowering, node: ast.match_case) -> ir.Case:
    tests, binds, exact, parts, length = pattern(lower, node.pattern)
    guard = lower.optional(node.guard)
    start, end = lower.span(node.pattern), lower.span(node.body[-1])
    span = ir.Span(start.line, start.column, end.end_line, end.end_column)
    return ir.Case(span, tests, lower.block(node.body), guard, binds, exact, parts, length)


def _leave(lower: Lowering, node: ast.Return, row: Row) -> None:
    row.append(ir.Return(lower.span(node), lower.optional(node.value)))


def _throw(lower: Lowering, node: ast.Raise, row: Row) -> None:
    value = lower.optional(node.exc)
    if isinstance(node.cause, ast.expr) and not isinstance(node.cause, ast.Name | ast.Constant):
        row.append(ir.Evaluate(lower.span(node.cause), lower.expression(node.cause)))
    row.append(ir.Raise(lower.span(node), value))


def _claim(lower: Lowering, node: ast.Assert, row: Row) -> None:
    span = lower.span(node)
    test = lower.expression(node.test)
    lower.mention("AssertionError")
    arguments = positional(lower, [node.msg]) if node.msg else []
    error = ir.Call(span, ir.Name(span, "AssertionError"), arguments)
    row.append(ir.If(span, test, (), (ir.Raise(span, error),)))


def _stop(lower: Lowering, node: ast.Break, row: Row) -> None:
    row.append(ir.Break(lower.span(node)))


def _go_on(lower: Lowering, node: ast.Continue, row: Row) -> None:
    row.append(ir.Continue(lower.span(node)))


def _pass(_lower: Lowering, _node: ast.Pass, _row: Row) -> None:
    """Nothing to do, and nothing to say."""


def _import_modules(lower: Lowering, node: ast.Import, row: Row) -> None:
    for item in node.names:
        top = item.name.partition(".")[0]
        alias = item.asname or top
        also = item.name if item.name != top and not item.asname else ""
        _note(lower, alias, item.name)
        if item.name == "importlib" or also.startswith("importlib."):
            lower.importlib.add(alias)
        row.append(ir.Import(lower.span(item), top if also else item.name, alias, also=also))


def _import_members(lower: Lowering, node: ast.ImportFrom, row: Row) -> None:
    module = "." * node.level + (node.module or "")
    lower.imports.add(module)
    dotted = module if module.endswith(".") else f"{module}."
    for item in node.names:
        span = lower.span(item)
        if item.name == "*":
            row.append(ir.Import(span, module, "", "*"))
            continue
        alias = item.asname or item.name
        _note(lower, alias, dotted + item.name)
        if module == "importlib" and item.name == "import_module":
            lower.import_module.add(alias)
        row.append(ir.Import(span, module, alias, item.name))


def _note(lower: Lowering, alias: str, module: str) -> None:
    lower.imports.add(module)
    lower.scope.bound.add(alias)
    lower.mention(alias, *module.lstrip(".").split("."))


STATEMENTS: Statements = {
    ast.Expr: _evaluate,
    ast.Assign: _assign,
    ast.AnnAssign: _annotated,
    ast.AugAssign: _augmented,
    ast.Delete: _delete,
    ast.Global: _declare_global,
    ast.Nonlocal: _declare_nonlocal,
    ast.If: _branch,
    ast.While: _repeat,
    ast.For: _iterate,
    ast.AsyncFor: _iterate,
    ast.Try: _attempt,
    ast.TryStar: _attempt,
    ast.With: _context,
    ast.AsyncWith: _context,
    ast.Match: _switch,
    ast.Return: _leave,
    ast.Raise: _throw,
    ast.Assert: _claim,
    ast.Break: _stop,
    ast.Continue: _go_on,
    ast.Pass: _pass,
    ast.Import: _import_modules,
    ast.ImportFrom: _import_members,
    ast.FunctionDef: function,
    ast.AsyncFunctionDef: function,
    ast.ClassDef: class_statement,
    **known({"TypeAlias": _alias}),
}
"""What lowers each kind of statement."""
