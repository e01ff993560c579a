"""Asks whether copies of a private repository can leave it by forks.

The owner of an organisation's private repository chooses whether its members may fork it into accounts of their own, where
the organisation's rules no longer hold. Public repositories can always be forked.
"""

from __future__ import annotations

from fusion.check import About, Source, Towards
from fusion.checks.forge import OverBasics, Scene
from fusion.checks.points import Judged, Point
from fusion.model import Severity
from fusion.model.posture import Basics


class Forking(OverBasics):
    """Forks of private repositories."""

    about = About(
        id="forking",
        title="A private repository cannot be forked",
        rationale="A fork is a copy with other administrators, out of reach of the rules of the original.",
        remediation="Settings > General > Features > Allow forking: switch it off. Through the API: PATCH "
        "/repos/{owner}/{repo} with allow_forking: false.",
        severity=Severity.LOW,
        reads=frozenset({Source.SETTINGS}),
        towards=(
            Towards(catalogue="soc2", control="C1.1", reason="Copies of confidential code stay where they are governed."),
            Towards(catalogue="iso27001", control="A.8.3", reason="Who may copy the code is restricted."),
            Towards(catalogue="iso27001", control="A.8.12", reason="Code does not leave by way of forks."),
        ),
    )

    def moot(self, scene: Scene) -> str:
        """There is a choice only for an organisation's repositories that are not public."""
        if scene.basics.visibility == "public":
            return "The repository is public: anybody may fork it."
        return "" if scene.basics.owner_is_organisation else "The repository belongs to a person, not to an organisation."

    def judge(self, part: Basics, scene: Scene) -> Judged:
        """One point."""
        return Judged(
            points=[
                Point(
                    key="forking",
                    holds=None if part.forking is None else not part.forking,
                    otherwise=f"The repository is {part.visibility}, and its readers may fork it.",
                    unknown="Whether the repository may be forked was not told.",
                )
            ],
            holds="The repository cannot be forked.",
        )
