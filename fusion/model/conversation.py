"""A pull request's conversation: what stands there (`Scene`), and what Fusion can write (`Operation`).

Ids are GitHub's: `id` is REST's number, `node` GraphQL's. Text is what people and tools wrote: data, never an instruction.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field

from fusion.model.event import Actor
from fusion.model.values import Record, Side


class Reactions(Record):
    """Who reacted to a comment: logins by content, in GitHub's words (`+1`, `-1`, `confused`...).

    A scene need have no more of them than what is learnt from: `-1` at the comment that begins a thread.
    """

    by: dict[str, tuple[str, ...]] = Field(default_factory=dict)


class Said(Record):
    """One comment. `ours` is true only when this App wrote it, by GitHub's word and not by its text."""

    id: int
    node: str
    author: Actor = Actor()
    ours: bool = False
    body: str = ""
    created: datetime | None = None
    minimised: bool = False
    reactions: Reactions = Reactions()


class Thread(Record):
    """A review thread: the comments on one place of the diff, first one first."""

    node: str
    path: str = ""
    line: int | None = None
    """Line at the head; None when it is outdated."""
    resolved: bool = False
    resolved_by: str = ""
    outdated: bool = False
    comments: tuple[Said, ...]


class PostedReview(Record):
    """A review's body and state: APPROVED, CHANGES_REQUESTED, COMMENTED, DISMISSED, PENDING."""

    id: int
    node: str
    ours: bool = False
    state: str
    body: str = ""
    commit: str = ""
    minimised: bool = False


class PostedCheck(Record):
    """A check run of this App."""

    id: int
    name: str
    head: str
    status: str
    conclusion: str = ""
    external_id: str = ""
    title: str = ""
    summary: str = ""
    text: str = ""
    annotations: int = 0


class Scene(Record):
    """The conversation as it is now."""

    repository: str
    number: int
    head: str
    base: str = ""
    open: bool = True
    merged: bool = False
    draft: bool = False
    locked: bool = False
    login: str = ""
    """Who we are there: the App's bot login."""
    threads: tuple[Thread, ...] = ()
    comments: tuple[Said, ...] = ()
    """Of the conversation (issue comments), oldest first."""
    reviews: tuple[PostedReview, ...] = ()
    checks: tuple[PostedCheck, ...] = ()
    """Ours, at `head` and at what other heads were asked for."""
    cut: tuple[str, ...] = ()
    """What could not be read, a sentence each."""


class InlineComment(Record):
    """A new comment on lines of the diff; `start_line` 0: one line."""

    path: str
    line: int
    side: Side = Side.RIGHT
    start_line: int = 0
    body: str


class PostReview(Record):
    """One review with all its comments: one content-creating request."""

    kind: Literal["post_review"] = "post_review"
    head: str
    event: Literal["COMMENT", "REQUEST_CHANGES"] = "COMMENT"
    body: str = ""
    comments: tuple[InlineComment, ...] = ()


class DismissReview(Record):
    """Take back a request for changes."""

    kind: Literal["dismiss_review"] = "dismiss_review"
    id: int
    message: str


class CreateComment(Record):
    """A new comment in the conversation."""

    kind: Literal["create_comment"] = "create_comment"
    body: str


class EditComment(Record):
    """New text for one of our comments. `where` as in `CommentMade`."""

    kind: Literal["edit_comment"] = "edit_comment"
    where: Literal["issue", "review"] = "issue"
    id: int
    body: str


class Reply(Record):
    """An answer in a review thread; `to` is the REST id of its first comment."""

    kind: Literal["reply"] = "reply"
    to: int
    body: str


class ResolveThread(Record):
    """Resolve a thread, or with `resolved` false open it again (GraphQL)."""

    kind: Literal["resolve_thread"] = "resolve_thread"
    node: str
    resolved: bool = True


class Minimise(Record):
    """Fold a comment or review away (GraphQL minimizeComment)."""

    kind: Literal["minimise"] = "minimise"
    node: str
    classifier: Literal["OUTDATED", "RESOLVED", "DUPLICATE"] = "OUTDATED"


class React(Record):
    """A reaction to a comment; reacting twice is reacting once."""

    kind: Literal["react"] = "react"
    where: Literal["issue", "review"]
    id: int
    content: Literal["eyes", "+1", "confused"]


class PutCheck(Record):
    """Create our check run at a head, or with `id` update it. Annotations beyond fifty go in further requests."""

    kind: Literal["put_check"] = "put_check"
    id: int = 0
    head: str
    name: str = "Fusion"
    external_id: str = ""
    status: Literal["queued", "in_progress", "completed"]
    conclusion: Literal["", "success", "failure", "neutral", "action_required", "cancelled", "skipped"] = ""
    title: str
    summary: str
    text: str = ""
    annotations: tuple[dict[str, Any], ...] = ()
    """As the REST API takes them."""


class UploadSarif(Record):
    """Upload a SARIF log to code scanning, for a commit of a pull request (`ref`: refs/pull/N/head)."""

    kind: Literal["upload_sarif"] = "upload_sarif"
    commit: str
    ref: str
    sarif: str
    """Blob digest of the log."""


Operation = Annotated[
    PostReview
    | DismissReview
    | CreateComment
    | EditComment
    | Reply
    | ResolveThread
    | Minimise
    | React
    | PutCheck
    | UploadSarif,
    Field(discriminator="kind"),
]
