"""Looks for queries, of SQL and of document databases, that are put together from text instead of taking parameters.

Only delivered code is asked: tests, examples, vendored and generated files and what policy ignores are left out. Where no
analyzer that knows this weakness read a file, the check is not assessed.
"""

from __future__ import annotations

from fusion.check import About, Source, Towards
from fusion.checks.sight import NATIVE, WEB
from fusion.checks.weaknesses import WeaknessCheck
from fusion.model import Severity


class SqlInjection(WeaknessCheck):
    """Database queries are not built from outside data."""

    about = About(
        id="sql-injection",
        title="Database queries are not built from outside data",
        rationale="Whoever can write a part of a query can read and change everything that it reaches.",
        remediation="Use parameters of the driver or the query builder; never put values into the text.",
        severity=Severity.HIGH,
        reads=frozenset({Source.TREE, Source.EVIDENCE}),
        towards=(
            Towards(catalogue="asvs", control="V1.2.4", reason="Queries are built from parts instead of taking parameters."),
            Towards(catalogue="iso27001", control="A.8.28", reason="Secure coding is followed."),
            Towards(catalogue="ssdf", control="PW.5.1", reason="Secure coding practices are followed."),
            Towards(catalogue="iso27001", control="A.8.26", reason="Demands on the security of applications are kept."),
        ),
    )
    flaw = "SQL injection"
    families = frozenset({"sql-injection", "nosql-injection"})
    languages = WEB | NATIVE
