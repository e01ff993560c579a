"""The report of an account: a summary of 80 columns, JSON, or a table of its repositories as CSV. Pure."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from textwrap import wrap

from fusion.model.compliance import ControlState, OrganisationScan, ScanOf
from fusion.render.text import clip, one_line
from fusion.scanning.organisation import totals
from fusion.scanning.series import Point, in_words

WIDTH = 80
WORST = 15
"""Repositories that the summary names."""
COLUMNS = (
    *("repository", "status", "worst", "failed", "accepted", "not_assessed", "passed", "commit", "scan", "chain", "reason"),
)


def render(report: OrganisationScan, format: str, *, trend: Sequence[Point] = ()) -> str:
    """As `text`, `json` or `csv`. `trend`: this scan and the whole ones before it, oldest first; not in `csv`."""
    if format == "json":
        told = report.model_dump(mode="json") | {"trend": [one.model_dump(mode="json") for one in trend]}
        return json.dumps(told, indent=2, ensure_ascii=False) + "\n"
    return _csv(report) if format == "csv" else _text(report, trend)


def _text(report: OrganisationScan, trend: Sequence[Point]) -> str:
    lines = report.repositories
    counted = totals(lines)
    words = ", ".join(f"{number:,} {status}" for status, number in sorted(counted.items()) if not status.startswith("checks "))
    said = [f"{one_line(report.account)}: {len(lines):,} repositories ({words or 'none'})", ""]
    if over_time := in_words(trend):
        said += [*wrap(f"Over time: checks {over_time}", WIDTH), ""]
    said += _controls(report)
    bad = sorted((one for one in lines if one.worst), key=lambda one: (-one.worst.rank if one.worst else 0, -one.failed))
    if bad:
        said += ["What to look at first", *(_worst(one) for one in bad[:WORST])]
        said += [f"  and {len(bad) - WORST:,} more"] if len(bad) > WORST else []
        said.append("")
    unseen = [one for one in lines if one.status in ("failed", "denied", "gone")]
    if unseen:
        said += [
            "Not scanned",
            *(clip(f"  {one_line(one.repository)}: {one_line(one.reason)}", WIDTH) for one in unseen[:WORST]),
        ]
        said += [f"  and {len(unseen) - WORST:,} more", ""] if len(unseen) > WORST else [""]
    said += [one_line(note) for note in report.notes]
    said.append("This is evidence, and not a certification.")
    return "\n".join(said) + "\n"


def _controls(report: OrganisationScan) -> Sequence[str]:
    """A line for each catalogue: how many of its controls are in which state."""
    if not report.controls:
        return []
    rows = [f"{'':14}{'supported':>12}{'contradicted':>14}{'not assessed':>14}{'manual':>9}"]
    for catalogue in dict.fromkeys(one.catalogue for one in report.controls):
        of = [one.state for one in report.controls if one.catalogue == catalogue]
        numbers = [of.count(state) for state in ControlState]
        rows.append(f"{catalogue[:13]:14}{numbers[0]:>12,}{numbers[1]:>14,}{numbers[2]:>14,}{numbers[3]:>9,}")
    return [*rows, ""]


def _worst(one: ScanOf) -> str:
    failed = f"{one.failed:,} failed" + (f", {one.not_assessed:,} not assessed" if one.not_assessed else "")
    return clip(f"  {one.worst or '':9}{one_line(one.repository)[:44]:45}{failed}", WIDTH)


def _csv(report: OrganisationScan) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for one in report.repositories:
        writer.writerow([_cell(str(getattr(one, name) if getattr(one, name) is not None else "")) for name in COLUMNS])
    return text.getvalue()


def _cell(value: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{value}" if value[:1] in ("=", "+", "-", "@", "\t", "\r") else value
