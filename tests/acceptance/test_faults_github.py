"""GitHub that is away, that limits, that loses answers, whose clock differs; tokens and heads that change in the middle.

The whole bot on the real adapters. Whatever happens: no check is left in progress, none is a success for what was not read,
and nothing is said twice.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.github import FakeGitHub, Limits
from tests.fakes.hosted import NAME, Hosted, Meanwhile, hosted

BAD = "def run(text):\n    return eval(text)\n"
GOOD = "def run(text):\n    return text\n"
TWO = BAD + "\n\ndef more(text):\n    return eval(text + text)\n"


@asynccontextmanager
async def bot_on(folder: Path, *, limits: Limits | None = None, **how: Any) -> AsyncIterator[Hosted]:
    with FakeGitHub(limits=limits) as github:
        github.create(NAME, {"app.py": "pass\n"})
        github.permit(NAME, "mona", "write")
        async with hosted(github, folder, **how) as bot:
            yield bot


@pytest.fixture
async def bot(tmp_path: Path) -> AsyncIterator[Hosted]:
    async with bot_on(tmp_path) as bot:
        yield bot


def open_pull(bot: Hosted, text: str = BAD) -> None:
    bot.github.open_pull(NAME, head="feature", files={"app.py": text}, user="mona")


def push(bot: Hosted, text: str) -> str:
    bot.github.advance(seconds=3)
    return bot.github.push(NAME, 1, {"app.py": text}, user="mona")


def once(bot: Hosted, *, threads: int = 1) -> None:
    """Everything was said once, and every check has its end."""
    bodies = [comment.body for thread in bot.github.threads(NAME, 1) for comment in thread.comments]
    assert len(bodies) == len(set(bodies))
    assert len(bot.github.threads(NAME, 1)) == threads
    assert len(bot.ours()) == 1
    assert bot.unfinished == []


# --- away

STEPS = {
    "token": ("/access_tokens$", "POST", ""),
    "announcing": ("/check-runs$", "POST", ""),
    "the change": ("/pulls/1$", "GET", ""),
    "files": ("/pulls/1/files$", "GET", ""),
    "blob": ("/git/blobs/", "GET", ""),
    "policy": ("/contents/.fusion.yml$", "GET", ""),
    "conversation": ("/graphql$", "POST", "reviewThreads"),
    "review": ("/pulls/1/reviews$", "POST", ""),
    "summary": ("/issues/1/comments$", "POST", ""),
    "check": ("/check-runs/", "PATCH", ""),
}


@pytest.mark.parametrize("step", STEPS)
async def test_github_is_down_for_minutes_at_any_step(bot: Hosted, step: str) -> None:
    pattern, method, query = STEPS[step]
    faults = [
        bot.github.fail(pattern, 502, times=2, method=method, query=query),
        bot.github.fail(pattern, method=method, query=query, reset=True),
        bot.github.fail(pattern, 503, times=3, method=method, query=query, body=b"<html>Unicorn!</html>"),
        bot.github.fail(pattern, method=method, query=query, cut=True),
    ]
    open_pull(bot)
    await bot.settle()
    assert not any(fault.times for fault in faults), "the step was reached, and tried again"
    assert bot.check().conclusion == "failure"
    once(bot)
    assert not await bot.dead()


@pytest.mark.parametrize("step", ["announcing", "review", "summary", "check"])
async def test_an_answer_that_is_lost_doubles_nothing(bot: Hosted, step: str) -> None:
    pattern, method, query = STEPS[step]
    fault = bot.github.fail(pattern, method=method, query=query, lost=True, times=2)
    open_pull(bot)
    await bot.settle()
    assert fault.times < 2
    assert bot.check().conclusion == "failure"
    once(bot)


async def test_lost_answers_to_replies_and_closings_double_nothing(bot: Hosted) -> None:
    open_pull(bot, TWO)
    await bot.settle()
    for pattern, query in (("/replies$", ""), ("/graphql$", "resolveReviewThread")):
        bot.github.fail(pattern, method="POST", query=query, lost=True)
    push(bot, GOOD)
    await bot.settle()
    assert [thread.resolved for thread in bot.github.threads(NAME, 1)] == [True, True]
    assert [len(thread.comments) for thread in bot.github.threads(NAME, 1)] == [2, 2]
    assert bot.check().conclusion == "success"
    once(bot, threads=2)


async def test_github_is_down_for_a_day(bot: Hosted) -> None:
    """Patience has an end; then the timer finds the head that nobody has looked at, or a person asks again."""
    open_pull(bot)
    fault = bot.github.fail("/git/|/pulls/1/files", 502, times=10_000)
    await bot.settle()
    check = bot.check()
    assert (check.status, check.conclusion) == ("completed", "action_required")
    assert "/fusion review" in check.output["summary"]
    assert "GitHub" in check.output["summary"]
    fault.times = 0
    bot.github.comment(NAME, 1, "mona", "/fusion review")
    await bot.settle()
    assert bot.check().conclusion == "failure"
    once(bot)


# --- limits


async def test_the_primary_limit_in_the_middle_of_publishing(tmp_path: Path) -> None:
    for hourly in (13, 18):
        async with bot_on(tmp_path / str(hourly), limits=Limits(hourly=hourly)) as bot:
            began = bot.github.now
            open_pull(bot)
            await bot.settle()
            assert bot.check().conclusion == "failure"
            once(bot)
            assert bot.github.now - began < timedelta(hours=3)
            assert not await bot.dead()


@pytest.mark.parametrize("content", [1, 2])
async def test_the_secondary_limit_in_the_middle_of_publishing(tmp_path: Path, content: int) -> None:
    async with bot_on(tmp_path, limits=Limits(content=content, status=403 if content == 1 else 429)) as bot:
        open_pull(bot)
        await bot.settle()
        assert bot.check().conclusion == "failure"
        once(bot)
        refused = len(bot.github.requests)
        assert refused < 60, "who is asked to wait does not go on asking"


# --- tokens, permissions, clocks


async def test_tokens_that_run_out_or_are_revoked_in_the_middle(bot: Hosted) -> None:
    def revoked() -> None:
        for text in [text for text, token in bot.github.tokens.items() if token.installation is not None]:
            bot.github.revoke(text)

    acts: list[tuple[str, Callable[[], object]]] = [
        ("/git/trees/", lambda: bot.github.advance(hours=2)),
        ("/git/blobs/", revoked),
        ("/pulls/1/reviews$", lambda: bot.github.advance(hours=2)),
        ("/issues/1/comments$", revoked),
    ]
    for pattern, act in acts:
        bot.github.faults.append(Meanwhile(pattern, act=act))
    open_pull(bot)
    await bot.settle()
    assert bot.check().conclusion == "failure"
    once(bot)


@pytest.mark.parametrize(
    ("taken", "says"),
    [
        ({"pull_requests": "read"}, "no permission"),
        ({"checks": "none"}, "no permission to write checks"),
        ({"pull_requests": "read", "issues": "read"}, "no permission to comment"),
    ],
    ids=["reviews", "checks", "comments"],
)
async def test_a_permission_is_revoked_while_it_is_published(bot: Hosted, taken: dict[str, str], says: str) -> None:
    [installation] = bot.github.installations
    act = Meanwhile("/graphql$", query="reviewThreads", skip=1, act=lambda: bot.github.restrict(installation, **taken))
    bot.github.faults.append(act)
    open_pull(bot)
    await bot.settle()
    told = bot.github.conversation(NAME, 1)
    assert says in told
    if "checks" not in taken:
        assert bot.check().conclusion == "failure"
        assert bot.unfinished == []
    assert "app.py:2" in told, "what was found is said where it may be said"
    assert not await bot.dead()


async def test_a_pull_request_that_may_not_be_read_any_more_ends_its_check(bot: Hosted) -> None:
    [installation] = bot.github.installations
    taken = {"pull_requests": "none", "issues": "none"}
    act = Meanwhile("/graphql$", query="reviewThreads", skip=1, act=lambda: bot.github.restrict(installation, **taken))
    bot.github.faults.append(act)
    open_pull(bot)
    await bot.settle()
    check = bot.check()
    assert (check.status, check.conclusion) == ("completed", "action_required")
    assert "does not permit" in check.output["summary"]
    bot.github.restrict(installation, pull_requests="write", issues="write")
    bot.github.comment(NAME, 1, "mona", "/fusion review")
    await bot.settle()
    assert bot.check().conclusion == "failure"
    once(bot)


@pytest.mark.parametrize("skew", [timedelta(minutes=-20), timedelta(days=400)])
async def test_a_clock_that_is_off(tmp_path: Path, skew: timedelta) -> None:
    async with bot_on(tmp_path, skew=skew) as bot:
        open_pull(bot)
        await bot.settle()
        assert bot.check().conclusion == "failure"
        push(bot, GOOD)
        await bot.settle()
        assert bot.check().conclusion == "success"
        once(bot)


# --- heads


@pytest.mark.parametrize(
    ("pattern", "known"),
    [
        *(
            (path, True)
            for path in ("/git/trees/", "/pulls/1/files$", "/pulls/1/reviews$", "/issues/1/comments$", "/check-runs/")
        ),
        *((path, False) for path in ("/git/blobs/", "/pulls/1/reviews$", "/check-runs/")),
    ],
)
async def test_a_push_in_the_middle(bot: Hosted, pattern: str, known: bool) -> None:
    """Force-pushed while an older head is read or published: the new head has its verdict, the old one is not left open."""
    github = bot.github

    def forced() -> None:
        github.advance(seconds=3)
        where = github.repository(NAME)
        fresh = where.write("rewritten", {"app.py": GOOD}, parent=where.sha("main"), message="Rewritten")
        github.push(NAME, 1, sha=fresh or where.sha("rewritten"), user="mona")

    github.faults.append(Meanwhile(pattern, act=forced))
    if known:
        open_pull(bot)
        await bot.settle()
    else:
        with github.held():
            open_pull(bot)
        first = next(guid for guid, tries in github.attempts.items() if tries[0].event == "pull_request")
        github.holding = True
        github.release(first)
        await bot.settle()
        assert bot.unfinished == []
        github.holding = False
        github.release()
        await bot.settle()
    assert bot.check().conclusion == "success", github.conversation(NAME, 1)
    assert bot.unfinished == []
    assert len(bot.ours()) == 1
    assert all(thread.resolved for thread in github.threads(NAME, 1))
    assert not await bot.dead()
