"""Asks whether anybody can read the source and its history, as open source wants it.

A private repository is no open source: there is nothing to assess then.
"""

from __future__ import annotations

from fusion.check import About, Source, Towards
from fusion.checks.forge import OverBasics, Scene
from fusion.checks.points import Judged, Point
from fusion.model import Severity
from fusion.model.posture import Basics


class PublicSource(OverBasics):
    """Readable by anybody."""

    empty = False
    about = About(
        id="public-source",
        title="Anybody can read the source and who changed it",
        rationale="Open source is trusted because it can be looked at.",
        remediation="Ask GitHub's support why the repository is disabled; until then nobody can read it.",
        severity=Severity.LOW,
        reads=frozenset({Source.SETTINGS}),
        towards=(
            Towards(catalogue="osps", control="OSPS-QA-01.01", reason="Whether the source is publicly readable."),
            Towards(catalogue="osps", control="OSPS-QA-01.02", reason="Whether the history is publicly readable with it."),
        ),
    )

    def moot(self, scene: Scene) -> str:
        """Only a public repository claims it."""
        visibility = scene.basics.visibility
        return "" if visibility == "public" else f"The repository is {visibility}: it does not claim to be open source."

    def judge(self, part: Basics, scene: Scene) -> Judged:
        """One point: the forge still shows it."""
        return Judged(
            points=[
                Point(
                    key="disabled",
                    holds=not part.disabled,
                    otherwise="The forge has disabled the repository: nobody can read it.",
                )
            ],
            holds="The repository is public, with its history.",
        )
