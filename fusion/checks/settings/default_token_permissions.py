"""Asks whether the token of a workflow may only read unless the workflow says otherwise.

It reads the repository's setting. Which permissions workflows name for themselves is another check's question.
"""

from __future__ import annotations

from fusion.check import About, Source, Towards
from fusion.checks.forge import OverActions, Scene
from fusion.checks.points import Judged, Point
from fusion.model import Severity
from fusion.model.posture import ActionsSettings


class DefaultTokenPermissions(OverActions):
    """Read-only by default."""

    about = About(
        id="default-token-permissions",
        title="Workflow tokens read only unless a workflow says otherwise",
        rationale="A token that may write by default turns every weakness of any workflow into a way to change the code.",
        remediation="Settings > Actions > General > Workflow permissions: Read repository contents and packages "
        "permissions. Through the API: PUT /repos/{owner}/{repo}/actions/permissions/workflow with "
        "default_workflow_permissions: read.",
        severity=Severity.HIGH,
        reads=frozenset({Source.SETTINGS}),
        towards=(
            Towards(catalogue="osps", control="OSPS-AC-04.01", reason="What a task may do that names no permissions."),
            Towards(
                catalogue="ssdf",
                control="PS.1.1",
                reason="Tools have the least privilege.",
                source="OSPS Baseline 2026.08.28, crosswalk to NIST SSDF 1.1 (OSPS-AC-04)",
            ),
            Towards(
                catalogue="ssdf",
                control="PO.3.2",
                reason="Recommended setting of the tool chain.",
                source="OSPS Baseline 2026.08.28, crosswalk to NIST SSDF 1.1 (OSPS-AC-04)",
            ),
            Towards(catalogue="cis-github", control="2.1.7", reason="The token of a build has no more scope than it needs."),
            Towards(catalogue="soc2", control="CC6.3", reason="Access of automation follows least privilege."),
            Towards(catalogue="iso27001", control="A.8.2", reason="Privileged access of automation is restricted."),
        ),
        permission="administration: read",
    )

    def allowed(self, part: ActionsSettings, scene: Scene) -> Judged:
        """One point."""
        return Judged(
            points=[
                Point(
                    key="default-permissions",
                    holds=part.default_permissions == "read" if part.default_permissions else None,
                    otherwise="The token of a workflow that names no permissions may write.",
                    unknown="What workflow tokens may do by default was not told.",
                    permission="",
                )
            ],
            holds="The token of a workflow that names no permissions may only read.",
        )
