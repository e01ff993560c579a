"""Looks for commands that a shell reads and that are put together from text.

Only delivered code is asked: tests, examples, vendored and generated files and what policy ignores are left out. Where no
analyzer that knows this weakness read a file, the check is not assessed.
"""

from __future__ import annotations

from fusion.check import About, Source, Towards
from fusion.checks.sight import NATIVE, SHELL, WEB
from fusion.checks.weaknesses import WeaknessCheck
from fusion.model import Severity


class CommandInjection(WeaknessCheck):
    """Operating-system commands are not built from outside data."""

    about = About(
        id="command-injection",
        title="Operating-system commands are not built from outside data",
        rationale="A semicolon in such a text runs whatever follows it.",
        remediation="Start programs with a list of arguments and without a shell; check arguments against what is allowed.",
        severity=Severity.HIGH,
        reads=frozenset({Source.TREE, Source.EVIDENCE}),
        towards=(
            Towards(catalogue="asvs", control="V1.2.5", reason="Commands are built from parts that a shell reads."),
            Towards(catalogue="iso27001", control="A.8.28", reason="Secure coding is followed."),
            Towards(catalogue="ssdf", control="PW.5.1", reason="Secure coding practices are followed."),
            Towards(catalogue="iso27001", control="A.8.26", reason="Demands on the security of applications are kept."),
        ),
    )
    flaw = "command injection"
    families = frozenset({"command-injection"})
    languages = WEB | NATIVE | SHELL
