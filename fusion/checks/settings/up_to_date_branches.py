"""Asks whether branches are up to date before they are merged.

Two changes that pass alone can fail together. A merge queue tests them together, and counts as well.
"""

from __future__ import annotations

from fusion.check import About, Source, Towards
from fusion.checks.forge import OverProtection, Scene
from fusion.checks.points import Judged, Point
from fusion.model import Severity
from fusion.model.posture import Protection


class UpToDateBranches(OverProtection):
    """Strict status checks, or a merge queue."""

    about = About(
        id="up-to-date-branches",
        title="Changes are tested against the branch that they go into",
        rationale="Two changes that pass alone can fail together, and nobody sees it before they are merged.",
        remediation="Settings > Rules > Rulesets > the ruleset of the default branch > Require status checks to pass > "
        "Require branches to be up to date before merging; or Require merge queue.",
        severity=Severity.LOW,
        reads=frozenset({Source.SETTINGS}),
        towards=(
            Towards(
                catalogue="cis-github", control="1.1.10", reason="Whether a branch must be up to date before it is merged."
            ),
        ),
        permission="administration: read",
    )

    def judge(self, part: Protection, scene: Scene) -> Judged:
        """One point."""
        return Judged(
            points=[
                Point(
                    key="up-to-date",
                    holds=part.protected and (part.up_to_date or part.merge_queue),
                    otherwise="A branch can be merged that is behind the one that it goes into.",
                )
            ],
            holds="A merge queue tests changes together." if part.merge_queue else "A branch must be up to date to be merged.",
        )
