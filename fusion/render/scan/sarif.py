"""A scan as SARIF 2.1.0: a rule for each check, a result for each deviation, the controls as taxonomies.

What could not be assessed is part of the log: a notification of the invocation, which says `executionSuccessful: false`.
SARIF 2.1.0 with Errata 01: https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/sarif-v2.1.0-errata01-os-complete.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC
from typing import TYPE_CHECKING, Any
from uuid import NAMESPACE_URL, uuid5

from fusion import __version__
from fusion.model import Outcome
from fusion.model.compliance import CheckResult, Deviation, Scan, Status
from fusion.model.posture import Posture
from fusion.render.json import encode
from fusion.render.links import relative_uri
from fusion.render.markup import prose
from fusion.render.phrases import count
from fusion.render.receipt import OUTCOMES
from fusion.render.sarif import SCHEMA
from fusion.render.sarif_results import ROOT
from fusion.render.sarif_rules import LEVEL, SCORE, plain
from fusion.render.scan.places import github
from fusion.render.scan.summary import CAME_TO, deviations, exactly, partial, severity, standing, summary
from fusion.render.secrets import excerpt
from fusion.render.text import clip, one_line, visible
from fusion.scanning.wanted import short

if TYPE_CHECKING:
    from fusion.check import About
    from fusion.controls.catalogue import Catalogue

_RESULTS = 25_000
_NOTIFICATIONS = 20_000
_EVIDENCE = 100
_KINDS = {
    "scan-incomplete": "The repository was not scanned.",
    "check-not-assessed": "A check could not be assessed: it proves nothing.",
    "tool-failed": "An analyzer did not finish.",
    "tool-skipped": "An analyzer took no part.",
    "file-not-read": "A file was wanted and not read.",
    "exception-expired": "An exception has expired.",
    "results-cut": "The log holds fewer results than the scan.",
    "note": "What a reader should know.",
}


def render(scan: Scan, *, checks: Mapping[str, About], catalogues: Sequence[Catalogue]) -> str:
    """A log with one run; ASCII."""
    return encode({"$schema": SCHEMA, "version": "2.1.0", "runs": [_run(scan, checks, catalogues)]})


def _run(scan: Scan, checks: Mapping[str, About], catalogues: Sequence[Catalogue]) -> dict[str, Any]:
    taxonomies = _taxonomies(scan, checks, catalogues)
    index = {result.check: number for number, result in enumerate(scan.results)}
    found = [(result, item) for result in scan.results for item in _items(result)]
    told = summary(scan, checks)
    run: dict[str, Any] = {
        "tool": {
            "driver": {
                "name": "Fusion",
                "version": __version__,
                "semanticVersion": __version__,
                "rules": [_rule(result, checks, taxonomies) for result in scan.results],
                "notifications": [{"id": kind, "shortDescription": {"text": text}} for kind, text in _KINDS.items()],
                "supportedTaxonomies": [_component(one, number) for number, one in enumerate(taxonomies)],
            }
        },
        "automationDetails": {"id": f"{_category(scan)}/{plain(scan.id, 200)}"},
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {ROOT: {"description": {"text": "The root of the repository that was scanned."}}},
        "invocations": [_invocation(scan, index, cut=max(len(found) - _RESULTS, 0))],
        "taxonomies": taxonomies,
        "results": [_result(scan, result, item, index, checks) for result, item in found[:_RESULTS]],
        "properties": {
            "schema_version": scan.schema_version,
            "repository": plain(scan.repository),
            "commit": plain(scan.commit),
            "status": scan.status,
            "headline": told.headline,
        },
    }
    repository = github(scan)
    if repository:
        source = {
            "repositoryUri": f"https://github.com/{repository}",
            "revisionId": scan.commit,
            "mappedTo": {"uriBaseId": ROOT},
        }
        run["versionControlProvenance"] = [source]
    return run


def _category(scan: Scan) -> str:
    """What code scanning compares a log with: one of some checks must not close what the others have found."""
    return f"fusion-scan-of-{short(' '.join(scan.asked))}" if scan.asked else "fusion-scan"


def _items(result: CheckResult) -> Sequence[Deviation | None]:
    """What becomes results: the deviations, or the failure itself where it names none."""
    return deviations(result) or ((None,) if result.status is Status.FAILED else ())


def _rule(result: CheckResult, checks: Mapping[str, About], taxonomies: Sequence[dict[str, Any]]) -> dict[str, Any]:
    about = checks.get(result.check)
    worst = about.severity if about else severity(result, checks)
    rule: dict[str, Any] = {
        "id": _id(result.check),
        "shortDescription": {"text": plain(about.title if about else result.check, 255)},
        "defaultConfiguration": {"level": LEVEL[worst]},
        "properties": {"category": "compliance", "tags": ["security", "compliance"], "status": result.status.value},
    }
    if worst in SCORE:
        rule["properties"]["security-severity"] = SCORE[worst]
    if about is None:
        return rule
    rule["fullDescription"] = {"text": plain(f"{about.title.rstrip('.')}. {about.rationale}")}
    rule["help"] = {
        "text": excerpt(f"{about.rationale} What to do: {about.remediation}", 3000),
        "markdown": "\n\n".join(
            [f"**{prose(about.title)}**", prose(about.rationale), f"**What to do.** {prose(about.remediation)}"]
        ),
    }
    if about.scorecard:
        rule["properties"]["scorecard"] = plain(about.scorecard, 100)
    places = {
        (taxonomy["name"], taxon["id"]): (number, position)
        for number, taxonomy in enumerate(taxonomies)
        for position, taxon in enumerate(taxonomy["taxa"])
    }
    related = list(dict.fromkeys((one.catalogue, one.control) for one in about.towards))
    relationships = [
        {
            "target": {
                "id": control,
                "index": places[name, control][1],
                "toolComponent": _component(taxonomies[number], number),
            },
            "kinds": ["relevant"],
        }
        for name, control in related
        if (name, control) in places
        for number in (places[name, control][0],)
    ]
    if relationships:
        rule["relationships"] = relationships
    return rule


def _taxonomies(scan: Scan, checks: Mapping[str, About], catalogues: Sequence[Catalogue]) -> list[dict[str, Any]]:
    """The catalogues, each with the controls that the scan's checks give evidence towards."""
    asked = {
        (one.catalogue, one.control) for result in scan.results if (about := checks.get(result.check)) for one in about.towards
    }
    states = {(one.catalogue, one.control): one for one in scan.controls}
    out = []
    for catalogue in catalogues:
        taxa = []
        for control in catalogue.controls:
            if (catalogue.id, control.id) not in asked:
                continue
            taxon: dict[str, Any] = {"id": control.id, "shortDescription": {"text": control.title}}
            if state := states.get((catalogue.id, control.id)):
                taxon["properties"] = {"state": state.state.value, "accepted": state.accepted, "reason": plain(state.reason)}
            taxa.append(taxon)
        if taxa:
            guid = str(uuid5(NAMESPACE_URL, f"urn:fusion:catalogue:{catalogue.id}:{catalogue.version}"))
            parts = {"name": catalogue.id, "guid": guid, "version": catalogue.version, "organization": catalogue.publisher}
            described = {"fullName": f"{catalogue.title} {catalogue.version}", "shortDescription": {"text": catalogue.title}}
            out.append({**parts, **described, "isComprehensive": False, "taxa": taxa})
    return out


def _component(taxonomy: dict[str, Any], number: int) -> dict[str, Any]:
    return {"name": taxonomy["name"], "guid": taxonomy["guid"], "index": number}


def _result(
    scan: Scan, result: CheckResult, item: Deviation | None, index: Mapping[str, int], checks: Mapping[str, About]
) -> dict[str, Any]:
    worst = item.severity if item else severity(result, checks)
    title = plain(item.title if item else result.reason)
    out: dict[str, Any] = {
        "ruleId": _id(result.check),
        "ruleIndex": index[result.check],
        "kind": "fail",
        "level": LEVEL[worst],
        "message": {"text": title if title.endswith((".", "!", "?")) else f"{title}."},
        "locations": [_location(result, item)],
        "properties": {"severity": worst.value, "reason": plain(result.reason)},
    }
    if item is None:
        return out
    out["partialFingerprints"] = {"fusionDeviation/v1": visible(f"{result.check} {item.fingerprint}")}
    if item.component:
        out["properties"]["component"] = exactly(item.component)
    if scan.drift.against:
        out["baselineState"] = "new" if _is_new(scan, f"{result.check} {item.fingerprint}") else "unchanged"
    related = [
        {
            "id": number,
            "message": {"text": plain(f"{one.tool} {one.rule}: {one.message}")},
            "physicalLocation": _physical(one.location.path, one.location.line),
        }
        for number, one in enumerate(item.evidence[:_EVIDENCE], start=1)
    ]
    if related:
        out["relatedLocations"] = related
    if item.accepted:
        out["suppressions"] = [_suppression(scan, item.accepted)]
    return out


def _is_new(scan: Scan, key: str) -> bool:
    return any(key in keys for keys in (scan.drift.new, scan.drift.first, scan.drift.regressed))


def _location(result: CheckResult, item: Deviation | None) -> dict[str, Any]:
    """The place in the tree; what is about a setting or a component has a place in the settings or the inventory only."""
    if item is not None and item.path:
        return {"physicalLocation": _physical(item.path, item.line)}
    if item is not None and item.component:
        return {"logicalLocations": [{"fullyQualifiedName": exactly(item.component), "kind": "component"}]}
    settings = next((one for one in result.read if one.startswith("settings")), result.check)
    return {"logicalLocations": [{"fullyQualifiedName": plain(settings, 500), "kind": "setting"}]}


def _physical(path: str, line: int) -> dict[str, Any]:
    return {"artifactLocation": {"uri": relative_uri(path), "uriBaseId": ROOT}, "region": {"startLine": max(line, 1)}}


def _suppression(scan: Scan, id: str) -> dict[str, Any]:
    known = next((one for one in scan.exceptions if one.id == id), None)
    if known is None:
        return {"kind": "external", "status": "accepted", "justification": plain(f"Accepted by the exception {id}.")}
    said = (
        f"{known.reason} Owner {known.owner}, approved by {known.approver}, until {known.expires}, from {known.origin or id}."
    )
    return {"kind": "external", "status": "accepted", "justification": plain(said)}


def _invocation(scan: Scan, index: Mapping[str, int], *, cut: int) -> dict[str, Any]:
    notifications = list(_notifications(scan, index))
    if cut:
        notifications.insert(0, _notification("results-cut", "warning", f"{count(cut, 'result')} left out: too many."))
    if len(notifications) > _NOTIFICATIONS:
        left = len(notifications) - _NOTIFICATIONS
        notifications[_NOTIFICATIONS:] = [_notification("note", "warning", f"{count(left, 'more notification')} left out.")]
    return {
        "executionSuccessful": scan.is_complete,
        "endTimeUtc": scan.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "toolExecutionNotifications": notifications,
    }


def _notifications(scan: Scan, index: Mapping[str, int]) -> Iterator[dict[str, Any]]:
    if scan.status != "scanned":
        yield _notification("scan-incomplete", "error", f"The repository {CAME_TO[scan.status]}. {scan.reason}")
    for result in scan.results:
        if result.status is Status.NOT_ASSESSED:
            needs = f" It needs the permission {result.permission}." if result.permission else ""
            out = _notification("check-not-assessed", "error", f"{result.check}: {result.reason}{needs}")
            yield out | {"associatedRule": {"id": _id(result.check), "index": index[result.check]}}
    if said := partial(scan):
        yield _notification("note", "warning", said)
    if not isinstance(scan.posture, Posture):
        yield _notification("note", "warning", f"The settings were not read: {scan.posture.why}")
    for tool in scan.tools:
        if tool.outcome is not Outcome.OK:
            skipped = tool.outcome is Outcome.SKIPPED
            text = f"{tool.tool} {OUTCOMES[tool.outcome]}: {tool.reason or 'no reason given'}"
            yield _notification("tool-skipped" if skipped else "tool-failed", "note" if skipped else "error", text)
        for one in tool.unread:
            yield _notification("file-not-read", "warning", f"{tool.tool} could not read it: {one.reason}", one.path)
    for path, why in (*scan.unread, *scan.inventory.unread):
        yield _notification("file-not-read", "warning", f"Not read: {why}", path)
    for exception in scan.exceptions:
        if standing(exception, scan) == "expired":
            text = f"The exception {exception.id} for {exception.check} of {exception.owner} expired on {exception.expires}."
            yield _notification("exception-expired", "warning", text)
    for note in scan.notes:
        yield _notification("note", "note", note)


def _notification(kind: str, level: str, text: str, path: str = "") -> dict[str, Any]:
    out: dict[str, Any] = {
        "descriptor": {"id": kind, "index": list(_KINDS).index(kind)},
        "level": level,
        "message": {"text": plain(text)},
    }
    if path:
        out["locations"] = [{"physicalLocation": {"artifactLocation": {"uri": relative_uri(path), "uriBaseId": ROOT}}}]
    return out


def _id(check: str) -> str:
    return clip(one_line(check), 255) or "unnamed"
