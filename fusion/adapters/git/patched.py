"""A patch against a repository or nothing: the contents on both sides, as far as they can be known.

In a repository the base of a file is the blob that the patch's `index` line names, else the file at HEAD, else the file in
the work tree: the first that the hunks fit byte for byte. The head is that with the hunks applied. Without a fitting base
only what the patch carries whole is known: new and deleted files.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from fusion.adapters.git import files, objects
from fusion.adapters.git.quarantine import Quarantine
from fusion.changes import hunks
from fusion.changes.patch import Patched
from fusion.model import ChangeKind, EntryType, FileChange


@dataclass(frozen=True, slots=True, kw_only=True)
class Sides:
    """A file of a patch with the bytes of its sides; None where there is no such side or it is not known."""

    change: FileChange
    base: bytes | None = None
    head: bytes | None = None


def resolve(patched: Sequence[Patched], quarantine: Quarantine | None, head: str | None, *, limit: int) -> Iterator[Sides]:
    """The sides of each file, one by one. `head` is the commit whose files may be the base; `limit` is in bytes per file."""
    at_head: Mapping[str, str] = {}
    known: Mapping[str, int] = {}
    if quarantine is not None:
        if head is not None:
            at_head = {entry.path: entry.id for entry in objects.tree(quarantine, head)}
        wanted = [id for file in patched for id in _ids(file, at_head)]
        known = {id: size for id, size in objects.sizes(quarantine, wanted).items() if size <= limit}
    for file in patched:
        yield _sides(file, quarantine, [id for id in _ids(file, at_head) if id in known], limit)


def _ids(file: Patched, at_head: Mapping[str, str]) -> list[str]:
    """Ids of the blobs that may be the base of a file, best first."""
    named = file.before if file.before.strip("0") else ""
    return [id for id in (named, at_head.get(file.change.base_path, "")) if id]


def _sides(file: Patched, quarantine: Quarantine | None, ids: Sequence[str], limit: int) -> Sides:
    change = file.change
    if change.binary:
        return Sides(change=_omit(change, "binary"))
    if change.entry is not EntryType.FILE or change.kind is ChangeKind.TYPE:
        return Sides(
            change=_omit(change, "not a regular file on both sides" if change.entry is EntryType.FILE else change.entry.value)
        )
    if change.kind is ChangeKind.ADDED:
        return Sides(change=change, head=b"".join(line for body in file.bodies for line in hunks.sides(body)[1]))
    if change.kind is ChangeKind.DELETED:
        return Sides(change=change, base=b"".join(line for body in file.bodies for line in hunks.sides(body)[0]))
    for base in _bases(change, quarantine, ids, limit):
        applied = hunks.apply(base, change.hunks, file.bodies)
        if applied is not None:
            return Sides(change=change, base=base, head=applied)
    where = " and the repository holds no file that it fits" if quarantine else ""
    return Sides(change=_omit(change, f"the patch does not carry the whole file{where}"))


def _bases(change: FileChange, quarantine: Quarantine | None, ids: Sequence[str], limit: int) -> Iterator[bytes]:
    if quarantine is None:
        return
    for id in ids:
        yield objects.read(quarantine, [id])[id]
    root = quarantine.repository.root
    # Without hunks any file would fit, so that only what git itself names is taken.
    if root is not None and change.hunks:
        found = files.look(root, os.fsencode(change.base_path), limit=limit)
        if found and found.data is not None and found.mode != "120000":
            yield found.data


def _omit(change: FileChange, why: str) -> FileChange:
    return change.model_copy(update={"omitted": why})
