"""Asks whether every source file was read by one of Fusion's analyzers for security in this scan.

This is a fact about the scan: which code was looked at at all. What was found is told by the checks over single weaknesses, and
which weaknesses an analyzer knows is told there too. Tests, examples, vendored and generated files and what policy ignores are
left out. Files that were not read leave it unassessed, and are named.
"""

from __future__ import annotations

from fusion.check import About, Source, Subject, Towards
from fusion.checks.evidence import missed
from fusion.checks.files import TreeCheck, counted, paths
from fusion.checks.results import not_applicable, not_assessed, passed
from fusion.checks.sight import sight
from fusion.checks.sources import read_by, sources
from fusion.model import Severity
from fusion.model.compliance import CheckResult


class CodeAnalysed(TreeCheck):
    """Every file was read."""

    about = About(
        id="code-analysed",
        title="All code was looked at by an analyzer",
        rationale="Where nobody looked, that nothing was found means nothing.",
        remediation="Install the analyzers that `fusion doctor` names as missing, and raise the limits that cut them off "
        "(`caps` in the policy).",
        severity=Severity.MEDIUM,
        reads=frozenset({Source.TREE, Source.EVIDENCE}),
        towards=(
            Towards(catalogue="ssdf", control="PW.7.2", reason="Code is analysed."),
            Towards(catalogue="soc2", control="CC7.1", reason="New weaknesses are looked for."),
            Towards(catalogue="iso27001", control="A.8.29", reason="Security tests are run."),
        ),
    )

    def judge(self, subject: Subject) -> CheckResult:
        """Reading is all that is asked."""
        files = {path: language for language, paths in sources(subject).files.items() for path in paths}
        if not files:
            return (
                self.partial(subject) if subject.tree.cut else not_applicable(self.about, "There is no code.", read=("tree",))
            )
        able: dict[str, set[str]] = {}
        for tool, language in sight():
            able.setdefault(language, set()).add(tool)
        reads = {tool: read_by(subject, tool) for tool in sorted({tool for tool, _ in sight()})}
        missing = {
            path: language
            for path, language in files.items()
            if not any(path in reads[tool] for tool in able.get(language, ()))
        }
        blind = {path for path, language in missing.items() if language not in able}
        if blind:
            names = ", ".join(sorted({missing[path] for path in blind}))
            return not_assessed(
                self.about, f"No analyzer reads {names}: {paths(blind)}. Import SARIF of one that does, and look."
            )
        if missing:
            first = min(missing)
            tool = max(able[missing[first]], key=lambda one: (len(reads[one]), one == "dataflow", one))
            return not_assessed(self.about, missed(subject, tool, missing))
        if subject.tree.cut:
            return self.partial(subject)
        tools = sorted(tool for tool, read in reads.items() if not read.isdisjoint(files))
        return passed(self.about, f"{counted(len(files), 'source file')} read by {', '.join(tools)}.", read=tools)
