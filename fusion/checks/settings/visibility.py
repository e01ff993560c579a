"""Asks whether a repository that everybody can read is meant to be.

No setting says what somebody intended. What tells it is a licence: code that is published on purpose says under which
terms. A public repository in which the forge finds none deviates, so that one that was made public by mistake is seen at
the next scan. Its visibility is the reason in every case.
"""

from __future__ import annotations

from fusion.check import About, Source, Towards
from fusion.checks.forge import OverBasics, Scene
from fusion.checks.points import Judged, Point
from fusion.model import Severity
from fusion.model.posture import Basics


class Visibility(OverBasics):
    """Public on purpose."""

    about = About(
        id="visibility",
        title="Only what is meant to be public is public",
        rationale="Code that was published by mistake cannot be taken back.",
        remediation="If it should not be public: Settings > Danger Zone > Change repository visibility. If it should, add "
        "a licence.",
        severity=Severity.MEDIUM,
        reads=frozenset({Source.SETTINGS}),
        towards=(
            Towards(catalogue="soc2", control="CC6.1", reason="Who may read the code is as intended."),
            Towards(catalogue="iso27001", control="A.8.3", reason="Who may read the code is as intended."),
        ),
    )

    def judge(self, part: Basics, scene: Scene) -> Judged:
        """One point: public, and nothing says that it should be."""
        return Judged(
            points=[
                Point(
                    key="public-without-licence",
                    holds=part.visibility != "public" or bool(part.licence),
                    otherwise="The repository is public, and no licence says that it is meant to be.",
                )
            ],
            holds=f"The repository is {part.visibility}.",
        )
