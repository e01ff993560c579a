"""The formats of a scan by name: media type, extension of a file, and the function that writes it.

A format's module is imported when it is asked for: `fusion --help` should not pay for all of them. The formats of reviews are
plug-ins (`fusion.formats`); these are not, because each is written from more than the scan: the checks and the catalogues.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING

from fusion.errors import UserError
from fusion.model.compliance import OrganisationScan, Scan
from fusion.scanning.series import Point

if TYPE_CHECKING:
    from fusion.check import About
    from fusion.controls.catalogue import Catalogue


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """One way to write a scan down. Pure: the same scan gives the same bytes."""

    name: str
    media_type: str
    extension: str
    """Of a file, without the dot."""
    module: str
    """With the function `render`."""

    def write(
        self, scan: Scan, *, checks: Mapping[str, About], catalogues: Sequence[Catalogue], trend: Sequence[Point] = ()
    ) -> bytes:
        """The whole document, text in UTF-8. `trend`: this scan and the whole ones before it, for those that show it."""
        render = import_module(self.module).render
        if self.name in _OF_THE_INVENTORY:
            written = render(scan)
        elif self.name in _WITH_TREND:
            written = render(scan, checks=checks, catalogues=catalogues, trend=trend)
        else:
            written = render(scan, checks=checks, catalogues=catalogues)
        return written if isinstance(written, bytes) else str(written).encode()


def _format(name: str, media_type: str, extension: str) -> Format:
    return Format(name=name, media_type=media_type, extension=extension, module=f"fusion.render.scan.{name}")


_OF_THE_INVENTORY = ("cyclonedx", "spdx")
_WITH_TREND = ("terminal", "markdown", "html", "json")
FORMATS: Mapping[str, Format] = {
    one.name: one
    for one in (
        _format("terminal", "text/plain; charset=utf-8", "txt"),
        _format("markdown", "text/markdown; charset=utf-8", "md"),
        _format("html", "text/html; charset=utf-8", "html"),
        _format("json", "application/json", "json"),
        _format("sarif", "application/sarif+json", "sarif"),
        _format("oscal", "application/oscal+json", "oscal.json"),
        _format("csv", "text/csv; charset=utf-8; header=present", "csv"),
        _format("badge", "image/svg+xml", "svg"),
        _format("cyclonedx", "application/vnd.cyclonedx+json; version=1.6", "cdx.json"),
        _format("spdx", "application/spdx+json", "spdx.json"),
    )
}
"""In the order in which they are shown."""


def named(name: str) -> Format:
    """The format of that name. Raises UserError for one that there is not."""
    if name not in FORMATS:
        raise UserError(f"There is no format {name!r} of a scan; there are: {', '.join(FORMATS)}.")
    return FORMATS[name]


def organisation(
    report: OrganisationScan, *, checks: Mapping[str, About], catalogues: Sequence[Catalogue], trend: Sequence[Point] = ()
) -> bytes:
    """The page of an account's scan, HTML in UTF-8. `trend`: this scan and the whole ones before it."""
    render = import_module("fusion.render.scan.organisation").render
    written: str = render(report, checks=checks, catalogues=catalogues, trend=trend)
    return written.encode()
