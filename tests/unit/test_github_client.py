"""The HTTP client against a server that answers what each test says, byte for byte."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from fusion.adapters.github import answers
from fusion.adapters.github.answers import Answer
from fusion.adapters.github.cache import AnswerCache
from fusion.adapters.github.client import Access, Token
from fusion.errors import (
    Denied,
    FusionError,
    Gone,
    PermanentError,
    RateLimited,
    TransientError,
    Unplaced,
    UserError,
)
from tests.fakes.scripted_http import DATE, NOW, Asked, Scripted, Time, listening, reply


class Renewed:
    """Credentials that have a new token for every one that is refused."""

    account = scope = "installation:5"
    wrong = "The installation is not accepted."

    def __init__(self) -> None:
        self.issued = 1

    async def header(self) -> str:
        return f"Bearer t{self.issued}"

    def refused(self, header: str, *, date: float | None) -> bool:
        self.issued += 1
        return True


@asynccontextmanager
async def serving(script: Callable[[Asked], bytes], **options: Any) -> AsyncIterator[tuple[Scripted, Access]]:
    async with listening(script) as (server, api):
        yield server, Access(api=api, **options)


async def test_what_did_not_change_comes_from_memory() -> None:
    def script(asked: Asked) -> bytes:
        if asked.headers.get("if-none-match") == '"1"':
            return reply(304, b"", etag='"1"')
        return reply(200, {"n": 1}, etag='"1"')

    async with serving(script) as (server, access):
        client = access.client(Token("a"))
        assert [await client.json("/x"), await client.json("/x")] == [{"n": 1}, {"n": 1}]
        assert server.asked[1].headers["if-none-match"] == '"1"'
        other = access.client(Renewed())
        assert await other.json("/x") == {"n": 1}
        assert "if-none-match" not in server.asked[2].headers, "what one may see must not answer another"


async def test_nothing_is_asked_while_the_limit_is_known_to_be_used_up() -> None:
    time = Time()

    def script(asked: Asked) -> bytes:
        reset = str(int(NOW) + 100)
        return reply(200, {}, x_ratelimit_remaining="0", x_ratelimit_reset=reset, x_ratelimit_resource="core", date=DATE)

    async with serving(script, clock=time) as (server, access):
        time.now += 5000  # our clock is wrong: GitHub's own `date` counts
        client = access.client(Token("a"))
        await client.json("/x")
        with pytest.raises(RateLimited) as caught:
            await client.json("/y")
        assert caught.value.seconds == pytest.approx(101)
        assert len(server.asked) == 1
        await access.client(Token(None)).json("/y")
        time.now += 102
        await client.json("/y")
        assert len(server.asked) == 3


async def test_after_a_secondary_limit_writes_keep_their_distance() -> None:
    time = Time()
    refuse = [True]

    def script(asked: Asked) -> bytes:
        if asked.method == "POST" and refuse.pop() if refuse else False:
            return reply(403, {"message": "You have exceeded a secondary rate limit"}, retry_after="30")
        return reply(201, {"id": 1})

    async with serving(script, clock=time, sleep=time.sleep, spacing=0.0) as (server, access):
        client = access.client(Token("a"))
        with pytest.raises(RateLimited) as caught:
            await client.send("POST", "/x", {})
        assert caught.value.seconds == 30
        with pytest.raises(RateLimited):
            await client.json("/reading/waits/too")
        time.now += 30
        await asyncio.gather(*(client.send("POST", f"/{n}", {}) for n in range(3)))
        assert len(server.asked) == 4
        assert len(time.slept) == 2
        assert all(seconds == pytest.approx(1.0) for seconds in time.slept)


async def test_writes_of_one_account_go_one_after_another() -> None:
    async with serving(lambda asked: reply(201, {"id": 1}), spacing=0.0) as (server, access):
        client = access.client(Token("a"))
        async with access:
            await asyncio.gather(*(client.send("POST", f"/{n}", {}) for n in range(4)))
            assert server.most_at_once == 1
            await asyncio.gather(*(client.json(f"/{n}") for n in range(4)))
            assert server.most_at_once > 1


async def test_a_refused_token_is_replaced_once() -> None:
    accepted = {"Bearer t2"}

    def script(asked: Asked) -> bytes:
        return reply(200, {"ok": 1}) if asked.headers.get("authorization") in accepted else reply(401, {"message": "Bad"})

    async with serving(script) as (server, access):
        client = access.client(Renewed())
        assert await client.json("/x") == {"ok": 1}
        accepted.clear()
        with pytest.raises(UserError, match="not accepted"):
            await client.json("/y")
        assert len(server.asked) == 4
        with pytest.raises(UserError, match="GITHUB_TOKEN"):
            await access.client(Token("wrong")).json("/x")
        assert len(server.asked) == 5


@pytest.mark.parametrize(
    ("answer", "error", "words"),
    [
        (reply(200, {"a": "b" * 50}, cut=20), TransientError, "does not answer"),
        (reply(200, b'{"number": 1, "ti'), TransientError, "breaks off"),
        (reply(200, b"<html>"), PermanentError, "not JSON"),
        (b"nonsense\r\n\r\n", TransientError, "does not answer"),
        (b"", TransientError, "does not answer"),
        (reply(200, b"\xff\xfe{"), PermanentError, "not JSON"),
    ],
)
async def test_answers_that_are_not_whole(answer: bytes, error: type[FusionError], words: str) -> None:
    async with serving(lambda asked: answer) as (_, access):
        with pytest.raises(error, match=words) as caught:
            await access.client(Token(None)).json("/x")
        assert "\n" not in str(caught.value)


async def test_an_answer_that_never_comes() -> None:
    never = asyncio.Event()

    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await never.wait()
        writer.close()

    server = await asyncio.start_server(silent, "127.0.0.1", 0)
    async with server:
        access = Access(api=f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", timeout=0.05)
        with pytest.raises(TransientError, match="does not answer"):
            await access.client(Token("a")).send("POST", "/x", {})
        never.set()


async def test_lists_are_read_by_their_links() -> None:
    def script(asked: Asked) -> bytes:
        last = "cursor=b" in asked.target
        following = "" if last else '<https://api.github.com/x?cursor=b&per_page=2>; rel="next", <https://x/?a=1>; rel="last"'
        return reply(200, {"total": 4, "items": [3, 4] if last else [1, 2]}, link=following)

    async with serving(script) as (server, access):
        client = access.client(Token(None))
        found = [item async for item in client.paged("/x", {"per_page": "2"}, pages=9, key="items")]
        assert found == [1, 2, 3, 4]
        assert [item async for item in client.paged("/x", {"per_page": "2"}, pages=1, key="items")] == [1, 2]
        with pytest.raises(PermanentError, match="not the list"):
            assert [item async for item in client.paged("/x", pages=1)] == []
        assert "cursor=b&per_page=2" in server.asked[1].target or "per_page=2&cursor=b" in server.asked[1].target


@pytest.mark.parametrize(
    ("errors", "error"),
    [
        ([{"type": "FORBIDDEN", "message": "Resource not accessible by integration"}], Denied),
        ([{"type": "NOT_FOUND", "message": "Could not resolve to a node"}], Gone),
        ([{"type": "RATE_LIMITED", "message": "API rate limit exceeded"}], RateLimited),
        ([{"message": "Something went wrong while executing your query"}], TransientError),
        ([{"message": "Field 'x' doesn't exist"}], PermanentError),
        (["not even an object"], PermanentError),
    ],
)
async def test_graphql_errors(errors: list[Any], error: type[FusionError]) -> None:
    async with serving(lambda asked: reply(200, {"data": None, "errors": errors})) as (_, access):
        with pytest.raises(error) as caught:
            await access.client(Token("a")).graphql("query { viewer { login } }", {})
        assert type(caught.value) is error


@pytest.mark.parametrize(
    ("status", "headers", "message", "error"),
    [
        (403, {}, "Resource not accessible by integration", Denied),
        (403, {}, "You have exceeded a secondary rate limit", RateLimited),
        (403, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "1700000050"}, "API rate limit exceeded", RateLimited),
        (403, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "soon"}, "Forbidden", Denied),
        (403, {"retry-after": "Tue, 14 Nov 2023 22:13:20 GMT"}, "Forbidden", Denied),
        (429, {}, "", RateLimited),
        (404, {}, "Not Found", Gone),
        (410, {}, "This was deleted", Gone),
        (409, {}, "Conflict", PermanentError),
        (422, {}, "Pull request review thread line must be part of the diff", Unplaced),
        (422, {}, "Commit is not part of the pull request", Unplaced),
        (422, {}, "Line could not be resolved", Unplaced),
        (422, {}, "Body is too long", PermanentError),
        (500, {}, "", TransientError),
        (503, {}, "", TransientError),
    ],
)
def test_what_a_refusal_means(status: int, headers: dict[str, str], message: str, error: type[FusionError]) -> None:
    body = json.dumps({"message": "Unprocessable Entity", "errors": [message]}).encode()
    found = answers.refusal(Answer(status=status, headers=headers, content=body, url="/x"), now=NOW)
    assert type(found) is error
    assert "\n" not in str(found)


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"null", b'{"message": 5, "errors": {"a": 1}}', b'{"errors": [null, 7]}', b"\xff"]
)
def test_a_refusal_whose_words_are_odd(body: bytes) -> None:
    assert isinstance(answers.refusal(Answer(status=422, headers={}, content=body), now=NOW), PermanentError)


def test_the_cache_stays_within_its_bytes() -> None:
    cache = AnswerCache(100_000)
    for n in range(100):
        cache.put(("a", str(n), "json"), Answer(status=200, headers={"etag": "x"}, content=b"c" * 6000))
        cache.get(("a", "0", "json"))
    assert cache.held <= 100_000
    assert cache.get(("a", "0", "json")) is not None, "what is used stays"
    assert cache.get(("a", "1", "json")) is None
    cache.put(("a", "0", "json"), Answer(status=200, headers={}, content=b""))
    assert cache.get(("a", "0", "json")) is None, "without an ETag there is nothing to ask by"


@pytest.mark.parametrize(
    ("api", "graphql"),
    [
        ("https://api.github.com/", "https://api.github.com/graphql"),
        ("https://git.example/api/v3", "https://git.example/api/graphql"),
    ],
)
def test_the_address_of_graphql(api: str, graphql: str) -> None:
    assert Access(api=api).graphql == graphql
