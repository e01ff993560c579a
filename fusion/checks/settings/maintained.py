"""Asks whether somebody works on the repository.

Scorecard wants activity within the last 90 days, gives its lowest score to an archived repository, and none to one that is
younger than that; so does this check. A push to any branch, or a change that was merged, is activity. A finished library
may be still for good reasons: then accept the deviation, or archive it (`archived`).
"""

from __future__ import annotations

from datetime import timedelta

from fusion.check import About, Source, Towards
from fusion.checks.forge import OverBasics, Scene
from fusion.checks.points import Judged, Moot, Point
from fusion.model import Severity
from fusion.model.posture import Basics

QUIET = timedelta(days=90)
"""Longest time without activity, and youngest age. OpenSSF Scorecard, Maintained."""


class Maintained(OverBasics):
    """Activity in the last 90 days."""

    empty = False
    about = About(
        id="maintained",
        title="Somebody works on it",
        rationale="Where nobody works, nobody mends what is found.",
        remediation="There is nothing to set: find somebody who looks after it, or archive it (Settings > Danger Zone > "
        "Archive this repository) so that nobody relies on it.",
        severity=Severity.LOW,
        reads=frozenset({Source.SETTINGS, Source.CLOCK}),
        towards=(Towards(catalogue="scorecard", control="Maintained", reason="It answers the same question."),),
        scorecard="Maintained",
    )

    def judge(self, part: Basics, scene: Scene) -> Judged | Moot:
        """Archived, too young, or how long ago the last push was."""
        if part.archived:
            point = Point(key="archived", holds=False, otherwise="The repository is archived: nobody works on it any more.")
            return Judged(points=[point], holds="")
        idle, age = scene.age(part.pushed), scene.age(part.created)
        if age is not None and age < QUIET:
            return Moot(why=f"The repository is younger than {QUIET.days} days: too young to say whether it is looked after.")
        active = None if idle is None else idle <= QUIET
        # What was last pushed to before that time is older than it, too.
        if active and age is None:
            active = None
        when = f"{part.pushed:%Y-%m-%d}" if part.pushed else ""
        return Judged(
            points=[
                Point(
                    key="activity",
                    holds=active,
                    otherwise=f"Nothing was pushed in the last {QUIET.days} days.",
                    unknown="When the repository was made or last pushed to was not told, or lies ahead of the clock.",
                )
            ],
            holds=f"The last push was on {when}.",
        )
