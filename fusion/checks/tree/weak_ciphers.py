"""Looks for DES, RC4, Blowfish and for modes that show patterns (ECB).

Only delivered code is asked: tests, examples, vendored and generated files and what policy ignores are left out. Where no
analyzer that knows this weakness read a file, the check is not assessed.
"""

from __future__ import annotations

from fusion.check import About, Source, Towards
from fusion.checks.sight import NATIVE, WEB
from fusion.checks.weaknesses import WeaknessCheck
from fusion.model import Severity


class WeakCiphers(WeaknessCheck):
    """Ciphers and their modes are not weak ones."""

    about = About(
        id="weak-ciphers",
        title="Ciphers and their modes are not weak ones",
        rationale="What they encrypt can be read.",
        remediation="Use AES-GCM or ChaCha20-Poly1305 through a library's highest interface.",
        severity=Severity.HIGH,
        reads=frozenset({Source.TREE, Source.EVIDENCE}),
        towards=(
            Towards(catalogue="asvs", control="V11.3.2", reason="Weak ciphers are used."),
            Towards(catalogue="iso27001", control="A.8.28", reason="Secure coding is followed."),
            Towards(catalogue="ssdf", control="PW.5.1", reason="Secure coding practices are followed."),
            Towards(catalogue="iso27001", control="A.8.24", reason="Cryptography is used as it should be."),
        ),
    )
    flaw = "weak cipher"
    families = frozenset({"weak-cipher"})
    languages = WEB | NATIVE
