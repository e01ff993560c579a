"""Looks for TLS connections that accept any certificate and for SSH connections that accept any key.

Only delivered code is asked: tests, examples, vendored and generated files and what policy ignores are left out. Where no
analyzer that knows this weakness read a file, the check is not assessed.
"""

from __future__ import annotations

from fusion.check import About, Source, Towards
from fusion.checks.sight import SHELL, WEB
from fusion.checks.weaknesses import WeaknessCheck
from fusion.model import Severity


class CertificateChecks(WeaknessCheck):
    """Certificates and host keys are checked."""

    about = About(
        id="certificate-checks",
        title="Certificates and host keys are checked",
        rationale="Whoever sits in between reads and changes what is sent.",
        remediation="Leave verification on; add a private authority to the trust store.",
        severity=Severity.HIGH,
        reads=frozenset({Source.TREE, Source.EVIDENCE}),
        towards=(
            Towards(catalogue="asvs", control="V12.3.2", reason="Certificates are not verified."),
            Towards(catalogue="iso27001", control="A.8.28", reason="Secure coding is followed."),
            Towards(catalogue="ssdf", control="PW.5.1", reason="Secure coding practices are followed."),
            Towards(catalogue="iso27001", control="A.8.24", reason="Cryptography is used as it should be."),
            Towards(
                catalogue="soc2", control="CC6.7", reason="What is sent is protected only from those who do not interfere."
            ),
        ),
    )
    flaw = "certificate check that is switched off"
    families = frozenset({"certificate-check-off", "host-key-check-off"})
    languages = WEB | SHELL
