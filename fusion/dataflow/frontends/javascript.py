"""The JavaScript and TypeScript front end, on tree-sitter.

Parsing hostile files may take the process with it: call this in a child process that has a limit on memory.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from fusion.dataflow import ir
from fusion.dataflow.frontends import (
    javascript_classes,
    javascript_expressions,
    javascript_literals,
    javascript_markup,
    javascript_modules,
    javascript_patterns,
    javascript_source,
    javascript_statements,
)
from fusion.dataflow.frontends.javascript_lowering import DEEPEST, Lowering

SUFFIXES = frozenset(javascript_source.SUFFIXES)
"""Ends of the names of files that this front end reads."""
_EXPRESSIONS = {
    **javascript_literals.EXPRESSIONS,
    **javascript_expressions.EXPRESSIONS,
    **javascript_patterns.EXPRESSIONS,
    **javascript_classes.EXPRESSIONS,
    **javascript_markup.EXPRESSIONS,
}
_STATEMENTS = {
    **javascript_statements.STATEMENTS,
    **javascript_modules.STATEMENTS,
    **javascript_classes.STATEMENTS,
}
_FRAMES_PER_LEVEL = 12
"""An exported class in a method takes nine."""


def lower(path: str, data: bytes) -> ir.Module:
    """Lower one file; the name's end says which language it is in.

    Raises `ir.NotAnalysed` for files that hold no code, are too large, or cannot be parsed.
    """
    source = javascript_source.read(path, data)
    at = Lowering(source, expressions=_EXPRESSIONS, statements=_STATEMENTS)
    with _room():
        body = at.statements(source.root.named_children, scope=False)
    return ir.Module(
        path=path,
        language="javascript",
        body=body,
        lines=source.lines,
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
