"""Asks whether releases are published by a workflow, so that their steps are written down and leave traces.

Known are the usual actions and commands that publish packages, images and releases. Where nothing was released and nothing
publishes, there is nothing to ask. Where there are releases, and neither a workflow nor another system publishes them, somebody
does it by hand. The reason tells, too, whether PyPI, npm, Cargo or RubyGems are met with a password or with a token that is
made for the run (trusted publishing), as far as that can be seen.
"""

from __future__ import annotations

import re

from fusion.check import About, Source, Subject, Towards
from fusion.checks.automation import builds_elsewhere, publishing
from fusion.checks.files import TreeCheck, counted, paths, refused, regular
from fusion.checks.results import deviation, not_applicable, not_assessed, passed
from fusion.checks.workflows import is_pipeline, pipelines
from fusion.model import Severity
from fusion.model.compliance import CheckResult
from fusion.model.posture import Unknown

_PASSWORD = re.compile(r"\bsecrets\.\w{0,40}(?:PYPI|TWINE|NPM|NODE_AUTH|CARGO|CRATES|GEM|RUBYGEMS|NUGET)\w{0,40}", re.I)


class Packaging(TreeCheck):
    """Publishing as code."""

    about = About(
        id="packaging",
        title="A workflow publishes releases",
        rationale="What somebody builds and uploads by hand cannot be repeated, and nobody sees what went in.",
        remediation="Publish from a workflow that a tag starts, with trusted publishing where there is such a thing.",
        severity=Severity.LOW,
        reads=frozenset({Source.TREE, Source.SETTINGS}),
        towards=(
            Towards(catalogue="cis-github", control="2.3.1", reason="Whether the steps to a release are code."),
            Towards(catalogue="scorecard", control="Packaging", reason="It answers the same question."),
        ),
        scorecard="Packaging",
    )

    def wants(self, path: str) -> bool:
        """Workflows."""
        return is_pipeline(path)

    def judge(self, subject: Subject) -> CheckResult:
        """Whether there is something to publish, the releases tell."""
        found = pipelines(subject)
        flows = [flow for flow in found.read if any(publishing(flow))]
        if flows:
            by_password = any(_PASSWORD.search(flow.text) for flow in flows)
            how = " It uses a password or token that is kept; trusted publishing needs none." if by_password else ""
            read = [flow.path for flow in flows]
            return passed(self.about, f"{paths(read)} publishes.{how}", read=read)
        if found.unread:
            return not_assessed(self.about, f"Workflows could not be read: {paths(found.unread)}.")
        if subject.tree.cut:
            return self.partial(subject)
        elsewhere = [file.path for file in regular(subject.tree) if builds_elsewhere(file.path)]
        if elsewhere:
            return not_assessed(
                self.about, f"{paths(elsewhere)} sets up another system; whether it publishes has to be looked at."
            )
        releases = subject.posture if isinstance(subject.posture, Unknown) else subject.posture.releases
        if isinstance(releases, Unknown):
            told = f"No workflow publishes; whether anything was released is not known. {releases.why}"
            return not_assessed(self.about, told, permission=releases.permission)
        if not releases:
            return not_applicable(self.about, "Nothing was released, and no workflow publishes.", read=("settings: releases",))
        title = "No workflow publishes the releases."
        told = f"{counted(len(releases), 'release')}, and no workflow that publishes."
        return refused(self.about, [deviation(self.about, title, key="none")], told, read=("tree", "settings: releases"))
