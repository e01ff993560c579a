"""One reader for each kind of event: what GitHub sent -> what Fusion is to know of it, or why it asks nothing.

Readers look at no field that they do not use, so that fields which GitHub adds, drops or sends as null elsewhere do no harm.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from fusion.events.commands import addressed
from fusion.events.errors import Malformed
from fusion.events.fields import Fields
from fusion.intake import REPOSITORY
from fusion.model import (
    Actor,
    AnyEvent,
    CommentMade,
    Ignored,
    InstallationChanged,
    MergeGroupFormed,
    Pull,
    PullChanged,
    RerunAsked,
    ThreadChanged,
)

TEXT = 10_000
"""Characters of a reply that are kept: with every one of them escaped, a message stays below the 256 KB of a Service Bus."""
MANY = 500
"""Repositories of an installation, or comments of a thread, that are kept, for the same reason."""
_REPOSITORY = re.compile(REPOSITORY, re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """A verified delivery and who we are: `app_slug` and `app_id` are empty and 0 where that is not known."""

    id: str
    event: str
    action: str
    payload: Fields
    app_slug: str = ""
    app_id: int = 0


Reader = Callable[[Delivery], AnyEvent | Ignored]


def sender(payload: Fields) -> Actor:
    """Who caused the event."""
    return _actor(payload.object_or_none("sender"))


def pull(delivery: Delivery) -> AnyEvent | Ignored:
    """`pull_request`: it was opened, pushed to, labelled, closed..."""
    payload = delivery.payload
    if delivery.action == "edited" and not _base_changed(payload):
        return Ignored("the title or the description was edited, and a review depends on neither")
    found, repository = payload.object("pull_request"), payload.object("repository")
    head, base = found.object("head"), found.object("base")
    source = head.object_or_none("repo")
    return PullChanged(
        **_common(delivery),
        pull=Pull(
            repository=_repository(payload),
            repository_id=repository.number("id"),
            installation=_installation(payload),
            number=found.positive("number"),
            base=base.commit("sha"),
            base_ref=base.name("ref"),
            head=head.commit("sha"),
            head_ref=head.name("ref"),
            draft=found.flag("draft"),
            # A fork that was deleted is null: it is trusted no more than one that is there.
            fork=source is None or source.number("id") != repository.number("id"),
            open=found.name("state") == "open",
            merged=found.flag("merged"),
            labels=tuple(label.name("name") for label in found.objects("labels")[:MANY]),
            author=_actor(found.object_or_none("user")),
            updated=found.time_or_none("updated_at"),
            default_branch=repository.name_or_empty("default_branch"),
        ),
    )


def conversation_comment(delivery: Delivery) -> AnyEvent | Ignored:
    """`issue_comment`: in the conversation of a pull request or an issue. It names no head."""
    issue, comment = delivery.payload.object("issue"), delivery.payload.object("comment")
    if issue.object_or_none("pull_request") is None:
        return Ignored("it is a comment on an issue, not on a pull request")
    if by_bot := _by_bot(delivery, comment):
        return by_bot
    line = addressed(_body(comment), app_slug=delivery.app_slug)
    if line is None:
        return Ignored("the comment addresses somebody else")
    return _comment(delivery, issue.positive("number"), comment, "issue", 0, line)


def line_comment(delivery: Delivery) -> AnyEvent | Ignored:
    """`pull_request_review_comment`: on a line of the diff. Whose thread a reply is in, GitHub does not say: it may be ours."""
    comment = delivery.payload.object("comment")
    if by_bot := _by_bot(delivery, comment):
        return by_bot
    text, answered = _body(comment), comment.number_or_zero("in_reply_to_id")
    line = addressed(text, app_slug=delivery.app_slug)
    if line is None and not answered:
        return Ignored("the comment begins a thread and addresses somebody else")
    number = delivery.payload.object("pull_request").positive("number")
    return _comment(delivery, number, comment, "review", answered, text[:TEXT] if line is None else line)


def thread(delivery: Delivery) -> AnyEvent | Ignored:
    """`pull_request_review_thread`: a person resolved or reopened one."""
    found = delivery.payload.object("thread")
    return ThreadChanged(
        **_common(delivery),
        number=delivery.payload.object("pull_request").positive("number"),
        thread=found.name("node_id"),
        comments=tuple(comment.positive("id") for comment in found.objects("comments")[:MANY]),
        resolved=delivery.action == "resolved",
    )


def merge_group(delivery: Delivery) -> AnyEvent | Ignored:
    """`merge_group`: a merge queue waits for checks."""
    found = delivery.payload.object("merge_group")
    return MergeGroupFormed(
        **_common(delivery),
        head=found.commit("head_sha"),
        head_ref=found.name("head_ref"),
        base=found.commit("base_sha"),
        base_ref=found.name("base_ref"),
    )


def rerun(delivery: Delivery) -> AnyEvent | Ignored:
    """`check_run` and `check_suite`: somebody pressed "Re-run"."""
    found = delivery.payload.object(delivery.event)
    app = found.object_or_none("app")
    if app is not None and (delivery.app_id or delivery.app_slug):
        ours = app.number("id") == delivery.app_id if delivery.app_id else app.name_or_empty("slug") == delivery.app_slug
        if not ours:
            return Ignored("it is the check of another App")
    here = delivery.payload.object("repository").number("id")
    return RerunAsked(
        **_common(delivery),
        head=found.commit("head_sha"),
        # Of one commit, GitHub also lists the pull requests of other repositories in the network.
        numbers=tuple(
            other.positive("number") for other in found.objects("pull_requests")[:MANY] if _target(other) in (0, here)
        ),
    )


def installation(delivery: Delivery) -> AnyEvent | Ignored:
    """`installation` and `installation_repositories`: of the repositories, the first 500 are named."""
    payload = delivery.payload
    gone = delivery.action in ("deleted", "suspend")
    named = _names(payload, "repositories")
    return InstallationChanged(
        delivery=delivery.id,
        action=delivery.action,
        installation=payload.object("installation").positive("id"),
        actor=sender(payload),
        added=() if gone else named + _names(payload, "repositories_added"),
        removed=named if gone else _names(payload, "repositories_removed"),
    )


def _common(delivery: Delivery) -> dict[str, Any]:
    payload = delivery.payload
    return {
        "delivery": delivery.id,
        "action": delivery.action,
        "repository": _repository(payload),
        "repository_id": payload.object("repository").number("id"),
        "installation": _installation(payload),
        "actor": sender(payload),
    }


def _comment(
    delivery: Delivery, number: int, comment: Fields, where: Literal["issue", "review"], answered: int, text: str
) -> CommentMade:
    return CommentMade(
        **_common(delivery),
        number=number,
        comment=comment.positive("id"),
        where=where,
        in_reply_to=answered,
        text=text,
        created=comment.time_or_none("created_at"),
    )


def _by_bot(delivery: Delivery, comment: Fields) -> Ignored | None:
    if sender(delivery.payload).bot or _actor(comment.object_or_none("user")).bot:
        return Ignored("a bot wrote the comment, and bots give no commands")
    return None


def _body(comment: Fields) -> str:
    return comment.text("body") if comment.has("body") else ""


def _base_changed(payload: Fields) -> bool:
    changes = payload.object_or_none("changes")
    return changes is not None and changes.has("base")


def _target(pull_request: Fields) -> int:
    """Id of the repository that a listed pull request goes to; 0 where that is not said."""
    base = pull_request.object_or_none("base")
    repository = base.object_or_none("repo") if base else None
    return repository.number_or_zero("id") if repository else 0


def _names(payload: Fields, field: str) -> tuple[str, ...]:
    return tuple(_full_name(repository) for repository in payload.objects(field)[:MANY])


def _repository(payload: Fields) -> str:
    return _full_name(payload.object("repository"))


def _full_name(repository: Fields) -> str:
    """owner/name. It becomes part of addresses and keys, so what GitHub would not allow is refused."""
    name = repository.name("full_name")
    if not _REPOSITORY.fullmatch(name):
        raise Malformed("The delivery is not as GitHub sends it: a repository's `full_name` is not owner/name.")
    return name


def _installation(payload: Fields) -> int:
    found = payload.object_or_none("installation")
    return found.number("id") if found else 0


def _actor(user: Fields | None) -> Actor:
    """A user; who deleted their account is nobody."""
    if user is None:
        return Actor()
    login = user.name_or_empty("login")
    return Actor(login=login, id=user.number_or_zero("id"), bot=user.name_or_empty("type") == "Bot" or login.endswith("[bot]"))
