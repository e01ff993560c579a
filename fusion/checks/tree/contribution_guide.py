"""Asks whether the way to contribute is explained.

Looked for is `CONTRIBUTING` in the root, in `.github` or in `docs`, that is not empty; a part of the README under a heading
that speaks of contributing counts as well. What it demands of contributions has to be read by somebody.
"""

from __future__ import annotations

import re

from fusion.check import About, Source, Subject, Towards
from fusion.checks.files import TreeCheck, pages, paths
from fusion.checks.results import not_assessed, passed
from fusion.checks.tree.readme import PLACE
from fusion.model import Severity
from fusion.model.compliance import CheckResult

_GUIDE = re.compile(r"(?:(?:\.github|docs)/)?contributing(?:\.(?:md|markdown|rst|adoc|txt))?", re.I)
_HEADING = re.compile(
    r"^[ \t]{0,3}(?:#{1,6}|={1,6})[ \t][^\n]{0,80}\bcontribut|^[^\n]{0,40}\bcontribut[^\n]{0,40}\n[-=~^]{3}"
    r"|\]\([^)\s]{0,200}contributing",
    re.I | re.M,
)


class ContributionGuide(TreeCheck):
    """How to contribute."""

    about = About(
        id="contribution-guide",
        title="The way to contribute is explained",
        rationale="Contributors who do not know what is expected waste their time and that of those who review.",
        remediation="Write `CONTRIBUTING.md`: how to set up, how to test, and what a change must have to be accepted.",
        severity=Severity.LOW,
        reads=frozenset({Source.TREE}),
        towards=(Towards(catalogue="osps", control="OSPS-GV-03.01", reason="Whether the way to contribute is described."),),
    )

    def wants(self, path: str) -> bool:
        """Guides and READMEs by their place."""
        return _GUIDE.fullmatch(path) is not None or PLACE.fullmatch(path) is not None

    def judge(self, subject: Subject) -> CheckResult:
        """A guide or a heading suffices."""
        found = pages(subject, self.wants, links=True)
        telling = [
            path
            for path, text in found.texts.items()
            if (text.strip() if _GUIDE.fullmatch(path) else _HEADING.search(text[:100_000]))
        ]
        if telling:
            return passed(self.about, f"{paths(telling)} explains how to contribute.", read=sorted(telling))
        if found.unread:
            return not_assessed(self.about, found.why())
        if subject.tree.cut:
            return self.partial(subject)
        return self.absent(subject, "Nothing explains how to contribute.")
