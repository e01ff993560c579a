"""Asks whether changes and obstacles can be discussed in public.

Issues of a public repository are the place where anybody may do that. Archived repositories take none.
"""

from __future__ import annotations

from fusion.check import About, Source, Towards
from fusion.checks.forge import OverBasics, Scene
from fusion.checks.points import Judged, Point
from fusion.model import Severity
from fusion.model.posture import Basics


class PublicDiscussion(OverBasics):
    """Issues are switched on."""

    archived = False
    about = About(
        id="public-discussion",
        title="Changes and obstacles can be discussed in public",
        rationale="Users who cannot say what is wrong leave it as it is.",
        remediation="Settings > General > Features > Issues. A project that talks elsewhere in public may accept this "
        "deviation.",
        severity=Severity.LOW,
        reads=frozenset({Source.SETTINGS}),
        towards=(Towards(catalogue="osps", control="OSPS-GV-02.01", reason="Whether there is a public place for discussion."),),
    )

    def moot(self, scene: Scene) -> str:
        """Only a public repository has a public to discuss with."""
        visibility = scene.basics.visibility
        return "" if visibility == "public" else f"The repository is {visibility}: it has no public."

    def judge(self, part: Basics, scene: Scene) -> Judged:
        """One point."""
        return Judged(
            points=[Point(key="issues", holds=part.issues, otherwise="Issues are switched off in this public repository.")],
            holds="Anybody can open issues.",
        )
