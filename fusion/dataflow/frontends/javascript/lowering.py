"""The state of one file's lowering, and the way from a syntax node to the function that lowers it.

The modules `javascript_*` each lower some kinds of node and reach the others through `Lowering`, so that none imports another
that imports it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

from fusion.dataflow import ir
from fusion.dataflow.frontends.javascript.scopes import Scopes
from fusion.dataflow.frontends.javascript.source import Source, span

if TYPE_CHECKING:
    from tree_sitter import Node

    ExpressionRule = Callable[["Lowering", Node], ir.Expression]
    StatementRule = Callable[["Lowering", Node, list[ir.Statement]], None]

DEEPEST = 400
"""Levels of nesting that are followed; chains that lean to one side count once."""
_MOST_PARTS = 64
"""Names that are kept of a part that is not followed."""
_MOST_CUTS = 100
COMMENTS = frozenset({"comment", "html_comment"})
FUNCTION_STATEMENTS = frozenset({"function_declaration", "generator_function_declaration"})
_SCOPED = FUNCTION_STATEMENTS | {
    "lexical_declaration",
    "using_declaration",
    "class_declaration",
    "abstract_class_declaration",
    "enum_declaration",
}
"""Statements that declare something in the block that they stand in."""
_NAMES = frozenset({"identifier", "shorthand_property_identifier"})


class Lowering:
    """One file on its way."""

    def __init__(
        self,
        source: Source,
        *,
        expressions: Mapping[str, ExpressionRule],
        statements: Mapping[str, StatementRule],
    ) -> None:
        self.source = source.text
        self.scopes = Scopes()
        self.cut = source.cut
        self.unseen = False
        self.functions: list[ir.Function] = []
        self.imports: set[str] = set()
        self._expressions = expressions
        self._statements = statements
        self._depth = 0

    # -------------------------------------------------------------------------------------------- text

    def text(self, node: Node) -> str:
        """The file's text of a node."""
        return self.source[node.start_byte : node.end_byte]

    def word(self, node: Node) -> str:
        """The name that an identifier spells; it is one more that the function mentions."""
        text = self.source[node.start_byte : node.end_byte]
        if "\\" in text:
            from fusion.dataflow.frontends.javascript.literals import unescape

            text = unescape(text)
        self.scopes.function.mentions.add(text)
        return text

    def name(self, node: Node) -> ir.Expression:
        """The variable that an identifier stands for."""
        text = self.word(node)
        if not text:
            return ir.Opaque(span(node))
        name = ir.Name(span(node), text)
        self.scopes.use(name, text)
        return name

    def variable(self, where: ir.Span, text: str) -> ir.Name:
        """The variable called `text`, where no identifier stands."""
        name = ir.Name(where, text)
        self.scopes.use(name, text)
        return name

    def declare(self, node: Node, kind: str) -> ir.Expression:
        """The variable that a declaration introduces; `kind` is `var`, `let`, or empty where it is only assigned."""
        name = self.name(node)
        if kind and isinstance(name, ir.Name):
            self.scopes.declare(name.id, whole=kind == "var")
        elif isinstance(name, ir.Name):
            self.scopes.function.assigned.append(name)
        return name

    def define(self, value: ir.Function | ir.Class, *, kind: str) -> None:
        """A function or class statement introduces its name; `kind` is `function` or `class`."""
        if value.name:
            self.scopes.use(value, value.name)
            self.scopes.declare(value.name, whole=False, function=kind == "function")

    # -------------------------------------------------------------------------------------------- expressions

    def expression(self, node: Node | None) -> ir.Expression:
        """Lower an expression. None, which errors leave behind, is an `Opaque` without parts."""
        if node is None:
            return ir.Opaque(ir.NOWHERE)
        kind = node.type
        while kind == "parenthesized_expression":
            inner = first(node)
            if inner is None:
                return ir.Opaque(span(node))
            node, kind = inner, inner.type
        if kind == "identifier":
            return self.name(node)
        rule = self._expressions.get(kind)
        if rule is None:
            return self.opaque(node)
        if self._depth >= DEEPEST:
            return self._too_deep(node)
        self._depth += 1
        try:
            return rule(self, node)
        finally:
            self._depth -= 1

    def nested(self, node: Node, lower: Callable[[], ir.Expression]) -> ir.Expression:
        """One level deeper, for what is not reached by way of `expression`."""
        if self._depth >= DEEPEST:
            return self._too_deep(node)
        self._depth += 1
        try:
            return lower()
        finally:
            self._depth -= 1

    def named(self, node: Node, name: Node, lower: Callable[[], ir.Function | ir.Class]) -> ir.Expression:
        """A function or class expression with a name of its own, which only its inside sees.

        Where that uses it, the name is bound where the value is made.
        """
        self.scopes.open_block()
        value = lower()
        bound: ir.Expression = value
        if value.name in self.scopes.block.uses:
            self.scopes.declare(value.name, whole=False)
            bound = ir.Assigned(span(node), self.variable(span(name), value.name), value)
        self.scopes.close_block()
        return bound

    def field(self, node: Node, name: str) -> ir.Expression:
        """Lower the expression in a field of a node."""
        return self.expression(node.child_by_field_name(name))

    def opaque(self, node: Node) -> ir.Opaque:
        """A part that is not understood, as the variables that it names."""
        parts: list[ir.Expression] = []
        cursor = node.walk()
        while len(parts) < _MOST_PARTS:
            here = cursor.node
            if here is not None and here.type in _NAMES:
                parts.append(self.name(here))
            if cursor.goto_first_child():
                continue
            while not cursor.goto_next_sibling():
                if not cursor.goto_parent():
                    return ir.Opaque(span(node), parts)
        return ir.Opaque(span(node), parts)

    def note(self, node: Node, reason: str) -> None:
        """Say that a part was not followed, and why."""
        if len(self.cut) < _MOST_CUTS:
            self.cut.append((span(node), reason))

    def _too_deep(self, node: Node) -> ir.Opaque:
        self.note(node, f"nested more than {DEEPEST} levels deep")
        return self.opaque(node)

    # -------------------------------------------------------------------------------------------- statements

    def statement(self, node: Node, into: list[ir.Statement]) -> None:
        """Lower one statement to any number."""
        rule = self._statements.get(node.type)
        if rule is None:
            if node.type not in COMMENTS:
                into.append(ir.Evaluate(span(node), self.expression(node)))
        elif self._depth >= DEEPEST:
            into.append(ir.Evaluate(span(node), self._too_deep(node)))
        else:
            self._depth += 1
            try:
                rule(self, node, into)
            finally:
                self._depth -= 1

    def statements(self, nodes: Iterable[Node], *, scope: bool = True) -> list[ir.Statement]:
        """Lower a block's statements, function statements first. `scope`: it may declare names of its own."""
        late: list[Node] = []
        early: list[Node] = []
        scoped = False
        for node in nodes:
            kind = node.type
            if kind in COMMENTS:
                continue
            scoped = scoped or kind in _SCOPED
            inner = node.child_by_field_name("declaration") if kind == "export_statement" else None
            if inner is not None and inner.type in FUNCTION_STATEMENTS:
                early.append(inner)
            (early if kind in FUNCTION_STATEMENTS else late).append(node)
        opened = scope and scoped
        if opened:
            self.scopes.open_block()
        into: list[ir.Statement] = []
        for node in early:
            self.statement(node, into)
        for node in late:
            self.statement(node, into)
        if opened:
            self.scopes.close_block()
        return into

    def body(self, node: Node | None) -> list[ir.Statement]:
        """The statements of a loop's or branch's body, braces or not."""
        if node is None:
            return []
        if node.type == "statement_block":
            if self._depth >= DEEPEST:
                return [ir.Evaluate(span(node), self._too_deep(node))]
            self._depth += 1
            try:
                return self.statements(node.named_children)
            finally:
                self._depth -= 1
        return self.statements([node])


def children(node: Node) -> list[Node]:
    """The named children without comments."""
    found = node.named_children
    for child in found:
        if child.type in COMMENTS:
            return [child for child in found if child.type not in COMMENTS]
    return found


def first(node: Node) -> Node | None:
    """The first named child that is no comment."""
    for child in node.named_children:
        if child.type not in COMMENTS:
            return child
    return None


def tokens(node: Node) -> frozenset[str]:
    """The types of a node's children that are no nodes of their own: keywords and punctuation."""
    return frozenset(child.type for child in node.children if not child.is_named)
