"""Looks for format strings in C and C++ that are not constant.

Only delivered code is asked: tests, examples, vendored and generated files and what policy ignores are left out. Where no
analyzer that knows this weakness read a file, the check is not assessed.
"""

from __future__ import annotations

from fusion.check import About, Source, Towards
from fusion.checks.sight import NATIVE
from fusion.checks.weaknesses import WeaknessCheck
from fusion.model import Severity


class FormatStrings(WeaknessCheck):
    """Format strings are constant."""

    about = About(
        id="format-strings",
        title="Format strings are constant",
        rationale="`%n` writes into memory, `%s` reads from it.",
        remediation="Hand outside text over as an argument of a constant format.",
        severity=Severity.MEDIUM,
        reads=frozenset({Source.TREE, Source.EVIDENCE}),
        towards=(
            Towards(catalogue="asvs", control="V1.3.10", reason="Format strings come from untrusted input."),
            Towards(catalogue="iso27001", control="A.8.28", reason="Secure coding is followed."),
            Towards(catalogue="ssdf", control="PW.5.1", reason="Secure coding practices are followed."),
        ),
    )
    flaw = "format string from outside"
    families = frozenset({"format-string"})
    languages = NATIVE
    floor = Severity.MEDIUM
