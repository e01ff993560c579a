"""REST: contents, trees, blobs, commits, comparisons, references."""

from __future__ import annotations

import base64
from typing import Any

from tests.fakes.github.call import REPO, Answer, Call, Refused, operation
from tests.fakes.github.folder import Absent
from tests.fakes.github.rest_pulls import commit_of


@operation("GET", f"{REPO}/compare/{{basehead}}", "contents:read")
def compare(call: Call) -> Any:
    where = call.repository
    base_name, _, head_name = call.values["basehead"].partition("...")
    base, head = (where.resolve(name.rpartition(":")[2]) for name in (base_name, head_name))
    middle = where.merge_base(base, head)
    ahead, behind = where.commits(base, head), where.commits(head, base)
    status = "diverged" if ahead and behind else "ahead" if ahead else "behind" if behind else "identical"
    size = max(1, min(100, int(call.query.get("per_page", 250)))) if "per_page" in call.query else 250
    at = max(1, int(call.query.get("page", 1)))
    listed = call.page(ahead, lambda sha: commit_of(call, sha)) if "per_page" in call.query or at > 1 else None
    home = f"{call.api}/repos/{where.name}"
    body = {
        "url": f"{home}/compare/{base}...{head}",
        "base_commit": commit_of(call, base),
        "merge_base_commit": commit_of(call, middle),
        "status": status,
        "ahead_by": len(ahead),
        "behind_by": len(behind),
        "total_commits": len(ahead),
        "commits": listed.body if listed else [commit_of(call, sha) for sha in ahead[:size]],
    }
    if at == 1:
        links = {"blob_url": home, "raw_url": home, "contents_url": home}
        body["files"] = [{**links, "changes": 0, **item} for item in where.files(base, head)[:300]]
    return Answer(body, headers=listed.headers if listed else {})


@operation("GET", f"{REPO}/commits", "contents:read")
def commits(call: Call) -> Any:
    where = call.repository
    start = where.resolve(call.query.get("sha") or where.default_branch)
    args = ["rev-list", "--max-count=1000", start]
    if path := call.query.get("path"):
        args += ["--", path]
    return call.page(where.once(*args).decode().split(), lambda sha: commit_of(call, sha))


@operation("GET", f"{REPO}/commits/{{ref}}", "contents:read")
def commit(call: Call) -> Any:
    where = call.repository
    try:
        sha = where.resolve(call.values["ref"])
    except LookupError:
        raise Refused(422, f"No commit found for SHA: {call.values['ref']}") from None
    if "sha" in call.accept:
        return Answer(raw=sha.encode(), media="application/vnd.github.sha")
    return commit_of(call, sha)


@operation("GET", f"{REPO}/git/commits/{{commit_sha}}", "contents:read")
def git_commit(call: Call) -> Any:
    found = commit_of(call, call.repository.sha(call.values["commit_sha"]))
    inner = found.pop("commit")
    return (
        {key: found[key] for key in ("sha", "node_id", "html_url")}
        | inner
        | {"parents": [{**parent, "html_url": parent["url"]} for parent in found["parents"]]}
    )


@operation("GET", f"{REPO}/git/trees/{{tree_sha}}", "contents:read")
def tree(call: Call) -> Any:
    entries = call.repository.tree(call.values["tree_sha"], "recursive" in call.query)
    home = f"{call.api}/repos/{call.repository.name}/git"
    limit = call.world.tree_limit
    shown = [{**entry, "url": f"{home}/{entry['type']}s/{entry['sha']}"} for entry in entries[:limit]]
    sha = call.values["tree_sha"]
    return {"sha": sha, "url": f"{home}/trees/{sha}", "tree": shown, "truncated": len(entries) > limit}


@operation("GET", f"{REPO}/git/blobs/{{file_sha}}", "contents:read")
def blob(call: Call) -> Any:
    data = call.repository.blob(call.values["file_sha"])
    if "raw" in call.accept:
        return Answer(raw=data, media="application/octet-stream")
    sha = call.values["file_sha"]
    url = f"{call.api}/repos/{call.repository.name}/git/blobs/{sha}"
    text = base64.encodebytes(data).decode()
    return {"sha": sha, "node_id": f"B_{sha}", "url": url, "encoding": "base64", "content": text, "size": len(data)}


@operation("GET", f"{REPO}/contents/{{path}}", "contents:read")
def contents(call: Call) -> Any:
    where, path = call.repository, call.values["path"].strip("/")
    sha = where.resolve(call.query.get("ref") or where.default_branch)
    entry = next((item for item in where.tree(sha) if item["path"] == path), None)
    if entry is None:
        raise Absent(path)
    home = f"{call.api}/repos/{where.name}"
    links = {"url": f"{home}/contents/{path}?ref={sha}", "html_url": None, "git_url": None, "download_url": None}
    if entry["type"] == "tree":
        inside = [item for item in where.tree(sha) if item["path"].rpartition("/")[0] == path]
        kinds = {"blob": "file", "tree": "dir", "commit": "submodule"}
        return Answer(
            [
                {
                    "type": kinds[item["type"]],
                    "name": item["path"].rpartition("/")[2],
                    "path": item["path"],
                    "sha": item["sha"],
                    "size": item.get("size", 0),
                    **links,
                }
                for item in inside
            ]
        )
    data = where.blob(entry["sha"])
    if "raw" in call.accept:
        return Answer(raw=data, media="application/octet-stream")
    return {
        "type": "file",
        "name": path.rpartition("/")[2],
        "path": path,
        "sha": entry["sha"],
        "size": len(data),
        "encoding": "base64",
        "content": base64.encodebytes(data).decode(),
        **links,
        "_links": {"self": links["url"], "git": None, "html": None},
    }


@operation("GET", f"{REPO}/git/ref/{{ref}}", "contents:read")
def reference(call: Call) -> Any:
    where, ref = call.repository, f"refs/{call.values['ref']}"
    sha = where.resolve(ref)
    home = f"{call.api}/repos/{where.name}/git"
    target = {"type": "commit", "sha": sha, "url": f"{home}/commits/{sha}"}
    return {"ref": ref, "node_id": f"REF_{sha}", "url": f"{home}/{ref}", "object": target}
