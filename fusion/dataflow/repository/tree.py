"""The files of a repository by path, folder and name: what import resolution asks, each in constant time."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from functools import cached_property
from pathlib import PurePosixPath

_PYTHON = frozenset({".py", ".pyw"})
_JAVASCRIPT = frozenset({".js", ".jsx", ".mjs", ".cjs", ".ts", ".tsx", ".mts", ".cts"})
_NO_CODE = (".d.ts", ".d.mts", ".d.cts")


def language(path: str) -> str | None:
    """`python` or `javascript` (TypeScript too) by the file's name; None for what no front end reads."""
    low = path.lower()
    suffix = PurePosixPath(low).suffix
    if suffix in _PYTHON:
        return "python"
    return "javascript" if suffix in _JAVASCRIPT and not low.endswith(_NO_CODE) else None


def folder(path: str) -> str:
    """The folder of a path; empty for the repository's root."""
    return path.rpartition("/")[0]


def inside(place: str, path: str) -> str:
    """`path` below the folder `place`."""
    return f"{place}/{path}" if place else path


def normal(path: str) -> str | None:
    """The path without `.`, `..` and empty parts; None when it climbs out of the repository. Only text is looked at."""
    parts: list[str] = []
    for part in path.split("/"):
        if part == "..":
            if not parts:
                return None
            parts.pop()
        elif part not in ("", "."):
            parts.append(part)
    return "/".join(parts)


def ancestors(path: str) -> Iterator[str]:
    """The folder of a path and those above it, the root (empty) last."""
    while path:
        path = folder(path)
        yield path


class Tree:
    """The known paths of one side of a repository."""

    def __init__(self, paths: Collection[str]) -> None:
        self.paths = frozenset(paths)

    def __contains__(self, path: str) -> bool:
        return path in self.paths

    def first(self, *candidates: str) -> str | None:
        """The first candidate that is there."""
        return next((path for path in candidates if path in self.paths), None)

    def named(self, name: str) -> tuple[str, ...]:
        """Every path whose last part is `name`, in order."""
        return self._names.get(name, ())

    def is_package(self, place: str) -> bool:
        """Whether the folder is a Python package with an `__init__.py`."""
        return inside(place, "__init__.py") in self.paths

    def above_packages(self, name: str) -> tuple[str, ...]:
        """The folders, themselves no packages, that hold a Python package of that name, in order."""
        return self._packages.get(name, ())

    @cached_property
    def _packages(self) -> dict[str, tuple[str, ...]]:
        packages: dict[str, list[str]] = {}
        for path in self.named("__init__.py"):
            package = folder(path)
            above = folder(package)
            if package and not self.is_package(above):
                packages.setdefault(package.rpartition("/")[2], []).append(above)
        return {name: tuple(places) for name, places in packages.items()}

    @cached_property
    def _names(self) -> dict[str, tuple[str, ...]]:
        names: dict[str, list[str]] = {}
        for path in sorted(self.paths):
            names.setdefault(path.rpartition("/")[2], []).append(path)
        return {name: tuple(paths) for name, paths in names.items()}
