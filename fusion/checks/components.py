"""What checks over the inventory have in common: which components are asked about, and when nothing can be said of the rest."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence

from fusion.changes.roles import is_example, is_test_data
from fusion.check import About, Subject
from fusion.checks.files import counted, paths, refused
from fusion.checks.results import not_applicable, not_assessed, passed
from fusion.inventory.formats import tells_sources_alone
from fusion.model.compliance import CheckResult, Deviation
from fusion.model.inventory import Component
from fusion.render.text import clip, exact


def is_sample(path: str) -> bool:
    """Whether a file is data of tests or an example: what it names is not what the project is built from."""
    return is_test_data(path) or is_example(path)


def called(component: Component) -> str:
    """A component in a sentence."""
    return clip(exact(component.name), 120)


def unread(subject: Subject) -> Sequence[tuple[str, str]]:
    """Manifests and lock files that could not be read, and why, without samples and settings of installers."""
    return tuple(one for one in _dark(subject) if not tells_sources_alone(one[0]))


def _dark(subject: Subject) -> Sequence[tuple[str, str]]:
    return tuple((path, why) for path, why in subject.inventory.unread if not is_sample(path))


class InventoryCheck(ABC):
    """A check over the components of a tree. `take_inventory` reads the files, so that it wants none itself."""

    about: About

    def wants(self, path: str) -> bool:
        """No file's bytes: the inventory holds what was read."""
        return False

    def assess(self, subject: Subject) -> CheckResult:
        """What follows from the inventory."""
        if not subject.tree.files and not subject.tree.cut:
            return not_applicable(self.about, "The repository holds no files.", read=("tree",))
        return self.judge(subject)

    @abstractmethod
    def judge(self, subject: Subject) -> CheckResult:
        """The same for a tree with files; total over any inventory."""

    def concluded(
        self,
        subject: Subject,
        of: Sequence[Component],
        deviations: list[Deviation],
        *,
        failed: str,
        passed_as: str,
        nothing: str,
        concerns: Callable[[str], bool] = lambda _: True,
        sources: bool = False,
    ) -> CheckResult:
        """Failed where something speaks against it; else not assessed where a file that `concerns` it could not be read; else
        not applicable where there are no components of the kind; else passed. Files that only say where packages come from
        concern it with `sources` alone."""
        read = tuple(sorted({one.path for one in of} | {one.lock for one in of if one.lock}))[:100]
        dark = [(path, why) for path, why in (_dark(subject) if sources else unread(subject)) if concerns(path)]
        if deviations:
            told = f"{failed} {_not_read(dark)}".strip()
            return refused(self.about, deviations, told, read=read)
        if subject.tree.cut:
            return not_assessed(self.about, f"Not all files are known: {subject.tree.cut}", read=read)
        if dark:
            return not_assessed(self.about, f"{_not_read(dark)} Lock files in a format that is read would show it.", read=read)
        if not of:
            return not_applicable(self.about, nothing, read=("tree",))
        return passed(self.about, passed_as, read=read)


def _not_read(dark: Sequence[tuple[str, str]]) -> str:
    if not dark:
        return ""
    first = min(dark)
    why = clip(exact(first[1]), 200).rstrip(".")
    return f"{counted(len(dark), 'file')} could not be read: {paths(path for path, _ in dark if path) or 'the rest'} ({why})."
