"""A commit on a branch of its own, by GitHub's Git database (REST API, "Git database": blobs, trees, commits, references).

References are only ever made, never updated: what a branch points to stays as it is.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from fusion.adapters.branches import MOST, mine, names
from fusion.adapters.github.client import Client
from fusion.errors import Gone, PermanentError

_SHA = re.compile(r"[0-9a-f]{40,64}")
_FILES = frozenset({"100644", "100755"})
_DEEPEST = 60


async def commit(client: Client, repository: str, branch: str, *, parent: str, files: Mapping[str, bytes], message: str) -> str:
    """As `fusion.ports.Hub.commit`."""
    root = f"/repos/{repository}/git"
    wanted = list(names(mine(branch)))
    if not _SHA.fullmatch(parent):
        raise Gone(f"{parent[:100]!r} is no commit.")
    before = _sha((await client.json(f"{root}/commits/{parent}")).get("tree"))
    modes = {path: await _mode(client, root, before, path) for path in files}
    entries = []
    for path, data in files.items():
        blob = await client.send("POST", f"{root}/blobs", {"content": base64.b64encode(data).decode(), "encoding": "base64"})
        entries.append({"path": path, "mode": modes[path], "type": "blob", "sha": _sha(blob)})
    tree = _sha(await client.send("POST", f"{root}/trees", {"base_tree": before, "tree": entries}))
    made = ""
    for name in wanted:
        there = await _there(client, root, name)
        if there is None:
            made = made or _sha(
                await client.send("POST", f"{root}/commits", {"message": message, "tree": tree, "parents": [parent]})
            )
            if await _created(client, root, name, made):
                return name
            there = await _there(client, root, name)
        if there == (tree, [parent]):
            return name
    raise PermanentError(f"There are {MOST} branches like {branch} already; delete those that nobody needs.")


async def _created(client: Client, root: str, name: str, sha: str) -> bool:
    """Whether the branch was made; not where it came into being meanwhile."""
    try:
        await client.send("POST", f"{root}/refs", {"ref": f"refs/heads/{name}", "sha": sha})
    except PermanentError as error:
        if "already exists" in str(error).lower():
            return False
        raise
    return True


async def _there(client: Client, root: str, name: str) -> tuple[str, list[str]] | None:
    """Tree and parents of the commit that a branch points to; None where there is no such branch."""
    try:
        found = await client.json(f"{root}/ref/{quote(f'heads/{name}')}")
    except Gone:
        return None
    commit = await client.json(f"{root}/commits/{_sha(found.get('object'))}")
    return _sha(commit.get("tree")), [_sha(one) for one in commit.get("parents") or ()]


async def _mode(client: Client, root: str, tree: str, path: str) -> str:
    """The mode of a file in a tree. Raises Gone where there is no such file."""
    parts = path.split("/")
    if len(parts) > _DEEPEST:
        raise Gone(f"There is no file {path[:200]!r}.")
    for number, part in enumerate(parts, start=1):
        listed = (await client.json(f"{root}/trees/{tree}")).get("tree") or ()
        entry: Mapping[str, Any] = next((item for item in listed if item.get("path") == part), {})
        if number == len(parts) and entry.get("mode") in _FILES:
            return str(entry["mode"])
        if number == len(parts) or entry.get("type") != "tree":
            break
        tree = _sha(entry)
    raise Gone(f"There is no file {path[:200]!r} at the commit.")


def _sha(found: Any) -> str:
    """The id in an answer. Raises PermanentError when it has none."""
    sha = found.get("sha") if isinstance(found, dict) else None
    if not isinstance(sha, str) or not _SHA.fullmatch(sha):
        raise PermanentError("GitHub's answer names no object.")
    return sha
