"""Asks whether a workflow lets a stranger run code or text with the repository's own secrets and token.

Two things are looked for in every workflow, as OpenSSF Scorecard does: the head of a pull request that is checked out (or
fetched by a script) in a workflow that `pull_request_target` or `workflow_run` starts, and an expression in a script that a
stranger fills in, such as the title of an issue or the name of a branch. What zizmor says about such expressions counts too,
where it says it of another place. Reading of our own needs no analyzer; a workflow that cannot be read leaves the check
unassessed. References: "Security hardening for GitHub Actions" and "Script injections" in GitHub's documentation.
"""

from __future__ import annotations

from collections.abc import Iterator

from fusion.check import About, Source, Subject, Towards
from fusion.checks.evidence import judged, speaking
from fusion.checks.files import counted, refused
from fusion.checks.results import deviation, passed
from fusion.checks.workflows import Pipeline, Pipelines, WorkflowCheck, is_pipeline
from fusion.model import Severity
from fusion.model.compliance import CheckResult, Deviation
from fusion.render.text import clip, exact

_FAMILY = "workflow-injection"


class DangerousWorkflow(WorkflowCheck):
    """Strangers' code and text."""

    about = About(
        id="dangerous-workflow",
        title="No workflow lets a pull request run its code or text with privileges",
        rationale="Whoever opens a pull request could read the secrets and write to the repository.",
        remediation="Run strangers' code under `pull_request` only, without secrets; hand strangers' text to scripts in an "
        "environment variable, never as `${{ }}` inside of the script.",
        severity=Severity.CRITICAL,
        reads=frozenset({Source.TREE, Source.EVIDENCE}),
        towards=(
            Towards(
                catalogue="osps",
                control="OSPS-BR-01.01",
                reason="Untrusted text in a workflow's scripts.",
                source="OSPS Baseline 2026.08.28, crosswalk to OpenSSF Scorecard 5.0 (OSPS-BR-01)",
            ),
            Towards(
                catalogue="osps",
                control="OSPS-BR-01.03",
                reason="Untrusted code with privileged credentials.",
                source="OSPS Baseline 2026.08.28, crosswalk to OpenSSF Scorecard 5.0 (OSPS-BR-01)",
            ),
            Towards(
                catalogue="ssdf",
                control="PO.3.2",
                reason="Workflows are set up as recommended.",
                source="OSPS Baseline 2026.08.28, crosswalk to NIST SSDF 1.1 (OSPS-BR-01)",
            ),
            Towards(catalogue="ssdf", control="PO.5.1", reason="Builds are kept from what is hostile."),
            Towards(
                catalogue="cis-github",
                control="2.3.7",
                reason="Workflows are scanned for vulnerabilities, and none is open.",
            ),
            Towards(catalogue="soc2", control="CC6.8", reason="Hostile code is kept from privileged builds."),
            Towards(catalogue="iso27001", control="A.8.25", reason="The way to a release is secure."),
            Towards(catalogue="scorecard", control="Dangerous-Workflow", reason="It answers the same question."),
        ),
        scorecard="Dangerous-Workflow",
    )

    def over(self, subject: Subject, found: Pipelines) -> CheckResult:
        """Our reading, then zizmor's where it adds a place."""
        deviations = [one for flow in found.read for one in self._in(flow)]
        known = {(flow.path, line) for flow in found.read for line in _told(flow)}
        reported = (
            one
            for one in subject.evidence
            if one.family == _FAMILY and (one.location.path, one.location.line) not in known and is_pipeline(one.location.path)
        )
        deviations += speaking(self.about, judged(reported, subject.policy, Severity.HIGH).against)
        if deviations:
            told = f"{counted(len(deviations), 'place')} where a stranger's code or text runs with privileges."
            return refused(self.about, deviations, told, read=[flow.path for flow in found.read])
        lacking = self.incomplete(subject, found)
        if lacking is not None:
            return lacking
        told = f"In {counted(len(found.read), 'workflow')} strangers' code and text stay away from privileges."
        return passed(self.about, told, read=[flow.path for flow in found.read])

    def _in(self, flow: Pipeline) -> Iterator[Deviation]:
        for job in flow.jobs:
            for step in job.steps:
                if flow.privileged and step.checks_out_a_stranger:
                    yield deviation(
                        self.about,
                        f"The head of a pull request is checked out under `{flow.privileged[0]}` (job `{_named(job.name)}`).",
                        key=f"{flow.path}\0{job.name}\0checkout\0{step.name or step.given.get('ref', '')}",
                        path=flow.path,
                        line=step.line,
                    )
                for expression in step.untrusted:
                    yield deviation(
                        self.about,
                        f"`{_named(expression)}` is put into a script that runs (job `{_named(job.name)}`).",
                        key=f"{flow.path}\0{job.name}\0script\0{' '.join(expression.split())}",
                        path=flow.path,
                        line=step.run_line or step.line,
                        severity=Severity.CRITICAL if flow.privileged else Severity.HIGH,
                    )


def _told(flow: Pipeline) -> Iterator[int]:
    """Lines of the steps whose scripts are told of already."""
    for job in flow.jobs:
        for step in job.steps:
            if step.untrusted:
                yield from range(step.line, max(step.line, step.run_line) + step.script.count("\n") + 2)


def _named(text: str) -> str:
    return clip(exact(" ".join(text.split())), 80)
