"""GitHub's GraphQL and REST objects -> the records of a Scene. Pure; every field may be null, because users get deleted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from fusion.errors import PermanentError
from fusion.model import Actor, PostedCheck, PostedReview, Reactions, Said, Thread

_CONTENTS = {"THUMBS_UP": "+1", "THUMBS_DOWN": "-1"}
GHOST = Actor(login="ghost")
"""Whom GitHub shows for an account that was deleted."""


def nodes(connection: Any) -> Iterator[Mapping[str, Any]]:
    """The nodes of a GraphQL connection that are there."""
    for node in (connection or {}).get("nodes") or ():
        if node:
            yield node


def following(connection: Any) -> str | None:
    """The cursor of a connection's next page, or None on its last."""
    page = (connection or {}).get("pageInfo") or {}
    return str(page["endCursor"]) if page.get("hasNextPage") and page.get("endCursor") else None


def time(value: Any) -> datetime | None:
    """A time as GitHub writes it (ISO 8601)."""
    try:
        return datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None


def actor(value: Any) -> Actor:
    """Who it was. GraphQL calls a bot `slug` where REST and webhooks call it `slug[bot]`; here it is the latter."""
    if not value:
        return GHOST
    login = str(value.get("login") or "")
    bot = value.get("__typename") == "Bot"
    if bot and not login.endswith("[bot]"):
        login += "[bot]"
    return Actor(login=login, id=int(value.get("databaseId") or 0), bot=bot)


def person(value: Any) -> Actor:
    """Who it was, as REST says it."""
    if not value:
        return GHOST
    login = str(value.get("login") or "")
    return Actor(login=login, id=int(value.get("id") or 0), bot=value.get("type") == "Bot" or login.endswith("[bot]"))


def said(node: Mapping[str, Any]) -> Said:
    """A comment."""
    return Said(
        id=number(node),
        node=str(node["id"]),
        author=actor(node.get("author")),
        ours=node.get("viewerDidAuthor") is True,
        body=str(node.get("body") or ""),
        created=time(node.get("createdAt")),
        minimised=bool(node.get("isMinimized")),
    )


def reactions(node: Mapping[str, Any]) -> Reactions:
    """Who reacted to a comment."""
    by: dict[str, tuple[str, ...]] = {}
    for reaction in nodes(node.get("reactions")):
        content = str(reaction.get("content") or "")
        content = _CONTENTS.get(content, content.lower())
        login = (reaction.get("user") or {}).get("login")
        if login:
            by[content] = (*by.get(content, ()), str(login))
    return Reactions(by=by)


def thread(node: Mapping[str, Any], comments: tuple[Said, ...], *, login: str = "") -> Thread:
    """A review thread with its comments. `login` is ours: GraphQL may call a bot `slug` where it resolved a thread."""
    outdated = bool(node.get("isOutdated"))
    opening = next(nodes(node.get("opening")), None)
    if opening is not None and comments:
        comments = (comments[0].model_copy(update={"reactions": reactions(opening)}), *comments[1:])
    resolved_by = str((node.get("resolvedBy") or {}).get("login") or "")
    return Thread(
        node=str(node["id"]),
        path=str(node.get("path") or ""),
        line=int(node["line"]) if node.get("line") and not outdated else None,
        resolved=bool(node.get("isResolved")),
        resolved_by=login if resolved_by and f"{resolved_by}[bot]" == login else resolved_by,
        outdated=outdated,
        comments=comments,
    )


def review(node: Mapping[str, Any]) -> PostedReview:
    """A review."""
    return PostedReview(
        id=number(node),
        node=str(node["id"]),
        ours=node.get("viewerDidAuthor") is True,
        state=str(node.get("state") or ""),
        body=str(node.get("body") or ""),
        commit=str((node.get("commit") or {}).get("oid") or ""),
        minimised=bool(node.get("isMinimized")),
    )


def check(item: Mapping[str, Any]) -> PostedCheck:
    """A check run, as REST says it."""
    output = item.get("output") or {}
    return PostedCheck(
        id=int(item["id"]),
        name=str(item.get("name") or ""),
        head=str(item.get("head_sha") or ""),
        status=str(item.get("status") or ""),
        conclusion=str(item.get("conclusion") or ""),
        external_id=str(item.get("external_id") or ""),
        title=str(output.get("title") or ""),
        summary=str(output.get("summary") or ""),
        text=str(output.get("text") or ""),
        annotations=int(output.get("annotations_count") or 0),
    )


def number(node: Mapping[str, Any]) -> int:
    """REST's id of a GraphQL node."""
    try:
        return int(node["fullDatabaseId"])
    except (KeyError, TypeError, ValueError):
        raise PermanentError("GitHub's answer names no id for a comment or review.") from None
