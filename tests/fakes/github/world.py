"""The state as a whole, its clock and its ids. No HTTP here."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.fakes.github.settings import Belonging, OrganisationState
from tests.fakes.github.state import (
    Account,
    App,
    Check,
    Comment,
    Delivery,
    Installation,
    Issue,
    Pull,
    Repository,
    Review,
    Thread,
    Token,
)

PERMISSIONS = {
    "metadata": "read",
    "contents": "read",
    "pull_requests": "write",
    "issues": "write",
    "checks": "write",
    "security_events": "write",
    "statuses": "read",
    "merge_queues": "read",
}
"""What an App gets here unless it asks for something else. Note that resolving a thread needs `contents: write`."""


class World:
    """Everything there is on this GitHub."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        """Held while state is read or changed: requests and tests are on different threads."""
        self.offset = timedelta()
        self.ids = 1_000_000
        self.accounts: dict[str, Account] = {}
        self.ghost = Account("ghost", 10137)
        self.repositories: dict[str, Repository] = {}
        self.by_id: dict[int, Repository] = {}
        self.apps: dict[int, App] = {}
        self.installations: dict[int, Installation] = {}
        self.tokens: dict[str, Token] = {}
        self.nodes: dict[str, tuple[Repository, Thread | Comment | Review | Pull]] = {}
        self.deliveries: dict[int, Delivery] = {}
        self.organisations: dict[str, OrganisationState] = {}
        self.owners: dict[str, set[str]] = {}
        """Who owns an organisation, by its login."""
        self.belonging: dict[str, Belonging] = {}
        """What people say of where they belong, by login."""
        self.renamed: dict[str, int] = {}
        """Ids of repositories by the lower-case names that they gave up."""

    def emit(self, event: str, action: str | None, where: Repository | None, sender: Account | None, **things: Any) -> str:
        """Tell the webhooks what happened: the delivery's GUID, empty when nobody listens. Here nobody does."""
        return ""

    # --- clock and ids

    @property
    def now(self) -> datetime:
        """GitHub's time: this machine's, plus what tests advanced."""
        return (datetime.now(UTC) + self.offset).replace(microsecond=0)

    def advance(self, **duration: float) -> datetime:
        """Let time pass, as `timedelta` takes it: `advance(hours=1)`. The new time."""
        self.offset += timedelta(**duration)
        return self.now

    def next_id(self) -> int:
        """A new id: one sequence for everything."""
        with self.lock:
            self.ids += 1
            return self.ids

    # --- accounts

    def account(self, login: str, kind: str = "User") -> Account:
        """The account of that name; made when it is new."""
        with self.lock:
            if login not in self.accounts:
                self.accounts[login] = Account(login, self.next_id(), "Bot" if login.endswith("[bot]") else kind)
            return self.accounts[login]

    def shown(self, account: Account | None) -> Account | None:
        """The account, or None when it is deleted."""
        return None if account is None or account.deleted else account

    # --- repositories

    def repository(self, name: str) -> Repository:
        """By full name, whatever its case. Raises LookupError."""
        found = self.repositories.get(name)
        if found is None:
            lower = name.lower()
            found = next((item for key, item in self.repositories.items() if key.lower() == lower), None)
        if found is None:
            raise LookupError(name)
        return found

    def add(self, name: str, folder: Path, *, private: bool = False) -> Repository:
        """Serve a git repository (bare or not) as `owner/name`."""
        with self.lock:
            repository = Repository(folder, private=private, name=name, id=self.next_id())
            branch = repository.git("symbolic-ref", "--short", "HEAD").decode().strip()
            repository.default_branch = "main" if branch != "main" and (_has(repository, "main")) else branch
            self.repositories[name] = repository
            self.by_id[repository.id] = repository
            self.account(name.partition("/")[0], "Organization")
            return repository

    def keep_pull(self, repository: Repository, pull: Pull) -> Pull:
        """Give a pull request its ids and times, and list it."""
        with self.lock:
            pull.number = pull.number or repository.last + 1
            repository.last = max(repository.last, pull.number)
            pull.id = self.next_id()
            pull.created = pull.updated = self.now
            repository.pulls[pull.number] = pull
            self.nodes[pull.node] = repository, pull
            return pull

    def keep_issue(self, repository: Repository, issue: Issue) -> Issue:
        """Give an issue its ids and times, and list it; pull requests and issues share their numbers."""
        with self.lock:
            repository.last += 1
            issue.number, issue.id = repository.last, self.next_id()
            issue.created = issue.updated = self.now
            repository.issues[issue.number] = issue
            return issue

    def keep_comment(self, repository: Repository, comment: Comment) -> Comment:
        """List a comment where it was made."""
        with self.lock:
            repository.comments[comment.id] = comment
            if comment.thread is None:
                comment.pull.comments[comment.id] = comment
            else:
                comment.thread.comments.append(comment)
                if comment.review is not None:
                    comment.review.comments.append(comment)
            comment.pull.updated = self.now
            self.nodes[comment.node] = repository, comment
            return comment

    def keep_check(self, repository: Repository, check: Check) -> Check:
        """List a check run."""
        repository.checks[check.id] = check
        repository.checks_at.setdefault(check.head, []).append(check)
        return check

    def pulls_at(self, repository: Repository, sha: str) -> Iterator[Pull]:
        """Open pull requests from a branch of the repository itself whose head is the commit."""
        for pull in repository.pulls.values():
            if pull.state == "open" and not pull.fork and repository.head(pull) == sha:
                yield pull

    # --- Apps

    def app(
        self,
        slug: str = "fusion",
        *,
        id: int = 1001,
        client_id: str = "Iv23liFusionFake0001",
        public_key: str = "",
        permissions: Mapping[str, str] | None = None,
        events: tuple[str, ...] = (),
        owner: str = "octo",
    ) -> App:
        """Register a GitHub App. Without `public_key` (PEM) a key pair is made: `app.private_key`. `events` empty: all."""
        private = ""
        if not public_key:
            key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
            private = key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            ).decode()
            form = serialization.PublicFormat.SubjectPublicKeyInfo
            public_key = key.public_key().public_bytes(serialization.Encoding.PEM, form).decode()
        self.apps[id] = App(
            id=id,
            client_id=client_id,
            slug=slug,
            name=slug.title(),
            public_key=public_key,
            private_key=private,
            permissions=dict(PERMISSIONS if permissions is None else permissions),
            events=events,
            bot=self.account(f"{slug}[bot]"),
            owner=self.account(owner, "Organization"),
            created=self.now,
        )
        return self.apps[id]

    def the_app(self) -> App:
        """The only App, registered when there is none."""
        return next(iter(self.apps.values())) if self.apps else self.app()

    def installation_of(self, repository: Repository | None, app: App | None = None) -> Installation | None:
        """The App's living installation that sees the repository."""
        for installation in self.installations.values():
            if installation.deleted or repository is None or (app is not None and installation.app is not app):
                continue
            if installation.sees(repository):
                return installation
        return None

    def sign_in(self, login: str, token: str = "") -> str:
        """A token with which the person uses the API."""
        text = token or f"ghp_{self.next_id():036}"
        self.tokens[text] = Token(text=text, account=self.account(login))
        return text

    def described(self) -> dict[str, Any]:
        """How much there is, for a glance."""
        return {
            "repositories": len(self.repositories),
            "pulls": sum(len(repository.pulls) for repository in self.repositories.values()),
            "comments": sum(len(repository.comments) for repository in self.repositories.values()),
            "deliveries": len(self.deliveries),
        }


def _has(repository: Repository, branch: str) -> bool:
    try:
        repository.sha(branch)
    except LookupError:
        return False
    return True
