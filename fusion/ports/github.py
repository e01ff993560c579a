"""The forge beside its changes: conversations, people, pull requests, the App."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from fusion.model import Operation, Pull, Scene


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A pull request on the forge, or with number 0 its repository."""

    repository: str
    number: int = 0
    installation: int = 0


class Permission(StrEnum):
    """What a person may do in a repository; `at_least` compares."""

    NONE = "none"
    READ = "read"
    TRIAGE = "triage"
    WRITE = "write"
    MAINTAIN = "maintain"
    ADMIN = "admin"

    def at_least(self, other: Permission) -> bool:
        """Whether it includes the other."""
        order = list(Permission)
        return order.index(self) >= order.index(other)


class Conversation(Protocol):
    """What is written on a pull request. All writes of one operation are one request where GitHub allows it.

    Every method raises RateLimited (with the seconds to wait), TransientError, Denied (a permission is missing: degrade, and
    say so), Gone (no such repository, pull request or object), or PermanentError.
    """

    async def read(self, place: Place, *, heads: Sequence[str] = ()) -> Scene:
        """The conversation as it is: head, threads, comments, reviews, our check runs at the head and at these others."""
        ...

    async def apply(self, place: Place, operation: Operation) -> str:
        """Write, and return the id (REST, or node id where only GraphQL knows it) of what was made or changed."""
        ...


class Hub(Protocol):
    """What the bot asks of the forge about repositories, people and pull requests. Raises as Conversation does."""

    async def policy(self, place: Place, base: str) -> bytes | None:
        """`.fusion.yml` at that base commit, or None. What was read once for a commit may be answered from memory."""
        ...

    async def permission(self, place: Place, login: str) -> Permission:
        """What the person may do in the repository now."""
        ...

    async def pull(self, place: Place) -> Pull:
        """The pull request as it is now."""
        ...

    async def open_pulls(self, place: Place) -> Sequence[Pull]:
        """Open pull requests of the repository, last updated first, at most 300."""
        ...

    async def members(self, place: Place, *, base: str, head: str, head_ref: str) -> Sequence[int]:
        """Numbers of the pull requests in a merge group."""
        ...

    async def commit(self, place: Place, *, branch: str, parent: str, files: Mapping[str, bytes], message: str) -> str:
        """Commit new contents of existing files upon a commit, on a branch of its own that begins with `fusion/`.

        Returns the branch: the one asked for, or with a suffix (`-2`) where that one has something else. One that has just this
        already is left as it is, so that committing twice is committing once. No branch that exists is ever moved. Raises
        Denied where branches may not be written, Gone where parent or file are not there, PermanentError for other names.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempted:
    """One attempt of GitHub to deliver. `delivery` is the GUID that all attempts of one event share; `id` is this attempt's."""

    id: int
    delivery: str
    event: str
    action: str
    at: datetime
    status: int
    """HTTP status that our side answered; 0: no connection."""
    redelivery: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Installed:
    """An installation of the App."""

    id: int
    account: str
    created: datetime
    suspended: bool = False
    permissions: Mapping[str, str] = field(default_factory=dict)
    """What its owner has agreed to: name -> level."""


class AppAccess(Protocol):
    """What the App sees as itself: its deliveries and installations. Raises as Conversation does."""

    async def deliveries(self, since: datetime) -> Sequence[Attempted]:
        """Attempts since then, newest first. GitHub keeps three days of those that can be redelivered."""
        ...

    async def redeliver(self, id: int) -> None:
        """Ask GitHub to deliver an attempt's event again."""
        ...

    async def installations(self) -> Sequence[Installed]:
        """All of them."""
        ...

    async def repositories(self, installation: int) -> Sequence[str]:
        """Full names of the repositories that an installation may see."""
        ...
