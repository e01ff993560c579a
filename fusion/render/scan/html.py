"""A scan as one HTML file for people: engineers mend by it, auditors keep it, and it prints.

It needs neither script nor network, and its own policy (CSP) forbids both. First what the scan says as a whole and what it
could not say, then what failed, the worst first, then what changed and what is accepted, the controls, what holds, the receipt.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from fusion import __version__
from fusion.model import Severity
from fusion.model.compliance import CheckResult, Deviation, Scan, Status
from fusion.model.posture import Posture
from fusion.render.phrases import count, short
from fusion.render.scan import charts
from fusion.render.scan import trend as history
from fusion.render.scan.elements import NONE, Html, code, facts, join, link, listed, page, said, section, table, tag
from fusion.render.scan.places import address
from fusion.render.scan.record import controls, exceptions, inventory, receipt
from fusion.render.scan.summary import (
    CAME_TO,
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
    summary,
    tally,
    title,
)
from fusion.render.scan.words import pill
from fusion.scanning.series import Point

if TYPE_CHECKING:
    from fusion.check import About
    from fusion.controls.catalogue import Catalogue

_PLACES = 12
"""Places of a check that are shown at once; `_FOLDED` more fold open."""
_FOLDED = 150
_LISTED = 50
_VERDICTS = {
    Colour.HOLDS: "Everything that the checks need was read, and all of them hold.",
    Colour.ACCEPTED: "Everything that the checks need was read. What speaks against it is accepted for a time.",
    Colour.FAILED: "What failed is below, the worst first.",
    Colour.UNKNOWN: "This is not a pass: what could not be read proves nothing, either way.",
}


def render(scan: Scan, *, checks: Mapping[str, About], catalogues: Sequence[Catalogue], trend: Sequence[Point] = ()) -> str:
    """The whole document. `trend`: this scan and the whole ones before it, oldest first."""
    told = summary(scan, checks)
    numbers = {result.check: f"check-{number}" for number, result in enumerate(scan.results)}
    parts = [
        ("overview", "Overview", _overview(scan, told, catalogues, trend)),
        ("not-assessed", "Not assessed", _not_assessed(scan, told, checks, numbers)),
        ("failed", "Failed", join(_card(scan, one, checks, numbers) for one in told.failed)),
        ("changes", f"Since the last {since(scan)}", _changes(scan, checks, numbers)),
        ("accepted", "Failed and accepted", join(_card(scan, one, checks, numbers) for one in told.accepted)),
        ("exceptions", "Exceptions", exceptions(scan)),
        ("controls", "Controls", controls(scan, catalogues, checks, numbers)),
        ("holds", "Holds", _holds(told.holds, checks, numbers)),
        ("nothing", "Nothing to look at", _holds(told.not_applicable, checks, numbers)),
        ("inventory", "What it is built from", inventory(scan)),
        ("receipt", "Receipt", receipt(scan)),
    ]
    shown = [(id, heading, inside) for id, heading, inside in parts if inside]
    return page(
        f"Compliance of {plain(scan.repository, 200)}",
        charts.patterns(),
        _header(scan, told),
        tag("nav", tag("ul", *(tag("li", link(f"#{id}", heading)) for id, heading, _ in shown)), aria_label="Contents"),
        *(
            section(id, heading, inside, kind="part unknowns" if id == "not-assessed" else "part")
            for id, heading, inside in shown
        ),
        tag(
            "footer",
            tag("p", NOT_A_CERTIFICATE),
            tag("p", f"Made by Fusion {__version__} from the scan ", code(scan.id, 200), "."),
        ),
    )


def _header(scan: Scan, told: Summary) -> Html:
    settings = f"confirmed {moment(scan.posture.at)}" if isinstance(scan.posture, Posture) else "not read"
    sentences = [tag("p", told.headline), tag("p", _VERDICTS[told.colour])]
    if scan.status != "scanned":
        sentences[1:] = [tag("p", said(scan.reason)), tag("p", "Nothing is known of its checks and controls.")]
    elif told.colour is Colour.FAILED and told.not_assessed:
        sentences.append(tag("p", _VERDICTS[Colour.UNKNOWN]))
    return tag(
        "header",
        tag("p", "Compliance scan", class_="eyebrow"),
        tag("h1", plain(scan.repository, 300)),
        tag("div", *sentences, class_=f"verdict v-{told.colour.value}"),
        facts(
            [
                ("Commit", tag("code", short(scan.commit), title=plain(scan.commit, 100)) if scan.commit else "none"),
                ("Scanned", tag("time", moment(scan.at), datetime=scan.at.isoformat())),
                ("Settings", settings),
                ("Files", f"{scan.files:,}"),
                ("Asked for", _asked(scan)),
            ]
        ),
    )


def _asked(scan: Scan) -> Html:
    """Which checks were made, where it was not all of them."""
    if not scan.asked:
        return NONE
    more = f" and {len(scan.asked) - _PLACES:,} more" if len(scan.asked) > _PLACES else ""
    return join(["only ", join((code(one, 100) for one in scan.asked[:_PLACES]), " "), more])


def _overview(scan: Scan, told: Summary, catalogues: Sequence[Catalogue], trend: Sequence[Point]) -> Html:
    if not scan.results:
        return NONE
    checks = [
        ("hold", "holds", len(told.holds)),
        ("failed", "failed", len(told.failed)),
        ("failed and accepted", "accepted", len(told.accepted)),
        ("not assessed", "unknown", len(told.not_assessed)),
        ("nothing to look at", "idle", len(told.not_applicable)),
    ]
    drawn = [_figure("Checks", charts.bar(checks, height=22), charts.key(checks), wide=True), history.figure(trend)]
    open = [(each.value, each.value, told.severity[each]) for each in Severity]
    if any(number for _, _, number in open):
        drawn.append(_figure("Deviations that nobody accepted", charts.ranked(open)))
    for id, catalogue, found in by_catalogue(scan.controls, catalogues):
        states = [(word.replace("_", " "), word, number) for word, number in tally(found).items()]
        name = f"{catalogue.title} {catalogue.version}" if catalogue else plain(id, 100)
        drawn.append(_figure(name, charts.bar(states), charts.key([part for part in states if part[2]])))
    return tag("div", *drawn, class_="charts")


def _figure(caption: str, *children: str, wide: bool = False) -> Html:
    return tag("figure", tag("figcaption", caption), *children, class_="wide" if wide else "chart")


def _not_assessed(scan: Scan, told: Summary, checks: Mapping[str, About], numbers: Mapping[str, str]) -> Html:
    parts: list[str] = []
    if scan.status != "scanned":
        parts.append(tag("p", f"The repository {CAME_TO[scan.status]}. ", said(scan.reason)))
    if told.not_assessed:
        parts.append(tag("p", "Nobody knows whether these hold. They are never counted as holding."))
        rows = [
            (
                join([said(reason), *([" Permission that it needs: ", code(permission, 200)] if permission else [])]),
                tag("ul", *(tag("li", title(one.check, checks), id=numbers[one.check]) for one in found), class_="many"),
            )
            for reason, permission, found in causes(told.not_assessed)
        ]
        heads = ("Why not, and what to do", "What nobody could see")
        parts.append(tag("div", table(heads, rows, caption=count(len(told.not_assessed), "check")), class_="reasons"))
    if isinstance(scan.posture, Posture) or scan.status != "scanned":
        return join(parts)
    return join([*parts, tag("p", "The settings of the repository were not read. ", said(scan.posture.why))])


def _card(scan: Scan, result: CheckResult, checks: Mapping[str, About], numbers: Mapping[str, str]) -> Html:
    about = checks.get(result.check)
    worst = severity(result, checks)
    items = deviations(result)
    folded, more = items[_PLACES:][:_FOLDED], len(items) - _PLACES - _FOLDED
    id = numbers[result.check]
    return tag(
        "article",
        tag(
            "div",
            tag("h3", title(result.check, checks), id=f"{id}-heading"),
            tag("span", pill("accepted") if result.is_accepted else pill("failed"), " ", pill(worst.value)),
            class_="head",
        ),
        tag("p", said(result.reason)),
        _places(scan, items[:_PLACES], worst),
        tag("details", tag("summary", f"{count(len(folded), 'more place')}"), _places(scan, folded, worst)) if folded else NONE,
        tag("p", f"{count(more, 'further place')}: the CSV and the JSON of this scan name them all.") if more > 0 else NONE,
        facts(
            [
                ("What to do", said(about.remediation) if about else ""),
                ("Why it matters", said(about.rationale) if about else ""),
                ("Controls", _controls(about) if about else ""),
                ("It stands on", _stands_on(result)),
            ],
            kind="told",
        ),
        id=id,
        class_=f"card c-{'accepted' if result.is_accepted else worst.value}",
        aria_labelledby=f"{id}-heading",
    )


def _places(scan: Scan, items: Sequence[Deviation], worst: Severity) -> Html:
    return tag("ul", *(tag("li", _item(scan, item, worst)) for item in items), class_="places") if items else NONE


def _item(scan: Scan, item: Deviation, worst: Severity) -> Html:
    where = place(item)
    told: list[str] = [said(item.title)]
    if where:
        told += [" ", link(address(item, scan), code(where)) if item.path else code(where)]
    if item.path and item.component:
        told += [" ", code(item.component, 200)]
    if item.severity is not worst:
        told += [" ", pill(item.severity.value)]
    if item.accepted:
        told += [" ", pill("accepted"), " by the exception ", code(item.accepted, 100)]
    return join(told)


def _controls(about: About) -> Html:
    found: dict[str, list[str]] = {}
    for one in about.towards:
        found.setdefault(one.catalogue, []).append(one.control)
    return join(
        (f"{plain(id, 60)} {', '.join(dict.fromkeys(plain(each, 60) for each in ids))}" for id, ids in found.items()), "; "
    )


def _stands_on(result: CheckResult) -> Html:
    named = [code(one, 200) for one in result.read[:_LISTED]]
    if len(result.read) > _LISTED:
        named.append(Html(f"and {len(result.read) - _LISTED:,} more"))
    when = [f"as of {moment(result.as_of)}"] if result.as_of else []
    again = ["taken over from an earlier scan of the same contents"] if result.reused else []
    return join([join(named, " "), *([" "] if named else []), ", ".join([*when, *again])])


def _changes(scan: Scan, checks: Mapping[str, About], numbers: Mapping[str, str]) -> Html:
    drift = scan.drift
    if not drift.against:
        return tag("p", "There is no earlier scan to compare with.") if scan.results else NONE
    known = {f"{one.check} {item.fingerprint}": item for one in scan.results for item in one.deviations}
    groups = (
        ("Regressed: fixed once, and here again", drift.regressed, "failed"),
        ("New", drift.new, "failed"),
        ("No longer accepted", drift.lapsed, "failed"),
        ("Seen for the first time: nobody could look before", drift.first, "failed"),
        ("Could be assessed then, and not now", drift.lost, "unknown"),
        ("Open when last seen, and nobody has looked since", drift.unseen, "unknown"),
        ("Accepted since", drift.accepted, "accepted"),
        ("Fixed", drift.fixed, "holds"),
    )
    parts = []
    for heading, keys, kind in groups:
        if keys:
            items = [_change(key, known.get(key), checks, numbers) for key in keys[:_LISTED]]
            if len(keys) > _LISTED:
                items.append(Html(f"and {len(keys) - _LISTED:,} more"))
            parts.append(join([tag("h3", pill(kind, str(len(keys))), " ", heading), listed(items)]))
    if not parts:
        return tag("p", "Nothing changed.")
    return join(parts)


def _change(key: str, item: Deviation | None, checks: Mapping[str, About], numbers: Mapping[str, str]) -> Html:
    check = key if key in numbers else key.rpartition(" ")[0] or key
    named = title(check, checks)
    anchor = numbers.get(check, "")
    first = link(f"#{anchor}", named) if anchor else Html(join([named]))
    if item is None:
        return join([first] if check == key else [first, " ", tag("span", code(key.rpartition(" ")[2], 40), class_="soft")])
    where = place(item)
    return join([first, ": ", said(item.title), *([" ", code(where)] if where else [])])


def _holds(results: Sequence[CheckResult], checks: Mapping[str, About], numbers: Mapping[str, str]) -> Html:
    if not results:
        return NONE
    kind = "holds" if results[0].status is Status.PASSED else "idle"
    rows = [
        (tag("span", title(one.check, checks), id=numbers[one.check]), pill(kind), said(one.reason), _stands_on(one))
        for one in results
    ]
    return table(("Check", "State", "What was seen", "It stands on"), rows, caption=count(len(rows), "check"))
