"""The evidence service over real connections: what it looks at, whom it refuses, and what is left of a question: nothing."""

import asyncio
import contextlib
import json
import socket
import tempfile
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
import uvicorn

from fusion.errors import UserError
from fusion.evidence.analyzer import Analyzer, Job, Output, Reading
from fusion.evidence.analyzers.dataflow import Dataflow
from fusion.evidence.digests import rules_digest
from fusion.evidence.launcher import LANDLOCK, NAMESPACES, SECCOMP
from fusion.evidence.sandbox import Sandbox
from fusion.evidence.service.answering import Answering
from fusion.evidence.service.app import App
from fusion.evidence.service.contract import LIMITS, Answer, Catalogue, Question
from fusion.evidence.service.process import configured, exposed, serve, unconfined
from fusion.evidence.service.wire import Bounded
from fusion.model import Outcome
from tests.fakes.analyzers import CRASHING, GARBLED, Absent, Marks

HOST = Sandbox.detect()
TOKEN = "t0ken-of-the-evidence-service-x1"
JSON = {"content-type": "application/json"}
JSON_BYTES = [(b"content-type", b"application/json")]


@dataclass(frozen=True)
class Raising(Marks):
    """A third party's tool with a mistake."""

    name: str = "raising"

    def read(self, job: Job, outputs: Sequence[Output]) -> Reading:
        raise ZeroDivisionError


@dataclass(frozen=True)
class Mumbling(Marks):
    """Says what no text can hold."""

    name: str = "mumbling"

    def read(self, job: Job, outputs: Sequence[Output]) -> Reading:
        seen = Marks.read(self, job, outputs)
        return replace(seen, hits=[hit.model_copy(update={"message": "\ud800"}) for hit in seen.hits])


TOOLS: Sequence[Analyzer] = (Marks(), CRASHING, GARBLED, Absent(), Raising(), Mumbling(), Dataflow())


@asynccontextmanager
async def service(
    sandbox: Sandbox = HOST,
    *,
    token: str = "",
    at_once: int = 2,
    limits: Any = LIMITS,
    wire: type[Bounded] = Bounded,
    **patience: float,
) -> AsyncIterator[httpx.AsyncClient]:
    answering = Answering({tool.name: tool for tool in TOOLS}, sandbox, limits=limits)
    app = App(answering, token=token, at_once=at_once, limits=limits, **patience)
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(configured(app, wire=wire))
    running = asyncio.create_task(server.serve(sockets=[listening]))
    try:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{listening.getsockname()[1]}", timeout=30) as client:
            yield client
    finally:
        server.should_exit = True
        await running


def asked(files: Mapping[str, bytes], tool: str = "marks", **more: Any) -> bytes:
    return Question(tool=tool, files=files, **({"seconds": 20} | more)).model_dump_json().encode()


async def answered(client: httpx.AsyncClient, question: bytes, **headers: str) -> Answer:
    reply = await client.post("/examine", content=question, headers=JSON | headers)
    assert (reply.status_code, reply.headers["content-type"]) == (200, "application/json"), reply.text
    answer = Answer.model_validate_json(reply.content)
    told = {*answer.look.read, *(item.path for item in answer.look.unread)}
    assert told == set(json.loads(question)["files"]), "each file is read or unread"
    return answer


def left(mark: str) -> list[Path]:
    """Scratch copies with a file of that name."""
    return list(Path(tempfile.gettempdir()).glob(f"fusion-scratch-*/files/{mark}"))


async def until(true: Callable[[], object]) -> None:
    while not true():  # noqa: ASYNC110  (a file of another process)
        await asyncio.sleep(0.01)


async def test_it_answers_what_the_tool_saw_with_version_rules_and_isolation() -> None:
    async with service() as client:
        answer = await answered(client, asked({"a/ü b.txt": b"x\ny BAD\n", "c.txt": b"UNREAD\n"}))
        catalogue = Catalogue.model_validate_json((await client.get("/tools")).content)
    assert [(hit.rule, hit.location.path, hit.location.line) for hit in answer.look.hits] == [("bad", "a/ü b.txt", 2)]
    assert [(item.path, item.reason) for item in answer.look.unread] == [("c.txt", "refused")]
    assert (answer.version, answer.isolation) == ("1.0", HOST.isolation)
    tools = {tool.name: tool for tool in catalogue.tools}
    assert (tools["marks"].version, tools["marks"].rules) == (answer.version, answer.rules)
    assert tools["absent"].missing == "absent is not installed"


@pytest.mark.parametrize(
    ("tool", "outcome", "why"),
    [
        ("crashing", Outcome.FAILED, "killed by signal SIGABRT"),
        ("garbled", Outcome.FAILED, "not a hit"),
        ("raising", Outcome.FAILED, "raised ZeroDivisionError"),
        ("mumbling", Outcome.FAILED, "it said what is no text"),
        ("absent", Outcome.SKIPPED, "absent is not installed"),
        ("../../bin/sh", Outcome.SKIPPED, "has no such analyzer"),
    ],
)
async def test_a_tool_that_fails_is_an_outcome_and_the_file_unread(tool: str, outcome: Outcome, why: str) -> None:
    async with service() as client:
        answer = await answered(client, asked({"a.txt": b"BAD\n"}, tool))
    assert (answer.look.outcome, answer.look.hits, answer.look.read) == (outcome, (), ())
    assert why in answer.look.reason


async def test_answers_have_limits_too() -> None:
    many = asked({"a.txt": b"BAD\n" * 50})
    async with service(limits=replace(LIMITS, hits=10)) as client:
        cut = await answered(client, many)
    async with service(limits=replace(LIMITS, answer=3_000)) as client:
        flood = await answered(client, many)
    assert (cut.look.outcome, len(cut.look.hits)) == (Outcome.CUT, 10)
    assert "50 hits; the first 10 were kept" in cut.look.reason
    assert (flood.look.outcome, flood.look.hits) == (Outcome.FAILED, ())
    assert "larger than 3,000 bytes" in flood.look.reason


async def test_what_does_more_than_parse_needs_a_cut_network_here_too() -> None:
    tool = Marks(parse_only=False)
    answering = Answering({"marks": tool}, Sandbox())
    answer = Answer.model_validate_json(await answering.answer(Question(tool="marks", files={"a": b"BAD"}, seconds=5)))
    assert (answer.look.outcome, answer.look.hits) == (Outcome.SKIPPED, ())
    assert "network cannot be cut off" in answer.look.reason
    assert answering.catalogue(at_once=1).tools[0].missing == answer.look.reason


async def test_nobody_is_answered_without_the_token() -> None:
    wrong = [
        b"Bearer",
        b"Basic " + TOKEN.encode(),
        f"Bearer {TOKEN}x".encode(),
        f"Bearer {TOKEN[:-1]}".encode(),
        b"Bearer \xe9",
    ]
    right = (b"authorization", f"bearer {TOKEN}".encode())
    async with service(token=TOKEN) as client:
        for headers in ([], *([(b"authorization", shown)] for shown in wrong), [right, (b"authorization", wrong[0])]):
            for request in (
                client.build_request("GET", "/tools", headers=headers),
                client.build_request("POST", "/examine", content=asked({"a": b""}), headers=[*headers, *JSON_BYTES]),
            ):
                reply = await client.send(request)
                assert (reply.status_code, reply.headers["content-type"]) == (401, "application/problem+json"), headers
                assert TOKEN not in reply.text
        assert (await client.get("/healthz")).json() == {"status": "ok"}
        assert (await answered(client, asked({"a": b"BAD"}), authorization=f"bearer {TOKEN}")).look.hits


async def pieces(count: int) -> AsyncIterator[bytes]:
    for _ in range(count):
        yield b" " * 1_000


REFUSED: Mapping[str, tuple[int, str, dict[str, Any]]] = {
    "no path": (404, "There are /examine", {"url": "/"}),
    "a command": (404, "There are /examine", {"url": "/execute"}),
    "another method": (405, "takes POST", {"method": "GET"}),
    "a web page": (415, "application/json", {"headers": {"content-type": "text/plain"}}),
    "compressed": (415, "not compressed", {"headers": JSON | {"content-encoding": "gzip"}}),
    "too long": (413, "at most 2,000 bytes", {"content": b" " * 2_001}),
    "too long in pieces": (413, "at most 2,000 bytes", {"content": pieces(3)}),
    "no JSON": (400, "is no JSON", {"content": b'{"tool": SECRET'}),
    "deep": (400, "is no JSON", {"content": b"[" * 400}),
    "a field more": (422, "Extra inputs", {"content": b'{"tool": "marks", "seconds": 1, "files": {"a": ""}, "SECRET": 1}'}),
    "out of the folder": (422, "relative", {"content": b'{"tool": "marks", "seconds": 1, "files": {"../SECRET": ""}}'}),
    "more values than bytes need": (422, "more than 500 values", {"content": b'{"x": [' + b"[]," * 400 + b"1]}"}),
    "no base64": (422, "files: it is not base64", {"content": b'{"tool": "marks", "seconds": 1, "files": {"SECRET": "*"}}'}),
}


async def test_what_is_refused_is_said_without_repeating_it() -> None:
    async with service(limits=replace(LIMITS, question=2_000, values=500)) as client:
        for name, (status, why, request) in REFUSED.items():
            given = {"method": "POST", "url": "/examine", "headers": JSON} | request
            reply = await client.request(**given)
            assert (reply.status_code, reply.headers["content-type"]) == (status, "application/problem+json"), name
            problem = reply.json()
            assert why in problem["detail"], name
            assert (problem["status"], problem["type"]) == (status, "about:blank")
            assert "SECRET" not in reply.text, name
        assert (await answered(client, asked({"a": b"BAD"}))).look.hits


async def test_whoever_finds_no_slot_is_told_when_to_come_back() -> None:
    mark = uuid4().hex
    async with service(at_once=1, patience=0.05) as client:
        long = asyncio.create_task(answered(client, asked({mark: b"HANG"}, seconds=0.5)))
        await until(lambda: left(mark))
        busy = await client.post("/examine", content=asked({"a": b"BAD"}), headers=JSON)
        assert (busy.status_code, busy.headers["retry-after"]) == (429, "2")
        assert (await long).look.outcome is Outcome.TIMED_OUT
        assert (await answered(client, asked({"a": b"BAD"}))).look.hits


class Full(Answering):
    """On a machine whose disk is full."""

    async def answer(self, question: Question) -> bytes:
        raise OSError(28, "No space left on device", question.tool)


async def test_a_service_that_fails_says_so_and_answers_on() -> None:
    transport = httpx.ASGITransport(App(Full({}, HOST), token="", at_once=1))
    async with httpx.AsyncClient(transport=transport, base_url="http://evidence") as client:
        for _ in range(2):
            reply = await client.post("/examine", content=asked({"a": b""}, "SECRET"), headers=JSON)
            assert (reply.status_code, reply.headers["content-type"]) == (500, "application/problem+json")
            assert reply.json()["detail"] == "The service failed (OSError)."


async def test_whoever_hangs_up_frees_the_slot_and_leaves_nothing() -> None:
    mark = uuid4().hex
    async with service(at_once=1) as client:
        gone = asyncio.create_task(client.post("/examine", content=asked({mark: b"HANG"}, seconds=90), headers=JSON))
        await until(lambda: left(mark))
        gone.cancel()
        assert (await answered(client, asked({"b": b"BAD"}))).look.hits
        assert not left(mark)


async def test_a_question_that_trickles_in_is_not_waited_for() -> None:
    async with service(slow=0.2) as client:
        reader, writer = await asyncio.open_connection(client.base_url.host, client.base_url.port)
        head = "POST /examine HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 500\r\n\r\n{"
        writer.write(head.encode())
        answer = await reader.read()
        writer.close()
        assert answer.startswith(b"HTTP/1.1 408 ")
        assert b"did not arrive within 0.2 s" in answer


class Hurried(Bounded):
    """No time for anything but a question."""

    most = 3
    head = taking = 0.2


@pytest.mark.parametrize("said", ["", "POST /examine HTTP/1.1\r\nhost:", "GET /healthz HTTP/1.1\r\nhost: x\r\n\r\nGET"])
async def test_nobody_keeps_a_connection_by_dawdling(said: str) -> None:
    mark = uuid4().hex
    async with service(wire=Hurried) as client:
        long = asyncio.create_task(answered(client, asked({mark: b"HANG"}, seconds=0.5)))
        await until(lambda: left(mark))
        silent = [await asyncio.open_connection(client.base_url.host, client.base_url.port) for _ in range(5)]
        for reader, writer in silent:
            writer.write(said.encode())
            with contextlib.suppress(ConnectionError):
                await reader.read()
            writer.close()
        assert (await long).look.outcome is Outcome.TIMED_OUT, "a question has its own time"
        assert (await answered(client, asked({"a": b"BAD"}))).look.hits


KNOWLEDGE = b"""schema_version = 1
library = "acme"
language = "python"
packages = ["acme"]
note = "for the tests"
[[sink]]
kind = "code-injection"
calls = ["acme.run"]
note = "runs the text"
test = "ran"
[[source]]
paths = ["acme.ask()"]
note = "an answer from outside"
test = "ran"
"""


async def test_knowledge_that_is_sent_along_counts_for_its_question_alone(tmp_path: Path) -> None:
    program = {"a.py": b"import acme\n\n\ndef ran():\n    acme.run(acme.ask())\n"}
    (tmp_path / "python").mkdir()
    (tmp_path / "python" / "acme.toml").write_bytes(KNOWLEDGE)
    here = Dataflow().knowing([tmp_path])
    async with service() as client:
        taught = await answered(client, asked(program, "dataflow", knowledge=here.rules_added))
        bare = await answered(client, asked(program, "dataflow"))
        unused = await answered(client, asked({"a": b"BAD"}, knowledge=here.rules_added))
    assert [hit.rule for hit in taught.look.hits] == ["code-injection"]
    assert taught.rules == rules_digest("dataflow", Dataflow.rules, here.rules_added)
    assert (bare.look.hits, bare.rules) == ((), rules_digest("dataflow", Dataflow.rules))
    assert (unused.look.outcome, unused.look.reason) == (Outcome.OK, "knowledge was sent along, and this tool uses none")
    assert not list(Path(tempfile.gettempdir()).glob("fusion-scratch-knowledge-*/*/python/acme.toml"))


@pytest.mark.parametrize(
    ("host", "token", "pool", "allowed"),
    [
        ("127.0.0.1", "", False, True),
        ("::1", "", False, True),
        ("localhost", "", False, True),
        ("0.0.0.0", "", False, False),
        ("::", "", False, False),
        ("evidence.example", "", False, False),
        ("0.0.0.0", TOKEN, False, True),
        ("127.0.0.1", TOKEN, True, False),
        ("0.0.0.0", "", True, True),
    ],
)
def test_it_listens_beyond_this_machine_only_where_somebody_asks_who_calls(
    host: str, token: str, pool: bool, allowed: bool
) -> None:
    assert (exposed(host, token=token, in_sandbox_pool=pool) == "") is allowed
    if not allowed:
        with pytest.raises(UserError, match="FUSION_EVIDENCE_TOKEN"):
            serve(host=host, port=0, token=token, in_sandbox_pool=pool, at_once=1)


def test_it_starts_only_where_a_tool_can_reach_nothing_else() -> None:
    for levels in ({}, {NAMESPACES: 1, SECCOMP: 1}, {LANDLOCK: 4}):
        weak = Sandbox(levels=levels)
        assert "Landlock" in unconfined(weak, in_sandbox_pool=False)
        assert unconfined(weak, in_sandbox_pool=True) == ""
    assert unconfined(Sandbox(levels={SECCOMP: 1, LANDLOCK: 4}), in_sandbox_pool=False) == ""
