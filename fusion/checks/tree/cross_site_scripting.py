"""Looks for outside data that reaches a page without being escaped, on the server and in the browser.

Only delivered code is asked: tests, examples, vendored and generated files and what policy ignores are left out. Where no
analyzer that knows this weakness read a file, the check is not assessed.
"""

from __future__ import annotations

from fusion.check import About, Source, Towards
from fusion.checks.sight import WEB
from fusion.checks.weaknesses import WeaknessCheck
from fusion.model import Severity


class CrossSiteScripting(WeaknessCheck):
    """Pages show outside data as text, not as markup."""

    about = About(
        id="cross-site-scripting",
        title="Pages show outside data as text, not as markup",
        rationale="What runs in a page acts for whoever looks at it.",
        remediation="Let the template engine escape; in the browser use `textContent`; clean markup with a maintained library.",
        severity=Severity.HIGH,
        reads=frozenset({Source.TREE, Source.EVIDENCE}),
        towards=(
            Towards(catalogue="asvs", control="V1.2.1", reason="Output is not encoded for where it goes."),
            Towards(catalogue="asvs", control="V3.2.2", reason="Text is shown by functions that read markup."),
            Towards(catalogue="iso27001", control="A.8.28", reason="Secure coding is followed."),
            Towards(catalogue="ssdf", control="PW.5.1", reason="Secure coding practices are followed."),
            Towards(catalogue="iso27001", control="A.8.26", reason="Demands on the security of applications are kept."),
        ),
    )
    flaw = "cross-site scripting"
    families = frozenset({"cross-site-scripting", "unescaped-markup"})
    languages = WEB
