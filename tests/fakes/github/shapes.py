"""The JSON of things, as GitHub's REST API and webhooks show them. Fields that only describe are completed from the schema."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from tests.fakes.github.state import Account, App, Check, Comment, Delivery, Installation, Pull, Repository, Review, Thread
from tests.fakes.github.world import World

CONTENTS = ("+1", "-1", "laugh", "hooray", "confused", "heart", "rocket", "eyes")


def when(moment: datetime | None) -> str | None:
    """A time as GitHub writes it."""
    return None if moment is None else moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def account(world: World, who: Account | None, api: str) -> dict[str, Any] | None:
    """A "simple user"; None for a deleted one."""
    if who is None or who.deleted:
        return None
    home = f"{api}/users/{who.login}"
    links = ("followers", "subscriptions", "organizations", "repos", "received_events")
    return {
        "login": who.login,
        "id": who.id,
        "node_id": who.node,
        "avatar_url": f"https://avatars.example/u/{who.id}",
        "gravatar_id": "",
        "url": home,
        "html_url": f"https://github.example/{who.login}",
        **{f"{name}_url": f"{home}/{name}" for name in links},
        "following_url": f"{home}/following{{/other_user}}",
        "gists_url": f"{home}/gists{{/gist_id}}",
        "starred_url": f"{home}/starred{{/owner}}{{/repo}}",
        "events_url": f"{home}/events{{/privacy}}",
        "type": who.kind,
        "site_admin": False,
        "user_view_type": "public",
    }


def app(world: World, found: App | None, api: str) -> dict[str, Any] | None:
    """An App ("integration")."""
    if found is None:
        return None
    return {
        "id": found.id,
        "client_id": found.client_id,
        "slug": found.slug,
        "node_id": f"A_{found.id}",
        "owner": account(world, found.owner, api),
        "name": found.name,
        "description": "",
        "external_url": "https://fusion.example/",
        "html_url": f"https://github.example/apps/{found.slug}",
        "created_at": when(found.created),
        "updated_at": when(found.created),
        "permissions": dict(found.permissions),
        "events": list(found.events),
        "installations_count": sum(1 for i in world.installations.values() if i.app is found and not i.deleted),
    }


def installation(world: World, found: Installation, api: str) -> dict[str, Any]:
    """An installation."""
    return {
        "id": found.id,
        "account": account(world, found.account, api),
        "repository_selection": "all" if found.repositories is None else "selected",
        "access_tokens_url": f"{api}/app/installations/{found.id}/access_tokens",
        "repositories_url": f"{api}/installation/repositories",
        "html_url": f"https://github.example/settings/installations/{found.id}",
        "app_id": found.app.id,
        "client_id": found.app.client_id,
        "app_slug": found.app.slug,
        "target_id": found.account.id,
        "target_type": found.account.kind,
        "permissions": {"metadata": "read", **found.permissions},
        "events": list(found.app.events),
        "created_at": when(found.created),
        "updated_at": when(found.created),
        "single_file_name": None,
        "suspended_by": None,
        "suspended_at": when(found.suspended),
    }


def repository(world: World, found: Repository, api: str, fork: str = "") -> dict[str, Any]:
    """A repository; `fork`: as the fork of that owner."""
    name = f"{fork}/{found.name.partition('/')[2]}" if fork else found.name
    owner = world.account(name.partition("/")[0], "User" if fork else "Organization")
    return {
        "id": found.id + (500_000_000 if fork else 0),
        "node_id": found.node,
        "name": name.partition("/")[2],
        "full_name": name,
        "private": found.private,
        "visibility": "private" if found.private else "public",
        "owner": account(world, owner, api),
        "html_url": f"https://github.example/{name}",
        "url": f"{api}/repos/{name}",
        "description": None,
        "fork": bool(fork),
        "default_branch": found.default_branch,
        "archived": found.archived,
        "disabled": False,
    }


def fork_owner(pull: Pull) -> str:
    """Whose fork a pull request comes from; empty for a branch of the repository itself."""
    return (pull.author.login if pull.author else "stranger") if pull.fork else ""


def pull(world: World, where: Repository, found: Pull, api: str, whole: bool = False) -> dict[str, Any]:
    """A pull request; `whole`: with what lists leave out."""
    base, head = where.base(found), where.head(found)
    here = repository(world, where, api)
    fork = fork_owner(found)
    there = None if found.fork_gone else repository(world, where, api, fork) if fork else here
    owner = where.name.partition("/")[0]
    home = f"{api}/repos/{where.name}/pulls/{found.number}"
    author = account(world, found.author or world.account("octocat"), api)
    answer = {
        "url": home,
        "id": found.id,
        "node_id": found.node,
        "html_url": f"https://github.example/{where.name}/pull/{found.number}",
        "number": found.number,
        "title": found.title,
        "body": found.body or None,
        "state": found.state,
        "locked": found.locked,
        "draft": found.draft,
        "user": author or account(world, world.ghost, api),
        "labels": [label(where, name, api) for name in found.labels],
        "created_at": when(found.created),
        "updated_at": when(found.updated),
        "closed_at": when(found.closed),
        "merged_at": when(found.closed) if found.merged else None,
        "merge_commit_sha": found.merge_commit or None,
        "requested_reviewers": [],
        "requested_teams": [],
        "author_association": "CONTRIBUTOR",
        "auto_merge": None,
        "base": side(owner, found.base, base, here),
        "head": side(fork or owner, found.head, head, there),
    }
    if whole:
        changes = where.changes(found)
        answer |= {
            "merged": found.merged,
            "mergeable": found.state == "open" or None,
            "mergeable_state": "clean",
            "merged_by": None,
            "comments": len(found.comments),
            "review_comments": sum(len(thread.comments) for thread in found.threads.values()),
            "maintainer_can_modify": False,
            "commits": len(where.commits(base, head)),
            "additions": sum(item["additions"] for item in changes),
            "deletions": sum(item["deletions"] for item in changes),
            "changed_files": len(changes),
        }
    return answer


def side(owner: str, ref: str, sha: str, where: dict[str, Any] | None) -> dict[str, Any]:
    """The base or head of a pull request."""
    user = where["owner"] if where else None
    return {"label": f"{owner}:{ref}", "ref": ref.removeprefix("refs/heads/"), "sha": sha, "user": user, "repo": where}


def label(where: Repository, name: str, api: str) -> dict[str, Any]:
    """A label; its id follows from its name."""
    number = sum(map(ord, name)) + where.id * 1000
    url = f"{api}/repos/{where.name}/labels/{name}"
    return {"id": number, "node_id": f"LA_{number}", "url": url, "name": name, "color": "ededed", "default": False} | {
        "description": None
    }


def reactions(found: Comment | Review, url: str) -> dict[str, Any]:
    """The rollup of reactions."""
    counts = dict.fromkeys(CONTENTS, 0)
    for content, _ in found.reactions:
        counts[content] += 1
    return {"url": f"{url}/reactions", "total_count": len(found.reactions), **counts}


def issue_comment(world: World, where: Repository, found: Comment, api: str) -> dict[str, Any]:
    """A comment of the conversation."""
    url = f"{api}/repos/{where.name}/issues/comments/{found.id}"
    return {
        "id": found.id,
        "node_id": found.node,
        "url": url,
        "html_url": f"https://github.example/{where.name}/pull/{found.pull.number}#issuecomment-{found.id}",
        "issue_url": f"{api}/repos/{where.name}/issues/{found.pull.number}",
        "body": found.body,
        "user": account(world, found.author, api),
        "created_at": when(found.created),
        "updated_at": when(found.updated),
        "author_association": association(where, found.author),
        "performed_via_github_app": app(world, found.app, api),
        "reactions": reactions(found, url),
    }


def association(where: Repository, who: Account) -> str:
    """GitHub's guess at what somebody is to the repository."""
    role = where.roles.get(who.login, "none")
    return {"admin": "OWNER", "none": "NONE", "read": "NONE"}.get(role, "COLLABORATOR")


def standing(where: Repository, thread: Thread) -> tuple[str, int | None]:
    """The commit that a thread's line is shown at now, and the line there; None when the thread is outdated."""
    pull = thread.pull
    base, head = where.base(pull), where.head(pull)
    known = thread.id, base, head
    cached: tuple[str, int | None] | None = where.known.get(("standing", *map(str, known)))
    if cached is None:
        if thread.side == "LEFT":
            old, new = where.merge_base(thread.base, thread.commit), where.merge_base(base, head)
        else:
            old, new = thread.commit, head
        line = where.moved(thread.path, thread.line, old, new)
        lines = where.lines(base, head, thread.path)
        shown = line is not None and lines is not None and line in lines.side(thread.side)
        cached = (head, line) if shown else (thread.commit, None)
        where.known["standing", *map(str, known)] = cached
    return cached


def review_comment(world: World, where: Repository, found: Comment, api: str) -> dict[str, Any]:
    """A comment of a review thread."""
    thread = found.thread
    assert thread is not None
    commit, line = standing(where, thread)
    home = f"{api}/repos/{where.name}/pulls"
    url = f"{home}/comments/{found.id}"
    page = f"https://github.example/{where.name}/pull/{found.pull.number}#discussion_r{found.id}"
    start = None if thread.start is None or line is None else thread.start + line - thread.line
    return {
        "url": url,
        "id": found.id,
        "node_id": found.node,
        "pull_request_review_id": found.review.id if found.review else None,
        "diff_hunk": thread.hunk,
        "path": thread.path,
        "position": thread.position if line is not None else None,
        "original_position": thread.position,
        "commit_id": commit,
        "original_commit_id": thread.commit,
        **({"in_reply_to_id": found.reply_to} if found.reply_to else {}),
        "user": account(world, found.author, api) or account(world, world.ghost, api),
        "body": found.body,
        "created_at": when(found.created),
        "updated_at": when(found.updated),
        "html_url": page,
        "pull_request_url": f"{home}/{found.pull.number}",
        "author_association": association(where, found.author),
        "_links": {"self": {"href": url}, "html": {"href": page}, "pull_request": {"href": f"{home}/{found.pull.number}"}},
        "start_line": start,
        "original_start_line": thread.start,
        "start_side": thread.start_side,
        "line": line,
        "original_line": thread.line,
        "side": thread.side,
        "subject_type": "line",
        "reactions": reactions(found, url),
    }


def review(world: World, where: Repository, found: Review, api: str) -> dict[str, Any]:
    """A review."""
    home = f"{api}/repos/{where.name}/pulls/{found.pull.number}"
    page = f"https://github.example/{where.name}/pull/{found.pull.number}#pullrequestreview-{found.id}"
    return {
        "id": found.id,
        "node_id": found.node,
        "user": account(world, found.author, api),
        "body": found.body,
        "state": found.state,
        "html_url": page,
        "pull_request_url": home,
        "_links": {"html": {"href": page}, "pull_request": {"href": home}},
        **({} if found.state == "PENDING" else {"submitted_at": when(found.submitted)}),
        "commit_id": found.commit,
        "author_association": association(where, found.author),
    }


def check(world: World, where: Repository, found: Check, api: str) -> dict[str, Any]:
    """A check run."""
    url = f"{api}/repos/{where.name}/check-runs/{found.id}"
    base = [
        {
            "id": item.id,
            "number": item.number,
            "url": f"{api}/repos/{where.name}/pulls/{item.number}",
            "head": {"ref": item.head, "sha": found.head, "repo": {"id": where.id, "url": "", "name": ""}},
            "base": {"ref": item.base, "sha": where.base(item), "repo": {"id": where.id, "url": "", "name": ""}},
        }
        for item in world.pulls_at(where, found.head)
    ]
    return {
        "id": found.id,
        "head_sha": found.head,
        "node_id": found.node,
        "external_id": found.external_id,
        "url": url,
        "html_url": f"https://github.example/{where.name}/runs/{found.id}",
        "details_url": found.details_url,
        "status": found.status,
        "conclusion": found.conclusion,
        "started_at": found.started,
        "completed_at": found.completed,
        "output": {
            "title": found.output.get("title"),
            "summary": found.output.get("summary"),
            "text": found.output.get("text"),
            "annotations_count": len(found.annotations),
            "annotations_url": f"{url}/annotations",
        },
        "name": found.name,
        "check_suite": {"id": found.suite},
        "app": app(world, found.app, api),
        "pull_requests": base,
    }


def delivery(found: Delivery) -> dict[str, Any]:
    """A delivery as lists show it."""
    words = {0: "pending", 502: "failed to connect to host", 504: "timed out"}
    return {
        "id": found.id,
        "guid": found.guid,
        "delivered_at": found.at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "redelivery": found.redelivery,
        "duration": round(found.seconds, 3),
        "status": words.get(found.status, "OK" if found.status < 300 else f"Invalid HTTP Response: {found.status}"),
        "status_code": found.status,
        "event": found.event,
        "action": found.action,
        "installation_id": found.installation,
        "repository_id": found.repository,
        "throttled_at": None,
    }
