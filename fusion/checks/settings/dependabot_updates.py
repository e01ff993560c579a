"""Asks whether updates that mend known vulnerabilities are proposed by themselves.

Security updates are meant, which need no file in the repository. Another tool that proposes updates does not count here;
the check for an update tool looks for those.
"""

from __future__ import annotations

from fusion.check import About, Source, Towards
from fusion.checks.forge import OverSecurity, Scene
from fusion.checks.points import Judged, Point
from fusion.model import Severity
from fusion.model.posture import SecuritySettings


class DependabotUpdates(OverSecurity):
    """Security updates are on."""

    archived = False
    about = About(
        id="dependabot-updates",
        title="Updates that mend known vulnerabilities are proposed",
        rationale="An update that waits as a pull request is merged sooner than one that somebody has to think of.",
        remediation="Settings > Advanced Security > Dependabot security updates: enable. Through the API: PUT "
        "/repos/{owner}/{repo}/automated-security-fixes.",
        severity=Severity.LOW,
        reads=frozenset({Source.SETTINGS}),
        towards=(
            Towards(
                catalogue="ssdf",
                control="RV.2.2",
                reason="Answers to vulnerabilities of components are prepared by themselves.",
            ),
            Towards(catalogue="soc2", control="CC7.1", reason="Answers to new vulnerabilities are prepared."),
            Towards(catalogue="iso27001", control="A.8.8", reason="Technical vulnerabilities are answered."),
        ),
        permission="administration: read",
    )

    def judge(self, part: SecuritySettings, scene: Scene) -> Judged:
        """One point."""
        return Judged(
            points=[
                Point(
                    key="dependabot-updates",
                    holds=part.dependabot_updates,
                    otherwise="Dependabot security updates are switched off.",
                    unknown="Whether Dependabot security updates are on was not told.",
                )
            ],
            holds="Dependabot security updates are on.",
        )
