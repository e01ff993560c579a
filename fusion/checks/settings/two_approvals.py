"""Asks whether two approvals are needed before a change is merged.

The CIS benchmark for GitHub wants two, and so does Scorecard's fourth tier. Small teams often accept this deviation.
"""

from __future__ import annotations

from fusion.check import About, Source, Towards
from fusion.checks.forge import OverProtection, Scene
from fusion.checks.points import Judged, Point
from fusion.model import Severity
from fusion.model.posture import Protection

FEWEST = 2
"""Approvals. OpenSSF Scorecard, Branch-Protection, tier 4; CIS GitHub Benchmark, 1.1.3."""


class TwoApprovals(OverProtection):
    """At least two approvals."""

    about = About(
        id="two-approvals",
        title="Two approvals are needed before a change is merged",
        rationale="One reviewer can be hurried, tired or deceived; two seldom are at once.",
        remediation="Settings > Rules > Rulesets > the ruleset of the default branch > Require a pull request before "
        "merging > Required approvals: 2.",
        severity=Severity.LOW,
        reads=frozenset({Source.SETTINGS}),
        towards=(Towards(catalogue="cis-github", control="1.1.3", reason="Whether two approvals are demanded."),),
        permission="administration: read",
    )

    def judge(self, part: Protection, scene: Scene) -> Judged:
        """Approvals count only where rules are in force."""
        wanted = part.approvals if part.protected else 0
        return Judged(
            points=[
                Point(
                    key="approvals",
                    holds=wanted >= FEWEST,
                    otherwise="Fewer than two approvals are needed before a change is merged into the default branch.",
                )
            ],
            holds=f"{wanted} approvals are needed before a change is merged.",
        )
