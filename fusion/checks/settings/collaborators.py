"""Asks whether somebody from outside the organisation may write.

Outside collaborators have access to the repository and are no members of the organisation. What a role of
the organisation's own making lets them do is not told; such an outsider leaves the check unassessed. In a person's
repository everybody else is from outside: there is nothing to assess.
"""

from __future__ import annotations

from fusion.check import About, Source, Towards
from fusion.checks.forge import OverCollaborators, Scene, named
from fusion.checks.points import Judged, Point
from fusion.model import Severity
from fusion.model.posture import Collaborator

WRITES = {"admin": True, "maintain": True, "write": True, "push": True, "triage": False, "read": False, "pull": False}
"""Roles of GitHub, and whether they let somebody write."""


class Collaborators(OverCollaborators):
    """Outsiders who may write."""

    about = About(
        id="collaborators",
        title="Nobody from outside the organisation may write",
        rationale="Outsiders are not bound by what the organisation demands of members, and stay when nobody remembers why.",
        remediation="Settings > Collaborators and teams: remove outside collaborators, give them the role Read or Triage, "
        "or have them work by forks. Through the API: DELETE /repos/{owner}/{repo}/collaborators/{username}.",
        severity=Severity.MEDIUM,
        reads=frozenset({Source.SETTINGS}),
        towards=(
            Towards(
                catalogue="ssdf",
                control="PS.1.1",
                reason="Only those who need it have access.",
                source="OSPS Baseline 2026.08.28, crosswalk to NIST SSDF 1.1 (OSPS-AC-02)",
            ),
            Towards(catalogue="soc2", control="CC6.2", reason="Access is given to known people."),
            Towards(catalogue="soc2", control="CC6.3", reason="Access follows roles and least privilege."),
            Towards(catalogue="iso27001", control="A.5.15", reason="Access follows rules."),
            Towards(catalogue="iso27001", control="A.5.18", reason="Rights can be reviewed, and are in bounds."),
        ),
    )

    def judge(self, part: tuple[Collaborator, ...], scene: Scene) -> Judged:
        """One point for each outsider."""
        outside = [one for one in part if one.outside]
        return Judged(
            points=[
                Point(
                    key=one.login,
                    holds=None if (writes := WRITES.get(one.permission)) is None else not writes,
                    otherwise=f"{named(one.login)} is from outside the organisation and may write ({named(one.permission)}).",
                    unknown=f"What the role {named(one.permission)} lets outside collaborators do was not told.",
                    permission="",
                    severity=Severity.HIGH if one.permission == "admin" else None,
                )
                for one in outside
            ],
            holds="Outside collaborators may only read." if outside else "Nobody is from outside the organisation.",
        )
