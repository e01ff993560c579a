"""Looks for archives that are unpacked without a check of the paths in them.

Only delivered code is asked: tests, examples, vendored and generated files and what policy ignores are left out. Where no
analyzer that knows this weakness read a file, the check is not assessed.
"""

from __future__ import annotations

from fusion.check import About, Source, Towards
from fusion.checks.sight import WEB
from fusion.checks.weaknesses import WeaknessCheck
from fusion.model import Severity


class ArchiveTraversal(WeaknessCheck):
    """Archives are unpacked below their folder."""

    about = About(
        id="archive-traversal",
        title="Archives are unpacked below their folder",
        rationale="An archive can name files outside of the folder that it is unpacked into.",
        remediation='Use the library\'s filter (Python: `filter="data"`), or check each path before it is written.',
        severity=Severity.MEDIUM,
        reads=frozenset({Source.TREE, Source.EVIDENCE}),
        towards=(
            Towards(catalogue="asvs", control="V5.3.3", reason="Paths inside of archives are trusted."),
            Towards(catalogue="iso27001", control="A.8.28", reason="Secure coding is followed."),
            Towards(catalogue="ssdf", control="PW.5.1", reason="Secure coding practices are followed."),
        ),
    )
    flaw = "unpacking of archives without a check"
    families = frozenset({"archive-traversal"})
    languages = WEB
    floor = Severity.MEDIUM
