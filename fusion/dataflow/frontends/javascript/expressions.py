"""Operators, calls, members, and displays. Chains that lean to one side are walked in loops: they may be thousands long."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from fusion.dataflow import ir
from fusion.dataflow.frontends.javascript import literals
from fusion.dataflow.frontends.javascript.functions import function, method
from fusion.dataflow.frontends.javascript.lowering import COMMENTS, Lowering, children, first
from fusion.dataflow.frontends.javascript.source import span

if TYPE_CHECKING:
    from tree_sitter import Node

    from fusion.dataflow.frontends.javascript.lowering import ExpressionRule

_COMPARISONS = {
    "===": "==",
    "!==": "!=",
    "==": "==",
    "!=": "!=",
    "<": "<",
    "<=": "<=",
    ">": ">",
    ">=": ">=",
    "in": "in",
    "instanceof": "instanceof",
}
_CHAIN = frozenset({"call_expression", "member_expression", "subscript_expression", "non_null_expression"})
_INNER = {"call_expression": "function", "member_expression": "object", "subscript_expression": "object"}
_HARMLESS = (ir.Const, ir.Name)
_INTEROP = frozenset(
    {
        *("__importDefault", "__importStar", "__toESM", "_interopRequireDefault", "_interopRequireWildcard"),
        *("_interop_require_default", "_interop_require_wildcard", "_interopDefaultLegacy", "_interopDefaultCompat"),
        *("_interopNamespace", "_interopNamespaceDefault", "_interopNamespaceCompat"),
    }
)
"""What compilers call the functions that wrap a module, so that its members and its `default` are where imports look."""


def modules_prefix(specifier: str) -> str:
    """A module's name as everybody spells it."""
    return specifier.removeprefix("node:")


def required(at: Lowering, node: Node) -> str | None:
    """The module in `require("x")` and `import("x")` with a literal; None for everything else."""
    callee = node.child_by_field_name("function")
    if callee is None or not (callee.type == "import" or (callee.type == "identifier" and at.text(callee) == "require")):
        return None
    given = node.child_by_field_name("arguments")
    values = children(given) if given is not None and given.type == "arguments" else []
    if not values or (len(values) > 1 and callee.type != "import"):
        return None
    if values[0].type == "string":
        return modules_prefix(literals.string_text(at, values[0]))
    if values[0].type == "template_string" and not any(child.type == "template_substitution" for child in values[0].children):
        return modules_prefix(literals.template_parts(at, values[0])[0][0])
    return None


def arguments(at: Lowering, node: Node | None) -> list[ir.Argument]:
    """The arguments of a call; a tagged template's are its literal parts, in a list, and its holes."""
    if node is None:
        return []
    if node.type == "template_string":
        place = span(node)
        texts, holes = literals.template_parts(at, node)
        parts = ir.Series(place, "list", [ir.Const(place, text) for text in texts])
        return [ir.Argument(place, parts), *(ir.Argument(hole.span, hole) for hole in holes)]
    given = []
    for child in children(node):
        spread = child.type == "spread_element"
        given.append(ir.Argument(span(child), at.expression(first(child) if spread else child), "*" if spread else ""))
    return given


def sequence(at: Lowering, node: Node) -> list[ir.Expression]:
    """The expressions between commas."""
    found: list[ir.Expression] = []
    stack = [node]
    while stack:
        part = stack.pop()
        if part.type == "sequence_expression":
            stack += reversed(children(part))
        else:
            found.append(at.expression(part))
    return found


def _chain(at: Lowering, node: Node) -> ir.Expression:
    links: list[Node] = []
    inner: Node | None = node
    outside = 0
    while inner is not None:
        kind = inner.type
        if kind == "parenthesized_expression":
            inner = first(inner)
            outside = len(links)
            continue
        if kind not in _CHAIN or (kind == "call_expression" and required(at, inner) is not None):
            break
        links.append(inner)
        inner = inner.child_by_field_name(_INNER[kind]) if kind in _INNER else first(inner)
    if inner is not None and not links:
        return _required(at, inner)
    if inner is not None and inner.type == "identifier" and len(links) > outside and at.text(inner) == "await":
        awaited = _awaited(at, links[outside:])
        if awaited is not None:
            for link in reversed(links[:outside]):
                awaited = _link(at, link, awaited)
            return awaited
    value = at.expression(inner)
    for link in reversed(links):
        value = _link(at, link, value)
    return value


def _awaited(at: Lowering, links: Sequence[Node]) -> ir.Expression | None:
    """`await (0, lib.f)(x)`, as compilers write it: the grammar takes it for calls that begin with a function `await`."""
    given = links[-1].child_by_field_name("arguments") if links[-1].type == "call_expression" else None
    parts = [at.expression(child) for child in children(given)] if given is not None and given.type == "arguments" else []
    if not parts:
        return None
    value = _last_of(parts, span(links[-1]))
    for link in reversed(links[:-1]):
        value = _link(at, link, value)
    return ir.Await(span(links[0]), value)


def _link(at: Lowering, node: Node, value: ir.Expression) -> ir.Expression:
    kind = node.type
    if kind == "call_expression":
        given = arguments(at, node.child_by_field_name("arguments"))
        if given and isinstance(given[0].value, ir.Required) and _wraps(value):
            return given[0].value
        return ir.Call(span(node), value, given)
    if kind == "member_expression":
        named = node.child_by_field_name("property")
        return ir.Attr(span(node), value, at.word(named) if named is not None else "")
    if kind == "subscript_expression":
        index = node.child_by_field_name("index")
        if index is not None and index.type == "string":
            return ir.Index(span(node), value, literals.key(at, index))
        return ir.Index(span(node), value, at.expression(index))
    return value


def _wraps(callee: ir.Expression) -> bool:
    """Whether it is a compiler's function that takes a module and gives it as others import it."""
    if isinstance(callee, ir.Attr):
        return callee.name in _INTEROP or (callee.name == "_" and _wraps(callee.object))
    return isinstance(callee, ir.Name) and callee.id in _INTEROP


def _required(at: Lowering, node: Node) -> ir.Expression:
    module = required(at, node) or ""
    at.imports.add(module)
    at.scopes.function.mentions.add("require")
    return ir.Required(span(node), module)


def _new(at: Lowering, node: Node) -> ir.Expression:
    return ir.Call(span(node), at.field(node, "constructor"), arguments(at, node.child_by_field_name("arguments")), new=True)


def _binary(at: Lowering, node: Node) -> ir.Expression:
    spine: list[Node] = []
    left: Node | None = node
    while left is not None:
        if left.type == "parenthesized_expression":
            left = first(left)
            continue
        if left.type != "binary_expression":
            break
        spine.append(left)
        left = left.child_by_field_name("left")
    value = _operand(at, left)
    start = value.span if value.span != ir.NOWHERE else span(node)
    for part in reversed(spine):
        operator = part.child_by_field_name("operator")
        where = span(part)
        right = at.field(part, "right")
        value = operation(where if where.line else start, operator.type if operator is not None else "+", value, right)
    return value


def _operand(at: Lowering, node: Node | None) -> ir.Expression:
    if node is not None and node.type == "private_property_identifier":
        return ir.Const(span(node), at.word(node))
    return at.expression(node)


def operation(where: ir.Span, operator: str, left: ir.Expression, right: ir.Expression) -> ir.Expression:
    """`left operator right`, as JavaScript spells the operator."""
    if operator in _COMPARISONS:
        return ir.Compare(where, _COMPARISONS[operator], left, right)
    if operator == "&&":
        return ir.Logic(where, "and", _operands("and", left, right))
    if operator == "||":
        return ir.Logic(where, "or", _operands("or", left, right))
    if operator == "??":
        return ir.Logic(where, "??", _operands("??", left, right))
    return ir.Binary(where, operator, left, right)


def _operands(operator: str, left: ir.Expression, right: ir.Expression) -> Sequence[ir.Expression]:
    """`a and b and c` is one; the list grows in place, since nobody else has the left part."""
    if isinstance(left, ir.Logic) and left.operator == operator and isinstance(left.operands, list):
        left.operands.append(right)
        return left.operands
    return [left, right]


def _unary(at: Lowering, node: Node) -> ir.Expression:
    sign = node.child_by_field_name("operator")
    operator = sign.type if sign is not None else "+"
    operand = at.field(node, "argument")
    if operator == "delete":
        return ir.Opaque(span(node), [operand])
    return ir.Unary(span(node), "not" if operator == "!" else operator, operand)


def _ternary(at: Lowering, node: Node) -> ir.Expression:
    branches: list[tuple[ir.Span, ir.Expression, ir.Expression]] = []
    rest: Node | None = node
    while rest is not None:
        if rest.type == "parenthesized_expression":
            rest = first(rest)
            continue
        if rest.type != "ternary_expression":
            break
        branches.append((span(rest), at.field(rest, "condition"), at.field(rest, "consequence")))
        rest = rest.child_by_field_name("alternative")
    value = at.expression(rest)
    for where, test, then in reversed(branches):
        value = ir.Choice(where, test, then, value)
    return value


def _sequence(at: Lowering, node: Node) -> ir.Expression:
    parts = sequence(at, node)
    return _last_of(parts, span(node)) if parts else ir.Opaque(span(node))


def _last_of(parts: list[ir.Expression], where: ir.Span) -> ir.Expression:
    """Expressions between commas."""
    if all(isinstance(part, _HARMLESS) for part in parts[:-1]):
        return parts[-1]
    # All are evaluated, the last is the value: what taking the last of a list says.
    return ir.Index(where, ir.Series(where, "list", parts), ir.Const(where, len(parts) - 1))


def _array(at: Lowering, node: Node) -> ir.Expression:
    items: list[ir.Expression] = []
    filled = False
    for child in node.children:
        kind = child.type
        if kind == ",":
            if not filled:
                items.append(ir.Const(span(child), None))
            filled = False
        elif child.is_named and kind not in COMMENTS:
            filled = True
            items.append(
                ir.Spread(span(child), at.expression(first(child))) if kind == "spread_element" else at.expression(child)
            )
    return ir.Series(span(node), "list", items)


def _object(at: Lowering, node: Node) -> ir.Expression:
    items: list[tuple[ir.Expression | None, ir.Expression]] = []
    for child in children(node):
        kind = child.type
        if kind == "pair":
            items.append((literals.key(at, child.child_by_field_name("key")), at.field(child, "value")))
        elif kind == "shorthand_property_identifier":
            items.append((ir.Const(span(child), at.text(child)), at.name(child)))
        elif kind == "method_definition":
            items.append((literals.key(at, child.child_by_field_name("name")), method(at, child)))
        elif kind == "spread_element":
            items.append((None, at.expression(first(child))))
        else:
            items.append((None, at.expression(child)))
    return ir.Table(span(node), items)


def _await(at: Lowering, node: Node) -> ir.Expression:
    return ir.Await(span(node), at.expression(first(node)))


def _yield(at: Lowering, node: Node) -> ir.Expression:
    value = first(node)
    delegate = any(child.type == "*" for child in node.children[:2])
    return ir.Yield(span(node), at.expression(value) if value is not None else None, delegate)


def _this(_at: Lowering, node: Node) -> ir.Expression:
    return ir.Name(span(node), "this")


def _super(_at: Lowering, node: Node) -> ir.Expression:
    return ir.Name(span(node), "super")


def _import(_at: Lowering, node: Node) -> ir.Expression:
    return ir.Name(span(node), "import")


def _meta(at: Lowering, node: Node) -> ir.Expression:
    word, _, name = at.text(node).partition(".")
    return ir.Attr(span(node), ir.Name(span(node), word.strip()), name.strip())


def _typed(at: Lowering, node: Node) -> ir.Expression:
    """`x as T`, `x satisfies T`, `f<T>`: the value."""
    return at.expression(first(node))


def _asserted(at: Lowering, node: Node) -> ir.Expression:
    """`<T>x`: the value comes last."""
    parts = children(node)
    return at.expression(parts[-1] if parts else None)


def _function(at: Lowering, node: Node) -> ir.Expression:
    name = node.child_by_field_name("name")
    return function(at, node) if name is None else at.named(node, name, lambda: function(at, node))


EXPRESSIONS: dict[str, ExpressionRule] = {
    "call_expression": _chain,
    "member_expression": _chain,
    "subscript_expression": _chain,
    "non_null_expression": _chain,
    "new_expression": _new,
    "binary_expression": _binary,
    "unary_expression": _unary,
    "ternary_expression": _ternary,
    "sequence_expression": _sequence,
    "array": _array,
    "object": _object,
    "await_expression": _await,
    "yield_expression": _yield,
    "this": _this,
    "super": _super,
    "import": _import,
    "meta_property": _meta,
    "as_expression": _typed,
    "satisfies_expression": _typed,
    "instantiation_expression": _typed,
    "type_assertion": _asserted,
    "function_expression": _function,
    "generator_function": _function,
    "arrow_function": function,
}
"""Node type -> how it is lowered."""
