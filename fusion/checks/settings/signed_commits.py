"""Asks whether commits on the default branch must be signed.

It reads the rule; whether what was merged lately is in fact signed is `signed-merges`.
"""

from __future__ import annotations

from fusion.check import About, Source, Towards
from fusion.checks.forge import OverProtection, Scene
from fusion.checks.points import Judged, Point
from fusion.model import Severity
from fusion.model.posture import Protection


class SignedCommits(OverProtection):
    """Signatures are demanded."""

    about = About(
        id="signed-commits",
        title="Commits on the default branch must be signed",
        rationale="Names in commits are whatever their author typed; a signature says who it was.",
        remediation="Settings > Rules > Rulesets > the ruleset of the default branch > Require signed commits.",
        severity=Severity.LOW,
        reads=frozenset({Source.SETTINGS}),
        towards=(
            Towards(catalogue="cis-github", control="1.1.12", reason="Whether signatures are demanded."),
            Towards(catalogue="ssdf", control="PS.1.1", reason="Signatures tie each change to somebody who may make it."),
            Towards(catalogue="soc2", control="CC8.1", reason="Each change can be attributed."),
            Towards(catalogue="iso27001", control="A.8.4", reason="Each change of the source can be attributed."),
        ),
        permission="administration: read",
    )

    def judge(self, part: Protection, scene: Scene) -> Judged:
        """One point."""
        return Judged(
            points=[
                Point(
                    key="signatures",
                    holds=part.protected and part.signatures,
                    otherwise="Commits without a signature can come into the default branch.",
                )
            ],
            holds="Commits without a verified signature are refused on the default branch.",
        )
