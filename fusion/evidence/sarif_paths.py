"""Which file of a change a SARIF artifact location means. Paths are never trusted: only an exact path of the change counts.

Tools write paths relative to the root of the repository, relative to a named base, or absolute on the machine they ran on.
For absolute ones the root is the one the run names, or else the one that explains most of the run's locations.
"""

from __future__ import annotations

import posixpath
import re
from collections import Counter
from collections.abc import Iterable
from urllib.parse import unquote

from fusion.evidence.sarif import Node

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]{1,20}):")
_DRIVE = re.compile(r"/?[A-Za-z]:(?=[\\/])")
_DEEPEST = 10
_LONGEST = 4096


class Paths:
    """The paths of one run, matched to the paths of a change."""

    def __init__(self, run: Node, known: Iterable[str]) -> None:
        self._known = frozenset(known)
        self._artifacts = [artifact.object("location") for artifact in run.objects("artifacts")]
        self._bases = run.object("originalUriBaseIds")
        self._cache: dict[str, str | None] = {}
        self._roots = self._named_roots()
        self._guessed = self._guess(run)

    def path(self, location: Node) -> str | None:
        """The path of the change that an artifactLocation means, or None."""
        full = self._full(location)
        if full not in self._cache:
            self._cache[full] = self._match(full)
        return self._cache[full]

    def artifacts(self) -> list[str]:
        """The change's paths among the run's artifacts."""
        paths = (self.path(location) for location in self._artifacts)
        return list(dict.fromkeys(path for path in paths if path is not None))

    def _match(self, full: str) -> str | None:
        if not full.startswith("/"):
            return full if full in self._known else None
        for root in self._roots or ([self._guessed] if self._guessed is not None else []):
            if full.startswith(root) and full[len(root) :] in self._known:
                return full[len(root) :]
        return None

    def _full(self, location: Node) -> str:
        """The location as one normalised path, absolute or relative; empty when it is not a file."""
        index = location.number("index")
        if not location.text("uri") and index is not None and 0 <= index < len(self._artifacts):
            location = self._artifacts[index]
        path = plain(location.text("uri"))
        base = location.text("uriBaseId")
        if path.startswith("/") or not path:
            return path
        return _normal(posixpath.join(self._base(base, _DEEPEST), path)) if base else path

    def _base(self, name: str, depth: int) -> str:
        """The folder a base stands for, with a slash at its end; empty when the run does not say."""
        node = self._bases.object(name)
        path = plain(node.text("uri"))
        parent = node.text("uriBaseId")
        if path and not path.startswith("/") and parent and depth:
            path = posixpath.join(self._base(parent, depth - 1), path)
        return path.rstrip("/") + "/" if path else ""

    def _named_roots(self) -> list[str]:
        """Absolute folders that the run names, the longest first."""
        bases = {self._base(name, _DEEPEST) for name in list(self._bases.value)[:100]}
        return sorted((base for base in bases if base.startswith("/")), key=len, reverse=True)

    def _guess(self, run: Node) -> str | None:
        votes: Counter[str] = Counter()
        for full in dict.fromkeys(self._full(location) for location in self._locations(run)):
            parts = full.split("/")
            for start in range(1, len(parts)):
                if "/".join(parts[start:]) in self._known and full.startswith("/"):
                    votes["/".join(parts[:start]) + "/"] += 1
        return min(votes, key=lambda root: (-votes[root], len(root))) if votes else None

    def _locations(self, run: Node) -> Iterable[Node]:
        yield from self._artifacts
        for result in run.objects("results"):
            for location in result.objects("locations")[:1]:
                yield location.object("physicalLocation").object("artifactLocation")


def plain(uri: str) -> str:
    """A URI reference as a normalised path; empty for what is not a file, is too long, or holds a NUL."""
    uri = uri.partition("#")[0].partition("?")[0] if "://" in uri else uri
    scheme = _SCHEME.match(uri)
    if scheme and not _DRIVE.match(uri):
        if scheme[1].lower() != "file":
            return ""
        uri = uri[scheme.end() :]
        if uri.startswith("//"):
            host, slash, rest = uri[2:].partition("/")
            uri = slash + rest if host in ("", "localhost") else f"/{host}/{rest}"
    path = unquote(uri, errors="surrogateescape")
    if len(path) > _LONGEST or "\0" in path:
        return ""
    drive = _DRIVE.match(path)
    if drive or ("\\" in path and "/" not in path):
        path = path.replace("\\", "/")
    if drive and not path.startswith("/"):
        path = "/" + path
    return _normal(path)


def _normal(path: str) -> str:
    """Without `.` and `..`; empty when it climbs out of where it starts."""
    if not path:
        return ""
    normal = posixpath.normpath(path)
    if normal.startswith("//"):
        normal = normal[1:]
    return "" if normal in (".", "..") or normal.startswith("../") else normal
