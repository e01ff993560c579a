"""Asks whether a member of the organisation alone may open a public repository.

GitHub tells it to those only who may see the organisation's administration.
"""

from __future__ import annotations

from fusion.check import About, Source, Towards
from fusion.checks.forge import OverOrganisation, Scene
from fusion.checks.points import Judged, Point
from fusion.model import Severity
from fusion.model.posture import OrganisationSettings


class RepositoryCreation(OverOrganisation):
    """Public repositories of members."""

    about = About(
        id="repository-creation",
        title="Members cannot open public repositories by themselves",
        rationale="One wrong choice in a form publishes code for good.",
        remediation="The organisation's Settings > Member privileges > Repository creation: clear Public. Through the "
        "API: PATCH /orgs/{org} with members_can_create_public_repositories: false.",
        severity=Severity.LOW,
        reads=frozenset({Source.SETTINGS}),
        towards=(
            Towards(catalogue="cis-github", control="1.2.2", reason="Who may create (public) repositories."),
            Towards(catalogue="iso27001", control="A.8.12", reason="Code cannot be published by any member alone."),
        ),
        permission="organization_administration: read",
    )

    def judge(self, part: OrganisationSettings, scene: Scene) -> Judged:
        """One point."""
        return Judged(
            points=[
                Point(
                    key="public-repositories",
                    holds=None if part.members_create_public is None else not part.members_create_public,
                    otherwise="Any member of the organisation may open public repositories.",
                    unknown="Whether members of the organisation may open public repositories was not told.",
                )
            ],
            holds="Members of the organisation cannot open public repositories.",
        )
