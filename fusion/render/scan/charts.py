"""Charts as inline SVG: no script, no style attribute, widths in per cent so that they fit any page without shrinking text.

Every chart is an image with its numbers in words, and never says anything by colour alone: what was not assessed is hatched,
what somebody has to look at is dotted, and beside each is a key with words and numbers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from fusion.render.scan.elements import NONE, Html, join, tag
from fusion.scanning.series import Point

Parts = Sequence[tuple[str, str, int]]
"""Words, class and number of each part."""
_POINTS = 60
_HEIGHT = 160
_TOP, _BOTTOM = 24.0, 134.0
_LEFT, _RIGHT = 5.0, 97.0


def patterns() -> Html:
    """What hatched and dotted parts are filled with; once in a document that has charts."""
    hatch = tag(
        "pattern",
        tag("rect", width=6, height=6, class_="h-ground"),
        tag("line", x1=0, y1=0, x2=0, y2=6, class_="h-line"),
        id="hatch",
        width=6,
        height=6,
        patternUnits="userSpaceOnUse",
        patternTransform="rotate(45)",
    )
    dots = tag(
        "pattern",
        tag("rect", width=5, height=5, class_="h-ground"),
        tag("circle", cx=2.5, cy=2.5, r=1.1, class_="d-dot"),
        id="dots",
        width=5,
        height=5,
        patternUnits="userSpaceOnUse",
    )
    return tag("svg", tag("defs", hatch, dots), width=0, height=0, aria_hidden="true", focusable="false")


def bar(parts: Parts, *, height: int = 18) -> Html:
    """A stacked bar over the whole width; each part's share is its number's, and none that is there is too thin to see."""
    total = sum(number for _, _, number in parts)
    said = ", ".join(f"{number:,} {word}" for word, _, number in parts if number) or "nothing"
    drawn, at = [], 0.0
    shares = _shares([number for _, _, number in parts], total)
    for (_, kind, _), share in zip(parts, shares, strict=True):
        if share:
            drawn.append(
                tag("rect", x=f"{at:.2f}%", width=f"{max(share - 0.25, 0.1):.2f}%", height=height, rx=2, class_=f"f-{kind}")
            )
            at += share
    ground = tag("rect", width="100%", height=height, rx=2, class_="ground") if not total else NONE
    return tag("svg", tag("title", said), ground, *drawn, height=height, role="img", aria_label=said)


def key(parts: Parts) -> Html:
    """Signs, words and numbers of a bar's parts."""
    return tag("ul", *(tag("li", _sign(kind), f"{number:,} {word}") for word, kind, number in parts), class_="key")


def ranked(parts: Parts) -> Html:
    """A row for each part, its bar as long as its number beside the largest."""
    most = max((number for _, _, number in parts), default=0)
    rows = []
    for place, (word, kind, number) in enumerate(parts):
        y = place * 24
        share = 72 * number / most if most else 0
        rows += [
            tag("text", word, x=0, y=y + 14),
            tag(
                "rect", x="20%", y=y + 3, width=f"{max(share, 0.4 if number else 0):.2f}%", height=15, rx=2, class_=f"f-{kind}"
            ),
            tag("text", f"{number:,}", x=f"{20 + share + 1.5:.2f}%", y=y + 14),
        ]
    said = ", ".join(f"{number:,} {word}" for word, _, number in parts)
    return tag("svg", tag("title", said), *rows, height=24 * len(parts), role="img", aria_label=said)


def lines(points: Sequence[Point]) -> Html:
    """How checks went over the newest scans, one step for each: those that hold, failed and not accepted, not assessed."""
    shown = points[-_POINTS:]
    if len(shown) < 2:
        return NONE
    series: Mapping[str, tuple[str, list[int]]] = {
        "holds": ("hold", [point.passed for point in shown]),
        "failed": ("failed", [point.failed for point in shown]),
        "unknown": ("not assessed", [point.not_assessed for point in shown]),
    }
    most = max(max(numbers) for _, numbers in series.values()) or 1
    first, last = shown[0].at, shown[-1].at
    form = "%Y-%m-%d" if first.date() != last.date() else "%H:%M"
    said = f"Over {len(shown)} scans: " + ", ".join(
        f"{word} {numbers[0]:,} then {numbers[-1]:,}" for word, numbers in series.values()
    )
    drawn = [
        *(
            tag("line", x1=f"{_LEFT}%", x2=f"{_RIGHT}%", y1=y, y2=y, class_="grid")
            for y in (_TOP, (_TOP + _BOTTOM) / 2, _BOTTOM)
        ),
        tag("text", f"{most:,}", x=0, y=_TOP - 9),
        tag("text", "0", x=0, y=_BOTTOM + 4),
        tag("text", f"{first:{form}}", x=f"{_LEFT}%", y=_BOTTOM + 20),
        tag("text", f"{last:{form}}", x=f"{_RIGHT}%", y=_BOTTOM + 20, text_anchor="end"),
        _curves(series, most),
    ]
    for kind, (_, numbers) in series.items():
        ends = ((_LEFT, numbers[0]), (_RIGHT, numbers[-1]))
        drawn += [tag("circle", cx=f"{x}%", cy=f"{_down(number, most):.1f}", r=3, class_=f"p-{kind}") for x, number in ends]
    drawing = tag("svg", tag("title", said), *drawn, height=_HEIGHT, role="img", aria_label=said, class_="trend")
    told = (tag("li", _stroke(kind), f"{numbers[-1]:,} {word} in the last") for kind, (word, numbers) in series.items())
    return join([drawing, tag("ul", *told, class_="key")])


def _curves(series: Mapping[str, tuple[str, list[int]]], most: int) -> Html:
    """The lines, stretched over the width of the page; what holds is thin, what failed thick, what is not known dashed."""
    drawn = (
        tag(
            "polyline",
            points=" ".join(
                f"{100 * index / (len(numbers) - 1):.2f},{_down(number, most):.1f}" for index, number in enumerate(numbers)
            ),
            class_=f"l-{kind}",
        )
        for kind, (_, numbers) in series.items()
    )
    box = {"viewBox": f"0 0 100 {_HEIGHT}", "preserveAspectRatio": "none"}
    return tag("svg", *drawn, x=f"{_LEFT}%", width=f"{_RIGHT - _LEFT}%", height=_HEIGHT, **box)


def _shares(numbers: Sequence[int], total: int) -> list[float]:
    """Per cents that add up to 100, none of what is there below 1.5."""
    if not total:
        return [0.0] * len(numbers)
    raised = [max(100 * number / total, 1.5) if number else 0.0 for number in numbers]
    return [share * 100 / sum(raised) for share in raised]


def _sign(kind: str) -> Html:
    return tag("svg", tag("rect", width=12, height=12, rx=2, class_=f"f-{kind}"), width=12, height=12, aria_hidden="true")


def _stroke(kind: str) -> Html:
    return tag(
        "svg",
        tag("line", x1=0, x2=24, y1=6, y2=6, class_=f"l-{kind}"),
        width=24,
        height=12,
        aria_hidden="true",
        class_="stroke",
    )


def _down(number: int, most: int) -> float:
    return _BOTTOM - (_BOTTOM - _TOP) * max(number, 0) / most
