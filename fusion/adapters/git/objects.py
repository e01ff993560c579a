"""Objects of a quarantine: entries of trees, sizes and bytes of blobs, each kind with one process."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from fusion.adapters.git.quarantine import Quarantine
from fusion.changes import paths
from fusion.errors import UserError

_CHUNK = 32 * 1024 * 1024
"""Bytes of blobs held in memory at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One file of a tree."""

    path: str
    mode: str
    id: str


def tree(quarantine: Quarantine, treeish: str, *names: str) -> Sequence[Entry]:
    """All files of a tree; with `names`, those of its top. Raises UserError when a name would leave the tree."""
    recursive = [] if names else ["-r"]
    done = quarantine.run("ls-tree", *recursive, "-z", "--full-tree", treeish, "--", *names)
    entries: list[Entry] = []
    for record in done.stdout.split(b"\0")[:-1]:
        meta, _, name = record.partition(b"\t")
        mode, _, id = meta.decode("ascii").split(" ")
        path = paths.decode(name)
        why = paths.refusal(path)
        if why:
            raise UserError(f"The path {path[:200]!r} in {treeish[:12]} is refused: {why}.")
        entries.append(Entry(path=path, mode=mode, id=id))
    require_unique(entry.path for entry in entries)
    return entries


def require_unique(names: Iterable[str]) -> None:
    """Raise UserError when two names are the same as text, so that one file can never stand in for another.

    That takes a name that is not UTF-8 and one that is spelled like the first one is shown.
    """
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise UserError(f"Two files have names that both read {name[:200]!r}: rename one of them.")
        seen.add(name)


def sizes(quarantine: Quarantine, ids: Iterable[str]) -> dict[str, int]:
    """Id as given (it may be abbreviated) -> bytes, of those that are blobs and are there."""
    asked = list(dict.fromkeys(ids))
    if not asked:
        return {}
    done = quarantine.run("cat-file", "--batch-check=%(objecttype) %(objectsize)", input="\n".join(asked).encode() + b"\n")
    answers = done.stdout.decode("ascii", "replace").splitlines()
    blobs: dict[str, int] = {}
    for id, answer in zip(asked, answers, strict=False):
        kind, _, size = answer.partition(" ")
        if kind == "blob":
            blobs[id] = int(size)
    return blobs


def chunks(known: Mapping[str, int]) -> Iterator[Sequence[str]]:
    """The ids in portions whose bytes fit into memory together."""
    portion: list[str] = []
    held = 0
    for id, size in known.items():
        if portion and held + size > _CHUNK:
            yield portion
            portion, held = [], 0
        portion.append(id)
        held += size
    if portion:
        yield portion


def read(quarantine: Quarantine, ids: Sequence[str]) -> dict[str, bytes]:
    """Id -> bytes of blobs that are there."""
    if not ids:
        return {}
    done = quarantine.run("cat-file", "--batch=%(objectsize)", "--buffer", input="\n".join(ids).encode() + b"\n")
    out = memoryview(done.stdout)
    at = 0
    blobs: dict[str, bytes] = {}
    for id in ids:
        end = done.stdout.index(b"\n", at)
        size = int(done.stdout[at:end])
        blobs[id] = bytes(out[end + 1 : end + 1 + size])
        at = end + 1 + size + 1
    return blobs
