"""A listed file -> a FileChange: its two blobs from the git data API, its hunks from GitHub or else from them."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from fusion.adapters.github.client import Client
from fusion.adapters.github.together import together
from fusion.adapters.github.trees import Entry, Listed, Trees
from fusion.changes import paths
from fusion.changes.edits import unified_patch
from fusion.changes.patch import parse_patch
from fusion.errors import PermanentError, UserError
from fusion.model import Blob, ChangeKind, EntryType, FileChange, Hunk
from fusion.ports import Blobs

COMPARED = 20_000_000
"""Bytes of both sides, all files together, for which hunks are computed here."""
KINDS = {
    "added": ChangeKind.ADDED,
    "removed": ChangeKind.DELETED,
    "renamed": ChangeKind.RENAMED,
    "copied": ChangeKind.COPIED,
    "changed": ChangeKind.MODE,
}


def listed(item: Mapping[str, Any]) -> Listed:
    """A file as "List pull requests files" has it."""
    patch = item.get("patch")
    return Listed(
        path=str(item["filename"]),
        old_path=str(item.get("previous_filename") or ""),
        kind=KINDS.get(str(item.get("status")), ChangeKind.MODIFIED),
        added=int(item.get("additions") or 0),
        removed=int(item.get("deletions") or 0),
        patch=patch if isinstance(patch, str) and patch else None,
    )


class Contents:
    """Reads the files of one change. `reads`: how many blobs it may ask GitHub for; `largest`: how many bytes each may have."""

    def __init__(self, client: Client, root: str, blobs: Blobs, *, largest: int, reads: int) -> None:
        self.client = client
        self.root = root
        self.blobs = blobs
        self.largest = largest
        self.reads = reads
        self.unread = 0
        """Files that were not read because there are too many."""
        self._comparable = COMPARED

    async def file(self, item: Listed, trees: Trees) -> FileChange:
        """The change of one file. Raises PermanentError for a path that no repository may hold."""
        if why := paths.refusal(item.path) or (item.old_path and paths.refusal(item.old_path)):
            raise PermanentError(f"GitHub names a path that no repository may hold: {why}.")
        before = None if item.kind is ChangeKind.ADDED else trees.old.get(item.old_path or item.path)
        after = None if item.kind is ChangeKind.DELETED else trees.new.get(item.path)
        file = _outline(item, before, after)
        if file.entry is EntryType.SUBMODULE:
            return file.model_copy(update={"omitted": "submodule"})
        wanted = [entry for entry in (before, after) if entry is not None and entry.size <= self.largest]
        self.reads -= len(wanted)
        if self.reads < 0:
            self.unread += 1
            return file.model_copy(update={"omitted": "not read: the change has too many files"})
        base, head = await together(self._blob(before), self._blob(after))
        omitted = next((text for text in (head, base) if isinstance(text, str)), "")
        if not omitted and item.kind is not ChangeKind.DELETED and after is None:
            omitted = "GitHub's tree does not name it"
        sides = {side: data for side, data in (("base", base), ("head", head)) if isinstance(data, bytes)}
        binary = any(b"\0" in data[:8000] for data in sides.values())
        changes: dict[str, Any] = {"omitted": omitted, "binary": binary}
        for side, data in sides.items():
            changes[side] = Blob(digest=await self.blobs.put(data), size=len(data))
        if item.patch:
            changes["hunks"] = _hunks(item.path, item.patch)
        elif not omitted and not binary and base != head:
            changes |= await self._compared(file, sides.get("base", b""), sides.get("head", b""))
        return file.model_copy(update=changes)

    async def blob(self, sha: str) -> bytes:
        """A blob's bytes."""
        return await self.client.bytes(f"{self.root}/git/blobs/{sha}")

    async def _blob(self, entry: Entry | None) -> bytes | str | None:
        """The bytes of an entry; a sentence when they are too many; None without an entry or for a submodule."""
        if entry is None or entry.type is EntryType.SUBMODULE:
            return None
        if entry.size > self.largest:
            return f"too large: {entry.size / 1_000_000:.1f} MB"
        return await self.blob(entry.sha)

    async def _compared(self, file: FileChange, base: bytes, head: bytes) -> Mapping[str, Any]:
        """The hunks between two texts, and how many lines they change."""
        self._comparable -= len(base) + len(head)
        if self._comparable < 0:
            lines = f" for its {file.added + file.removed:,} changed lines" if file.added + file.removed else ""
            return {"omitted": f"GitHub gives no patch{lines}"}
        # Comparing holds the processor for up to half a second; others go on meanwhile.
        return await asyncio.to_thread(compared, file.path, base, head)


def compared(path: str, base: bytes, head: bytes) -> Mapping[str, Any]:
    """`hunks`, `added` and `removed` of a file with these two texts; none when they are equal."""
    texts = [data.decode("utf-8", "surrogateescape") for data in (base, head)]
    patch = unified_patch(path, texts[0], texts[1]).encode("utf-8", "surrogateescape")
    if not patch:
        return {}
    change = parse_patch(patch)[0]
    return {"hunks": change.hunks, "added": change.added, "removed": change.removed}


def _outline(item: Listed, before: Entry | None, after: Entry | None) -> FileChange:
    kind = item.kind
    if kind is ChangeKind.MODE and before is not None and after is not None and before.sha != after.sha:
        kind = ChangeKind.MODIFIED
    return FileChange(
        path=item.path,
        old_path=item.old_path if item.old_path and item.old_path != item.path else None,
        kind=kind,
        entry=(after or before or Entry("100644", "", 0)).type,
        old_mode=before.mode if before else None,
        new_mode=after.mode if after else None,
        added=item.added,
        removed=item.removed,
    )


def _hunks(path: str, patch: str) -> tuple[Hunk, ...]:
    """GitHub gives a file's hunks without their header; with one they are a patch."""
    name = paths.quote(f"a/{path}"), paths.quote(f"b/{path}")
    text = f"diff --git {name[0]} {name[1]}\n--- {name[0]}\n+++ {name[1]}\n{patch}\n"
    try:
        return parse_patch(text.encode())[0].hunks
    except UserError as error:
        raise PermanentError(f"GitHub's patch of {path} cannot be read: {error}") from None
