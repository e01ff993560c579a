"""What the readers hand over: entries of manifests, and what a lock file fixes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from fusion.model.inventory import Origin as Source

Origin = Literal["registry", "git", "url", "path"]

MAX_MANIFEST = 1_000_000
"""Bytes of a manifest; a larger one is not read."""
MAX_LOCK = 40_000_000
"""Bytes of a lock file; a larger one is not read."""
MAX_PACKAGES = 60_000
"""Packages of one file."""
MAX_HASHES = 20
"""Hashes that are kept of one package."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A package as one file names it. `name` is whole: `@scope/name`, `group:artifact`, `github.com/owner/module`."""

    type: str
    """The purl's type: pypi, npm, golang, maven, cargo, nuget, gem, docker, github, composer, hex."""
    name: str
    version: str = ""
    """Exact; empty where only a range is known."""
    wanted: str = ""
    line: int = 0
    pinned: bool = False
    hashes: tuple[str, ...] = ()
    hashed: bool = False
    """Its bytes are fixed, also by a hash that is none over a file (Go's h1)."""
    direct: bool = True
    development: bool = False
    licence: str = ""
    source: Origin = "registry"
    address: str = ""
    lockable: bool = True
    """Whether the ecosystem's lock files name such an entry: they leave out what a build needs."""
    conditional: bool = False
    """Whether it is installed only under a condition (a marker, a platform, as an option): a lock file may rightly lack it, and
    may hold a version that fits another entry of the same name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lock:
    """A lock file's contents."""

    packages: tuple[Entry, ...] = ()
    asked: Mapping[str, Mapping[str, tuple[str | None, str]]] = field(default_factory=dict)
    """By folder of the manifest (relative to the lock file's, `""` for the same) and name: what the manifest asked for when the
    file was written (None: not told), and the version that it got (empty: not told)."""
    specs: Mapping[tuple[str, str], str] | None = None
    """Version by name and what is asked for, in formats that are keyed so; None in others."""
    relations: tuple[tuple[tuple[str, str], tuple[str, str]], ...] = ()
    """Name and version depend on name and version."""
    whole: bool = True
    """Whether it names all that is installed. One that is not only says versions for what manifests name."""
    strict: bool = True
    """Whether it must name what the manifest asks for; constraints need not."""
    pins: bool = True
    """Whether what it names can be installed in no other version."""
    left_out: frozenset[str] = frozenset()
    """Names of what it leaves out on purpose, or in no fixed version."""
    overridden: Mapping[str, str] = field(default_factory=dict)
    """Names whose version is set whatever a manifest asks for, and to what: a range, or another package."""
    exact_only: bool = False
    """Whether an entry is locked only in just the version that the manifest names (go.sum)."""


class NoManifest(ValueError):
    """The file has a manifest's name and is about other things: it is neither read nor unread."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """A file format: how it is known by its path, and its reader."""

    name: str
    type: str
    matches: Callable[[str], bool]
    entries: Callable[[str], Iterable[Entry]] | None = None
    """Reader of a manifest's text. Raises ValueError with the reason (UnreadableManifest is one)."""
    left: Callable[[str], Iterable[str]] | None = None
    """What that reader leaves out, in words with the line; none: see `entries_left`. Raises likewise."""
    lock: Callable[[str], Lock] | None = None
    """Reader of a lock file's text. Raises likewise."""
    origins: Callable[[str, str], Iterable[Source]] | None = None
    """What a file of that path and text says of where packages come from. A format that has nothing else is no list of
    packages. Raises likewise."""
    locks: tuple[str, ...] = ()
    """Names of lock files that fix what this manifest asks for, the one that counts first."""
    above: bool = False
    """Whether such a lock file may lie in a folder above (workspaces)."""

    @property
    def most(self) -> int:
        """Bytes that are read."""
        return MAX_LOCK if self.lock is not None else MAX_MANIFEST


class Named:
    """Matches files of these names in any folder."""

    def __init__(self, *names: str) -> None:
        self.names = frozenset(names)

    def __call__(self, path: str) -> bool:
        """Whether the path's last part is one of them."""
        return path.rpartition("/")[2] in self.names
