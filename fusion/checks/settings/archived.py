"""Asks whether a repository that nobody works on is archived.

One that has had no push for a year and is still open takes changes that nobody expects, and keeps its keys and
collaborators. It passes where it is archived or was pushed to within the year.
"""

from __future__ import annotations

from datetime import timedelta

from fusion.check import About, Source, Towards
from fusion.checks.forge import OverBasics, Scene
from fusion.checks.points import Judged, Point
from fusion.model import Severity
from fusion.model.posture import Basics

INACTIVE = timedelta(days=365)
"""From when on a repository is inactive. Ours: the CIS benchmark names no time."""


class Archived(OverBasics):
    """Inactive and still open."""

    empty = False
    about = About(
        id="archived",
        title="A repository that nobody works on is archived",
        rationale="What is forgotten is not watched, and still has keys, webhooks and people who may write.",
        remediation="Settings > Danger Zone > Archive this repository; or go on with it. Through the API: PATCH "
        "/repos/{owner}/{repo} with archived: true.",
        severity=Severity.LOW,
        reads=frozenset({Source.SETTINGS, Source.CLOCK}),
        towards=(
            Towards(catalogue="cis-github", control="1.2.7", reason="Whether a repository that nobody works on is still open."),
        ),
    )

    def judge(self, part: Basics, scene: Scene) -> Judged:
        """Archived, or pushed to within the year."""
        idle = scene.age(part.pushed)
        return Judged(
            points=[
                Point(
                    key="inactive",
                    holds=True if part.archived else None if idle is None else idle <= INACTIVE,
                    otherwise=f"Nothing was pushed in the last {INACTIVE.days} days, and the repository is not archived.",
                    unknown="When the repository was last pushed to was not told, or lies ahead of the clock.",
                )
            ],
            holds="The repository is archived." if part.archived else "The repository is worked on.",
        )
