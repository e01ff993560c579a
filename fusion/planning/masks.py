"""Secrets starred out of everything that planning shows: no model sees what an analyzer or its shape gives away.

What analyzers found has exact places, which are masked whatever stands there; its value is masked wherever else it stands, for
a secret often moves within a change. A mask keeps lengths and line breaks.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from fusion.evidence.redaction import FAMILIES, redact
from fusion.model import Evidence, Location, Side
from fusion.render.secrets import mask

_SHORTEST = 6
_MOST = 200
"""Secrets whose values are looked for elsewhere."""
_LONGEST = 400
_QUOTED = re.compile(r"""["'`]([^"'`\s]{6,400})["'`]""")
_VALUE = re.compile(r"(?=.*\d)(?=.*[A-Za-z])")
"""Letters and digits: a value, and not the name of a setting."""

Lines = Callable[[str, Side], Sequence[str]]


class Masks:
    """What to star out. `lines` gives the lines of a file on one side as they are."""

    def __init__(self, evidence: Sequence[Evidence], lines: Lines) -> None:
        self._places: dict[tuple[str, Side], list[Location]] = {}
        for item in evidence:
            if item.family in FAMILIES:
                self._places.setdefault((item.location.path, item.location.side), []).append(item.location)
        values = dict.fromkeys(value for found in self._places.values() for place in found for value in _values(place, lines))
        known = sorted(list(values)[:_MOST], key=len, reverse=True)
        self._known = re.compile("|".join(map(re.escape, known))) if known else None

    def masked(self, path: str, side: Side, lines: Sequence[str]) -> tuple[str, ...]:
        """The lines of a file as they may be shown."""
        rows = self.plain("\n".join(lines)).split("\n") if lines else []
        done: set[int] = set()
        covered = 0
        for place in sorted(self._places.get((path, side), ()), key=lambda found: (found.line, found.end_line)):
            first, last = max(place.line, 1), min(place.end_line, len(rows))
            if first == last and first not in done:
                rows[first - 1] = redact(rows[first - 1], place)
                done.add(first)
            elif first == last:
                # The line has been masked as a whole; another place on it adds its columns.
                start, end = (place.column or 1) - 1, max(place.column or 1, place.end_column or 1) - 1
                row = rows[first - 1]
                rows[first - 1] = row[:start] + "*" * len(row[start:end]) + row[end:]
            # Ranges may lie upon one another; each line is masked once.
            for line in range(max(first, covered + 1), last + 1):
                rows[line - 1] = redact(rows[line - 1])
            covered = max(covered, last)
        return tuple(rows)

    def plain(self, text: str) -> str:
        """A text that is no file of the change, as it may be shown."""
        text = mask(text)
        return self._known.sub(lambda found: "*" * len(found[0]), text) if self._known else text

    def message(self, item: Evidence) -> str:
        """What a tool said, without the secret that it may have quoted."""
        return self.plain(redact(item.message) if item.family in FAMILIES else item.message)


def _values(place: Location, lines: Lines) -> Iterator[str]:
    """The secrets that stand at a place."""
    rows = lines(place.path, place.side)[max(place.line, 1) - 1 : max(place.end_line, 0)][:20]
    if len(rows) == 1 and place.column and place.end_column:
        value = rows[0][place.column - 1 : place.end_column - 1].strip("\"'` ")
        if _SHORTEST <= len(value) <= _LONGEST and not re.search(r"\s", value):
            yield value
    for text in rows:
        yield from (found for found in _QUOTED.findall(text[:4_000]) if _VALUE.match(found))
