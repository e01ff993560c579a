"""Functions, lambdas and classes: their scopes, parameters and annotations."""

from __future__ import annotations

import ast
import re
from typing import Literal

from fusion.dataflow import ir
from fusion.dataflow.frontends.python.calls import keywords
from fusion.dataflow.frontends.python.lowering import DEEPEST, Lowering, Row
from fusion.dataflow.frontends.python.roles import role
from fusion.dataflow.frontends.python.scopes import Scope

Definition = ast.FunctionDef | ast.AsyncFunctionDef

_DOTTED = re.compile(r"[^\W\d]\w*(?:\.[^\W\d]\w*)*")


def function(lower: Lowering, node: Definition, row: Row) -> None:
    """`def`, with what its decorators say about its role."""
    span = lower.span(node)
    outer, inner = lower.scope, Scope()
    outer.bound.add(node.name)
    inner.mentions.add(node.name)
    found, place = role(node, outer.is_class)
    with outer.mentioning(inner):
        decorators = lower.expressions(node.decorator_list)
        parameters = _parameters(lower, node.args, inner)
        returns = annotation(lower, node.returns)
        _type_parameters(lower, node, inner)
    made = ir.Function(span, node.name, parameters, (), decorators, returns, isinstance(node, ast.AsyncFunctionDef))
    if place >= 0:
        del decorators[place]
    if found != "deleter":
        made.role = found
    lower.functions.append(made)
    lower.scope = inner
    made.body = lower.block(node.body)
    lower.scope = outer
    _close(made, inner, outer)
    # A deleter shares the property's name, which must go on to mean its getter.
    row.append(ir.Evaluate(span, made) if found == "deleter" else ir.Define(span, made))


def function_value(lower: Lowering, node: ast.Lambda) -> ir.Function:
    """`lambda`: a function without a name that returns its expression."""
    outer, inner = lower.scope, Scope()
    with outer.mentioning(inner):
        parameters = _parameters(lower, node.args, inner)
    made = ir.Function(lower.span(node), "", parameters, ())
    lower.functions.append(made)
    lower.scope = inner
    value = lower.expression(node.body)
    lower.scope = outer
    made.body = (ir.Return(value.span, value),)
    _close(made, inner, outer)
    return made


def class_statement(lower: Lowering, node: ast.ClassDef, row: Row) -> None:
    """`class`: names bound in its body are its attributes, which no function inside it sees."""
    outer, inner = lower.scope, Scope(is_class=True, mentions=lower.scope.mentions)
    outer.bound.add(node.name)
    outer.mentions.add(node.name)
    decorators, bases = lower.expressions(node.decorator_list), lower.expressions(node.bases)
    arguments = keywords(lower, node.keywords)
    _type_parameters(lower, node, inner)
    lower.scope = inner
    body = lower.block(node.body)
    lower.scope = outer
    span = lower.span(node)
    row.append(ir.Define(span, ir.Class(span, node.name, bases, body, decorators, arguments)))


def annotation(lower: Lowering, node: ast.expr | None) -> ir.Expression | None:
    """A type; one that is spelled as text (`"models.User"`) becomes the name that it stands for."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and _DOTTED.fullmatch(node.value):
        span = lower.span(node)
        first, *rest = node.value.split(".", DEEPEST)
        lower.mention(first, *rest)
        named: ir.Expression = ir.Name(span, first)
        for part in rest:
            named = ir.Attr(span, named, part)
        return named
    return lower.optional(node)


def _close(made: ir.Function, inner: Scope, outer: Scope) -> None:
    """What is known of a function's names once its body is lowered."""
    made.generator = inner.generator
    made.locals = inner.own()
    made.globals = frozenset(inner.declared_global)
    made.mentions = frozenset(inner.mentions)
    outer.mentions |= inner.mentions


def _parameters(lower: Lowering, node: ast.arguments, inner: Scope) -> list[ir.Parameter]:
    """In the order in which they are written; defaults and annotations belong to the scope around."""
    named = [*node.posonlyargs, *node.args]
    defaults: list[ast.expr | None] = [None] * (len(named) - len(node.defaults))
    defaults += node.defaults
    found = [_parameter(lower, item, inner, "positional", value) for item, value in zip(named, defaults, strict=True)]
    if node.vararg:
        found.append(_parameter(lower, node.vararg, inner, "rest"))
    for item, value in zip(node.kwonlyargs, node.kw_defaults, strict=True):
        found.append(_parameter(lower, item, inner, "keyword", value))
    if node.kwarg:
        found.append(_parameter(lower, node.kwarg, inner, "keywords"))
    return found


def _parameter(
    lower: Lowering,
    node: ast.arg,
    inner: Scope,
    kind: Literal["positional", "keyword", "rest", "keywords"],
    default: ast.expr | None = None,
) -> ir.Parameter:
    inner.bound.add(node.arg)
    inner.mentions.add(node.arg)
    return ir.Parameter(lower.span(node), node.arg, kind, lower.optional(default), annotation(lower, node.annotation))


def _type_parameters(lower: Lowering, node: Definition | ast.ClassDef, inner: Scope) -> None:
    """`[T: Bound]` (PEP 695): names of the definition's own, for types alone; bounds are looked at for names only."""
    for parameter in getattr(node, "type_params", ()):
        inner.bound.add(parameter.name)
        inner.mentions.add(parameter.name)
        for part in ast.iter_child_nodes(parameter):
            if isinstance(part, ast.expr):
                lower.expression(part)
