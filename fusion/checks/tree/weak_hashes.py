"""Looks for MD5, SHA-1 and their like where they protect something.

A checksum that protects nothing can say so (Python: `usedforsecurity=False`). Only delivered code is asked: tests, examples,
vendored and generated files and what policy ignores are left out. Where no analyzer that knows this weakness read a file, the
check is not assessed.
"""

from __future__ import annotations

from fusion.check import About, Source, Towards
from fusion.checks.sight import NATIVE, WEB
from fusion.checks.weaknesses import WeaknessCheck
from fusion.model import Severity


class WeakHashes(WeaknessCheck):
    """Hash functions are not broken ones."""

    about = About(
        id="weak-hashes",
        title="Hash functions are not broken ones",
        rationale="Two inputs with one MD5 or SHA-1 can be made to order.",
        remediation="Use SHA-256 or better; for passwords Argon2, scrypt or bcrypt.",
        severity=Severity.MEDIUM,
        reads=frozenset({Source.TREE, Source.EVIDENCE}),
        towards=(
            Towards(catalogue="asvs", control="V11.4.1", reason="Broken hash functions are used."),
            Towards(catalogue="iso27001", control="A.8.28", reason="Secure coding is followed."),
            Towards(catalogue="ssdf", control="PW.5.1", reason="Secure coding practices are followed."),
            Towards(catalogue="iso27001", control="A.8.24", reason="Cryptography is used as it should be."),
        ),
    )
    flaw = "broken hash function"
    families = frozenset({"weak-hash"})
    languages = WEB | NATIVE
    floor = Severity.MEDIUM
