"""Asks whether outsiders can report a vulnerability in private.

GitHub offers it for public repositories only.
"""

from __future__ import annotations

from fusion.check import About, Source, Towards
from fusion.checks.forge import OverSecurity, Scene
from fusion.checks.points import Judged, Point
from fusion.model import Severity
from fusion.model.posture import SecuritySettings


class PrivateReporting(OverSecurity):
    """Private vulnerability reporting is on."""

    archived = False
    about = About(
        id="private-reporting",
        title="Vulnerabilities can be reported in private",
        rationale="Who finds a weakness and knows no private way tells everybody, or nobody.",
        remediation="Settings > Advanced Security > Private vulnerability reporting: enable. Through the API: PUT "
        "/repos/{owner}/{repo}/private-vulnerability-reporting.",
        severity=Severity.MEDIUM,
        reads=frozenset({Source.SETTINGS}),
        towards=(
            Towards(catalogue="osps", control="OSPS-VM-03.01", reason="Whether private reports reach the project."),
            Towards(catalogue="ssdf", control="RV.1.1", reason="Reports of outsiders are gathered."),
            Towards(catalogue="soc2", control="CC2.3", reason="Outsiders have a private way to report."),
            Towards(catalogue="iso27001", control="A.6.8", reason="There is a way to report security events."),
        ),
        permission="administration: read",
    )

    def moot(self, scene: Scene) -> str:
        """Outsiders see public repositories only."""
        visibility = scene.basics.visibility
        return (
            ""
            if visibility == "public"
            else f"The repository is {visibility}: GitHub takes private reports on public ones only."
        )

    def judge(self, part: SecuritySettings, scene: Scene) -> Judged:
        """One point."""
        return Judged(
            points=[
                Point(
                    key="private-reporting",
                    holds=part.private_reporting,
                    otherwise="Private vulnerability reporting is switched off.",
                    unknown="Whether private vulnerability reporting is on was not told.",
                )
            ],
            holds="Vulnerabilities can be reported in private.",
        )
