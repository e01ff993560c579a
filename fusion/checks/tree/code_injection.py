"""Looks for `eval` and its kin over text that is not constant, in languages that have them, and for expression languages.

Only delivered code is asked: tests, examples, vendored and generated files and what policy ignores are left out. Where no
analyzer that knows this weakness read a file, the check is not assessed.
"""

from __future__ import annotations

from fusion.check import About, Source, Towards
from fusion.checks.weaknesses import WeaknessCheck
from fusion.model import Severity


class CodeInjection(WeaknessCheck):
    """Data is not executed as code."""

    about = About(
        id="code-injection",
        title="Data is not executed as code",
        rationale="What is executed as code does whatever it says.",
        remediation="Parse the data (JSON, a literal), or look the operation up in a table.",
        severity=Severity.HIGH,
        reads=frozenset({Source.TREE, Source.EVIDENCE}),
        towards=(
            Towards(catalogue="asvs", control="V1.3.2", reason="Data is handed to an interpreter of code."),
            Towards(catalogue="iso27001", control="A.8.28", reason="Secure coding is followed."),
            Towards(catalogue="ssdf", control="PW.5.1", reason="Secure coding practices are followed."),
            Towards(catalogue="iso27001", control="A.8.26", reason="Demands on the security of applications are kept."),
        ),
    )
    flaw = "code injection"
    families = frozenset({"code-injection"})
    languages = frozenset(
        {
            "c#",
            "groovy",
            "java",
            "javascript",
            "kotlin",
            "lua",
            "perl",
            "php",
            "python",
            "ruby",
            "shell",
            "powershell",
            "typescript",
        }
    )
