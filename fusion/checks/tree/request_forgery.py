"""Looks for requests of the server whose address comes from outside.

Only delivered code is asked: tests, examples, vendored and generated files and what policy ignores are left out. Where no
analyzer that knows this weakness read a file, the check is not assessed.
"""

from __future__ import annotations

from fusion.check import About, Source, Towards
from fusion.checks.sight import WEB
from fusion.checks.weaknesses import WeaknessCheck
from fusion.model import Severity


class RequestForgery(WeaknessCheck):
    """The server does not fetch addresses that outsiders choose."""

    about = About(
        id="request-forgery",
        title="The server does not fetch addresses that outsiders choose",
        rationale="The server can reach what outsiders cannot: metadata services, internal pages, other machines.",
        remediation="Ask only hosts of a list, and refuse private addresses after the name was resolved.",
        severity=Severity.HIGH,
        reads=frozenset({Source.TREE, Source.EVIDENCE}),
        towards=(
            Towards(catalogue="asvs", control="V1.3.6", reason="Addresses of requests come from untrusted input."),
            Towards(catalogue="iso27001", control="A.8.28", reason="Secure coding is followed."),
            Towards(catalogue="ssdf", control="PW.5.1", reason="Secure coding practices are followed."),
        ),
    )
    flaw = "server-side request forgery"
    families = frozenset({"request-forgery"})
    languages = WEB
