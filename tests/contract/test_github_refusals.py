"""Refusals have no ETags: what confirms them instead, what does not, and that nothing stale is told. On a fake GitHub."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import pytest

from fusion.adapters.github import connect
from fusion.adapters.github.posture import GitHubSettings
from fusion.adapters.memory.records import MemoryBlobs
from fusion.model.posture import Posture, Unknown
from fusion.ports import Place
from tests.fakes.github import FakeGitHub

COUNT = 4
SETTINGS = 5
"""What a person who does not administer a repository is refused in the tests below, at least."""


@pytest.fixture
def github() -> Iterator[FakeGitHub]:
    with FakeGitHub(etags_by_token=True) as github:
        for name in github.estate("acme", COUNT):
            github.permit(name, "mona", "admin")
            github.permit(name, "guest", "write")
            # So that nothing but Dependabot's alerts is off.
            found = github.settings(name)
            found.default_setup, found.contributors = "configured", [("mona", 1)]
        github.organisation("acme", owners=["mona"])
        github.sign_in("mona", "a-token")
        yield github


def fresh(github: FakeGitHub, token: str = "a-token") -> GitHubSettings:
    """As another process has it: nothing is remembered but what a scan keeps."""
    return connect(MemoryBlobs(), api=github.url, token=token).settings


async def scan(github: FakeGitHub, known: dict[str, Any], token: str = "a-token") -> list[Posture]:
    """Every repository one after another; `known` is what is kept from scan to scan."""
    found, postures = fresh(github, token), []
    for number in range(COUNT):
        name = f"acme/service-{number:04}"
        posture, after = await found.posture(Place(repository=name), known.get(name, {}))
        known[name] = json.loads(json.dumps(after))
        postures.append(posture)
    return postures


def asked(github: FakeGitHub, end: str) -> int:
    return sum(request.endswith(end) for request in github.requests)


def alerts(postures: list[Posture]) -> list[bool | None]:
    return [one.security.dependabot_alerts for one in postures]  # type: ignore[union-attr]


async def test_alerts_that_are_off_are_confirmed_for_all_repositories_by_one_query(github: FakeGitHub) -> None:
    known: dict[str, Any] = {}
    assert alerts(await scan(github, known)) == [False] * COUNT
    github.requests.clear()
    second = await scan(github, known)
    assert alerts(second) == [False] * COUNT
    assert asked(github, "/dependabot/alerts") == 2, "for so few a query for all would not pay"
    assert asked(github, "/graphql") == 1
    assert [one.requests for one in second[2:]] == [1, 0]
    assert all(one.at >= second[2].at for one in second[3:])


async def test_what_was_off_and_is_on_now_is_told_at_once(github: FakeGitHub) -> None:
    known: dict[str, Any] = {}
    await scan(github, known)
    github.settings("acme/service-0003").dependabot_alerts = True
    github.settings("acme/service-0003").alerts["dependabot"] = 2
    again = await scan(github, known)
    assert alerts(again) == [False] * 3 + [True]
    assert again[3].security.open_alerts["dependabot"] == 2  # type: ignore[union-attr]


async def test_a_switch_is_not_believed_where_alerts_may_not_be_listed(github: FakeGitHub) -> None:
    known: dict[str, Any] = {}
    await scan(github, known)
    for number in range(COUNT):
        github.settings(f"acme/service-{number:04}").dependabot_alerts = True
    # The same token, of somebody who administers nothing any more: the query says off, and lists no alerts.
    for number in range(COUNT):
        github.permit(f"acme/service-{number:04}", "mona", "write")
    assert alerts(await scan(github, known)) == [None] * COUNT


async def test_a_query_that_fails_costs_nothing_but_itself(github: FakeGitHub) -> None:
    known: dict[str, Any] = {}
    await scan(github, known)
    github.requests.clear()
    github.fail("/graphql", 502, times=100, body=b"{}")
    assert alerts(await scan(github, known)) == [False] * COUNT
    assert (asked(github, "/graphql"), asked(github, "/dependabot/alerts")) == (1, COUNT)


async def test_what_a_person_may_not_see_is_asked_once_for_all_that_stand_alike(github: FakeGitHub) -> None:
    known: dict[str, Any] = {}
    token = github.sign_in("guest")
    first = await scan(github, known, token)
    assert all(isinstance(one.hooks, Unknown) for one in first)
    assert first[1].requests > 10
    second = await scan(github, known, token)
    assert second[0].requests >= SETTINGS
    assert [one.requests for one in second[1:]] == [0] * (COUNT - 1)
    assert [(one.hooks, one.actions, one.security) for one in second] == [
        (one.hooks, one.actions, one.security) for one in first
    ]


async def test_a_permission_that_is_there_now_is_used_by_all(github: FakeGitHub) -> None:
    known: dict[str, Any] = {}
    refusing = github.fail(
        r"/hooks$", 403, times=COUNT, body=b'{"message": "Resource not accessible by personal access token"}'
    )
    assert all(isinstance(one.hooks, Unknown) for one in await scan(github, known))
    assert refusing.times == 0, "the token has got it meanwhile, and no role has changed"
    assert [one.hooks for one in await scan(github, known)] == [()] * COUNT


async def test_somebody_who_administers_one_of_them_now_reads_that_one(github: FakeGitHub) -> None:
    known: dict[str, Any] = {}
    token = github.sign_in("guest")
    await scan(github, known, token)
    github.permit("acme/service-0002", "guest", "admin")
    again = await scan(github, known, token)
    assert [isinstance(one.hooks, Unknown) for one in again] == [True, True, False, True]


async def test_refusals_of_another_token_confirm_nothing(github: FakeGitHub) -> None:
    known: dict[str, Any] = {}
    await scan(github, known, github.sign_in("guest"))
    github.requests.clear()
    await scan(github, known, github.sign_in("guest"))
    assert asked(github, "/hooks") == COUNT


async def test_code_security_that_is_off_is_told_with_the_repository(github: FakeGitHub) -> None:
    name = "acme/service-0000"
    github.settings(name).analysis["code_security"] = "disabled"
    github.settings(name).dependabot_alerts = True
    first, known = await fresh(github).posture(Place(repository=name), {})
    second, known = await fresh(github).posture(Place(repository=name), known)
    assert first.security.code_scanning is second.security.code_scanning is False  # type: ignore[union-attr]
    assert second.requests == 0
    github.settings(name).analysis["code_security"] = "enabled"
    third, _ = await fresh(github).posture(Place(repository=name), known)
    assert third.security.code_scanning is True  # type: ignore[union-attr]


async def test_what_the_plan_has_not_is_asked_once_until_it_has(github: FakeGitHub) -> None:
    for number in range(COUNT):
        found = github.settings(f"acme/service-{number:04}")
        github.repository(f"acme/service-{number:04}").private = found.plan_lacks_protection = found.dependabot_alerts = True
    known: dict[str, Any] = {}
    await scan(github, known)
    assert [one.requests for one in await scan(github, known)] == [1, 0, 0, 0]
    for number in range(COUNT):
        found = github.settings(f"acme/service-{number:04}")
        found.plan_lacks_protection, found.rulesets = False, {7: {"name": "main", "rules": [{"type": "deletion"}]}}
    assert [one.protection.deletion for one in await scan(github, known)] == [False] * COUNT  # type: ignore[union-attr]


async def test_repositories_that_are_read_at_once_ask_their_organisation_once(github: FakeGitHub) -> None:
    found = fresh(github)
    names = [f"acme/service-{number:04}" for number in range(COUNT)]
    read = await asyncio.gather(*(found.posture(Place(repository=name), {}) for name in [*names, names[0]]))
    assert asked(github, "/orgs/acme") == 1
    assert sum(posture.requests for posture, _ in read) == len(github.requests)
    assert {posture.organisation for posture, _ in read} == {read[0][0].organisation}
