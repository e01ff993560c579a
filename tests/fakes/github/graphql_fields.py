"""GraphQL: what each field of each type is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from graphql import GraphQLError

from tests.fakes.github import shapes
from tests.fakes.github.graphql_pages import missing, paged
from tests.fakes.github.state import Account, Comment, Pull, Reaction, Repository, Review, Thread

if TYPE_CHECKING:
    from tests.fakes.github.graphql import Asking

Resolver = Callable[..., Any]
FIELDS: dict[tuple[str, str], Resolver] = {}
CONTENTS = {
    "THUMBS_UP": "+1",
    "THUMBS_DOWN": "-1",
    "LAUGH": "laugh",
    "HOORAY": "hooray",
    "CONFUSED": "confused",
    "HEART": "heart",
    "ROCKET": "rocket",
    "EYES": "eyes",
}
WORDS = {word: name for name, word in CONTENTS.items()}


@dataclass(frozen=True)
class AsUser:
    """An account where the schema wants a User: a bot's too, with its whole login."""

    account: Account

    @property
    def id(self) -> int:
        return self.account.id


@dataclass(frozen=True)
class Group:
    """The reactions of one kind to one thing."""

    subject: Comment | Review
    content: str
    reactions: tuple[Reaction, ...]


KINDS: dict[type, str] = {}
"""GraphQL types of what other modules answer."""


def kind_of(value: Any) -> str:
    """The name of a value's GraphQL type."""
    if isinstance(value, dict):
        return str(value["__typename"])
    if isinstance(value, Account):
        return value.kind
    if isinstance(value, AsUser):
        return "User"
    if isinstance(value, Comment):
        return "PullRequestReviewComment" if value.thread else "IssueComment"
    names = KINDS | {Thread: "PullRequestReviewThread", Review: "PullRequestReview", Pull: "PullRequest", Reaction: "Reaction"}
    return names.get(type(value), type(value).__name__)


def field(types: str, name: str) -> Callable[[Resolver], Resolver]:
    """Register what a field of some types is."""

    def register(resolver: Resolver) -> Resolver:
        for one in types.split():
            FIELDS[one, name] = resolver
        return resolver

    return register


def plain(types: str, **fields: Callable[[Any], Any]) -> None:
    """Fields that need only the thing itself."""
    for name, get in fields.items():
        field(types, name)(lambda source, _asking, get=get, **_: get(source))


def _where(asking: Asking, found: Any) -> Repository:
    return asking.world.nodes[found.node][0]


# --- the root


@field("Query", "repository")
def repository(_: Any, asking: Asking, owner: str, name: str, **__: Any) -> Repository:
    try:
        found = asking.world.repository(f"{owner}/{name}")
    except LookupError:
        raise missing(f"Could not resolve to a Repository with the name '{owner}/{name}'.") from None
    asking.admit(found, "metadata:read")
    return found


@field("Query", "node")
def node(_: Any, asking: Asking, id: str) -> Any:
    if id.startswith("U_"):
        return asking.person(id)
    where, found = asking.node(id)
    asking.admit(where, "pull_requests:read", "issues:read")
    return found


@field("Query", "nodes")
def nodes(_: Any, asking: Asking, ids: list[str]) -> list[Any]:
    return [node(None, asking, id) for id in ids]


@field("Query", "viewer")
def viewer(_: Any, asking: Asking) -> AsUser:
    return AsUser(asking.account)


@field("Query", "rateLimit")
def rate_limit(_: Any, asking: Asking, **__: Any) -> dict[str, Any]:
    world = asking.world
    found = world.limits.described(world.identity(asking.token, None), world.now)["graphql"]
    reset = shapes.when(world.now.fromtimestamp(found["reset"], world.now.tzinfo))
    kept = {name: found[name] for name in ("limit", "remaining", "used")}
    return {**kept, "cost": 1, "nodeCount": 0, "resetAt": reset}


# --- repositories, people, pull requests

plain(
    "Repository",
    id=lambda found: found.node,
    databaseId=lambda found: found.id,
    name=lambda found: found.name.partition("/")[2],
    nameWithOwner=lambda found: found.name,
    isPrivate=lambda found: found.private,
    url=lambda found: f"https://github.example/{found.name}",
)


@field("Repository", "owner")
def owner(found: Repository, asking: Asking) -> Account:
    return asking.world.account(found.name.partition("/")[0], "Organization")


@field("Repository", "pullRequest")
def pull_request(found: Repository, asking: Asking, number: int) -> Pull:
    asking.admit(found, "pull_requests:read")
    if number not in found.pulls:
        raise missing(f"Could not resolve to a PullRequest with the number of {number}.")
    return found.pulls[number]


plain(
    "User Bot Organization",
    id=lambda found: getattr(found, "account", found).node,
    databaseId=lambda found: found.id,
    # A bot's login has no `[bot]` in GraphQL, where it is seen as a Bot.
    login=lambda found: found.account.login if isinstance(found, AsUser) else found.login.removesuffix("[bot]"),
    url=lambda found: f"https://github.example/{getattr(found, 'account', found).login}",
)

plain(
    "PullRequest",
    id=lambda found: found.node,
    databaseId=lambda found: found.id,
    number=lambda found: found.number,
    title=lambda found: found.title,
    body=lambda found: found.body,
    state=lambda found: "MERGED" if found.merged else found.state.upper(),
    isDraft=lambda found: found.draft,
    merged=lambda found: found.merged,
    closed=lambda found: found.state == "closed",
    locked=lambda found: found.locked,
    isCrossRepository=lambda found: found.fork,
    baseRefName=lambda found: found.base,
    headRefName=lambda found: found.head,
    createdAt=lambda found: shapes.when(found.created),
    updatedAt=lambda found: shapes.when(found.updated),
    closedAt=lambda found: shapes.when(found.closed),
)
field("PullRequest", "headRefOid")(lambda found, asking: _where(asking, found).head(found))
field("PullRequest", "baseRefOid")(lambda found, asking: _where(asking, found).base(found))
field("PullRequest", "url")(lambda found, asking: f"https://github.example/{_where(asking, found).name}/pull/{found.number}")


@field("PullRequest", "reviewThreads")
def review_threads(found: Pull, asking: Asking, **page: Any) -> Any:
    return paged(list(found.threads.values()), lambda one: one, "reviewThreads", **page)


@field("PullRequest", "reviews")
def reviews(found: Pull, asking: Asking, states: list[str] | None = None, author: str | None = None, **page: Any) -> Any:
    seen = [one for one in found.reviews.values() if one.state != "PENDING" or one.author is asking.account]
    kept = [one for one in seen if (not states or one.state in states) and (not author or one.author.login == author)]
    return paged(kept, lambda one: one, "reviews", **page)


@field("PullRequest", "comments")
def comments(found: Pull, asking: Asking, **page: Any) -> Any:
    return paged(list(found.comments.values()), lambda one: one, "comments", **page)


# --- threads

plain(
    "PullRequestReviewThread",
    id=lambda found: found.node,
    path=lambda found: found.path,
    originalLine=lambda found: found.line,
    originalStartLine=lambda found: found.start,
    diffSide=lambda found: found.side,
    startDiffSide=lambda found: found.start_side,
    isResolved=lambda found: found.resolved,
    isCollapsed=lambda found: found.resolved,
    subjectType=lambda found: "LINE",
    pullRequest=lambda found: found.pull,
)


@field("PullRequestReviewThread", "resolvedBy")
def resolved_by(found: Thread, asking: Asking) -> AsUser | None:
    who = asking.world.shown(found.resolved_by)
    return None if who is None else AsUser(who)


@field("PullRequestReviewThread", "line")
def line(found: Thread, asking: Asking) -> int | None:
    return shapes.standing(_where(asking, found), found)[1]


@field("PullRequestReviewThread", "startLine")
def start_line(found: Thread, asking: Asking) -> int | None:
    now = line(found, asking)
    return None if now is None or found.start is None else found.start + now - found.line


@field("PullRequestReviewThread", "isOutdated")
def outdated(found: Thread, asking: Asking) -> bool:
    return line(found, asking) is None


@field("PullRequestReviewThread", "comments")
def thread_comments(found: Thread, asking: Asking, **page: Any) -> Any:
    return paged(found.comments, lambda one: one, "comments", **page)


@field("PullRequestReviewThread", "viewerCanResolve")
@field("PullRequestReviewThread", "viewerCanUnresolve")
def can_resolve(found: Thread, asking: Asking) -> bool:
    try:
        asking.admit(_where(asking, found), "pull_requests:write", "contents:write", all_of=True)
    except GraphQLError:
        return False
    return True


# --- comments and reviews

SAID = "PullRequestReviewComment PullRequestReview IssueComment"
plain(
    SAID,
    id=lambda found: found.node,
    databaseId=lambda found: found.id,
    fullDatabaseId=lambda found: str(found.id),
    body=lambda found: found.body,
    bodyText=lambda found: found.body,
    isMinimized=lambda found: bool(found.minimised),
    minimizedReason=lambda found: found.minimised.lower().replace("_", "-") or None,
    pullRequest=lambda found: found.pull,
)
plain(
    "PullRequestReviewComment IssueComment",
    createdAt=lambda found: shapes.when(found.created),
    updatedAt=lambda found: shapes.when(found.updated),
    publishedAt=lambda found: shapes.when(found.created),
)
plain(
    "PullRequestReview",
    state=lambda found: found.state,
    createdAt=lambda found: shapes.when(found.submitted),
    updatedAt=lambda found: shapes.when(found.submitted),
    submittedAt=lambda found: None if found.state == "PENDING" else shapes.when(found.submitted),
    commit=lambda found: {"oid": found.commit, "abbreviatedOid": found.commit[:7]},
)
plain(
    "PullRequestReviewComment",
    path=lambda found: found.thread.path,
    diffHunk=lambda found: found.thread.hunk,
    originalLine=lambda found: found.thread.line,
    pullRequestReview=lambda found: found.review,
    replyTo=lambda found: found.thread.comments[0] if found.reply_to else None,
    originalCommit=lambda found: {"oid": found.thread.commit, "abbreviatedOid": found.thread.commit[:7]},
    state=lambda found: "PENDING" if found.review and found.review.state == "PENDING" else "SUBMITTED",
)
field("PullRequestReviewComment", "line")(lambda found, asking: line(found.thread, asking))
field("PullRequestReviewComment", "outdated")(lambda found, asking: outdated(found.thread, asking))
field(SAID, "author")(lambda found, asking: asking.world.shown(found.author))
field(SAID, "viewerDidAuthor")(lambda found, asking: found.author is asking.account)
field(SAID, "authorAssociation")(lambda found, asking: shapes.association(_where(asking, found), found.author))


@field("PullRequestReview", "comments")
def review_comments(found: Review, asking: Asking, **page: Any) -> Any:
    return paged(found.comments, lambda one: one, "comments", **page)


# --- reactions

plain(
    "Reaction",
    id=lambda found: found.node,
    databaseId=lambda found: found.id,
    content=lambda found: WORDS[found.content],
    createdAt=lambda found: shapes.when(found.created),
)


@field("Reaction", "user")
def reaction_user(found: Reaction, asking: Asking) -> AsUser | None:
    who = asking.world.shown(found.author)
    return AsUser(who) if who is not None and who.kind == "User" else None


@field(SAID, "reactions")
def reactions(found: Comment | Review, asking: Asking, content: str | None = None, **page: Any) -> Any:
    kept = [one for one in found.reactions.values() if content is None or one.content == CONTENTS[content]]
    return paged(kept, lambda one: one, "reactions", **page)


@field(SAID, "reactionGroups")
def reaction_groups(found: Comment | Review, asking: Asking) -> list[Group]:
    every = tuple(found.reactions.values())
    return [Group(found, name, tuple(one for one in every if one.content == word)) for name, word in CONTENTS.items()]


plain(
    "ReactionGroup",
    content=lambda found: found.content,
    subject=lambda found: found.subject,
    createdAt=lambda found: shapes.when(found.reactions[0].created) if found.reactions else None,
)
field("ReactionGroup", "viewerHasReacted")(lambda found, asking: any(one.author is asking.account for one in found.reactions))


@field("ReactionGroup", "reactors")
def reactors(found: Group, asking: Asking, **page: Any) -> Any:
    shown = [one.author for one in found.reactions if not one.author.deleted]
    return paged(shown, lambda one: one, "reactors", **({"first": 10} | page))


@field("ReactionGroup", "users")
def reacting_users(found: Group, asking: Asking, **page: Any) -> Any:
    people = [AsUser(one.author) for one in found.reactions if one.author.kind == "User" and not one.author.deleted]
    return paged(people, lambda one: one, "users", **({"first": 10} | page))
