"""Asks whether only chosen actions may run.

Only the repository's own, or a chosen list, counts. All actions of all publishers is what GitHub begins with.
"""

from __future__ import annotations

from fusion.check import About, Source, Towards
from fusion.checks.forge import OverActions, Scene
from fusion.checks.points import Judged, Point
from fusion.model import Severity
from fusion.model.posture import ActionsSettings


class AllowedActions(OverActions):
    """A choice was made."""

    about = About(
        id="allowed-actions",
        title="Only chosen actions may run in workflows",
        rationale="An action is somebody's program that runs with the repository's token; nobody looks at who publishes one.",
        remediation="Settings > Actions > General > Actions permissions: allow select actions, and name them. Through the "
        "API: PUT /repos/{owner}/{repo}/actions/permissions with allowed_actions: selected.",
        severity=Severity.MEDIUM,
        reads=frozenset({Source.SETTINGS}),
        towards=(
            Towards(catalogue="ssdf", control="PO.3.2", reason="Recommended setting of the tool chain."),
            Towards(catalogue="cis-github", control="3.1.5", reason="Sources of actions are named."),
            Towards(catalogue="soc2", control="CC6.8", reason="Unauthorised software is kept from running in builds."),
            Towards(catalogue="iso27001", control="A.8.19", reason="Which software may run in builds is controlled."),
        ),
        permission="administration: read",
    )

    def allowed(self, part: ActionsSettings, scene: Scene) -> Judged:
        """One point."""
        holds = "Only the owner's own actions may run." if part.allowed == "local_only" else "Only chosen actions may run."
        return Judged(
            points=[
                Point(
                    key="allowed",
                    holds=part.allowed != "all" if part.allowed else None,
                    otherwise="Any action of any publisher may run.",
                    unknown="Which actions may run was not told.",
                    permission="",
                )
            ],
            holds=holds,
        )
