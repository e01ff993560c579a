"""REST: issues that are no pull requests. Comments on them are those of `rest_comments`."""

from __future__ import annotations

from typing import Any

from tests.fakes.github import shapes
from tests.fakes.github.call import NOT_FOUND, REPO, Call, Refused, operation
from tests.fakes.github.rest_pulls import pull_as_issue
from tests.fakes.github.state import Issue

READ, WRITE = "issues:read", "issues:write"


def show(call: Call, found: Issue) -> dict[str, Any]:
    """An issue."""
    where = call.repository
    home = f"{call.api}/repos/{where.name}"
    url = f"{home}/issues/{found.number}"
    return {
        "id": found.id,
        "node_id": found.node,
        "url": url,
        "repository_url": home,
        "html_url": f"https://github.example/{where.name}/issues/{found.number}",
        "number": found.number,
        "title": found.title,
        "body": found.body or None,
        "state": found.state,
        "state_reason": found.reason,
        "locked": found.locked,
        "user": shapes.account(call.world, found.author, call.api),
        "labels": [shapes.label(where, name, call.api) for name in found.labels],
        "created_at": shapes.when(found.created),
        "updated_at": shapes.when(found.updated),
        "closed_at": shapes.when(found.closed),
        "closed_by": shapes.account(call.world, found.closer, call.api),
        "comments": len(found.comments),
        "assignee": None,
        "milestone": None,
        "labels_url": f"{url}/labels{{/name}}",
        "author_association": "CONTRIBUTOR",
        "performed_via_github_app": shapes.app(call.world, found.app, call.api),
    }


def _open_house(call: Call) -> None:
    if not call.repository.settings.issues:
        raise Refused(410, "Issues has been disabled in this repository.")


@operation("GET", f"{REPO}/issues", READ)
def issues(call: Call) -> Any:
    _open_house(call)
    state = call.query.get("state", "open")
    labels = {name for name in call.query.get("labels", "").split(",") if name}
    found = [one for one in call.repository.issues.values() if state in ("all", one.state) and labels <= set(one.labels)]
    if creator := call.query.get("creator"):
        found = [one for one in found if one.author is not None and one.author.login == creator]
    found.sort(key=lambda one: one.number, reverse=call.query.get("direction", "desc") == "desc")
    return call.page(found, lambda one: show(call, one))


@operation("POST", f"{REPO}/issues", WRITE, content=True)
def create(call: Call) -> Any:
    _open_house(call)
    if call.repository.archived:
        raise Refused(403, "Repository was archived so is read-only.")
    made = Issue("", "", title=str(call.body["title"]), author=call.author, app=call.via)
    made.body = call.body.get("body") or ""
    made.labels = [one["name"] if isinstance(one, dict) else one for one in call.body.get("labels", [])]
    return show(call, call.world.keep_issue(call.repository, made))


@operation("GET", f"{REPO}/issues/{{issue_number}}", READ, "pull_requests:read")
def issue(call: Call) -> Any:
    _open_house(call)
    found = call.repository.issues.get(int(call.values["issue_number"]))
    return pull_as_issue(call) if found is None else show(call, found)


@operation("PATCH", f"{REPO}/issues/{{issue_number}}", WRITE)
def edit(call: Call) -> Any:
    found = call.repository.issues.get(int(call.values["issue_number"]))
    if found is None:
        raise Refused(404, NOT_FOUND)
    if call.repository.archived:
        raise Refused(403, "Repository was archived so is read-only.")
    found.title = str(call.body.get("title", found.title))
    found.body = call.body.get("body", found.body) or ""
    if "labels" in call.body:
        found.labels = [one["name"] if isinstance(one, dict) else one for one in call.body["labels"]]
    if (state := call.body.get("state", found.state)) != found.state:
        found.state, found.reason = state, call.body.get("state_reason")
        found.closed = call.world.now if state == "closed" else None
        found.closer = call.author if state == "closed" else None
    found.updated = call.world.now
    return show(call, found)
