"""Asks whether the licence of a public repository is one that the Open Source Initiative or the FSF call free.

Only public repositories are asked: others need no such licence. Which licences are free follows from their SPDX identifiers; of
those that Fusion knows by their text, BUSL-1.1 and SSPL-1.0 are not.
"""

from __future__ import annotations

from fusion.check import About, Source, Subject, Towards
from fusion.checks.files import TreeCheck, pages, paths, refused
from fusion.checks.results import deviation, not_applicable, not_assessed, passed
from fusion.checks.tree.licence_file import holds_licence, licences
from fusion.model import Severity
from fusion.model.compliance import CheckResult
from fusion.model.posture import Unknown

_NOT_FREE = frozenset({"BUSL-1.1", "SSPL-1.0"})
_FREE = frozenset(
    {
        *("AGPL-3.0", "LGPL-3.0", "LGPL-2.1", "GPL-3.0", "GPL-2.0", "Apache-2.0", "MPL-2.0", "EPL-2.0", "BSD-3-Clause"),
        *("BSD-2-Clause", "MIT", "ISC", "BSL-1.0", "Unlicense", "CC0-1.0"),
    }
)
"""CC0-1.0 by the FSF alone."""


class OpenLicence(TreeCheck):
    """A free licence."""

    about = About(
        id="open-licence",
        title="A public repository has a free licence",
        rationale="Code that everybody can read but nobody may use misleads those who take it for open source.",
        remediation="Choose a licence that OSI approved or the FSF calls free, and put its text into `LICENSE`; or say in the "
        "README that the code is not open source, and accept this deviation.",
        severity=Severity.LOW,
        reads=frozenset({Source.TREE, Source.SETTINGS}),
        towards=(
            Towards(
                catalogue="osps",
                control="OSPS-LE-02.01",
                reason="Whether the licence is one that OSI or FSF call free.",
                source="OSPS Baseline 2026.08.28, crosswalk to OpenSSF Scorecard 5.0 (OSPS-LE-02)",
            ),
            Towards(
                catalogue="osps",
                control="OSPS-LE-02.02",
                reason="The forge makes the source archives of releases from the tree, with its licence.",
                source="OSPS Baseline 2026.08.28, crosswalk to OpenSSF Scorecard 5.0 (OSPS-LE-02)",
            ),
        ),
    )

    def wants(self, path: str) -> bool:
        """Licence files."""
        return holds_licence(path)

    def judge(self, subject: Subject) -> CheckResult:
        """Every licence that lies in the root is asked."""
        basics = subject.posture if isinstance(subject.posture, Unknown) else subject.posture.basics
        if isinstance(basics, Unknown):
            return not_assessed(
                self.about, f"Whether the repository is public is not known. {basics.why}", permission=basics.permission
            )
        if basics.visibility != "public":
            return not_applicable(self.about, "The repository is not public.", read=("settings: basics",))
        found = pages(subject, self.wants, links=True)
        known = {path: name for path, name in licences(found).items() if name}
        other = {path: name for path, name in known.items() if name in _NOT_FREE}
        if other:
            deviations = [
                deviation(self.about, f"{name} restricts use, and is no free licence.", key=name, path=path)
                for path, name in sorted(other.items())
            ]
            return refused(self.about, deviations, f"{paths(other)}: not a free licence.", read=sorted(known))
        if found.unread:
            return not_assessed(self.about, found.why(), read=sorted(known))
        if subject.tree.cut:
            return self.partial(subject)
        if not known:
            return not_assessed(self.about, "No licence text that Fusion knows lies in the repository.", read=("tree",))
        strange = {path for path, name in known.items() if name not in _FREE and name.partition(" ")[0] not in _FREE}
        if strange:
            return not_assessed(self.about, f"{paths(strange)}: whether that licence is free is not known; look at it.")
        return passed(self.about, f"The licence is free: {', '.join(sorted(set(known.values())))}.", read=sorted(known))
