"""Asks whether owners must approve what they own.

Whether a CODEOWNERS file names owners at all is another check's question; without this rule such a file only asks for
reviews.
"""

from __future__ import annotations

from fusion.check import About, Source, Towards
from fusion.checks.forge import OverProtection, Scene
from fusion.checks.points import Judged, Point
from fusion.model import Severity
from fusion.model.posture import Protection


class CodeOwnerReviews(OverProtection):
    """Approval by code owners."""

    about = About(
        id="code-owner-reviews",
        title="Owners must approve what they own",
        rationale="Those who are responsible for a part should not learn of its changes afterwards.",
        remediation="Settings > Rules > Rulesets > the ruleset of the default branch > Require a pull request before "
        "merging > Require review from Code Owners.",
        severity=Severity.LOW,
        reads=frozenset({Source.SETTINGS}),
        towards=(
            Towards(catalogue="cis-github", control="1.1.7", reason="Whether an owner's approval is demanded."),
            Towards(catalogue="soc2", control="CC8.1", reason="Changes are approved by those who are responsible for them."),
        ),
        permission="administration: read",
    )

    def judge(self, part: Protection, scene: Scene) -> Judged:
        """One point."""
        return Judged(
            points=[
                Point(
                    key="code-owners",
                    holds=part.protected and part.code_owners,
                    otherwise="A change can be merged without the approval of those who own what it touches.",
                )
            ],
            holds="Owners must approve changes of what they own.",
        )
