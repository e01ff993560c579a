"""Looks for SSL and for TLS 1.0 and 1.1.

Only delivered code is asked: tests, examples, vendored and generated files and what policy ignores are left out. Where no
analyzer that knows this weakness read a file, the check is not assessed.
"""

from __future__ import annotations

from fusion.check import About, Source, Towards
from fusion.checks.sight import NATIVE, WEB
from fusion.checks.weaknesses import WeaknessCheck
from fusion.model import Severity


class WeakTls(WeaknessCheck):
    """TLS is not older than 1.2."""

    about = About(
        id="weak-tls",
        title="TLS is not older than 1.2",
        rationale="The old versions have known flaws.",
        remediation="Leave the library's default, or demand TLS 1.2 as the least.",
        severity=Severity.MEDIUM,
        reads=frozenset({Source.TREE, Source.EVIDENCE}),
        towards=(
            Towards(catalogue="asvs", control="V12.1.1", reason="Old versions of TLS are allowed."),
            Towards(catalogue="iso27001", control="A.8.28", reason="Secure coding is followed."),
            Towards(catalogue="ssdf", control="PW.5.1", reason="Secure coding practices are followed."),
            Towards(catalogue="iso27001", control="A.8.24", reason="Cryptography is used as it should be."),
            Towards(catalogue="soc2", control="CC6.7", reason="What is sent is protected by a broken protocol."),
        ),
    )
    flaw = "TLS version that is too old"
    families = frozenset({"weak-tls"})
    languages = WEB | NATIVE
    floor = Severity.MEDIUM
