"""Looks for paths that are put together from outside data and opened.

Only delivered code is asked: tests, examples, vendored and generated files and what policy ignores are left out. Where no
analyzer that knows this weakness read a file, the check is not assessed.
"""

from __future__ import annotations

from fusion.check import About, Source, Towards
from fusion.checks.sight import NATIVE, WEB
from fusion.checks.weaknesses import WeaknessCheck
from fusion.model import Severity


class PathTraversal(WeaknessCheck):
    """File paths are not built from outside data."""

    about = About(
        id="path-traversal",
        title="File paths are not built from outside data",
        rationale="`../` leads to files that nobody meant to give away, or lets them be overwritten.",
        remediation="Resolve the path, and check that it lies below the folder that is meant; or take its last part only.",
        severity=Severity.HIGH,
        reads=frozenset({Source.TREE, Source.EVIDENCE}),
        towards=(
            Towards(catalogue="asvs", control="V5.3.2", reason="Paths are made of untrusted input."),
            Towards(catalogue="iso27001", control="A.8.28", reason="Secure coding is followed."),
            Towards(catalogue="ssdf", control="PW.5.1", reason="Secure coding practices are followed."),
        ),
    )
    flaw = "path traversal"
    families = frozenset({"path-traversal"})
    languages = WEB | NATIVE
