"""What a tree holds, and what it is built from."""

from __future__ import annotations

from typing import Literal

from fusion.model.values import Record


class TreeFile(Record):
    """One file of a commit."""

    path: str
    size: int
    """Bytes; -1: not told."""
    mode: str = "100644"
    blob: str = ""
    """Its object id in git, or `sha256:` digest of its bytes; equal ids are equal bytes."""


class Tree(Record):
    """Every file of a commit."""

    commit: str
    """SHA; of a folder without git the `sha256:` digest over its files."""
    files: tuple[TreeFile, ...]
    cut: str = ""
    """Why it is not all of them; empty: it is."""


class Component(Record):
    """A package that a manifest or lock file names."""

    purl: str
    """Package URL (ECMA-427), with the version where one is known."""
    name: str
    version: str = ""
    """Exact; empty where only a range is known."""
    ecosystem: str
    """pypi, npm, golang, maven, cargo, nuget, gem, docker, github: the purl's type."""
    wanted: str = ""
    """What the manifest asks for, as written."""
    pinned: bool = False
    """Whether just one version, or one digest, can be installed."""
    hashed: bool = False
    """Whether its bytes are fixed by a hash."""
    direct: bool = True
    development: bool = False
    licence: str = ""
    """SPDX expression where the lock file or the operator's data tells it; empty: not known."""
    hashes: tuple[str, ...] = ()
    """`sha256:` and hex digits, for each file that the lock file lets be installed; at most 20."""
    source: Literal["registry", "git", "url", "path"] = "registry"
    address: str = ""
    """Where it comes from, when that is not the registry."""
    path: str
    """Of a manifest's entry the manifest; of what only a lock file names that lock file."""
    line: int = 0
    lock: str = ""
    """The lock file that fixes it; empty: none does."""
    stale: str = ""
    """Why the lock file beside the manifest no longer fits this entry, a sentence; empty: it does, or there is none."""
    omitted: str = ""
    """The lock file beside the manifest that rightly lacks it: it is asked for only under a condition. Empty: none does."""


class Origin(Record):
    """A line of a manifest that changes where its packages come from."""

    path: str
    line: int
    option: str
    """The option by its whole name, such as `--extra-index-url`; a setting of another installer by pip's option for the same.
    `explicit`: an index only for packages that name it. `file`: a packed file that is installed as it lies there."""
    address: str = ""
    """The option's value without credentials, or the file."""


class Inventory(Record):
    """What a tree is built from."""

    components: tuple[Component, ...] = ()
    read: tuple[str, ...] = ()
    """Manifests and lock files that were read."""
    unread: tuple[tuple[str, str], ...] = ()
    """Path and why: too large, malformed, a format without a reader. A path that is in `read`, too, was read in part."""
    relations: tuple[tuple[str, str], ...] = ()
    """purl depends on purl, where lock files tell it."""
    compiled: tuple[tuple[str, str], ...] = ()
    """Manifest, and the file of constraints that a resolver made from it: all that is installed, as in a lock file."""
    origins: tuple[Origin, ...] = ()
    """Lines that have packages come from elsewhere than the ecosystem's own registry."""
