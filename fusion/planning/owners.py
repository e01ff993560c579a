"""Which symbol each line of a file belongs to, as a reader would say: a function with the comment above it, a small type."""

from __future__ import annotations

from collections.abc import Sequence

from fusion.syntax import Symbol, language, symbols

_FUNCTIONS = frozenset({"function", "method", "macro"})
_ABOVE = 40
"""Lines of comment above a symbol that belong to it."""
_COMMENTS = {
    "python": ("#",),
    "ruby": ("#",),
    "bash": ("#",),
    "rust": ("//", "/*", "*", "#["),
}
_C_COMMENTS = ("//", "/*", "*", "@")


class Owners:
    """The symbols of one side of a file, and which of them a line is in.

    Functions and types without anything inside are `whole`: a unit of their own, with all that is nested in them. Other
    classes, modules and namespaces only contain units.
    """

    def __init__(self, path: str, text: str, lines: Sequence[str]) -> None:
        self.symbols: tuple[Symbol, ...] = symbols(path, text)
        self._lines = lines
        self._owner = [-1] * (len(lines) + 2)
        self._whole: set[int] = set()
        self._names: dict[str, int] = {}
        self._spans: dict[int, tuple[int, int]] = {}
        self._comments = _COMMENTS.get(language(path) or "", _C_COMMENTS)
        self._fill()

    def whole(self, line: int) -> int | None:
        """The index of the unit symbol around a line; None: there is none."""
        index = self._owner[line] if 0 <= line < len(self._owner) else -1
        return index if index in self._whole else None

    def container(self, line: int) -> str:
        """The name of the class or module around a line; empty at top level."""
        index = self._owner[line] if 0 <= line < len(self._owner) else -1
        return self.symbols[index].name if index >= 0 else ""

    def named(self, name: str) -> int | None:
        """The index of the first unit symbol of a name."""
        return self._names.get(name)

    def span(self, index: int) -> tuple[int, int]:
        """First and last line of a unit symbol, the comment above it included."""
        return self._spans[index]

    def _fill(self) -> None:
        found, end, size = self.symbols, 0, len(self._lines)
        for index, symbol in enumerate(found):
            first, last = symbol.line, min(symbol.end_line, size)
            if first <= end or first > last:
                continue
            self._owner[first : last + 1] = [index] * (last - first + 1)
            following = found[index + 1].line if index + 1 < len(found) else last + 1
            if symbol.kind in _FUNCTIONS or following > last:
                end = last
                self._whole.add(index)
                self._names.setdefault(symbol.name, index)
        for index in sorted(self._whole):
            self._extend(index, size)

    def _extend(self, index: int, size: int) -> None:
        """Give a symbol the comment above it, and the empty lines around it."""
        symbol = self.symbols[index]
        first, last = symbol.line, min(symbol.end_line, size)
        start, line = first, first - 1
        outer = self._owner[line]
        while line >= max(1, first - _ABOVE) and self._owner[line] == outer not in self._whole and self._is_above(line):
            self._owner[line] = index
            start = line if self._lines[line - 1].strip() else start
            line -= 1
        self._spans[index] = start, last
        line = last + 1
        outer = self._owner[line]
        while line <= size and self._owner[line] == outer not in self._whole and not self._lines[line - 1].strip():
            self._owner[line] = index
            line += 1

    def _is_above(self, line: int) -> bool:
        text = self._lines[line - 1].lstrip()
        return not text or (text.startswith(self._comments) and not text.startswith("#!"))
