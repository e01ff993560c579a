"""What is new in a change: the head's sightings minus the base's.

Equal fingerprints in a file and its base counterpart are the same flaw. What is left over is matched once more without the
symbol and without the file, against base sightings that are gone: code that was moved, or a function that was renamed, is
not a finding. Where the base could not be looked at, only what lies on added lines is new.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

from fusion.changes.diff import added_lines
from fusion.evidence.records import Sighting
from fusion.judging.fingerprint import normalise
from fusion.model import Change, ChangeKind, FileChange


def counterpart(file: FileChange) -> str | None:
    """The base path of the same file; None for one that is added or copied (the original of a copy is still there)."""
    return None if file.kind in (ChangeKind.ADDED, ChangeKind.COPIED) else file.base_path


def bases(change: Change, found: Sequence[Sighting], base: Mapping[str, bytes]) -> list[str]:
    """The base paths worth looking at: counterparts of files with hits, and files that lost a line that now is a hit."""
    hit = {sighting.hit.location.path for sighting in found}
    lines = {sighting.normal for sighting in found}
    wanted: list[str] = []
    for file in change.files:
        path = file.base_path if file.kind is ChangeKind.DELETED else counterpart(file)
        if path is not None and path in base and (file.path in hit or not lines.isdisjoint(_removed(file))):
            wanted.append(path)
    return list(dict.fromkeys(wanted))


def _removed(file: FileChange) -> Iterable[str]:
    """The lines that the change takes out of a file, normalised."""
    return (normalise(line[1:]) for hunk in file.hunks for line in hunk.body.split("\n") if line.startswith("-"))


def new(change: Change, head: Sequence[Sighting], base: Sequence[Sighting], *, unseen: frozenset[str]) -> list[Sighting]:
    """The head's sightings that the base did not have. `unseen`: base paths that could not be looked at."""
    files = {file.path: file for file in change.files}
    before: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for sighting in base:
        before[sighting.hit.location.path][sighting.fingerprint] += 1
    left: list[Sighting] = []
    for sighting in head:
        known = before[counterpart(files[sighting.hit.location.path]) or ""]
        if known[sighting.fingerprint] > 0:
            known[sighting.fingerprint] -= 1
        else:
            left.append(sighting)
    gone: Counter[tuple[str, str]] = Counter()
    for sighting in base:
        known = before[sighting.hit.location.path]
        if known[sighting.fingerprint] > 0:
            known[sighting.fingerprint] -= 1
            gone[sighting.classified.family, sighting.normal] += 1
    fresh: list[Sighting] = []
    added: dict[str, frozenset[int]] = {}
    for sighting in left:
        location = sighting.hit.location
        kind = sighting.classified.family, sighting.normal
        if gone[kind] > 0:
            gone[kind] -= 1
            continue
        if counterpart(files[location.path]) in unseen:
            lines = added.setdefault(location.path, added_lines(files[location.path]))
            if lines.isdisjoint(range(location.line, location.end_line + 1)):
                continue
        fresh.append(sighting)
    return fresh
