"""A scan on a terminal of 80 columns: what stands, what to do first, what nobody could look at, what changed."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from rich.console import Console

from fusion.model.compliance import CheckResult, Scan
from fusion.render.page import Page
from fusion.render.phrases import count, short
from fusion.render.scan.places import address
from fusion.render.scan.summary import (
    NOT_A_CERTIFICATE,
    Colour,
    Summary,
    by_catalogue,
    causes,
    deviations,
    moment,
    place,
    plain,
    severity,
    since,
    standing,
    summary,
    tally,
    title,
)
from fusion.render.secrets import excerpt
from fusion.render.terminal import SEVERITY
from fusion.scanning.series import Point, in_words

if TYPE_CHECKING:
    from fusion.check import About
    from fusion.controls.catalogue import Catalogue

_BADGES = {
    Colour.HOLDS: ("HOLDS", "bold black on green"),
    Colour.ACCEPTED: ("ACCEPTED", "bold black on yellow"),
    Colour.FAILED: ("FAILED", "bold white on red"),
    Colour.UNKNOWN: ("NOT ASSESSED", "bold black on yellow"),
}
_FIRST = 12
_PLACES = 5
_COLUMNS = 80


def render(scan: Scan, *, checks: Mapping[str, About], catalogues: Sequence[Catalogue], trend: Sequence[Point] = ()) -> str:
    """The text in 80 columns, without colours. `trend`: this scan and the whole ones before it."""
    file = io.StringIO()
    print_scan(scan, Console(file=file, width=_COLUMNS), checks=checks, catalogues=catalogues, trend=trend)
    return file.getvalue()


def print_scan(
    scan: Scan,
    console: Console,
    *,
    checks: Mapping[str, About],
    catalogues: Sequence[Catalogue],
    trend: Sequence[Point] = (),
) -> None:
    """Print the scan."""
    page, told = Page(console), summary(scan, checks)
    page.paragraph(("Fusion scan", "bold"), ("  ·  ", "dim"), plain(scan.repository, 200))
    parts = [short(scan.commit) if scan.commit else "", moment(scan.at), count(scan.files, "file")]
    page.paragraph((" · ".join(part for part in parts if part), "dim"))
    if scan.asked:
        page.paragraph((f"only {plain(', '.join(scan.asked), 300)}", "dim"))
    _failed(page, scan, told, checks)
    _unread(page, told, checks)
    _exceptions(page, scan)
    _notes(page, scan)
    _drift(page, scan)
    _trend(page, trend)
    _controls(page, scan, catalogues)
    page.blank()
    word, style = _BADGES[told.colour]
    page.paragraph((f" {word} ", style), "  ", (told.headline, "bold"), hang=len(word) + 4)
    if scan.reason:
        page.paragraph(plain(scan.reason), indent=2)
    page.paragraph((NOT_A_CERTIFICATE, "dim"), indent=2)


def _heading(page: Page, text: str, number: int) -> None:
    page.blank()
    page.line((text, "bold underline"), (f"  {number:,}", "dim"))


def _failed(page: Page, scan: Scan, told: Summary, checks: Mapping[str, About]) -> None:
    if told.failed:
        _heading(page, "What to do first", len(told.failed))
    for result in told.failed[:_FIRST]:
        _result(page, scan, result, checks)
    if len(told.failed) > _FIRST:
        page.line((f"… {len(told.failed) - _FIRST:,} more failed: --format html shows them all", "dim"), indent=2)
    if told.accepted:
        _heading(page, "Failed and accepted", len(told.accepted))
        for result in told.accepted:
            page.paragraph("- ", title(result.check, checks), (f"  {plain(result.check, 80)}", "dim"), indent=1, hang=2)
            by = {item.accepted for item in result.deviations}
            for one in (one for one in scan.exceptions if one.id in by):
                page.paragraph(f"by {plain(one.owner, 80)} until {one.expires}: {plain(one.reason, 200)}", indent=3, hang=2)


def _result(page: Page, scan: Scan, result: CheckResult, checks: Mapping[str, About]) -> None:
    worst, about = severity(result, checks), checks.get(result.check)
    page.blank()
    badge = worst.upper()
    page.paragraph((badge, SEVERITY[worst]), "  ", (title(result.check, checks), "bold"), indent=1, hang=len(badge) + 2)
    page.paragraph(plain(result.reason, 600), (f"  {plain(result.check, 80)}", "dim"), indent=3)
    items = [item for item in deviations(result) if not item.accepted]
    for item in items[:_PLACES]:
        where = place(item)
        link = page.link(address(item, scan))
        page.paragraph("- ", plain(item.title, 300), "  " if where else "", (where, link), indent=3, hang=2)
    if len(items) > _PLACES:
        page.line((f"… {count(len(items) - _PLACES, 'more place')}", "dim"), indent=5)
    if about is not None:
        page.paragraph(("Do: ", "bold"), excerpt(about.remediation, 600), indent=3, hang=4)


def _unread(page: Page, told: Summary, checks: Mapping[str, About]) -> None:
    if not told.not_assessed:
        return
    _heading(page, "Not assessed, and so not known", len(told.not_assessed))
    for reason, permission, found in causes(told.not_assessed):
        needs = f" Needs {plain(permission, 200)}." if permission else ""
        page.paragraph("? ", f"{plain(reason, 400)}{needs}", indent=1, hang=2)
        for result in found[:_PLACES]:
            page.paragraph((f"- {title(result.check, checks)}", "dim"), indent=3, hang=2)
        if len(found) > _PLACES:
            page.line((f"… {count(len(found) - _PLACES, 'more check')}", "dim"), indent=5)


def _exceptions(page: Page, scan: Scan) -> None:
    told = [(one, standing(one, scan)) for one in scan.exceptions if standing(one, scan) != "in force"]
    if told:
        _heading(page, "Exceptions to see to", len(told))
    for one, stands in told:
        text = (
            f"{plain(one.check, 80)} of {plain(one.owner, 80)} {'expired' if stands == 'expired' else 'ends'} on {one.expires}"
        )
        page.paragraph("- ", text, indent=1, hang=2)


def _notes(page: Page, scan: Scan) -> None:
    if scan.notes:
        _heading(page, "Notes", len(scan.notes))
    for note in scan.notes[:_FIRST]:
        page.paragraph("- ", plain(note, 400), indent=1, hang=2)
    if len(scan.notes) > _FIRST:
        page.line((f"… {len(scan.notes) - _FIRST:,} more notes: --format html shows them all", "dim"), indent=3)


def _drift(page: Page, scan: Scan) -> None:
    drift = scan.drift
    if not drift.against:
        return
    lists = (
        (len(drift.new), "new"),
        (len(drift.regressed), "regressed"),
        (len(drift.first), "seen for the first time"),
        (len(drift.lapsed), "no longer accepted"),
        (len(drift.accepted), "accepted"),
        (len(drift.fixed), "fixed"),
        (len(drift.lost), "not assessed any more"),
    )
    page.blank()
    said = ", ".join(f"{number:,} {word}" for number, word in lists if number)
    page.paragraph((f"Since the last {since(scan)}: ", "bold"), said or "nothing changed", hang=2)


def _trend(page: Page, points: Sequence[Point]) -> None:
    if said := in_words(points):
        page.paragraph(("Over time: ", "bold"), said, hang=2)


def _controls(page: Page, scan: Scan, catalogues: Sequence[Catalogue]) -> None:
    found = by_catalogue(scan.controls, catalogues)
    if not found:
        return
    page.blank()
    heads = ("contradicted", "accepted", "not assessed", "supported", "by hand")
    page.line((f"{'Controls':<14}" + "".join(f"{head:>13}" for head in heads), "dim"))
    for id, _, controls in found:
        page.line(f"{plain(id, 13):<14}" + "".join(f"{number:>13,}" for number in tally(controls).values()))
