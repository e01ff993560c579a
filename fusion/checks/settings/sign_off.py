"""Asks whether contributors must assert that they may contribute.

It looks for a required status check that demands a sign-off (DCO, the Developer Certificate of Origin) or a signed agreement
(CLA) on each change, by the names that the usual tools give to theirs. GitHub's own setting for sign-off holds for commits
that are made in the browser only, and is not enough.
"""

from __future__ import annotations

import re

from fusion.check import About, Source, Towards
from fusion.checks.forge import OverProtection, Scene, named
from fusion.checks.points import Judged, Point
from fusion.model import Severity
from fusion.model.posture import Protection

_ASSERTIONS = re.compile(r"(?<![a-z])(?:dco|easycla|cla|sign-?off)(?![a-z])", re.IGNORECASE)


class SignOff(OverProtection):
    """A required check for DCO or CLA."""

    about = About(
        id="sign-off",
        title="Contributors must assert that they may contribute",
        rationale="Code that its author had no right to give can be claimed back from everybody who uses it.",
        remediation="Install a check for the DCO or a CLA, and demand it: Settings > Rules > Rulesets > the ruleset of the "
        "default branch > Require status checks to pass.",
        severity=Severity.LOW,
        reads=frozenset({Source.SETTINGS}),
        towards=(
            Towards(
                catalogue="osps",
                control="OSPS-LE-01.01",
                reason="Whether contributors assert on each change that they may contribute.",
            ),
            Towards(catalogue="iso27001", control="A.5.32", reason="Rights in contributions are asserted."),
        ),
        permission="administration: read",
    )

    def judge(self, part: Protection, scene: Scene) -> Judged:
        """One point."""
        found = next((one for one in part.checks if _ASSERTIONS.search(one)), "") if part.protected else ""
        browser = " Only commits that are made in the browser need a sign-off." if scene.basics.web_commit_signoff else ""
        return Judged(
            points=[
                Point(
                    key="assertion",
                    holds=bool(found),
                    otherwise=f"No required check demands a sign-off or an agreement of contributors.{browser}",
                )
            ],
            holds=f"The required check {named(found)} demands that contributors assert it.",
        )
