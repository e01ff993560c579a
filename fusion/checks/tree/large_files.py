"""Asks whether very large files lie in the tree, which nobody reviews and everybody downloads.

A file of more than 10 MB counts, for information; GitHub refuses those above 100 MB. What Git LFS keeps is a small pointer
here. Where sizes are not told, it is not assessed.
"""

from __future__ import annotations

from fusion.check import About, Source, Subject
from fusion.checks.files import TreeCheck, counted, paths, refused, regular
from fusion.checks.results import deviation, not_assessed, passed
from fusion.model import Severity
from fusion.model.compliance import CheckResult
from fusion.render.text import clip, exact

_MOST = 10_000_000


class LargeFiles(TreeCheck):
    """Sizes."""

    about = About(
        id="large-files",
        title="No very large files lie in the tree",
        rationale="They make every clone slow for ever, and hide what nobody looks into.",
        remediation="Keep them in Git LFS, a release or a bucket, with a checksum in the tree.",
        severity=Severity.INFO,
        reads=frozenset({Source.TREE}),
        towards=(),
    )

    def judge(self, subject: Subject) -> CheckResult:
        """By the sizes that the tree tells."""
        files = list(regular(subject.tree))
        large = [file for file in files if file.size > _MOST]
        if large:
            deviations = [
                deviation(
                    self.about,
                    f"{clip(exact(file.path), 160)} has {file.size / 1e6:,.0f} MB.",
                    key=file.path,
                    path=file.path,
                )
                for file in large
            ]
            return refused(self.about, deviations, f"{counted(len(large), 'file')} above 10 MB.", read=("tree",))
        dark = [file.path for file in files if file.size < 0]
        if dark:
            return not_assessed(self.about, f"The size of {paths(dark)} was not told. Scan a clone with `fusion scan PATH`.")
        if subject.tree.cut:
            return self.partial(subject)
        return passed(self.about, f"None of {counted(len(files), 'file')} is above 10 MB.", read=("tree",))
