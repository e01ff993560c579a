"""A folder or a git repository on disk as a scan reads it. Implements `fusion.ports.compliance.Settings`.

The commit is HEAD's where the work tree holds just what HEAD does; otherwise the files are taken as they lie, and the "commit"
is a digest over them, so that what was seen of other bytes is never taken for these. Nothing is checked out, no filter runs.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fusion.adapters.git import files, objects, repository, worktree
from fusion.adapters.git.command import Git
from fusion.adapters.git.quarantine import Quarantine, quarantine
from fusion.adapters.git.repository import Repository
from fusion.changes import paths
from fusion.errors import Conflict, Gone, UserError
from fusion.model.inventory import Tree, TreeFile
from fusion.model.posture import Unknown
from fusion.ports import Place

FILE = 10_000_000
"""Bytes of a file above which it is listed, not read."""
FILES = 500_000
_REMOTE = re.compile(r"(?:[a-z+]+://(?:[^/@]*@)?([^/:]+)(?::\d+)?/|(?:[^/@:]+@)?([^/:]{2,}):)([\w.-]+/[\w.-]+?)(?:\.git)?/?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Local:
    """What lies in a folder: the name to call it, HEAD's commit or the digest over its files, and the tree itself."""

    name: str
    origin: str
    """`owner/name` on the forge that the remote `origin` names; empty: it names none."""
    tree: Tree


class LocalTree:
    """Tree and contents of one folder, whatever place is named. `host`: the forge that `origin` may name."""

    def __init__(
        self,
        folder: Path,
        *,
        git: Git = Git(),  # noqa: B008 - frozen
        host: str = "github.com",
        max_file_bytes: int = FILE,
        max_files: int = FILES,
    ) -> None:
        self.folder = folder
        self.host = host
        self._git = git
        self._max_file_bytes = max_file_bytes
        self._max_files = max_files

    async def local(self) -> Local:
        """What lies there now. Raises UserError for what is no folder, and for a repository that cannot be read."""
        return await asyncio.to_thread(self._local)

    async def posture(self, place: Place, known: Mapping[str, Any]) -> tuple[Unknown, Mapping[str, Any]]:  # noqa: ARG002 - port's
        """Nothing: a folder has no settings of a forge."""
        why = "A folder has no settings of a forge: scan the repository as owner/repo, with a token, to have them assessed."
        return Unknown(why=why), known

    async def tree(self, place: Place, commit: str) -> Tree:  # noqa: ARG002 - the port's
        """The files. Raises Conflict where they are not those of this `commit` any more; empty: as they are now."""
        found = (await self.local()).tree
        if commit and commit != found.commit:
            raise Conflict(f"The files in {self.folder} have changed since the scan began; scan again.")
        return found

    async def contents(self, place: Place, commit: str, paths: Collection[str]) -> Mapping[str, bytes]:  # noqa: ARG002
        """Bytes of these files. Raises Conflict as `tree`."""
        return await asyncio.to_thread(self._contents, commit, set(paths))

    # --- on a thread

    def _local(self) -> Local:
        place = repository.find(self._git, self.folder)
        if place is None:
            return Local(name=repository.folder_name(self.folder), origin="", tree=self._lying()[0])
        with self._held(place) as held:
            return Local(name=place.name, origin=self._origin(place), tree=self._versioned(held)[0])

    def _contents(self, commit: str, wanted: set[str]) -> Mapping[str, bytes]:
        place = repository.find(self._git, self.folder)
        if place is None:
            tree, bytes_of = self._lying(wanted)
            self._same(tree, commit)
            return bytes_of
        with self._held(place) as held:
            tree, unread = self._versioned(held)
            self._same(tree, commit)
            ids = {
                file.path: file.blob
                for file in tree.files
                if file.path in wanted
                and file.path not in unread
                and file.mode.startswith("100")
                and file.size <= self._max_file_bytes
            }
            sizes = objects.sizes(held, ids.values())
            data: dict[str, bytes] = {}
            for portion in objects.chunks({id: size for id, size in sizes.items() if size <= self._max_file_bytes}):
                data |= objects.read(held, portion)
            return {path: data[id] for path, id in ids.items() if id in data}

    def _same(self, tree: Tree, commit: str) -> None:
        if commit and commit != tree.commit:
            raise Conflict(f"The files in {self.folder} have changed since the scan began; scan again.")

    @contextmanager
    def _held(self, place: Repository) -> Iterator[Quarantine]:
        held = quarantine(place, large=self._max_file_bytes)
        try:
            yield held
        finally:
            held.remove()

    def _versioned(self, held: Quarantine) -> tuple[Tree, Mapping[str, str]]:
        """The tree of a repository, and which of its files hold a stand-in instead of their bytes."""
        place = held.repository
        head = place.commit("HEAD")
        if place.root is None:
            if head is None:
                raise Gone(f"{place.folder} has no commit yet.")
            return self._listed(held, head, objects.tree(held, head)), {}
        taken = worktree.uncommitted(held, max_file_bytes=self._max_file_bytes, max_files=self._max_files)
        entries = objects.tree(held, taken.tree)
        if head is not None and not taken.cut:
            whole = held.run("rev-parse", "--verify", f"{head}^{{tree}}").stdout.decode("ascii").strip()
            if whole == taken.tree:
                return self._listed(held, head, entries), {}
        root = place.root
        unread = {path: _touched(root / path) for path in taken.omitted}
        lines = (f"{entry.mode} {entry.id} {entry.path} {unread.get(entry.path, '')}" for entry in entries)
        tree = self._listed(held, _digest(lines), entries, cut="; ".join(taken.cut))
        told = tuple(
            file.model_copy(update={"size": _size(root / file.path)}) if file.path in taken.omitted else file
            for file in tree.files
        )
        return tree.model_copy(update={"files": told}), taken.omitted

    def _listed(self, held: Quarantine, commit: str, entries: Sequence[objects.Entry], *, cut: str = "") -> Tree:
        if len(entries) > self._max_files:
            cut = "; ".join(filter(None, (cut, f"only the first {self._max_files:,} of {len(entries):,} files are listed")))
            entries = entries[: self._max_files]
        sizes = objects.sizes(held, [entry.id for entry in entries if entry.mode != "160000"])
        return Tree(
            commit=commit,
            files=tuple(
                TreeFile(path=entry.path, size=sizes.get(entry.id, -1), mode=entry.mode, blob=entry.id) for entry in entries
            ),
            cut=cut,
        )

    def _lying(self, wanted: Collection[str] = ()) -> tuple[Tree, dict[str, bytes]]:
        """Every file of a folder without version control, and the bytes of those that are wanted."""
        root = self.folder.resolve()
        if not root.is_dir():
            raise UserError(f"{self.folder} is not a folder.")
        listed: list[TreeFile] = []
        lines: list[str] = []
        kept: dict[str, bytes] = {}
        cut = ""
        for name in files.walk(root):
            if len(listed) == self._max_files:
                cut = f"only the first {self._max_files:,} files are listed"
                break
            path = paths.decode(name)
            found = files.look(root, name, limit=self._max_file_bytes)
            if found is None:
                continue
            blob = "" if found.data is None else f"sha256:{hashlib.sha256(found.data).hexdigest()}"
            listed.append(TreeFile(path=path, size=found.size, mode=found.mode, blob=blob))
            lines.append(f"{found.mode} {blob or _touched(root / os.fsdecode(name))} {path}")
            if path in wanted and found.data is not None and found.mode.startswith("100"):
                kept[path] = found.data
        objects.require_unique(file.path for file in listed)
        return Tree(commit=_digest(lines), files=tuple(listed), cut=cut), kept

    def _origin(self, place: Repository) -> str:
        match = _REMOTE.fullmatch(place.settings.get("remote.origin.url", ""))
        return match[3] if match and (match[1] or match[2]).lower() == self.host.lower() else ""


def _touched(file: Path) -> str:
    """Of a file that was not read, its size and times: what tells of other bytes then."""
    try:
        found = file.lstat()
    except OSError:
        return "unread"
    return f"{found.st_size} {found.st_mtime_ns} {found.st_ctime_ns}"


def _size(file: Path) -> int:
    try:
        return file.lstat().st_size
    except OSError:
        return -1


def _digest(lines: Iterable[str]) -> str:
    """`sha256:` over the lines, one for each file."""
    return "sha256:" + hashlib.sha256("\n".join(lines).encode("utf-8", "surrogateescape")).hexdigest()
