"""Git trees by GitHub's git data API, and what differs between two of them. Only the walk does I/O.

Where GitHub cuts a recursive listing (100,000 entries or 7 MB), both trees are walked together: folders with the same id on
both sides are equal and need not be opened.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Awaitable, Callable, Mapping, Set
from dataclasses import dataclass, field
from typing import Any

from fusion.model import ChangeKind, EntryType

WALKED = 600
"""Folders that a walk opens, both sides counted."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a git tree: mode, object id, and size in bytes (0 for submodules)."""

    mode: str
    sha: str
    size: int

    @property
    def type(self) -> EntryType:
        """What kind of entry the mode says it is."""
        return {"120000": EntryType.SYMLINK, "160000": EntryType.SUBMODULE}.get(self.mode, EntryType.FILE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One changed file as a list names it. `patch` is None where the list has none; `changed` counts lines, if known."""

    path: str
    old_path: str = ""
    kind: ChangeKind
    added: int = 0
    removed: int = 0
    patch: str | None = None


@dataclass(slots=True, kw_only=True)
class Trees:
    """The files of the base (`old`) and the head (`new`) by path: all of them, or where GitHub cut a listing, those in folders
    that differ. `known` are all files at the head that are known. `cut` says what could not be read.
    """

    old: dict[str, Entry] = field(default_factory=dict)
    new: dict[str, Entry] = field(default_factory=dict)
    known: dict[str, Entry] = field(default_factory=dict)
    cut: list[str] = field(default_factory=list)

    def without(self, paths: Set[str]) -> Trees:
        """Both sides without these paths."""
        old, new = ({path: entry for path, entry in side.items() if path not in paths} for side in (self.old, self.new))
        return Trees(old=old, new=new, cut=self.cut)


Fetch = Callable[[str, bool], Awaitable[Mapping[str, Any]]]
"""Reads a tree by its id or its commit's, recursively or not."""


async def read(fetch: Fetch, old: str, new: str, *, walked: int = WALKED) -> Trees:
    """The trees of two commits, opening at most `walked` folders one by one."""
    listings = [await fetch(old, True), await fetch(new, True)]
    before, after = (files(listing) for listing in listings)
    if not any(listing.get("truncated") for listing in listings):
        return Trees(old=before, new=after, known=after)
    trees = Trees(known=after)
    await _walk(fetch, old, new, trees, walked)
    trees.known |= trees.new
    return trees


def files(listing: Mapping[str, Any], prefix: str = "") -> dict[str, Entry]:
    """The files and submodules of a listing."""
    return {
        prefix + str(item["path"]): Entry(str(item["mode"]), str(item["sha"]), int(item.get("size") or 0))
        for item in listing.get("tree") or ()
        if item.get("type") in ("blob", "commit") and item.get("sha")
    }


async def _walk(fetch: Fetch, old: str, new: str, trees: Trees, walked: int) -> None:
    waiting: deque[tuple[str, str, str]] = deque([("", old, new)])
    short: list[str] = []
    while waiting and walked > 0:
        prefix, *ids = waiting.popleft()
        folders: list[dict[str, str]] = []
        for id, side in zip(ids, (trees.old, trees.new), strict=True):
            walked -= bool(id)
            listing = await fetch(id, False) if id else {}
            if listing.get("truncated"):
                short.append(prefix)
            side |= files(listing, prefix)
            below = [item for item in listing.get("tree") or () if item.get("type") == "tree"]
            folders.append({f"{prefix}{item['path']}/": str(item["sha"]) for item in below})
        for folder in sorted({*folders[0], *folders[1]}):
            before, after = folders[0].get(folder, ""), folders[1].get(folder, "")
            if before != after:
                waiting.append((folder, before, after))
    if waiting:
        trees.cut.append(f"{len(waiting):,} folders that differ were not opened, such as {waiting[0][0]}")
    if short:
        trees.cut.append(f"GitHub cut the listing of {len(short):,} folders, such as /{short[0]}")


def differences(trees: Trees) -> list[Listed]:
    """The files that differ, as GitHub would list them; a rename is one whose contents stayed the same."""
    old, new = trees.old, trees.new
    gone: dict[str, list[str]] = defaultdict(list)
    for path in sorted(old.keys() - new.keys()):
        gone[old[path].sha].append(path)
    found: list[Listed] = []
    for path in sorted(new):
        entry, before = new[path], old.get(path)
        if before is not None and (before.sha, before.mode) == (entry.sha, entry.mode):
            continue
        if before is not None:
            found.append(Listed(path=path, kind=_kind(before, entry)))
            continue
        origins = gone.get(entry.sha) if entry.size else None
        if origins:
            name = path.rpartition("/")[2]
            origin = next((origin for origin in origins if origin.rpartition("/")[2] == name), origins[0])
            origins.remove(origin)
            found.append(Listed(path=path, old_path=origin, kind=ChangeKind.RENAMED))
        else:
            found.append(Listed(path=path, kind=ChangeKind.ADDED))
    found += [Listed(path=path, kind=ChangeKind.DELETED) for paths in gone.values() for path in paths]
    return sorted(found, key=lambda item: item.path)


def _kind(before: Entry, after: Entry) -> ChangeKind:
    if before.type is not after.type:
        return ChangeKind.TYPE
    return ChangeKind.MODE if before.sha == after.sha else ChangeKind.MODIFIED
