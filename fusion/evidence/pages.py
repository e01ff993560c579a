"""One file's text as evidence needs it: its lines, the symbol around a line, a location that lies inside it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

from fusion.evidence.suppressions import Suppression, find
from fusion.judging.fingerprint import normalise
from fusion.model import Location
from fusion.syntax import Symbol, enclosing, symbols


class Page:
    """One side of one file. Lines end at line feeds only, as in git."""

    def __init__(self, path: str, data: bytes) -> None:
        self.path = path
        self.data = data

    @cached_property
    def text(self) -> str:
        """The text; bytes that are not UTF-8 are replaced."""
        return self.data.decode("utf-8", "replace")

    @cached_property
    def lines(self) -> list[str]:
        """The lines, without their line feeds; at least one."""
        lines = self.text.split("\n")
        return lines[:-1] if len(lines) > 1 and not lines[-1] else lines

    @cached_property
    def suppressions(self) -> tuple[Suppression, ...]:
        """The author's suppression comments."""
        return find(self.path, self.data)

    @cached_property
    def _symbols(self) -> tuple[Symbol, ...]:
        return symbols(self.path, self.text)

    def symbol(self, line: int) -> str:
        """Dotted name of the function or class around a line; empty at top level."""
        return enclosing(self._symbols, line)

    def line(self, number: int) -> str:
        """One line; empty where there is none."""
        return self.lines[number - 1] if 1 <= number <= len(self.lines) else ""

    def normal(self, number: int) -> str:
        """One line as fingerprints see it."""
        return normalise(self.line(number))

    def inside(self, location: Location) -> Location | None:
        """The location with its ends moved into the file; None when it begins well outside.

        Tools report the place behind the last line (a missing line end), which becomes the last line.
        """
        count = len(self.lines)
        if not 1 <= location.line <= count + 1:
            return None
        line = min(location.line, count)
        end_line = max(line, min(location.end_line, count))
        column, end_column = location.column, location.end_column
        if location.line > count or (column is not None and not 1 <= column <= len(self.line(line)) + 1):
            column = end_column = None
        if location.end_line > count or (end_column is not None and not 1 <= end_column <= len(self.line(end_line)) + 1):
            end_column = None
        if column is not None and end_column is not None and line == end_line and end_column < column:
            end_column = None
        return location.model_copy(update={"line": line, "end_line": end_line, "column": column, "end_column": end_column})


class Pages:
    """The pages of one side, made when asked for."""

    def __init__(self, contents: Mapping[str, bytes]) -> None:
        self._contents = contents
        self._pages: dict[str, Page] = {}

    def get(self, path: str) -> Page | None:
        """The page of a path, or None when its bytes are not there."""
        if path not in self._pages:
            data = self._contents.get(path)
            if data is None:
                return None
            self._pages[path] = Page(path, data)
        return self._pages[path]
