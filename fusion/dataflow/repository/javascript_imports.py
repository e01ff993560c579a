"""Which file of the repository a JavaScript or TypeScript import means: relative paths, aliases, workspace packages.

Configuration (`tsconfig.json`, `package.json`) is read as data, bounded, and only to find files that the repository has.

Sources: the documentation of Node.js (packages), TypeScript (module resolution, `paths`) and the common bundlers (`@/`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from fusion.dataflow.repository.tree import Tree, ancestors, folder, inside, language, normal

Read = Callable[[str], bytes | None]

_SUFFIXES = (".ts", ".tsx", ".js", ".jsx", ".mjs", ".cjs", ".mts", ".cts")
_COMPILED = {".js": (".ts", ".tsx"), ".jsx": (".tsx",), ".mjs": (".mts",), ".cjs": (".cts",)}
"""What a specifier's extension may be the compiled form of."""
_LONGEST = 1_000
_LARGEST_CONFIGURATION = 256_000
_MOST_PACKAGES = 300
_MOST_PATTERNS = 200
_MOST_TARGETS = 8
_DEEPEST_EXTENDS = 4
_STRING_OR_COMMENT = re.compile(r'("(?:[^"\\\n]|\\.)*")|//[^\n]*|/\*.*?\*/|,(?=\s*[}\]])', re.DOTALL)
_SOURCES = ("source", "module", "main")
_ALIASES = ("@/", "~/", "#/")


class Imports:
    """Resolves specifiers among the files of one tree; configuration is read once."""

    def __init__(self, tree: Tree, read: Read) -> None:
        self._tree = tree
        self._read = read
        self._configurations: dict[str, _Paths | None] = {}
        self._packages: Mapping[str, str] | None = None

    def resolve(self, importer: str, specifier: str) -> str | None:
        """The file that the specifier means in the file `importer`; None: none of the repository, or no code."""
        if not 0 < len(specifier) <= _LONGEST or "\0" in specifier or "\\" in specifier:
            return None
        specifier = specifier.partition("?")[0]
        if specifier.split("/", 1)[0] in (".", ".."):
            return self._file(f"{folder(importer)}/{specifier}")
        if specifier.startswith("/"):
            return self._file(specifier)
        found = (self._file(path) for path in self._candidates(importer, specifier))
        return next((path for path in found if path is not None), None)

    def _candidates(self, importer: str, specifier: str) -> Iterator[str]:
        configuration = self._configuration(importer)
        if configuration is not None:
            yield from configuration.candidates(specifier)
        alias = next((alias for alias in _ALIASES if specifier.startswith(alias)), None)
        if alias is not None:
            for place in ancestors(importer):
                yield inside(place, f"src/{specifier[len(alias) :]}")
                yield inside(place, specifier[len(alias) :])
        elif not specifier.startswith("#"):
            yield from self._workspace(specifier)

    def _file(self, path: str) -> str | None:
        """The code that a path without, or with, an extension means."""
        plain = normal(path)
        if plain is None:
            return None
        tree = self._tree
        if plain in tree:
            return plain if language(plain) == "javascript" else None
        stem, dot, suffix = plain.rpartition(".")
        compiled = [stem + source for source in _COMPILED.get(dot + suffix, ())]
        spelled = [plain + known for known in _SUFFIXES] if plain and not path.endswith("/") else []
        return tree.first(*compiled, *spelled, *(inside(plain, f"index{known}") for known in _SUFFIXES))

    def _configuration(self, importer: str) -> _Paths | None:
        for place in ancestors(importer):
            for name in ("tsconfig.json", "jsconfig.json"):
                path = inside(place, name)
                if path in self._tree:
                    if path not in self._configurations:
                        self._configurations[path] = self._paths(path)
                    return self._configurations[path]
        return None

    def _paths(self, path: str) -> _Paths | None:
        """The aliases of a configuration, its own or inherited ones."""
        for _ in range(_DEEPEST_EXTENDS):
            table = _json(self._read(path))
            options = table.get("compilerOptions")
            options = options if isinstance(options, dict) else {}
            base, patterns = options.get("baseUrl"), options.get("paths")
            if isinstance(base, str) or isinstance(patterns, dict):
                place = normal(f"{folder(path)}/{base}") if isinstance(base, str) else folder(path)
                return _Paths(place, isinstance(base, str), patterns if isinstance(patterns, dict) else {})
            extends = table.get("extends")
            above = normal(f"{folder(path)}/{extends}") if isinstance(extends, str) and extends.startswith(".") else None
            found = self._tree.first(above, f"{above}.json") if above else None
            if found is None:
                return None
            path = found
        return None

    def _workspace(self, specifier: str) -> Iterator[str]:
        parts = specifier.split("/")
        size = 2 if specifier.startswith("@") else 1
        place = self._workspaces().get("/".join(parts[:size]))
        if place is None:
            return
        rest = "/".join(parts[size:])
        if rest:
            yield inside(place, rest)
            yield inside(place, f"src/{rest}")
            return
        table = _json(self._read(inside(place, "package.json")))
        for key in _SOURCES:
            if isinstance(entry := table.get(key), str):
                yield inside(place, entry)
        for start in ("src/index", "index", "lib/index", "src/main"):
            yield inside(place, start)

    def _workspaces(self) -> Mapping[str, str]:
        """Name of each package of the repository -> its folder."""
        if self._packages is None:
            packages: dict[str, str] = {}
            own = [path for path in self._tree.named("package.json") if "node_modules" not in path.split("/")]
            for path in own[:_MOST_PACKAGES]:
                name = _json(self._read(path)).get("name")
                if isinstance(name, str):
                    packages.setdefault(name, folder(path))
            self._packages = packages
        return self._packages


class _Paths:
    """The aliases of one TypeScript configuration, relative to the folder `place`."""

    def __init__(self, place: str | None, bare: bool, patterns: Mapping[Any, Any]) -> None:
        self._place = place
        self._bare = bare
        self._patterns = [
            (pattern, [target for target in targets[:_MOST_TARGETS] if isinstance(target, str)])
            for pattern, targets in list(patterns.items())[:_MOST_PATTERNS]
            if isinstance(targets, list) and pattern.count("*") <= 1
        ]
        self._patterns.sort(key=lambda item: -len(item[0].partition("*")[0]))

    def candidates(self, specifier: str) -> Iterator[str]:
        """Where the specifier may lie, the longest pattern first, then below the base folder."""
        if self._place is None:
            return
        for pattern, targets in self._patterns:
            before, star, after = pattern.partition("*")
            if star:
                fits = specifier.startswith(before) and specifier.endswith(after) and len(specifier) >= len(pattern) - 1
                hole = specifier[len(before) : len(specifier) - len(after)]
            else:
                fits, hole = specifier == pattern, ""
            if fits:
                yield from (f"{self._place}/{target.replace('*', hole, 1)}" for target in targets)
        if self._bare:
            yield inside(self._place, specifier)


def _json(data: bytes | None) -> Mapping[str, Any]:
    """A configuration file with comments and trailing commas as it may have; empty when it is not there or not one."""
    if data is None or len(data) > _LARGEST_CONFIGURATION:
        return {}
    text = data.decode("utf-8", "replace").removeprefix("\ufeff")
    try:
        table = json.loads(_STRING_OR_COMMENT.sub(lambda match: match[1] or "", text))
    except (ValueError, RecursionError):
        return {}
    return table if isinstance(table, dict) else {}
