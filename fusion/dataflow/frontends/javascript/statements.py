"""Statements: declarations, branches, loops, jumps, exceptions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fusion.dataflow import ir
from fusion.dataflow.frontends.javascript.functions import function
from fusion.dataflow.frontends.javascript.lowering import COMMENTS, Lowering, children, first
from fusion.dataflow.frontends.javascript.modules import required_import
from fusion.dataflow.frontends.javascript.patterns import augmented, target
from fusion.dataflow.frontends.javascript.source import span
from fusion.dataflow.frontends.javascript.types import annotation

if TYPE_CHECKING:
    from tree_sitter import Node

    from fusion.dataflow.frontends.javascript.lowering import StatementRule

_AUGMENTED = frozenset({"augmented_assignment_expression", "update_expression"})
_PLAIN_TARGETS = frozenset({"identifier", "member_expression"})


def _unwrapped(node: Node | None) -> Node | None:
    while node is not None and node.type == "parenthesized_expression":
        node = first(node)
    return node


def _expression(at: Lowering, node: Node, into: list[ir.Statement]) -> None:
    _effect(at, first(node), into)


def _effect(at: Lowering, node: Node | None, into: list[ir.Statement]) -> None:
    """An expression whose value nobody takes."""
    node = _unwrapped(node)
    if node is None:
        return
    kind = node.type
    if kind == "assignment_expression":
        _assign(at, node, into)
    elif kind in _AUGMENTED:
        where, stored, value = augmented(at, node)
        into.append(ir.Assign(where, stored, value, augmented=True))
    elif kind == "sequence_expression":
        for part in children(node):
            _effect(at, part, into)
    elif kind == "internal_module":
        # Where a line's end stands for the semicolon, the grammar takes a namespace for an expression.
        at.statement(node, into)
    elif kind == "unary_expression" and node.children and node.children[0].type == "delete":
        into.append(ir.Delete(span(node), [at.field(node, "argument")]))
    elif kind == "ternary_expression":
        then = _effects(at, node.child_by_field_name("consequence"))
        into.append(ir.If(span(node), at.field(node, "condition"), then, _effects(at, node.child_by_field_name("alternative"))))
    elif kind == "binary_expression" and (operator := node.child_by_field_name("operator")) and operator.type in ("&&", "||"):
        test, done = at.field(node, "left"), _effects(at, node.child_by_field_name("right"))
        into.append(ir.If(span(node), test, done) if operator.type == "&&" else ir.If(span(node), test, [], done))
    else:
        into.append(ir.Evaluate(span(node), at.expression(node)))


def _effects(at: Lowering, node: Node | None) -> list[ir.Statement]:
    done: list[ir.Statement] = []
    _effect(at, node, done)
    return done


def _assign(at: Lowering, node: Node, into: list[ir.Statement]) -> None:
    """`a = b = c` stores `c` in `b`, then `b` in `a`, so that nothing is evaluated twice."""
    links = [node]
    while True:
        right = _unwrapped(links[-1].child_by_field_name("right"))
        if right is None or right.type != "assignment_expression":
            break
        left = right.child_by_field_name("left")
        if left is None or left.type not in _PLAIN_TARGETS:
            break
        links.append(right)
    value = at.expression(right)
    for link in reversed(links):
        left = link.child_by_field_name("left")
        into.append(ir.Assign(span(link), target(at, left), value))
        if link is not node:
            value = at.expression(left)


def _head(at: Lowering, node: Node | None, into: list[ir.Statement]) -> ir.Expression | None:
    """The value of `return`, `throw`, `if`: what stands before commas is done before."""
    node = _unwrapped(node)
    if node is None:
        return None
    if node.type == "sequence_expression":
        parts = children(node)
        for part in parts[:-1]:
            _effect(at, part, into)
        return _head(at, parts[-1], into) if parts else None
    return at.expression(node)


def _declaration(at: Lowering, node: Node, into: list[ir.Statement]) -> None:
    kind = "var" if node.type == "variable_declaration" else "let"
    for child in node.named_children:
        if child.type != "variable_declarator":
            continue
        name, value = child.child_by_field_name("name"), child.child_by_field_name("value")
        typed = annotation(at, child.child_by_field_name("type"))
        if value is not None and name is not None and required_import(at, child, name, value, kind, into):
            continue
        # The value comes first: `var x = x || {}` reads what is there.
        given = at.expression(value) if value is not None else None
        into.append(ir.Assign(span(child), target(at, name, kind), given, annotation=typed))


def _function(at: Lowering, node: Node, into: list[ir.Statement]) -> None:
    value = function(at, node)
    at.define(value, kind="function")
    into.append(ir.Define(span(node), value))


def _block(at: Lowering, node: Node, into: list[ir.Statement]) -> None:
    into.append(ir.Block(span(node), at.statements(node.named_children)))


def _if(at: Lowering, node: Node, into: list[ir.Statement]) -> None:
    branches: list[tuple[ir.Span, ir.Expression, list[ir.Statement], list[ir.Statement]]] = []
    other: list[ir.Statement] = []
    branch: Node | None = node
    while branch is not None:
        before: list[ir.Statement] = []
        test = _head(at, branch.child_by_field_name("condition"), before)
        then = at.body(branch.child_by_field_name("consequence"))
        branches.append((span(branch), test or ir.Opaque(span(branch)), then, before))
        clause = branch.child_by_field_name("alternative")
        rest = first(clause) if clause is not None else None
        if rest is not None and rest.type == "if_statement":
            branch = rest
        else:
            other = at.body(rest)
            branch = None
    for where, test, then, before in reversed(branches):
        other = [*before, ir.If(where, test, then, other)]
    into += other


def _while(at: Lowering, node: Node, into: list[ir.Statement]) -> None:
    test = at.field(node, "condition")
    into.append(ir.While(span(node), test, at.body(node.child_by_field_name("body")), post=node.type == "do_statement"))


def _for(at: Lowering, node: Node, into: list[ir.Statement]) -> None:
    start = node.child_by_field_name("initializer")
    own = start is not None and start.type in ("lexical_declaration", "using_declaration")
    if own:
        at.scopes.open_block()
    if start is not None:
        if start.type.endswith(("_declaration", "_statement")):
            at.statement(start, into)
        else:
            _effect(at, start, into)
    condition = node.child_by_field_name("condition")
    if condition is not None and condition.type == "expression_statement":
        condition = first(condition)
    endless = condition is None or not condition.is_named or condition.type == "empty_statement"
    test = ir.Const(span(node), True) if endless else at.expression(condition)
    step: list[ir.Statement] = []
    increment = node.child_by_field_name("increment")
    body = at.body(node.child_by_field_name("body"))
    _effect(at, increment, step)
    into.append(ir.While(span(node), test, body, step=step))
    if own:
        at.scopes.close_block()


def _for_in(at: Lowering, node: Node, into: list[ir.Statement]) -> None:
    iterable = at.field(node, "right")
    word = node.child_by_field_name("kind")
    kind = "" if word is None else ("var" if word.type == "var" else "let")
    operator = node.child_by_field_name("operator")
    if kind == "let":
        at.scopes.open_block()
    each = target(at, node.child_by_field_name("left"), kind)
    body = at.body(node.child_by_field_name("body"))
    into.append(ir.For(span(node), each, iterable, body, keys=operator is not None and operator.type == "in"))
    if kind == "let":
        at.scopes.close_block()


def _switch(at: Lowering, node: Node, into: list[ir.Statement]) -> None:
    subject = _head(at, node.child_by_field_name("value"), into) or ir.Opaque(span(node))
    body = node.child_by_field_name("body")
    at.scopes.open_block()
    cases: list[ir.Case] = []
    for child in children(body) if body is not None else ():
        if child.type not in ("switch_case", "switch_default"):
            continue
        tests = [at.field(child, "value")] if child.type == "switch_case" else []
        statements = [part for part in child.children_by_field_name("body") if part.is_named]
        cases.append(ir.Case(span(child), tests, at.statements(statements, scope=False)))
    at.scopes.close_block()
    into.append(ir.Switch(span(node), subject, cases, fallthrough=True))


def _labelled(at: Lowering, node: Node, into: list[ir.Statement]) -> None:
    label = node.child_by_field_name("label")
    body = at.body(node.child_by_field_name("body"))
    into.append(ir.Block(span(node), body, at.text(label) if label is not None else ""))


def _break(at: Lowering, node: Node, into: list[ir.Statement]) -> None:
    label = node.child_by_field_name("label")
    into.append(ir.Break(span(node), at.text(label) if label is not None else ""))


def _continue(at: Lowering, node: Node, into: list[ir.Statement]) -> None:
    label = node.child_by_field_name("label")
    into.append(ir.Continue(span(node), at.text(label) if label is not None else ""))


def _try(at: Lowering, node: Node, into: list[ir.Statement]) -> None:
    body = at.body(node.child_by_field_name("body"))
    handlers: list[ir.Handler] = []
    clause = node.child_by_field_name("handler")
    if clause is not None:
        at.scopes.open_block()
        parameter = clause.child_by_field_name("parameter")
        caught = target(at, parameter, "let") if parameter is not None else None
        handlers.append(ir.Handler(span(clause), (), caught, at.body(clause.child_by_field_name("body"))))
        at.scopes.close_block()
    final = node.child_by_field_name("finalizer")
    last = at.body(final.child_by_field_name("body")) if final is not None else []
    into.append(ir.Try(span(node), body, handlers, final=last))


def _return(at: Lowering, node: Node, into: list[ir.Statement]) -> None:
    value = _head(at, first(node), into)
    into.append(ir.Return(span(node), value))


def _throw(at: Lowering, node: Node, into: list[ir.Statement]) -> None:
    value = _head(at, first(node), into)
    into.append(ir.Raise(span(node), value))


def _with(at: Lowering, node: Node, into: list[ir.Statement]) -> None:
    into.append(ir.Evaluate(span(node), at.field(node, "object")))
    at.unseen = True  # each name may be one of the object's
    into += at.body(node.child_by_field_name("body"))


def _nothing(_at: Lowering, _node: Node, _into: list[ir.Statement]) -> None:
    """A statement that does nothing, or says something of types only."""


STATEMENTS: dict[str, StatementRule] = {
    "expression_statement": _expression,
    "sequence_expression": _effect,
    "lexical_declaration": _declaration,
    "variable_declaration": _declaration,
    "using_declaration": _declaration,
    "function_declaration": _function,
    "generator_function_declaration": _function,
    "statement_block": _block,
    "if_statement": _if,
    "while_statement": _while,
    "do_statement": _while,
    "for_statement": _for,
    "for_in_statement": _for_in,
    "switch_statement": _switch,
    "labeled_statement": _labelled,
    "break_statement": _break,
    "continue_statement": _continue,
    "try_statement": _try,
    "return_statement": _return,
    "throw_statement": _throw,
    "with_statement": _with,
    **dict.fromkeys(
        (
            *COMMENTS,
            "empty_statement",
            "debugger_statement",
            "hash_bang_line",
            "ambient_declaration",
            "function_signature",
            "interface_declaration",
            "type_alias_declaration",
        ),
        _nothing,
    ),
}
"""Node type -> how it is lowered."""
