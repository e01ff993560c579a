"""Pull requests over real code: a branch of many small hunks, and what becomes of it by pushes and rebases.

The code is this repository's own. What is there now is the branch; the base lacks some of it, function by function and
statement by statement, so that the change is what somebody might have written.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from tests.fakes.repositories import TestRepository

ROOT = Path(__file__).parents[2]
HEADER = "# Moved.\n\n"


@dataclass(frozen=True, kw_only=True)
class Edit:
    """Lines `first` to `last` of a file as it is now, and what stood there before."""

    first: int
    last: int
    before: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Module:
    """A file of the branch, and the hunks that the branch brings."""

    path: str
    lines: tuple[str, ...]
    edits: tuple[Edit, ...]

    def without(self, edits: Sequence[Edit]) -> str:
        """The file as it is before these edits."""
        lines = list(self.lines)
        for edit in sorted(edits, key=lambda one: -one.first):
            lines[edit.first - 1 : edit.last] = edit.before
        return "".join(f"{line}\n" for line in lines)

    @property
    def text(self) -> str:
        """The file as the branch has it."""
        return self.without(())


def modules(count: int = 30, lines: int = 34) -> tuple[Module, ...]:
    """So many files of this repository, each with about so many changed lines in several hunks."""
    paths = sorted(path for path in (ROOT / "fusion").rglob("*.py") if 80 <= len(path.read_text("utf-8").splitlines()) <= 250)
    found = (_module(path, lines) for path in paths)
    return tuple(islice((module for module in found if len(module.edits) >= 3), count))


def _module(path: Path, most: int) -> Module:
    text = path.read_text("utf-8")
    rows = tuple(text.splitlines())
    edits: list[Edit] = []
    size = 0
    functions = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef) and node.end_lineno]
    for number, node in enumerate(sorted(functions, key=lambda one: one.lineno)):
        first, last = min([node.lineno, *(one.lineno for one in node.decorator_list)]), node.end_lineno or node.lineno
        if size >= most or any(one.first <= last and first <= one.last for one in edits):
            continue
        if number % 3 == 1 and 4 <= last - first <= 14:
            edits.append(Edit(first=first, last=last, before=("    " * (node.col_offset // 4) + f"{node.name} = None",)))
        else:
            edits += _statements(node, rows)
        size = sum(edit.last - edit.first + 1 + len(edit.before) for edit in edits)
    return Module(path=str(path.relative_to(ROOT)), lines=rows, edits=tuple(edits))


def _statements(node: ast.FunctionDef, rows: Sequence[str]) -> list[Edit]:
    """At most two assignments or returns of a function, each on one line."""
    found = [
        one for one in ast.walk(node) if isinstance(one, ast.Assign | ast.Return) and one.value and one.lineno == one.end_lineno
    ]
    edits = {}
    for one in found[:2]:
        line = rows[one.lineno - 1]
        begins = line[: one.col_offset] + (
            "return" if isinstance(one, ast.Return) else line[one.col_offset :].split(" =")[0] + " ="
        )
        edits[one.lineno] = Edit(first=one.lineno, last=one.lineno, before=(f"{begins} None",))
    return list(edits.values())


class Pull:
    """A repository in a folder with the change on the branch `feature`."""

    def __init__(self, folder: Path, files: Sequence[Module]) -> None:
        self.files = files
        self.repository = TestRepository(folder)
        self.repository.commit({one.path: one.without(one.edits) for one in files}, "Begin")
        self.branch("feature", {one.path: one.text for one in files})

    @property
    def folder(self) -> str:
        """Where it lies."""
        return str(self.repository.folder)

    @property
    def size(self) -> int:
        """Lines added and removed."""
        counts = [row.split("\t")[:2] for row in self.repository.git("diff", "--numstat", "main", "feature").splitlines()]
        return sum(int(number) for pair in counts for number in pair)

    def branch(self, name: str, files: dict[str, str]) -> None:
        """A branch off main on which the files are as given."""
        self.repository.git("checkout", "-q", "-b", name, "main")
        self.repository.commit(dict(files), "Change")

    def pushed(self, name: str, module: Module) -> None:
        """A branch `name`: the feature, and one more line in one of its hunks."""
        edit = max(module.edits, key=lambda one: one.last - one.first)
        lines = list(module.lines)
        indent = lines[edit.last - 1][: len(lines[edit.last - 1]) - len(lines[edit.last - 1].lstrip())]
        lines.insert(edit.last - 1, f"{indent}pushed = 1")
        self.repository.git("checkout", "-q", "-b", name, "feature")
        self.repository.commit({module.path: "".join(f"{line}\n" for line in lines)}, "Push")

    def rebased(self, name: str) -> None:
        """A branch `name`: the feature on top of a main that begins every file with two more lines."""
        self.repository.git("checkout", "-q", "main")
        self.repository.commit({one.path: HEADER + one.without(one.edits) for one in self.files}, "Move")
        self.branch(name, {one.path: HEADER + one.text for one in self.files})
