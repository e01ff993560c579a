"""Asks whether few people have been given administration of the repository.

Those are counted who have it of their own, not by a team or as an owner of the organisation, because those are not told
with a repository. So it can say that there are too many, but not that there are too few, of which the CIS benchmark speaks
as well.
"""

from __future__ import annotations

from fusion.check import About, Source, Towards
from fusion.checks.forge import OverCollaborators, Scene, named
from fusion.checks.points import Judged, Point
from fusion.model import Severity
from fusion.model.posture import Collaborator

MOST = 3
"""People. Ours: the CIS benchmark wants two administrators for each repository, and one may be on leave."""


class Administrators(OverCollaborators):
    """People with administration of their own."""

    about = About(
        id="administrators",
        title="Few people have administration of the repository",
        rationale="Each administrator can switch off every rule that the other checks look for.",
        remediation="Settings > Collaborators and teams: give administration to one team with few members, and the role "
        "Maintain or Write to the others.",
        severity=Severity.MEDIUM,
        reads=frozenset({Source.SETTINGS}),
        towards=(
            Towards(catalogue="cis-github", control="1.3.7", reason="How many administrators the repository has."),
            Towards(catalogue="soc2", control="CC6.3", reason="Access follows roles and least privilege."),
            Towards(catalogue="iso27001", control="A.8.2", reason="Administration is given to few."),
        ),
    )

    def judge(self, part: tuple[Collaborator, ...], scene: Scene) -> Judged:
        """One point over all of them."""
        logins = sorted(one.login for one in part if one.permission == "admin")
        names = ", ".join(named(one) for one in logins[: MOST + 2]) + (", …" if len(logins) > MOST + 2 else "")
        return Judged(
            points=[
                Point(
                    key="administrators",
                    holds=len(logins) <= MOST,
                    otherwise=f"{len(logins)} people have administration of their own ({names}); {MOST} at most are wanted.",
                )
            ],
            holds=f"{len(logins) or 'No'} {'person has' if len(logins) == 1 else 'people have'} administration of their own.",
        )
