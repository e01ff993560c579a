"""Symbols of the languages that tree-sitter reads.

The tree is searched by a query (in C, without recursion) and nested by byte ranges, so depth costs nothing. The parser's work
is capped by the number of its own progress reports, which depends on the text alone: the same file gives the same symbols on
a slow machine.
"""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from tree_sitter import Language, Node, Parser, Query, QueryCursor, QueryError

from fusion.syntax.grammars import EXTRA_KINDS, GRAMMARS, Comments
from fusion.syntax.symbol import DEEPEST, MOST, Symbol, short_name, short_signature

_PROGRESS_PER_BYTE = 2
"""Progress reports allowed per byte of source; ordinary code needs about 0.05."""
_DEEPEST_BRACKETS = 2_000
"""Brackets open at once in a file that is read: the search takes time with the square of the depth."""
_NO_BRACKETS = bytes(byte for byte in range(256) if byte not in b"()[]{}")
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
    grammar_language, query = loaded
    data = text.encode("utf-8", "replace")
    root = None if _is_too_deep(data) else _root(grammar_language, data)
    if root is None:
        return ()
    captures = QueryCursor(query).captures(root)
    exported = frozenset(_slice(data, node) for node in captures.pop("name", ()))
    nodes = [(node, tag) for tag, found in captures.items() if not tag.startswith("_") for node in found]
    # Wrappers before what they wrap: an outer node sorts before an inner one that begins at the same byte.
    nodes.sort(key=lambda item: (item[0].start_byte, -item[0].end_byte, item[1] == "definition"))
    return tuple(_sweep(_Source(language, data, text.split("\n"), exported), nodes))


@cache
def _load(name: str) -> tuple[Language, Query] | None:
    grammar = GRAMMARS.get(name)
    if grammar is None:
        return None
    try:
        language = Language(getattr(importlib.import_module(grammar.module), grammar.factory)())
        known = [kind for kind in grammar.kinds if language.id_for_node_kind(kind, True)]
        return language, Query(language, f"[{' '.join(f'({kind})' for kind in known)}] @definition\n{grammar.query}")
    except (ImportError, AttributeError, QueryError, ValueError):
        return None


def _is_too_deep(data: bytes) -> bool:
    depth = 0
    for bracket in data.translate(None, _NO_BRACKETS):
        if bracket in b"([{":
            depth += 1
            if depth > _DEEPEST_BRACKETS:
                return True
        elif depth:
            depth -= 1
    return False


def _root(language: Language, data: bytes) -> Node | None:
    """The root of the tree, or None when the work exceeds what the size justifies."""
    room = 1_000 + _PROGRESS_PER_BYTE * len(data)

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
