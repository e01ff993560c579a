"""Looks for cookies whose flag Secure is missing, or whose flags are switched off.

Only delivered code is asked: tests, examples, vendored and generated files and what policy ignores are left out. Where no
analyzer that knows this weakness read a file, the check is not assessed.
"""

from __future__ import annotations

from fusion.check import About, Source, Towards
from fusion.checks.sight import WEB
from fusion.checks.weaknesses import WeaknessCheck
from fusion.model import Severity


class CookieFlags(WeaknessCheck):
    """Cookies are sent only over TLS."""

    about = About(
        id="cookie-flags",
        title="Cookies are sent only over TLS",
        rationale="A cookie is as good as a password, and without the flag it goes over the wire in the clear.",
        remediation="Set Secure, HttpOnly and SameSite.",
        severity=Severity.LOW,
        reads=frozenset({Source.TREE, Source.EVIDENCE}),
        towards=(
            Towards(
                catalogue="asvs", control="V3.3.1", reason="Cookies are sent without encryption, or can be read by scripts."
            ),
            Towards(catalogue="iso27001", control="A.8.28", reason="Secure coding is followed."),
            Towards(catalogue="ssdf", control="PW.5.1", reason="Secure coding practices are followed."),
        ),
    )
    flaw = "cookie without its flags"
    families = frozenset({"insecure-cookie"})
    languages = WEB
    floor = Severity.LOW
