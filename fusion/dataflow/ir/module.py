"""One file in the form."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from fusion.dataflow.ir.expressions import Function
from fusion.dataflow.ir.nodes import Span
from fusion.dataflow.ir.statements import Statement


@dataclass(slots=True, eq=False)
class Module:
    """One file, lowered."""

    path: str
    language: Literal["python", "javascript"]
    body: Sequence[Statement]
    lines: Sequence[str]
    """The file's text, by lines, for traces."""
    functions: Sequence[Function] = ()
    """Every function in it, outer before inner."""
    mentions: frozenset[str] = frozenset()
    """Every identifier and attribute name in it."""
    imports: frozenset[str] = frozenset()
    """

    Every module that it imports, as `Import.module` spells them (`a.b` in full for `import a.b`, `a` and `a.b` for `from a
    import b`).
    """
    cut: Sequence[tuple[Span, str]] = field(default_factory=tuple)
    """Places that were lowered as `Opaque` because a bound was hit, and why."""
    unseen: bool = False
    """Whether a statement in it changes what names mean in a way that the form cannot say."""
    rewritten: frozenset[str] = frozenset()
    """JavaScript: the module's variables that functions in it assign."""
