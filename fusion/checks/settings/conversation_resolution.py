"""Asks whether open conversations keep a change from being merged.

A reviewer's question that nobody answered is a review that did not end.
"""

from __future__ import annotations

from fusion.check import About, Source, Towards
from fusion.checks.forge import OverProtection, Scene
from fusion.checks.points import Judged, Point
from fusion.model import Severity
from fusion.model.posture import Protection


class ConversationResolution(OverProtection):
    """Conversations are resolved first."""

    about = About(
        id="conversation-resolution",
        title="Open conversations are resolved before a change is merged",
        rationale="What a reviewer asked should be answered before it is too late.",
        remediation="Settings > Rules > Rulesets > the ruleset of the default branch > Require a pull request before "
        "merging > Require conversation resolution before merging.",
        severity=Severity.LOW,
        reads=frozenset({Source.SETTINGS}),
        towards=(
            Towards(
                catalogue="cis-github", control="1.1.11", reason="Whether open conversations keep a change from being merged."
            ),
        ),
        permission="administration: read",
    )

    def judge(self, part: Protection, scene: Scene) -> Judged:
        """One point."""
        return Judged(
            points=[
                Point(
                    key="conversations",
                    holds=part.protected and part.conversation_resolution,
                    otherwise="A change can be merged while reviewers' conversations are open.",
                )
            ],
            holds="Open conversations keep a change from being merged.",
        )
