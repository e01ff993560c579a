"""What was read of a history before. Git objects never change: what was read of them need not be read again. Pure.

A path is remembered as a whole. Where one of its versions is gone (a branch was deleted or written anew), all that are left are
read again: a line is shown in one version only, and that may have been the one. The same where a version could not be read.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from fusion.model import Evidence, Record
from fusion.ports.compliance import Version


class Trail(Record):
    """What was read at one path."""

    path: str
    blobs: tuple[str, ...]
    evidence: tuple[Evidence, ...] = ()
    no_text: bool = False
    """Some of it is no text."""


class Remembered(Record):
    """What was read of one history, with which version of the analyzer and its rules."""

    rules: str = ""
    trails: tuple[Trail, ...] = ()

    @property
    def versions(self) -> int:
        """How many versions were read."""
        return sum(len(trail.blobs) for trail in self.trails)

    def of(self, versions: Iterable[Version], rules: str) -> Mapping[str, Trail]:
        """By path, what still counts for a history that now has these versions."""
        if rules != self.rules:
            return {}
        there: defaultdict[str, set[str]] = defaultdict(set)
        for version in versions:
            there[version.path].add(version.blob)
        return {trail.path: trail for trail in self.trails if there[trail.path].issuperset(trail.blobs)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A version to load: to look at it, or only to know which lines were looked at before."""

    version: Version
    known: bool


def steps(versions: Sequence[Version], trails: Mapping[str, Trail]) -> Sequence[Step]:
    """By path, first what was read before, then the others from the oldest on; paths with nothing new are left out.

    `versions` are the newest first.
    """
    paths: defaultdict[str, list[Step]] = defaultdict(list)
    for version in reversed(versions):
        trail = trails.get(version.path)
        paths[version.path].append(Step(version=version, known=trail is not None and version.blob in trail.blobs))
    ordered: list[Step] = []
    for path in sorted(paths):
        if not all(step.known for step in paths[path]):
            ordered += sorted(paths[path], key=lambda step: not step.known)
    return ordered
