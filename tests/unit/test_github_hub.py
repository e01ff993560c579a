"""Who is in a merge group, as its commits tell; and that nobody is passed over whom they do not tell."""

from __future__ import annotations

from typing import Any

import pytest

from fusion.adapters.github import Access, GitHubHub
from fusion.adapters.github.gate import Gate
from fusion.adapters.github.hub import LINKS
from fusion.errors import PermanentError
from fusion.ports import Place
from tests.fakes.scripted_http import Asked, listening, reply

PLACE = Place(repository="octo/shop")
BRANCH = "refs/heads/gh-readonly-queue/main/pr-12-" + "b" * 40


async def members(messages: list[str], *, commits: int = 1, reaches: bool = True) -> list[int]:
    """Of a group whose commits, newest first, have these messages; pull request 12, its last, has so many commits."""

    def script(asked: Asked) -> bytes:
        path = asked.target.partition("?")[0].removeprefix("/repos/octo/shop")
        if path == "/pulls/12":
            return reply(200, {"number": 12, "commits": commits})
        if path.endswith("/pulls"):
            return reply(200, [])
        number = int(path.removeprefix("/git/commits/c"))
        last = number + 1 == len(messages)
        parent = ("base" if reaches else "") if last else f"c{number + 1}"
        body: dict[str, Any] = {"sha": f"c{number}", "message": messages[number]}
        return reply(200, body | {"parents": [{"sha": parent}] if parent else []})

    async with listening(script) as (_, api):
        hub = GitHubHub(Gate(Access(api=api)))
        return list(await hub.members(PLACE, base="base", head="c0", head_ref=BRANCH))


async def test_squashed_and_merged_commits_name_their_pull_requests() -> None:
    assert await members(["Add a cart (#12)", "Merge pull request #7 from octo/x", "Pay (#3)"]) == [3, 7, 12]


async def test_commits_that_are_the_last_members_own_need_no_name() -> None:
    assert await members(["one", "two", "three"], commits=3) == [12]


@pytest.mark.parametrize(
    ("messages", "reaches"),
    [
        (["one", "two", "of another pull request"], True),
        (["Add a cart (#12)", "of another pull request"], True),
        ([f"Commit {number} (#12)" for number in range(LINKS + 1)], True),
        (["Add a cart (#12)"], False),
    ],
)
async def test_a_group_with_somebody_unknown_in_it_is_not_known(messages: list[str], reaches: bool) -> None:
    with pytest.raises(PermanentError, match="merge group"):
        await members(messages, commits=1 if "Add a cart (#12)" in messages else 2, reaches=reaches)
