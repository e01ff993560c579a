"""GraphQL: the mutations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.fakes.github import acts
from tests.fakes.github.graphql_fields import CONTENTS, field, reaction_groups
from tests.fakes.github.graphql_pages import missing
from tests.fakes.github.state import Comment, Review, Thread

if TYPE_CHECKING:
    from tests.fakes.github.graphql import Asking

WRITE = ("pull_requests:write", "issues:write")


def _done(input: dict[str, Any], **result: Any) -> dict[str, Any]:
    return {"clientMutationId": input.get("clientMutationId"), **result}


def _settle(asking: Asking, input: dict[str, Any], resolved: bool) -> dict[str, Any]:
    where, found = asking.node(input["threadId"])
    if not isinstance(found, Thread):
        raise missing(f"Could not resolve to PullRequestReviewThread node with the global id of '{input['threadId']}'.")
    # GitHub asks for write access to contents, although no content changes.
    asking.admit(where, "pull_requests:write", "contents:write", all_of=True)
    return _done(input, thread=acts.settle(asking.world, where, found, asking.account, resolved))


@field("Mutation", "resolveReviewThread")
def resolve(_: Any, asking: Asking, input: dict[str, Any]) -> Any:
    return _settle(asking, input, True)


@field("Mutation", "unresolveReviewThread")
def unresolve(_: Any, asking: Asking, input: dict[str, Any]) -> Any:
    return _settle(asking, input, False)


def _subject(asking: Asking, id: str) -> Comment | Review:
    where, found = asking.node(id)
    if not isinstance(found, Comment | Review):
        raise missing(f"Could not resolve to a node with the global id of '{id}'")
    asking.admit(where, *WRITE)
    return found


@field("Mutation", "minimizeComment")
def minimise(_: Any, asking: Asking, input: dict[str, Any]) -> Any:
    found = _subject(asking, input["subjectId"])
    found.minimised = input["classifier"]
    return _done(input, minimizedComment=found)


@field("Mutation", "unminimizeComment")
def unminimise(_: Any, asking: Asking, input: dict[str, Any]) -> Any:
    found = _subject(asking, input["subjectId"])
    found.minimised = ""
    return _done(input, unminimizedComment=found)


@field("Mutation", "addReaction")
def add_reaction(_: Any, asking: Asking, input: dict[str, Any]) -> Any:
    found = _subject(asking, input["subjectId"])
    made, _new = acts.react(asking.world, found, asking.account, CONTENTS[input["content"]])
    return _done(input, reaction=made, subject=found, reactionGroups=reaction_groups(found, asking))


@field("Mutation", "removeReaction")
def remove_reaction(_: Any, asking: Asking, input: dict[str, Any]) -> Any:
    found = _subject(asking, input["subjectId"])
    gone = found.reactions.pop((CONTENTS[input["content"]], asking.account.login), None)
    return _done(input, reaction=gone, subject=found, reactionGroups=reaction_groups(found, asking))
