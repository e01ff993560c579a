"""Looks for templates whose own text, not the values in it, comes from outside.

Only delivered code is asked: tests, examples, vendored and generated files and what policy ignores are left out. Where no
analyzer that knows this weakness read a file, the check is not assessed.
"""

from __future__ import annotations

from fusion.check import About, Source, Towards
from fusion.checks.sight import WEB
from fusion.checks.weaknesses import WeaknessCheck
from fusion.model import Severity


class TemplateInjection(WeaknessCheck):
    """Templates are not built from outside data."""

    about = About(
        id="template-injection",
        title="Templates are not built from outside data",
        rationale="Template languages can call functions: whoever writes the template runs code.",
        remediation="Keep templates in files, and hand values to them as variables.",
        severity=Severity.HIGH,
        reads=frozenset({Source.TREE, Source.EVIDENCE}),
        towards=(
            Towards(catalogue="asvs", control="V1.3.7", reason="Templates are made of untrusted input."),
            Towards(catalogue="iso27001", control="A.8.28", reason="Secure coding is followed."),
            Towards(catalogue="ssdf", control="PW.5.1", reason="Secure coding practices are followed."),
            Towards(catalogue="iso27001", control="A.8.26", reason="Demands on the security of applications are kept."),
        ),
    )
    flaw = "template injection"
    families = frozenset({"template-injection"})
    languages = WEB
