"""Asks whether the history of the default branch stays linear.

The CIS benchmark for GitHub wants it: each commit of a linear history can be told, tested and taken back alone.
"""

from __future__ import annotations

from fusion.check import About, Source, Towards
from fusion.checks.forge import OverProtection, Scene
from fusion.checks.points import Judged, Point
from fusion.model import Severity
from fusion.model.posture import Protection


class LinearHistory(OverProtection):
    """No merge commits."""

    about = About(
        id="linear-history",
        title="The history of the default branch is linear",
        rationale="What came in when, and by which change, can be told without following several lines.",
        remediation="Settings > Rules > Rulesets > the ruleset of the default branch > Require linear history.",
        severity=Severity.INFO,
        reads=frozenset({Source.SETTINGS}),
        towards=(Towards(catalogue="cis-github", control="1.1.13", reason="Whether merge commits are refused."),),
        permission="administration: read",
    )

    def judge(self, part: Protection, scene: Scene) -> Judged:
        """One point."""
        return Judged(
            points=[
                Point(
                    key="linear",
                    holds=part.protected and part.linear_history,
                    otherwise="Merge commits can come into the default branch.",
                )
            ],
            holds="Merge commits are refused on the default branch.",
        )
