"""The source files of a tree that are delivered: by language, without tests, examples and what is not analysed on purpose.

Many checks ask the same of one tree; it is worked out once and kept for the tree that is being assessed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Generic, TypeVar

from fusion.changes.roles import is_example, is_test
from fusion.check import Subject
from fusion.checks.evidence import kept_out
from fusion.checks.files import regular
from fusion.checks.sight import spoken
from fusion.model.inventory import Tree
from fusion.policy import Policy

T = TypeVar("T")

_EMPTY = 2
"""Bytes that are no code; analyzers pass over blank files."""
_DECLARATIONS = (".pyi", ".d.ts", ".d.mts", ".d.cts")
"""Endings of files that hold declarations only, which no analyzer reads."""


@dataclass(frozen=True, slots=True, eq=False)
class _Same(Generic[T]):
    """A frozen object as a key by its identity: comparing a hundred thousand files costs more than the question."""

    held: T

    def __hash__(self) -> int:
        return id(self.held)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and self.held is other.held


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """Paths by language."""

    files: Mapping[str, frozenset[str]]
    left_out: Mapping[str, int]
    """How many are vendored, generated or on a list of the policy."""


def sources(subject: Subject) -> Sources:
    """What is delivered of the subject's tree."""
    return _sources(_Same(subject.tree), subject.policy.ignore, subject.policy.generated)


def read_by(subject: Subject, tool: str) -> frozenset[str]:
    """The files that an analyzer read, whatever became of its run otherwise."""
    return frozenset().union(*(_paths(_Same(run.read)) for run in subject.tools if run.tool == tool))


@lru_cache(maxsize=1)
def _sources(tree: _Same[Tree], ignore: tuple[str, ...], generated: tuple[str, ...]) -> Sources:
    skipped = kept_out(Policy(ignore=ignore, generated=generated))
    files: dict[str, set[str]] = {}
    left_out: dict[str, int] = {}
    for file in regular(tree.held):
        path, name = file.path, spoken(file.path)
        if not name or 0 <= file.size <= _EMPTY or path.lower().endswith(_DECLARATIONS):
            continue
        if is_test(path) or is_example(path):
            continue
        if skipped(path):
            left_out[name] = left_out.get(name, 0) + 1
        else:
            files.setdefault(name, set()).add(path)
    return Sources(files={name: frozenset(paths) for name, paths in files.items()}, left_out=left_out)


@lru_cache(maxsize=16)
def _paths(read: _Same[tuple[str, ...]]) -> frozenset[str]:
    return frozenset(read.held)
