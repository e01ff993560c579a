"""The Python front end: a file's bytes to the form that the solver runs, by way of the standard library's parser."""

from __future__ import annotations

from fusion.dataflow import ir
from fusion.dataflow.frontends.python.expressions import EXPRESSIONS
from fusion.dataflow.frontends.python.lowering import Lowering
from fusion.dataflow.frontends.python.positions import positions
from fusion.dataflow.frontends.python.source import decoded, parsed
from fusion.dataflow.frontends.python.statements import STATEMENTS

_NO_CODE = {".pyi": "a type stub holds no code", ".ipynb": "a notebook is not read: its code is kept as data, out of order"}


def lower(path: str, data: bytes) -> ir.Module:
    """A Python file as the running Python's grammar reads it; nothing of it is executed or imported.

    Lines of spans are git's (a lone carriage return ends none). Time and memory are in proportion to the file's size. Raises
    `ir.NotAnalysed` with a sentence that says why, and with the line where there is one, and no other exception.
    """
    for suffix, reason in _NO_CODE.items():
        if path.endswith(suffix):
            raise ir.NotAnalysed(reason)
    text, lines, span = positions(decoded(data))
    tree = parsed(text)
    lowering = Lowering(span, EXPRESSIONS, STATEMENTS)
    try:
        body = lowering.block(tree.body)
    except RecursionError:
        raise ir.NotAnalysed(f"line {lowering.line} nests too deeply") from None
    return ir.Module(
        path,
        "python",
        body,
        lines,
        lowering.functions,
        frozenset(lowering.scope.mentions),
        frozenset(lowering.imports),
        lowering.cut,
        lowering.unseen,
    )
