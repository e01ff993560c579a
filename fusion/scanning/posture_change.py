"""What a change does to a repository's posture: the checks over both sides of the files that it touches, compared. Pure.

Only checks that stand on nothing but files and the inventory are made; those that need settings, analyzers, advisories or the
clock are left to scans. Both sides are known only as far as the change shows them, and checks are told so: one that would have
to know that a file is nowhere says nothing, except where the change takes away the very file that it stood on.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from fusion import inventory
from fusion.changes.selection import select
from fusion.check import About, Check, Source, Subject
from fusion.model import Change, ChangeKind, Contents, EntryType, FileChange
from fusion.model.compliance import CheckResult, Deviation, Status
from fusion.model.inventory import Tree, TreeFile
from fusion.model.posture import Unknown
from fusion.policy import Policy
from fusion.scanning.assess import assess

READ = frozenset({Source.TREE, Source.INVENTORY})
"""What a change shows of a repository."""
HABITS = frozenset(
    (
        *("pinned-dependencies", "pinned-actions", "pinned-installs", "container-images", "container-image-pins"),
        *("dependency-sources", "lock-files"),
    )
)
"""Checks of how things are asked for: news is only what was there before and was fine. How new things are asked for is a custom
of each project, and others speak of it."""
MANY = frozenset({"tests-present", "fuzzing"})
"""Checks that any of many files serves: that one of them goes says nothing."""
_CUT = "only the files that the change touches are known"
_UNKNOWN = Unknown(why="A change shows no settings.")
_NO_TIME = datetime(1970, 1, 1, tzinfo=UTC)
"""No check that is made here reads the clock."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """What a change does to one check at one file."""

    about: About
    path: str
    """At head; of what is taken away, at base."""
    brought: tuple[Deviation, ...] = ()
    """New deviations, the gravest first; none: the change takes away what the check stood on."""

    @property
    def lost(self) -> bool:
        """Whether the file that the check stood on is gone, or serves it no more."""
        return not self.brought


def is_made(check: Check) -> bool:
    """Whether a change can be held against a check."""
    return bool(check.about.reads) and check.about.reads <= READ


def shifts(change: Change, contents: Contents, policy: Policy, checks: Iterable[Check]) -> tuple[Shift, ...]:
    """What the change does, by check and path. A whole tree has no earlier side, and no shifts."""
    if change.whole_tree:
        return ()
    made = [check for check in checks if is_made(check)]
    files = _files(change, policy)
    relevant = [check for check in made if any(_concerns(check, file) for file in files)]
    if not relevant:
        return ()
    sides = _Sides(change.repository, files, contents, policy)
    base = sides.base()
    before = {one.check: one for one in assess(base, relevant)}
    there = frozenset(name for one in base.inventory.components for name in (one.path, _package(one.path, one.purl)))
    moved = sides.moved()
    under_new_names = {one.check: one for one in assess(moved, relevant)} if moved is not None else {}
    after = {one.check: one for one in assess(sides.head(), relevant)}
    found: list[Shift] = []
    for check in relevant:
        id = check.about.id
        earlier = [one for one in (before[id], under_new_names.get(id)) if one is not None]
        shown = there if id in HABITS and id not in policy.scans.block else None
        found += _brought(check.about, earlier, after[id], files, shown)
        found += _lost(check.about, before[id], after[id], files)
    return tuple(sorted(found, key=lambda one: (one.path, one.about.id)))


class _Sides:
    """Both sides of a change as far as they are known, as checks see repositories."""

    def __init__(self, repository: str, files: Sequence[FileChange], contents: Contents, policy: Policy) -> None:
        self._repository = repository
        self._files = files
        self._contents = contents
        self._policy = policy
        touched = {path for file in files for path in (file.path, file.base_path)}
        self._beside = {path: data for path, data in contents.context.items() if path not in touched}

    def base(self) -> Subject:
        """Before the change."""
        there = [file for file in self._files if file.kind not in (ChangeKind.ADDED, ChangeKind.COPIED)]
        return self._subject({file.base_path: (file, self._contents.base.get(file.base_path)) for file in there})

    def moved(self) -> Subject | None:
        """Before the change, with files under the names that it gives them: what only moved is not new. None: none moved."""
        there = [file for file in self._files if file.kind is not ChangeKind.ADDED]
        if all(file.path == file.base_path for file in there):
            return None
        return self._subject({file.path: (file, self._contents.base.get(file.base_path)) for file in there})

    def head(self) -> Subject:
        """After the change."""
        there = [file for file in self._files if file.kind is not ChangeKind.DELETED]
        return self._subject({file.path: (file, self._contents.head.get(file.path)) for file in there})

    def _subject(self, files: Mapping[str, tuple[FileChange, bytes | None]]) -> Subject:
        entries = [
            TreeFile(path=path, size=-1 if data is None else len(data), mode=file.new_mode or file.old_mode or "100644")
            for path, (file, data) in files.items()
        ]
        entries += [TreeFile(path=path, size=len(data)) for path, data in self._beside.items()]
        tree = Tree(commit="", files=tuple(sorted(entries, key=lambda one: one.path)), cut=_CUT)
        read = {path: data for path, (_, data) in files.items() if data is not None} | self._beside
        listed = {path: data for path, data in read.items() if inventory.wants(path)}
        return Subject(
            repository=self._repository,
            posture=_UNKNOWN,
            tree=tree,
            contents=read,
            unread={path: file.omitted or "its contents were not read" for path, (file, data) in files.items() if data is None},
            inventory=inventory.take(tree, listed),
            policy=self._policy,
            now=_NO_TIME,
        )


def _files(change: Change, policy: Policy) -> list[FileChange]:
    """The files of the change that policy does not keep out; generated ones (lock files) count here."""
    excluded = select(change, policy)
    return [
        file
        for file in change.files
        if file.entry is EntryType.FILE and not ((why := excluded.get(file.path)) is not None and why.by_policy)
    ]


def _concerns(check: Check, file: FileChange) -> bool:
    """Whether a check could say anything about a file; one that reads no bytes may go by any name."""
    if Source.INVENTORY in check.about.reads:
        return any(inventory.wants(path) for path in (file.path, file.base_path))
    return True


def _brought(
    about: About,
    earlier: Sequence[CheckResult],
    after: CheckResult,
    files: Sequence[FileChange],
    there: Collection[str] | None,
) -> Iterator[Shift]:
    """New deviations by path; where `there` is given, only of files and packages that were there before."""
    known = {one.fingerprint for result in earlier for one in result.deviations}
    known |= {_package(one.path, one.component) for result in earlier for one in result.deviations if one.component}
    touched = {file.path: file for file in files if file.kind is not ChangeKind.DELETED}
    by_path: dict[str, list[Deviation]] = {}
    for one in after.deviations:
        package = _package(one.path, one.component)
        if one.fingerprint in known or package in known:
            continue
        path = one.path if one.path in touched else next((path for path in after.read if path in touched), "")
        if path and (there is None or (package or one.path) in there):
            by_path.setdefault(path, []).append(one)
    for path, brought in by_path.items():
        ordered = sorted(brought, key=lambda one: (-one.severity.rank, one.line, one.fingerprint))
        yield Shift(about=about, path=path, brought=tuple(ordered))


def _lost(about: About, before: CheckResult, after: CheckResult, files: Sequence[FileChange]) -> Iterator[Shift]:
    """The files that a check stood on and that are gone, or changed, where it has nothing else to stand on now."""
    if (
        about.id in MANY
        or Source.TREE not in about.reads
        or before.status is not Status.PASSED
        or after.status is not Status.NOT_ASSESSED
    ):
        return
    stood: Collection[str] = set(before.read)
    for file in files:
        if file.kind not in (ChangeKind.ADDED, ChangeKind.COPIED) and file.base_path in stood:
            yield Shift(about=about, path=file.base_path)


def _package(path: str, purl: str) -> str:
    """A dependency of a file without its version, so that a newer version of it is not new; empty: it is none."""
    name, _, _ = purl.partition("?")
    return f"{path}\0{name.rpartition('@')[0] or name}" if name else ""
