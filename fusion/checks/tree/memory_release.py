"""Looks, with cppcheck, for memory that is used after it was released, or is released twice, in C and C++.

Passing means that it saw none; it does not prove that there is none. Only delivered code is asked: tests, examples, vendored
and generated files and what policy ignores are left out. Where no analyzer that knows this weakness read a file, the check is
not assessed.
"""

from __future__ import annotations

from fusion.check import About, Source, Towards
from fusion.checks.sight import NATIVE
from fusion.checks.weaknesses import WeaknessCheck
from fusion.model import Severity


class MemoryRelease(WeaknessCheck):
    """Memory is released once, and not used after."""

    about = About(
        id="memory-release",
        title="Memory is released once, and not used after",
        rationale="Released memory belongs to somebody else, perhaps to the attacker.",
        remediation="Give each allocation one owner; set pointers to null after their release.",
        severity=Severity.HIGH,
        reads=frozenset({Source.TREE, Source.EVIDENCE}),
        towards=(
            Towards(catalogue="asvs", control="V1.4.3", reason="Memory is used after it was released, or released twice."),
            Towards(catalogue="iso27001", control="A.8.28", reason="Secure coding is followed."),
            Towards(catalogue="ssdf", control="PW.5.1", reason="Secure coding practices are followed."),
        ),
    )
    flaw = "use of memory after its release"
    families = frozenset({"use-after-free", "double-free"})
    languages = NATIVE
