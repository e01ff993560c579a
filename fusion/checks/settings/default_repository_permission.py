"""Asks whether members of the organisation may at most read by default.

Reading is the most that the base permission should give; writing comes from teams. GitHub tells it to those only who may
see the organisation's administration.
"""

from __future__ import annotations

from fusion.check import About, Source, Towards
from fusion.checks.forge import OverOrganisation, Scene, named
from fusion.checks.points import Judged, Point
from fusion.model import Severity
from fusion.model.posture import OrganisationSettings

LITTLE = {"none": True, "read": True, "write": False, "admin": False}
"""Base permissions of GitHub, and whether they are little enough."""


class DefaultRepositoryPermission(OverOrganisation):
    """The base permission of members."""

    about = About(
        id="default-repository-permission",
        title="Members of the organisation may at most read by default",
        rationale="Whoever joins, or whose account is stolen, could otherwise change every repository.",
        remediation="The organisation's Settings > Member privileges > Base permissions: No permission or Read. Through "
        "the API: PATCH /orgs/{org} with default_repository_permission: none.",
        severity=Severity.HIGH,
        reads=frozenset({Source.SETTINGS}),
        towards=(
            Towards(catalogue="osps", control="OSPS-AC-02.01", reason="What a new member may do by default."),
            Towards(catalogue="cis-github", control="1.3.8", reason="The base permission of members."),
            Towards(
                catalogue="ssdf",
                control="PS.1.1",
                reason="Least privilege by default.",
                source="OSPS Baseline 2026.08.28, crosswalk to NIST SSDF 1.1 (OSPS-AC-02)",
            ),
            Towards(catalogue="soc2", control="CC6.3", reason="Least privilege by default."),
            Towards(catalogue="iso27001", control="A.5.15", reason="Least privilege by default."),
        ),
        permission="organization_administration: read",
    )

    def judge(self, part: OrganisationSettings, scene: Scene) -> Judged:
        """One point; a permission that is not known counts as not told."""
        given = part.default_permission
        return Judged(
            points=[
                Point(
                    key="default-permission",
                    holds=LITTLE.get(given),
                    otherwise=f"Each member of the organisation has the permission {named(given)} by default.",
                    unknown="What members of the organisation may do by default was not told.",
                )
            ],
            holds=f"Members of the organisation have the permission {given} by default.",
        )
