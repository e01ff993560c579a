"""Asks whether GitHub refuses actions that are not pinned to a commit.

It reads the setting; whether the actions of today's workflows are pinned is another check's question, and passes without
it.
"""

from __future__ import annotations

from fusion.check import About, Source, Towards
from fusion.checks.forge import OverActions, Scene
from fusion.checks.points import Judged, Point
from fusion.model import Severity
from fusion.model.posture import ActionsSettings


class PinnedActionsRequired(OverActions):
    """Pinning is enforced."""

    about = About(
        id="pinned-actions-required",
        title="Actions that are not pinned to a commit are refused",
        rationale="A tag can be moved to other code at any time, and the next run takes it.",
        remediation="Settings > Actions > General > Actions permissions > Require actions to be pinned to a full-length "
        "commit SHA. Through the API: PUT /repos/{owner}/{repo}/actions/permissions with "
        "sha_pinning_required: true.",
        severity=Severity.LOW,
        reads=frozenset({Source.SETTINGS}),
        towards=(Towards(catalogue="ssdf", control="PO.3.2", reason="Recommended setting of the tool chain."),),
        permission="administration: read",
    )

    def allowed(self, part: ActionsSettings, scene: Scene) -> Judged:
        """One point."""
        return Judged(
            points=[
                Point(
                    key="pinned",
                    holds=part.pinned_required,
                    otherwise="Actions may run that are not pinned to a commit.",
                    unknown="Whether actions must be pinned was not told.",
                    permission="",
                )
            ],
            holds="Actions that are not pinned to a commit are refused.",
        )
