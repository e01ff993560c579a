"""Asks whether anything came into the default branch lately without a pull request.

It looks at the facts where `branch-protection` looks at the rule: whoever may go past the rules leaves such commits behind.
Commits of bots, as of release scripts, count as less severe.
"""

from __future__ import annotations

from fusion.check import About, Source, Towards
from fusion.checks.forge import MERGES, OverMerges, Scene, change
from fusion.checks.points import Judged, Moot, Point
from fusion.model import Severity
from fusion.model.posture import Merge


class DirectCommits(OverMerges):
    """Changes without a pull request."""

    about = About(
        id="direct-commits",
        title="Nothing came into the default branch lately without a pull request",
        rationale="What was pushed past review was seen by one person, or by whoever has that person's password.",
        remediation="Demand pull requests (Settings > Rules > Rulesets > Require a pull request before merging) and empty "
        "the bypass list. Look at the commits that are named.",
        severity=Severity.MEDIUM,
        reads=frozenset({Source.SETTINGS}),
        towards=(
            Towards(catalogue="osps", control="OSPS-AC-03.01", reason="Whether direct commits did in fact happen."),
            Towards(
                catalogue="cis-github",
                control="1.1.15",
                reason="Whether new code came in by other ways than the one that is meant.",
            ),
            Towards(catalogue="soc2", control="CC8.1", reason="Changes took the route that is authorised."),
            Towards(catalogue="iso27001", control="A.8.32", reason="Changes took the route that is authorised."),
        ),
        permission=MERGES,
    )

    def judge(self, part: tuple[Merge, ...], scene: Scene) -> Judged | Moot:
        """One point for each change."""
        if not part:
            return Moot(why="Nothing has been merged yet.")
        direct = sum(not one.pull for one in part)
        return Judged(
            points=[
                Point(
                    key=one.commit,
                    holds=bool(one.pull),
                    otherwise=f"{change(one)} came into the default branch without a pull request.",
                    severity=Severity.LOW if one.by_bot else None,
                )
                for one in part
            ],
            holds=f"{len(part)} of {len(part)} recent changes came by pull request.",
            share=f"{direct} of {len(part)} recent changes came into the default branch without a pull request.",
        )
