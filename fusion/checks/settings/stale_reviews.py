"""Asks whether approvals lapse when new commits arrive.

Without it somebody can have a harmless change approved and then push another one. Where no approval is needed there is none
to lapse, and the check fails all the same: what goes in was not approved as it is.
"""

from __future__ import annotations

from fusion.check import About, Source, Towards
from fusion.checks.forge import OverProtection, Scene
from fusion.checks.points import Judged, Point
from fusion.model import Severity
from fusion.model.posture import Protection


class StaleReviews(OverProtection):
    """Dismissal of stale approvals."""

    about = About(
        id="stale-reviews",
        title="Approvals lapse when new commits arrive",
        rationale="What goes in should be what was approved, not what came after it.",
        remediation="Settings > Rules > Rulesets > the ruleset of the default branch > Require a pull request before "
        "merging > Dismiss stale pull request approvals when new commits are pushed.",
        severity=Severity.MEDIUM,
        reads=frozenset({Source.SETTINGS}),
        towards=(
            Towards(
                catalogue="cis-github",
                control="1.1.4",
                reason="Whether earlier approvals are dismissed when something new is pushed.",
            ),
            Towards(catalogue="soc2", control="CC8.1", reason="What was approved is what goes in."),
        ),
        permission="administration: read",
    )

    def judge(self, part: Protection, scene: Scene) -> Judged:
        """One point."""
        return Judged(
            points=[
                Point(
                    key="dismiss-stale",
                    holds=part.protected and part.dismiss_stale,
                    otherwise="Approvals stay when new commits are pushed to a pull request.",
                )
            ],
            holds="Approvals lapse when new commits are pushed.",
        )
