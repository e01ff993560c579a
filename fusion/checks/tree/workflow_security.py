"""Asks whether zizmor knows of a weakness in the workflows that no other check here tells of.

What it says of strangers' text in scripts is told by `dangerous-workflow`, of secrets by `workflow-secrets`, of machines by
`self-hosted-runners`, of permissions by `token-permissions`, and of versions that are not pinned by the checks over
dependencies. What remains are, among others, dangerous triggers, caches that a pull request can poison, conditions that can be
gone around and actions that are not what their name says. Where zizmor did not read a workflow, the check is not assessed.
"""

from __future__ import annotations

from fusion.check import About, Source, Subject, Towards
from fusion.checks.evidence import judged, missed, speaking
from fusion.checks.files import counted, refused, regular
from fusion.checks.results import not_assessed, passed
from fusion.checks.sources import read_by
from fusion.checks.workflows import Pipelines, WorkflowCheck, is_pipeline
from fusion.model import Category, Severity
from fusion.model.compliance import CheckResult

_TOOL = "zizmor"
_ELSEWHERE = frozenset(
    {
        *("workflow-injection", "secrets-inherited", "self-hosted-runner", "excessive-permissions", "unpinned-action"),
        *("unpinned-image", "unpinned-dependency"),
    }
)


class WorkflowSecurity(WorkflowCheck):
    """What else zizmor finds."""

    about = About(
        id="workflow-security",
        title="Workflows have no other weakness that the scanner knows",
        rationale="Workflows hold the keys to releases; their weaknesses are known, and found by whoever looks.",
        remediation="Follow the advice of each finding; zizmor's documentation describes every one: https://docs.zizmor.sh/audits.",
        severity=Severity.MEDIUM,
        reads=frozenset({Source.TREE, Source.EVIDENCE}),
        towards=(
            Towards(catalogue="ssdf", control="PO.3.2", reason="Workflows are set up as recommended."),
            Towards(
                catalogue="cis-github", control="2.3.6", reason="Workflows are scanned for misconfigurations, and none is open."
            ),
            Towards(catalogue="iso27001", control="A.8.25", reason="The way to a release is secure."),
        ),
    )

    def wants(self, path: str) -> bool:
        """No bytes: the analyzer reads them."""
        return False

    def judge(self, subject: Subject) -> CheckResult:
        """Over the names of workflows alone."""
        names = {file.path: "" for file in regular(subject.tree) if is_pipeline(file.path)}
        return self.over(subject, Pipelines(unread=names)) if names else super().judge(subject)

    def over(self, subject: Subject, found: Pipelines) -> CheckResult:
        """Findings first; then whether zizmor read them all."""
        names = found.unread.keys()
        spoken = (
            one
            for one in subject.evidence
            if one.tool == _TOOL
            and one.category is Category.SECURITY
            and (one.family not in _ELSEWHERE or one.rule == "github-app")
            and one.location.path in names
        )
        seen = judged(spoken, subject.policy, self.about.severity)
        if seen.against:
            against = speaking(self.about, seen.against)
            told = f"{counted(len(against), 'weakness', 'weaknesses')} in workflows.{seen.beside()}"
            read = sorted({one.location.path for one in seen.against})
            return refused(self.about, against, told, read=read)
        unread = names - read_by(subject, _TOOL)
        if unread:
            return not_assessed(self.about, missed(subject, _TOOL, unread))
        if subject.tree.cut:
            return self.partial(subject)
        told = f"zizmor knows of no other weakness in {counted(len(names), 'workflow')}.{seen.beside()}"
        return passed(self.about, told, read=sorted(names))
