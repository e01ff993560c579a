"""Looks for places where a framework's protection against cross-site request forgery is switched off.

Only delivered code is asked: tests, examples, vendored and generated files and what policy ignores are left out. Where no
analyzer that knows this weakness read a file, the check is not assessed.
"""

from __future__ import annotations

from fusion.check import About, Source, Towards
from fusion.checks.sight import WEB
from fusion.checks.weaknesses import WeaknessCheck
from fusion.model import Severity


class RequestAuthenticity(WeaknessCheck):
    """Protection against forged requests of browsers is on."""

    about = About(
        id="request-authenticity",
        title="Protection against forged requests of browsers is on",
        rationale="Another site can act for whoever is signed in.",
        remediation="Leave the protection on; for interfaces without cookies use tokens in headers.",
        severity=Severity.MEDIUM,
        reads=frozenset({Source.TREE, Source.EVIDENCE}),
        towards=(
            Towards(catalogue="asvs", control="V3.5.1", reason="Protection against forged requests is switched off."),
            Towards(catalogue="iso27001", control="A.8.28", reason="Secure coding is followed."),
            Towards(catalogue="ssdf", control="PW.5.1", reason="Secure coding practices are followed."),
        ),
    )
    flaw = "protection against cross-site request forgery that is switched off"
    families = frozenset({"cross-site-request-forgery"})
    languages = WEB
    floor = Severity.MEDIUM
