"""Asks whether changes are merged only when status checks passed.

One required check is enough, as in Scorecard's third tier; which of a repository's checks matter, its owners know.
"""

from __future__ import annotations

from fusion.check import About, Source, Towards
from fusion.checks.forge import OverProtection, Scene, named
from fusion.checks.points import Judged, Point
from fusion.model import Severity
from fusion.model.posture import Protection

SHOWN = 5
"""Names of checks in the reason."""


class RequiredStatusChecks(OverProtection):
    """At least one required status check."""

    about = About(
        id="required-status-checks",
        title="Changes are merged only when their checks passed",
        rationale="A test that may fail without consequence is soon one that nobody reads.",
        remediation="Settings > Rules > Rulesets > the ruleset of the default branch > Require status checks to pass: add "
        "the checks that run tests and scanners.",
        severity=Severity.MEDIUM,
        reads=frozenset({Source.SETTINGS}),
        towards=(
            Towards(catalogue="osps", control="OSPS-QA-03.01", reason="Whether status checks must pass before a merge."),
            Towards(catalogue="cis-github", control="1.1.9", reason="Whether status checks must pass before a merge."),
            Towards(
                catalogue="ssdf",
                control="PO.4.1",
                reason="Passing checks are the criterion for a change to go in.",
                source="OSPS Baseline 2026.08.28, crosswalk to NIST SSDF 1.1 (OSPS-QA-03)",
            ),
            Towards(catalogue="soc2", control="CC8.1", reason="Changes are tested before they go in."),
            Towards(catalogue="iso27001", control="A.8.29", reason="Tests are a condition for accepting a change."),
        ),
        permission="administration: read",
    )

    def judge(self, part: Protection, scene: Scene) -> Judged:
        """One point; the reason names some of the checks."""
        names = ", ".join(named(one) for one in part.checks[:SHOWN])
        more = f" and {len(part.checks) - SHOWN} more" if len(part.checks) > SHOWN else ""
        return Judged(
            points=[
                Point(
                    key="status-checks",
                    holds=part.protected and bool(part.checks),
                    otherwise="A change can be merged into the default branch whether its checks passed or not.",
                )
            ],
            holds=f"These checks must pass before a change is merged: {names}{more}.",
        )
