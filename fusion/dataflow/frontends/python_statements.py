"""Python's statements, lowered: each appends what it becomes to the row that it stands in."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from typing import Any

from fusion.dataflow import ir
from fusion.dataflow.frontends.python_expressions import BINARY, Expressions
from fusion.dataflow.frontends.python_patterns import pattern
from fusion.dataflow.frontends.python_roles import role
from fusion.dataflow.frontends.python_scopes import Scope

Row = list[ir.Statement]
Definition = ast.FunctionDef | ast.AsyncFunctionDef


class Statements(Expressions):
    """Lowers statements."""

    def __init__(self, span: Callable[[Any], ir.Span]) -> None:
        super().__init__(span)
        self.line = 1
        """The statement that was begun last."""

    def block(self, nodes: Sequence[ast.stmt]) -> Row:
        """A suite; `pass`, docstrings and declarations leave nothing."""
        found: Row = []
        if nodes:
            self.deeper(nodes[0])
            for node in nodes:
                self.line = node.lineno
                _STATEMENTS.get(type(node), _unknown)(self, node, found)
            self.depth -= 1
        return found

    # ------------------------------------------------------------------------------------------------ assignments

    def evaluate(self, node: ast.Expr, row: Row) -> None:
        if not isinstance(node.value, ast.Constant):
            row.append(ir.Evaluate(self.span(node), self.expression(node.value)))

    def assign(self, node: ast.Assign, row: Row) -> None:
        value, span = self.expression(node.value), self.span(node)
        row.extend(ir.Assign(span, self.expression(target), value) for target in node.targets)

    def annotated(self, node: ast.AnnAssign, row: Row) -> None:
        annotation = self.annotation(node.annotation)
        value = self.optional(node.value)
        row.append(ir.Assign(self.span(node), self.expression(node.target), value, annotation))

    def augmented(self, node: ast.AugAssign, row: Row) -> None:
        span, target = self.span(node), self.expression(node.target)
        value = ir.Binary(span, BINARY[type(node.op)], target, self.expression(node.value))
        row.append(ir.Assign(span, target, value, augmented=True))

    def alias(self, node: Any, row: Row) -> None:
        """`type X = ...` (PEP 695)."""
        value = self.expression(node.value)
        row.append(ir.Assign(self.span(node), self.expression(node.name), value))

    def delete(self, node: ast.Delete, row: Row) -> None:
        pending, targets = [*reversed(node.targets)], []
        while pending:
            target = pending.pop()
            if isinstance(target, ast.Tuple | ast.List):
                pending.extend(reversed(target.elts))
            else:
                targets.append(self.expression(target))
        row.append(ir.Delete(self.span(node), targets))

    def declare_global(self, node: ast.Global, row: Row) -> None:
        self.mention(*node.names)
        self.scope.declared_global.update(node.names)

    def declare_nonlocal(self, node: ast.Nonlocal, row: Row) -> None:
        self.mention(*node.names)
        self.scope.declared_nonlocal.update(node.names)

    # ------------------------------------------------------------------------------------------------ control

    def branch(self, node: ast.If, row: Row) -> None:
        """With all its `elif`s, in a loop: they may be thousands."""
        chain = [node]
        while len(node.orelse) == 1 and isinstance(node.orelse[0], ast.If):
            node = node.orelse[0]
            chain.append(node)
        lowered = [ir.If(self.span(item), self.expression(item.test), self.block(item.body)) for item in chain]
        lowered[-1].other = self.block(node.orelse)
        for outer, inner in zip(lowered, lowered[1:], strict=False):
            outer.other = (inner,)
        row.append(lowered[0])

    def repeat(self, node: ast.While, row: Row) -> None:
        test = self.expression(node.test)
        row.append(ir.While(self.span(node), test, self.block(node.body), self.block(node.orelse)))

    def iterate(self, node: ast.For | ast.AsyncFor, row: Row) -> None:
        iterable, target = self.expression(node.iter), self.expression(node.target)
        row.append(ir.For(self.span(node), target, iterable, self.block(node.body), self.block(node.orelse)))

    def attempt(self, node: ast.Try | ast.TryStar, row: Row) -> None:
        body = self.block(node.body)
        handlers = [self._handler(handler) for handler in node.handlers]
        row.append(ir.Try(self.span(node), body, handlers, self.block(node.orelse), self.block(node.finalbody)))

    def _handler(self, node: ast.ExceptHandler) -> ir.Handler:
        types = node.type.elts if isinstance(node.type, ast.Tuple) else [node.type] if node.type else []
        span = self.span(node)
        lowered = self.expressions(types)
        target = self.bind(span, node.name) if node.name else None
        return ir.Handler(span, lowered, target, self.block(node.body))

    def context(self, node: ast.With | ast.AsyncWith, row: Row) -> None:
        span = self.span(node)
        lowered: list[ir.With] = []
        depth = self.depth
        for item in node.items:
            self.deeper(node)
            lowered.append(ir.With(span, self.expression(item.context_expr), self.optional(item.optional_vars), ()))
        lowered[-1].body = self.block(node.body)
        for outer, inner in zip(lowered, lowered[1:], strict=False):
            outer.body = (inner,)
        self.depth = depth
        row.append(lowered[0])

    def switch(self, node: ast.Match, row: Row) -> None:
        subject = self.expression(node.subject)
        cases = [self._case(case) for case in node.cases]
        row.append(ir.Switch(self.span(node), subject, cases))

    def _case(self, node: ast.match_case) -> ir.Case:
        tests, binds, exact = pattern(self, node.pattern)
        guard = self.optional(node.guard)
        start, end = self.span(node.pattern), self.span(node.body[-1])
        span = ir.Span(start.line, start.column, end.end_line, end.end_column)
        return ir.Case(span, tests, self.block(node.body), guard, binds, exact)

    def leave(self, node: ast.Return, row: Row) -> None:
        row.append(ir.Return(self.span(node), self.optional(node.value)))

    def throw(self, node: ast.Raise, row: Row) -> None:
        value = self.optional(node.exc)
        if node.cause is not None:
            row.append(ir.Evaluate(self.span(node.cause), self.expression(node.cause)))
        row.append(ir.Raise(self.span(node), value))

    def claim(self, node: ast.Assert, row: Row) -> None:
        span = self.span(node)
        test = self.expression(node.test)
        self.mention("AssertionError")
        arguments = self.arguments([node.msg], []) if node.msg else []
        error = ir.Call(span, ir.Name(span, "AssertionError"), arguments)
        row.append(ir.If(span, test, (), (ir.Raise(span, error),)))

    def stop(self, node: ast.Break, row: Row) -> None:
        row.append(ir.Break(self.span(node)))

    def go_on(self, node: ast.Continue, row: Row) -> None:
        row.append(ir.Continue(self.span(node)))

    def nothing(self, node: ast.Pass, row: Row) -> None:
        """`pass`."""

    # ------------------------------------------------------------------------------------------------ imports

    def import_modules(self, node: ast.Import, row: Row) -> None:
        for item in node.names:
            top = item.name.partition(".")[0]
            alias = item.asname or top
            also = item.name if item.name != top and not item.asname else ""
            self._note(alias, item.name)
            if item.name == "importlib" or also.startswith("importlib."):
                self.importlib.add(alias)
            row.append(ir.Import(self.span(item), top if also else item.name, alias, also=also))

    def import_members(self, node: ast.ImportFrom, row: Row) -> None:
        module = "." * node.level + (node.module or "")
        self.imports.add(module)
        dotted = module if module.endswith(".") else f"{module}."
        for item in node.names:
            span = self.span(item)
            if item.name == "*":
                row.append(ir.Import(span, module, "", "*"))
                continue
            alias = item.asname or item.name
            self._note(alias, dotted + item.name)
            if module == "importlib" and item.name == "import_module":
                self.import_module.add(alias)
            row.append(ir.Import(span, module, alias, item.name))

    def _note(self, alias: str, module: str) -> None:
        self.imports.add(module)
        self.scope.bound.add(alias)
        self.mention(alias, *module.lstrip(".").split("."))

    # ------------------------------------------------------------------------------------------------ definitions

    def function(self, node: Definition, row: Row) -> None:
        span = self.span(node)
        inner = Scope()
        inner.mentions.add(node.name)
        found, decorators = role(node, self.scope.is_class)
        with self.scope.mentioning(inner):
            lowered = self.expressions(decorators)
            parameters = self.parameters(node.args, inner)
            returns = self.annotation(node.returns)
            self._type_parameters(node, inner)
        function = ir.Function(span, node.name, parameters, (), lowered, returns, isinstance(node, ast.AsyncFunctionDef))
        if found != "deleter":
            function.role = found
        self.functions.append(function)
        self.scope.bound.add(node.name)
        outer, self.scope = self.scope, inner
        function.body = self.block(node.body)
        self.scope = outer
        self.close(function, inner)
        # A deleter shares the property's name, which must go on to mean its getter.
        row.append(ir.Evaluate(span, function) if found == "deleter" else ir.Define(span, function))

    def class_statement(self, node: ast.ClassDef, row: Row) -> None:
        inner = Scope(is_class=True, mentions=self.scope.mentions)
        self.mention(node.name)
        decorators, bases = self.expressions(node.decorator_list), self.expressions(node.bases)
        keywords = self.arguments([], node.keywords)
        self._type_parameters(node, inner)
        self.scope.bound.add(node.name)
        outer, self.scope = self.scope, inner
        body = self.block(node.body)
        self.scope = outer
        span = self.span(node)
        row.append(ir.Define(span, ir.Class(span, node.name, bases, body, decorators, keywords)))

    def _type_parameters(self, node: Definition | ast.ClassDef, inner: Scope) -> None:
        """`[T: Bound]` (PEP 695): names of the definition's own, for types alone."""
        for parameter in getattr(node, "type_params", ()):
            inner.bound.add(parameter.name)
            inner.mentions.add(parameter.name)

    def bind(self, span: ir.Span, name: str) -> ir.Name:
        """A name that is bound without being an expression of the syntax."""
        self.scope.bound.add(name)
        self.scope.mentions.add(name)
        return ir.Name(span, name)


def _unknown(self: Statements, node: Any, row: Row) -> None:
    """A statement that is younger than this front end."""
    children = [child for child in ast.iter_child_nodes(node) if isinstance(child, ast.expr)]
    row.append(ir.Evaluate(self.span(node), ir.Opaque(self.span(node), self.expressions(children))))


_STATEMENTS: dict[type[ast.AST], Callable[[Statements, Any, Row], None]] = {
    ast.Expr: Statements.evaluate,
    ast.Assign: Statements.assign,
    ast.AnnAssign: Statements.annotated,
    ast.AugAssign: Statements.augmented,
    ast.Delete: Statements.delete,
    ast.Global: Statements.declare_global,
    ast.Nonlocal: Statements.declare_nonlocal,
    ast.If: Statements.branch,
    ast.While: Statements.repeat,
    ast.For: Statements.iterate,
    ast.AsyncFor: Statements.iterate,
    ast.Try: Statements.attempt,
    ast.TryStar: Statements.attempt,
    ast.With: Statements.context,
    ast.AsyncWith: Statements.context,
    ast.Match: Statements.switch,
    ast.Return: Statements.leave,
    ast.Raise: Statements.throw,
    ast.Assert: Statements.claim,
    ast.Break: Statements.stop,
    ast.Continue: Statements.go_on,
    ast.Pass: Statements.nothing,
    ast.Import: Statements.import_modules,
    ast.ImportFrom: Statements.import_members,
    ast.FunctionDef: Statements.function,
    ast.AsyncFunctionDef: Statements.function,
    ast.ClassDef: Statements.class_statement,
}
_ALIAS = getattr(ast, "TypeAlias", None)
if _ALIAS is not None:
    _STATEMENTS[_ALIAS] = Statements.alias
