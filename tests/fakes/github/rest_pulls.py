"""REST: repositories, people and pull requests, read."""

from __future__ import annotations

from typing import Any

from tests.fakes.github import shapes
from tests.fakes.github.call import NOT_FOUND, REPO, Answer, Call, Refused, operation
from tests.fakes.github.state import Pull


@operation("GET", f"{REPO}/collaborators/{{username}}/permission", "metadata:read")
def permission(call: Call) -> Any:
    login = call.values["username"]
    who = call.world.accounts.get(login)
    if who is None or who.deleted:
        raise Refused(404, f"{login} is not a user")
    role = call.repository.role(login)
    old = {"maintain": "write", "triage": "read"}.get(role, role)
    user = {**(shapes.account(call.world, who, call.api) or {}), "role_name": role}
    return {"permission": old, "role_name": role, "user": user}


@operation("GET", "/users/{username}")
def user(call: Call) -> Any:
    who = call.world.accounts.get(call.values["username"])
    if who is None or who.deleted:
        raise Refused(404, NOT_FOUND)
    return {**(shapes.account(call.world, who, call.api) or {}), "user_view_type": "public", "name": who.login}


@operation("GET", "/user")
def myself(call: Call) -> Any:
    if call.token is None or call.installation is not None:
        raise Refused(403, "Resource not accessible by integration")
    return {**(shapes.account(call.world, call.author, call.api) or {}), "name": call.author.login}


def _ordered(call: Call, pulls: list[Pull]) -> list[Pull]:
    by = {"updated": lambda pull: (pull.updated, pull.number), "created": lambda pull: (pull.created, pull.number)}
    sort = call.query.get("sort", "created")
    down = call.query.get("direction", "asc" if "sort" in call.query and sort != "created" else "desc") == "desc"
    return sorted(pulls, key=by.get(sort, by["created"]), reverse=down)


@operation("GET", f"{REPO}/pulls", "pull_requests:read")
def pulls(call: Call) -> Any:
    where, state = call.repository, call.query.get("state", "open")
    found = [pull for pull in where.pulls.values() if state in ("all", pull.state)]
    if base := call.query.get("base"):
        found = [pull for pull in found if pull.base == base]
    if head := call.query.get("head"):
        owner = where.name.partition("/")[0]
        found = [pull for pull in found if f"{shapes.fork_owner(pull) or owner}:{pull.head}" == head]
    return call.page(_ordered(call, found), lambda pull: shapes.pull(call.world, where, pull, call.api))


@operation("GET", f"{REPO}/pulls/{{pull_number}}", "pull_requests:read")
def pull(call: Call) -> Any:
    return shapes.pull(call.world, call.repository, call.pull, call.api, whole=True)


@operation("GET", f"{REPO}/pulls/{{pull_number}}/files", "pull_requests:read")
def files(call: Call) -> Any:
    listed = call.repository.changes(call.pull)[: call.world.listed]
    home = f"{call.api}/repos/{call.repository.name}"

    def show(item: dict[str, Any]) -> dict[str, Any]:
        links = {"blob_url": home, "raw_url": home, "contents_url": f"{home}/contents/{item['filename']}"}
        return {**links, "changes": item["additions"] + item["deletions"], **item}

    return call.page(listed, show)


@operation("GET", f"{REPO}/pulls/{{pull_number}}/commits", "pull_requests:read")
def commits(call: Call) -> Any:
    where = call.repository
    found = where.commits(where.base(call.pull), where.head(call.pull))[:250]
    return call.page(found, lambda sha: commit_of(call, sha))


@operation("GET", f"{REPO}/commits/{{commit_sha}}/pulls", "pull_requests:read")
def pulls_of_commit(call: Call) -> Any:
    where = call.repository
    sha = where.resolve(call.values["commit_sha"])
    found = [pull for pull in where.pulls.values() if where.head(pull) == sha or pull.merge_commit == sha]
    found += [where.pulls[number] for number in where.groups.get(sha, ()) if where.pulls[number] not in found]
    return call.page(found, lambda pull: shapes.pull(call.world, where, pull, call.api))


def pull_as_issue(call: Call) -> Any:
    """A pull request as the issue that it is, too."""
    found = shapes.pull(call.world, call.repository, call.pull, call.api)
    kept = ("id", "node_id", "number", "title", "body", "state", "locked", "user", "labels", "created_at", "updated_at")
    home = f"{call.api}/repos/{call.repository.name}"
    return {name: found[name] for name in kept} | {
        "url": f"{home}/issues/{call.pull.number}",
        "repository_url": home,
        "closed_at": found["closed_at"],
        "comments": len(call.pull.comments),
        "pull_request": {"url": found["url"], "html_url": found["html_url"], "diff_url": None, "patch_url": None},
        "assignee": None,
        "milestone": None,
        "labels_url": f"{home}/issues/{call.pull.number}/labels{{/name}}",
        "author_association": "CONTRIBUTOR",
    }


@operation("GET", f"{REPO}/issues/{{issue_number}}/labels", "issues:read", "pull_requests:read")
def labels(call: Call) -> Any:
    return call.page(call.pull.labels, lambda name: shapes.label(call.repository, name, call.api))


def commit_of(call: Call, sha: str) -> dict[str, Any]:
    """A commit as the commits API shows it."""
    where = call.repository
    found = where.commit(sha)
    home = f"{call.api}/repos/{where.name}"
    return {
        "sha": found["sha"],
        "node_id": f"C_{found['sha']}",
        "url": f"{home}/commits/{found['sha']}",
        "html_url": f"https://github.example/{where.name}/commit/{found['sha']}",
        "comments_url": f"{home}/commits/{found['sha']}/comments",
        "commit": {
            "url": f"{home}/git/commits/{found['sha']}",
            "message": found["message"],
            "author": {"name": found["name"], "email": found["email"], "date": found["at"]},
            "committer": {"name": found["cname"], "email": found["cemail"], "date": found["cat"]},
            "tree": {"sha": found["tree"], "url": f"{home}/git/trees/{found['tree']}"},
            "comment_count": 0,
        },
        "author": None,
        "committer": None,
        "parents": [{"sha": parent, "url": f"{home}/commits/{parent}"} for parent in found["parents"]],
    }


@operation("GET", "/rate_limit")
def rate_limit(call: Call) -> Any:
    found = call.world.limits.described(call.world.identity(call.token, call.app), call.world.now)
    return Answer({"resources": found, "rate": found["core"]})
