"""A scan as a badge: one small SVG. Green only where everything was read and holds; a partial scan says that it is one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape, quoteattr

from fusion.model.compliance import Scan
from fusion.render.scan.summary import Colour, partial, summary

if TYPE_CHECKING:
    from fusion.check import About
    from fusion.controls.catalogue import Catalogue

LABEL = "compliance"
GROUND = {Colour.HOLDS: "#1a7f37", Colour.ACCEPTED: "#8a5a00", Colour.FAILED: "#c4231d", Colour.UNKNOWN: "#5a6270"}
"""Dark enough for white text (WCAG 2.2, 1.4.3)."""
_CHARACTER = 6.6
_WIDE, _NARROW = frozenset("mwMW%"), frozenset("iljft.,:;'|! ")


def words(scan: Scan, checks: Mapping[str, About]) -> str:
    """`41 of 52 hold, 6 not assessed`, and that it is partial where it is."""
    told = summary(scan, checks)
    if scan.status != "scanned" or not told.assessable:
        return scan.status if scan.status != "scanned" else "nothing assessed"
    parts = [f"{len(told.holds):,} of {told.assessable:,} hold"]
    parts += [
        f"{len(found):,} {word}" for found, word in ((told.accepted, "accepted"), (told.not_assessed, "not assessed")) if found
    ]
    return ", ".join([*parts, "partial"] if partial(scan) else parts)


def render(scan: Scan, *, checks: Mapping[str, About], catalogues: Sequence[Catalogue] = ()) -> str:  # noqa: ARG001 - every format takes them
    """The SVG; the text is in its title, too."""
    value, colour = words(scan, checks), summary(scan, checks).colour
    if partial(scan) and colour is not Colour.FAILED:
        # Who sees a badge sees nothing else: of what was left out nobody knows how it stands.
        colour = Colour.UNKNOWN
    left, right = _width(LABEL), _width(value)
    whole = left + right
    said = f"{LABEL}: {value}"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{whole}" height="20" role="img" aria-label={quoteattr(said)}>\n'
        f"<title>{escape(said)}</title>\n"
        f'<clipPath id="r"><rect width="{whole}" height="20" rx="4"/></clipPath>\n'
        f'<g clip-path="url(#r)"><rect width="{left}" height="20" fill="#3b4048"/>'
        f'<rect x="{left}" width="{right}" height="20" fill="{GROUND[colour]}"/></g>\n'
        '<g fill="#fff" font-family="Verdana,DejaVu Sans,Geneva,sans-serif" font-size="11" text-anchor="middle">\n'
        f'<text x="{left / 2:g}" y="14" textLength="{left - 12}">{escape(LABEL)}</text>\n'
        f'<text x="{left + right / 2:g}" y="14" textLength="{right - 12}">{escape(value)}</text>\n'
        "</g>\n</svg>\n"
    )


def _width(text: str) -> int:
    """Pixels for the text in 11 px Verdana, about, with 6 on each side; `textLength` makes it fit exactly."""
    units = sum(1.5 if c in _WIDE else 0.62 if c in _NARROW else 1.0 for c in text)
    return round(units * _CHARACTER) + 12
