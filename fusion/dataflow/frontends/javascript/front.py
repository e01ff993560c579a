"""The JavaScript and TypeScript front end, on tree-sitter.

Parsing hostile files may take the process with it: call this in a child process that has a limit on memory.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from fusion.dataflow import ir
from fusion.dataflow.frontends.javascript import (
    classes,
    expressions,
    literals,
    markup,
    modules,
    patterns,
    source,
    statements,
)
from fusion.dataflow.frontends.javascript.lowering import DEEPEST, Lowering

SUFFIXES = frozenset(source.SUFFIXES)
"""Ends of the names of files that this front end reads."""
_EXPRESSIONS = {
    **literals.EXPRESSIONS,
    **expressions.EXPRESSIONS,
    **patterns.EXPRESSIONS,
    **classes.EXPRESSIONS,
    **markup.EXPRESSIONS,
}
_STATEMENTS = {
    **statements.STATEMENTS,
    **modules.STATEMENTS,
    **classes.STATEMENTS,
}
_FRAMES_PER_LEVEL = 12
"""An exported class in a method takes nine."""


def lower(path: str, data: bytes) -> ir.Module:
    """Lower one file; the name's end says which language it is in.

    Raises `ir.NotAnalysed` for files that hold no code, are too large, or cannot be parsed.
    """
    text = source.read(path, data)
    at = Lowering(text, expressions=_EXPRESSIONS, statements=_STATEMENTS)
    with _room():
        body = at.statements(text.root.named_children, scope=False)
    return ir.Module(
        path=path,
        language="javascript",
        body=body,
        lines=text.lines,
        functions=at.functions,
        mentions=at.scopes.close_module(),
        rewritten=frozenset(name.id for name in at.scopes.module.outward),
        imports=frozenset(at.imports),
        cut=at.cut,
        unseen=at.unseen,
    )


@contextmanager
def _room() -> Iterator[None]:
    """Python frames for all levels, whatever the caller has left; and no collector, since lowering leaves no cycles."""
    collecting = gc.isenabled()
    before = sys.getrecursionlimit()
    depth = 0
    frame = sys._getframe()
    while frame.f_back is not None:
        frame = frame.f_back
        depth += 1
    sys.setrecursionlimit(max(before, depth + DEEPEST * _FRAMES_PER_LEVEL + 500))
    gc.disable()
    try:
        yield
    finally:
        sys.setrecursionlimit(before)
        if collecting:
            gc.enable()
