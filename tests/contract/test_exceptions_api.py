"""What is accepted for a time, over HTTP: the same answers from `fusion serve` and the Function App, by the CLI's rules."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import settings as limits
from hypothesis import strategies as st

from fusion import plugins, runtime, settings
from fusion.adapters.memory.queue import MemoryQueue
from fusion.adapters.memory.records import MemoryStore
from fusion.errors import Conflict, FusionError, TransientError, UserError
from fusion.functions import Functions
from fusion.granting import LIMIT, Door, Reply, Visitor
from fusion.ports import Key
from fusion.serve.intake import application
from fusion.serve.metrics import Metrics
from fusion.serve.web import Web, listen

ADA = "a" * 32
CI = "c/" + "c" * 40 + "="
TOKENS = f"ada={ADA} ci={CI}"
DAY = (datetime.now(UTC) + timedelta(days=100)).date().isoformat()
ASKED = {
    **{"check": "code-review", "repository": "octo/*", "owner": "ada", "reason": "Two people.", "approver": "grace"},
    "expires": DAY,
}
Ask = Callable[..., Awaitable[httpx.Response]]
PATH = "/api/exceptions"


@asynccontextmanager
async def web(tokens: str, *, patience: float = 30.0) -> AsyncIterator[str]:
    """`fusion serve`'s web side, over loopback: its host and port."""
    door = Door(settings.read({"FUSION_API_TOKEN": tokens}).api_token, checks=plugins.check_ids)
    clock = runtime.SystemClock()
    store = MemoryStore(clock)

    async def granting(visitor: Visitor, body: bytes) -> Reply:
        return await door.answer(visitor, body, store=store, tenant="local", clock=clock)

    app = application(
        secrets=[b"x" * 16],
        queue=MemoryQueue(clock),
        metrics=Metrics(),
        ready=lambda: "",
        door=door,
        granting=granting,
        patience=patience,
    )
    listening = listen("127.0.0.1", 0)
    server = Web(app, listening, grace=1)
    server.start()
    try:
        yield f"127.0.0.1:{listening.getsockname()[1]}"
    finally:
        await asyncio.to_thread(server.stop)


@asynccontextmanager
async def served(_home: Path, tokens: str) -> AsyncIterator[Ask]:
    """What a client of it asks with."""
    async with web(tokens) as address, httpx.AsyncClient(base_url=f"http://{address}") as client:
        yield client.request


@asynccontextmanager
async def functions(home: Path, tokens: str) -> AsyncIterator[Ask]:
    """What `function_app.py` hands requests to; tests/azure has the rest of the way."""
    made = Functions({"FUSION_HOME": str(home), "FUSION_API_TOKEN": tokens})

    async def ask(method: str, path: str, **said: Any) -> httpx.Response:
        sent = httpx.Request(method, f"http://host{path}", **said)
        id = sent.url.path.removeprefix(PATH).removeprefix("/")
        reply = await made.exceptions(method, sent.headers, dict(sent.url.params), lambda: sent.content, id=id)
        return httpx.Response(reply.status, json=dict(reply.body), headers=dict(reply.headers))

    try:
        yield ask
    finally:
        await made.close()


HOSTS = pytest.mark.parametrize("host", [served, functions])


def token(shown: str = ADA) -> dict[str, str]:
    return {"Authorization": f"Bearer {shown}"}


@HOSTS
async def test_granted_changed_listed_and_withdrawn(host: Any, tmp_path: Path) -> None:
    async with host(tmp_path, TOKENS) as ask:
        granted = await ask("POST", PATH, json=ASKED, headers=token())
        assert granted.status_code == 200, granted.text
        one = granted.json()["exception"]
        assert (one["origin"], one["expires"]) == ("the API", DAY)
        changed = await ask("PUT", PATH, json={**one, "reason": "Three people."}, headers=token(CI))
        assert [(deed["did"], deed["by"]) for deed in changed.json()["deeds"]] == [("granted", "ada"), ("changed", "ci")]
        assert (await ask("PUT", PATH, json={**one, "reason": "Three people."}, headers=token())).json() == changed.json()
        other = (await ask("POST", PATH, json={**ASKED, "repository": "acme/shop"}, headers=token())).json()["exception"]
        ids = sorted([one["id"], other["id"]])
        first = (await ask("GET", f"{PATH}?limit=1", headers=token())).json()
        rest = (await ask("GET", f"{PATH}?limit=1&after={first['next']}", headers=token())).json()
        assert [item["exception"]["id"] for page in (first, rest) for item in page["exceptions"]] == ids
        assert (first["next"], rest["next"]) == (ids[0], "")
        near = (await ask("GET", f"{PATH}?repository=Octo/shop", headers=token())).json()["exceptions"]
        assert near == [changed.json()]
        where = f"{PATH}/{one['id']}"
        assert (await ask("DELETE", f"{where}?repository=acme/shop", headers=token())).status_code == 404
        gone = await ask("DELETE", f"{where}?repository=OCTO/*", headers=token())
        assert (gone.status_code, gone.json()["deeds"][-1]["did"]) == (200, "withdrawn")
        assert (await ask("DELETE", where, headers=token())).json() == gone.json(), "twice is once"
        assert (await ask("GET", f"{PATH}?repository=octo/shop", headers=token())).json()["exceptions"] == [gone.json()]


REFUSED: list[tuple[str, str, dict[str, Any], int, str]] = [
    ("GET", PATH, {"headers": {}}, 401, "Send a token"),
    ("GET", PATH, {"headers": token("a" * 31)}, 401, "Send a token"),
    ("DELETE", f"{PATH}/x-0123456789ab", {"headers": {"Authorization": f"Basic {ADA}"}}, 401, "Send a token"),
    ("PATCH", PATH, {"json": ASKED}, 405, "takes GET and POST and PUT, not PATCH"),
    ("GET", f"{PATH}/x-0123456789ab", {}, 405, "takes DELETE, not GET"),
    ("GET", f"{PATH}?repositry=octo/shop", {}, 400, "`repositry`"),
    ("GET", f"{PATH}?limit=501", {}, 400, "from 1 to 500"),
    ("POST", PATH, {"content": json.dumps(ASKED)}, 415, "application/json"),
    ("POST", PATH, {"json": {**ASKED, "reason": "x" * LIMIT}}, 413, "at most 16,384 bytes"),
    ("POST", PATH, {"content": "{", "headers": {"Content-Type": "application/json; charset=utf-8"}}, 400, "is no JSON"),
    ("POST", PATH, {"json": [ASKED]}, 422, "no JSON object"),
    ("POST", PATH, {"json": {**ASKED, "expirs": DAY}}, 422, "has no `expirs`"),
    ("POST", PATH, {"json": {key: ASKED[key] for key in ASKED if key != "expires"}}, 422, "names no last day"),
    ("POST", PATH, {"json": {**ASKED, "expires": 4102444800}}, 422, "a day such as 2027-01-31"),
    (
        "POST",
        PATH,
        {"json": {**ASKED, "approver": "@Ada"}},
        422,
        "The exception is approved by its owner: somebody else has to.",
    ),
    ("POST", PATH, {"json": {**ASKED, "expires": "2199-01-01"}}, 422, "more than two years ahead"),
    ("POST", PATH, {"json": {**ASKED, "expires": "2020-01-01"}}, 422, "which is over"),
    ("POST", PATH, {"json": {**ASKED, "check": "code-reviw"}}, 422, "`code-reviw`, which there is not"),
    ("POST", PATH, {"json": {**ASKED, "id": "x-0123456789ab"}}, 409, "another exception"),
    ("DELETE", f"{PATH}/{'x' * 201}", {}, 404, "no exception of such an id"),
    ("DELETE", f"{PATH}/x-0123456789ab", {}, 404, "There is no exception 'x-0123456789ab'"),
]


@HOSTS
async def test_what_is_refused_says_why_in_a_sentence(host: Any, tmp_path: Path) -> None:
    async with host(tmp_path, TOKENS) as ask:
        for method, path, said, status, why in REFUSED:
            headers = said.get("headers", {})
            sent = said | {"headers": headers if headers == {} and "headers" in said else token() | headers}
            answer = await ask(method, path, **sent)
            assert (answer.status_code, why in answer.json()["error"]) == (status, True), (path, said, answer.text)
        assert (await ask("PATCH", PATH, headers=token())).headers["allow"] == "GET, POST, PUT"
        assert (await ask("GET", PATH)).headers["www-authenticate"].startswith("Bearer")
        assert (await ask("GET", PATH, headers=token())).json()["exceptions"] == [], "nothing of it was kept"


async def test_a_body_that_does_not_say_how_long_it_is_is_bounded(tmp_path: Path) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(64):
            yield b"x" * 1024

    async with served(tmp_path, TOKENS) as ask:
        answer = await ask("PUT", PATH, content=pieces(), headers=token() | {"Content-Type": "application/json"})
        assert (answer.status_code, "at most 16,384 bytes" in answer.text) == (413, True)


async def raw(address: str, request: bytes) -> bytes:
    """What is answered to these very bytes until the connection is closed."""
    reader, writer = await asyncio.open_connection(*address.split(":"))
    writer.write(request)
    await writer.drain()
    answer = await reader.read()
    writer.close()
    return answer


BODY = json.dumps(ASKED)
TWICE = [
    ("GET", "", "Authorization: Bearer else\r\n", "", 401, "once"),
    ("GET", "?repository=octo/a&repository=octo/b", "", "", 400, "`repository` is there more than once"),
    ("POST", "", "Content-Type: text/plain\r\n", BODY, 400, "Content-Type is there more than once"),
    ("POST", "", "", BODY[:-1] + ', "\\u006fwner": "eve"}', 400, "`owner` more than once"),
    ("GET", "/", "", "", 404, "Not Found"),
]


async def test_what_is_said_twice_is_refused_and_a_body_that_does_not_come_is_not_waited_for() -> None:
    async with web(TOKENS, patience=0.2) as address:
        for method, more, header, body, status, why in TWICE:
            head = f"{method} {PATH}{more} HTTP/1.1\r\nHost: h\r\nConnection: close\r\n{header}Authorization: Bearer {ADA}\r\n"
            head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
            answer = (await raw(address, (head + body).encode())).decode()
            assert (answer.split()[1], why in answer) == (str(status), True), answer
        for path in (PATH, "/github"):
            head = f"POST {path} HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer {ADA}\r\nContent-Type: application/json\r\n"
            answer = (await raw(address, f"{head}Content-Length: 99\r\n\r\n{{".encode())).decode()
            assert (answer.split()[1], "did not come in time" in answer) == ("408", True), answer


async def test_a_request_with_two_ends_is_the_last_on_its_connection() -> None:
    async with web(TOKENS) as address:
        head = f"GET {PATH} HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer {ADA}\r\nContent-Length: 5\r\n"
        smuggled = "GET /healthz HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"
        answer = await raw(address, f"{head}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n{smuggled}".encode())
        assert (answer.startswith(b"HTTP/1.1 400"), answer.count(b"HTTP/1.1"), b"alive" in answer) == (True, 1, False)


class Failing(MemoryStore):
    """A Store that another always writes first, or that is away."""

    def __init__(self, error: FusionError) -> None:
        super().__init__(runtime.SystemClock())
        self._error = error

    async def put(self, key: Key, value: dict[str, Any], *, etag: str | None) -> str:
        raise self._error


@pytest.mark.parametrize(
    ("error", "status", "said"),
    [
        (Conflict("It changed."), 409, "is being written right now; try again in a moment."),
        (TransientError("cosmos at 10.0.0.7 is away"), 503, "The exceptions can neither be read nor written now"),
    ],
)
async def test_a_store_that_does_not_take_it_is_told(error: FusionError, status: int, said: str) -> None:
    door = Door(settings.read({"FUSION_API_TOKEN": TOKENS}).api_token, checks=plugins.check_ids)
    visitor = Visitor(by="ada", method="POST", id="", query={})
    body = json.dumps(ASKED).encode()
    reply = await door.answer(visitor, body, store=Failing(error), tenant="local", clock=runtime.SystemClock())
    assert (reply.status, said in reply.body["error"], "10.0.0.7" in str(reply.body)) == (status, True, False)


@HOSTS
async def test_without_tokens_there_is_no_api(host: Any, tmp_path: Path) -> None:
    async with host(tmp_path, "") as ask:
        for headers in ({}, token()):
            assert (await ask("GET", PATH, headers=headers)).status_code == 404
            assert (await ask("DELETE", f"{PATH}/x-0123456789ab", headers=headers)).status_code == 404


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.sampled_from(["sbom", "*", DAY, "pkg:npm/a", "[", "!"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
BODIES = st.binary(max_size=200) | st.builds(
    lambda said, left_out: json.dumps({key: value for key, value in {**ASKED, **said}.items() if key not in left_out}).encode(
        "utf-8", "surrogatepass"
    ),
    st.dictionaries(st.sampled_from([*ASKED, "path", "fingerprint", "component", "id", "origin", "else"]), VALUES, max_size=4),
    st.sets(st.sampled_from(list(ASKED)), max_size=1),
)


@limits(max_examples=150, deadline=None)
@given(body=BODIES)
def test_whatever_is_sent_gets_a_sentence_or_is_kept_as_it_was_said(body: bytes) -> None:
    door = Door(settings.read({"FUSION_API_TOKEN": TOKENS}).api_token, checks=lambda: {"code-review", "sbom"})
    clock = runtime.SystemClock()
    store = MemoryStore(clock)
    visitor = Visitor(by="ada", method="POST", id="", query={})
    reply = asyncio.run(door.answer(visitor, body, store=store, tenant="local", clock=clock))
    kept = asyncio.run(store.list(tenant="local", kind="scan-exception"))
    if reply.status == 200:
        asked = json.loads(body)
        assert {key: reply.body["exception"][key] for key in asked if key not in ("id", "origin")} == {
            key: value for key, value in asked.items() if key not in ("id", "origin")
        }
        assert [one.value for one in kept] == [reply.body]
    else:
        assert reply.status in (400, 409, 413, 422)
        assert reply.body["error"].isprintable()
        assert not kept


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ("a" * 32, "it takes name=token"),
        (f"a b={ADA}", "it takes name=token"),
        ("ada=short-and-known", "at least 32"),
        (f"ada={'ä' * 32}", "letters, digits"),
        (f"ada={ADA} ci={ADA}", "two names have the same token"),
    ],
)
def test_a_token_that_anybody_could_guess_is_none(said: str, why: str) -> None:
    with pytest.raises(UserError, match=rf"^The environment variable FUSION_API_TOKEN is not usable: .*{why}") as error:
        settings.read({"FUSION_API_TOKEN": said})
    assert said.split("=")[-1] not in str(error.value)
