"""Looks for assignments in JavaScript and TypeScript whose keys come from outside.

Only delivered code is asked: tests, examples, vendored and generated files and what policy ignores are left out. Where no
analyzer that knows this weakness read a file, the check is not assessed.
"""

from __future__ import annotations

from fusion.check import About, Source, Towards
from fusion.checks.weaknesses import WeaknessCheck
from fusion.model import Severity


class PrototypePollution(WeaknessCheck):
    """Objects' prototypes cannot be changed from outside."""

    about = About(
        id="prototype-pollution",
        title="Objects' prototypes cannot be changed from outside",
        rationale="A changed prototype changes every object of the program.",
        remediation="Use `Map`, objects without prototype, or check keys against a list.",
        severity=Severity.MEDIUM,
        reads=frozenset({Source.TREE, Source.EVIDENCE}),
        towards=(
            Towards(catalogue="asvs", control="V15.3.6", reason="Keys from outside reach prototypes."),
            Towards(catalogue="iso27001", control="A.8.28", reason="Secure coding is followed."),
            Towards(catalogue="ssdf", control="PW.5.1", reason="Secure coding practices are followed."),
        ),
    )
    flaw = "prototype pollution"
    families = frozenset({"prototype-pollution"})
    languages = frozenset({"javascript", "typescript"})
    floor = Severity.MEDIUM
