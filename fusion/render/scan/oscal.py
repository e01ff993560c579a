"""A scan as OSCAL assessment results, for tools of auditors (https://pages.nist.gov/OSCAL-Reference/models/).

A check's result is an observation; a control that was assessed is a finding, satisfied or not; a failed check is a risk, open
or, where somebody has accepted each deviation, an approved deviation. What was not assessed is an observation with remarks,
never a finding. Identifiers are version 5 UUIDs (RFC 9562) of what they stand for: the same scan gives the same document, and
a control, a check and a risk of a repository keep theirs from scan to scan.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, time
from typing import TYPE_CHECKING, Any
from urllib.parse import quote
from uuid import UUID, uuid5

from fusion import __version__
from fusion.model.compliance import CheckResult, ControlResult, ControlState, Deviation, Scan, Status
from fusion.model.posture import Posture
from fusion.render.json import encode
from fusion.render.markup import prose
from fusion.render.scan.summary import (
    CAME_TO,
    NOT_A_CERTIFICATE,
    STATUS,
    by_catalogue,
    deviations,
    exactly,
    partial,
    place,
    plain,
    severity,
    standing,
    summary,
)
from fusion.render.text import clip

if TYPE_CHECKING:
    from fusion.check import About
    from fusion.controls.catalogue import Catalogue

VERSION = "1.2.3"
"""Of OSCAL. Nothing is used that 1.1 does not have."""
NAMESPACE = "https://fusion.invalid/ns/oscal"
"""Of our own properties. A name, not an address (RFC 2606, 2): tools that read OSCAL want a URL where any URI would do."""
_SPACE = UUID("6f2f1b0a-8a4e-5c8e-9a53-6d1c5b0f7f6e")
_TOKEN = re.compile("[A-Za-z_][A-Za-z0-9._-]*")
_SHOWN = 500
_LAST = 3000
"""The year from which on OSCAL has no dates."""


def render(scan: Scan, *, checks: Mapping[str, About], catalogues: Sequence[Catalogue]) -> str:
    """One `assessment-results` document; ASCII, indented."""
    return encode({"assessment-results": _Document(scan, checks, catalogues).whole()})


def token(word: str, otherwise: str) -> str:
    """The word where it is an OSCAL token; a word that is none, as a number with a dot, behind `otherwise` and a low line."""
    clean = re.sub("[^A-Za-z0-9._-]", "_", plain(word, 200))
    if _TOKEN.fullmatch(clean):
        return clean
    return re.sub("[^A-Za-z0-9._-]", "_", f"{'' if otherwise[:1].isalpha() else '_'}{plain(otherwise, 100)}_{clean}")


class _Document:
    """Builds one document. What it hands out is plain JSON."""

    def __init__(self, scan: Scan, checks: Mapping[str, About], catalogues: Sequence[Catalogue]) -> None:
        self.scan, self.checks, self.catalogues = scan, checks, catalogues
        self.told = summary(scan, checks)
        self.tool = _id("tool", __version__)
        self.repository = _id("repository", scan.repository)
        self.record = _id("scan", scan.id, scan.repository)
        self.plan = _id("plan", __version__)
        self.origins = [{"actors": [{"type": "tool", "actor-uuid": self.tool}]}]

    def whole(self) -> dict[str, Any]:
        """The document."""
        scan = self.scan
        return {
            "uuid": _id("document", scan.id, scan.repository),
            "metadata": {
                "title": _line(f"Compliance scan of {scan.repository}"),
                "published": _time(scan.at),
                "last-modified": _time(scan.at),
                "version": _string(scan.id),
                "oscal-version": VERSION,
                "remarks": NOT_A_CERTIFICATE,
            },
            "import-ap": {"href": f"#{self.plan}", "remarks": "No plan was written for it: the checks are the plan."},
            "results": [self._result()],
            "back-matter": {"resources": self._resources()},
        }

    def _result(self) -> dict[str, Any]:
        scan = self.scan
        began = scan.posture.at if isinstance(scan.posture, Posture) else scan.at
        out: dict[str, Any] = {
            "uuid": _id("result", scan.id, scan.repository),
            "title": _line(f"Scan {scan.id}"),
            "description": _lines(f"{self.told.headline} {scan.reason}"),
            "start": _time(min(began, scan.at)),
            "end": _time(scan.at),
            "props": [_prop("status", scan.status), _prop("commit", scan.commit), *_prop_of_extent(scan)],
            "local-definitions": self._definitions(),
            "reviewed-controls": self._reviewed(),
            "observations": [self._observation(one) for one in scan.results],
            "risks": [self._risk(one) for one in (*self.told.failed, *self.told.accepted)],
            "findings": [
                self._finding(one, catalogue)
                for _, catalogue, controls in by_catalogue(scan.controls, self.catalogues)
                for one in controls
                if one.state in (ControlState.SUPPORTED, ControlState.CONTRADICTED)
            ],
            "remarks": self._remarks(),
        }
        return {key: value for key, value in out.items() if value != []}

    def _definitions(self) -> dict[str, Any]:
        operational = {"state": "operational"}
        described = f"The repository {self.scan.repository} at the commit {self.scan.commit}."
        repository = {"uuid": self.repository, "type": "software", "title": _line(self.scan.repository)}
        tool = {"uuid": self.tool, "type": "software", "title": f"Fusion {__version__}", "description": "The scanner."}
        return {
            "components": [repository | {"description": _lines(described), "status": operational}],
            "assessment-assets": {
                "components": [tool | {"status": operational}],
                "assessment-platforms": [
                    {"uuid": _id("platform", __version__), "uses-components": [{"component-uuid": self.tool}]}
                ],
            },
        }

    def _reviewed(self) -> dict[str, Any]:
        """The controls that checks speak to, by catalogue; those that somebody has to look at are counted."""
        selections: list[dict[str, Any]] = []
        for id, catalogue, controls in by_catalogue(self.scan.controls, self.catalogues):
            reviewed = [one for one in controls if one.state is not ControlState.MANUAL]
            manual = len(controls) - len(reviewed)
            if reviewed:
                name = f"{catalogue.title} {catalogue.version}" if catalogue else id
                tail = f" {manual} more controls are for somebody to look at." if manual else ""
                selections.append(
                    {
                        "description": _lines(f"{name}.{tail}"),
                        "props": [_prop("catalogue", id)],
                        "include-controls": [{"control-id": token(one.control, id)} for one in reviewed],
                    }
                )
        if not selections:
            # the model wants a selection: none of the others would be true
            nothing = {"control-id": "none"}
            return {"description": "No control was reviewed.", "control-selections": [{"include-controls": [nothing]}]}
        return {"control-selections": selections}

    def _observation(self, result: CheckResult) -> dict[str, Any]:
        about = self.checks.get(result.check)
        out: dict[str, Any] = {
            "uuid": self._observed(result.check),
            "title": _line(about.title if about else result.check),
            "description": _lines(result.reason),
            "props": [_prop("check", result.check), _prop("status", STATUS[result.status]), *_permission(result)],
            "methods": ["TEST"],
            "types": ["finding" if result.status is Status.FAILED else "control-objective"],
            "origins": self.origins,
            "subjects": [{"subject-uuid": self.repository, "type": "component", "title": _line(self.scan.repository)}],
            "relevant-evidence": [
                {"href": f"#{self.record}", "description": _lines(f"It stands on: {', '.join(result.read) or result.check}.")},
                *(self._evidence(item) for item in deviations(result)[:_SHOWN]),
            ],
            "collected": _time(result.as_of or self.scan.at),
        }
        if remarks := self._observed_remarks(result):
            out["remarks"] = remarks
        return out

    def _observed_remarks(self, result: CheckResult) -> str:
        if result.status is Status.NOT_ASSESSED:
            needs = f" It needs the permission {result.permission}." if result.permission else ""
            return _lines(f"Not assessed, which proves nothing. {result.reason}{needs}")
        more = len(result.deviations) - _SHOWN
        said = [f"{more:,} more deviations are in the scan's record."] if more > 0 else []
        said += ["Taken over from an earlier scan of the same contents."] if result.reused else []
        return " ".join(said)

    def _evidence(self, item: Deviation) -> dict[str, Any]:
        props = [_prop("severity", item.severity.value), _prop("fingerprint", item.fingerprint)]
        props += [_prop("place", where) for where in (place(item),) if where]
        props += [_prop("component", item.component)] if item.component else []
        props += [_prop("exception", item.accepted)] if item.accepted else []
        props += [_prop("tool", f"{one.tool} {one.rule} {one.fingerprint}") for one in item.evidence[:20]]
        return {"href": f"#{self.record}", "description": _lines(item.title), "props": props}

    def _risk(self, result: CheckResult) -> dict[str, Any]:
        about = self.checks.get(result.check)
        risk: dict[str, Any] = {
            "uuid": self._risked(result.check),
            "title": _line(f"Not so: {about.title}" if about else result.check),
            "description": _lines(result.reason),
            "statement": _lines(about.rationale if about else result.reason),
            "props": [_prop("check", result.check)],
            "status": "deviation-approved" if result.is_accepted else "open",
            "origins": self.origins,
            "characterizations": [
                {
                    "origin": self.origins[0],
                    "facets": [{"name": "severity", "system": NAMESPACE, "value": severity(result, self.checks).value}],
                }
            ],
            "related-observations": [{"observation-uuid": self._observed(result.check)}],
        }
        accepting = {item.accepted for item in result.deviations if item.accepted}
        exceptions = [one for one in self.scan.exceptions if one.id in accepting]
        if exceptions:
            risk["mitigating-factors"] = [
                {
                    "uuid": _id("exception", self.scan.repository, one.id, result.check),
                    "description": _lines(
                        f"Accepted: {one.reason} Owner {one.owner}, approved by {one.approver}, until {one.expires}."
                    ),
                    "props": [_prop("exception", one.id), _prop("standing", standing(one, self.scan))],
                }
                for one in exceptions
            ]
            until = min(one.expires for one in exceptions)
            if result.is_accepted and until.year < _LAST:
                risk["deadline"] = _time(datetime.combine(until, time(23, 59, 59), UTC))
        if about and about.remediation.strip():
            risk["remediations"] = [
                {
                    "uuid": _id("remediation", self.scan.repository, result.check),
                    "lifecycle": "recommendation",
                    "title": "What to do",
                    "description": _lines(about.remediation),
                }
            ]
        return risk

    def _finding(self, control: ControlResult, catalogue: Catalogue | None) -> dict[str, Any]:
        known = catalogue.control(control.control) if catalogue else None
        satisfied = control.state is ControlState.SUPPORTED
        seen = [one for one in self.scan.results if one.check in control.checks]
        failed = [one for one in seen if one.status is Status.FAILED]
        finding: dict[str, Any] = {
            "uuid": _id("finding", self.scan.repository, control.catalogue, control.control),
            "title": _line(f"{control.control}: {known.title}" if known else control.control),
            "description": _lines(control.reason),
            "props": [_prop("catalogue", control.catalogue), _prop("control", control.control)],
            "origins": self.origins,
            "target": {
                "type": "objective-id",
                "target-id": token(control.control, control.catalogue),
                "status": {
                    "state": "satisfied" if satisfied else "not-satisfied",
                    "reason": "pass" if satisfied else "fail",
                    "remarks": "Accepted by exceptions." if control.accepted else "By the checks that speak to it.",
                },
            },
            "remarks": NOT_A_CERTIFICATE,
        }
        if seen:
            finding["related-observations"] = [{"observation-uuid": self._observed(one.check)} for one in seen]
        if failed:
            finding["related-risks"] = [{"risk-uuid": self._risked(one.check)} for one in failed]
        return finding

    def _remarks(self) -> str:
        unread = [result.check for result in self.told.not_assessed]
        parts = [NOT_A_CERTIFICATE]
        if self.scan.status != "scanned":
            parts.append(f"The repository {CAME_TO[self.scan.status]}.")
        if said := partial(self.scan):
            parts.append(_lines(said))
        if unread:
            parts.append(f"Not assessed, and so neither satisfied nor not: {prose(', '.join(unread))}.")
        parts += [prose(plain(note)) for note in self.scan.notes]
        return "\n\n".join(parts)

    def _resources(self) -> list[dict[str, Any]]:
        data = self.scan.model_dump_json(exclude_defaults=True).encode()
        href = f"urn:fusion:scan:{quote(self.scan.id, safe='')}"
        hashes = [{"algorithm": "SHA-256", "value": hashlib.sha256(data).hexdigest()}]
        return [
            {
                "uuid": self.plan,
                "title": "The checks",
                "description": f"The checks of Fusion {__version__} and the settings of the repository's policy.",
            },
            {
                "uuid": self.record,
                "title": "The scan's record",
                "description": "As Fusion keeps it: JSON without fields that have their default, in UTF-8.",
                "rlinks": [{"href": href, "media-type": "application/json", "hashes": hashes}],
            },
        ]

    def _observed(self, check: str) -> str:
        return _id("observation", self.scan.id, self.scan.repository, check)

    def _risked(self, check: str) -> str:
        return _id("risk", self.scan.repository, check)


def _id(*names: str) -> str:
    return str(uuid5(_SPACE, "\0".join(names)))


def _prop(name: str, value: str) -> dict[str, Any]:
    return {"name": name, "ns": NAMESPACE, "value": exactly(value, 1000).strip() or "-"}


def _prop_of_extent(scan: Scan) -> list[dict[str, Any]]:
    """Whether it was a whole scan; nothing where there was none."""
    return [_prop("extent", "partial" if partial(scan) else "whole")] if scan.status == "scanned" else []


def _permission(result: CheckResult) -> list[dict[str, Any]]:
    return [_prop("permission", result.permission)] if result.permission else []


def _string(text: str) -> str:
    """A StringDatatype: one line, no blanks at its ends, never empty."""
    return plain(text, 1000).strip() or "-"


def _line(text: str) -> str:
    """A line of Markdown in which nothing of the text comes to life."""
    return prose(clip(text, 500)) or "-"


def _lines(text: str) -> str:
    return prose(clip(text, 2000)) or "-"


def _time(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
