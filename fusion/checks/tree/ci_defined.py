"""Asks whether tests run on every change before it is merged, as far as the tree can tell.

Looked for is a GitHub workflow that starts on pull requests or in a merge queue and has a job or step that runs tests, known by
its command or its name. Tests that run only after a push come too late. Where another system builds (its configuration lies in
the tree), or pull requests start workflows in which no tests are recognised, it is not assessed: look, or name the step `test`.
A workflow that is a symbolic link is none: GitHub does not follow it. Whether the tests must pass is a setting
(`required-status-checks`); whether they did run is another check's question.
"""

from __future__ import annotations

from fusion.check import About, Source, Subject, Towards
from fusion.checks.automation import ON_CHANGES, builds_elsewhere, is_tested
from fusion.checks.files import TreeCheck, paths, refused, regular
from fusion.checks.results import deviation, not_applicable, not_assessed, passed
from fusion.checks.sight import spoken
from fusion.checks.workflows import is_pipeline, linked, pipelines
from fusion.model import Severity
from fusion.model.compliance import CheckResult


class CiDefined(TreeCheck):
    """Tests on pull requests."""

    about = About(
        id="ci-defined",
        title="A workflow tests every change",
        rationale="What is not tested by itself is tested sometimes, and breaks in between.",
        remediation="Add a workflow with `on: pull_request` that runs the tests.",
        severity=Severity.MEDIUM,
        reads=frozenset({Source.TREE}),
        towards=(
            Towards(
                catalogue="osps", control="OSPS-QA-06.01", reason="Whether tests are set up to run before changes are accepted."
            ),
            Towards(
                catalogue="ssdf",
                control="PW.8.2",
                reason="Tests of executable code are set up to run by themselves.",
                source="OSPS Baseline 2026.08.28, crosswalk to NIST SSDF 1.1 (OSPS-QA-06)",
            ),
            Towards(catalogue="soc2", control="CC8.1", reason="Changes are tested before they go in."),
            Towards(catalogue="iso27001", control="A.8.29", reason="Tests are set up to run before acceptance."),
        ),
    )

    def wants(self, path: str) -> bool:
        """Workflows."""
        return is_pipeline(path)

    def judge(self, subject: Subject) -> CheckResult:
        """The absence of any is a failure, where there is code."""
        found = pipelines(subject)
        early = [flow for flow in found.read if ON_CHANGES & flow.flow.triggers.keys()]
        tested = [flow.path for flow in early if is_tested(flow)]
        if tested:
            return passed(self.about, f"{paths(tested)} tests changes before they are merged.", read=sorted(tested))
        if found.unread:
            return not_assessed(self.about, f"Workflows could not be read: {paths(found.unread)}.")
        if subject.tree.cut:
            return self.partial(subject)
        files = list(regular(subject.tree))
        elsewhere = [file.path for file in files if builds_elsewhere(file.path)]
        if elsewhere:
            told = f"{paths(elsewhere)} sets up another system; whether it tests changes has to be looked at."
            return not_assessed(self.about, told, read=elsewhere[:10])
        if early:
            names = paths(flow.path for flow in early)
            told = f"Pull requests start {names}; no step in it is known to run tests. Name it `test`."
            return not_assessed(self.about, told, read=[flow.path for flow in early])
        if not any(spoken(file.path) for file in files):
            return not_applicable(self.about, "There is no code to test.", read=("tree",))
        late = [flow.path for flow in found.read if is_tested(flow)]
        if late:
            title = f"Tests run in {paths(late)}, but not before a change is merged."
            return refused(self.about, [deviation(self.about, title, key="late", path=min(late))], title, read=late)
        return self.absent(subject, f"No workflow runs tests. {linked(subject)}".strip(), key="none")
