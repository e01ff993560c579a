"""Symbols of the languages that tree-sitter reads.

The parser's work is capped by the number of its own progress reports, which depends on the text alone, so that the same file
gives the same symbols on a slow machine. The tree is walked once, without recursion, and not below a depth that no person
writes: tree-sitter's own queries take time with the square of what hostile files can be made of.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from tree_sitter import Language, Node, Parser

from fusion.syntax.grammars import EXTRA_KINDS, FUNCTION_VALUES, GRAMMARS, RUBY_ACCESS, RUBY_HIDING, Comments, Grammar
from fusion.syntax.symbol import DEEPEST, MOST, Symbol, short_name, short_signature

_PROGRESS_PER_BYTE = 0.25
"""Progress reports allowed per byte of source; ordinary code needs about 0.05."""
_MOST_PROGRESS = 60_000
_DEEPEST_NODE = 500
"""Depth of a tree that is walked."""
_HEREDOCS = frozenset({"bash", "ruby"})
_MOST_HEREDOCS = 2_000
"""Open here-documents cost these languages' scanners time with their square, outside the counted work."""
_CHUNK = 1 << 16
_FUNCTIONS = frozenset({"function", "method", "macro"})
_SIGNATURE_FIELDS = ("type_parameters", "parameters", "result", "return_type", "superclass", "interfaces", "trait")
_HERITAGE = frozenset({"class_heritage", "base_class_clause", "extends_type_clause", "extends_interfaces", "permits"})


@dataclass(frozen=True, slots=True)
class _Source:
    """A file as the tree knows it: `Node.text` would call back into Python for every byte range."""

    language: str
    data: bytes
    lines: Sequence[str]
    exported: frozenset[str]

    def text(self, node: Node | None) -> str:
        return _slice(self.data, node)


@dataclass(slots=True)
class _Frame:
    """A node that is open while the sweep is inside it: a symbol, or a wrapper around one."""

    end: int
    tag: str
    row: int
    symbol: Symbol | None = None
    access: str = ""


def symbols(language: str, text: str) -> tuple[Symbol, ...]:
    """The symbols of a file; empty for a language without grammar here, or when the parser gives up."""
    loaded = _load(language)
    if loaded is None or (language in _HEREDOCS and text.count("<<") > _MOST_HEREDOCS):
        return ()
    data = text.encode("utf-8", "replace")
    root = _root(loaded, data)
    if root is None:
        return ()
    exported: set[str] = set()
    nodes = list(_found(GRAMMARS[language], root, data, exported))
    return tuple(_sweep(_Source(language, data, text.split("\n"), frozenset(exported)), nodes))


def faults(language: str, text: str) -> int | None:
    """How many places of a file the grammar cannot make sense of; None for a language without grammar, or too much work."""
    loaded = _load(language)
    if loaded is None or (language in _HEREDOCS and text.count("<<") > _MOST_HEREDOCS):
        return None
    root = _root(loaded, text.encode("utf-8", "replace"))
    if root is None:
        return None
    found, depth, cursor = 0, 0, root.walk()
    while True:
        node = cursor.node
        found += node is not None and (node.is_error or node.is_missing)
        if node is not None and node.has_error and depth < _DEEPEST_NODE and cursor.goto_first_child():
            depth += 1
            continue
        while not cursor.goto_next_sibling():
            if not cursor.goto_parent():
                return found
            depth -= 1


@cache
def _load(name: str) -> Language | None:
    grammar = GRAMMARS.get(name)
    if grammar is None:
        return None
    try:
        return Language(getattr(importlib.import_module(grammar.module), grammar.factory)())
    except (ImportError, AttributeError, ValueError):
        return None


def _found(grammar: Grammar, root: Node, data: bytes, exported: set[str]) -> Iterator[tuple[Node, str]]:
    """Definitions, what wraps them and what switches access, each with its role, outer before inner.

    Names that the file exports elsewhere go into `exported`.
    """
    cursor = root.walk()
    above: list[str] = []
    """Types of the nodes around the cursor's."""
    while True:
        node = cursor.node
        if node is not None and node.is_named:
            for role in _roles(grammar, node, above[-1] if above else "", data, exported):
                yield node, role
        if len(above) < _DEEPEST_NODE and cursor.goto_first_child():
            above.append(node.type if node is not None else "")
            continue
        while not cursor.goto_next_sibling():
            if not cursor.goto_parent():
                return
            above.pop()


def _roles(grammar: Grammar, node: Node, parent: str, data: bytes, exported: set[str]) -> Iterator[str]:
    kind = node.type
    if kind in grammar.kinds:
        yield "definition"
    elif kind in grammar.wrappers:
        yield "outer"
    elif kind == "export_statement":
        if node.child_by_field_name("declaration") is not None:
            yield "exported_outer"
        value = node.child_by_field_name("value")
        if value is not None and value.type == "object":
            yield "exported"
        elif value is not None and value.type == "identifier":
            exported.add(_slice(data, value))
    elif kind == "export_specifier":
        exported.add(_slice(data, node.child_by_field_name("name")))
    elif kind == "call" and _slice(data, node.child_by_field_name("method")) in RUBY_HIDING:
        yield "hidden"
    elif _switches_access(node, parent, data):
        yield "access"
    if kind == "assignment_expression" and _slice(data, node.child_by_field_name("left")) == "module.exports":
        exported |= set(_exports(node.child_by_field_name("right"), data))
    if kind in grammar.conditional and _is_definition(node):
        yield "definition"


def _switches_access(node: Node, parent: str, data: bytes) -> bool:
    """`public:` in a C++ class, or `private` alone on a line of a Ruby one."""
    if node.type == "access_specifier":
        return parent == "field_declaration_list"
    return node.type == "identifier" and parent == "body_statement" and _slice(data, node) in RUBY_ACCESS


def _is_definition(node: Node) -> bool:
    if node.child_by_field_name("body") is not None:
        return True
    value = node.child_by_field_name("value") or node.child_by_field_name("right")
    return value is not None and value.type in FUNCTION_VALUES


def _exports(value: Node | None, data: bytes) -> Iterator[str]:
    """Names in `module.exports = name` and `module.exports = { name, key: name }`."""
    if value is not None and value.type == "identifier":
        yield _slice(data, value)
    elif value is not None and value.type == "object":
        for child in value.named_children[:MOST]:
            name = child.child_by_field_name("value") if child.type == "pair" else child
            if name is not None and name.type in ("identifier", "shorthand_property_identifier"):
                yield _slice(data, name)


def _root(language: Language, data: bytes) -> Node | None:
    """The root of the tree, or None when the work exceeds what the size justifies."""
    room = 1_000 + min(_MOST_PROGRESS, int(_PROGRESS_PER_BYTE * len(data)))

    def give_up(_offset: int, _has_error: bool) -> bool:
        nonlocal room
        room -= 1
        return room <= 0

    try:
        return (
            Parser(language)
            .parse(lambda offset, _point: data[offset : offset + _CHUNK], encoding="utf8", progress_callback=give_up)
            .root_node
        )
    except (ValueError, AttributeError):
        return None


def _sweep(source: _Source, nodes: Sequence[tuple[Node, str]]) -> list[Symbol]:
    found: list[Symbol] = []
    stack: list[_Frame] = []
    for node, tag in nodes:
        while stack and stack[-1].end <= node.start_byte:
            stack.pop()
        if tag == "access":
            for frame in reversed(stack):
                if frame.symbol is not None:
                    frame.access = source.text(node)
                    break
            continue
        if tag != "definition":
            stack.append(_Frame(end=node.end_byte, tag=tag, row=node.start_point.row))
            continue
        parents = [frame for frame in stack if frame.symbol is not None]
        name = _name(source, node)
        if not name or len(parents) >= DEEPEST or len(found) >= MOST:
            continue
        parent = parents[-1] if parents else None
        wrappers = stack[stack.index(parent) + 1 :] if parent else list(stack)
        symbol = _symbol(source, node, name, parent, wrappers)
        found.append(symbol)
        for frame in wrappers:
            if frame.tag in ("outer", "exported_outer"):
                frame.row = -1
        stack.append(_Frame(end=node.end_byte, tag="symbol", row=node.start_point.row, symbol=symbol))
    return found


def _symbol(
    source: _Source,
    node: Node,
    name: str,
    parent: _Frame | None,
    wrappers: Sequence[_Frame],
) -> Symbol:
    row = min([node.start_point.row, *(frame.row for frame in wrappers if "outer" in frame.tag and frame.row >= 0)])
    outer = parent.symbol if parent else None
    grammar = GRAMMARS[source.language]
    kind = grammar.kinds.get(node.type) or EXTRA_KINDS[node.type]
    if kind == "function" and outer is not None and outer.kind in ("class", "struct", "impl", "trait", "union"):
        kind = "method"
    # A definition that ends with a newline of its own ends on the line before.
    end_row = node.end_point.row - (1 if node.end_point.column == 0 and node.end_point.row > node.start_point.row else 0)
    return Symbol(
        name=f"{outer.name}.{name}" if outer else name,
        kind=kind,
        line=row + 1,
        end_line=max(end_row, row) + 1,
        public=_is_public(source, node, name, parent, wrappers),
        signature=_signature(source, node),
        documented=_is_documented(grammar.comments, source.lines, row),
    )


def _slice(data: bytes, node: Node | None) -> str:
    return data[node.start_byte : node.end_byte].decode("utf-8", "replace") if node is not None else ""


def _name(source: _Source, node: Node) -> str:
    match node.type:
        case "function_definition" if node.child_by_field_name("declarator") is not None:
            return _declared(source, node)
        case "assignment_expression":
            left = source.text(node.child_by_field_name("left"))
            return short_name(left.removeprefix("module.").removeprefix("exports.").replace(".prototype.", "."))
        case "export_statement":
            return "default"
        case "field_definition":
            return short_name(source.text(node.child_by_field_name("property")))
        case "impl_item":
            return short_name(source.text(node.child_by_field_name("type")).partition("<")[0])
        case "method_declaration" if node.child_by_field_name("receiver") is not None:
            receiver = source.text(node.child_by_field_name("receiver")).strip("()").partition("[")[0].split()
            return short_name(
                f"{receiver[-1].lstrip('*') if receiver else ''}.{source.text(node.child_by_field_name('name'))}".lstrip(".")
            )
        case _:
            name = short_name(source.text(node.child_by_field_name("name")).replace("::", "."))
            # `export default class {}` names its class by being the default.
            return name or ("default" if node.type in ("class_declaration", "function_declaration") else "")


def _declarator(node: Node) -> Node | None:
    """The innermost declarator of a C or C++ function: pointers and references around it are the result's."""
    inner = node.child_by_field_name("declarator")
    for _ in range(32):
        if inner is None or inner.type == "function_declarator":
            return inner
        inner = inner.child_by_field_name("declarator") or (inner.named_child(0) if inner.named_child_count else None)
    return None


def _declared(source: _Source, node: Node) -> str:
    declarator = _declarator(node)
    inner = declarator.child_by_field_name("declarator") if declarator is not None else None
    return short_name(source.text(inner).replace("::", "."))


def _signature(source: _Source, node: Node) -> str:
    value = node.child_by_field_name("value") or node.child_by_field_name("right")
    parts = []
    if node.type == "function_definition" and (declarator := _declarator(node)) is not None:
        parts = [source.text(node.child_by_field_name("type")), source.text(declarator.child_by_field_name("parameters"))]
    else:
        for holder in (node, value) if node.type in EXTRA_KINDS else (node,):
            if holder is not None:
                parts += [source.text(holder.child_by_field_name(field)) for field in _SIGNATURE_FIELDS]
                parts += [source.text(child) for child in holder.children[:16] if child.type in _HERITAGE]
        if node.type == "type_alias_declaration":
            parts.append(source.text(value))
        elif node.type in ("type_alias", "method_declaration", "type_item"):
            parts.append(source.text(node.child_by_field_name("type")))
    return short_signature(" ".join(part for part in parts if part))


def _is_public(
    source: _Source,
    node: Node,
    name: str,
    parent: _Frame | None,
    wrappers: Sequence[_Frame],
) -> bool:
    outer = parent.symbol if parent else None
    tags = {frame.tag for frame in wrappers}
    last = name.rpartition(".")[2]
    if (outer is not None and (outer.kind in _FUNCTIONS)) or "hidden" in tags:
        return False
    reachable = outer is None or outer.public
    match source.language:
        case "go":
            return reachable and all(part[:1].isupper() for part in name.split("."))
        case "java":
            modifiers = _modifiers(source, node)
            return reachable and (
                "public" in modifiers or (outer is not None and outer.kind == "interface" and "private" not in modifiers)
            )
        case "rust":
            if outer is not None and outer.kind == "trait":
                return outer.public
            # An impl block is as public as what is in it; its type may stand in another file.
            return node.type == "impl_item" or (
                reachable and any(child.type == "visibility_modifier" for child in node.children[:4])
            )
        case "c" | "cpp":
            static = any(
                child.type == "storage_class_specifier" and source.text(child) == "static" for child in node.children[:8]
            )
            if outer is not None and outer.kind in ("class", "struct", "union"):
                access = (
                    parent.access
                    if parent is not None and parent.access
                    else ("private" if outer.kind == "class" else "public")
                )
                return reachable and access == "public"
            return reachable and not static and not last.startswith("_")
        case "ruby":
            access = parent.access if parent is not None else ""
            return reachable and not last.startswith("_") and (access in ("", "public") or node.type != "method")
        case "javascript" | "typescript" | "tsx":
            if outer is not None and outer.kind != "namespace":
                return reachable and not last.startswith(("_", "#")) and not _modifiers(source, node) & {"private", "protected"}
            if node.type == "assignment_expression":
                return source.text(node.child_by_field_name("left")).startswith(("exports.", "module.exports"))
            return reachable and (
                node.type == "export_statement" or bool(tags & {"exported", "exported_outer"}) or name in source.exported
            )
        case _:
            return reachable and not last.startswith("_")


def _modifiers(source: _Source, node: Node) -> set[str]:
    """The access words before a definition (Java's `modifiers`, TypeScript's `accessibility_modifier`)."""
    words: set[str] = set()
    for child in node.children[:8]:
        if child.type == "accessibility_modifier":
            words.add(source.text(child))
        elif child.type == "modifiers":
            words.update(source.text(word) for word in child.children if not word.is_named)
    return words


def _is_documented(comments: Comments, lines: Sequence[str], row: int) -> bool:
    """Whether the lines directly above (attributes and decorators apart) are a documentation comment."""
    index = row - 1
    while index >= max(0, row - 20) and lines[index].lstrip().startswith(("@", "#[")):
        index -= 1
    above = lines[index].strip() if index >= 0 else ""
    if comments is Comments.HASH:
        return above.startswith("#") and not above.startswith("#!")
    if above.startswith("//"):
        return comments is Comments.ANY or (comments is Comments.RUST and above.startswith("///"))
    if not above.endswith("*/"):
        return False
    for start in range(index, max(-1, index - 300), -1):
        at = lines[start].find("/*")
        if at >= 0:
            return comments is Comments.ANY or lines[start].startswith("/**", at)
    return False
