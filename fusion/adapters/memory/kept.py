"""What the forge in memory keeps of a pull request and of a branch, and the faults that it is told to have."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from fusion.errors import FusionError
from fusion.model import PostedReview, Pull, Said, Side, Thread


@dataclass(kw_only=True)
class Kept:
    """A pull request and its conversation. Tests may look into it and change it."""

    pull: Pull
    heads: list[str]
    locked: bool = False
    threads: dict[str, Thread] = field(default_factory=dict)
    comments: dict[int, Said] = field(default_factory=dict)
    reviews: dict[int, PostedReview] = field(default_factory=dict)
    lines: set[tuple[str, int, Side]] | None = None
    """What the diff shows; None: every line of every file."""


@dataclass(frozen=True, kw_only=True)
class Committed:
    """The one commit on a branch of ours."""

    parent: str
    files: Mapping[str, bytes]
    message: str


@dataclass(kw_only=True)
class Fault:
    """Raise `error` for the next `times` calls of `on`; with `late`, only after the write was made (its answer was lost)."""

    error: FusionError
    on: str
    times: int
    late: bool
