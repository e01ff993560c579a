"""The review as SARIF 2.1.0, the way GitHub code scanning reads it.

What was not read is part of the log: every gap, failed or skipped tool and unread file is a notification of the invocation,
and an incomplete review says `executionSuccessful: false`.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC
from typing import Any

from fusion import __version__
from fusion.model import Outcome, Report, Review, ToolRun, Verdict
from fusion.render.calls import rows
from fusion.render.json import encode
from fusion.render.links import relative_uri
from fusion.render.phrases import count, github_repository, is_commit
from fusion.render.receipt import OUTCOMES, receipt
from fusion.render.sarif_results import ROOT, in_log, result
from fusion.render.sarif_rules import plain, rules
from fusion.render.text import visible

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_RESULTS = 25_000
_NOTIFICATIONS = 20_000
_KINDS = {
    "coverage-gap": "Something that policy wanted read was not; the review is incomplete.",
    "tool-failed": "An analyzer or agent did not finish.",
    "tool-skipped": "An analyzer or agent took no part.",
    "file-not-read": "A file, or a part of it, was not reviewed.",
    "results-cut": "The log holds fewer results than the review.",
    "note": "What a reader should know.",
}


class Sarif:
    """`--format sarif`."""

    name = "sarif"
    media_type = "application/sarif+json"

    def render(self, review: Review) -> str:
        """A log with one run; ASCII."""
        return encode({"$schema": SCHEMA, "version": "2.1.0", "runs": [_run(review)]})


def _run(review: Review) -> dict[str, Any]:
    findings = [finding for finding in review.findings if in_log(finding)]
    kept = findings[:_RESULTS]
    described = rules(kept)
    index = {rule["id"]: number for number, rule in enumerate(described)}
    run: dict[str, Any] = {
        "tool": {
            "driver": {
                "name": "Fusion",
                "version": __version__,
                "semanticVersion": __version__,
                "rules": described,
                "notifications": [{"id": kind, "shortDescription": {"text": text}} for kind, text in _KINDS.items()],
            }
        },
        "automationDetails": {"id": f"fusion/{plain(review.id, 200)}"},
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {ROOT: {"description": {"text": "The root of the repository that was reviewed."}}},
        "invocations": [_invocation(review, cut=len(findings) - len(kept))],
        "results": [result(finding, index) for finding in kept],
        "properties": {
            "schema_version": review.schema_version,
            "verdict": review.verdict.value,
            "reasons": [plain(reason) for reason in review.reasons],
            "base": visible(review.base),
            "head": visible(review.head),
            "tally": review.tally.model_dump(mode="json"),
            "coverage": receipt(review.coverage).headline,
        },
    }
    if review.walkthrough is not None:
        run["properties"]["walkthrough"] = [plain(line) for line in review.walkthrough.lines]
    if models := dict(rows(review.coverage)):
        run["properties"]["models"] = {label: plain(text) for label, text in models.items()}
    repository = github_repository(review)
    if repository and is_commit(review.head):
        run["versionControlProvenance"] = [
            {
                "repositoryUri": f"https://github.com/{repository}",
                "revisionId": review.head,
                "mappedTo": {"uriBaseId": ROOT},
            }
        ]
    return run


def _invocation(review: Review, *, cut: int) -> dict[str, Any]:
    notifications = list(_notifications(review))
    if cut:
        notifications.insert(0, _notification("results-cut", "warning", f"{count(cut, 'result')} left out: too many."))
    if len(notifications) > _NOTIFICATIONS:
        left = len(notifications) - _NOTIFICATIONS
        notifications[_NOTIFICATIONS:] = [_notification("note", "warning", f"{count(left, 'more notification')} left out.")]
    out: dict[str, Any] = {
        "executionSuccessful": review.verdict is not Verdict.INCOMPLETE,
        "toolExecutionNotifications": notifications,
    }
    if review.provenance.at is not None:
        out["endTimeUtc"] = review.provenance.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return out


def _notifications(review: Review) -> Iterator[dict[str, Any]]:
    coverage = review.coverage
    for gap in coverage.gaps:
        yield _notification("coverage-gap", "error", gap)
    for name, run in [(run.tool, run) for run in coverage.tools] + [(run.agent, run) for run in coverage.agents]:
        yield from _of_run(name, run)
    for file in coverage.files:
        if not file.reviewed:
            level = "error" if file.wanted else "note"
            yield _notification("file-not-read", level, f"Not reviewed: {file.reason or 'no reason given'}", file.path)
        for hunk in file.hunks:
            if file.reviewed and not hunk.reviewed:
                text = f"The hunk of {count(hunk.count, 'line')} at line {hunk.line} was not reviewed: {hunk.reason}"
                yield _notification("file-not-read", "error", text, file.path)
    for note in coverage.notes:
        yield _notification("note", "note", note)


def _of_run(name: str, run: ToolRun | Report) -> Iterator[dict[str, Any]]:
    if run.outcome is not Outcome.OK:
        skipped = run.outcome is Outcome.SKIPPED
        text = f"{name} {OUTCOMES[run.outcome]}: {run.reason or 'no reason given'}"
        yield _notification("tool-skipped" if skipped else "tool-failed", "note" if skipped else "error", text)
    for unread in run.unread:
        yield _notification("file-not-read", "warning", f"{name} could not read it: {unread.reason}", unread.path)


def _notification(kind: str, level: str, text: str, path: str = "") -> dict[str, Any]:
    out: dict[str, Any] = {
        "descriptor": {"id": kind, "index": list(_KINDS).index(kind)},
        "level": level,
        "message": {"text": plain(text)},
    }
    if path:
        out["locations"] = [{"physicalLocation": {"artifactLocation": {"uri": relative_uri(path), "uriBaseId": ROOT}}}]
    return out
