"""What GitHub tells us, reduced to the fields that decide something: the bodies of queue messages.

An `Event` is what `fusion.events` makes of a webhook delivery, a replayed file or a catch-up; it is small, JSON-serialisable
and free of pull-request text except for the text of a comment that addresses Fusion.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from fusion.model.values import SCHEMA_VERSION, Record


class Actor(Record):
    """Who did it, as GitHub knows them. `bot` is true for apps and machine accounts."""

    login: str = ""
    id: int = 0
    bot: bool = False


class Pull(Record):
    """A pull request as an event, or GitHub itself, describes it. `updated` orders what is known about it."""

    repository: str
    """owner/name"""
    repository_id: int = 0
    installation: int = 0
    number: int
    base: str
    """SHA of the base branch's tip."""
    base_ref: str = ""
    head: str
    head_ref: str = ""
    draft: bool = False
    fork: bool = False
    open: bool = True
    merged: bool = False
    labels: tuple[str, ...] = ()
    author: Actor = Actor()
    updated: datetime | None = None
    default_branch: str = ""


class Event(Record):
    """Common to all events. `delivery` is GitHub's delivery id (GUID), or what stands for it in a replay or catch-up."""

    schema_version: int = SCHEMA_VERSION
    delivery: str
    action: str = ""
    repository: str = ""
    repository_id: int = 0
    installation: int = 0
    actor: Actor = Actor()
    received: datetime | None = None
    """When its webhook came; None: it was none, or nobody noted it."""


class PullChanged(Event):
    """A pull request was opened, pushed to, labelled, closed..."""

    kind: Literal["pull"] = "pull"
    pull: Pull
    again: bool = False
    """Review this head even if it was reviewed before: a command, a rerun, or a change in the conversation asks for it."""
    full: bool = False
    """Look at everything anew, not only at what the last push touched (`/fusion review full`)."""
    why: str = ""
    """For the reader, when it was no push: `asked for by @mona`, `a thread was resolved`."""


class CommentMade(Event):
    """A comment on a pull request that holds a command or answers one of our threads."""

    kind: Literal["comment"] = "comment"
    number: int
    comment: int
    """REST id of the comment."""
    where: Literal["issue", "review"]
    """`issue`: in the conversation; `review`: on a line."""
    in_reply_to: int = 0
    """REST id of the first comment of its thread; 0: it began the thread, or is no review comment."""
    text: str = ""
    created: datetime | None = None


class ThreadChanged(Event):
    """A person resolved or reopened a review thread."""

    kind: Literal["thread"] = "thread"
    number: int
    thread: str
    """GraphQL node id."""
    comments: tuple[int, ...] = ()
    resolved: bool


class MergeGroupFormed(Event):
    """A merge queue asks for checks on the head of a group of pull requests."""

    kind: Literal["merge_group"] = "merge_group"
    head: str
    head_ref: str
    base: str
    base_ref: str


class RerunAsked(Event):
    """Someone pressed "Re-run" on our check run or suite."""

    kind: Literal["rerun"] = "rerun"
    head: str
    numbers: tuple[int, ...] = ()
    """Pull requests of that head as GitHub lists them (none for forks)."""


class InstallationChanged(Event):
    """The App was installed, removed, suspended, or given other repositories."""

    kind: Literal["installation"] = "installation"
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()


class CatchUp(Event):
    """The timer: look for deliveries that failed and open pull requests without a run."""

    kind: Literal["catch_up"] = "catch_up"


class ScansDue(Event):
    """The timer: look for repositories whose scan is due."""

    kind: Literal["scans"] = "scans"


AnyEvent = Annotated[
    PullChanged | CommentMade | ThreadChanged | MergeGroupFormed | RerunAsked | InstallationChanged | CatchUp | ScansDue,
    Field(discriminator="kind"),
]
EVENTS: TypeAdapter[AnyEvent] = TypeAdapter(AnyEvent)
"""Reads the body of a message back: `EVENTS.validate_python(message.body)`."""


@dataclass(frozen=True, slots=True)
class Ignored:
    """A delivery that asks nothing of Fusion, and why, for the log and the answer to GitHub."""

    reason: str
