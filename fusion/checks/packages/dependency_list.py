"""Asks whether what the code depends on is listed in manifests.

Passed where at least one manifest or lock file was read and none that is known by its name was left out; the report's
inventory is then the list. Where there is none, nothing shows whether the code needs no packages or nobody lists them: that
has to be looked at, and is not assessed.
"""

from __future__ import annotations

from fusion.check import About, Source, Subject, Towards
from fusion.checks.components import InventoryCheck, is_sample, unread
from fusion.checks.files import counted, paths
from fusion.checks.results import not_assessed, passed
from fusion.model import Severity
from fusion.model.compliance import CheckResult


class DependencyList(InventoryCheck):
    """Manifests that are there and can be read."""

    about = About(
        id="dependency-list",
        title="What the code depends on is listed in manifests",
        rationale="Nobody can look after components that nobody has written down.",
        remediation="List dependencies in the manifest of the ecosystem's own tool, and commit its lock file.",
        severity=Severity.MEDIUM,
        reads=frozenset({Source.INVENTORY}),
        towards=(
            Towards(catalogue="osps", control="OSPS-QA-02.01", reason="Whether direct dependencies are listed."),
            Towards(
                catalogue="ssdf",
                control="PW.4.1",
                reason="Components in use are known.",
                source="OSPS Baseline 2026.08.28, crosswalk to NIST SSDF 1.1 (OSPS-QA-02 to PW.4)",
            ),
            Towards(catalogue="asvs", control="V15.1.2", reason="An inventory of third-party libraries can be kept."),
            Towards(catalogue="iso27001", control="A.5.9", reason="Software assets are listed."),
        ),
    )

    def judge(self, subject: Subject) -> CheckResult:
        """The files that were read, and those that were not."""
        read = [path for path in subject.inventory.read if not is_sample(path)]
        dark = unread(subject)
        if dark:
            told = f"{paths(path for path, _ in dark if path) or 'Some'} could not be read ({min(dark)[1].rstrip('.')})."
            return not_assessed(self.about, f"{told} Mend it, or add a lock file in a format that is read.", read=read[:100])
        if subject.tree.cut:
            return not_assessed(self.about, f"Not all files are known: {subject.tree.cut}", read=read[:100])
        if not read:
            return not_assessed(self.about, "There is no manifest: look whether the code needs packages that nobody lists.")
        components = len({one.purl for one in subject.inventory.components if not is_sample(one.path)})
        files = counted(len(read), "manifest or lock file", "manifests and lock files")
        return passed(self.about, f"{counted(components, 'component')} listed in {files}.", read=read[:100])
