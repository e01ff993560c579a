"""Asks whether a README tells what this is and how it is used.

Looked for is `README` (Markdown, reStructuredText, AsciiDoc or plain text) in the root, in `.github` or in `docs`, where GitHub
shows it; a symbolic link counts as the file of the tree that it leads to. It must say something: a file of less than 100
characters does not. Whether users find in it what they need has to be looked at; the Baseline's demands on documentation are
therefore not answered by this check.
"""

from __future__ import annotations

import re

from fusion.check import About, Source, Subject
from fusion.checks.files import TreeCheck, pages, paths, refused
from fusion.checks.results import deviation, not_assessed, passed
from fusion.model import Severity
from fusion.model.compliance import CheckResult

PLACE = re.compile(
    r"(?:(?:\.github|docs)/)?readme(?:[-_.][a-z]{2,3}(?:-[a-z]{2,4})?)?(?:\.(?:md|markdown|rst|adoc|txt|org))?", re.I
)
_LEAST = 100


class Readme(TreeCheck):
    """A first page."""

    about = About(
        id="readme",
        title="A README tells what this is",
        rationale="Who does not know what a repository is for can neither use it nor judge a change of it.",
        remediation="Write `README.md`: what it is, for whom, how to install and use it, and where to ask.",
        severity=Severity.INFO,
        reads=frozenset({Source.TREE}),
        towards=(),
    )

    def wants(self, path: str) -> bool:
        """READMEs by their place."""
        return PLACE.fullmatch(path) is not None

    def judge(self, subject: Subject) -> CheckResult:
        """One that says something suffices."""
        found = pages(subject, self.wants, links=True)
        telling = [path for path, text in found.texts.items() if len(text.strip()) >= _LEAST]
        if telling:
            return passed(self.about, f"{paths(telling)} tells what this is.", read=sorted(telling))
        if found.unread:
            return not_assessed(self.about, found.why())
        if subject.tree.cut:
            return self.partial(subject)
        if not found.texts:
            return self.absent(subject, "There is no README.")
        title = "The README says next to nothing."
        return refused(self.about, [deviation(self.about, title, key="missing")], title, read=("tree",))
