"""Which files of a tree are read, what was read of them, and the whole tree as a change that analyzers look at. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from fusion.changes.whole import filled
from fusion.model import Blob, Change, ChangeKind, ContextFile, EntryType, FileChange, Provenance, Record
from fusion.model.inventory import Tree, TreeFile
from fusion.policy import Policy

POLICY_NAMES = (".fusion.yml", ".fusion.yaml")
"""The policy's file at the top of a tree; the first one there counts."""
MOST_BYTES = 200_000_000
"""Bytes of one tree that are read; analyzers hold them in memory."""
MOST_FILES = 30_000
"""Files of one tree that are read; more where policy wants more in a review (`caps.files`)."""
_SUBJECT = "scan:"
PART = 200
"""Files that are read in one step: what a rate limit interrupts is begun again."""


class Reading(Record):
    """What was read of one commit. Contents are in Blobs."""

    tree: Tree
    files: tuple[ContextFile, ...] = ()
    """What was read, by path."""
    pending: tuple[str, ...] = ()
    """What is still to be read."""
    unread: tuple[tuple[str, str], ...] = ()
    """Paths and why they were not read."""
    policy: Blob | None = None
    """The policy's file, if it holds a policy."""
    policy_origin: str = ""
    notes: tuple[str, ...] = ()
    """What a reader of the scan should know, a sentence each."""

    @property
    def parts(self) -> int:
        """In how many steps the pending files are read."""
        return -(-len(self.pending) // PART)

    def part(self, number: int) -> Sequence[str]:
        """The paths of one step."""
        return self.pending[number * PART : (number + 1) * PART]


class Part(Record):
    """What one step has read."""

    files: tuple[ContextFile, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Which files to read, and why others are not."""

    paths: tuple[str, ...]
    unread: tuple[tuple[str, str], ...]


def scanned_under(policy: Policy) -> Policy:
    """The policy with room for a whole tree: `caps.files` is about a review, which a person is to read."""
    room = max(policy.caps.files, MOST_FILES)
    return policy.model_copy(update={"caps": policy.caps.model_copy(update={"files": room})})


def choose(tree: Tree, policy: Policy, *, first: Callable[[str], bool], all_files: bool) -> Choice:
    """What to read of a tree within the policy's caps: what `first` wants, then with `all_files` the others."""
    paths: list[str] = []
    unread: list[tuple[str, str]] = []
    size = 0
    regular = [file for file in tree.files if file.mode.startswith("100")]
    for file in sorted(regular, key=lambda one: (not first(one.path), one.path)):
        if not all_files and not first(file.path):
            break
        if why := _too_much(file, policy, len(paths), size):
            unread.append((file.path, why))
            continue
        paths.append(file.path)
        size += max(file.size, 0)
    return Choice(paths=tuple(paths), unread=tuple(unread))


def _too_much(file: TreeFile, policy: Policy, count: int, size: int) -> str:
    if file.size > policy.caps.file_bytes:
        return f"too large: {file.size:,} bytes; the policy's caps.file_bytes is {policy.caps.file_bytes:,}"
    if count >= (most := scanned_under(policy).caps.files):
        return f"beyond the first {most:,} files (caps.files of the policy lets more be read)"
    if size + max(file.size, 0) > MOST_BYTES:
        return f"beyond {MOST_BYTES // 1_000_000} MB in all"
    return ""


def split(tree: Tree, paths: Iterable[str], known: Mapping[str, Blob]) -> tuple[tuple[ContextFile, ...], tuple[str, ...]]:
    """Of the chosen paths, those whose bytes are known by their git object, and those that are still to be read."""
    ids = {file.path: file.blob for file in tree.files}
    have, pending = [], []
    for path in paths:
        blob = known.get(ids[path])
        if blob is None:
            pending.append(path)
        else:
            have.append(ContextFile(path=path, blob=blob))
    return tuple(have), tuple(pending)


def by_object(reading: Reading) -> Mapping[str, Blob]:
    """The bytes that were read, by their git object."""
    ids = {file.path: file.blob for file in reading.tree.files}
    return {ids[file.path]: file.blob for file in reading.files if ids.get(file.path)}


def joined(draft: Reading, parts: Iterable[Part]) -> Reading:
    """The finished reading; what no part brought back is unread."""
    files = {file.path: file for file in (*draft.files, *(file for part in parts for file in part.files))}
    missing = tuple((path, "it could not be read") for path in draft.pending if path not in files)
    ordered = tuple(files[path] for path in sorted(files))
    return draft.model_copy(update={"files": ordered, "pending": (), "unread": (*draft.unread, *missing)})


def entry(file: TreeFile) -> FileChange:
    """A file of the tree as a new one, without contents."""
    kind = {"120000": EntryType.SYMLINK, "160000": EntryType.SUBMODULE}.get(file.mode, EntryType.FILE)
    omitted = kind.value if kind is not EntryType.FILE else ""
    return FileChange(path=file.path, kind=ChangeKind.ADDED, entry=kind, new_mode=file.mode, omitted=omitted)


def read_entry(file: FileChange, blob: Blob, data: bytes) -> FileChange:
    """The same with its contents, as `Blobs` keeps them."""
    made = filled(file, data)
    return made if made.binary else made.model_copy(update={"head": blob})


def change(reading: Reading, files: Iterable[FileChange], *, repository: str, provenance: Provenance) -> Change:
    """The whole tree as a change. What was not read is on it with the reason."""
    reasons = dict(reading.unread)
    marked = tuple(
        file if file.head or file.omitted or file.binary else _without(file, reasons.get(file.path, "")) for file in files
    )
    commit = reading.tree.commit
    return Change(
        repository=repository,
        subject=f"{_SUBJECT}{repository}",
        base="",
        head=commit,
        title=f"the whole tree at {commit[:7]}",
        whole_tree=True,
        files=marked,
        cut=(reading.tree.cut,) if reading.tree.cut else (),
        policy=reading.policy,
        policy_origin=reading.policy_origin,
        provenance=provenance,
    )


def is_scan(change: Change) -> bool:
    """Whether it is a tree that is scanned, and not a review."""
    return change.whole_tree and change.subject.startswith(_SUBJECT)


def _without(file: FileChange, why: str) -> FileChange:
    return file.model_copy(update={"omitted": why}) if why else file
