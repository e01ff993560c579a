"""Looks, with cppcheck and patterns, for reading and writing beyond the bounds of a buffer in C and C++.

Passing means that these tools saw none; they do not prove that there is none. Only delivered code is asked: tests, examples,
vendored and generated files and what policy ignores are left out. Where no analyzer that knows this weakness read a file, the
check is not assessed.
"""

from __future__ import annotations

from fusion.check import About, Source, Towards
from fusion.checks.sight import NATIVE
from fusion.checks.weaknesses import WeaknessCheck
from fusion.model import Severity


class MemorySafety(WeaknessCheck):
    """Memory is used within its bounds."""

    about = About(
        id="memory-safety",
        title="Memory is used within its bounds",
        rationale="Writing beyond a buffer is how attackers run code.",
        remediation="Bound each copy by the size of its target; turn on the compiler's sanitizers in tests.",
        severity=Severity.HIGH,
        reads=frozenset({Source.TREE, Source.EVIDENCE}),
        towards=(
            Towards(catalogue="asvs", control="V1.4.1", reason="Buffers are read or written beyond their bounds."),
            Towards(catalogue="iso27001", control="A.8.28", reason="Secure coding is followed."),
            Towards(catalogue="ssdf", control="PW.5.1", reason="Secure coding practices are followed."),
        ),
    )
    flaw = "memory error"
    families = frozenset({"buffer-overflow", "out-of-bounds-read"})
    languages = NATIVE
