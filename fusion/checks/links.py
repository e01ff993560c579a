"""Where symbolic links of a tree lead, when that is a file of the same tree.

A link's bytes are the path that it leads to, and its object is named by them: the file among the tree's own whose path, written
as that link would write it, gives the link's id is the one. Nothing is read for that, and what leads out of the tree leads
nowhere.
"""

from __future__ import annotations

import hashlib
import posixpath
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
    by_path = {file.path: file for file in tree.files}
    found: dict[str, str] = {}
    for link in links:
        end: TreeFile | None = link
        for _ in range(_CHAIN):
            if end is None or end.mode != LINK:
                break
            end = _led_to(end, tree.files, by_path)
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


def _led_to(link: TreeFile, files: Sequence[TreeFile], by_path: Mapping[str, TreeFile]) -> TreeFile | None:
    folder = posixpath.dirname(link.path)
    up = 3 * (folder.count("/") + 1) if folder else 0
    for file in files:
        # A path from the link's folder is no longer than the way up and the whole path, and ends in the file's name.
        name = len(file.path) - file.path.rfind("/") - 1
        if not name <= link.size <= up + len(file.path.encode("utf-8", "surrogateescape")) + len("./"):
            continue
        way = posixpath.relpath(file.path, folder or ".")
        if any(_is_named(link, way) for way in (way, f"./{way}")):
            return by_path[file.path]
    return None


def _is_named(link: TreeFile, target: str) -> bool:
    """Whether a link with this target has the link's id: git's, or of a folder without git the digest of its bytes."""
    data = target.encode("utf-8", "surrogateescape")
    if len(data) != link.size:
        return False
    if link.blob.startswith("sha256:"):
        return link.blob == f"sha256:{hashlib.sha256(data).hexdigest()}"
    named = hashlib.sha1 if len(link.blob) == 40 else hashlib.sha256
    return link.blob == named(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()
