"""A scan as CSV (RFC 4180, with a header): a row for each deviation, and one for each check that has none.

A spreadsheet takes a cell that begins with `=`, `+`, `-` or `@` for a formula, which can send data away or start a program.
Such cells begin with an apostrophe here, which spreadsheets show as text.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from fusion.model.compliance import CheckResult, Deviation, Scan, Status
from fusion.render.scan.summary import STATUS, deviations, exactly, partial, plain, severity, title
from fusion.render.secrets import excerpt

if TYPE_CHECKING:
    from fusion.check import About
    from fusion.controls.catalogue import Catalogue

COLUMNS = (
    *("repository", "commit", "scanned", "check", "title", "status", "severity", "what", "path", "line", "component"),
    *("fingerprint", "accepted_by", "owner", "expires", "reason", "permission", "as_of", "controls", "remediation"),
    *("partial",),
)
_STARTS = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20", "\u2212", "|", "%")


def render(scan: Scan, *, checks: Mapping[str, About], catalogues: Sequence[Catalogue]) -> str:
    """The table; lines end in CRLF."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for row in _rows(scan, checks, {catalogue.id for catalogue in catalogues}):
        writer.writerow([_cell(value) for value in row])
    return out.getvalue()


def _rows(scan: Scan, checks: Mapping[str, About], catalogues: set[str]) -> Iterator[tuple[str, ...]]:
    first = (plain(scan.repository, 300), plain(scan.commit, 100), scan.at.isoformat())
    if not scan.results:
        yield (*first, "", "", scan.status, "", plain(scan.reason), *[""] * (len(COLUMNS) - 9), plain(partial(scan)))
    for result in scan.results:
        for item in deviations(result) or (None,):
            yield (*first, *_columns(scan, result, item, checks, catalogues))


def _columns(
    scan: Scan, result: CheckResult, item: Deviation | None, checks: Mapping[str, About], catalogues: set[str]
) -> tuple[str, ...]:
    about = checks.get(result.check)
    exception = next((one for one in scan.exceptions if item and item.accepted and one.id == item.accepted), None)
    towards = [f"{one.catalogue} {one.control}" for one in about.towards if one.catalogue in catalogues] if about else []
    bad = item.severity.value if item else severity(result, checks).value if result.status is Status.FAILED else ""
    return (
        plain(result.check, 200),
        title(result.check, checks),
        "accepted" if item and item.accepted else STATUS[result.status],
        bad,
        plain(item.title) if item else "",
        exactly(item.path, 1000) if item else "",
        str(item.line) if item and item.line else "",
        exactly(item.component) if item else "",
        exactly(item.fingerprint, 100) if item else "",
        plain(item.accepted, 200) if item else "",
        plain(exception.owner, 200) if exception else "",
        exception.expires.isoformat() if exception else "",
        plain(result.reason),
        plain(result.permission, 200),
        result.as_of.isoformat() if result.as_of else "",
        "; ".join(dict.fromkeys(towards)),
        excerpt(about.remediation, 2000) if about and result.status is Status.FAILED else "",
        plain(partial(scan)),
    )


def _cell(value: str) -> str:
    return f"'{value}" if value.lstrip().startswith(_STARTS) else value
