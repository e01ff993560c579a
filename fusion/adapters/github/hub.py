"""Repositories, people and pull requests. Implements `fusion.ports.Hub`."""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from fusion.adapters.github import branches, scene
from fusion.adapters.github.client import Client
from fusion.adapters.github.gate import Gate
from fusion.errors import Gone, PermanentError
from fusion.model import Pull
from fusion.ports import Permission, Place

POLICY = (".fusion.yml", ".fusion.yaml")
POLICIES = 2000
"""Policies that are remembered; a commit's never changes."""
LARGE = 100_000
"""Bytes above which one is not remembered."""
MOST = 3
"""Pages of open pull requests."""
LINKS = 100
"""Commits of a merge group that are looked at; a queue makes one for each member, or for each of their commits."""
_LOGIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}(\[bot\])?")
_QUEUED = re.compile(r"gh-readonly-queue/.+/pr-(\d{1,9})-[0-9a-f]{40,64}")
_MERGED = re.compile(r"Merge pull request #(\d{1,9})\b|.*\(#(\d{1,9})\)$")
"""The headlines that GitHub gives the commits of a queue, by merging and by squashing."""


class GitHubHub:
    """Hub on GitHub."""

    def __init__(self, gate: Gate) -> None:
        self.gate = gate
        self._policies: OrderedDict[tuple[str, str], bytes | None] = OrderedDict()

    async def policy(self, place: Place, base: str) -> bytes | None:
        """`.fusion.yml` (or .yaml) at a commit. Asked once for each commit."""
        key = place.repository.lower(), base
        if key in self._policies:
            self._policies.move_to_end(key)
            return self._policies[key]
        async with self.gate.access:
            _, found = await policy(self.gate.client(place), place.repository, base)
        if found is None or len(found) <= LARGE:
            self._policies[key] = found
        while len(self._policies) > POLICIES:
            self._policies.popitem(last=False)
        return found

    async def permission(self, place: Place, login: str) -> Permission:
        """What someone may do, custom roles by what they build on; NONE for who is not there any more."""
        if not _LOGIN.fullmatch(login):
            return Permission.NONE
        url = f"/repos/{place.repository}/collaborators/{quote(login, safe='')}/permission"
        async with self.gate.access:
            try:
                found = await self.gate.client(place).json(url)
            except Gone:
                return Permission.NONE
        known = set(Permission)
        # `permission` knows neither triage nor maintain, `role_name` may be of the organisation's own making.
        for name in (found.get("role_name"), found.get("permission")):
            if name in known:
                return Permission(name)
        return Permission.NONE

    async def pull(self, place: Place) -> Pull:
        """The pull request as it is now."""
        async with self.gate.access:
            found = await self.gate.client(place).json(f"/repos/{place.repository}/pulls/{place.number}")
        return _pull(found, place)

    async def open_pulls(self, place: Place) -> Sequence[Pull]:
        """The 300 that were updated last."""
        params = {"state": "open", "sort": "updated", "direction": "desc"}
        async with self.gate.access:
            listed = self.gate.client(place).paged(f"/repos/{place.repository}/pulls", params, pages=MOST)
            return [_pull(item, place) async for item in listed]

    async def members(self, place: Place, *, base: str, head: str, head_ref: str) -> Sequence[int]:
        """Pull requests of a merge group: those that its commits belong to, are named in their headlines, or in the branch.

        Which of the three is there depends on how the queue merges. Naming too many can only hold a group back; one too few
        would let somebody through unseen. So raises PermanentError where a commit may be that of somebody unknown.
        """
        numbers: set[int] = set()
        nameless = 0
        match = _QUEUED.search(head_ref)
        async with self.gate.access:
            client = self.gate.client(place)
            for _ in range(LINKS):
                if head == base or not head:
                    break
                commit = await client.json(f"/repos/{place.repository}/git/commits/{quote(head, safe='')}")
                parents = [str(parent["sha"]) for parent in commit.get("parents") or ()]
                named = await _numbers(client, place.repository, commit, parents)
                numbers |= named
                nameless += not named
                head = parents[0] if parents else ""
            if head != base:
                raise PermanentError(f"The {LINKS} last commits of the merge group do not lead to its base.")
            last = int(match[1]) if match else 0
            # A queue that rebases leaves commits without a name. Those of the branch's own pull request need none.
            if nameless and (last in numbers or nameless > await _commits(client, place.repository, last)):
                raise PermanentError("It cannot be told of which pull requests all commits of the merge group are.")
        return sorted(numbers | {last} - {0})

    async def commit(self, place: Place, *, branch: str, parent: str, files: Mapping[str, bytes], message: str) -> str:
        """With a token that may write contents and nothing else; the first request that writes is the first that needs it."""
        async with self.gate.access:
            client = self.gate.client(place, committing=True)
            return await branches.commit(client, place.repository, branch, parent=parent, files=files, message=message)


async def policy(client: Client, repository: str, commit: str) -> tuple[str, bytes | None]:
    """The name and the bytes of the policy file at a commit; None when there is none."""
    for name in POLICY:
        try:
            return name, await client.bytes(f"/repos/{repository}/contents/{quote(name)}", {"ref": commit})
        except Gone:
            continue
    return POLICY[0], None


async def _numbers(client: Client, repository: str, commit: Mapping[str, Any], parents: Sequence[str]) -> set[int]:
    """The open pull requests that a commit on the base brings in. A merge commit's second parent is the head of one."""
    sha = parents[1] if parents[1:] else str(commit["sha"])
    listed = client.paged(f"/repos/{repository}/commits/{sha}/pulls", pages=1)
    found = {int(item["number"]) async for item in listed if item.get("state") == "open" and item.get("number")}
    if not found and (match := _MERGED.match(str(commit.get("message") or "").partition("\n")[0])):
        found = {int(number) for number in match.groups() if number}
    return found


async def _commits(client: Client, repository: str, number: int) -> int:
    """How many commits a pull request has; none where there is no such."""
    return int((await client.json(f"/repos/{repository}/pulls/{number}")).get("commits") or 0) if number else 0


def _pull(item: Any, place: Place) -> Pull:
    """A pull request as REST describes it. Raises PermanentError when it names no commits."""
    try:
        base, head = item["base"], item["head"]
        repository = base.get("repo") or {}
        return Pull(
            repository=str(repository.get("full_name") or place.repository),
            repository_id=int(repository.get("id") or 0),
            installation=place.installation,
            number=int(item["number"]),
            base=str(base["sha"]),
            base_ref=str(base.get("ref") or ""),
            head=str(head["sha"]),
            head_ref=str(head.get("ref") or ""),
            draft=bool(item.get("draft")),
            fork=(head.get("repo") or {}).get("full_name") != repository.get("full_name"),
            open=item.get("state") == "open",
            merged=bool(item.get("merged") or item.get("merged_at")),
            labels=tuple(str(label["name"]) for label in item.get("labels") or () if label.get("name")),
            author=scene.person(item.get("user")),
            updated=scene.time(item.get("updated_at")),
            default_branch=str(repository.get("default_branch") or ""),
        )
    except (KeyError, TypeError, ValueError, AttributeError):
        raise PermanentError(f"GitHub's answer about {place.repository}#{place.number} names no commits.") from None
