"""A JavaScript or TypeScript file as the front end reads it: its text, its syntax tree, and what could not be parsed.

The parser sees a stand-in of one ASCII character for each character of the file, so that the tree's byte offsets are offsets
in the text and its columns count characters. Names are always cut out of the text itself.
"""

from __future__ import annotations

import codecs
import importlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from fusion.dataflow import ir

if TYPE_CHECKING:
    from tree_sitter import Language, Node

SUFFIXES = {
    ".js": "javascript",
    ".jsx": "javascript",
    ".mjs": "javascript",
    ".cjs": "javascript",
    ".ts": "typescript",
    ".mts": "typescript",
    ".cts": "typescript",
    ".tsx": "tsx",
}
"""Which grammar reads which file."""
_FACTORIES = {
    "javascript": ("tree_sitter_javascript", "language"),
    "typescript": ("tree_sitter_typescript", "language_typescript"),
    "tsx": ("tree_sitter_typescript", "language_tsx"),
}
_SECOND = {"javascript": "tsx", "tsx": "javascript", "typescript": "tsx"}
"""The grammar that may read what the first one stumbles over: Flow's annotations in .js, JSX in .ts."""

_MOST_BYTES = 1_500_000
_BUNDLE_BYTES = 200_000
_BUNDLE_COLUMNS = 500
"""A larger file whose lines are longer than this on average was written by a bundler."""
_PROGRESS_PER_BYTE = 0.06
"""The parser's progress reports allowed per byte; ordinary code needs 0.005, dense code 0.04. Counted: no clock decides."""
_PROGRESS_FLOOR = 1_000
_ERROR_WEIGHT = 30
"""What a report counts for while the parser recovers from an error, when all takes as many times longer."""
_SECOND_BYTES = 300_000
_CHUNK = 1 << 16
_ERROR_SHARE = 0.1
_ERROR_FLOOR = 80
_ERROR_FLOOR_SHARE = 0.3
"""In short files so many characters inside errors are borne, as long as they are no more than this share."""
_ERRORS_FLOOR = 5
_LINES_PER_ERROR = 20
_DECLARATIONS = re.compile(r"\.d(\.[^./]+)?\.[cm]?ts\Z")
_FOREIGN = re.compile(r"[^\x00-\x7f]+")


@dataclass(slots=True, kw_only=True)
class Source:
    """One parsed file. `cut`: the places that the parser skipped."""

    path: str
    text: str
    lines: Sequence[str]
    root: Node
    cut: list[tuple[ir.Span, str]]


@dataclass(slots=True, kw_only=True)
class _Errors:
    """What a tree has of ERROR and MISSING nodes."""

    nodes: list[Node]
    characters: int


def read(path: str, data: bytes) -> Source:
    """Parse a file. Raises `ir.NotAnalysed` for what is too large, holds no code, or is not the language."""
    if _DECLARATIONS.search(path):
        raise ir.NotAnalysed("a type declaration file holds no code")
    grammar = SUFFIXES.get(PurePosixPath(path).suffix.lower())
    if grammar is None:
        raise ir.NotAnalysed("not a JavaScript or TypeScript file")
    if len(data) > _MOST_BYTES:
        raise ir.NotAnalysed(f"larger than {_MOST_BYTES // 1000:,} kB")
    if len(data) > _BUNDLE_BYTES and len(data) > _BUNDLE_COLUMNS * (data.count(b"\n") + 1):
        raise ir.NotAnalysed("a minified bundle")
    text = _decode(data)
    seen = (text if text.isascii() else _FOREIGN.sub(_stand_in, text)).encode("ascii")
    lines = [line.removesuffix("\r") for line in text.split("\n")]
    root = _parse(grammar, seen)
    errors = _errors(root)
    if errors.nodes:
        # Broken text takes far longer to parse than good one: a large file gets no second chance.
        other = _parse(_SECOND[grammar], seen) if len(seen) <= _SECOND_BYTES else root
        better = _errors(other)
        if (better.characters, len(better.nodes)) < (errors.characters, len(errors.nodes)):
            root, errors = other, better
        _judge(errors, text, lines, "TypeScript" if grammar != "javascript" else "JavaScript")
    reason = "this part could not be parsed"
    return Source(path=path, text=text, lines=lines, root=root, cut=[(span(node), reason) for node in errors.nodes])


def span(node: Node) -> ir.Span:
    """The place of a node."""
    row, column = node.start_point
    end_row, end_column = node.end_point
    return ir.Span(row + 1, column + 1, end_row + 1, end_column + 1)


def _decode(data: bytes) -> str:
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16", "replace")
    text = data.decode("utf-8", "replace")
    return text.removeprefix("\ufeff")


def _stand_in(run: re.Match[str]) -> str:
    """A letter for a letter, a space for a space, and a character that only strings and comments may hold for the rest."""
    return "".join([_ascii(character) for character in run[0]])


@cache
def _ascii(character: str) -> str:
    if ("a" + character).isidentifier():
        return "a"
    return " " if character.isspace() or character == "\ufeff" else "\x7f"


@cache
def _language(grammar: str) -> Language:
    from tree_sitter import Language

    module, factory = _FACTORIES[grammar]
    return Language(getattr(importlib.import_module(module), factory)())


def _parse(grammar: str, seen: bytes) -> Node:
    from tree_sitter import Parser

    room = _PROGRESS_FLOOR + int(_PROGRESS_PER_BYTE * len(seen))

    def give_up(_offset: int, has_error: bool) -> bool:
        nonlocal room
        room -= _ERROR_WEIGHT if has_error else 1
        return room <= 0

    try:
        return (
            Parser(_language(grammar))
            .parse(lambda offset, _point: seen[offset : offset + _CHUNK], encoding="utf8", progress_callback=give_up)
            .root_node
        )
    except (ValueError, AttributeError) as error:
        raise ir.NotAnalysed("the parser gave up on it") from error


def _errors(root: Node) -> _Errors:
    """The outermost ERROR nodes and the MISSING ones, in order."""
    found = _Errors(nodes=[], characters=0)
    if not root.has_error:
        return found
    stack = [root]
    while stack:
        node = stack.pop()
        if node.is_error or node.is_missing:
            found.nodes.append(node)
            found.characters += node.end_byte - node.start_byte
        elif node.has_error:
            stack += reversed(node.children)
    return found


def _judge(errors: _Errors, text: str, lines: Sequence[str], language: str) -> None:
    """Errors in small islands are borne; a file that has more of them is not this language."""
    few = len(errors.nodes) <= max(_ERRORS_FLOOR, len(lines) // _LINES_PER_ERROR)
    size = len(text.strip())
    small = errors.characters <= max(_ERROR_SHARE * size, min(_ERROR_FLOOR, _ERROR_FLOOR_SHARE * size))
    if errors.nodes and not (few and small):
        raise ir.NotAnalysed(f"cannot be parsed as {language} near line {errors.nodes[0].start_point.row + 1}")
