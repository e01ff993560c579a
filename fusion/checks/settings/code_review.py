"""Asks whether what people merged lately was approved by somebody else.

It looks at the facts where `required-reviews` looks at the rule. Changes by bots are left out: who merges them is their
reviewer. Scorecard gives its full score where every human change was reviewed, and so this check passes only then; it is
stricter in one thing: that somebody else merged a change is not taken for an approval. The last 30 changes at most are
read.
"""

from __future__ import annotations

from fusion.check import About, Source, Towards
from fusion.checks.forge import OverMerges, Scene, change
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
            Towards(catalogue="soc2", control="C1.1", reason="Where confidential code is processed is in bounds."),
            Towards(catalogue="soc2", control="CC9.2", reason="Which providers process the code is known."),
            Towards(catalogue="iso27001", control="A.5.23", reason="Use of cloud services is in bounds."),
            Towards(catalogue="iso27001", control="A.5.31", reason="Rules about where data is processed are kept."),
            Towards(catalogue="iso27001", control="A.5.34", reason="Where personal data may be processed is in bounds."),
        ),
        scorecard="Code-Review",
        permission="contents: read, pull_requests: read",
    )

    def judge(self, part: tuple[Merge, ...], scene: Scene) -> Judged | Moot:
        """One point for each change of a person."""
        if not part:
            return Moot(why="Nothing has been merged yet.")
        people = [one for one in part if not one.by_bot]
        if not people:
            return Moot(why="All that was merged lately came from bots.")
        reviewed = sum(one.approvals > 0 for one in people)
        share = f"{reviewed} of the last {len(people)} changes by people were approved by somebody else."
        return Judged(
            points=[
                Point(key=one.commit, holds=one.approvals > 0, otherwise=f"{change(one)} came in without an approval.")
                for one in people
            ],
            holds=share,
            share=share,
        )
