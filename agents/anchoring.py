"""From a line that a model quotes to a line of the file: a claim about a line that is not there is no claim.

A model names a passage, a line number within it, and the text of that line. Numbers are often off by some, text rarely is: so
the text decides, and the number only between equal lines. What cannot be found is not guessed.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from fusion.model import Brief, Location, Passage
from fusion.reasoning.fence import rows

NEAR = 10
"""Lines that a number may be off where the text stands in the passage more than once."""
LONGEST = 30
"""Lines that one finding may span; beyond that it is about its first."""
QUOTED = 12
"""Lines of a snippet."""
_CHARACTERS = 300
"""Of one line of a snippet."""
_PREFIX = 60
"""Characters from which on the beginning of a line identifies it: long lines are shown, and quoted, in part."""
_CUT = re.compile(r"…\[\d+ more characters\]\Z")
_NUMBER = re.compile(r"\A\s*\d{1,6}\|")


@dataclass(frozen=True, slots=True)
class Anchor:
    """Where a quote stands: the passage, its first and last line there (1-based), and where that is at head."""

    passage: Passage
    first: int
    last: int
    location: Location
    line: str
    """The quoted line as it stands, without the diff's prefix."""

    @property
    def is_plain(self) -> bool:
        """Whether its lines are neighbouring lines of the head, none of them removed: then they can be replaced."""
        numbers = self.passage.lines[self.first - 1 : self.last]
        return bool(numbers) and numbers[0] > 0 and list(numbers) == list(range(numbers[0], numbers[0] + len(numbers)))

    @property
    def is_changed(self) -> bool:
        """Whether the change adds or removes one of its lines."""
        rows = self.passage.text.split("\n")[self.first - 1 : self.last]
        return self.passage.kind == "change" and any(row.startswith(("+", "-")) for row in rows)

    @property
    def lines(self) -> tuple[str, ...]:
        """The head's lines at the place, as they stand."""
        return tuple(text for number, text in _head(self.passage) if self.location.line <= number <= self.location.end_line)

    @property
    def snippet(self) -> str:
        """The head's lines for a reader, not many and not long."""
        return "\n".join(line[:_CHARACTERS] for line in self.lines[:QUOTED])


def anchor(brief: Brief, name: str, line: int, end_line: int, quote: str) -> Anchor | None:
    """Where the quote stands in the passage of that name; None where it does not, or where the passage is no text of a file."""
    passage = passage_of(brief, name)
    if passage is None or not passage.path:
        return None
    first = found(passage, line, quote)
    if first is None:
        return None
    size = end_line - line
    last = min(first + size, len(passage.text.split("\n"))) if 0 <= size < LONGEST else first
    start = _head_line(passage, first)
    if start is None:
        return None
    end = max((number for number in passage.lines[first - 1 : last] if number >= start), default=start)
    where = Location(path=passage.path, line=start, end_line=end if end - start < LONGEST else start)
    return Anchor(passage, first, last, where, _texts(passage)[first - 1])


def passage_of(brief: Brief, name: str) -> Passage | None:
    """The passage of that name; models write names in other letters, or in brackets."""
    wanted = name.strip(" []`\"'").upper()
    return next((passage for passage in brief.passages if passage.name.upper() == wanted), None)


def found(passage: Passage, line: int, quote: str) -> int | None:
    """The number of the line that the quote is, nearest to `line`; None where there is none, or too many far away."""
    text = quote.strip("\r\n").split("\n", 1)[0]
    wanted = {_squeezed(text), _squeezed(_NUMBER.sub("", text))} - {""}
    if not wanted:
        return None
    places = [
        number
        for number, forms in enumerate(_forms(passage), start=1)
        if any(_is(one, form) for one in wanted for form in forms)
    ]
    if not places:
        return None
    best = min(places, key=lambda number: (abs(number - line), number))
    return best if len(places) == 1 or abs(best - line) <= NEAR else None


def stands(brief: Brief, name: str, quote: str) -> bool:
    """Whether the quote is a line of that passage, wherever in it."""
    passage = passage_of(brief, name)
    if passage is None:
        return False
    text = _squeezed(_NUMBER.sub("", quote.strip("\r\n").split("\n", 1)[0]))
    return bool(text) and any(_is(text, form) for forms in _forms(passage) for form in forms)


def named(brief: Brief, location: Location) -> tuple[Passage, int] | None:
    """The passage that shows a place of the head, and the number of the line within it."""
    for passage in brief.passages:
        if passage.path == location.path and location.line in passage.lines:
            return passage, passage.lines.index(location.line) + 1
    return None


def _is(quote: str, row: str) -> bool:
    if quote == row:
        return True
    quote = _CUT.sub("", quote)
    return len(quote) >= _PREFIX and row.startswith(quote)


def _squeezed(text: str) -> str:
    return " ".join(text.split())


@lru_cache(maxsize=64)
def _forms(passage: Passage) -> tuple[frozenset[str], ...]:
    """For each line the texts by which it may be quoted: as it is shown, and without the diff's prefix."""
    bare = 1 if passage.kind == "change" else 0
    return tuple(frozenset({_squeezed(row), _squeezed(row[bare:])}) for row in rows(passage))


def _texts(passage: Passage) -> Sequence[str]:
    raw = passage.text.split("\n")
    return [line[1:] for line in raw] if passage.kind == "change" else raw


def _head(passage: Passage) -> list[tuple[int, str]]:
    return [(number, text) for number, text in zip(passage.lines, _texts(passage), strict=False) if number]


def _head_line(passage: Passage, row: int) -> int | None:
    """The head's line of a row; of a removed one the line that now stands there, or the last before it."""
    after = [number for number in passage.lines[row - 1 :] if number]
    before = [number for number in passage.lines[: row - 1] if number]
    return after[0] if after else before[-1] if before else None
