"""Looks for tokens, passwords and the like that come from a generator for simulations.

Only delivered code is asked: tests, examples, vendored and generated files and what policy ignores are left out. Where no
analyzer that knows this weakness read a file, the check is not assessed.
"""

from __future__ import annotations

from fusion.check import About, Source, Towards
from fusion.checks.sight import NATIVE, WEB
from fusion.checks.weaknesses import WeaknessCheck
from fusion.model import Severity


class WeakRandomness(WeaknessCheck):
    """Secrets are made of cryptographic randomness."""

    about = About(
        id="weak-randomness",
        title="Secrets are made of cryptographic randomness",
        rationale="Who sees a few of its numbers can tell the next ones.",
        remediation="Use the operating system's generator (Python: `secrets`, JavaScript: `crypto.getRandomValues`).",
        severity=Severity.LOW,
        reads=frozenset({Source.TREE, Source.EVIDENCE}),
        towards=(
            Towards(catalogue="asvs", control="V11.5.1", reason="Tokens are made of predictable numbers."),
            Towards(catalogue="iso27001", control="A.8.28", reason="Secure coding is followed."),
            Towards(catalogue="ssdf", control="PW.5.1", reason="Secure coding practices are followed."),
            Towards(catalogue="iso27001", control="A.8.24", reason="Cryptography is used as it should be."),
        ),
    )
    flaw = "weak randomness"
    families = frozenset({"weak-random"})
    languages = WEB | NATIVE
    floor = Severity.LOW
