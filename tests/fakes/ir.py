"""The data-flow form as text that a person can read, for tests of front ends: what was lowered, without the spans.

One statement a line, suites indented; expressions look like Python where Python has them. What differs from source on
purpose: `("a" + b)` has its parentheses, series name their kind (`list[a, b]`), text built from parts is `join(...)`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from fusion.dataflow import ir

_MARKS = {"rest": "*", "keywords": "**", "keyword": "", "positional": ""}


def show(module: ir.Module) -> str:
    """The module's body, without a final line end."""
    return "\n".join(_suite(module.body))


def expression(node: ir.Expression | None) -> str:
    """One expression on one line."""
    match node:
        case None:
            return "nothing"
        case ir.Const():
            return repr(node.value)
        case ir.Regex():
            return f"/{node.pattern}/{node.flags}"
        case ir.Name():
            return node.id
        case ir.Attr():
            return f"{expression(node.object)}.{node.name}"
        case ir.Index():
            return f"{expression(node.object)}[{expression(node.key)}]"
        case ir.Slice():
            parts = [expression(part) if part else "" for part in (node.low, node.high)]
            step = f":{expression(node.step)}" if node.step else ""
            return f"{expression(node.object)}[{':'.join(parts)}{step}]"
        case ir.Call():
            arguments = ", ".join(_argument(argument) for argument in node.arguments)
            return f"{'new ' if node.new else ''}{expression(node.function)}({arguments})"
        case ir.Join():
            return f"join({_row(node.parts)})"
        case ir.Binary():
            return _sum(node)
        case ir.Unary():
            return f"({node.operator} {expression(node.operand)})"
        case ir.Compare():
            return f"({expression(node.left)} {node.operator} {expression(node.right)})"
        case ir.Logic():
            return "(" + f" {node.operator} ".join(expression(operand) for operand in node.operands) + ")"
        case ir.Choice():
            return f"({expression(node.then)} if {expression(node.test)} else {expression(node.other)})"
        case ir.Spread():
            return f"*{expression(node.value)}"
        case ir.Series():
            return f"{node.kind}[{_row(node.items)}]"
        case ir.Table():
            return "{" + ", ".join(_pair(key, value) for key, value in node.items) + "}"
        case ir.Default():
            return f"{expression(node.target)} default {expression(node.value)}"
        case ir.Comprehension():
            value = _pair(node.key, node.value) if node.key else expression(node.value)
            return f"{node.kind}[{value} {' '.join(_clause(clause) for clause in node.clauses)}]"
        case ir.Await():
            return f"(await {expression(node.value)})"
        case ir.Yield():
            return f"(yield{' from' if node.delegate else ''}{f' {expression(node.value)}' if node.value else ''})"
        case ir.Assigned():
            return f"({expression(node.target)} := {expression(node.value)})"
        case ir.Function() | ir.Class():
            suite = "; ".join(line.strip() for line in _suite(node.body))
            return f"{_header(node)} {{{suite}}}"
        case ir.Markup():
            attributes = "".join(f" {name}={{{expression(value)}}}" for name, value in node.attributes)
            return f"<{expression(node.tag)}{attributes}>{{{_row(node.children)}}}"
        case ir.Opaque():
            return f"opaque({_row(node.parts)})"
        case ir.Required():
            return f"required({node.module!r})"
    raise AssertionError(f"no text for {type(node).__name__}")


def _statement(node: ir.Statement) -> Iterator[str]:
    match node:
        case ir.Evaluate():
            yield expression(node.value)
        case ir.Assign():
            annotation = f": {expression(node.annotation)}" if node.annotation else ""
            yield f"{expression(node.target)}{annotation} {'augmented ' * node.augmented}= {expression(node.value)}"
        case ir.If():
            yield f"if {expression(node.test)}:"
            yield from _indented(node.then)
            yield from _titled("else:", node.other)
        case ir.While():
            yield f"{'do-' * node.post}while {expression(node.test)}:"
            yield from _indented(node.body)
            yield from _titled("step:", node.step)
            yield from _titled("else:", node.other)
        case ir.For():
            yield f"for {expression(node.target)} {'in keys of' if node.keys else 'in'} {expression(node.iterable)}:"
            yield from _indented(node.body)
            yield from _titled("else:", node.other)
        case ir.Try():
            yield "try:"
            yield from _indented(node.body)
            for handler in node.handlers:
                target = f" as {expression(handler.target)}" if handler.target else ""
                yield f"except {_row(handler.types)}{target}:".replace("except :", "except:")
                yield from _indented(handler.body)
            yield from _titled("else:", node.other)
            yield from _titled("finally:", node.final)
        case ir.With():
            yield f"with {expression(node.context)}{f' as {expression(node.target)}' if node.target else ''}:"
            yield from _indented(node.body)
        case ir.Switch():
            yield f"{'fall-through ' * node.fallthrough}switch {expression(node.subject)}:"
            for case in node.cases:
                binds = f" binds {_row(case.binds)}" if case.binds else ""
                guard = f" if {expression(case.guard)}" if case.guard else ""
                kind = "case" if case.exact else "perhaps case"
                yield f"  {kind} {_row(case.tests) or '_'}{binds}{guard}:"
                yield from (f"  {line}" for line in _indented(case.body))
        case ir.Return():
            yield f"return {expression(node.value)}" if node.value else "return"
        case ir.Raise():
            yield f"raise {expression(node.value)}" if node.value else "raise"
        case ir.Break() | ir.Continue():
            yield f"{type(node).__name__.lower()} {node.label}".rstrip()
        case ir.Block():
            yield f"block {node.label}".rstrip() + ":"
            yield from _indented(node.body)
        case ir.Define():
            yield from (f"@{expression(decorator)}" for decorator in node.value.decorators)
            yield f"{_header(node.value)}:"
            yield from _indented(node.value.body)
        case ir.Delete():
            yield f"delete {_row(node.targets)}"
        case ir.Import():
            member = f" member {node.name}" if node.name else ""
            also = f" also {node.also}" if node.also else ""
            yield f"import {node.module}{member}{f' as {node.alias}' if node.alias else ''}{also}"
        case ir.Export():
            value = f" = {expression(node.value)}" if node.value else ""
            yield f"export {node.name}{value}{f' from {node.module}' if node.module else ''}"
        case _:
            raise AssertionError(f"no text for {type(node).__name__}")


def _suite(nodes: Sequence[ir.Statement]) -> list[str]:
    return [line for node in nodes for line in _statement(node)]


def _indented(nodes: Sequence[ir.Statement]) -> list[str]:
    return [f"  {line}" for line in _suite(nodes)] or ["  nothing"]


def _titled(title: str, nodes: Sequence[ir.Statement]) -> list[str]:
    return [title, *_indented(nodes)] if nodes else []


def _row(nodes: Sequence[ir.Expression]) -> str:
    return ", ".join(expression(node) for node in nodes)


def _sum(node: ir.Binary) -> str:
    """In a loop: long sums lean left, thousands deep."""
    rights: list[str] = []
    left: Any = node
    while isinstance(left, ir.Binary):
        rights.append(f" {left.operator} {expression(left.right)})")
        left = left.left
    return "(" * len(rights) + expression(left) + "".join(reversed(rights))


def _argument(node: ir.Argument) -> str:
    if node.name in ("", "*", "**"):
        return node.name + expression(node.value)
    return f"{node.name}={expression(node.value)}"


def _pair(key: ir.Expression | None, value: ir.Expression) -> str:
    return f"{expression(key)}: {expression(value)}" if key else f"**{expression(value)}"


def _clause(node: ir.Clause) -> str:
    conditions = "".join(f" if {expression(condition)}" for condition in node.conditions)
    return f"for {expression(node.target)} in {expression(node.iterable)}{conditions}"


def _header(node: ir.Function | ir.Class) -> str:
    if isinstance(node, ir.Class):
        bases = [expression(base) for base in node.bases] + [_argument(keyword) for keyword in node.keywords]
        return f"class {node.name}({', '.join(bases)})"
    words = ["async"] * node.asynchronous + [node.role] * bool(node.role) + ["generator"] * node.generator
    words += ["arrow" if node.arrow else "function"]
    returns = f" -> {expression(node.returns)}" if node.returns else ""
    return f"{' '.join(words)} {node.name}({', '.join(_parameters(node.parameters))}){returns}"


def _parameters(nodes: Sequence[ir.Parameter]) -> Iterator[str]:
    named = False
    for node in nodes:
        if node.kind == "keyword" and not named:
            yield "*"
        named = named or node.kind in ("rest", "keyword")
        decorators = "".join(f"@{expression(decorator)} " for decorator in node.decorators)
        target = expression(node.pattern) if node.pattern else node.name
        annotation = f": {expression(node.annotation)}" if node.annotation else ""
        default = f" = {expression(node.default)}" if node.default else ""
        yield f"{decorators}{_MARKS[node.kind]}{target}{annotation}{default}"
