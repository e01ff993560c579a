"""Looks for XPath queries that are put together from outside data.

Only delivered code is asked: tests, examples, vendored and generated files and what policy ignores are left out. Where no
analyzer that knows this weakness read a file, the check is not assessed.
"""

from __future__ import annotations

from fusion.check import About, Source, Towards
from fusion.checks.sight import WEB
from fusion.checks.weaknesses import WeaknessCheck
from fusion.model import Severity


class XpathInjection(WeaknessCheck):
    """XPath queries are not built from outside data."""

    about = About(
        id="xpath-injection",
        title="XPath queries are not built from outside data",
        rationale="A quote in a value makes another query.",
        remediation="Use variables of the query, or check values against what is allowed.",
        severity=Severity.HIGH,
        reads=frozenset({Source.TREE, Source.EVIDENCE}),
        towards=(
            Towards(catalogue="asvs", control="V1.2.7", reason="XPath queries are built from parts."),
            Towards(catalogue="iso27001", control="A.8.28", reason="Secure coding is followed."),
            Towards(catalogue="ssdf", control="PW.5.1", reason="Secure coding practices are followed."),
        ),
    )
    flaw = "XPath injection"
    families = frozenset({"xpath-injection"})
    languages = WEB
