"""Asks whether static analysis runs on changes: in a workflow, or as GitHub's code scanning.

Known are CodeQL, Semgrep, SonarQube, Bandit, gosec, Brakeman, cppcheck and their like, by action or command, in a workflow that
starts on pull requests or pushes. What Fusion itself has analysed is another check (`code-analysed`): a scheduled scan does not
stand before a merge. A finding is no failure here; the scanner is what is asked for.
"""

from __future__ import annotations

from fusion.check import About, Source, Subject, Towards
from fusion.checks.automation import ON_CHANGES, analysing, builds_elsewhere
from fusion.checks.files import TreeCheck, paths, refused, regular
from fusion.checks.results import deviation, not_applicable, not_assessed, passed
from fusion.checks.sight import spoken
from fusion.checks.workflows import is_pipeline, pipelines
from fusion.model import Severity
from fusion.model.compliance import CheckResult
from fusion.model.posture import Unknown

_EVENTS = ON_CHANGES | {"push"}


class Sast(TreeCheck):
    """An analysis that is in place."""

    about = About(
        id="sast",
        title="Static analysis runs on changes",
        rationale="Weaknesses that a machine can find should be found before the change goes in.",
        remediation="Switch on code scanning (Settings > Code security), or run an analyzer in a workflow on pull requests.",
        severity=Severity.MEDIUM,
        reads=frozenset({Source.TREE, Source.SETTINGS}),
        towards=(
            Towards(catalogue="ssdf", control="PW.7.1", reason="It is settled that code is analysed, and by what."),
            Towards(
                catalogue="ssdf", control="RV.1.2", reason="Code is looked through for vulnerabilities that nobody knows yet."
            ),
            Towards(catalogue="cis-github", control="1.5.4", reason="A scanner for vulnerabilities in code is in place."),
            Towards(catalogue="cis-github", control="1.1.18", reason="Changes are scanned before they are merged."),
            Towards(
                catalogue="osps",
                control="OSPS-VM-06.02",
                reason="Changes are analysed by themselves (whether a documented policy stands behind it has to be looked at).",
                source="OSPS Baseline 2026.08.28, crosswalk to OpenSSF Scorecard 5.0 (OSPS-VM-06)",
            ),
            Towards(catalogue="soc2", control="CC7.1", reason="New weaknesses are looked for."),
            Towards(catalogue="iso27001", control="A.8.29", reason="Security tests are run."),
            Towards(catalogue="scorecard", control="SAST", reason="It answers the same question."),
        ),
        scorecard="SAST",
        permission="security_events: read",
    )

    def wants(self, path: str) -> bool:
        """Workflows."""
        return is_pipeline(path)

    def judge(self, subject: Subject) -> CheckResult:
        """A workflow or the setting suffices."""
        found = pipelines(subject)
        analysed = [flow.path for flow in found.read if _EVENTS & flow.flow.triggers.keys() and any(analysing(flow))]
        if analysed:
            return passed(self.about, f"{paths(analysed)} analyses changes.", read=sorted(analysed))
        security = subject.posture if isinstance(subject.posture, Unknown) else subject.posture.security
        if not isinstance(security, Unknown) and security.code_scanning:
            return passed(self.about, "GitHub's code scanning is on.", read=("settings: security",))
        files = list(regular(subject.tree))
        if not subject.tree.cut and not found.unread and not any(spoken(file.path) for file in files):
            return not_applicable(self.about, "There is no code to analyse.", read=("tree",))
        if found.unread:
            return not_assessed(self.about, f"Workflows could not be read: {paths(found.unread)}.")
        if subject.tree.cut:
            return self.partial(subject)
        elsewhere = [file.path for file in files if builds_elsewhere(file.path)]
        if elsewhere:
            return not_assessed(
                self.about, f"{paths(elsewhere)} sets up another system; whether it analyses code has to be looked at."
            )
        if isinstance(security, Unknown):
            told = f"No workflow analyses code; whether code scanning is on is not known. {security.why}"
            return not_assessed(self.about, told, permission=security.permission or self.about.permission)
        if security.code_scanning is None:
            told = "No workflow analyses code; whether code scanning is on was not told."
            return not_assessed(self.about, told, permission=self.about.permission)
        title = "No workflow analyses code, and code scanning is off."
        return refused(self.about, [deviation(self.about, title, key="none")], title, read=("tree", "settings: security"))
