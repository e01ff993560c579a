"""A whole tree as a change: every file is new."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from fusion.adapters.git import files, objects
from fusion.adapters.git.difference import Pair, entry_type
from fusion.adapters.git.quarantine import Quarantine
from fusion.changes import paths
from fusion.changes.whole import filled
from fusion.model import ChangeKind, EntryType, FileChange


@dataclass(frozen=True, slots=True, kw_only=True)
class Lying:
    """A file of a folder as a change, and its bytes; None where they were not read."""

    change: FileChange
    data: bytes | None = None


def committed(quarantine: Quarantine, commit: str) -> list[Pair]:
    """Every file of a commit, without its contents."""
    return [
        Pair(
            change=FileChange(path=entry.path, kind=ChangeKind.ADDED, entry=entry_type(entry.mode), new_mode=entry.mode),
            head=entry.id if entry.mode.startswith("100") else "",
        )
        for entry in objects.tree(quarantine, commit)
    ]


def lying(folder: Path, *, max_file_bytes: int) -> Iterator[Lying]:
    """Every file below a folder that is under no version control, with its contents."""
    folder = folder.resolve()
    for name in files.walk(folder):
        path = paths.decode(name)
        found = files.look(folder, name, limit=max_file_bytes)
        change = FileChange(path=path, kind=ChangeKind.ADDED, new_mode=found.mode if found else "100644")
        if found is None:
            yield Lying(change=change.model_copy(update={"omitted": "cannot be read"}))
        elif found.mode == "120000":
            yield Lying(change=change.model_copy(update={"entry": EntryType.SYMLINK, "omitted": "symlink"}))
        elif found.data is None:
            yield Lying(change=change.model_copy(update={"omitted": found.omitted}))
        else:
            yield Lying(change=filled(change, found.data), data=found.data)


def digest(changes: Iterator[FileChange]) -> str:
    """Digest of a list of files: paths, modes and contents."""
    lines = (f"{change.new_mode} {change.head.digest if change.head else change.omitted} {change.path}" for change in changes)
    return "sha256:" + hashlib.sha256("\n".join(lines).encode("utf-8", "backslashreplace")).hexdigest()
