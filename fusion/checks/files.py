"""What checks over the tree have in common: which files there are, what was read of them, and when nothing can be said.

A file that is there can be told although others are missing; that one is not there can be said only of a whole tree.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from fusion.check import About, Subject
from fusion.checks.archive import unpacked
from fusion.checks.links import LINK, followed
from fusion.checks.results import deviation, failed, not_applicable, not_assessed
from fusion.model.compliance import CheckResult, Deviation
from fusion.model.inventory import Tree, TreeFile
from fusion.render.text import clip, exact

MAX_CHARS = 300_000
"""Characters of a file that a check looks at."""
SHOWN = 3
"""Names that a sentence tells."""
MAX_DEVIATIONS = 500
"""Of one check; the reason tells how many there are."""
_NAME = 120
_SUBMODULE = "160000"


def regular(tree: Tree) -> Iterator[TreeFile]:
    """The files, without symbolic links and submodules: what those point to is not theirs."""
    return (file for file in tree.files if file.mode not in (LINK, _SUBMODULE))


def paths(names: Iterable[str]) -> str:
    """Paths in a sentence, the first few of them."""
    every = sorted(names)
    shown = ", ".join(clip(exact(name), _NAME) for name in every[:SHOWN])
    return f"{shown} and {len(every) - SHOWN} more" if len(every) > SHOWN else shown


def counted(number: int, one: str, many: str = "") -> str:
    """`1 file`, `2 files`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pages:
    """What was read of some files, and why the others were not."""

    texts: Mapping[str, str] = field(default_factory=dict)
    """The first 300,000 characters of each; bytes that are not UTF-8 are replacement characters."""
    unread: Mapping[str, str] = field(default_factory=dict)

    def why(self) -> str:
        """A sentence on what was not read; empty where all was."""
        if not self.unread:
            return ""
        first = min(self.unread)
        return f"Not read: {paths(self.unread)} ({clip(exact(self.unread[first]), 200).rstrip('.')})."


def pages(subject: Subject, wanted: Callable[[str], bool], *, links: bool = False) -> Pages:
    """The texts of the files that a check wants; with `links` also of symbolic links that lead to a file of the tree."""
    texts: dict[str, str] = {}
    unread: dict[str, str] = {}
    places = {file.path: file.path for file in regular(subject.tree) if wanted(file.path)}
    if links:
        places |= followed(subject.tree, wanted)
    for path, place in places.items():
        data = subject.contents.get(place)
        if data is None or place in subject.unread:
            unread[path] = subject.unread.get(place) or "its contents could not be read; scan again"
        else:
            texts[path] = data[: 4 * MAX_CHARS].decode("utf-8", "replace").removeprefix("\ufeff")[:MAX_CHARS]
    return Pages(texts=texts, unread=unread)


def refused(about: About, deviations: list[Deviation], told: str, *, read: Iterable[str] = ()) -> CheckResult:
    """Failed, with the worst deviations first and no more of them than anybody can look through."""
    ordered = sorted(deviations, key=lambda one: (-one.severity.rank, one.path, one.line, one.fingerprint))
    if len(ordered) > MAX_DEVIATIONS:
        told = f"{told} The worst {MAX_DEVIATIONS} of {len(ordered):,} are listed."
    return failed(about, told, ordered[:MAX_DEVIATIONS], read=tuple(read)[:MAX_DEVIATIONS])


class TreeCheck(ABC):
    """A check over a tree that holds at least one file."""

    about: About

    def wants(self, path: str) -> bool:
        """No file's bytes, unless the check says otherwise."""
        return False

    def assess(self, subject: Subject) -> CheckResult:
        """What follows from the tree; not applicable to one that is known to be empty."""
        if not subject.tree.files:
            if subject.tree.cut:
                return self.partial(subject)
            return not_applicable(self.about, "The repository holds no files.", read=("tree",))
        return self.judge(subject)

    @abstractmethod
    def judge(self, subject: Subject) -> CheckResult:
        """The same where there are files; total over any tree and any bytes."""

    def absent(
        self, subject: Subject, title: str, *, key: str = "missing", told: str = "", read: Iterable[str] = ("tree",)
    ) -> CheckResult:
        """Failed, because something lies nowhere in the tree; not assessed in an archive that leaves such things out."""
        mark = unpacked(subject)
        if mark:
            why = f"{title[:-1]}, but this is a source distribution ({mark}), which leaves such files out."
            return not_assessed(self.about, f"{why} Scan the repository.", read=read)
        return refused(self.about, [deviation(self.about, title, key=key)], told or title, read=read)

    def partial(self, subject: Subject, beside: str = "") -> CheckResult:
        """Not assessed, because not all files are known."""
        why = f"The list of files is not complete ({clip(exact(subject.tree.cut), 200).rstrip('.')})."
        return not_assessed(self.about, f"{why} {beside or 'Scan a clone of it with `fusion scan PATH`.'}", read=("tree",))
