"""Asks whether workflows name the permissions of their token, and leave writing to the jobs that need it.

A workflow that names nothing gets what the repository gives by default, which a setting can change unseen: it must say
`permissions:` at its top, or in every job. At the top only reading is in order, because it holds for each job, also for one
that is added later. A job may name single scopes that it writes; `write-all` names none. In a workflow that a stranger's pull
request starts with privileges (`pull_request_target`, `workflow_run`), writing to contents, packages, actions or deployments
fails even in a job. Whether a job does need what it names has to be looked at. Reference: "Controlling permissions for
GITHUB_TOKEN" in GitHub's documentation.
"""

from __future__ import annotations

from collections.abc import Iterator

from fusion.check import About, Source, Subject, Towards
from fusion.checks.files import counted, refused
from fusion.checks.results import deviation, passed
from fusion.checks.workflows import Pipeline, Pipelines, WorkflowCheck
from fusion.model import Severity
from fusion.model.compliance import CheckResult, Deviation
from fusion.render.text import clip, exact

_HEAVY = frozenset({"contents", "packages", "actions", "deployments", "id-token", "*"})


class TokenPermissions(WorkflowCheck):
    """What workflow tokens may do."""

    about = About(
        id="token-permissions",
        title="Workflows name the permissions that they need, and no more",
        rationale="A step that is taken over, such as a changed action, can do whatever the token of its job may do.",
        remediation="Begin each workflow with `permissions: {contents: read}` (or `{}`), and give a job the single scopes that "
        "it writes.",
        severity=Severity.HIGH,
        reads=frozenset({Source.TREE}),
        towards=(
            Towards(catalogue="osps", control="OSPS-AC-04.02", reason="Whether jobs get more than they need."),
            Towards(
                catalogue="ssdf",
                control="PS.1.1",
                reason="Tools have the least privilege.",
                source="OSPS Baseline 2026.08.28, crosswalk to NIST SSDF 1.1 (OSPS-AC-04)",
            ),
            Towards(catalogue="cis-github", control="2.1.7", reason="The token of a build has no more scope than it needs."),
            Towards(catalogue="soc2", control="CC6.3", reason="Access of automation follows least privilege."),
            Towards(catalogue="iso27001", control="A.8.2", reason="Privileged access of automation is restricted."),
            Towards(catalogue="scorecard", control="Token-Permissions", reason="It answers the same question."),
        ),
        scorecard="Token-Permissions",
    )

    def over(self, subject: Subject, found: Pipelines) -> CheckResult:
        """Every workflow by itself."""
        deviations = [one for flow in found.read for one in self._in(flow)]
        read = [flow.path for flow in found.read]
        if deviations:
            told = f"{counted(len({one.path for one in deviations}), 'workflow')} with more permissions than named or needed."
            return refused(self.about, deviations, told, read=read)
        lacking = self.incomplete(subject, found)
        if lacking is not None:
            return lacking
        return passed(
            self.about, f"In {counted(len(read), 'workflow')} tokens do what is named; none writes by default.", read=read
        )

    def _in(self, flow: Pipeline) -> Iterator[Deviation]:
        silent = flow.flow.jobs - flow.flow.declares
        if "" not in flow.flow.declares and (silent or not flow.flow.jobs):
            title = "The workflow names no permissions, and gets what the repository gives by default."
            yield deviation(self.about, title, key=f"{flow.path}\0none", path=flow.path, line=1, severity=Severity.MEDIUM)
        for (job, scope), (level, line) in flow.flow.permissions.items():
            if level != "write":
                continue
            said = "everything" if scope == "*" else f"`{clip(exact(scope), 40)}`"
            where = f"job `{clip(exact(job), 60)}`"
            if not job:
                title, severity = f"Every job may write {said}.", Severity.HIGH if scope in _HEAVY else Severity.MEDIUM
            elif scope == "*":
                title, severity = f"The token may write everything ({where}).", Severity.HIGH
            elif flow.privileged and scope in _HEAVY:
                title = f"The token may write {said} in a workflow that `{flow.privileged[0]}` starts ({where})."
                severity = Severity.HIGH
            else:
                continue
            yield deviation(self.about, title, key=f"{flow.path}\0{job}\0{scope}", path=flow.path, line=line, severity=severity)
