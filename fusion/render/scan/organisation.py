"""An account's scan as one HTML file: what stands worst first, what could not be scanned among it, grouped so that it reads
without a script. A thousand repositories are a thousand rows; who wants more of one opens its own report.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from fusion import __version__
from fusion.model import Severity
from fusion.model.compliance import OrganisationScan, ScanOf
from fusion.render.phrases import count, short
from fusion.render.scan import charts
from fusion.render.scan import trend as history
from fusion.render.scan.elements import NONE, Html, code, facts, join, link, listed, page, said, section, table, tag
from fusion.render.scan.summary import CAME_TO, NOT_A_CERTIFICATE, by_catalogue, moment, plain, state, tally, title
from fusion.render.scan.words import pill
from fusion.scanning.series import Point

if TYPE_CHECKING:
    from fusion.check import About
    from fusion.controls.catalogue import Catalogue

_UNSCANNED, _UNKNOWN, _ACCEPTED, _HOLDS = "unscanned", "unknown", "accepted", "holds"
_GROUPS: Mapping[str, tuple[str, str]] = {
    _UNSCANNED: ("Not scanned", "unknown"),
    **{each.value: (f"Failed, {each.value} at worst", each.value) for each in Severity},
    _UNKNOWN: ("Nothing failed, and not everything could be assessed", "unknown"),
    _ACCEPTED: ("Failed and accepted", "accepted"),
    _HOLDS: ("Everything was assessed and holds", "holds"),
}


def render(
    report: OrganisationScan, *, checks: Mapping[str, About], catalogues: Sequence[Catalogue], trend: Sequence[Point] = ()
) -> str:
    """The whole document. `trend`: this scan and the whole ones before it, oldest first."""
    groups = grouped(report.repositories)
    parts = [
        ("overview", "Overview", _overview(report, groups, catalogues, trend)),
        *((f"group-{id}", _GROUPS[id][0], _rows(found, scanned=id != _UNSCANNED)) for id, found in groups.items()),
        ("controls", "Controls", _controls(report, catalogues, checks)),
        ("notes", "Notes", listed(said(note) for note in report.notes)),
    ]
    shown = [(id, heading, inside) for id, heading, inside in parts if inside]
    return page(
        f"Compliance of {plain(report.account, 200)}",
        charts.patterns(),
        _header(report, groups),
        tag("nav", tag("ul", *(tag("li", link(f"#{id}", heading)) for id, heading, _ in shown)), aria_label="Contents"),
        *(
            section(id, heading, inside, kind="part unknowns" if id in (f"group-{_UNSCANNED}", f"group-{_UNKNOWN}") else "part")
            for id, heading, inside in shown
        ),
        tag(
            "footer",
            tag("p", NOT_A_CERTIFICATE),
            tag("p", f"Made by Fusion {__version__} from the scan ", code(report.id, 200), "."),
        ),
    )


def grouped(repositories: Sequence[ScanOf]) -> Mapping[str, tuple[ScanOf, ...]]:
    """The repositories by how they stand, the worst group first, and in each the worst first; no group is empty."""
    by: dict[str, list[ScanOf]] = {}
    for one in sorted(repositories, key=lambda one: (-one.failed, -one.not_assessed, -one.accepted, one.repository.lower())):
        by.setdefault(_group(one), []).append(one)
    return {id: tuple(by[id]) for id in _GROUPS if id in by}


def _group(one: ScanOf) -> str:
    if one.status != "scanned":
        return _UNSCANNED
    if one.failed:
        return (one.worst or Severity.MEDIUM).value
    if one.not_assessed or not one.passed + one.accepted:
        return _UNKNOWN
    return _ACCEPTED if one.accepted else _HOLDS


def _header(report: OrganisationScan, groups: Mapping[str, Sequence[ScanOf]]) -> Html:
    total = len(report.repositories)
    failed = sum(len(groups.get(each.value, ())) for each in Severity)
    unscanned, unknown = len(groups.get(_UNSCANNED, ())), len(groups.get(_UNKNOWN, ()))
    colour = (
        "failed"
        if failed
        else "unknown"
        if unscanned or unknown or not total
        else "accepted"
        if _ACCEPTED in groups
        else "holds"
    )
    parts = [f"Checks failed in {failed:,} of {count(total, 'repository', 'repositories')}"]
    parts += [f"{unscanned:,} could not be scanned"] if unscanned else []
    parts += [f"{unknown:,} could not be assessed in full"] if unknown else []
    told = [tag("p", f"{', '.join(parts)}.")]
    if colour in ("failed", "unknown") and unscanned + unknown:
        told.append(tag("p", "What could not be read proves nothing, and is never counted as holding."))
    took = f"{moment(report.ended)}" if report.ended else "not yet"
    asked = sum(one.requests for one in report.repositories)
    return tag(
        "header",
        tag("p", "Compliance scan of an account", class_="eyebrow"),
        tag("h1", plain(report.account, 300)),
        tag("div", *told, class_=f"verdict v-{colour}"),
        facts(
            [
                ("Begun", tag("time", moment(report.at))),
                ("Ended", tag("time", took)),
                ("Repositories", f"{total:,}"),
                ("Requests to the forge", f"{asked:,} that counted against its limit"),
                ("Taken over unchanged", f"{sum(one.reused for one in report.repositories):,}"),
            ]
        ),
    )


def _overview(
    report: OrganisationScan,
    groups: Mapping[str, Sequence[ScanOf]],
    catalogues: Sequence[Catalogue],
    trend: Sequence[Point],
) -> Html:
    parts = [(_GROUPS[id][0].lower(), _GROUPS[id][1], len(found)) for id, found in groups.items()]
    drawn = [tag("figure", tag("figcaption", "Repositories"), charts.bar(parts, height=22), charts.key(parts), class_="wide")]
    drawn.append(history.figure(trend))
    for id, catalogue, found in by_catalogue(report.controls, catalogues):
        states = [(word.replace("_", " "), word, number) for word, number in tally(found).items()]
        name = f"{catalogue.title} {catalogue.version}" if catalogue else plain(id, 100)
        bar = [charts.bar(states), charts.key([part for part in states if part[2]])]
        drawn.append(tag("figure", tag("figcaption", name), *bar, class_="chart"))
    return tag("div", *drawn, class_="charts") if parts else NONE


def _rows(found: Sequence[ScanOf], *, scanned: bool) -> Html:
    caption = count(len(found), "repository", "repositories")
    if not scanned:
        rows = [(plain(one.repository, 200), f"It {CAME_TO.get(one.status, one.status)}.", said(one.reason)) for one in found]
        return table(("Repository", "What became of it", "Why"), rows, caption=caption)
    numbers = [
        (
            plain(one.repository, 200),
            f"{one.failed:,}",
            f"{one.not_assessed:,}",
            f"{one.accepted:,}",
            f"{one.passed:,}",
            code(short(one.commit), 40),
        )
        for one in found
    ]
    heads = ("Repository", "Failed", "Not assessed", "Accepted", "Hold", "Commit")
    return table(heads, numbers, caption=caption, numbers=range(1, 5))


def _controls(report: OrganisationScan, catalogues: Sequence[Catalogue], checks: Mapping[str, About]) -> Html:
    parts = [tag("p", "Of each control the worst state over the repositories that could be assessed.")]
    for id, catalogue, found in by_catalogue(report.controls, catalogues):
        name = f"{catalogue.title} {catalogue.version}" if catalogue else plain(id, 100)
        titles = {one.id: one.title for one in catalogue.controls} if catalogue else {}
        told = ", ".join(f"{number:,} {word.replace('_', ' ')}" for word, number in tally(found).items() if number)
        rows = [
            (
                code(one.control, 60, whole=True),
                titles.get(one.control, ""),
                pill(state(one)),
                said(one.reason),
                "; ".join(title(check, checks) for check in one.checks),
            )
            for one in found
        ]
        heads = ("Control", "It asks", "State", "Why", "Checks")
        summary = tag("summary", tag("span", name, class_="name"), tag("span", told, class_="soft small"))
        parts.append(tag("details", summary, table(heads, rows, caption=count(len(rows), "control"))))
    return join(parts) if parts[1:] else NONE
