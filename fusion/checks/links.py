"""Where symbolic links of a tree lead, when that is a file of the same tree.

A link's bytes are the path that it leads to, and its object is named by them: the file among the tree's own whose path, written
as that link would write it, gives the link's id is the one. Nothing is read for that, and what leads out of the tree leads
nowhere.
"""

from __future__ import annotations

import hashlib
from array import array
from collections.abc import Callable, Mapping, Sequence

from fusion.model.inventory import Tree, TreeFile
from fusion.render.text import clip, exact

LINK = "120000"
"""A symbolic link's mode."""
_MOST = 50
"""Links that are followed; each is compared with the files of the tree."""
_CHAIN = 5
"""Links that lead to links."""


def followed(tree: Tree, wanted: Callable[[str], bool]) -> Mapping[str, str]:
    """Of the links that are wanted, those that lead to a regular file of the tree, and its path."""
    links = [file for file in tree.files if file.mode == LINK and file.blob and file.size > 0 and wanted(file.path)][:_MOST]
    if not links:
        return {}
    ways = _Ways(tree.files)
    found: dict[str, str] = {}
    for link in links:
        end: TreeFile | None = link
        for _ in range(_CHAIN):
            if end is None or end.mode != LINK:
                break
            end = ways.led_to(end)
        if end is not None and end.mode.startswith("100"):
            found[link.path] = end.path
    return found


def not_followed(tree: Tree, wanted: Callable[[str], bool]) -> str:
    """A sentence on links that GitHub leaves alone: it takes the bytes of a link for the file, so that a workflow or a list of
    owners that is one, or lies below one, is none. Empty: there is no such link."""
    found = sorted(file.path for file in tree.files if file.mode == LINK and wanted(file.path))
    if not found:
        return ""
    are = "is a symbolic link" if len(found) == 1 else f"and {len(found) - 1} more are symbolic links"
    return f"{clip(exact(found[0]), 120)} {are}, which GitHub does not follow."


class _Ways:
    """The tree's files by how long the way to them is from a folder, in bytes: only few ways are worth writing out."""

    def __init__(self, files: Sequence[TreeFile]) -> None:
        self._files = files
        self._sizes = [len(file.path.encode("utf-8", "surrogateescape")) for file in files]
        self._from: dict[str, Mapping[int, Sequence[int]]] = {}

    def led_to(self, link: TreeFile) -> TreeFile | None:
        """Where a link leads."""
        folder = link.path.rpartition("/")[0]
        above = _above(folder)
        if folder not in self._from:
            self._from[folder] = self._by_length(above)
        for beside in ("", "./"):
            for number in self._from[folder].get(link.size - len(beside), ()):
                file = self._files[number]
                up, prefix = _shared(file.path, above)
                if _is_named(link, beside + "../" * up + file.path[len(prefix) :]):
                    return file
        return None

    def _by_length(self, above: Sequence[str]) -> Mapping[int, Sequence[int]]:
        found: dict[int, array[int]] = {}
        sizes = [len(one.encode("utf-8", "surrogateescape")) for one in above]
        for number, file in enumerate(self._files):
            up, _ = _shared(file.path, above)
            found.setdefault(3 * up + self._sizes[number] - sizes[up], array("L")).append(number)
        return found


def _above(folder: str) -> Sequence[str]:
    """A folder and those that it lies in, each as files in it begin: `a/b/`, `a/`, and nothing."""
    parts = folder.split("/") if folder else []
    return ["/".join((*parts[:depth], "")) if depth else "" for depth in range(len(parts), -1, -1)]


def _shared(path: str, above: Sequence[str]) -> tuple[int, str]:
    """How many folders up a file is shared, and with which."""
    return next((up, prefix) for up, prefix in enumerate(above) if path.startswith(prefix))


def _is_named(link: TreeFile, target: str) -> bool:
    """Whether a link with this target has the link's id: git's, or of a folder without git the digest of its bytes."""
    data = target.encode("utf-8", "surrogateescape")
    if len(data) != link.size:
        return False
    if link.blob.startswith("sha256:"):
        return link.blob == f"sha256:{hashlib.sha256(data).hexdigest()}"
    named = hashlib.sha1 if len(link.blob) == 40 else hashlib.sha256
    return link.blob == named(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()
