"""Asks whether somebody else than the last pusher must approve.

A reviewer who may push to the branch could otherwise add commits to another's pull request and approve them.
"""

from __future__ import annotations

from fusion.check import About, Source, Towards
from fusion.checks.forge import OverProtection, Scene
from fusion.checks.points import Judged, Point
from fusion.model import Severity
from fusion.model.posture import Protection


class LastPushApproval(OverProtection):
    """Approval of the last push by another."""

    about = About(
        id="last-push-approval",
        title="Somebody else than the last pusher approves a change",
        rationale="Otherwise a reviewer can add to a pull request and approve what they added.",
        remediation="Settings > Rules > Rulesets > the ruleset of the default branch > Require a pull request before "
        "merging > Require approval of the most recent reviewable push.",
        severity=Severity.MEDIUM,
        reads=frozenset({Source.SETTINGS}),
        towards=(
            Towards(catalogue="osps", control="OSPS-QA-07.01", reason="Whoever pushed last cannot be the one who approves."),
            Towards(
                catalogue="soc2", control="CC8.1", reason="Approval is by somebody else than the author of the last change."
            ),
            Towards(catalogue="iso27001", control="A.5.3", reason="Nobody approves their own push."),
        ),
        permission="administration: read",
    )

    def judge(self, part: Protection, scene: Scene) -> Judged:
        """One point."""
        return Judged(
            points=[
                Point(
                    key="last-push",
                    holds=part.protected and part.last_push_approval,
                    otherwise="Whoever pushed last to a pull request may be the one who approves it.",
                )
            ],
            holds="The last push to a pull request needs somebody else's approval.",
        )
