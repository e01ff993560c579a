"""Which files of a change know each other: by what they import, or since they lie side by side."""

from __future__ import annotations

from fusion.planning.index import STRICT, Page

_NAMELESS = frozenset({"__init__", "index", "mod", "lib", "main"})


def is_known(page: Page, other: Page) -> bool:
    """Whether a file imports another, or lies beside it where that is enough."""
    beside = page.group not in STRICT and folder(page.path) == folder(other.path)
    return beside or stem(other.path) in page.imported


def stem(path: str) -> str:
    """The name by which others import a file: its own, or its folder's where its own says nothing."""
    above, _, name = path.rpartition("/")
    own = name.partition(".")[0]
    return (above.rpartition("/")[2] or own) if own in _NAMELESS else own


def folder(path: str) -> str:
    """The folder of a path; empty at the top."""
    return path.rpartition("/")[0]
