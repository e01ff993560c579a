"""How it went over many scans, on the page: a drawing, the same in a sentence, and the numbers as a table that folds open."""

from __future__ import annotations

from collections.abc import Sequence

from fusion.render.phrases import count, short
from fusion.render.scan import charts
from fusion.render.scan.elements import NONE, Html, code, table, tag
from fusion.render.scan.summary import moment
from fusion.scanning.series import Point, in_words, rows


def figure(points: Sequence[Point]) -> Html:
    """The series, oldest first; nothing for fewer than two scans, for one alone is no trend."""
    if len(points) < 2:
        return NONE
    said = in_words(points)
    return tag(
        "figure",
        tag("figcaption", f"The last {count(len(points), 'whole scan')}"),
        charts.lines(points),
        tag("p", f"{said[:1].upper()}{said[1:]}.", class_="soft small"),
        tag("details", tag("summary", "The numbers, scan by scan"), _table(points)),
        class_="wide",
    )


def _table(points: Sequence[Point]) -> Html:
    """The newest first; severities and repositories only where there are any."""
    columns = rows(points)
    commits = any(one.commit for one in points)
    heads = ("Scanned", *(("Commit",) if commits else ()), *(name for name, _ in columns))
    first = len(heads) - len(columns)
    body = [
        (
            moment(one.at),
            *((code(short(one.commit), 40),) if commits else ()),
            *(f"{numbers[index]:,}" for _, numbers in columns),
        )
        for index, one in enumerate(points)
    ]
    return table(heads, reversed(body), caption=count(len(body), "scan"), numbers=range(first, len(heads)))
