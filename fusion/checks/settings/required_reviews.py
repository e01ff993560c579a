"""Asks whether a change needs somebody else's approval before it is merged.

One approval is wanted, as in Scorecard's second tier; GitHub never counts the author's own. Two approvals
(`two-approvals`), dismissal of stale ones (`stale-reviews`), owners (`code-owner-reviews`) and the last pusher
(`last-push-approval`) are checks of their own, because they speak to other controls.
"""

from __future__ import annotations

from fusion.check import About, Source, Towards
from fusion.checks.forge import OverProtection, Scene
from fusion.checks.points import Judged, Point
from fusion.model import Severity
from fusion.model.posture import Protection

FEWEST = 1
"""Approvals. OpenSSF Scorecard, Branch-Protection, tier 2."""


class RequiredReviews(OverProtection):
    """At least one approval."""

    about = About(
        id="required-reviews",
        title="A change needs somebody else's approval before it is merged",
        rationale="A second pair of eyes finds mistakes, and one stolen account is not enough to put code in.",
        remediation="Settings > Rules > Rulesets > the ruleset of the default branch > Require a pull request before "
        "merging > Required approvals: 1 or more.",
        severity=Severity.HIGH,
        reads=frozenset({Source.SETTINGS}),
        towards=(
            Towards(
                catalogue="osps",
                control="OSPS-QA-07.01",
                reason="Whether an approval by somebody else than the author is demanded.",
                source="OSPS Baseline 2026.08.28, crosswalk to OpenSSF Scorecard 5.0 (OSPS-QA-07)",
            ),
            Towards(catalogue="ssdf", control="PW.7.2", reason="Demanded review is how code review is done for each change."),
            Towards(catalogue="soc2", control="CC8.1", reason="Changes are approved before they go in."),
            Towards(catalogue="iso27001", control="A.8.32", reason="Changes are approved before they go in."),
            Towards(catalogue="iso27001", control="A.5.3", reason="The author of a change is not the only one to let it in."),
        ),
        permission="administration: read",
    )

    def judge(self, part: Protection, scene: Scene) -> Judged:
        """Approvals count only where a pull request is demanded."""
        wanted = part.approvals if part.protected else 0
        return Judged(
            points=[
                Point(
                    key="approvals",
                    holds=wanted >= FEWEST,
                    otherwise="A change can be merged into the default branch without anybody's approval.",
                )
            ],
            holds=f"{wanted} {'approval is' if wanted == 1 else 'approvals are'} needed before a change is merged.",
        )
