"""Looks for tokens (JWT) that are decoded without verification, or with the algorithm `none`.

Only delivered code is asked: tests, examples, vendored and generated files and what policy ignores are left out. Where no
analyzer that knows this weakness read a file, the check is not assessed.
"""

from __future__ import annotations

from fusion.check import About, Source, Towards
from fusion.checks.sight import WEB
from fusion.checks.weaknesses import WeaknessCheck
from fusion.model import Severity


class TokenChecks(WeaknessCheck):
    """Signatures of tokens are verified."""

    about = About(
        id="token-checks",
        title="Signatures of tokens are verified",
        rationale="Anybody can write a token that nobody verifies.",
        remediation="Verify with a key and a list of algorithms of one's own.",
        severity=Severity.HIGH,
        reads=frozenset({Source.TREE, Source.EVIDENCE}),
        towards=(
            Towards(catalogue="asvs", control="V9.1.1", reason="Tokens are accepted without a check of their signature."),
            Towards(catalogue="iso27001", control="A.8.28", reason="Secure coding is followed."),
            Towards(catalogue="ssdf", control="PW.5.1", reason="Secure coding practices are followed."),
            Towards(catalogue="iso27001", control="A.8.24", reason="Cryptography is used as it should be."),
        ),
    )
    flaw = "token whose signature is not verified"
    families = frozenset({"token-check-off"})
    languages = WEB
