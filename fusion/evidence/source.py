"""Text of a scratch copy's file, for turning a tool's byte offsets into lines and columns."""

from __future__ import annotations

from bisect import bisect_right
from pathlib import Path

from fusion.model import Location

BOM = b"\xef\xbb\xbf"

_CONTINUATION = bytes(range(0x80, 0xC0))
_BLOCK = 1024


class Source:
    """One file's bytes. Lines end at line feeds, and columns count code points, as everywhere in Fusion."""

    def __init__(self, path: str, data: bytes) -> None:
        self.path = path
        self.data = data
        self._starts: list[int] | None = None
        self._counts: list[int] | None = None

    @classmethod
    def load(cls, root: Path, path: str) -> Source:
        """Read the file. Raises OSError."""
        return cls(path, (root / path).read_bytes())

    @property
    def is_utf8(self) -> bool:
        """Whether columns can be told at all."""
        try:
            self.data.decode()
        except UnicodeDecodeError:
            return False
        return True

    @property
    def lines(self) -> int:
        """How many lines there are; at least 1."""
        starts = self._line_starts()
        return len(starts) - 1 if len(starts) > 1 and starts[-1] == len(self.data) else len(starts)

    def line(self, number: int) -> str:
        """One line without its end, or an empty text where there is no such line."""
        starts = self._line_starts()
        if not 1 <= number <= len(starts):
            return ""
        end = starts[number] if number < len(starts) else len(self.data)
        return self.data[starts[number - 1] : end].rstrip(b"\r\n").decode(errors="replace")

    def column(self, line: int, byte: int) -> int:
        """The column of the byte at offset `byte` (0-based) within `line`."""
        starts = self._line_starts()
        start = starts[min(max(line, 1), len(starts)) - 1]
        return self._points(min(start + max(byte, 0), len(self.data))) - self._points(start) + 1

    def span(self, offset: int, length: int) -> Location:
        """The location of `length` bytes from `offset` on, clipped to the file; `end_column` is exclusive."""
        first = min(max(offset, 0), len(self.data))
        last = min(first + max(length, 0), len(self.data))
        line, column = self._place(first)
        end_line, end_column = self._place(last)
        if end_line > line and end_column == 1:
            end_line -= 1
            end_column = len(self.line(end_line)) + 1
        return Location(path=self.path, line=line, end_line=end_line, column=column, end_column=end_column)

    def _place(self, offset: int) -> tuple[int, int]:
        starts = self._line_starts()
        line = bisect_right(starts, offset)
        return line, self._points(offset) - self._points(starts[line - 1]) + 1

    def _points(self, offset: int) -> int:
        """Code points before `offset`. Counted once a block, since a hostile file is one line with a hit on every byte."""
        if self._counts is None:
            counts = [0]
            for at in range(0, len(self.data), _BLOCK):
                counts.append(counts[-1] + len(self.data[at : at + _BLOCK].translate(None, _CONTINUATION)))
            self._counts = counts
        block = offset // _BLOCK
        return self._counts[block] + len(self.data[block * _BLOCK : offset].translate(None, _CONTINUATION))

    def _line_starts(self) -> list[int]:
        if self._starts is None:
            starts = [0]
            at = self.data.find(b"\n")
            while at >= 0:
                starts.append(at + 1)
                at = self.data.find(b"\n", at + 1)
            self._starts = starts
        return self._starts
