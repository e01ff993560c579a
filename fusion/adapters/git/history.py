"""The commits of a repository on disk: which contents its files had, and when. Implements `fusion.ports.compliance.History`.

All that branches, tags and remote branches lead to is read, as somebody gets it who clones; the stash, reflogs and what no ref
leads to are not. Git is run as everywhere here: in a quarantine, without hooks, filters, replacements or grafts.
"""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from fusion.adapters.git import objects, repository
from fusion.adapters.git.command import Git, TooMuch
from fusion.adapters.git.quarantine import Quarantine, quarantine
from fusion.adapters.git.repository import Repository
from fusion.changes import paths
from fusion.model.posture import Unknown
from fusion.ports.compliance import Past, Version

_REFS = ("refs/heads", "refs/tags", "refs/remotes")
_AT_ONCE = 2_000
"""Commits compared with their parents by one process."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """How much of a history is read: the newest commits first."""

    commits: int = 50_000
    versions: int = 200_000
    bytes: int = 2_000_000_000
    file: int = 10_000_000
    """Bytes of one version above which it is listed, not read."""
    seconds: float = 120.0
    """For listing it."""


class LocalHistory:
    """The history of the repository that holds a folder."""

    def __init__(self, folder: Path, *, git: Git = Git(), bounds: Bounds = Bounds()) -> None:  # noqa: B008 - frozen
        self.folder = folder
        self._git = git
        self._bounds = bounds

    async def state(self) -> str | Unknown:
        """A digest over where all branches and tags are, what a shallow clone lacks, and how much is read."""
        return await asyncio.to_thread(self._state)

    async def past(self) -> Past | Unknown:
        """Each content of each path once, the newest first."""
        return await asyncio.to_thread(self._past)

    async def contents(self, blobs: Collection[str]) -> Mapping[str, bytes]:
        """Bytes by blob; what is not there, or too large, is missing."""
        return await asyncio.to_thread(self._contents, tuple(blobs))

    # --- on a thread

    def _state(self) -> str | Unknown:
        place = repository.find(self._git, self.folder)
        tips = _tips(place) if place is not None else ()
        if place is None or not tips:
            return _none(self.folder)
        shallow = place.shallow_file.read_bytes() if place.shallow_file.is_file() else b""
        told = "\n".join(tips).encode() + b"\0" + shallow + b"\0" + repr(self._bounds).encode()
        return f"sha256:{hashlib.sha256(told).hexdigest()}"

    def _past(self) -> Past | Unknown:
        place = repository.find(self._git, self.folder)
        tips = _tips(place) if place is not None else ()
        if place is None or not tips:
            return _none(self.folder)
        with _held(place, self._bounds.file) as held:
            return self._walk(held, tips)

    def _walk(self, held: Quarantine, tips: Sequence[str]) -> Past:
        bounds, until = self._bounds, time.monotonic() + self._bounds.seconds
        listed = held.run(
            "rev-list", "--stdin", "--date-order", f"--max-count={bounds.commits + 1}", input="\n".join(tips).encode() + b"\n"
        )
        commits = listed.stdout.decode("ascii").split()
        cut = (
            ["the clone is shallow, and earlier commits are not in it (git fetch --unshallow)"]
            if held.repository.shallow
            else []
        )
        if len(commits) > bounds.commits:
            commits = commits[: bounds.commits]
            cut.append(f"only the newest {bounds.commits:,} commits were read")
        found: dict[tuple[str, str], str] = {}
        done = 0
        refused = 0
        for part in (commits[at : at + _AT_ONCE] for at in range(0, len(commits), _AT_ONCE)):
            if time.monotonic() > until:
                cut.append(f"listing the history was stopped after {done:,} of {len(commits):,} commits, to save time")
                break
            try:
                for commit, blob, path in _brought(held, part):
                    if paths.refusal(path):
                        refused += 1
                    elif (blob, path) in found or len(found) < bounds.versions:
                        # The walk goes back in time: the last one that says so is the oldest.
                        found[blob, path] = commit
            except TooMuch:
                cut.append(f"of {len(part):,} commits too much was changed at once, and they were not read")
            done += len(part)
            if len(found) >= bounds.versions:
                cut.append(f"only the newest {bounds.versions:,} versions of files were read")
                break
        if refused:
            cut.append(f"{refused:,} versions lie at paths that no file may have, and were not read")
        return self._measured(held, found, commits=done, cut=cut)

    def _measured(self, held: Quarantine, found: Mapping[tuple[str, str], str], *, commits: int, cut: list[str]) -> Past:
        sizes = objects.sizes(held, [blob for blob, _ in found])
        if lacking := len({blob for blob, _ in found if blob not in sizes}):
            cut.append(f"{lacking:,} contents are not in this clone (it is a partial one, or damaged)")
        versions: list[Version] = []
        total = 0
        for (blob, path), commit in found.items():
            if blob not in sizes:
                continue
            total += sizes[blob] if sizes[blob] <= self._bounds.file else 0
            if total > self._bounds.bytes:
                cut.append(f"only the newest {self._bounds.bytes:,} bytes were read")
                break
            versions.append(Version(path=path, commit=commit, blob=blob, size=sizes[blob]))
        return Past(commits=commits, versions=tuple(versions), cut="; ".join(cut))

    def _contents(self, blobs: Sequence[str]) -> Mapping[str, bytes]:
        place = repository.find(self._git, self.folder)
        if place is None:
            return {}
        with _held(place, self._bounds.file) as held:
            known = {id: size for id, size in objects.sizes(held, blobs).items() if size <= self._bounds.file}
            data: dict[str, bytes] = {}
            for portion in objects.chunks(known):
                data |= objects.read(held, portion)
            return data


def _tips(place: Repository) -> Sequence[str]:
    """What branches and tags point to, and HEAD where it is detached."""
    listed = place.git.run("for-each-ref", "--format=%(objectname)", *_REFS, cwd=place.folder)
    head = place.commit("HEAD")
    return sorted({*listed.stdout.decode("ascii", "replace").split(), *([head] if head else [])})


def _none(folder: Path) -> Unknown:
    return Unknown(why=f"{folder} is no git repository with commits: scan a clone to have its history read.")


@contextmanager
def _held(place: Repository, large: int) -> Iterator[Quarantine]:
    held = quarantine(place, large=large)
    try:
        yield held
    finally:
        held.remove()


def _brought(held: Quarantine, commits: Sequence[str]) -> Iterator[tuple[str, str, str]]:
    """Commit, blob and path of each file that a commit changed or added; a merge's where it differs from all its parents."""
    flags = ("-r", "-c", "--root", "--raw", "-z", "--no-renames", "--no-abbrev", "--no-ext-diff", "--no-textconv")
    done = held.run("diff-tree", "--stdin", *flags, input="\n".join(commits).encode() + b"\n")
    commit = ""
    fields = iter(done.stdout.split(b"\0"))
    for field in fields:
        if not field.startswith(b":"):
            commit = field.decode("ascii", "replace")
            continue
        parents = len(field) - len(field.lstrip(b":"))
        words = field[parents:].decode("ascii", "replace").split(" ")
        mode, blob, path = words[parents], words[2 * parents + 1], paths.decode(next(fields, b""))
        if mode.startswith("100") and blob.strip("0"):
            yield commit, blob, path
