"""Where in a file a line stands: its functions, classes and methods, for eleven languages.

Python is read with its own parser, the others with tree-sitter grammars in a process of their own, each loaded when its first
file comes. A file that
does not parse still gives what can be read of it; one over a megabyte, or with lines no person wrote, gives nothing. Nothing
here raises for anything a file contains.
"""

from __future__ import annotations

import hashlib
import threading
from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Callable, Sequence

from fusion.syntax.symbol import Symbol

__all__ = ["Symbol", "enclosing", "language", "symbols"]

_LANGUAGES = {
    "bash": ("bash", "bats", "ksh", "sh", "zsh"),
    "c": ("c",),
    "cpp": ("cc", "cpp", "cppm", "cu", "cxx", "c++", "h", "hh", "hpp", "hxx", "h++", "inl", "ipp", "tpp"),
    "go": ("go",),
    "java": ("java",),
    "javascript": ("cjs", "js", "jsx", "mjs"),
    "python": ("py", "pyi", "pyw"),
    "ruby": ("gemspec", "rake", "rb", "ru"),
    "rust": ("rs",),
    "tsx": ("tsx",),
    "typescript": ("cts", "mts", "ts"),
}
_BY_EXTENSION = {extension: name for name, extensions in _LANGUAGES.items() for extension in extensions}
_BY_NAME = {
    "sconscript": "python",
    "sconstruct": "python",
    "wscript": "python",
    "gemfile": "ruby",
    "rakefile": "ruby",
    "podfile": "ruby",
    "vagrantfile": "ruby",
    ".bashrc": "bash",
    ".bash_profile": "bash",
    ".profile": "bash",
    "pkgbuild": "bash",
}

_LARGEST = 1_000_000
"""Characters of a file; a larger one has no symbols."""
_LONGEST_LINE = 10_000
"""Characters of a line; a file with a longer one is minified or data."""
_CACHED = 4_096


def language(path: str) -> str | None:
    """The language of a path by its name, or None. C headers count as C++, whose grammar reads both."""
    name = path.rpartition("/")[2].lower()
    return _BY_NAME.get(name) or _BY_EXTENSION.get(name.rpartition(".")[2] if "." in name else "")


def symbols(path: str, text: str) -> tuple[Symbol, ...]:
    """The symbols of a file in the order they begin, outer before inner. Empty for unknown languages and huge files."""
    name = language(path)
    if name is None or not text or len(text) > _LARGEST or max(map(len, text.split("\n"))) > _LONGEST_LINE:
        return ()
    return _CACHE.get((name, hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()), lambda: _parse(name, text))


def enclosing(symbols: Sequence[Symbol], line: int) -> str:
    """The dotted name of the innermost symbol around a 1-based line; empty at top level. Takes what `symbols` returns."""
    for index in range(bisect_right(symbols, line, key=lambda symbol: symbol.line) - 1, -1, -1):
        if symbols[index].end_line >= line:
            return symbols[index].name
    return ""


def _parse(name: str, text: str) -> tuple[Symbol, ...]:
    # Git ends lines at \n only; a lone carriage return must not count as one.
    text = text.removeprefix("\ufeff").replace("\r", " ")
    if name == "python":
        from fusion.syntax import python

        return python.symbols(text)
    from fusion.syntax.reader import READER

    return READER.symbols(name, text)


class _Cache:
    """The last results by language and digest of the text (the text itself would keep megabytes alive)."""

    def __init__(self) -> None:
        self._results: OrderedDict[tuple[str, bytes], tuple[Symbol, ...]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: tuple[str, bytes], make: Callable[[], tuple[Symbol, ...]]) -> tuple[Symbol, ...]:
        with self._lock:
            if key in self._results:
                self._results.move_to_end(key)
                return self._results[key]
        result = make()
        with self._lock:
            self._results[key] = result
            if len(self._results) > _CACHED:
                self._results.popitem(last=False)
        return result


_CACHE = _Cache()
