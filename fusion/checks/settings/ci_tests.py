"""Asks whether what was merged lately by pull request had passed its checks.

Scorecard looks for names of well-known test systems among the checks of recent changes; here each check counts that the
forge knows of, whatever its name. Changes without a pull request are left to `direct-commits`. The last 30 changes at most
are read.
"""

from __future__ import annotations

from fusion.check import About, Source, Towards
from fusion.checks.forge import MERGES, OverMerges, Scene, change
from fusion.checks.points import Judged, Moot, Point
from fusion.model import Severity
from fusion.model.posture import Merge


class CITests(OverMerges):
    """Checks of recent changes."""

    about = About(
        id="ci-tests",
        title="What was merged lately had passed its checks",
        rationale="Tests that run before a change is merged find mistakes while they are cheap.",
        remediation="Run the tests on each pull request (a workflow with on: pull_request), and demand that they pass: "
        "Settings > Rules > Rulesets > Require status checks to pass.",
        severity=Severity.LOW,
        reads=frozenset({Source.SETTINGS}),
        towards=(
            Towards(
                catalogue="osps",
                control="OSPS-QA-06.01",
                reason="Whether tests run before changes are accepted.",
                source="OSPS Baseline 2026.08.28, crosswalk to OpenSSF Scorecard 5.0 (OSPS-QA-06)",
            ),
            Towards(
                catalogue="ssdf",
                control="PW.8.2",
                reason="Executable code is tested.",
                source="OSPS Baseline 2026.08.28, crosswalk to NIST SSDF 1.1 (OSPS-QA-06)",
            ),
            Towards(catalogue="soc2", control="CC8.1", reason="Changes are tested before they go in."),
            Towards(catalogue="iso27001", control="A.8.29", reason="Tests are run before acceptance."),
            Towards(catalogue="scorecard", control="CI-Tests", reason="It answers the same question."),
        ),
        scorecard="CI-Tests",
        permission=MERGES,
    )

    def judge(self, part: tuple[Merge, ...], scene: Scene) -> Judged | Moot:
        """One point for each pull request."""
        pulls = [one for one in part if one.pull]
        if not pulls:
            return Moot(why="Nothing was merged by pull request lately." if part else "Nothing has been merged yet.")
        passed = sum(one.checks_passed is True for one in pulls)
        share = f"Checks had passed on {passed} of {len(pulls)} recent pull requests."
        return Judged(
            points=[
                Point(
                    key=one.commit,
                    holds=one.checks_passed,
                    otherwise=f"{change(one)} was merged without checks that had passed.",
                    unknown="Whether checks passed on some of the merged pull requests was not told.",
                    permission="",
                )
                for one in pulls
            ],
            holds=share,
            share=share,
        )
