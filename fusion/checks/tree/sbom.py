"""Asks whether what is released comes with a bill of materials.

Looked for are CycloneDX and SPDX documents among the assets of the newest release, then in the tree (a document that says so
itself, not only by its name), then a workflow step that makes one. The bill that Fusion makes of a scan does not count: it does
not go out with the release. Where nothing was released and there is none, nothing is asked.
"""

from __future__ import annotations

import re

from fusion.changes.roles import is_test
from fusion.check import About, Source, Subject, Towards
from fusion.checks.automation import listing, newest
from fusion.checks.files import TreeCheck, pages, paths, refused
from fusion.checks.results import deviation, not_applicable, not_assessed, passed
from fusion.checks.workflows import is_pipeline, pipelines
from fusion.model import Severity
from fusion.model.compliance import CheckResult
from fusion.model.posture import Unknown
from fusion.render.text import clip, exact

_NAME = re.compile(
    r"(?:^|[-_./])(?:s?bom|cyclonedx|cdx|spdx)(?:[-_.][\w.+-]{0,100})?\.(?:json|xml|spdx|ya?ml|rdf|gz)$"
    r"|\.(?:cdx|cyclonedx|sbom|spdx)\.(?:json|xml|ya?ml|rdf)$|\.spdx$",
    re.I,
)
_SAYS_SO = re.compile(r"\bbomFormat\b|cyclonedx\.org/schema|SPDXVersion:|\bspdxVersion\b|spdx\.org/rdf", re.I)


class Sbom(TreeCheck):
    """A bill of materials."""

    about = About(
        id="sbom",
        title="Releases come with a bill of materials",
        rationale="Whoever runs a release has to know what is in it when the next vulnerability becomes known.",
        remediation="Make one in the workflow that releases (CycloneDX or SPDX), and attach it to the release.",
        severity=Severity.LOW,
        reads=frozenset({Source.TREE, Source.SETTINGS}),
        towards=(
            Towards(catalogue="osps", control="OSPS-QA-02.02", reason="Whether releases have a bill of materials."),
            Towards(
                catalogue="ssdf",
                control="PS.3.2",
                reason="What a release is made of is recorded.",
                source="OSPS Baseline 2026.08.28, crosswalk to NIST SSDF 1.1 (OSPS-QA-02)",
            ),
            Towards(catalogue="asvs", control="V15.1.2", reason="Third-party libraries are recorded."),
            Towards(catalogue="cis-github", control="2.4.5", reason="Whether a bill of materials is produced."),
            Towards(catalogue="iso27001", control="A.5.9", reason="Software assets are listed."),
            Towards(catalogue="scorecard", control="SBOM", reason="It answers the same question."),
        ),
        scorecard="SBOM",
    )

    def wants(self, path: str) -> bool:
        """Workflows, and documents by name."""
        return is_pipeline(path) or (_NAME.search(path) is not None and not is_test(path) and not path.endswith(".gz"))

    def judge(self, subject: Subject) -> CheckResult:
        """Assets, then the tree, then workflows."""
        releases = subject.posture if isinstance(subject.posture, Unknown) else subject.posture.releases
        assets = () if isinstance(releases, Unknown) or not releases else newest(releases).assets
        attached = [name for name in assets if _NAME.search(name[:300])]
        if attached:
            told = f"The newest release comes with {clip(exact(attached[0]), 80)}."
            return passed(self.about, told, read=("settings: releases",))
        found = pages(subject, lambda path: self.wants(path) and not is_pipeline(path))
        documents = [path for path, text in found.texts.items() if _SAYS_SO.search(text[:20_000])]
        if documents:
            return passed(self.about, f"{paths(documents)} is a bill of materials.", read=sorted(documents))
        flows = pipelines(subject)
        making = [flow.path for flow in flows.read if any(listing(flow))]
        if making and not isinstance(releases, Unknown) and not releases:
            return passed(self.about, f"{paths(making)} makes a bill of materials; nothing was released yet.", read=making)
        if making:
            told = f"{paths(making)} makes a bill of materials, but none is attached to the newest release; look where it goes."
            return not_assessed(self.about, told, read=making)
        unread = {**found.unread, **flows.unread}
        if unread:
            return not_assessed(self.about, f"Not read: {paths(unread)}.")
        if subject.tree.cut:
            return self.partial(subject)
        if isinstance(releases, Unknown):
            told = f"There is none in the tree; whether releases have one is not known. {releases.why}"
            return not_assessed(self.about, told, permission=releases.permission)
        if not releases:
            return not_applicable(self.about, "Nothing was released.", read=("settings: releases",))
        title = "The newest release has no bill of materials, and nothing makes one."
        return refused(self.about, [deviation(self.about, title, key="none")], title, read=("tree", "settings: releases"))
