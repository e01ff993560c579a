"""Many repositories cheaply, and what becomes of them: organisations from a template, renamed and emptied repositories."""

from __future__ import annotations

import copy
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests.fakes.github.owners import Owners
from tests.fakes.github.people import Files
from tests.fakes.github.settings import Belonging, OrganisationState, RepositorySettings
from tests.fakes.github.state import Issue, Repository


class Estates(Owners):
    """What owners have."""

    def settings(self, name: str) -> RepositorySettings:
        """A repository's settings, to be changed in place."""
        return self.repository(name).settings

    def organisation(self, login: str, *, owners: Sequence[str] = (), **settings: bool | str) -> OrganisationState:
        """An organisation's settings, as its owners are told them."""
        with self.lock:
            self.account(login, "Organization")
            self.owners[login] = set(owners)
            self.organisations[login] = OrganisationState(**settings)  # type: ignore[arg-type]
            return self.organisations[login]

    def belongs(self, login: str, *organisations: str, company: str | None = None) -> None:
        """Somebody says where they belong."""
        with self.lock:
            self.account(login)
            self.belonging[login] = Belonging(company=company, organisations=organisations)

    def estate(
        self,
        account: str,
        count: int,
        files: Files | None = None,
        *,
        private: bool = False,
        settings: RepositorySettings | None = None,
        name: str = "service",
    ) -> list[str]:
        """So many repositories with the same files and settings, in the time that one takes: their names.

        They share one git folder until `diverge` gives one of them its own.
        """
        first = self.create(f"{account}/{name}-0000", files, private=private)
        first.settings = settings or RepositorySettings()
        names = [first.name]
        with self.lock:
            for number in range(1, count):
                made = Repository(first.folder, first.listed, first.known, first.lock, private=private)
                made.name, made.id, made.default_branch = f"{account}/{name}-{number:04}", self.next_id(), first.default_branch
                made.settings = copy.deepcopy(first.settings)
                self.repositories[made.name] = made
                self.by_id[made.id] = made
                names.append(made.name)
        return names

    def diverge(self, name: str) -> Repository:
        """A git folder of its own for a repository of an estate, so that pushing there moves nothing else."""
        with self.lock:
            where = self.repository(name)
            folder = Path(tempfile.mkdtemp(prefix="github-", dir=self.place()))
            subprocess.run(["git", "clone", "--quiet", "--bare", str(where.folder), str(folder)], check=True)
            where.folder, where.listed, where.known = folder, {}, {}
            return where

    def create_empty(self, name: str, *, private: bool = False) -> Repository:
        """A repository without a commit."""
        folder = Path(tempfile.mkdtemp(prefix="github-", dir=self.place()))
        subprocess.run(["git", "init", "--quiet", "--bare", "--initial-branch=main", str(folder)], check=True)
        return self.add(name, folder, private=private)

    def archive(self, name: str, *, archived: bool = True) -> None:
        """Make a repository read-only."""
        self.repository(name).archived = archived

    def rename(self, name: str, to: str) -> Repository:
        """Give a repository another name; the old one leads there."""
        with self.lock:
            where = self.repositories.pop(name)
            where.name = to
            self.repositories[to] = where
            self.renamed[name.lower()] = where.id
            self.account(to.partition("/")[0], "Organization")
            return where

    def open_issue(self, name: str, user: str, title: str, body: str = "", labels: Sequence[str] = ()) -> int:
        """Somebody opens an issue: its number."""
        made = Issue("", "", title=title, author=self.account(user), body=body, labels=[*labels])
        return self.keep_issue(self.repository(name), made).number

    def turn_issue(self, name: str, number: int, user: str, *, state: str = "closed") -> None:
        """Somebody closes an issue, or opens it again."""
        with self.lock:
            found = self.repository(name).issues[number]
            found.state, found.reason = state, "completed" if state == "closed" else "reopened"
            found.closed = self.now if state == "closed" else None
            found.closer = self.account(user) if state == "closed" else None
