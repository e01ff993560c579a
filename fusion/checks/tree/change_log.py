"""Asks whether a change log tells what is new in each release.

Looked for is `CHANGELOG`, `CHANGES`, `HISTORY`, `NEWS` or release notes, in the root or in `docs`, as a file that is not empty
or as a folder of fragments. Notes that stand only at GitHub's releases are not in the tree, and do not count: a clone would not
have them. Where nothing was released, nothing is asked.
"""

from __future__ import annotations

import re

from fusion.check import About, Source, Subject, Towards
from fusion.checks.files import TreeCheck, paths, refused, regular
from fusion.checks.links import followed
from fusion.checks.results import deviation, not_applicable, not_assessed, passed
from fusion.model import Severity
from fusion.model.compliance import CheckResult
from fusion.model.posture import Unknown

_LOG = re.compile(
    r"(?:docs?/)?(?:change[-_ ]?logs?|changes|history|news|releases?(?:[-_ ]?notes)?|whats[-_]?new)"
    r"(?:\.(?:md|markdown|rst|adoc|txt|org)|/[^/]{1,200}\.(?:md|markdown|rst|adoc|txt))?",
    re.I,
)


class ChangeLog(TreeCheck):
    """What is new."""

    about = About(
        id="change-log",
        title="A change log tells what is new",
        rationale="Those who update have to know what changes for them, above all when it mends a vulnerability.",
        remediation="Keep `CHANGELOG.md` (https://keepachangelog.com), and add to it with each change.",
        severity=Severity.LOW,
        reads=frozenset({Source.TREE, Source.SETTINGS}),
        towards=(
            Towards(catalogue="osps", control="OSPS-BR-04.01", reason="Whether a change log is there."),
            Towards(catalogue="iso27001", control="A.8.32", reason="What changed is recorded."),
        ),
    )

    def judge(self, subject: Subject) -> CheckResult:
        """By name and size; whether it is asked for, the releases tell."""
        logs = [file.path for file in regular(subject.tree) if file.size != 0 and _LOG.fullmatch(file.path)]
        logs += followed(subject.tree, lambda path: _LOG.fullmatch(path) is not None)
        if logs:
            return passed(self.about, f"{paths(logs)} tells what is new.", read=sorted(logs)[:10])
        if subject.tree.cut:
            return self.partial(subject)
        releases = subject.posture if isinstance(subject.posture, Unknown) else subject.posture.releases
        if isinstance(releases, Unknown):
            told = f"There is no change log; whether anything was released is not known. {releases.why}"
            return not_assessed(self.about, told, permission=releases.permission)
        if not releases:
            return not_applicable(self.about, "Nothing was released.", read=("settings: releases",))
        title = "There are releases, and no change log."
        return refused(self.about, [deviation(self.about, title, key="missing")], title, read=("tree", "settings: releases"))
