"""Asks whether people of several organisations contribute.

As Scorecard does, it counts the organisations that contributors name on their profiles, of those with at least five
commits, and wants three; bots are left out. It judges nothing that is wrong with the code: it tells how many would have to
stop before nobody looks after it. No control of another standard rests on it.
"""

from __future__ import annotations

from fusion.check import About, Source, Towards
from fusion.checks.forge import OverContributors, Scene, utc
from fusion.checks.points import Judged, Moot, Point
from fusion.model import Severity
from fusion.model.posture import Contributor

ORGANISATIONS = 3
"""Wanted. OpenSSF Scorecard, Contributors."""
COMMITS = 5
"""From which somebody counts. OpenSSF Scorecard, Contributors."""


class Contributors(OverContributors):
    """Organisations of contributors."""

    about = About(
        id="contributors",
        title="People of several organisations contribute",
        rationale="What one company or one person keeps alive ends with them.",
        remediation="There is nothing to set: ask contributors to name their organisations on their profiles, and win "
        "some from elsewhere. A repository that one team is meant to keep may accept this deviation.",
        severity=Severity.INFO,
        reads=frozenset({Source.SETTINGS}),
        towards=(Towards(catalogue="scorecard", control="Contributors", reason="It answers the same question."),),
        scorecard="Contributors",
    )

    def judge(self, part: tuple[Contributor, ...], scene: Scene) -> Judged | Moot:
        """One point over all of them."""
        if not part:
            return Moot(why="The forge knows of no contributor.")
        frequent = [one for one in part if one.commits >= COMMITS and not one.login.endswith("[bot]")]
        names = {_same(name) for one in frequent for name in one.organisations} - {""}
        found = f"{len(frequent)} people with {COMMITS} commits or more name {len(names)} organisations"
        told = all(one.organisations or one.as_of for one in frequent)
        return Judged(
            points=[
                Point(
                    key="organisations",
                    holds=True if len(names) >= ORGANISATIONS else False if told else None,
                    otherwise=f"{found}; {ORGANISATIONS} are wanted.",
                    unknown="To which organisations some contributors belong was not told.",
                    permission="",
                )
            ],
            holds=f"{found}.",
            as_of=min((utc(one.as_of) for one in frequent if one.as_of), default=None),
        )


def _same(name: str) -> str:
    """An organisation's name as it is compared: however it is written on a profile."""
    return " ".join(name.casefold().replace("@", " ").replace(",", " ").split()).removesuffix(" inc.").removesuffix(" inc")
