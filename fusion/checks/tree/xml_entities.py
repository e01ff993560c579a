"""Looks for XML parsers that resolve entities or fetch document types.

Only delivered code is asked: tests, examples, vendored and generated files and what policy ignores are left out. Where no
analyzer that knows this weakness read a file, the check is not assessed.
"""

from __future__ import annotations

from fusion.check import About, Source, Towards
from fusion.checks.weaknesses import WeaknessCheck
from fusion.model import Severity


class XmlEntities(WeaknessCheck):
    """XML is read without external entities."""

    about = About(
        id="xml-entities",
        title="XML is read without external entities",
        rationale="A document can then read files of the server, or ask other machines.",
        remediation="Switch entities and document types off (Python: `defusedxml`).",
        severity=Severity.MEDIUM,
        reads=frozenset({Source.TREE, Source.EVIDENCE}),
        towards=(
            Towards(catalogue="asvs", control="V1.5.1", reason="XML parsers resolve external entities."),
            Towards(catalogue="iso27001", control="A.8.28", reason="Secure coding is followed."),
            Towards(catalogue="ssdf", control="PW.5.1", reason="Secure coding practices are followed."),
        ),
    )
    flaw = "XML external entities"
    families = frozenset({"xml-external-entities"})
    languages = frozenset({"c#", "java", "javascript", "kotlin", "php", "python", "ruby", "scala", "typescript"})
    floor = Severity.MEDIUM
