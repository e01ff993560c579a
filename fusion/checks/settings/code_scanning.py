"""Asks whether GitHub knows results of code scanning.

Its default set-up counts, and so do analyses that any tool uploaded. A scanner whose results GitHub never sees does not
count here: the check for static analysis in workflows looks for it.
"""

from __future__ import annotations

from fusion.check import About, Source, Towards
from fusion.checks.forge import OverSecurity, Scene
from fusion.checks.points import Judged, Point
from fusion.model import Severity
from fusion.model.posture import SecuritySettings


class CodeScanning(OverSecurity):
    """Code scanning is set up."""

    archived = False
    empty = False
    about = About(
        id="code-scanning",
        title="Code is scanned for weaknesses, and the results are kept",
        rationale="A scanner that runs by itself finds what nobody thought of looking for.",
        remediation="Settings > Advanced Security > Code scanning > Set up > Default; or upload another tool's SARIF with "
        "github/codeql-action/upload-sarif, as Fusion's action can.",
        severity=Severity.MEDIUM,
        reads=frozenset({Source.SETTINGS}),
        towards=(
            Towards(catalogue="cis-github", control="1.5.4", reason="A scanner for weaknesses in code is set up."),
            Towards(catalogue="ssdf", control="PO.3.2", reason="Recommended security feature of the tool chain."),
            Towards(catalogue="soc2", control="CC7.1", reason="New weaknesses are looked for."),
        ),
        permission="administration: read, security_events: read",
    )

    def judge(self, part: SecuritySettings, scene: Scene) -> Judged:
        """One point."""
        return Judged(
            points=[
                Point(
                    key="code-scanning",
                    holds=part.code_scanning,
                    otherwise="Code scanning is not set up, and no analysis was ever uploaded.",
                    unknown="Whether code scanning is set up was not told.",
                )
            ],
            holds="Code scanning is set up.",
        )
