"""Looks for nonces and initialisation vectors that are constant.

Only delivered code is asked: tests, examples, vendored and generated files and what policy ignores are left out. Where no
analyzer that knows this weakness read a file, the check is not assessed.
"""

from __future__ import annotations

from fusion.check import About, Source, Towards
from fusion.checks.sight import NATIVE, WEB
from fusion.checks.weaknesses import WeaknessCheck
from fusion.model import Severity


class StaticNonces(WeaknessCheck):
    """Nonces are not constant."""

    about = About(
        id="static-nonces",
        title="Nonces are not constant",
        rationale="With one nonce used twice, most ciphers give away what they encrypt.",
        remediation="Draw a new one for each message, or use a mode that makes it itself.",
        severity=Severity.MEDIUM,
        reads=frozenset({Source.TREE, Source.EVIDENCE}),
        towards=(
            Towards(catalogue="asvs", control="V11.3.4", reason="Nonces or initialisation vectors are used again."),
            Towards(catalogue="iso27001", control="A.8.28", reason="Secure coding is followed."),
            Towards(catalogue="ssdf", control="PW.5.1", reason="Secure coding practices are followed."),
            Towards(catalogue="iso27001", control="A.8.24", reason="Cryptography is used as it should be."),
        ),
    )
    flaw = "constant nonce"
    families = frozenset({"static-nonce"})
    languages = WEB | NATIVE
    floor = Severity.MEDIUM
