"""A scan in GitHub-flavoured Markdown, for an issue or the summary of a job: at most what one comment takes.

What failed comes first, what could not be assessed next. What has no room is counted, never dropped in silence.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from fusion.model.compliance import CheckResult, Scan
from fusion.render.markdown import LIMIT
from fusion.render.markup import code, details, html_text, prose
from fusion.render.phrases import count, short
from fusion.render.scan.summary import (
    NOT_A_CERTIFICATE,
    Colour,
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
from fusion.render.text import clip
from fusion.scanning.series import Point, in_words

if TYPE_CHECKING:
    from fusion.check import About
    from fusion.controls.catalogue import Catalogue

_WORDS = {
    Colour.HOLDS: "holds",
    Colour.ACCEPTED: "failed and accepted",
    Colour.FAILED: "failed",
    Colour.UNKNOWN: "not assessed in full, not a pass",
}
_PLACES = 15
_NOTICE = 300


def render(scan: Scan, *, checks: Mapping[str, About], catalogues: Sequence[Catalogue], trend: Sequence[Point] = ()) -> str:
    """The whole text, at most 65,536 characters, one newline at the end. `trend`: this scan and the whole ones before it."""
    told = summary(scan, checks)
    opening = (
        f"### Fusion: compliance {_WORDS[told.colour]}\n\n{prose(plain(scan.repository, 300))} {code(short(scan.commit))} "
    )
    opening += f"at {moment(scan.at)}. {told.headline} {prose(plain(scan.reason))}".rstrip()
    if scan.asked:
        opening += f" Only these checks were asked for: {prose(clip(', '.join(scan.asked), 600))}."
    closing = "\n\n".join([*_drift(scan), *_trend(trend), *_controls(scan, catalogues), NOT_A_CERTIFICATE])
    room = LIMIT - len(opening) - len(closing) - _NOTICE
    kept: list[str] = []
    left = 0
    for block in _blocks(scan, checks):
        if not left and len(block) + 2 <= room:
            kept.append(block)
            room -= len(block) + 2
        else:
            left += 1
    if left:
        kept.append(f"**{count(left, 'more part')} did not fit here**; the HTML report has them all.")
    return "\n\n".join([opening, *kept, closing]) + "\n"


def _blocks(scan: Scan, checks: Mapping[str, About]) -> Iterator[str]:
    told = summary(scan, checks)
    if told.failed:
        yield f"**Failed** ({len(told.failed):,})"
        yield from (_failed(one, checks) for one in told.failed)
    if told.not_assessed:
        yield f"**Not assessed** ({len(told.not_assessed):,})"
        yield "\n".join(_unread(*one, checks) for one in causes(told.not_assessed))
    if scan.notes:
        yield f"**Notes** ({len(scan.notes):,})"
        rest = [f"- and {len(scan.notes) - _PLACES:,} more"] if len(scan.notes) > _PLACES else []
        yield "\n".join([*(f"- {prose(plain(note, 600))}" for note in scan.notes[:_PLACES]), *rest])
    expired = [one for one in scan.exceptions if standing(one, scan) == "expired"]
    if expired:
        yield f"**Exceptions that have expired** ({len(expired):,})"
        said = (f"{one.check}, of {one.owner}, until {one.expires}: {one.reason}" for one in expired)
        yield "\n".join(f"- {prose(plain(each))}" for each in said)
    if told.accepted:
        lines = (f"- {prose(title(one.check, checks))}: {prose(plain(one.reason))}" for one in told.accepted)
        yield details(f"Failed and accepted ({len(told.accepted):,})", "\n".join(lines))
    if told.holds:
        lines = (f"- {prose(title(one.check, checks))}" for one in told.holds)
        yield details(f"Holds ({len(told.holds):,})", "\n".join(lines))


def _failed(result: CheckResult, checks: Mapping[str, About]) -> str:
    about = checks.get(result.check)
    items = deviations(result)
    lines = []
    for item in items[:_PLACES]:
        where = place(item)
        mark = " (accepted)" if item.accepted else ""
        lines.append(f"- {prose(plain(item.title, 600))}{f' {code(where)}' if where else ''}{mark}")
    if len(items) > _PLACES:
        lines.append(f"- and {len(items) - _PLACES:,} more")
    body = [
        prose(clip(result.reason, 2000)),
        "\n".join(lines),
        f"**What to do.** {prose(clip(about.remediation, 2000))}" if about else "",
    ]
    heading = f"{severity(result, checks).upper()}: {html_text(title(result.check, checks))}"
    return details(heading, "\n\n".join(part for part in body if part))


def _unread(reason: str, permission: str, found: Sequence[CheckResult], checks: Mapping[str, About]) -> str:
    needs = f" It needs {code(plain(permission, 200))}." if permission else ""
    names = "; ".join(prose(title(one.check, checks)) for one in found[:_PLACES])
    more = f"; and {len(found) - _PLACES:,} more" if len(found) > _PLACES else ""
    return f"- {prose(clip(reason, 600))}{needs} Not known: {names}{more}."


def _drift(scan: Scan) -> list[str]:
    drift = scan.drift
    if not drift.against:
        return []
    lists = (
        (len(drift.new), "new"),
        (len(drift.regressed), "regressed"),
        (len(drift.first), "seen for the first time"),
        (len(drift.fixed), "fixed"),
        (len(drift.accepted), "accepted"),
        (len(drift.lapsed), "no longer accepted"),
    )
    parts = [f"{number:,} {word}" for number, word in lists if number]
    lost = f" {count(len(drift.lost), 'check')} could be assessed then and not now." if drift.lost else ""
    return [f"Since the last {since(scan)}: {', '.join(parts) or 'nothing changed'}.{lost}"]


def _trend(points: Sequence[Point]) -> list[str]:
    said = in_words(points)
    return [f"{said[:1].upper()}{said[1:]}."] if said else []


def _controls(scan: Scan, catalogues: Sequence[Catalogue]) -> list[str]:
    found = by_catalogue(scan.controls, catalogues)
    if not found:
        return []
    lines = ["| catalogue | contradicted | accepted | not assessed | supported | by hand |", "|---|---|---|---|---|---|"]
    for id, catalogue, controls in found:
        name = f"{catalogue.title} {catalogue.version}" if catalogue else plain(id, 60)
        lines.append(f"| {prose(name)} | {' | '.join(f'{number:,}' for number in tally(controls).values())} |")
    return ["\n".join(lines)]
