"""Asks whether alerts that GitHub raised are open.

Alerts of secret scanning, code scanning and Dependabot are counted. A kind that is switched off raises none: that it is off
is another check's deviation, and here it is left out. A kind that is on and could not be counted leaves the check
unassessed: nothing seen is not the same as nothing there.
"""

from __future__ import annotations

from fusion.check import About, Source, Towards
from fusion.checks.forge import OverSecurity, Scene
from fusion.checks.points import Judged, Moot, Point
from fusion.model import Severity
from fusion.model.posture import SecuritySettings

KINDS = (
    ("secret-scanning", "secret_scanning", "secret_scanning_alerts: read", Severity.CRITICAL),
    ("code-scanning", "code_scanning", "security_events: read", Severity.HIGH),
    ("dependabot", "dependabot_alerts", "vulnerability_alerts: read", Severity.HIGH),
)
"""Kind of alert, the setting that raises it, the permission that shows it, and how bad an open one is."""

COUNTED = 300
"""From so many on, more may be open than were counted."""


class OpenAlerts(OverSecurity):
    """Counts of open alerts."""

    about = About(
        id="open-alerts",
        title="No alert of GitHub's scanners is open",
        rationale="An alert that nobody answers is a weakness that somebody knows.",
        remediation="Security > the kind of alert: mend what it is about (replace a leaked secret, update a dependency, "
        "change the code), or dismiss it with a reason.",
        severity=Severity.HIGH,
        reads=frozenset({Source.SETTINGS}),
        towards=(
            Towards(catalogue="ssdf", control="RV.2.2", reason="Vulnerabilities that are known are answered."),
            Towards(catalogue="soc2", control="CC7.1", reason="Weaknesses that were found are open."),
            Towards(catalogue="iso27001", control="A.8.8", reason="Technical vulnerabilities are open."),
        ),
        permission="security_events: read, secret_scanning_alerts: read, vulnerability_alerts: read",
    )

    def judge(self, part: SecuritySettings, scene: Scene) -> Judged | Moot:
        """One point for each kind that is not switched off."""
        points = []
        for kind, setting, permission, severity in KINDS:
            count = part.open_alerts.get(kind)
            if not count and getattr(part, setting) is False:
                continue
            points.append(
                Point(
                    key=kind,
                    holds=None if count is None or count < 0 else count == 0,
                    otherwise=f"{_many(count or 0)} {kind} {'alert is' if count == 1 else 'alerts are'} open.",
                    unknown=f"How many {kind} alerts are open was not told.",
                    permission=permission,
                    severity=severity,
                )
            )
        if not points:
            return Moot(why="Every kind of alert is switched off.")
        return Judged(points=points, holds=f"No alert is open: {', '.join(one.key for one in points)}.")


def _many(count: int) -> str:
    return f"{count} or more" if count >= COUNTED else str(count)
