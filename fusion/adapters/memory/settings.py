"""Settings and trees of repositories in memory, for tests and trials: a public fake of `fusion.ports.compliance.Settings`."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from fusion.errors import FusionError, Gone
from fusion.model.inventory import Tree, TreeFile
from fusion.model.posture import ActionsSettings, Basics, OrganisationSettings, Posture, Protection, SecuritySettings, Unknown
from fusion.ports import Place

PARTS: Mapping[str, Any] = {
    "protection": Protection(protected=False),
    "actions": ActionsSettings(),
    "security": SecuritySettings(),
    "collaborators": (),
    "deploy_keys": (),
    "hooks": (),
    "releases": (),
    "merges": (),
    "contributors": (),
    "organisation": OrganisationSettings(),
}
"""The parts of a posture beside `basics`, as they are in a repository of which nobody said anything."""


@dataclass(slots=True)
class Kept:
    """One repository: its posture's parts, and the files of its commits."""

    id: int
    basics: Basics
    parts: dict[str, Any] = field(default_factory=lambda: dict(PARTS))
    commits: dict[str, dict[str, bytes]] = field(default_factory=dict)


class MemorySettings:
    """Settings in memory. An unchanged part is confirmed and costs nothing; one that is Unknown is asked for each time."""

    def __init__(self, *, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self.clock = clock
        self.repositories: dict[str, Kept] = {}
        self.failures: list[FusionError] = []
        """Raised by the next calls, one each."""

    def add(self, name: str, files: Mapping[str, bytes] | None = None, **parts: Any) -> str:
        """A repository with these files and parts: its head, empty where there are no files."""
        self.repositories[name.lower()] = Kept(
            id=len(self.repositories) + 1, basics=Basics(default_branch="main", visibility="public", empty=True)
        )
        self.change(name, **parts)
        return self.push(name, files) if files else ""

    def change(self, name: str, **parts: Any) -> None:
        """Give a repository other settings; `basics` by its fields: `change(name, basics={"archived": True})`."""
        kept = self._kept(name)
        for part, value in parts.items():
            if part == "basics":
                kept.basics = kept.basics.model_copy(update=dict(value))
            elif part in PARTS:
                kept.parts[part] = value
            else:
                raise ValueError(f"{part!r} is no part of a posture; parts are basics, {', '.join(PARTS)}")

    def push(self, name: str, files: Mapping[str, bytes]) -> str:
        """A new commit on the default branch with these files over those before: its id."""
        kept = self._kept(name)
        whole = {**kept.commits.get(kept.basics.head, {}), **files}
        lines = (f"{path} {hashlib.sha256(data).hexdigest()}" for path, data in sorted(whole.items()))
        head = hashlib.sha1("\n".join([kept.basics.head, *lines]).encode(), usedforsecurity=False).hexdigest()
        kept.commits[head] = whole
        kept.basics = kept.basics.model_copy(update={"head": head, "empty": False})
        return head

    def remove(self, name: str) -> None:
        """Delete a repository."""
        del self.repositories[name.lower()]

    def fail(self, error: FusionError) -> None:
        """The next call raises this."""
        self.failures.append(error)

    async def posture(self, place: Place, known: Mapping[str, Any]) -> tuple[Posture, Mapping[str, Any]]:
        """As the port says."""
        kept = self._asked(place.repository)
        asked, answers = known.get("answers"), {}
        before = asked if isinstance(asked, dict) else {}
        confirmed = 0
        for part, value in {"basics": kept.basics, **kept.parts}.items():
            if isinstance(value, Unknown):
                continue
            answers[part] = hashlib.sha256(repr(value).encode()).hexdigest()
            confirmed += before.get(part) == answers[part]
        posture = Posture(
            repository=place.repository,
            repository_id=kept.id,
            at=self.clock(),
            basics=kept.basics,
            **kept.parts,
            requests=1 + len(PARTS) - confirmed,
            confirmed=confirmed,
        )
        return posture, {"version": 1, "answers": answers}

    async def tree(self, place: Place, commit: str) -> Tree:
        """As the port says."""
        files = self._commit(place, commit)
        return Tree(
            commit=commit,
            files=tuple(
                TreeFile(path=path, size=len(data), blob=f"sha256:{hashlib.sha256(data).hexdigest()}")
                for path, data in sorted(files.items())
            ),
        )

    async def contents(self, place: Place, commit: str, paths: Collection[str]) -> Mapping[str, bytes]:
        """As the port says."""
        files = self._commit(place, commit)
        return {path: files[path] for path in paths if path in files}

    def _commit(self, place: Place, commit: str) -> Mapping[str, bytes]:
        commits = self._asked(place.repository).commits
        if commit not in commits:
            raise Gone(f"There is no commit {commit[:100]!r} in {place.repository}.")
        return commits[commit]

    def _asked(self, name: str) -> Kept:
        if self.failures:
            raise self.failures.pop(0)
        return self._kept(name)

    def _kept(self, name: str) -> Kept:
        found = self.repositories.get(name.lower())
        if found is None:
            raise Gone(f"There is no {name}.")
        return found
