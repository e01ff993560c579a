"""Looks for redirects whose address comes from outside.

Only delivered code is asked: tests, examples, vendored and generated files and what policy ignores are left out. Where no
analyzer that knows this weakness read a file, the check is not assessed.
"""

from __future__ import annotations

from fusion.check import About, Source, Towards
from fusion.checks.sight import WEB
from fusion.checks.weaknesses import WeaknessCheck
from fusion.model import Severity


class OpenRedirect(WeaknessCheck):
    """Redirects lead to known places."""

    about = About(
        id="open-redirect",
        title="Redirects lead to known places",
        rationale="A link to one's own site that leads elsewhere is what phishing needs.",
        remediation="Redirect to paths of one's own, or to hosts of a list.",
        severity=Severity.MEDIUM,
        reads=frozenset({Source.TREE, Source.EVIDENCE}),
        towards=(
            Towards(catalogue="asvs", control="V3.7.2", reason="Redirects go wherever the request says."),
            Towards(catalogue="iso27001", control="A.8.28", reason="Secure coding is followed."),
            Towards(catalogue="ssdf", control="PW.5.1", reason="Secure coding practices are followed."),
        ),
    )
    flaw = "open redirect"
    families = frozenset({"open-redirect"})
    languages = WEB
    floor = Severity.MEDIUM
