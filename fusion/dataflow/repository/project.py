"""The files that one analysis may look at: lowered when first asked for, found by what imports say, within bounds.

What is not read, and why, is kept in `Project.unread`: a bound that is hit is never silence.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import cache
from typing import Literal

from fusion.dataflow import ir
from fusion.dataflow.knowledge.loading import OURS
from fusion.dataflow.repository import python_imports
from fusion.dataflow.repository.javascript_imports import Imports
from fusion.dataflow.repository.tree import Tree, language

Lower = Callable[[str, bytes], ir.Module]

TIME_IS_UP = "the time for the analysis was used up"
_LONGEST_REASON = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """What an analysis may take. The first file of a kind always gets its turn."""

    file_bytes: int = 2_000_000
    file_lines: int = 50_000
    lines: int = 1_000_000
    """In all, imported files included."""
    imports: int = 400
    """Imported files that are read."""
    depth: int = 6
    """Imports from an analysed file to the farthest one that is read for it."""
    file_seconds: float = 10.0
    """Of processor time for analysing one file; the solver stops there and says so."""
    seconds: float = 120.0
    """Of processor time for lowering and analysing everything."""


class Project:
    """The files of one side of a repository, by path. Not for several threads at once.

    `read` gives a file's bytes, or None where they are not at hand; `paths` are all files that are known. `until`, on the
    monotonic clock, is when it ends however little processor time it got. `front_ends` and `clock` (seconds of processor time)
    are parameters for tests.
    """

    def __init__(
        self,
        read: Callable[[str], bytes | None],
        paths: Collection[str],
        *,
        limits: Bounds | None = None,
        front_ends: Callable[[str], Lower] | None = None,
        clock: Callable[[], float] = time.process_time,
        until: float = math.inf,
    ) -> None:
        self.limits = limits or Bounds()
        self.unread: dict[str, str] = {}
        """Path -> why it was not analysed."""
        self.lines = 0
        """Lines of the files that were lowered."""
        self._read = read
        self._tree = Tree(paths)
        self._front_ends = front_ends or front_end
        self._clock = clock
        self._until = until
        self._started = clock()
        self._modules: dict[str, ir.Module | None] = {}
        self._resolved: dict[tuple[str, str], str | None] = {}
        self._depths: dict[str, int] = {}
        self._imported = 0
        self._scripts = Imports(self._tree, self._configuration)

    @property
    def read(self) -> tuple[str, ...]:
        """The files that were lowered, in order."""
        return tuple(sorted(path for path, module in self._modules.items() if module is not None))

    @property
    def spent(self) -> float:
        """Seconds of processor time since the analysis began."""
        return self._clock() - self._started

    @property
    def late(self) -> bool:
        """Whether the time for everything is used up."""
        return self.spent > self.limits.seconds or time.monotonic() > self._until

    def language(self, path: str) -> Literal["python", "javascript"] | None:
        """What the file is written in, by its name or, without a suffix, by its first line; None when no front end reads it."""
        known = language(path)
        if known is None and "." not in path.rpartition("/")[2] and path in self._tree:
            first = (self._read(path) or b"")[:200].partition(b"\n")[0]
            if first.startswith(b"#!"):
                known = "python" if b"python" in first else "javascript" if b"node" in first else None
        return "python" if known == "python" else "javascript" if known == "javascript" else None

    def analysable(self, path: str) -> bool:
        """Whether a front end reads such files."""
        return self.language(path) is not None

    def resolve(self, importer: str, module: str) -> str | None:
        """The file of the repository that `module` means in the file `importer`; None when it is a library's or unknown."""
        key = (importer, module)
        if key not in self._resolved:
            if self.language(importer) == "python":
                found = python_imports.resolve(self._tree, importer, module, _libraries())
            else:
                found = self._scripts.resolve(importer, module)
            self._resolved[key] = found
            if found is not None:
                depth = self._depths.setdefault(importer, 0) + 1
                self._depths[found] = min(depth, self._depths.get(found, depth))
        return self._resolved[key]

    def module(self, path: str) -> ir.Module | None:
        """The file, lowered; None when it cannot be, with the reason in `unread`. A file that no import led to is a target."""
        if path not in self._modules:
            self._modules[path] = None
            try:
                self._modules[path] = self._lowered(path, imported=self._depths.setdefault(path, 0) > 0)
            except ir.NotAnalysed as reason:
                self.unread[path] = _sentence(str(reason))
        return self._modules[path]

    def _lowered(self, path: str, *, imported: bool) -> ir.Module:
        language = self.language(path)
        if language is None:
            raise ir.NotAnalysed(_foreign(path))
        limits = self.limits
        if imported:
            if self._depths[path] > limits.depth:
                raise ir.NotAnalysed(f"more than {limits.depth} imports away from the files that are analysed")
            if self._imported >= limits.imports:
                raise ir.NotAnalysed(f"more than {limits.imports} imported files")
        if self.lines > limits.lines:
            raise ir.NotAnalysed(f"more than {limits.lines:,} lines in all")
        if self.late:
            raise ir.NotAnalysed(TIME_IS_UP)
        data = self._read(path)
        if data is None:
            raise ir.NotAnalysed("its contents are not at hand")
        if len(data) > limits.file_bytes:
            raise ir.NotAnalysed(f"larger than {limits.file_bytes:,} bytes")
        if (lines := data.count(b"\n")) > limits.file_lines:
            raise ir.NotAnalysed(f"longer than {limits.file_lines:,} lines")
        self._imported += imported
        module = self._run(self._front_ends(language), path, data)
        self.lines += lines
        return module

    def _run(self, lower: Lower, path: str, data: bytes) -> ir.Module:
        try:
            return lower(path, data)
        except ir.NotAnalysed:
            raise
        except Exception as error:  # The edge towards hostile input: a front end's fault costs one file.
            raise ir.NotAnalysed(f"could not be analysed: internal error {type(error).__name__}: {error}") from error

    def _configuration(self, path: str) -> bytes | None:
        return self._read(path) if path in self._tree else None


def front_end(language: str) -> Lower:
    """The front end of a language, imported when its first file comes."""
    if language == "python":
        from fusion.dataflow.frontends.python import front as python

        return python.lower
    from fusion.dataflow.frontends.javascript import front as javascript

    return javascript.lower


@cache
def _libraries() -> frozenset[str]:
    """Python libraries that knowledge is about, by the names of its files."""
    return frozenset(path.stem for path in (OURS / "python").glob("*.toml"))


def _foreign(path: str) -> str:
    low = path.lower()
    if low.endswith(".ipynb"):
        return "a notebook is not read: its code is kept as data, out of order"
    if low.endswith((".pyi", ".d.ts", ".d.mts", ".d.cts")):
        return "a file of type declarations holds no code"
    return "not a Python, JavaScript or TypeScript file"


def _sentence(reason: str) -> str:
    shown = "".join(character if character.isprintable() else " " for character in reason)
    return shown if len(shown) <= _LONGEST_REASON else shown[: _LONGEST_REASON - 1] + "…"
