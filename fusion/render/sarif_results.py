"""The results of a SARIF log: findings with their places, traces, fixes and suppressions.

SARIF 2.1.0 with Errata 01: https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/sarif-v2.1.0-errata01-os-complete.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fusion.model import Edit, Evidence, Finding, Location, Placement, Side, State, Step
from fusion.render.links import relative_uri
from fusion.render.phrases import lines, offered, second_reading, suppression, witnesses
from fusion.render.sarif_rules import LEVEL, PRECISION, plain, rule_id
from fusion.render.secrets import mask
from fusion.render.text import clip, visible

ROOT = "SRCROOT"
_DISMISSED = {State.WONT_FIX, State.INCORRECT, State.DUPLICATE, State.STALE}
_STEPS = 1000
_RELATED = 100
_SNIPPET = 4000


def in_log(finding: Finding) -> bool:
    """Whether a finding belongs in the log: what people are shown, and what was suppressed or dismissed (marked as such)."""
    return finding.placement is not Placement.HIDDEN or bool(_suppressions(finding))


def result(finding: Finding, rule_index: Mapping[str, int]) -> dict[str, Any]:
    """One `result`."""
    out: dict[str, Any] = {
        "ruleId": rule_id(finding),
        "ruleIndex": rule_index[rule_id(finding)],
        "level": LEVEL[finding.severity],
        "message": {"text": _message(finding)},
        "locations": [_location(finding.location, finding.symbol, finding.snippet)],
        "properties": {
            "severity": finding.severity.value,
            "confidence": finding.confidence.value,
            "precision": PRECISION[finding.confidence],
            "state": finding.disposition.state.value,
            "blocking": finding.blocking,
            "agent": visible(finding.agent),
        },
    }
    if voted := second_reading(finding):
        out["properties"]["opinion"] = plain(f"{witnesses(finding)}. {voted}" if not finding.evidence else voted)
    if finding.cleared:
        out["properties"]["cleared"] = plain(finding.cleared)
    if finding.fingerprint:
        out["partialFingerprints"] = {"fusionFingerprint/v1": visible(finding.fingerprint)}
    related = [_related(number, evidence) for number, evidence in enumerate(finding.evidence[:_RELATED], start=1)]
    if related:
        out["relatedLocations"] = related
    flows = [_flow(evidence.trace) for evidence in finding.evidence if evidence.trace]
    if flows:
        out["codeFlows"] = flows
    fix = offered(finding)
    # a replacement must be exact: one that would have to be masked is not given at all
    if fix is not None and fix.edits and all(mask(edit.text) == edit.text for edit in fix.edits):
        out["fixes"] = [{"description": {"text": plain(fix.title)}, "artifactChanges": _changes(fix.edits)}]
    suppressions = _suppressions(finding)
    if suppressions:
        out["suppressions"] = suppressions
    return out


def _message(finding: Finding) -> str:
    """Title and explanation. GitHub shows the first sentence in lists and the whole on the alert."""
    title = plain(finding.title or finding.family, 255)
    parts = [title if title.endswith((".", "!", "?")) else f"{title}."]
    if finding.body.strip():
        parts.append(plain(finding.body, 2000))
    if finding.location.side is Side.LEFT:
        number = lines(finding.location)
        parts.append(f"This is about what the change removes: line{'s' if '-' in number else ''} {number} of the base.")
    return " ".join(parts)


def _location(location: Location, symbol: str = "", snippet: str = "") -> dict[str, Any]:
    out: dict[str, Any] = {"physicalLocation": _physical(location, snippet)}
    if symbol:
        out["logicalLocations"] = [{"fullyQualifiedName": plain(symbol, 500)}]
    return out


def _physical(location: Location, snippet: str = "") -> dict[str, Any]:
    """A place in the head. What stands in the base only has no line there: it is pinned to the file's first."""
    artifact = {"uri": relative_uri(location.path), "uriBaseId": ROOT}
    if location.side is Side.LEFT:
        return {"artifactLocation": artifact, "region": {"startLine": 1}}
    line = max(location.line, 1)
    region: dict[str, Any] = {"startLine": line, "endLine": max(location.end_line, line)}
    if location.column is not None and location.column > 0:
        region["startColumn"] = location.column
        if location.end_column is not None and location.end_column > (0 if region["endLine"] > line else location.column):
            region["endColumn"] = location.end_column
    if snippet.strip():
        region["snippet"] = {"text": clip(mask(visible(snippet[: 2 * _SNIPPET])), _SNIPPET)}
    return {"artifactLocation": artifact, "region": region}


def _related(number: int, evidence: Evidence) -> dict[str, Any]:
    message = plain(f"{evidence.tool} {evidence.rule}: {evidence.message}")
    return {"id": number, "message": {"text": message}, "physicalLocation": _physical(evidence.location)}


def _flow(trace: tuple[Step, ...]) -> dict[str, Any]:
    steps = [
        {"location": {"physicalLocation": _physical(step.location, step.code), "message": {"text": plain(step.why)}}}
        for step in trace[:_STEPS]
    ]
    return {"threadFlows": [{"locations": steps}]}


def _changes(edits: tuple[Edit, ...]) -> list[dict[str, Any]]:
    """Replacements by file."""
    files: dict[str, list[dict[str, Any]]] = {}
    for edit in edits:
        region = {
            "startLine": edit.line,
            "startColumn": edit.column,
            "endLine": edit.end_line,
            "endColumn": edit.end_column,
        }
        files.setdefault(edit.path, []).append({"deletedRegion": region, "insertedContent": {"text": edit.text}})
    return [
        {"artifactLocation": {"uri": relative_uri(path), "uriBaseId": ROOT}, "replacements": replacements}
        for path, replacements in files.items()
    ]


def _suppressions(finding: Finding) -> list[dict[str, Any]]:
    """The author's own comment (in source) and what people decided (external). What blocks is not suppressed."""
    if finding.blocking:
        return []
    out: list[dict[str, Any]] = []
    comment = suppression(finding)
    if comment:
        out.append({"kind": "inSource", "status": "accepted", "justification": plain(comment)})
    if finding.accepted:
        out.append({"kind": "external", "status": "accepted", "justification": plain(finding.accepted)})
    said = finding.disposition
    if said.state in _DISMISSED:
        why = " ".join(part for part in (said.state.value.replace("_", " "), said.by and f"by {said.by}", said.how) if part)
        out.append({"kind": "external", "status": "accepted", "justification": plain(why)})
    return out
