"""Looks for regular expressions whose text comes from outside.

Only delivered code is asked: tests, examples, vendored and generated files and what policy ignores are left out. Where no
analyzer that knows this weakness read a file, the check is not assessed.
"""

from __future__ import annotations

from fusion.check import About, Source, Towards
from fusion.checks.sight import WEB
from fusion.checks.weaknesses import WeaknessCheck
from fusion.model import Severity


class RunawayExpressions(WeaknessCheck):
    """Regular expressions do not come from outside."""

    about = About(
        id="runaway-expressions",
        title="Regular expressions do not come from outside",
        rationale="One such expression keeps the program busy for hours.",
        remediation="Escape the text, or use an engine that runs in linear time.",
        severity=Severity.MEDIUM,
        reads=frozenset({Source.TREE, Source.EVIDENCE}),
        towards=(
            Towards(catalogue="asvs", control="V1.3.12", reason="Regular expressions can be made to run for very long."),
            Towards(catalogue="iso27001", control="A.8.28", reason="Secure coding is followed."),
            Towards(catalogue="ssdf", control="PW.5.1", reason="Secure coding practices are followed."),
        ),
    )
    flaw = "regular expression from outside"
    families = frozenset({"regex-injection"})
    languages = WEB
    floor = Severity.MEDIUM
