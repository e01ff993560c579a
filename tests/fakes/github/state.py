"""What the fake remembers: accounts, repositories, pull requests and everything said on them, Apps and their tokens."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tests.fakes.github.folder import Absent, Folder
from tests.fakes.github.settings import RepositorySettings

ROLES = ("none", "read", "triage", "write", "maintain", "admin")


def node(prefix: str, id: int) -> str:
    """A GraphQL node id, made the way GitHub's look: the kind's letters, then what only GitHub reads."""
    return f"{prefix}_{base64.urlsafe_b64encode(f'kwDO{id}'.encode()).decode().rstrip('=')}"


@dataclass
class Account:
    """A person, organisation or App's bot. When it is deleted, what it wrote is shown as nobody's."""

    login: str
    id: int
    kind: str = "User"
    deleted: bool = False

    @property
    def node(self) -> str:
        return node({"Bot": "BOT", "Organization": "O"}.get(self.kind, "U"), self.id)


@dataclass(kw_only=True)
class Comment:
    """A comment in the conversation, or in a review thread (then `review` is set)."""

    id: int
    author: Account
    body: str
    created: datetime
    updated: datetime
    app: App | None = None
    minimised: str = ""
    reactions: dict[tuple[str, str], Reaction] = field(default_factory=dict)
    """By (content, login)."""
    pull: Pull
    review: Review | None = None
    thread: Thread | None = None
    reply_to: int = 0

    @property
    def node(self) -> str:
        return node("PRRC" if self.thread else "IC", self.id)


@dataclass(kw_only=True)
class Reaction:
    """One person's reaction."""

    id: int
    content: str
    author: Account
    created: datetime

    @property
    def node(self) -> str:
        return node("REA", self.id)


@dataclass(kw_only=True)
class Thread:
    """A review thread, on lines of the diff between `base` and `commit` as they were."""

    id: int
    pull: Pull
    path: str
    line: int
    side: str
    start: int | None = None
    start_side: str | None = None
    commit: str
    base: str
    hunk: str
    position: int
    comments: list[Comment] = field(default_factory=list)
    resolved_by: Account | None = None
    resolved: bool = False

    @property
    def node(self) -> str:
        return node("PRRT", self.id)


@dataclass(kw_only=True)
class Review:
    """A review: PENDING, COMMENTED, APPROVED, CHANGES_REQUESTED or DISMISSED."""

    id: int
    pull: Pull
    author: Account
    app: App | None = None
    body: str
    state: str
    commit: str
    submitted: datetime
    minimised: str = ""
    reactions: dict[tuple[str, str], Reaction] = field(default_factory=dict)
    comments: list[Comment] = field(default_factory=list)

    @property
    def node(self) -> str:
        return node("PRR", self.id)


@dataclass(kw_only=True)
class Check:
    """A check run."""

    id: int
    app: App | None
    name: str
    head: str
    status: str = "queued"
    conclusion: str | None = None
    external_id: str = ""
    details_url: str | None = None
    started: str | None = None
    completed: str | None = None
    output: dict[str, Any] = field(default_factory=dict)
    annotations: list[dict[str, Any]] = field(default_factory=list)
    actions: list[dict[str, Any]] = field(default_factory=list)
    suite: int = 0

    @property
    def node(self) -> str:
        return node("CR", self.id)


@dataclass
class Pull:
    """A pull request. `base` and `head` are branches, or any revision; the tips are read when they are asked for."""

    base: str
    head: str
    title: str = "A pull request"
    fork: bool = False
    number: int = 0
    id: int = 0
    author: Account | None = None
    body: str = ""
    draft: bool = False
    state: str = "open"
    merged: bool = False
    merge_commit: str = ""
    merger: Account | None = None
    labels: list[str] = field(default_factory=list)
    locked: bool = False
    created: datetime | None = None
    updated: datetime | None = None
    closed: datetime | None = None
    frozen: str = ""
    """The head's tip since its branch is gone."""
    frozen_base: str = ""
    fork_gone: bool = False
    comments: dict[int, Comment] = field(default_factory=dict)
    reviews: dict[int, Review] = field(default_factory=dict)
    threads: dict[int, Thread] = field(default_factory=dict)

    @property
    def node(self) -> str:
        return node("PR", self.id)


@dataclass
class Issue(Pull):
    """An issue that is no pull request; it has neither base nor head."""

    app: App | None = None
    closer: Account | None = None
    reason: str | None = None

    @property
    def node(self) -> str:
        return node("I", self.id)


@dataclass
class Repository(Folder):
    """A repository: its git folder, and what GitHub keeps beside it."""

    private: bool = False
    pulls: dict[int, Pull] = field(default_factory=dict)
    issues: dict[int, Issue] = field(default_factory=dict)
    settings: RepositorySettings = field(default_factory=RepositorySettings)
    name: str = ""
    id: int = 0
    default_branch: str = "main"
    roles: dict[str, str] = field(default_factory=dict)
    """What people may do, by login: read, triage, write, maintain, admin."""
    code_scanning: bool = True
    archived: bool = False
    checks: dict[int, Check] = field(default_factory=dict)
    checks_at: dict[str, list[Check]] = field(default_factory=dict)
    comments: dict[int, Comment] = field(default_factory=dict)
    """All comments, of conversations and of threads, by id."""
    sarifs: dict[str, dict[str, Any]] = field(default_factory=dict)
    groups: dict[str, tuple[int, ...]] = field(default_factory=dict)
    """Merge groups: head commit -> pull requests."""
    last: int = 0
    protected: tuple[str, ...] = ()
    """How the names of branches begin that a ruleset lets nobody create."""

    @property
    def node(self) -> str:
        return node("R", self.id)

    def head(self, pull: Pull) -> str:
        """The pull request's head commit."""
        return pull.frozen or self.sha(pull.head)

    def base(self, pull: Pull) -> str:
        """The base branch's tip; for a merged or closed pull request as it was then."""
        return pull.frozen_base or self.sha(pull.base)

    def changes(self, pull: Pull) -> list[dict[str, Any]]:
        """The files of a pull request; computed once per pair of commits."""
        return self.files(self.base(pull), self.head(pull))

    def resolve(self, ref: str) -> str:
        """The commit of a branch, tag, SHA or `refs/pull/N/head`."""
        short = ref.removeprefix("refs/")
        if short.startswith("pull/") and short.endswith(("/head", "/merge")):
            number = short.split("/")[1]
            if not number.isdigit() or int(number) not in self.pulls:
                raise Absent(ref)
            return self.head(self.pulls[int(number)])
        if short.startswith(("heads/", "tags/")) and short != ref:
            return self.sha(ref)
        return self.sha(short.removeprefix("heads/"))

    def role(self, login: str) -> str:
        """What a person may do: what was granted, otherwise read where it is public."""
        return self.roles.get(login, "none" if self.private else "read")


@dataclass(kw_only=True)
class App:
    """A registered GitHub App. `private_key` (PEM) is known when the fake made the key pair."""

    id: int
    client_id: str
    slug: str
    name: str
    public_key: str
    private_key: str = ""
    permissions: Mapping[str, str]
    events: tuple[str, ...] = ()
    bot: Account
    owner: Account
    created: datetime


@dataclass(kw_only=True)
class Installation:
    """An App on an account: what it may do (`permissions`) and where (`repositories`; None: everywhere)."""

    id: int
    app: App
    account: Account
    permissions: dict[str, str]
    repositories: set[str] | None
    created: datetime
    suspended: datetime | None = None
    deleted: bool = False

    def sees(self, repository: Repository) -> bool:
        """Whether the repository is in it."""
        if self.repositories is None:
            return repository.name.partition("/")[0] == self.account.login
        return repository.name in self.repositories


@dataclass(kw_only=True)
class Token:
    """What an `Authorization` header stands for: a person, or an installation with narrowed rights."""

    text: str
    account: Account
    everything: bool = False
    """A site administrator's: sees and may do everything."""
    installation: Installation | None = None
    permissions: Mapping[str, str] | None = None
    repositories: frozenset[str] | None = None
    expires: datetime | None = None


@dataclass(kw_only=True)
class Delivery:
    """One attempt to deliver one event. `guid` is shared by all attempts."""

    id: int
    guid: str
    event: str
    action: str | None
    payload: dict[str, Any]
    installation: int | None = None
    repository: int | None = None
    redelivery: bool = False
    at: datetime
    seconds: float = 0.0
    status: int = 0
    """What was answered; 0: not sent yet."""
    answer: str = ""
    held: bool = False
