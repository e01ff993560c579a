"""Deliveries that are forged, broken, repeated or out of order, and a queue or Store that is down: the whole bot, end to end.

Where each kind of bad input and fault is tested against the real adapters, dispatcher and engine, beside a fake GitHub:

| what | where |
|---|---|
| wrong, missing, SHA-1-only, replayed signature | here; every form of it in unit/test_events.py |
| body that is not JSON, 25 MB, lies about its type or length | here; unit/test_events.py |
| unknown events and actions | here; every example of GitHub in unit/test_events.py |
| duplicate and out-of-order deliveries | here; any order in unit/test_dispatch_decide.py |
| queue or Store down for minutes | here |
| GitHub down for minutes, answers lost, cut or wrong | test_faults_github.py |
| rate limits in the middle of publishing, primary and secondary | test_faults_github.py |
| token expired or revoked, permission revoked in the middle of a run | test_faults_github.py |
| clock skew | test_faults_github.py; unit/test_github_app.py |
| head moved, force-push in the middle of publishing | test_faults_github.py |
| 3,000 files, 65,536 characters | test_faults_sizes.py |
| deleted repository, branch, fork, user; suspended, uninstalled, renamed | test_faults_people.py |
| comment edited or deleted | test_faults_people.py |
| drafts, labels, forks, reruns, merge queues, a policy that does not validate | test_faults_people.py |
| names that need escaping, forged markers, hidden characters, commands that are none | test_faults_hostile.py |
| kill -9 | test_bot.py, test_killed.py |
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
from collections.abc import AsyncIterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from fusion.errors import TransientError
from fusion.events.signature import sign
from tests.fakes.github import FakeGitHub
from tests.fakes.hosted import NAME, Hosted, hosted
from tests.fakes.serving import SECRET

BAD = "def run(text):\n    return eval(text)\n"


@pytest.fixture
async def bot(tmp_path: Path) -> AsyncIterator[Hosted]:
    with FakeGitHub() as github:
        github.create(NAME, {"app.py": "pass\n"})
        async with hosted(github, tmp_path) as bot:
            yield bot


async def post(
    bot: Hosted, body: bytes, *, id: str = "a-delivery", event: str = "pull_request", **headers: str
) -> tuple[int, str]:
    """Status and reason of a delivery that some stranger sends; header names are written with underscores."""
    given = {"x-github-event": event, "x-github-delivery": id, "content-type": "application/json"}
    given |= {name.replace("_", "-"): value for name, value in headers.items()}
    async with httpx.AsyncClient() as client:
        answer = await client.post(bot.url, content=body, headers=given)
    told = answer.json()
    return answer.status_code, told.get("error") or told.get("reason") or told["answer"]


def opened(bot: Hosted) -> tuple[str, bytes]:
    """A pull request is opened, and its delivery is held back: id and body as GitHub would send them."""
    with bot.github.held() as kept:
        bot.github.open_pull(NAME, head="feature", files={"app.py": BAD}, user="mona")
    [one] = [delivery for delivery in kept if delivery.event == "pull_request"]
    return one.guid, json.dumps(one.payload).encode()


async def test_what_is_not_signed_starts_nothing(bot: Hosted) -> None:
    id, body = opened(bot)
    right, wrong = sign(SECRET.encode(), body), sign(b"another secret", body)
    sha1 = "sha1=" + hmac.new(SECRET.encode(), body, hashlib.sha1).hexdigest()
    for headers in ({}, {"x_hub_signature_256": wrong}, {"x_hub_signature": sha1}, {"x_hub_signature_256": right[:-1]}):
        status, why = await post(bot, body, id=id, **headers)
        assert (status, "secret" in why or "Signature" in why) == (401, True)
    status, _ = await post(bot, body.replace(b'"mona"', b'"root"'), id=id, x_hub_signature_256=right)
    assert status == 401
    await bot.settle()
    assert bot.outcomes == []
    assert bot.ours() == []


async def test_a_replayed_delivery_reviews_nothing_twice(bot: Hosted) -> None:
    id, body = opened(bot)
    signature = sign(SECRET.encode(), body)
    assert await post(bot, body, id=id, x_hub_signature_256=signature) == (202, "accepted")
    await bot.settle()
    before = bot.github.conversation(NAME, 1)
    # overheard, and sent again: under its own id, and under another that the signature does not cover
    for again in (id, "an-id-of-the-attacker"):
        assert await post(bot, body, id=again, x_hub_signature_256=signature) == (202, "accepted")
    await bot.settle()
    assert bot.github.conversation(NAME, 1) == before
    assert len(bot.github.reviews(NAME, 1)) == 1


async def test_a_replayed_state_of_long_ago_takes_nothing_back(bot: Hosted) -> None:
    id, body = opened(bot)
    signature = sign(SECRET.encode(), body)
    await post(bot, body, id=id, x_hub_signature_256=signature)
    await bot.settle()
    bot.github.advance(minutes=5)
    bot.github.push(NAME, 1, {"app.py": "def run(text):\n    return text\n"}, user="mona")
    await bot.settle()
    assert bot.check().conclusion == "success"
    before = bot.github.conversation(NAME, 1)
    await post(bot, body, id="later", x_hub_signature_256=signature)
    await bot.settle()
    assert bot.github.conversation(NAME, 1) == before


NO_DELIVERIES: tuple[tuple[bytes, Mapping[str, str], int, str], ...] = (
    (b"not json", {}, 400, "not JSON"),
    (b"[1, 2]", {}, 400, "not an object"),
    (b'{"action": "opened"}', {}, 400, "pull_request"),
    (b'{"a": NaN}', {}, 400, "not JSON"),
    (b"\xff\xfe{}", {}, 400, "UTF-8"),
    (b"[" * 100_000, {}, 400, "not JSON"),
    (b"{}", {"content_type": "text/plain"}, 400, "application/json"),
    (b"{}", {"content_type": "application/x-www-form-urlencoded"}, 400, "form"),
    (b"payload=%7B%7D", {}, 400, "not JSON"),
    (b'{"action": "a new one"}', {}, 200, ""),
    (b"{}", {"x_github_event": "a_thing_of_tomorrow"}, 200, ""),
    (b'{"action": "opened"}', {"x_github_event": "issues"}, 200, ""),
    (b"{}", {"x_github_event": "../../etc"}, 400, "event"),
    (b"{}", {"x_github_delivery": "<script>"}, 400, "X-GitHub-Delivery"),
)


async def test_signed_bodies_that_are_no_deliveries(bot: Hosted) -> None:
    for body, headers, status, word in NO_DELIVERIES:
        answer, why = await post(bot, body, x_hub_signature_256=sign(SECRET.encode(), body), **headers)
        assert (answer, word in why, "\n" in why) == (status, True, False), (body[:30], why)
    await bot.settle()
    assert bot.outcomes == []


async def test_a_body_above_the_limit_is_not_read(bot: Hosted) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(27):
            yield b" " * 1_000_000

    async with httpx.AsyncClient() as client:
        answer = await client.post(bot.url, content=endless())
        assert (answer.status_code, "25" in answer.text or "26" in answer.text) == (413, True)
        # one that lies about its length gets no further than its first bytes
        answer = await client.post(bot.url, content=b"{}", headers={"content-length": "2"})
        assert answer.status_code == 401
    status, _ = await post(bot, b"{}", x_hub_signature_256=sign(SECRET.encode(), b"{}"), event="ping")
    assert status in (200, 202), "the door still stands"


async def test_any_order_and_repetition_ends_with_the_newest_head_reviewed_once(bot: Hosted) -> None:
    github = bot.github
    with github.held() as kept:
        github.open_pull(NAME, head="feature", files={"app.py": BAD}, user="mona")
        github.advance(seconds=40)
        github.push(NAME, 1, {"app.py": BAD + "\n\nMORE = 1\n"}, user="mona")
        github.advance(seconds=40)
        github.push(NAME, 1, {"app.py": "pass\n\nMORE = 1\n"}, user="mona")
    guids = [one.guid for one in kept if one.event == "pull_request"]
    github.release(guids[2])
    await bot.settle()
    assert bot.check().conclusion == "success"
    github.release(guids[0], guids[1])
    for guid in guids:
        github.redeliver(guid)
    await bot.settle()
    assert bot.check().conclusion == "success"
    assert len(bot.ours()) == 1
    assert github.reviews(NAME, 1) == []
    heads = {check.head for check in github.repository(NAME).checks.values()}
    assert heads == {github.repository(NAME).sha("feature")}
    assert not await bot.dead()


class Away:
    """A queue or a Store that stops to answer after `after` calls and is back ten minutes later."""

    def __init__(self, behind: Any, github: FakeGitHub, after: int) -> None:
        self.behind = behind
        self.github = github
        self.left = after
        self.back: datetime | None = None

    def __getattr__(self, name: str) -> Any:
        found = getattr(self.behind, name)
        if not callable(found):
            return found

        async def call(*args: Any, **named: Any) -> Any:
            if not self.left and self.back is None:
                self.back = self.github.now + timedelta(minutes=10)
            self.left = max(self.left - 1, 0)
            if self.back is not None and self.github.now < self.back:
                raise TransientError("It does not answer.")
            return await found(*args, **named)

        return call


async def test_a_queue_that_is_down_refuses_deliveries_and_the_timer_brings_them_back(tmp_path: Path) -> None:
    with FakeGitHub() as github:
        github.create(NAME, {"app.py": "pass\n"})
        async with hosted(github, tmp_path, change={"queue": lambda queue: Away(queue, github, 0)}) as bot:
            github.open_pull(NAME, head="feature", files={"app.py": BAD}, user="mona")
            await asyncio.to_thread(github.settle)
            [failed] = github.unacknowledged()
            assert [one.status for one in github.attempts[failed]] == [503]
            github.advance(minutes=10)
            await bot.settle()
            assert bot.ours() == [], "GitHub never delivers again by itself"
            await bot.catch_up()
            assert github.unacknowledged() == []
            assert bot.check().conclusion == "failure"
            assert len(github.reviews(NAME, 1)) == len(bot.ours()) == 1


@pytest.mark.parametrize("after", [0, 2, 6, 10, 13, 17, 22, 27])
async def test_a_store_that_is_down_for_minutes_loses_and_doubles_nothing(tmp_path: Path, after: int) -> None:
    with FakeGitHub() as github:
        github.create(NAME, {"app.py": "pass\n"})
        async with hosted(github, tmp_path, change={"store": lambda store: Away(store, github, after)}) as bot:
            github.open_pull(NAME, head="feature", files={"app.py": BAD}, user="mona")
            await bot.settle()
            assert not await bot.dead()
            assert bot.unfinished == []
            assert bot.check().conclusion == "failure", github.conversation(NAME, 1)
            assert len(github.threads(NAME, 1)) == len(bot.ours()) == 1
