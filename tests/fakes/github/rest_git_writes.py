"""REST: objects and references that are written: blobs, trees, commits, branches."""

from __future__ import annotations

import base64
import binascii
import os
import subprocess
import tempfile
from typing import Any

from tests.fakes.github.call import REPO, Answer, Call, Refused, operation
from tests.fakes.github.folder import SHA, Absent
from tests.fakes.github.rest_git import git_commit, reference, tree

WRITES = "contents:write"


@operation("POST", f"{REPO}/git/blobs", WRITES)
def make_blob(call: Call) -> Any:
    content = call.body["content"]
    try:
        data = base64.b64decode(content, validate=True) if call.body.get("encoding") == "base64" else content.encode()
    except binascii.Error:
        raise Refused(422, "content is not valid Base64") from None
    sha = call.repository.git("hash-object", "-w", "--stdin", stdin=data).decode().strip()
    return Answer({"sha": sha, "url": f"{call.url}/{sha}"}, status=201)


@operation("POST", f"{REPO}/git/trees", WRITES)
def make_tree(call: Call) -> Any:
    where = call.repository
    entries = {
        item["path"]: item for item in where.tree(_there(call, call.body["base_tree"], "tree")) if item["type"] != "tree"
    }
    for item in call.body["tree"]:
        _there(call, item["sha"], "blob")
        entries[item["path"]] = item
    index = "".join(f"{item['mode']} {item['sha']}\t{path}\0" for path, item in entries.items())
    return _tree(call, index)


def _tree(call: Call, index: str) -> Answer:
    """The tree with these files, made with an index of its own."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "GIT_INDEX_FILE": f"{folder}/index"}
        git = ["git", "-C", str(call.repository.folder)]
        subprocess.run([*git, "update-index", "-z", "--index-info"], input=index.encode(), env=environment, check=True)
        sha = subprocess.run([*git, "write-tree"], env=environment, check=True, capture_output=True).stdout.decode().strip()
    call.values = {**call.values, "tree_sha": sha}
    return Answer(tree(call), status=201)


@operation("POST", f"{REPO}/git/commits", WRITES)
def make_commit(call: Call) -> Any:
    parents = [_there(call, sha, "commit") for sha in call.body.get("parents", [])]
    flags = [word for sha in parents for word in ("-p", sha)]
    who = ["-c", f"user.name={call.author.login}", "-c", f"user.email={call.author.login}@users.noreply.github.com"]
    made = call.repository.git(
        *who, "commit-tree", _there(call, call.body["tree"], "tree"), *flags, stdin=call.body["message"].encode()
    )
    call.values = {**call.values, "commit_sha": made.decode().strip()}
    return Answer(git_commit(call), status=201)


@operation("POST", f"{REPO}/git/refs", WRITES)
def make_reference(call: Call) -> Any:
    ref, sha = call.body["ref"], _there(call, call.body["sha"], "commit")
    if not ref.startswith("refs/") or ref.count("/") < 2:
        raise Refused(422, "Reference name must start with 'refs' and contain at least two slashes.")
    if any(ref.startswith(f"refs/heads/{name}") for name in call.repository.protected):
        raise Refused(422, "Repository rule violations found\n\nCannot create ref due to creations being restricted.")
    try:
        call.repository.sha(ref)
    except Absent:
        call.repository.git("update-ref", ref, sha, "0" * 40)
        call.values = {**call.values, "ref": ref.removeprefix("refs/")}
        return Answer(reference(call), status=201)
    raise Refused(422, "Reference already exists")


def _there(call: Call, sha: str, kind: str) -> str:
    """The object of that kind. Raises Refused 422, as GitHub does for what is not there."""
    if SHA.fullmatch(sha):
        try:
            if call.repository.git("cat-file", "-t", sha).decode().strip() == kind:
                return sha
        except Absent:
            pass
    raise Refused(422, f"{kind.title()} SHA does not exist or is not a {kind}: {sha}")
