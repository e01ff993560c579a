"""Asks whether the licence of the code lies in the repository, as a text that is known.

Looked for are files such as `LICENSE` and `COPYING` in the root, and the folder `LICENSES` of the REUSE specification. A text
counts as known when it is that of a licence with an SPDX identifier, or names one (`SPDX-License-Identifier:`). A file with
another text is there, but nobody has said what it permits: that has to be looked at, and is not assessed. A licence that only a
manifest names fails: whoever gets the code does not get the terms.
"""

from __future__ import annotations

from fusion.check import About, Source, Subject, Towards
from fusion.checks.files import Pages, TreeCheck, pages, paths, refused
from fusion.checks.results import deviation, not_assessed, passed
from fusion.model import Severity
from fusion.model.compliance import CheckResult
from fusion.reading.licences import header, identified, is_licence_file

_FOLDERS = ("", "licenses", "licences", "license", "licence")


def holds_licence(path: str) -> bool:
    """Whether a file is where a repository's own licence is looked for."""
    folder, _, name = path.rpartition("/")
    if folder.lower() not in _FOLDERS:
        return False
    return is_licence_file(name) or (bool(folder) and name.lower().endswith(".txt"))


def licences(found: Pages) -> dict[str, str]:
    """SPDX identifiers by path; empty where a text is not known."""
    return {path: identified(text) or header(tuple(text.split("\n", 40)[:40]))[0] for path, text in found.texts.items()}


class LicenceFile(TreeCheck):
    """A licence file with a known text."""

    about = About(
        id="licence-file",
        title="The licence lies in the repository",
        rationale="Without terms nobody may use the code, and those who do cannot know what they agreed to.",
        remediation="Put the text of the licence into a file `LICENSE` at the root; the texts are at https://spdx.org/licenses.",
        severity=Severity.MEDIUM,
        reads=frozenset({Source.TREE}),
        towards=(
            Towards(
                catalogue="osps",
                control="OSPS-LE-03.01",
                reason="Whether the licence lies in the repository.",
                source="OSPS Baseline 2026.08.28, crosswalk to OpenSSF Scorecard 5.0 (OSPS-LE-03)",
            ),
            Towards(
                catalogue="osps",
                control="OSPS-LE-03.02",
                reason="The forge makes the source archives of releases from the tree.",
                source="OSPS Baseline 2026.08.28, crosswalk to OpenSSF Scorecard 5.0 (OSPS-LE-03)",
            ),
            Towards(catalogue="iso27001", control="A.5.32", reason="The terms of the code are stated."),
            Towards(catalogue="scorecard", control="License", reason="It answers the same question."),
        ),
        scorecard="License",
    )

    def wants(self, path: str) -> bool:
        """Licence files."""
        return holds_licence(path)

    def judge(self, subject: Subject) -> CheckResult:
        """One known text suffices."""
        found = pages(subject, self.wants, links=True)
        known = {path: name for path, name in licences(found).items() if name}
        if known:
            names = ", ".join(sorted(set(known.values())))[:200]
            return passed(self.about, f"{paths(known)} holds the licence ({names}).", read=sorted(known))
        if found.unread:
            return not_assessed(self.about, f"{found.why()} Whether they hold the licence is open.", read=sorted(found.texts))
        written = [path for path, text in found.texts.items() if text.strip()]
        if written:
            reason = f"{paths(written)} is no licence text that Fusion knows. Look at it, or name its SPDX identifier in it."
            return not_assessed(self.about, reason, read=sorted(written))
        if subject.tree.cut:
            return self.partial(subject)
        title = "The licence file is empty." if found.texts else "No licence file lies in the repository."
        return refused(self.about, [deviation(self.about, title, key="missing")], title, read=("tree",))
