"""Asks whether the organisation demands a second factor of its members.

GitHub tells it to those only who may see the organisation's administration. What a person's account demands of itself, it
tells nobody.
"""

from __future__ import annotations

from fusion.check import About, Source, Towards
from fusion.checks.forge import OverOrganisation, Scene
from fusion.checks.points import Judged, Point
from fusion.model import Severity
from fusion.model.posture import OrganisationSettings


class TwoFactor(OverOrganisation):
    """A second factor is demanded."""

    about = About(
        id="two-factor",
        title="The organisation demands a second factor of its members",
        rationale="A password that was guessed or given away is enough where nothing else is asked for.",
        remediation="The organisation's Settings > Authentication security > Require two-factor authentication for everyone.",
        severity=Severity.HIGH,
        reads=frozenset({Source.SETTINGS}),
        towards=(
            Towards(catalogue="osps", control="OSPS-AC-01.01", reason="Whether a second factor is demanded."),
            Towards(catalogue="cis-github", control="1.3.5", reason="Whether the organisation demands a second factor."),
            Towards(catalogue="cis-github", control="1.3.4", reason="Contributors who are members need a second factor."),
            Towards(catalogue="ssdf", control="PO.5.1", reason="Access to the environment needs a second factor."),
            Towards(
                catalogue="ssdf",
                control="PS.1.1",
                reason="Only those who can prove who they are have access.",
                source="OSPS Baseline 2026.08.28, crosswalk to NIST SSDF 1.1 (OSPS-AC-01)",
            ),
            Towards(catalogue="soc2", control="CC6.1", reason="Access needs strong authentication."),
            Towards(catalogue="iso27001", control="A.8.5", reason="Access needs strong authentication."),
        ),
        permission="organization_administration: read",
    )

    def judge(self, part: OrganisationSettings, scene: Scene) -> Judged:
        """One point."""
        return Judged(
            points=[
                Point(
                    key="two-factor",
                    holds=part.two_factor,
                    otherwise="The organisation does not demand a second factor of its members.",
                    unknown="Whether the organisation demands a second factor was not told.",
                )
            ],
            holds="The organisation demands a second factor of its members.",
        )
