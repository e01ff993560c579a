"""Asks whether what was merged lately has signatures that the forge holds to be right.

It looks at the facts where `signed-commits` looks at the rule. Commits that GitHub itself makes when somebody merges in the
browser are signed by GitHub.
"""

from __future__ import annotations

from fusion.check import About, Source, Towards
from fusion.checks.forge import MERGES, OverMerges, Scene, change
from fusion.checks.points import Judged, Moot, Point
from fusion.model import Severity
from fusion.model.posture import Merge


class SignedMerges(OverMerges):
    """Signatures of recent changes."""

    about = About(
        id="signed-merges",
        title="What was merged lately has valid signatures",
        rationale="Names in commits are whatever their author typed; a signature says who it was.",
        remediation="Sign commits (git config commit.gpgsign true, with an SSH or GPG key that your account knows) and "
        "demand it: Settings > Rules > Rulesets > Require signed commits.",
        severity=Severity.LOW,
        reads=frozenset({Source.SETTINGS}),
        towards=(
            Towards(catalogue="cis-github", control="1.1.12", reason="Whether commits are in fact signed and verified."),
            Towards(catalogue="iso27001", control="A.8.4", reason="Each change of the source can be attributed."),
        ),
        permission=MERGES,
    )

    def judge(self, part: tuple[Merge, ...], scene: Scene) -> Judged | Moot:
        """One point for each change."""
        if not part:
            return Moot(why="Nothing has been merged yet.")
        share = f"{sum(one.verified is True for one in part)} of {len(part)} recent changes have a valid signature."
        return Judged(
            points=[
                Point(
                    key=one.commit,
                    holds=one.verified,
                    otherwise=f"{change(one)} came in without a valid signature.",
                    unknown="Whether the signatures of some changes are valid was not told.",
                    permission="",
                )
                for one in part
            ],
            holds=share,
            share=share,
        )
