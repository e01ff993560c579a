"""The parts of the report that an auditor keeps it for: controls with reasons, exceptions, the inventory, what was read."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from fusion.model import Outcome, ToolRun
from fusion.model.compliance import ControlResult, Scan
from fusion.model.inventory import Component
from fusion.model.posture import Posture, Unknown
from fusion.render.phrases import count
from fusion.render.receipt import OUTCOMES
from fusion.render.scan import charts
from fusion.render.scan.elements import NONE, Html, code, facts, join, link, listed, said, table, tag
from fusion.render.scan.summary import NOT_A_CERTIFICATE, by_catalogue, moment, plain, standing, state, tally, title
from fusion.render.scan.words import pill
from fusion.render.text import clip

if TYPE_CHECKING:
    from fusion.check import About
    from fusion.controls.catalogue import Catalogue

_UNREAD = 100
_PARTS = {
    "basics": "what the repository is",
    "protection": "rules of the default branch",
    "actions": "what workflows may do",
    "security": "security features",
    "collaborators": "who has access",
    "deploy_keys": "deploy keys",
    "hooks": "webhooks",
    "releases": "releases",
    "merges": "what was merged",
    "contributors": "contributors",
    "organisation": "the organisation's settings",
}
_STANDING = {"expired": "failed", "ends soon": "accepted", "in force": "accepted"}


def controls(scan: Scan, catalogues: Sequence[Catalogue], checks: Mapping[str, About], numbers: Mapping[str, str]) -> Html:
    """Each catalogue's controls with their state and the reason for it; those that somebody has to look at come last."""
    parts = [tag("p", NOT_A_CERTIFICATE)]
    for id, catalogue, found in by_catalogue(scan.controls, catalogues):
        counts = tally(found)
        told = ", ".join(f"{number:,} {word.replace('_', ' ')}" for word, number in counts.items() if number)
        name = f"{catalogue.title} {catalogue.version}" if catalogue else plain(id, 100)
        drawn = charts.bar([(word.replace("_", " "), word, number) for word, number in counts.items()], height=12)
        groups = [
            _group(word, of, catalogue, checks, numbers)
            for word, of in (
                ("contradicted", [one for one in found if state(one) in ("contradicted", "accepted")]),
                ("not_assessed", [one for one in found if state(one) == "not_assessed"]),
                ("supported", [one for one in found if state(one) == "supported"]),
                ("manual", [one for one in found if state(one) == "manual"]),
            )
            if of
        ]
        heading = tag(
            "summary",
            tag("span", tag("span", name, class_="name"), tag("br"), tag("span", told, class_="soft small")),
            tag("span", drawn, class_="bar"),
        )
        parts.append(tag("details", heading, *groups, open=any(counts[word] for word in ("contradicted", "accepted"))))
    return join(parts) if parts[1:] else NONE


def _group(
    word: str,
    found: Sequence[ControlResult],
    catalogue: Catalogue | None,
    checks: Mapping[str, About],
    numbers: Mapping[str, str],
) -> Html:
    """Controls of one state: what speaks against some is open, the others fold open."""
    if word == "contradicted":
        return _table(found, catalogue, checks, numbers, count(len(found), "control") + " that something speaks against")
    inside = _by_hand(found, catalogue) if word == "manual" else _table(found, catalogue, checks, numbers, "")
    return tag("details", tag("summary", tag("span", pill(word), f" {count(len(found), 'control')}")), inside)


def _by_hand(found: Sequence[ControlResult], catalogue: Catalogue | None) -> Html:
    """Controls that somebody has to look at, by where to look."""
    titles = {one.id: one.title for one in catalogue.controls} if catalogue else {}
    by: dict[str, list[ControlResult]] = {}
    for one in found:
        by.setdefault(one.reason, []).append(one)
    return join(
        join(
            [
                tag("p", said(reason)),
                listed(join([code(one.control, 60, whole=True), " ", titles.get(one.control, "")]) for one in controls),
            ]
        )
        for reason, controls in by.items()
    )


def _table(
    found: Sequence[ControlResult],
    catalogue: Catalogue | None,
    checks: Mapping[str, About],
    numbers: Mapping[str, str],
    caption: str,
) -> Html:
    titles = {one.id: one.title for one in catalogue.controls} if catalogue else {}
    rows = []
    for one in found:
        rows.append(
            (code(one.control, 60, whole=True), titles.get(one.control, ""), pill(state(one)), _why(one, checks, numbers))
        )
    return table(("Control", "It asks", "State", "Why"), rows, caption=caption)


def _why(one: ControlResult, checks: Mapping[str, About], numbers: Mapping[str, str]) -> Html:
    """The reason, in which the checks that it names lead to what they say."""
    named = sorted((check for check in one.checks if check.strip() and check in numbers), key=len, reverse=True)
    if not named:
        return said(one.reason)
    parts: list[str] = []
    for place, part in enumerate(re.split(rf"(?<![\w-])({'|'.join(map(re.escape, named))})(?![\w-])", clip(one.reason, 2000))):
        if place % 2:
            parts.append(link(f"#{numbers[part]}", tag("span", plain(part, 100), title=title(part, checks))))
        else:
            parts += [" " if part[:1].isspace() else "", said(part), " " if part[-1:].isspace() and part.strip() else ""]
    return join(parts)


def exceptions(scan: Scan) -> Html:
    """Who accepts what, why, and until when; those that have expired first."""
    if not scan.exceptions:
        return NONE
    order = ("expired", "ends soon", "in force")
    found = sorted(scan.exceptions, key=lambda one: (order.index(standing(one, scan)), one.expires, one.id))
    rows = []
    for one in found:
        stands = standing(one, scan)
        of = [code(part, 200) for part in (one.path, one.component, one.fingerprint) if part]
        rows.append(
            (
                join([plain(one.check, 100), *([" ", join(of, " ")] if of else [])]),
                pill(_STANDING[stands], stands),
                tag("time", one.expires.isoformat()),
                plain(one.owner, 200),
                plain(one.approver, 200),
                said(one.reason),
                plain(one.origin, 200),
            )
        )
    ended = sum(standing(one, scan) == "expired" for one in found)
    told = tag("p", f"{count(ended, 'exception')} no longer {'counts' if ended == 1 else 'count'}.") if ended else NONE
    heads = ("For", "Standing", "Until", "Owner", "Approved by", "Reason", "From")
    return join([told, table(heads, rows, caption=count(len(rows), "exception"))])


def inventory(scan: Scan) -> Html:
    """Packages by ecosystem: how many are fixed, and how many have no licence that is known."""
    found = scan.inventory
    by: dict[str, list[Component]] = {}
    for one in found.components:
        by.setdefault(one.ecosystem, []).append(one)
    rows = [
        (
            plain(ecosystem, 60),
            f"{len(parts):,}",
            f"{sum(one.direct for one in parts):,}",
            f"{sum(one.pinned for one in parts):,}",
            f"{sum(one.hashed for one in parts):,}",
            f"{sum(not one.licence for one in parts):,}",
        )
        for ecosystem, parts in sorted(by.items())
    ]
    heads = ("Ecosystem", "Packages", "Asked for directly", "Pinned", "Fixed by a hash", "Licence not known")
    licences = Counter(one.licence for one in found.components if one.licence).most_common(8)
    told = [
        table(
            heads,
            rows,
            caption=f"{count(len(found.components), 'package')} in {count(len(found.read), 'file')}",
            numbers=range(1, 6),
        )
        if rows
        else NONE,
        tag("p", "Licences: ", ", ".join(f"{plain(name, 80)} {number:,}" for name, number in licences), ".")
        if licences
        else NONE,
        _unread("Manifests and lock files that could not be read", found.unread),
    ]
    return join(told)


def receipt(scan: Scan) -> Html:
    """What was read, when it was confirmed, what was not read, which tools ran, and by which rules."""
    made = scan.provenance
    return join(
        [
            facts(
                [
                    ("Commit", code(scan.commit, 100)),
                    ("Scanned", moment(scan.at)),
                    *_settings(scan.posture),
                    ("Requests to the forge", f"{scan.requests:,} that counted against its limit"),
                    ("Policy", code(made.policy, 100)),
                    ("Rules", code(made.rules, 100)),
                    ("Run", code(made.run, 100)),
                ]
            ),
            _missing(scan.posture),
            _tools(scan.tools),
            _unread("Wanted and not read", scan.unread),
            join([tag("h3", "Notes"), listed(said(note) for note in scan.notes)]) if scan.notes else NONE,
        ]
    )


def _settings(posture: Posture | Unknown) -> list[tuple[str, str]]:
    if isinstance(posture, Unknown):
        return [("Settings", join(["not read: ", said(posture.why)]))]
    told = f"the oldest part {moment(posture.at)}"
    return [("Settings confirmed", told), ("Unchanged since the scan before", f"{count(posture.confirmed, 'answer')} (304)")]


def _missing(posture: Posture | Unknown) -> Html:
    if isinstance(posture, Unknown):
        return NONE
    parts = [(word, part) for name, word in _PARTS.items() if isinstance(part := getattr(posture, name), Unknown)]
    rows = [(word, said(part.why), code(part.permission, 200) if part.permission else "") for word, part in parts]
    if not rows:
        return NONE
    return table(
        ("Settings that were not read", "Why", "Permission it needs"),
        rows,
        caption=count(len(rows), "part") + " of the settings",
    )


def _tools(tools: Sequence[ToolRun]) -> Html:
    if not tools:
        return NONE
    kinds = {Outcome.OK: "holds", Outcome.SKIPPED: "idle"}
    rows = [
        (
            join([plain(one.tool, 60), " ", plain(one.version, 40)]),
            pill(kinds.get(one.outcome, "unknown"), OUTCOMES[one.outcome]),
            f"{len(one.read):,}",
            f"{one.hits:,}",
            join(
                [*([said(one.reason)] if one.reason else []), *([f"{len(one.unread):,} not read"] if one.unread else [])], " "
            ),
        )
        for one in tools
    ]
    return table(
        ("Analyzer", "State", "Files read", "Hits", "Remarks"), rows, caption=count(len(rows), "analyzer"), numbers=(2, 3)
    )


def _unread(heading: str, found: Sequence[tuple[str, str]]) -> Html:
    if not found:
        return NONE
    items = [join([code(path), " ", said(why)]) for path, why in found[:_UNREAD]]
    if len(found) > _UNREAD:
        items.append(Html(f"and {len(found) - _UNREAD:,} more"))
    return join([tag("h3", f"{heading}: {len(found):,}"), listed(items)])
