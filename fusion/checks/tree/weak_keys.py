"""Looks for keys that are made too short (RSA below 2048 bits, curves below 224).

Only delivered code is asked: tests, examples, vendored and generated files and what policy ignores are left out. Where no
analyzer that knows this weakness read a file, the check is not assessed.
"""

from __future__ import annotations

from fusion.check import About, Source, Towards
from fusion.checks.sight import NATIVE, WEB
from fusion.checks.weaknesses import WeaknessCheck
from fusion.model import Severity


class WeakKeys(WeaknessCheck):
    """Keys are long enough."""

    about = About(
        id="weak-keys",
        title="Keys are long enough",
        rationale="Short keys can be computed.",
        remediation="Make RSA keys of 3072 bits or more, or use P-256 or Ed25519.",
        severity=Severity.MEDIUM,
        reads=frozenset({Source.TREE, Source.EVIDENCE}),
        towards=(
            Towards(catalogue="asvs", control="V11.2.3", reason="Keys are too short."),
            Towards(catalogue="iso27001", control="A.8.28", reason="Secure coding is followed."),
            Towards(catalogue="ssdf", control="PW.5.1", reason="Secure coding practices are followed."),
            Towards(catalogue="iso27001", control="A.8.24", reason="Cryptography is used as it should be."),
        ),
    )
    flaw = "key that is too short"
    families = frozenset({"weak-key"})
    languages = WEB | NATIVE
    floor = Severity.MEDIUM
