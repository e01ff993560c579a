"""Looks for secrets that are logged or delivered to browsers.

Only delivered code is asked: tests, examples, vendored and generated files and what policy ignores are left out. Where no
analyzer that knows this weakness read a file, the check is not assessed.
"""

from __future__ import annotations

from fusion.check import About, Source, Towards
from fusion.checks.sight import WEB
from fusion.checks.weaknesses import WeaknessCheck
from fusion.model import Severity


class SecretsInLogs(WeaknessCheck):
    """Secrets are not written to logs."""

    about = About(
        id="secrets-in-logs",
        title="Secrets are not written to logs",
        rationale="Logs are read by more people and kept for longer than secrets should be.",
        remediation="Leave secrets out of messages; mask them in the logger.",
        severity=Severity.MEDIUM,
        reads=frozenset({Source.TREE, Source.EVIDENCE}),
        towards=(
            Towards(catalogue="asvs", control="V16.2.5", reason="Secrets reach logs, or what is delivered to browsers."),
            Towards(catalogue="iso27001", control="A.8.28", reason="Secure coding is followed."),
            Towards(catalogue="ssdf", control="PW.5.1", reason="Secure coding practices are followed."),
        ),
    )
    flaw = "secret in a log"
    families = frozenset({"secret-exposure"})
    languages = WEB
    floor = Severity.MEDIUM
