"""Looks for frameworks that are started in debug mode.

Only delivered code is asked: tests, examples, vendored and generated files and what policy ignores are left out. Where no
analyzer that knows this weakness read a file, the check is not assessed.
"""

from __future__ import annotations

from fusion.check import About, Source, Towards
from fusion.checks.sight import WEB
from fusion.checks.weaknesses import WeaknessCheck
from fusion.model import Severity


class DebugModes(WeaknessCheck):
    """Debug modes are off."""

    about = About(
        id="debug-modes",
        title="Debug modes are off",
        rationale="Debug pages show the program's insides, and some run code.",
        remediation="Take the mode from the environment, off by default.",
        severity=Severity.MEDIUM,
        reads=frozenset({Source.TREE, Source.EVIDENCE}),
        towards=(
            Towards(catalogue="asvs", control="V13.4.2", reason="Debug modes are on in production code."),
            Towards(catalogue="iso27001", control="A.8.28", reason="Secure coding is followed."),
            Towards(catalogue="ssdf", control="PW.5.1", reason="Secure coding practices are followed."),
        ),
    )
    flaw = "debug mode that is on"
    families = frozenset({"debug-mode"})
    languages = WEB
    floor = Severity.MEDIUM
