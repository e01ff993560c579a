"""Asks whether pushes that hold a secret are refused.

Nothing is pushed into an archived repository.
"""

from __future__ import annotations

from fusion.check import About, Source, Towards
from fusion.checks.forge import OverSecurity, Scene
from fusion.checks.points import Judged, Point
from fusion.model import Severity
from fusion.model.posture import SecuritySettings


class PushProtection(OverSecurity):
    """Push protection is on."""

    archived = False
    about = About(
        id="push-protection",
        title="Pushes that hold a secret are refused",
        rationale="A secret that never arrived need not be replaced.",
        remediation="Settings > Advanced Security > Secret Protection > Push protection: enable. Through the API: PATCH "
        "/repos/{owner}/{repo} with security_and_analysis.secret_scanning_push_protection.status: enabled.",
        severity=Severity.MEDIUM,
        reads=frozenset({Source.SETTINGS}),
        towards=(
            Towards(catalogue="osps", control="OSPS-BR-07.01", reason="Storing secrets is prevented."),
            Towards(catalogue="cis-github", control="1.5.1", reason="Secrets are kept out, not only found."),
            Towards(catalogue="soc2", control="CC6.1", reason="Credentials are kept out of the code."),
            Towards(catalogue="iso27001", control="A.5.17", reason="Credentials are kept out of the code."),
            Towards(catalogue="iso27001", control="A.8.12", reason="Leaking of credentials is prevented."),
        ),
        permission="administration: read",
    )

    def judge(self, part: SecuritySettings, scene: Scene) -> Judged:
        """One point."""
        return Judged(
            points=[
                Point(
                    key="push-protection",
                    holds=part.push_protection,
                    otherwise="Push protection is switched off: a push that holds a secret is taken.",
                    unknown="Whether push protection is on was not told.",
                )
            ],
            holds="Push protection is on.",
        )
