"""Asks whether the organisation's domain is verified.

Then its page bears the mark Verified, and others can tell it from one that only has the name.
"""

from __future__ import annotations

from fusion.check import About, Source, Towards
from fusion.checks.forge import OverOrganisation, Scene
from fusion.checks.points import Judged, Point
from fusion.model import Severity
from fusion.model.posture import OrganisationSettings


class VerifiedDomain(OverOrganisation):
    """The organisation's identity."""

    about = About(
        id="verified-domain",
        title="The organisation's domain is verified",
        rationale="Anybody can take a name that looks like another's; a domain shows whose it is.",
        remediation="The organisation's Settings > Verified and approved domains > Add a domain.",
        severity=Severity.INFO,
        reads=frozenset({Source.SETTINGS}),
        towards=(Towards(catalogue="cis-github", control="1.3.9", reason="Whether the organisation's identity is verified."),),
        permission="organization_administration: read",
    )

    def judge(self, part: OrganisationSettings, scene: Scene) -> Judged:
        """One point."""
        return Judged(
            points=[
                Point(
                    key="verified-domain",
                    holds=part.verified_domain,
                    otherwise="No domain of the organisation is verified.",
                    unknown="Whether a domain of the organisation is verified was not told.",
                )
            ],
            holds="A domain of the organisation is verified.",
        )
