"""REST: reviews, review comments, comments of the conversation, reactions, labels."""

from __future__ import annotations

from typing import Any

from tests.fakes.github import acts, shapes
from tests.fakes.github.call import NOT_FOUND, REPO, Answer, Call, Refused, operation
from tests.fakes.github.state import Comment, Reaction, Review

PULL = f"{REPO}/pulls/{{pull_number}}"
WRITE = "pull_requests:write"
READ = "pull_requests:read"
ISSUE_WRITE = ("issues:write", "pull_requests:write")
ISSUE_READ = ("issues:read", "pull_requests:read")


# --- reviews


def _review(call: Call) -> Review:
    found = call.pull.reviews.get(int(call.values["review_id"]))
    if found is None or (found.state == "PENDING" and found.author is not call.author):
        raise Refused(404, NOT_FOUND)
    return found


def _show_review(call: Call, found: Review) -> dict[str, Any]:
    return shapes.review(call.world, call.repository, found, call.api)


@operation("GET", f"{PULL}/reviews", READ)
def reviews(call: Call) -> Any:
    seen = [r for r in call.pull.reviews.values() if r.state != "PENDING" or r.author is call.author]
    return call.page(seen, lambda found: _show_review(call, found))


@operation("POST", f"{PULL}/reviews", WRITE, content=True)
def create_review(call: Call) -> Any:
    made = acts.submit(
        call.world,
        call.repository,
        call.pull,
        call.author,
        event=call.body.get("event"),
        body=call.body.get("body") or "",
        comments=call.body.get("comments") or [],
        commit=call.body.get("commit_id"),
        app=call.via,
    )
    return _show_review(call, made)


@operation("GET", f"{PULL}/reviews/{{review_id}}", READ)
def review(call: Call) -> Any:
    return _show_review(call, _review(call))


@operation("PUT", f"{PULL}/reviews/{{review_id}}", WRITE)
def edit_review(call: Call) -> Any:
    found = _review(call)
    if found.author is not call.author:
        raise Refused(403, "Resource not accessible by integration")
    if len(call.body["body"]) > acts.BODY:
        raise Refused(422, "Unprocessable Entity", [f"Body is too long (maximum is {acts.BODY} characters)"])
    found.body, found.pull.updated = call.body["body"], call.world.now
    call.world.emit("pull_request_review", "edited", call.repository, call.author, pull=found.pull, review=found)
    return _show_review(call, found)


@operation("GET", f"{PULL}/reviews/{{review_id}}/comments", READ)
def comments_of_review(call: Call) -> Any:
    return call.page(_review(call).comments, lambda found: _show_remark(call, found))


@operation("PUT", f"{PULL}/reviews/{{review_id}}/dismissals", WRITE)
def dismiss(call: Call) -> Any:
    found = acts.dismiss(call.world, call.repository, _review(call), call.author, call.body["message"])
    return _show_review(call, found)


# --- comments on the diff


def _show_remark(call: Call, found: Comment) -> dict[str, Any]:
    return shapes.review_comment(call.world, call.repository, found, call.api)


def _visible(call: Call) -> list[Comment]:
    found = [comment for thread in call.pull.threads.values() for comment in thread.comments]
    return sorted(
        (c for c in found if c.review is None or c.review.state != "PENDING" or c.author is call.author), key=lambda c: c.id
    )


@operation("GET", f"{PULL}/comments", READ)
def remarks(call: Call) -> Any:
    found = _visible(call)
    if since := call.query.get("since"):
        found = [comment for comment in found if (shapes.when(comment.updated) or "") >= since]
    if call.query.get("direction") == "desc":
        found.reverse()
    return call.page(found, lambda comment: _show_remark(call, comment))


@operation("POST", f"{PULL}/comments", WRITE, content=True)
def create_remark(call: Call) -> Any:
    if to := call.body.get("in_reply_to"):
        first = call.repository.comments.get(to)
        if first is None:
            raise Refused(404, NOT_FOUND)
        return _show_remark(call, acts.reply(call.world, call.repository, first, call.author, call.body["body"], app=call.via))
    made = acts.remark(call.world, call.repository, call.pull, call.author, call.body, app=call.via)
    return _show_remark(call, made)


@operation("POST", f"{PULL}/comments/{{comment_id}}/replies", WRITE, content=True)
def reply(call: Call) -> Any:
    first = call.comment(threaded=True)
    if first.pull is not call.pull:
        raise Refused(404, NOT_FOUND)
    made = acts.reply(call.world, call.repository, first, call.author, call.body["body"], app=call.via)
    return _show_remark(call, made)


@operation("GET", f"{REPO}/pulls/comments/{{comment_id}}", READ)
def remark(call: Call) -> Any:
    return _show_remark(call, call.comment(threaded=True))


@operation("PATCH", f"{REPO}/pulls/comments/{{comment_id}}", WRITE)
def edit_remark(call: Call) -> Any:
    found = call.comment(threaded=True)
    call.only_author(found)
    return _show_remark(call, acts.edit(call.world, call.repository, found, call.author, call.body["body"]))


@operation("DELETE", f"{REPO}/pulls/comments/{{comment_id}}", WRITE)
def delete_remark(call: Call) -> Any:
    found = call.comment(threaded=True)
    call.only_author(found)
    acts.delete(call.world, call.repository, found, call.author)
    return Answer(status=204)


# --- the conversation


def _show_comment(call: Call, found: Comment) -> dict[str, Any]:
    return shapes.issue_comment(call.world, call.repository, found, call.api)


@operation("GET", f"{REPO}/issues/{{issue_number}}/comments", *ISSUE_READ)
def comments(call: Call) -> Any:
    found = list(call.pull.comments.values())
    if since := call.query.get("since"):
        found = [comment for comment in found if (shapes.when(comment.updated) or "") >= since]
    return call.page(found, lambda comment: _show_comment(call, comment))


@operation("POST", f"{REPO}/issues/{{issue_number}}/comments", *ISSUE_WRITE, content=True)
def create_comment(call: Call) -> Any:
    made = acts.comment(call.world, call.repository, call.pull, call.author, call.body["body"], app=call.via)
    return _show_comment(call, made)


@operation("GET", f"{REPO}/issues/comments/{{comment_id}}", *ISSUE_READ)
def comment(call: Call) -> Any:
    return _show_comment(call, call.comment(threaded=False))


@operation("PATCH", f"{REPO}/issues/comments/{{comment_id}}", *ISSUE_WRITE)
def edit_comment(call: Call) -> Any:
    found = call.comment(threaded=False)
    call.only_author(found)
    return _show_comment(call, acts.edit(call.world, call.repository, found, call.author, call.body["body"]))


@operation("DELETE", f"{REPO}/issues/comments/{{comment_id}}", *ISSUE_WRITE)
def delete_comment(call: Call) -> Any:
    found = call.comment(threaded=False)
    call.only_author(found)
    acts.delete(call.world, call.repository, found, call.author)
    return Answer(status=204)


# --- reactions


def _show_reaction(call: Call, found: Reaction) -> dict[str, Any]:
    return {
        "id": found.id,
        "node_id": found.node,
        "user": shapes.account(call.world, found.author, call.api),
        "content": found.content,
        "created_at": shapes.when(found.created),
    }


def _reactions(call: Call, threaded: bool) -> Answer:
    found = list(call.comment(threaded).reactions.values())
    if content := call.query.get("content"):
        found = [reaction for reaction in found if reaction.content == content]
    return call.page(found, lambda reaction: _show_reaction(call, reaction))


def _react(call: Call, threaded: bool) -> Answer:
    made, new = acts.react(call.world, call.comment(threaded), call.author, call.body["content"])
    return Answer(_show_reaction(call, made), status=201 if new else 200)


def _unreact(call: Call, threaded: bool) -> Answer:
    found = call.comment(threaded)
    number = int(call.values["reaction_id"])
    key = next((key for key, reaction in found.reactions.items() if reaction.id == number), None)
    if key is None or key[1] != call.author.login:
        raise Refused(404, NOT_FOUND)
    del found.reactions[key]
    return Answer(status=204)


@operation("GET", f"{REPO}/issues/comments/{{comment_id}}/reactions", *ISSUE_READ)
def reactions(call: Call) -> Any:
    return _reactions(call, threaded=False)


@operation("POST", f"{REPO}/issues/comments/{{comment_id}}/reactions", *ISSUE_WRITE, content=True)
def create_reaction(call: Call) -> Any:
    return _react(call, threaded=False)


@operation("DELETE", f"{REPO}/issues/comments/{{comment_id}}/reactions/{{reaction_id}}", *ISSUE_WRITE)
def delete_reaction(call: Call) -> Any:
    return _unreact(call, threaded=False)


@operation("GET", f"{REPO}/pulls/comments/{{comment_id}}/reactions", READ)
def remark_reactions(call: Call) -> Any:
    return _reactions(call, threaded=True)


@operation("POST", f"{REPO}/pulls/comments/{{comment_id}}/reactions", WRITE, content=True)
def create_remark_reaction(call: Call) -> Any:
    return _react(call, threaded=True)


@operation("DELETE", f"{REPO}/pulls/comments/{{comment_id}}/reactions/{{reaction_id}}", WRITE)
def delete_remark_reaction(call: Call) -> Any:
    return _unreact(call, threaded=True)


# --- labels


@operation("POST", f"{REPO}/issues/{{issue_number}}/labels", *ISSUE_WRITE)
def add_labels(call: Call) -> Any:
    wanted = call.body.get("labels", call.body) if isinstance(call.body, dict) else call.body
    for item in wanted:
        name = item["name"] if isinstance(item, dict) else item
        if name not in call.pull.labels:
            call.pull.labels.append(name)
            call.world.emit("pull_request", "labeled", call.repository, call.author, pull=call.pull, label=name)
    return Answer([shapes.label(call.repository, name, call.api) for name in call.pull.labels])


@operation("DELETE", f"{REPO}/issues/{{issue_number}}/labels/{{name}}", *ISSUE_WRITE)
def remove_label(call: Call) -> Any:
    if call.values["name"] not in call.pull.labels:
        raise Refused(404, "Label does not exist")
    call.pull.labels.remove(call.values["name"])
    call.world.emit("pull_request", "unlabeled", call.repository, call.author, pull=call.pull, label=call.values["name"])
    return Answer([shapes.label(call.repository, name, call.api) for name in call.pull.labels])
