"""Looks for pickles, unsafe YAML loaders, Java and .NET object streams, PHP's `unserialize` and Ruby's `Marshal`.

Only delivered code is asked: tests, examples, vendored and generated files and what policy ignores are left out. Where no
analyzer that knows this weakness read a file, the check is not assessed.
"""

from __future__ import annotations

from fusion.check import About, Source, Towards
from fusion.checks.weaknesses import WeaknessCheck
from fusion.model import Severity


class UnsafeDeserialisation(WeaknessCheck):
    """Data from outside is not deserialised by formats that run code."""

    about = About(
        id="unsafe-deserialisation",
        title="Data from outside is not deserialised by formats that run code",
        rationale="Such formats run code of the sender's choice while they are read.",
        remediation="Use JSON or a safe loader, or verify a signature first.",
        severity=Severity.HIGH,
        reads=frozenset({Source.TREE, Source.EVIDENCE}),
        towards=(
            Towards(catalogue="asvs", control="V1.5.2", reason="Untrusted data is deserialised by a format that runs code."),
            Towards(catalogue="iso27001", control="A.8.28", reason="Secure coding is followed."),
            Towards(catalogue="ssdf", control="PW.5.1", reason="Secure coding practices are followed."),
        ),
    )
    flaw = "unsafe deserialisation"
    families = frozenset({"unsafe-deserialisation"})
    languages = frozenset({"c#", "java", "javascript", "kotlin", "php", "python", "ruby", "scala", "typescript"})
