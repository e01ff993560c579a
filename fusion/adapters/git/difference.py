"""Two trees -> the file changes between them, with the ids of the blobs on both sides."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from fusion.adapters.git import objects
from fusion.adapters.git.command import TooMuch
from fusion.adapters.git.quarantine import Quarantine
from fusion.changes import paths
from fusion.changes.diff import parse_patch
from fusion.errors import UserError
from fusion.model import ChangeKind, EntryType, FileChange

_KINDS = {
    "A": ChangeKind.ADDED,
    "C": ChangeKind.COPIED,
    "D": ChangeKind.DELETED,
    "M": ChangeKind.MODIFIED,
    "R": ChangeKind.RENAMED,
    "T": ChangeKind.TYPE,
}
_OPTIONS = ("-r", "-M", "-l1000", "--raw", "-p", "--no-abbrev", "--no-color", "--no-ext-diff", "--no-textconv")
_PREFIXES = ("--src-prefix=a/", "--dst-prefix=b/")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A file change without claim checks, and the ids of its sides; empty where there is no such side, or no file on it."""

    change: FileChange
    base: str = ""
    head: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """All changes between two trees. `digest` is that of the list of modes, ids and paths, which determine them."""

    pairs: Sequence[Pair]
    digest: str


def difference(quarantine: Quarantine, base: str, head: str) -> Difference:
    """The changes from one tree (or commit) to another, with renames. Raises UserError."""
    try:
        text = quarantine.run("diff-tree", *_OPTIONS, *_PREFIXES, base, head).stdout
    except TooMuch:
        raise UserError("The change is too large: git writes more than 256 MB about it; review it in parts (A..B).") from None
    raw: list[bytes] = []
    at = 0
    while text[at : at + 1] == b":":
        end = text.index(b"\n", at)
        raw.append(text[at:end])
        at = end + 1
    patched = {file.path: file for file in parse_patch(text[at:])}
    pairs = [_pair(line, patched) for line in raw]
    objects.require_unique(pair.change.path for pair in pairs)
    digest = hashlib.sha256(b"\n".join(raw)).hexdigest()
    return Difference(pairs=pairs, digest=f"sha256:{digest}")


def _pair(line: bytes, patched: dict[str, FileChange]) -> Pair:
    meta, *names = line[1:].split(b"\t")
    old_mode, new_mode, old_id, new_id, status = meta.decode("ascii").split(" ")
    old, new = (paths.decode(paths.unquote(name)) for name in (names[0], names[-1]))
    for path in (old, new):
        why = paths.refusal(path)
        if why:
            raise UserError(f"The path {path[:200]!r} is refused: {why}.")
    kind = _KINDS[status[0]]
    if kind is ChangeKind.MODIFIED and old_id == new_id:
        kind = ChangeKind.MODE
    entry = entry_type(old_mode if kind is ChangeKind.DELETED else new_mode)
    patch = patched.get(new)
    change = FileChange(
        path=new,
        old_path=old if old != new else None,
        kind=kind,
        entry=entry,
        old_mode=None if kind is ChangeKind.ADDED else old_mode,
        new_mode=None if kind is ChangeKind.DELETED else new_mode,
        binary=patch.binary if patch else False,
        hunks=patch.hunks if patch else (),
        added=patch.added if patch else 0,
        removed=patch.removed if patch else 0,
    )
    return Pair(change=change, base=_blob(old_mode, old_id), head=_blob(new_mode, new_id))


def entry_type(mode: str) -> EntryType:
    """What kind of entry a mode in octal digits means."""
    if mode == "160000":
        return EntryType.SUBMODULE
    return EntryType.SYMLINK if mode == "120000" else EntryType.FILE


def _blob(mode: str, id: str) -> str:
    """The id, where the mode is that of a regular file."""
    return id if mode.startswith("100") else ""
