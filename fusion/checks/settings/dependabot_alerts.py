"""Asks whether known vulnerabilities of dependencies raise alerts.

GitHub raises none for archived repositories. Which vulnerabilities there are is another question: `open-alerts`, and the
check over the inventory and a mirror of OSV.
"""

from __future__ import annotations

from fusion.check import About, Source, Towards
from fusion.checks.forge import OverSecurity, Scene
from fusion.checks.points import Judged, Point
from fusion.model import Severity
from fusion.model.posture import SecuritySettings


class DependabotAlerts(OverSecurity):
    """Alerts are on."""

    archived = False
    about = About(
        id="dependabot-alerts",
        title="Known vulnerabilities of dependencies raise alerts",
        rationale="Most of a program is other people's code, and its weaknesses become known after it was chosen.",
        remediation="Settings > Advanced Security > Dependabot alerts: enable. Through the API: PUT "
        "/repos/{owner}/{repo}/vulnerability-alerts.",
        severity=Severity.MEDIUM,
        reads=frozenset({Source.SETTINGS}),
        towards=(
            Towards(catalogue="cis-github", control="1.5.5", reason="A scanner for vulnerable packages is switched on."),
            Towards(
                catalogue="cis-github", control="3.2.2", reason="Packages are scanned for known vulnerabilities by themselves."
            ),
            Towards(catalogue="ssdf", control="RV.1.1", reason="Public sources of vulnerabilities in components are followed."),
            Towards(catalogue="ssdf", control="PW.4.4", reason="Components are looked after while they are used."),
            Towards(catalogue="asvs", control="V15.2.1", reason="Components with known vulnerabilities are found."),
            Towards(catalogue="soc2", control="CC7.1", reason="New vulnerabilities are looked for."),
            Towards(catalogue="iso27001", control="A.8.8", reason="Technical vulnerabilities become known."),
        ),
        permission="administration: read",
    )

    def judge(self, part: SecuritySettings, scene: Scene) -> Judged:
        """One point."""
        return Judged(
            points=[
                Point(
                    key="dependabot-alerts",
                    holds=part.dependabot_alerts,
                    otherwise="Dependabot alerts are switched off.",
                    unknown="Whether Dependabot alerts are on was not told.",
                )
            ],
            holds="Dependabot alerts are on.",
        )
