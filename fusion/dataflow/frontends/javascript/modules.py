"""Imports and exports of every kind, TypeScript's namespaces and enumerations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fusion.dataflow import ir
from fusion.dataflow.frontends.javascript import literals
from fusion.dataflow.frontends.javascript.classes import class_value, decorators_of
from fusion.dataflow.frontends.javascript.expressions import modules_prefix, required
from fusion.dataflow.frontends.javascript.lowering import FUNCTION_STATEMENTS, Lowering, children, first
from fusion.dataflow.frontends.javascript.source import span
from fusion.dataflow.frontends.javascript.types import NESTED, qualified

if TYPE_CHECKING:
    from tree_sitter import Node

    from fusion.dataflow.frontends.javascript.lowering import StatementRule

_CLASSES = frozenset({"class_declaration", "abstract_class_declaration"})
_NAMED_DECLARATIONS = FUNCTION_STATEMENTS | _CLASSES | {"enum_declaration", "internal_module", "module"}
_VARIABLES = frozenset({"lexical_declaration", "variable_declaration", "using_declaration"})


def _specifier(at: Lowering, node: Node) -> str | None:
    source = node.child_by_field_name("source")
    if source is None or source.type != "string":
        return None
    module = modules_prefix(literals.string_text(at, source))
    at.imports.add(module)
    return module


def _word(at: Lowering, node: Node) -> str:
    """An imported or exported name, which may be a string."""
    if node.type == "string":
        return literals.string_text(at, node)
    return at.word(node) if node.is_named else at.text(node)


def _bind(at: Lowering, node: Node) -> str:
    """The local name that an import introduces."""
    declared = at.declare(node, "let")
    return declared.id if isinstance(declared, ir.Name) else ""


def _import(at: Lowering, node: Node, into: list[ir.Statement]) -> None:
    where = span(node)
    clause = first(node)
    if clause is not None and clause.type == "import_require_clause":
        module, name = _specifier(at, clause), first(clause)
        if module is not None and name is not None:
            into.append(ir.Import(where, module, _bind(at, name)))
        return
    module = _specifier(at, node)
    if module is None:
        return
    if clause is None or clause.type != "import_clause":
        into.append(ir.Import(where, module, ""))
        return
    for part in children(clause):
        if part.type == "identifier":
            into.append(ir.Import(span(part), module, _bind(at, part), "default"))
        elif part.type == "namespace_import" and (name := first(part)) is not None:
            into.append(ir.Import(span(part), module, _bind(at, name)))
        elif part.type == "named_imports":
            _named_imports(at, part, module, into)


def _named_imports(at: Lowering, node: Node, module: str, into: list[ir.Statement]) -> None:
    for part in children(node):
        name = part.child_by_field_name("name")
        if part.type == "import_specifier" and name is not None:
            alias = part.child_by_field_name("alias") or name
            into.append(ir.Import(span(part), module, _bind(at, alias), _word(at, name)))


def required_import(at: Lowering, node: Node, name: Node, value: Node, kind: str, into: list[ir.Statement]) -> bool:
    """Whether `name = value` of a declaration is an import at the top level in all but spelling; if so, it is lowered."""
    whole = at.scopes.function if kind == "var" else at.scopes.block
    if whole is not at.scopes.module:
        return False
    member = value.child_by_field_name("property") if value.type == "member_expression" else None
    call = value.child_by_field_name("object") if member is not None else value
    if call is None or call.type != "call_expression":
        return False
    callee = call.child_by_field_name("function")
    module = required(at, call) if callee is not None and callee.type == "identifier" else None
    if module is None:
        return False
    picked = _picked(at, name) if member is None else ([] if name.type == "identifier" else None)
    if picked is None:
        return False
    at.imports.add(module)
    at.scopes.function.mentions.add("require")
    if name.type == "identifier":
        bound = at.declare(name, kind)
        alias = bound.id if isinstance(bound, ir.Name) else ""
        into.append(ir.Import(span(node), module, alias, at.word(member) if member is not None else ""))
    for key, local in picked:
        bound = at.declare(local, kind)
        if isinstance(bound, ir.Name):
            at.scopes.function.mentions.add(key)
            into.append(ir.Import(span(local), module, bound.id, key))
    return True


def _picked(at: Lowering, pattern: Node) -> list[tuple[str, Node]] | None:
    """Member and variable of each part of `{a, b: c}`; none for a plain name, None where the pattern says more."""
    if pattern.type == "identifier":
        return []
    if pattern.type != "object_pattern":
        return None
    found: list[tuple[str, Node]] = []
    for child in children(pattern):
        key, value = child, child
        if child.type == "pair_pattern":
            left, right = child.child_by_field_name("key"), child.child_by_field_name("value")
            if left is None or right is None or left.type != "property_identifier" or right.type != "identifier":
                return None
            key, value = left, right
        elif child.type != "shorthand_property_identifier_pattern":
            return None
        found.append((at.text(key), value))
    return found


def _alias(at: Lowering, node: Node, into: list[ir.Statement]) -> None:
    """`import a = b.c`."""
    parts = children(node)
    if len(parts) == 2:
        into.append(ir.Assign(span(node), at.declare(parts[0], "let"), qualified(at, parts[1])))


def _export(at: Lowering, node: Node, into: list[ir.Statement]) -> None:
    words = {child.type for child in node.children if not child.is_named}
    declaration = node.child_by_field_name("declaration")
    if declaration is not None:
        _export_declaration(at, node, declaration, "default" in words, into)
        return
    value = node.child_by_field_name("value")
    if value is not None:
        into.append(ir.Export(span(node), "default", at.expression(value)))
    elif "=" in words:
        where = span(node)
        left = ir.Attr(where, at.variable(where, "module"), "exports")
        into.append(ir.Assign(where, left, at.expression(first(node))))
    elif "type" not in words and "namespace" not in words:
        _export_names(at, node, "*" in words, into)


def _export_names(at: Lowering, node: Node, everything: bool, into: list[ir.Statement]) -> None:
    where = span(node)
    module = _specifier(at, node)
    if everything and module is not None:
        into.append(ir.Export(where, "*", None, module))
        return
    for clause in children(node):
        if clause.type == "namespace_export" and module is not None:
            name = first(clause)
            if name is not None:
                into.append(ir.Export(where, _word(at, name), _through(at, where, module, "", into)))
        elif clause.type == "export_clause":
            for part in children(clause):
                name = part.child_by_field_name("name")
                if part.type == "export_specifier" and name is not None and part.children[0].type != "type":
                    _export_name(at, part, name, module, into)


def _export_name(at: Lowering, part: Node, name: Node, module: str | None, into: list[ir.Statement]) -> None:
    where = span(part)
    visible = _word(at, part.child_by_field_name("alias") or name)
    if module is None:
        value = at.name(name) if name.type == "identifier" else at.variable(where, _word(at, name))
    else:
        value = _through(at, where, module, _word(at, name), into)
    into.append(ir.Export(where, visible, value))


def _through(at: Lowering, where: ir.Span, module: str, name: str, into: list[ir.Statement]) -> ir.Expression:
    """A member of another module under a name that nobody can write: what `export {a} from "m"` takes in and gives out."""
    alias = at.scopes.fresh(name or "*")
    at.scopes.function.declared.add(alias)
    into.append(ir.Import(where, module, alias, name))
    return ir.Name(where, alias)


def _export_declaration(at: Lowering, node: Node, declaration: Node, default: bool, into: list[ir.Statement]) -> None:
    where = span(node)
    kind = declaration.type
    if kind in _CLASSES:
        value = class_value(at, declaration, decorators_of(at, node))
        at.define(value, kind="class")
        into.append(ir.Define(span(declaration), value))
    elif kind not in FUNCTION_STATEMENTS:
        # Function statements stand at the front of the block already.
        at.statement(declaration, into)
    if kind in _NAMED_DECLARATIONS:
        name = declaration.child_by_field_name("name")
        while name is not None and name.type in NESTED:
            name = first(name)
        if name is not None and name.type != "string":
            into.append(ir.Export(where, "default" if default else at.text(name), at.name(name)))
    elif kind in _VARIABLES:
        for child in children(declaration):
            if child.type == "variable_declarator" and (name := child.child_by_field_name("name")) is not None:
                _export_variables(at, where, name, into)
    elif kind == "import_alias" and (name := first(declaration)) is not None:
        into.append(ir.Export(where, at.text(name), at.name(name)))


def _export_variables(at: Lowering, where: ir.Span, pattern: Node, into: list[ir.Statement]) -> None:
    """Every variable that a declaration's pattern introduces, keys and defaults apart."""
    stack = [pattern]
    while stack:
        node = stack.pop()
        kind = node.type
        if kind in ("identifier", "shorthand_property_identifier_pattern"):
            into.append(ir.Export(where, at.text(node), at.name(node)))
        elif kind == "pair_pattern":
            value = node.child_by_field_name("value")
            stack += [value] if value is not None else []
        elif kind in ("assignment_pattern", "object_assignment_pattern"):
            left = node.child_by_field_name("left")
            stack += [left] if left is not None else []
        elif kind in ("object_pattern", "array_pattern", "rest_pattern"):
            stack += reversed(children(node))


def _enum(at: Lowering, node: Node, into: list[ir.Statement]) -> None:
    name, body = node.child_by_field_name("name"), node.child_by_field_name("body")
    if name is None or body is None:
        return
    items: list[tuple[ir.Expression | None, ir.Expression]] = []
    following: int | None = 0
    for child in children(body):
        where = span(child)
        if child.type == "enum_assignment":
            key, given = child.child_by_field_name("name"), child.child_by_field_name("value")
            value = at.expression(given)
            following = value.value + 1 if isinstance(value, ir.Const) and type(value.value) is int else None
        else:
            key = child
            value = ir.Const(where, following) if following is not None else ir.Opaque(where)
            following = following + 1 if following is not None else None
        items.append((literals.key(at, key), value))
    into.append(ir.Assign(span(node), at.declare(name, "let"), ir.Table(span(node), items)))


def _namespace(at: Lowering, node: Node, into: list[ir.Statement]) -> None:
    """`namespace A.B {...}`: an object of what it exports, made by a function that is called at once."""
    name, body = node.child_by_field_name("name"), node.child_by_field_name("body")
    if name is None or body is None or name.type == "string":
        return
    names = [name]
    while names[0].type in NESTED:
        inner = children(names[0])
        names[:1] = [inner[0], *([inner[-1]] if len(inner) > 1 else [])]
    where = span(node)
    value: ir.Expression = at.nested(node, lambda: _namespace_value(at, where, body))
    for outer in reversed(names[1:]):
        value = ir.Table(where, [(ir.Const(span(outer), at.word(outer)), value)])
    again = at.text(names[0]) in at.scopes.block.declared
    stored = at.declare(names[0], "let")
    if again:
        # The same namespace in several parts, or one beside a class or function of the same name: it gains members.
        assign = ir.Attr(where, at.variable(where, "Object"), "assign")
        into.append(ir.Evaluate(where, ir.Call(where, assign, [ir.Argument(where, stored), ir.Argument(where, value)])))
    else:
        into.append(ir.Assign(where, stored, value))


def _namespace_value(at: Lowering, where: ir.Span, body: Node) -> ir.Expression:
    maker = ir.Function(where, "", (), (), arrow=True)
    at.functions.append(maker)
    at.scopes.open_function()
    statements: list[ir.Statement] = []
    items: list[tuple[ir.Expression | None, ir.Expression]] = []
    for statement in at.statements(body.named_children, scope=False):
        if isinstance(statement, ir.Export):
            if statement.value is not None:
                items.append((ir.Const(statement.span, statement.name), statement.value))
        else:
            statements.append(statement)
    statements.append(ir.Return(where, ir.Table(where, items)))
    maker.body = statements
    maker.locals, maker.mentions = at.scopes.close_function()
    return ir.Call(where, maker, ())


STATEMENTS: dict[str, StatementRule] = {
    "import_statement": _import,
    "import_alias": _alias,
    "export_statement": _export,
    "enum_declaration": _enum,
    "internal_module": _namespace,
    "module": _namespace,
}
"""Node type -> how it is lowered."""
