"""Asks whether what people merged lately was approved by somebody else.

It looks at the facts where `required-reviews` looks at the rule. Changes by bots are left out: who merges them is their
reviewer. Scorecard gives its full score where every human change was reviewed, and so this check passes only then; it is
stricter in one thing: that somebody else merged a change is not taken for an approval. The last 30 changes at most are
read.
"""

from __future__ import annotations

from fusion.check import About, Source, Towards
from fusion.checks.forge import MERGES, OverMerges, Scene, change
from fusion.checks.points import Judged, Moot, Point
from fusion.model import Severity
from fusion.model.posture import Merge


class CodeReview(OverMerges):
    """Approvals of recent changes."""

    about = About(
        id="code-review",
        title="What was merged lately was approved by somebody else",
        rationale="A rule that is gone around protects nothing; what came in without a second look may be anything.",
        remediation="Have each change approved before it is merged, and demand it: Settings > Rules > Rulesets > Require "
        "a pull request before merging > Required approvals. Look at the changes that are named, once more.",
        severity=Severity.HIGH,
        reads=frozenset({Source.SETTINGS}),
        towards=(
            Towards(
                catalogue="osps",
                control="OSPS-QA-07.01",
                reason="Whether changes were in fact approved.",
                source="OSPS Baseline 2026.08.28, crosswalk to OpenSSF Scorecard 5.0 (OSPS-QA-07)",
            ),
            Towards(catalogue="ssdf", control="PW.7.2", reason="Code review is in fact done."),
            Towards(catalogue="soc2", control="CC8.1", reason="Changes were in fact approved."),
            Towards(catalogue="iso27001", control="A.8.32", reason="Changes were in fact approved."),
            Towards(catalogue="iso27001", control="A.5.3", reason="Authors do not let in their own changes."),
            Towards(catalogue="scorecard", control="Code-Review", reason="It answers the same question."),
        ),
        scorecard="Code-Review",
        permission=MERGES,
    )

    def judge(self, part: tuple[Merge, ...], scene: Scene) -> Judged | Moot:
        """One point for each change of a person."""
        if not part:
            return Moot(why="Nothing has been merged yet.")
        people = [one for one in part if not one.by_bot]
        if not people:
            return Moot(why="All that was merged lately came from bots.")
        reviewed = sum(one.approvals > 0 for one in people)
        share = f"{reviewed} of {len(people)} recent changes by people were approved by somebody else."
        return Judged(
            points=[
                Point(key=one.commit, holds=one.approvals > 0, otherwise=f"{change(one)} came in without an approval.")
                for one in people
            ],
            holds=share,
            share=share,
        )
