"""GraphQL: what came into a branch, with reviews, signatures and checks; blobs; where people belong."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.fakes.github import shapes
from tests.fakes.github.folder import Absent
from tests.fakes.github.graphql_fields import KINDS, AsUser, field, plain
from tests.fakes.github.graphql_pages import missing, paged
from tests.fakes.github.settings import Belonging
from tests.fakes.github.state import Account, Pull, Repository

if TYPE_CHECKING:
    from tests.fakes.github.graphql import Asking


@dataclass(frozen=True)
class Commit:
    """A commit of a repository."""

    where: Repository
    sha: str

    @property
    def id(self) -> str:
        return f"C_{self.sha}"


@dataclass(frozen=True)
class Blob:
    """A blob of a repository."""

    where: Repository
    sha: str


@dataclass(frozen=True)
class Ref:
    """A branch of a repository."""

    where: Repository
    name: str


KINDS.update({Commit: "Commit", Blob: "Blob", Ref: "Ref"})


@field("Repository", "ref")
def ref(found: Repository, asking: Asking, qualifiedName: str) -> Ref | None:  # noqa: N803 - GitHub's name
    asking.admit(found, "contents:read")
    try:
        found.sha(qualifiedName)
    except Absent:
        return None
    return Ref(found, qualifiedName)


@field("Repository", "object")
def object_of(found: Repository, asking: Asking, oid: str | None = None, expression: str | None = None) -> Any:
    asking.admit(found, "contents:read")
    try:
        found.blob(oid or expression or "")
    except Absent:
        return None
    return Blob(found, oid or expression or "")


plain(
    "Ref", name=lambda ref: ref.name.removeprefix("refs/heads/"), target=lambda ref: Commit(ref.where, ref.where.sha(ref.name))
)
plain(
    "Commit",
    id=lambda commit: commit.id,
    oid=lambda commit: commit.sha,
    message=lambda commit: commit.where.commit(commit.sha)["message"],
    committedDate=lambda commit: commit.where.commit(commit.sha)["cat"],
)


@field("Commit", "history")
def history(found: Commit, asking: Asking, **page: Any) -> Any:
    asking.admit(found.where, "contents:read")
    listed = found.where.once("rev-list", "--max-count=500", found.sha).decode().split()
    return paged([Commit(found.where, sha) for sha in listed], lambda one: one, "history", **page)


@field("Commit", "author")
def author(found: Commit, asking: Asking) -> dict[str, Any]:
    login = found.where.settings.authors.get(found.sha)
    return {"user": AsUser(asking.world.account(login)) if login else None}


@field("Commit", "signature")
def signature(found: Commit, asking: Asking) -> dict[str, Any] | None:
    settings = found.where.settings
    return {"__typename": "GpgSignature", "isValid": settings.verified} if settings.signed or settings.verified else None


@field("Commit", "statusCheckRollup")
def rollup(found: Commit, asking: Asking) -> dict[str, Any] | None:
    asking.admit(found.where, "checks:read", "statuses:read", all_of=True)
    state = found.where.settings.rollup
    return None if state is None else {"state": state}


@field("Commit", "associatedPullRequests")
def associated(found: Commit, asking: Asking, **page: Any) -> Any:
    asking.admit(found.where, "pull_requests:read")
    where = found.where
    pulls = [
        pull
        for pull in where.pulls.values()
        if pull.merged
        and (pull.merge_commit == found.sha or found.sha in where.commits(pull.frozen_base, pull.frozen or pull.merge_commit))
    ]
    return paged(pulls, lambda one: one, "associatedPullRequests", **page)


@field("PullRequest", "mergedAt")
def merged_at(found: Pull, asking: Asking) -> str | None:
    return shapes.when(found.closed) if found.merged else None


@field("PullRequest", "author")
def pull_author(found: Pull, asking: Asking) -> Account | None:
    return asking.world.shown(found.author)


@field("PullRequest", "mergedBy")
def merged_by(found: Pull, asking: Asking) -> Account | None:
    return asking.world.shown(found.merger)


@field("PullRequest", "commits")
def commits(found: Pull, asking: Asking, **page: Any) -> Any:
    where = asking.world.nodes[found.node][0]
    listed = where.commits(where.base(found), where.head(found))
    return paged([Commit(where, sha) for sha in listed], lambda one: {"commit": one}, "commits", **page)


plain(
    "Blob",
    oid=lambda blob: blob.sha,
    byteSize=lambda blob: len(blob.where.blob(blob.sha)),
    isBinary=lambda blob: b"\0" in blob.where.blob(blob.sha),
    isTruncated=lambda blob: len(blob.where.blob(blob.sha)) > 512_000,
)


@field("Blob", "text")
def text(found: Blob, asking: Asking) -> str | None:
    data = found.where.blob(found.sha)
    return None if b"\0" in data else data[:512_000].decode("utf-8", "replace")


def _belonging(asking: Asking, found: Any) -> Belonging:
    return asking.world.belonging.get(getattr(found, "account", found).login, Belonging())


@field("User", "company")
def company(found: Any, asking: Asking) -> str | None:
    return _belonging(asking, found).company


@field("User", "organizations")
def organisations(found: Any, asking: Asking, **page: Any) -> Any:
    names = [asking.world.account(name, "Organization") for name in _belonging(asking, found).organisations]
    return paged(names, lambda one: one, "organizations", **page)


def person(asking: Asking, id: str) -> Account:
    """The account of a node id. Raises GraphQLError NOT_FOUND."""
    found = next((who for who in asking.world.accounts.values() if who.node == id and not who.deleted), None)
    if found is None:
        raise missing(f"Could not resolve to a node with the global id of '{id}'")
    return found
