"""Asks whether there are tests beside the code.

Files count as tests by the conventions of their language (`tests/`, `test_*.py`, `*_test.go`, `*.spec.ts`). How much they test
is not asked: the reason tells how many there are, for information. Rust keeps unit tests inside of the source; where there is
nothing but Rust and no test file, it is not assessed.
"""

from __future__ import annotations

from fusion.changes.roles import is_example, is_test
from fusion.changes.selection import outside
from fusion.check import About, Source, Subject, Towards
from fusion.checks.files import TreeCheck, counted, regular
from fusion.checks.results import not_applicable, not_assessed, passed
from fusion.checks.sight import spoken
from fusion.model import Severity
from fusion.model.compliance import CheckResult


class TestsPresent(TreeCheck):
    """Tests beside code."""

    about = About(
        id="tests-present",
        title="There are tests beside the code",
        rationale="Code without tests can be changed only by those who know all of it.",
        remediation="Begin with a test of what must not break; a folder `tests` at the root will do.",
        severity=Severity.MEDIUM,
        reads=frozenset({Source.TREE}),
        towards=(
            Towards(catalogue="ssdf", control="PW.8.2", reason="Whether there are tests of executable code."),
            Towards(catalogue="iso27001", control="A.8.29", reason="Whether there are tests."),
        ),
    )

    def judge(self, subject: Subject) -> CheckResult:
        """One test suffices; there must be some code."""
        code = [
            (file.path, spoken(file.path)) for file in regular(subject.tree) if spoken(file.path) and not outside(file.path)
        ]
        tests = [path for path, _ in code if is_test(path)]
        others = [(path, language) for path, language in code if not is_test(path) and not is_example(path)]
        if tests:
            told = f"{counted(len(tests), 'test file')} beside {counted(len(others), 'file')} of code."
            return passed(self.about, told, read=("tree",))
        if subject.tree.cut:
            return self.partial(subject)
        if not others:
            return not_applicable(self.about, "There is no code to test.", read=("tree",))
        if {language for _, language in others} == {"rust"}:
            return not_assessed(
                self.about, "Rust's unit tests stand inside of the source, and were not looked for; look there."
            )
        title = "There are no tests beside the code."
        told = f"{title[:-1]} ({counted(len(others), 'file')})."
        return self.absent(subject, title, key="none", told=told)
