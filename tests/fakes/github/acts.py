"""What can be done to a pull request: the same whether REST, GraphQL or a person at the keyboard does it.

Each act checks what GitHub checks, changes the state and says so to the webhooks. They raise Refused.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tests.fakes.github.call import Refused, invalid
from tests.fakes.github.shapes import CONTENTS
from tests.fakes.github.state import Account, App, Check, Comment, Pull, Reaction, Repository, Review, Thread
from tests.fakes.github.world import World

BODY = 65_536
"""Characters that a comment or review may have."""
OUTPUT = 65_535
"""Characters that a field of a check run's output may have."""
ANNOTATIONS = 50
"""In one request."""
STATES = {"COMMENT": "COMMENTED", "APPROVE": "APPROVED", "REQUEST_CHANGES": "CHANGES_REQUESTED"}


def _short(resource: str, body: str, empty: bool = False) -> None:
    if len(body) > BODY:
        raise invalid(resource, "body", f"body is too long (maximum is {BODY} characters)")
    if not body.strip() and not empty:
        raise invalid(resource, "body", "body cannot be blank", "missing_field")


def comment(world: World, where: Repository, pull: Pull, author: Account, body: str, *, app: App | None = None) -> Comment:
    """Say something in the conversation."""
    _short("IssueComment", body)
    if pull.locked and where.role(author.login) not in ("write", "maintain", "admin"):
        raise Refused(403, "Unable to create comment because issue is locked.")
    now = world.now
    made = Comment(id=world.next_id(), author=author, body=body, created=now, updated=now, app=app, pull=pull)
    world.keep_comment(where, made)
    if pull.number in where.pulls:
        world.emit("issue_comment", "created", where, author, pull=pull, comment=made)
    return made


def edit(world: World, where: Repository, found: Comment, author: Account, body: str) -> Comment:
    """Give a comment another text."""
    _short("IssueComment" if found.thread is None else "PullRequestReviewComment", body)
    before, found.body, found.updated = found.body, body, world.now
    found.pull.updated = world.now
    event = "issue_comment" if found.thread is None else "pull_request_review_comment"
    world.emit(event, "edited", where, author, pull=found.pull, comment=found, changes={"body": {"from": before}})
    return found


def delete(world: World, where: Repository, found: Comment, author: Account) -> None:
    """Remove a comment. A thread without comments is gone."""
    event = "issue_comment" if found.thread is None else "pull_request_review_comment"
    world.emit(event, "deleted", where, author, pull=found.pull, comment=found)
    where.comments.pop(found.id, None)
    world.nodes.pop(found.node, None)
    found.pull.comments.pop(found.id, None)
    if found.thread is not None:
        found.thread.comments.remove(found)
        if found.review is not None and found in found.review.comments:
            found.review.comments.remove(found)
        if not found.thread.comments:
            found.pull.threads.pop(found.thread.id, None)
            world.nodes.pop(found.thread.node, None)
    found.pull.updated = world.now


def place(where: Repository, pull: Pull, wanted: Mapping[str, Any], commit: str) -> dict[str, Any]:
    """Where a comment is to stand: the fields of a Thread. Raises LookupError with GitHub's complaint as its text."""
    base = where.base(pull)
    lines = where.lines(base, commit, wanted["path"])
    if lines is None:
        raise LookupError("path", "is invalid")
    side = wanted.get("side") or "RIGHT"
    shown = lines.side(side)
    line = wanted.get("line")
    if line is None and wanted.get("position") is not None:
        spots = {
            **{p: ("LEFT", n) for n, (_, p) in lines.left.items()},
            **{p: ("RIGHT", n) for n, (_, p) in lines.right.items()},
        }
        if wanted["position"] not in spots:
            raise LookupError("position", "is invalid")
        side, line = spots[wanted["position"]]
        shown = lines.side(side)
    if line is None or line not in shown:
        raise LookupError("line", "must be part of the diff")
    start = wanted.get("start_line")
    if start is not None:
        start_side = wanted.get("start_side") or side
        before = lines.side(start_side)
        if start_side == side and start >= line:
            raise LookupError("start_line", "must precede the end line.")
        if start not in before or before[start][0] != shown[line][0]:
            raise LookupError("start_line", "must be part of the same hunk as the line.")
    hunk, position = shown[line]
    return {
        "path": wanted["path"],
        "line": line,
        "side": side,
        "start": start,
        "start_side": (wanted.get("start_side") or side) if start is not None else None,
        "commit": commit,
        "base": base,
        "hunk": lines.hunks[hunk],
        "position": position,
    }


def _commit(where: Repository, pull: Pull, wanted: str | None, resource: str) -> str:
    """The commit that is commented on. Raises Refused when it is not in the pull request."""
    head = where.head(pull)
    if not wanted:
        return head
    if wanted != head and wanted not in where.commits(where.base(pull), head):
        name = "pull_request_review_thread.end_commit_oid"
        raise invalid(resource, name, f"{name} is not part of the pull request")
    return wanted


def submit(
    world: World,
    where: Repository,
    pull: Pull,
    author: Account,
    *,
    event: str | None,
    body: str = "",
    comments: Sequence[Mapping[str, Any]] = (),
    commit: str | None = None,
    app: App | None = None,
) -> Review:
    """A review with all its comments, or none of it: one comment off the diff refuses the whole. `event` None: pending."""
    _short("PullRequestReview", body, empty=True)
    if event in ("COMMENT", "REQUEST_CHANGES") and not body.strip() and not comments:
        raise Refused(422, "Unprocessable Entity", ["Body cannot be blank"])
    if event in ("APPROVE", "REQUEST_CHANGES") and pull.author is author:
        words = {"APPROVE": "approve", "REQUEST_CHANGES": "request changes on"}[event]
        raise Refused(422, "Unprocessable Entity", [f"Can not {words} your own pull request"])
    if any(review.state == "PENDING" and review.author is author for review in pull.reviews.values()):
        raise Refused(422, "Unprocessable Entity", ["User can only have one pending review per pull request"])
    try:
        at = _commit(where, pull, commit, "PullRequestReview")
    except Refused:
        raise Refused(422, "Unprocessable Entity", ["Commit is not part of the pull request"]) from None
    places = []
    for wanted in comments:
        _short("PullRequestReviewComment", str(wanted.get("body", "")))
        try:
            places.append(place(where, pull, wanted, at))
        except LookupError as error:
            name, words = error.args
            told = f"Pull request review thread {str(name).replace('_', ' ')} {words}"
            hunk = "Pull request review thread diff hunk can't be blank"
            raise Refused(422, "Unprocessable Entity", [f"{told.rstrip('.')}, and {hunk}"]) from None
    now = world.now
    made = Review(
        id=world.next_id(),
        pull=pull,
        author=author,
        app=app,
        body=body,
        state=STATES[event] if event else "PENDING",
        commit=at,
        submitted=now,
    )
    pull.reviews[made.id] = made
    pull.updated = now
    world.nodes[made.node] = where, made
    for wanted, spot in zip(comments, places, strict=True):
        _begin(world, where, pull, author, str(wanted["body"]), spot, made, app)
    if event:
        world.emit("pull_request_review", "submitted", where, author, pull=pull, review=made)
        for one in made.comments:
            world.emit("pull_request_review_comment", "created", where, author, pull=pull, comment=one)
    return made


def _begin(
    world: World,
    where: Repository,
    pull: Pull,
    author: Account,
    body: str,
    spot: dict[str, Any],
    review: Review,
    app: App | None,
) -> Comment:
    thread = Thread(id=world.next_id(), pull=pull, **spot)
    pull.threads[thread.id] = thread
    world.nodes[thread.node] = where, thread
    now = world.now
    made = Comment(
        id=world.next_id(), author=author, body=body, created=now, updated=now, app=app, pull=pull, review=review, thread=thread
    )
    return world.keep_comment(where, made)


def remark(
    world: World, where: Repository, pull: Pull, author: Account, wanted: Mapping[str, Any], *, app: App | None = None
) -> Comment:
    """A single comment on the diff: GitHub makes a review of one comment of it."""
    _short("PullRequestReviewComment", str(wanted.get("body", "")))
    at = _commit(where, pull, wanted.get("commit_id"), "PullRequestReviewComment")
    try:
        spot = place(where, pull, wanted, at)
    except LookupError as error:
        name, words = error.args
        field = f"pull_request_review_thread.{name}"
        raise invalid("PullRequestReviewComment", field, f"{field} {words}") from None
    review = _bare_review(world, where, pull, author, at, app)
    made = _begin(world, where, pull, author, str(wanted["body"]), spot, review, app)
    world.emit("pull_request_review_comment", "created", where, author, pull=pull, comment=made)
    return made


def _bare_review(world: World, where: Repository, pull: Pull, author: Account, commit: str, app: App | None) -> Review:
    review = Review(
        id=world.next_id(), pull=pull, author=author, app=app, body="", state="COMMENTED", commit=commit, submitted=world.now
    )
    pull.reviews[review.id] = review
    world.nodes[review.node] = where, review
    return review


def reply(world: World, where: Repository, to: Comment, author: Account, body: str, *, app: App | None = None) -> Comment:
    """Answer in a thread. `to` is the thread's first comment; GitHub refuses replies to replies."""
    _short("PullRequestReviewComment", body)
    thread = to.thread
    if thread is None or to.reply_to:
        raise Refused(404, "Not Found")
    review = _bare_review(world, where, to.pull, author, thread.commit, app)
    now = world.now
    made = Comment(
        id=world.next_id(),
        author=author,
        body=body,
        created=now,
        updated=now,
        app=app,
        pull=to.pull,
        review=review,
        thread=thread,
        reply_to=to.id,
    )
    world.keep_comment(where, made)
    world.emit("pull_request_review_comment", "created", where, author, pull=to.pull, comment=made)
    return made


def dismiss(world: World, where: Repository, found: Review, author: Account, message: str) -> Review:
    """Take a review's verdict back."""
    if found.state not in ("APPROVED", "CHANGES_REQUESTED"):
        name = {"COMMENTED": "commented", "PENDING": "pending", "DISMISSED": "dismissed"}[found.state]
        raise Refused(422, "Unprocessable Entity", [f"Can not dismiss a {name} pull request review"])
    _short("PullRequestReview", message)
    found.state = "DISMISSED"
    found.pull.updated = world.now
    world.emit("pull_request_review", "dismissed", where, author, pull=found.pull, review=found)
    return found


def settle(world: World, where: Repository, thread: Thread, author: Account, resolved: bool) -> Thread:
    """Resolve a thread or open it again; doing so twice is doing it once."""
    if thread.resolved is not resolved:
        thread.resolved, thread.resolved_by = resolved, author if resolved else None
        thread.pull.updated = world.now
        action = "resolved" if resolved else "unresolved"
        world.emit("pull_request_review_thread", action, where, author, pull=thread.pull, thread=thread)
    return thread


def react(world: World, found: Comment | Review, author: Account, content: str) -> tuple[Reaction, bool]:
    """React, and whether the reaction is new."""
    if content not in CONTENTS:
        raise invalid("Reaction", "content", "content is not included in the list", "invalid")
    key = content, author.login
    if key in found.reactions:
        return found.reactions[key], False
    found.reactions[key] = Reaction(id=world.next_id(), content=content, author=author, created=world.now)
    return found.reactions[key], True


def put_check(world: World, where: Repository, found: Check, body: Mapping[str, Any]) -> Check:
    """Write the fields of a request into a check run. Annotations are added to those that are there."""
    output = body.get("output") or {}
    more = output.get("annotations") or []
    if len(more) > ANNOTATIONS:
        raise Refused(422, f"Invalid request.\n\nNo more than {ANNOTATIONS} items are allowed; {len(more)} were supplied.")
    for name in ("title", "summary", "text"):
        if len(output.get(name) or "") > OUTPUT:
            raise invalid("CheckRun", name, f"{name} exceeds a maximum bytesize of {OUTPUT}")
    for one in more:
        if one["start_line"] > one["end_line"]:
            raise invalid("CheckRun", "annotations", "start_line must not be after end_line")
    if body.get("status") == "completed" and not (body.get("conclusion") or found.conclusion):
        raise invalid("CheckRun", "conclusion", "conclusion is required when status is completed", "missing_field")
    found.name = body.get("name", found.name)
    found.external_id = body.get("external_id", found.external_id)
    found.details_url = body.get("details_url", found.details_url)
    found.actions = list(body.get("actions", found.actions))
    found.started = body.get("started_at", found.started) or world.now.strftime("%Y-%m-%dT%H:%M:%SZ")
    if body.get("conclusion"):
        found.conclusion, found.status = body["conclusion"], "completed"
        found.completed = body.get("completed_at") or world.now.strftime("%Y-%m-%dT%H:%M:%SZ")
    elif body.get("status"):
        found.status = body["status"]
        if found.status != "completed":
            found.conclusion = found.completed = None
    found.output |= {name: output[name] for name in ("title", "summary", "text") if name in output}
    found.annotations += more
    return found
