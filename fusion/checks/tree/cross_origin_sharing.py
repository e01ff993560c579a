"""Looks for answers that allow any origin, together with credentials or by reflecting it.

Only delivered code is asked: tests, examples, vendored and generated files and what policy ignores are left out. Where no
analyzer that knows this weakness read a file, the check is not assessed.
"""

from __future__ import annotations

from fusion.check import About, Source, Towards
from fusion.checks.sight import WEB
from fusion.checks.weaknesses import WeaknessCheck
from fusion.model import Severity


class CrossOriginSharing(WeaknessCheck):
    """Other origins are allowed by name."""

    about = About(
        id="cross-origin-sharing",
        title="Other origins are allowed by name",
        rationale="Any site can then read what whoever is signed in may read.",
        remediation="Name the origins that are allowed.",
        severity=Severity.MEDIUM,
        reads=frozenset({Source.TREE, Source.EVIDENCE}),
        towards=(
            Towards(catalogue="asvs", control="V3.4.2", reason="Any origin may read answers."),
            Towards(catalogue="iso27001", control="A.8.28", reason="Secure coding is followed."),
            Towards(catalogue="ssdf", control="PW.5.1", reason="Secure coding practices are followed."),
        ),
    )
    flaw = "cross-origin sharing with everybody"
    families = frozenset({"permissive-cors"})
    languages = WEB
    floor = Severity.MEDIUM
