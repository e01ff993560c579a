"""Asks whether GitHub looks for secrets in the repository.

It is free for public repositories and belongs to GitHub Secret Protection for the others. Fusion's own look at the files is
a check of its own.
"""

from __future__ import annotations

from fusion.check import About, Source, Towards
from fusion.checks.forge import OverSecurity, Scene
from fusion.checks.points import Judged, Point
from fusion.model import Severity
from fusion.model.posture import SecuritySettings


class SecretScanning(OverSecurity):
    """Secret scanning is on."""

    about = About(
        id="secret-scanning",
        title="GitHub looks for secrets in the repository",
        rationale="A secret in the code is in every copy of it; the sooner it is found, the less it opened.",
        remediation="Settings > Advanced Security > Secret Protection: enable. Through the API: PATCH "
        "/repos/{owner}/{repo} with security_and_analysis.secret_scanning.status: enabled.",
        severity=Severity.HIGH,
        reads=frozenset({Source.SETTINGS}),
        towards=(
            Towards(catalogue="osps", control="OSPS-BR-07.01", reason="Stored secrets are found."),
            Towards(catalogue="cis-github", control="1.5.1", reason="A scanner for secrets is switched on."),
            Towards(catalogue="ssdf", control="PO.3.2", reason="Recommended security feature of the tool chain."),
            Towards(catalogue="asvs", control="V13.3.1", reason="Secrets in the source are found."),
            Towards(catalogue="soc2", control="CC6.1", reason="Credentials in the code are found."),
            Towards(catalogue="iso27001", control="A.5.17", reason="Credentials are kept out of the code."),
            Towards(catalogue="iso27001", control="A.8.12", reason="Leaking of credentials is looked for."),
        ),
        permission="administration: read",
    )

    def judge(self, part: SecuritySettings, scene: Scene) -> Judged:
        """One point."""
        return Judged(
            points=[
                Point(
                    key="secret-scanning",
                    holds=part.secret_scanning,
                    otherwise="Secret scanning is switched off.",
                    unknown="Whether secret scanning is on was not told.",
                )
            ],
            holds="Secret scanning is on.",
        )
