"""Which unchanged files a change leans on: what its files import inside the repository, and what those import, nearest first.

Sans-I/O: `Trail.follow` asks for paths and is sent their bytes. Imports are found by their look, not by parsing, because this
runs in the host: a text that only looks like one costs a file that nobody needs. Files that do not change are the same on
both sides, so that one set serves head and base.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Generator, Iterable, Iterator, Mapping, Sequence
from itertools import islice

from fusion.dataflow.repository import python_imports
from fusion.dataflow.repository.javascript_imports import Imports
from fusion.dataflow.repository.tree import Tree, ancestors, inside, language

_FROM = re.compile(
    r"^[ \t]{0,80}from[ \t]{1,9}(\.{0,20}[\w.]{0,300})[ \t]{1,9}import[ \t]{0,9}(\([^)]{1,2000}\)|[^\n#;]{1,500})", re.MULTILINE
)
_IMPORT = re.compile(r"^[ \t]{0,80}import[ \t]{1,9}([^\n#;]{1,500})", re.MULTILINE)
_SPECIFIER = re.compile(r"""\b(?:from|import|require)\b\s{0,20}\(?\s{0,20}(["'])([^"'\n]{1,300})\1""")
_COMMENT = re.compile(r"#[^\n]*")
CONFIGURATION = frozenset({"package.json", "tsconfig.json", "jsconfig.json"})
_WORD = re.compile(r"[^\W\d]\w*")
_MOST_IMPORTS = 1_000
"""Import statements that are read in one file."""
_SCANNED = 1_000_000
"""Bytes of a file in which they are looked for."""
_CONFIGURATION_ROUNDS = 5


class Trail:
    """Follows imports within bounds: `files` and `total` bytes in all, `file_bytes` each, `depth` imports away."""

    def __init__(self, *, files: int = 300, total: int = 6_000_000, file_bytes: int = 1_000_000, depth: int = 5) -> None:
        self.files = files
        self.total = total
        self.file_bytes = file_bytes
        self.depth = depth

    def reads(self, path: str) -> bool:
        """Whether such a file holds imports, or says what they mean."""
        return language(path) is not None or path.rpartition("/")[2] in CONFIGURATION

    def follow(
        self, paths: Collection[str], changed: Sequence[tuple[str, bytes]]
    ) -> Generator[Sequence[str], Mapping[str, bytes], str]:
        """Yields paths to read, is sent the bytes of those that can be read, and returns a sentence when it was cut.

        `paths` are all regular files at head; `changed` the files of the change with their bytes, both sides of each.
        """
        own = {path for path, _ in changed}
        tree = Tree({*paths, *own})
        configuration = {path: data for path, data in reversed(changed) if language(path) is None}
        held: dict[str, bytes] = dict(configuration)
        beyond: set[str] = set()
        level = list(changed)
        packages = {inside(place, "__init__.py") for path in own if language(path) == "python" for place in ancestors(path)}
        found = {path for path in packages if path in tree}
        for distance in range(self.depth + 1):
            found |= yield from self._found(tree, level, held)
            wanted = sorted(found - own - held.keys() - beyond)
            if distance == self.depth or len(held) >= self.files:
                beyond |= set(wanted)
                break
            level = []
            if wanted:
                taken = wanted[: self.files - len(held)]
                sent = yield taken
                kept = self._kept(sent, sum(map(len, held.values())))
                held |= kept
                beyond |= set(wanted) - kept.keys()
                level = list(kept.items())
            if not level:
                break
            found = set()
        if not beyond:
            return ""
        what, were = ("1 file", "was") if len(beyond) == 1 else (f"{len(beyond):,} files", "were")
        return (
            f"{what} that the change imports, directly or not, {were} not read to follow data through them (the limits are "
            f"{self.files:,} files, {self.total / 1_000_000:g} MB and {self.depth} imports away)."
        )

    def _kept(self, sent: Mapping[str, bytes], size: int) -> dict[str, bytes]:
        kept: dict[str, bytes] = {}
        for path, data in sent.items():
            if len(data) <= self.file_bytes and size + len(data) <= self.total:
                kept[path] = data
                size += len(data)
        return kept

    def _found(
        self, tree: Tree, level: Iterable[tuple[str, bytes]], held: dict[str, bytes]
    ) -> Generator[Sequence[str], Mapping[str, bytes], set[str]]:
        """The files that these files import; asks for the configuration that says so."""
        scripts: list[tuple[str, str]] = []
        found: set[str] = set()
        for path, data in level:
            for name in imported(path, data):
                if language(path) == "python":
                    found |= {other} if (other := python_imports.resolve(tree, path, name)) else set()
                else:
                    scripts.append((path, name))
        shelf = _Shelf(tree, held)
        for _ in range(_CONFIGURATION_ROUNDS if scripts else 0):
            imports = Imports(tree, shelf.read)
            found |= {other for path, name in scripts if (other := imports.resolve(path, name)) is not None}
            missing = shelf.missing
            if not missing or len(held) >= self.files:
                break
            sent = yield missing
            kept = self._kept(sent, sum(map(len, held.values())))
            held |= kept
            shelf.refused |= set(missing) - kept.keys()
        return found


class _Shelf:
    """Configuration that is at hand; what is asked for in vain is remembered."""

    def __init__(self, tree: Tree, held: Mapping[str, bytes]) -> None:
        self._tree = tree
        self._held = held
        self._asked: dict[str, None] = {}
        self.refused: set[str] = set()

    def read(self, path: str) -> bytes | None:
        if path in self._tree and path not in self._held and path not in self.refused:
            self._asked[path] = None
        return self._held.get(path)

    @property
    def missing(self) -> list[str]:
        """What was asked for and is still not at hand, though it is there."""
        return [path for path in self._asked if path not in self._held and path not in self.refused]


def imported(path: str, data: bytes) -> Sequence[str]:
    """The modules that a file names in imports, as its language spells them, each once, in order."""
    if language(path) is None:
        return ()
    text = data[:_SCANNED].decode("utf-8", "replace")
    names = _python(text) if language(path) == "python" else (match[2] for match in _SPECIFIER.finditer(text))
    return tuple(dict.fromkeys(islice(names, _MOST_IMPORTS)))


def _python(text: str) -> Iterator[str]:
    for match in _FROM.finditer(text):
        module = match[1]
        yield from _packages(module)
        for part in _COMMENT.sub("", match[2]).strip("()").split(","):
            if name := _WORD.match(part.strip()):
                yield f"{module}{'' if module.endswith('.') else '.'}{name[0]}"
    for match in _IMPORT.finditer(text):
        for part in match[1].split(","):
            yield from _packages(part.strip().partition(" ")[0])


def _packages(module: str) -> Iterator[str]:
    """The packages around a dotted name, each of which is run when it is imported, and the name."""
    dots = len(module) - len(module.lstrip("."))
    parts = module[dots:].split(".")
    for size in range(1, len(parts) + 1):
        yield module[:dots] + ".".join(parts[:size])
