"""From text to `expressions`, by way of tree-sitter's grammar of Bicep.

The grammar does not know three things that Bicep does: spreading (`...x`), saying that something is not null (`x!`), and the
assignments of a parameter file. They are written otherwise before it is asked, at the same length, so that lines stay true.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path

import tree_sitter_bicep
from tree_sitter import Language, Node, Parser

from tests.infrastructure import expressions as ex

SPREAD_KEY = "__"
_SAYING = ("comment", "diagnostic_comment")
_ASIDE = (*_SAYING, "ERROR")
_BINDING = ({"??"}, {"||"}, {"&&"}, {"==", "!=", "=~", "!~"}, {"<", "<=", ">", ">="}, {"+", "-"}, {"*", "/", "%"})
"""Operators, from those that bind least."""
_TIGHTEST = len(_BINDING) + 1
"""How members, places and calls bind."""
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "'": "'", "\\": "\\", "$": "$"}
_TOKEN = re.compile(r"'''.*?'''|//[^\n]*|/\*.*?\*/|\.\.\.|[\w.]+|\s+|.", re.DOTALL)


def project(root: Path, *folders: str) -> ex.Project:
    """Everything in those folders (or files) of a root."""
    found = [
        path for folder in folders for path in ([root / folder] if (root / folder).is_file() else (root / folder).rglob("*"))
    ]
    return parsed(
        {path.relative_to(root).as_posix(): path.read_text(encoding="utf-8") for path in sorted(found) if path.is_file()}
    )


def parsed(texts: Mapping[str, str]) -> ex.Project:
    """A project of these texts by their paths."""
    files = {path: read(path, text) for path, text in texts.items() if path.endswith((".bicep", ".bicepparam"))}
    return ex.Project(files=files, texts=dict(texts))


def _written_otherwise(text: str, *, is_parameters: bool) -> str:
    """What the grammar can read; as long as before, and line by line the same."""
    out: list[str] = []
    stack: list[str] = []
    last = ""
    position = 0
    while position < len(text):
        if stack and stack[-1] == "'":
            # Inside of a string, up to its end or to an interpolation.
            match = re.compile(r"(?:\\.|\$(?!\{)|[^'\\$])*", re.DOTALL).match(text, position)
            assert match
            token = match[0] or text[position : position + (2 if text.startswith("${", position) else 1)]
            if not match[0]:
                stack.pop() if token == "'" else stack.append("${")
            out.append(token)
            position += len(token)
            last = token
            continue
        match = _TOKEN.match(text, position)
        assert match
        token = match[0]
        position = match.end()
        if token == "'":
            stack.append("'")
        elif token in ("{", "[", "("):
            stack.append(token)
        elif token in ("}", "]", ")") and stack:
            stack.pop()
        if token == "...":
            out.append(f"{SPREAD_KEY}:" if stack and stack[-1] == "{" else "!!!")
        elif token == "!" and re.search(r"[\w\])]$", last) and text[position : position + 1] not in ("=", "~"):
            out.append(" ")
        elif is_parameters and token == "param" and not stack:
            out.append("var  ")
        else:
            out.append(token)
        last = token
    return "".join(out)


@cache
def read(path: str, text: str) -> ex.File:
    """One file."""
    source = _written_otherwise(text, is_parameters=path.endswith(".bicepparam")).encode()
    root = Parser(Language(tree_sitter_bicep.language())).parse(source).root_node
    found: dict[str, list[object]] = {}
    single: dict[str, str] = {}
    decorators: tuple[ex.Decorator, ...] = ()
    for node in root.named_children:
        if node.type == "decorators":
            decorators = tuple(_decorator(each) for each in node.named_children)
            continue
        if node.type in _SAYING:
            continue
        if node.type == "target_scope_assignment":
            single["scope"] = _string(node)
        elif node.type == "using_statement":
            single["using"] = _string(node)
        elif "import" in node.type:
            found.setdefault("imported", []).extend(_text(each) for each in node.named_children if each.type == "identifier")
        else:
            for group, declared in _declared(node, decorators):
                found.setdefault(group, []).append(declared)
        decorators = ()
    groups = {group: tuple(values) for group, values in found.items()}
    wrong = tuple(_wrong(root)) if root.has_error else ()
    return ex.File(path=path, lines=tuple(text.splitlines()), wrong=wrong, **single, **groups)  # type: ignore[arg-type]


def _wrong(node: Node) -> Iterator[tuple[int, str]]:
    if node.is_error or node.is_missing:
        said = _text(node).strip().partition("\n")[0][:40] or f"nothing, where {node.type} is missing"
        yield _line(node), said
        return
    for child in node.children:
        if child.has_error or child.is_missing:
            yield from _wrong(child)


def _declared(node: Node, decorators: tuple[ex.Decorator, ...]) -> Iterator[tuple[str, object]]:
    """What a statement declares, with the group of the file that it belongs to."""
    names = [each for each in node.named_children if each.type == "identifier"]
    parts = [each for each in node.named_children if each.type not in _ASIDE]
    if not names or not parts:
        return
    about = {"name": _text(names[0]), "line": _line(node), "decorators": decorators}
    kind = node.type.removesuffix("_declaration")
    value = next((_expression(each) for each in _after_equals(node)), ex.Value(_line(node), None))
    if kind == "parameter":
        typed = next((each for each in parts[1:] if each.type not in _VALUES or not _is_after_equals(node, each)), None)
        default = value if any(_after_equals(node)) else None
        yield "params", ex.Param(**about, type=_text(typed) if typed else "", default=default)  # type: ignore[arg-type]
    elif kind == "variable":
        yield "variables", ex.Variable(**about, value=value)  # type: ignore[arg-type]
    elif kind == "output":
        yield "outputs", ex.Output(**about, type=_text(parts[1]), value=value)  # type: ignore[arg-type]
    elif kind == "type":
        yield "types", ex.Type(**about, text=_text(node))  # type: ignore[arg-type]
    elif kind == "user_defined_function":
        takes = next((each for each in parts if each.type == "parameters"), None)
        names_taken = tuple(_text(each.named_children[0]) for each in takes.named_children) if takes else ()
        yield "functions", ex.Function(**about, names=names_taken, value=_expression(parts[-1]))  # type: ignore[arg-type]
    elif kind == "module":
        yield "modules", ex.Module(**about, path=_string(node), body=value)  # type: ignore[arg-type]
    elif kind == "resource":
        for each in _resources(node, decorators, "", ""):
            yield "resources", each


def _resources(node: Node, decorators: tuple[ex.Decorator, ...], within: str, outer: str) -> Iterator[ex.Resource]:
    """A resource and those that are declared inside."""
    name = _text(next(each for each in node.named_children if each.type == "identifier"))
    type, _, version = _string(node).partition("@")
    type = f"{outer}/{type}" if outer else type
    value = next((_expression(each) for each in _after_equals(node)), ex.Value(_line(node), None))
    is_existing = any(each.type == "existing" for each in node.children)
    yield ex.Resource(
        name, _line(node), decorators, type=type, version=version, is_existing=is_existing, body=value, within=within
    )
    held = next(_after_equals(node), None)
    while held is not None and held.type != "object":
        held = next((each for each in reversed(held.named_children) if each.type not in _SAYING), None)
    for entry in held.named_children if held is not None else ():
        for each in entry.named_children:
            if each.type == "resource_declaration":
                yield from _resources(each, (), name, type)


def _after_equals(node: Node) -> Iterator[Node]:
    seen = False
    for child in node.children:
        if seen and child.is_named and child.type not in _ASIDE:
            yield child
        seen = seen or child.type == "="


def _is_after_equals(node: Node, child: Node) -> bool:
    return any(each.id == child.id for each in _after_equals(node))


_VALUES = frozenset({"string", "number", "boolean", "null", "array", "object", "identifier", "call_expression"}) | {
    *("member_expression", "subscript_expression", "ternary_expression", "binary_expression", "unary_expression"),
    *("parenthesized_expression", "for_statement", "resource_expression"),
}


def _decorator(node: Node) -> ex.Decorator:
    called = _expression(node.named_children[0])
    if isinstance(called, ex.Call):
        return ex.Decorator(called.name, called.arguments)
    return ex.Decorator(_text(node).lstrip("@"))


def _string(node: Node) -> str:
    found = next((each for each in node.named_children if each.type == "string"), None)
    value = _expression(found) if found else None
    return str(value.value) if isinstance(value, ex.Value) else ""


def _expression(node: Node) -> ex.Expr:
    line = _line(node)
    parts = [each for each in node.named_children if each.type not in _ASIDE]
    match node.type:
        case "string":
            return _interpolated(node)
        case "number":
            return ex.Value(line, int(_text(node)))
        case "boolean":
            return ex.Value(line, _text(node) == "true")
        case "null":
            return ex.Value(line, None)
        case "identifier" | "property_identifier":
            return ex.Name(line, _text(node))
        case "parenthesized_expression" if len(parts) == 1:
            inner = _expression(parts[0])
            return replace(inner, is_held=True) if isinstance(inner, ex.Choice | ex.Operation | ex.Lambda) else inner
        case "array":
            return ex.Array(line, tuple(_element(each) for each in parts))
        case "object":
            return ex.Object(line, tuple(filter(None, map(_entry, parts))))
        case "member_expression" | "resource_expression" if len(parts) == 2:
            is_safe = b".?" in (node.text or b"")[parts[0].end_byte - node.start_byte :]
            return _hoisted(ex.Member(line, _expression(parts[0]), _text(parts[1]), is_safe))
        case "subscript_expression" if len(parts) == 2:
            return _hoisted(ex.Index(line, _expression(parts[0]), _expression(parts[1])))
        case "call_expression":
            return _call(node)
        case "ternary_expression" if len(parts) == 3:
            return _hoisted(ex.Choice(line, _expression(parts[0]), _expression(parts[1]), _expression(parts[2])))
        case "binary_expression" | "unary_expression":
            operator = next((each.type for each in node.children if not each.is_named), "")
            return _hoisted(ex.Operation(line, operator, tuple(map(_expression, parts))))
        case "for_statement" if len(parts) >= 3:
            first, over, body = parts[0], parts[-2], parts[-1]
            names = tuple(map(_text, first.named_children)) if first.type == "for_loop_parameters" else (_text(first),)
            return ex.Loop(line, names, _expression(over), _expression(body))
        case "if_statement" if len(parts) >= 2:
            return ex.When(line, _expression(parts[0]), _expression(parts[-1]))
        case "lambda_expression" if len(parts) >= 2:
            head = parts[0]
            names = (_text(head),) if head.type == "identifier" else tuple(map(_text, head.named_children))
            return ex.Lambda(line, names, _expression(parts[-1]))
    return ex.Operation(line, node.type, tuple(map(_expression, parts)))


def _element(node: Node) -> ex.Expr:
    value = _expression(node)
    inner = value
    for _ in range(3):
        if not (isinstance(inner, ex.Operation) and inner.operator == "!"):
            return value
        inner = inner.operands[0]
    return ex.Spread(value.line, inner)


def _entry(node: Node) -> ex.Entry | None:
    parts = [each for each in node.named_children if each.type not in _ASIDE]
    if node.type != "object_property" or len(parts) < 2:
        return None
    key = _text(parts[0]) if parts[0].type != "string" else _interpolated(parts[0])
    if isinstance(key, ex.Value):
        key = str(key.value)
    value = _expression(parts[-1])
    return ex.Entry(_line(node), None if key == SPREAD_KEY else key, value)


def _call(node: Node) -> ex.Expr:
    function = node.child_by_field_name("function")
    given = node.child_by_field_name("arguments")
    nodes = given.named_children if given else ()
    arguments = tuple(_expression(each) for each in nodes if each.type not in _ASIDE)
    line = _line(node)

    def calling(function: ex.Expr) -> ex.Expr:
        if isinstance(function, ex.Member):
            is_namespace = isinstance(function.of, ex.Name) and function.of.name in ("az", "sys")
            return ex.Call(line, function.name, None if is_namespace else function.of, arguments, is_namespace)
        return ex.Call(line, function.name if isinstance(function, ex.Name) else "", None, arguments)

    return _into(_expression(function) if function else ex.Name(line, ""), calling, _TIGHTEST)


def _hoisted(expression: ex.Expr) -> ex.Expr:
    """Put right what the grammar has the wrong way round: `a ? b : c.d` is `(a ? b : c).d` for it, and `x => x.a`,
    `!a.b` and `a && b == c` are alike."""
    match expression:
        case ex.Member(of=of):
            return _into(of, lambda last: replace(expression, of=last), _TIGHTEST)
        case ex.Index(of=of):
            return _into(of, lambda last: replace(expression, of=last), _TIGHTEST)
        case ex.Choice(condition=condition):
            return _into(condition, lambda last: replace(expression, condition=last), -1)
        case ex.Operation(operator=operator, operands=(first, second)):
            return _into(first, lambda last: replace(expression, operands=(last, second)), _binding(operator))
    return expression


def _into(inner: ex.Expr, around: Callable[[ex.Expr], ex.Expr], binding: int) -> ex.Expr:
    """Put what binds so tightly around the last part of an expression that binds less, unless brackets hold it."""
    match inner:
        case ex.Lambda(is_held=False, body=body):
            return replace(inner, body=_into(body, around, binding))
        case ex.Choice(is_held=False, other=other):
            return replace(inner, other=_into(other, around, binding))
        case ex.Operation(is_held=False, operator=operator, operands=(first, second)) if _binding(operator) < binding:
            return replace(inner, operands=(first, _into(second, around, binding)))
        case ex.Operation(is_held=False, operands=(only,)) if binding == _TIGHTEST:
            return replace(inner, operands=(_into(only, around, binding),))
    return around(inner)


def _binding(operator: str) -> int:
    return next((place for place, each in enumerate(_BINDING) if operator in each), len(_BINDING))


def _interpolated(node: Node) -> ex.Expr:
    raw = node.text or b""
    if raw.startswith(b"'''"):
        return ex.Value(_line(node), raw[3:-3].decode().removeprefix("\r").removeprefix("\n"))
    parts: list[str | ex.Expr] = []
    at = node.start_byte + 1
    for each in node.named_children:
        if each.type == "interpolation" and each.named_children:
            parts += [
                _plain(raw[at - node.start_byte : each.start_byte - node.start_byte]),
                _expression(each.named_children[0]),
            ]
            at = each.end_byte
    parts.append(_plain(raw[at - node.start_byte : -1]))
    if len(parts) == 1:
        return ex.Value(_line(node), str(parts[0]))
    return ex.Text(_line(node), tuple(part for part in parts if part != ""))


def _plain(raw: bytes) -> str:
    def meant(match: re.Match[str]) -> str:
        return chr(int(match[2], 16)) if match[2] else _ESCAPES.get(match[1], match[1])

    return re.sub(r"\\(u\{([0-9a-fA-F]+)\}|.)", meant, raw.decode())


def _text(node: Node) -> str:
    return (node.text or b"").decode()


def _line(node: Node) -> int:
    return node.start_point.row + 1
