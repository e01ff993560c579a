"""Asks whether workflows may approve pull requests.

A workflow's approval would count as somebody else's, and its author decides what the workflow does.
"""

from __future__ import annotations

from fusion.check import About, Source, Towards
from fusion.checks.forge import OverActions, Scene
from fusion.checks.points import Judged, Point
from fusion.model import Severity
from fusion.model.posture import ActionsSettings


class WorkflowApprovesPulls(OverActions):
    """Approval stays with people."""

    about = About(
        id="workflow-approves-pulls",
        title="Workflows may not approve pull requests",
        rationale="Whoever can change a workflow could approve their own change by it.",
        remediation="Settings > Actions > General > Workflow permissions: clear Allow GitHub Actions to create and "
        "approve pull requests. Through the API: PUT /repos/{owner}/{repo}/actions/permissions/workflow with "
        "can_approve_pull_request_reviews: false.",
        severity=Severity.MEDIUM,
        reads=frozenset({Source.SETTINGS}),
        towards=(
            Towards(
                catalogue="osps", control="OSPS-QA-07.01", reason="Approval by automation does not stand in for a person's."
            ),
            Towards(catalogue="soc2", control="CC8.1", reason="Approval by automation does not stand in for a person's."),
            Towards(catalogue="iso27001", control="A.5.3", reason="Nobody approves their own change by way of a workflow."),
        ),
        permission="administration: read",
    )

    def allowed(self, part: ActionsSettings, scene: Scene) -> Judged:
        """One point."""
        return Judged(
            points=[
                Point(
                    key="approve-pulls",
                    holds=None if part.approve_pulls is None else not part.approve_pulls,
                    otherwise="Workflows may approve pull requests.",
                    unknown="Whether workflows may approve pull requests was not told.",
                    permission="",
                )
            ],
            holds="Workflows may not approve pull requests.",
        )
