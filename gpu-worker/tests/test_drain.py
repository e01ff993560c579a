"""Going away: on a signal's word, on Azure's word, and never with a job in hand."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from gpu_worker.answering import Rules
from gpu_worker.consume import Consumer
from gpu_worker.contract import ChatMessage, Job, Prompt, Urgency, Work
from gpu_worker.drain import Drain, on_signals
from gpu_worker.imds import Watch, endings
from gpu_worker.memory import MemoryJobs, MemoryPayloads, MemoryResults
from gpu_worker.scripted import ScriptedEngine


class Imds:
    """A loopback double of the metadata service."""

    def __init__(self) -> None:
        self.events: list[dict[str, Any]] = []
        self.started: list[Any] = []
        self.refused = 0
        double = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                if self.headers.get("Metadata") != "true" or "api-version=2020-07-01" not in self.path:
                    double.refused += 1
                    self.send_error(400)
                    return
                body = json.dumps({"DocumentIncarnation": 1, "Events": double.events}).encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def do_POST(self) -> None:
                double.started.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_port}"


@pytest.fixture
def imds() -> Iterator[Imds]:
    made = Imds()
    thread = threading.Thread(target=made.server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield made
    made.server.shutdown()
    thread.join()
    made.server.server_close()


def preempt(seconds: float = 30.0, **changed: Any) -> dict[str, Any]:
    when = datetime.now(UTC) + timedelta(seconds=seconds)
    return {
        "EventId": "E1",
        "EventType": "Preempt",
        "ResourceType": "VirtualMachine",
        "Resources": ["pool_0"],
        "EventStatus": "Scheduled",
        "NotBefore": format_datetime(when, usegmt=True),
    } | changed


def job(id: str, payload: str, now: datetime) -> bytes:
    made = Job(
        **{"id": id, "urgency": Urgency.PULL, "repository": "o/n", "model": "m", "payload": payload, "run": "r", "event": "e"},
        enqueued=now,
        expires=now + timedelta(minutes=5),
    )
    return made.model_dump_json().encode()


async def test_an_evicted_worker_gives_its_job_back_and_another_finishes_it(imds: Imds) -> None:
    jobs, payloads, results = MemoryJobs(), MemoryPayloads(), MemoryResults()
    prompt = Prompt(
        agent="a", work=Work.REVIEW, messages=(ChatMessage(role="user", text="x"),), schema_name="s", reply_schema={}
    )
    payload = await payloads.put(prompt.model_dump_json().encode())
    started = asyncio.Event()

    async def endless(_: Any) -> str:
        started.set()
        await asyncio.sleep(3600)
        return ""

    drain = Drain()
    watch = Watch(drain, address=imds.address, machine="pool_0", every=0.01)
    heard: list[str] = []
    evicted = Consumer(
        *(jobs, payloads, results, ScriptedEngine(endless)),
        drain=drain,
        rules=Rules(wait=0.02, margin=29.5),
        listen=lambda each: heard.append(each.kind),
    )
    watching, working = asyncio.create_task(watch.run()), asyncio.create_task(evicted.run())
    jobs.put(job("a", payload, datetime.now(UTC)))
    await started.wait()
    assert imds.started == []
    imds.events = [preempt()]
    await asyncio.wait_for(working, 20)
    await watching
    await watch.acknowledge()
    assert drain.why == "Preempt"
    assert heard == ["taken", "given_back"]
    assert imds.started == [{"StartRequests": [{"EventId": "E1"}]}]

    second, rest = ScriptedEngine(), Drain()
    other = asyncio.create_task(Consumer(jobs, payloads, results, second, drain=rest, rules=Rules(wait=0.02)).run())
    while True:
        await asyncio.sleep(0.005)
        if results.told and not len(jobs):
            break
    rest.begin("over", within=1.0)
    await other
    assert [told[0] for told in results.told] == ["a"]
    assert imds.refused == 0


async def test_what_fits_into_the_time_left_is_finished(imds: Imds) -> None:
    jobs, payloads, results = MemoryJobs(), MemoryPayloads(), MemoryResults()
    prompt = Prompt(
        agent="a", work=Work.REVIEW, messages=(ChatMessage(role="user", text="x"),), schema_name="s", reply_schema={}
    )
    payload = await payloads.put(prompt.model_dump_json().encode())
    started, drain = asyncio.Event(), Drain()

    async def short(_: Any) -> str:
        started.set()
        await asyncio.sleep(0.2)
        return "{}"

    for id in ("a", "b"):
        jobs.put(job(id, payload, datetime.now(UTC)))
    consumer = Consumer(jobs, payloads, results, ScriptedEngine(short), drain=drain, rules=Rules(wait=0.02, ahead=0))
    working = asyncio.create_task(consumer.run())
    await started.wait()
    undo = on_signals(drain, within=60.0, signals=(signal.SIGUSR1,))
    os.kill(os.getpid(), signal.SIGUSR1)
    await asyncio.wait_for(working, 30)
    undo()
    assert drain.why == "SIGUSR1"
    assert [told[0] for told in results.told] == ["a"]
    assert len(jobs) == 1, "the second was never taken"


async def test_a_desk_without_the_service_is_quiet(imds: Imds) -> None:
    imds.server.server_close()
    drain = Drain()
    watch = Watch(drain, address=imds.address, every=0.001)
    watching = asyncio.create_task(watch.run())
    await asyncio.sleep(0.05)
    assert not drain.begun
    watching.cancel()
    await asyncio.gather(watching, return_exceptions=True)
    await watch.acknowledge()


@pytest.mark.parametrize(
    "document",
    [
        *(None, [], {}, {"Events": None}, {"Events": ["x", 3]}, {"Events": [{"EventType": "Preempt"}]}),
        {"Events": [preempt(EventType="Freeze")]},
        {"Events": [preempt(Resources=["pool_7"])]},
    ],
)
def test_what_does_not_end_this_machine_is_no_ending(document: Any) -> None:
    assert endings(document, machine="pool_0") == []


def test_an_event_says_how_long_there_is() -> None:
    now = datetime(2026, 9, 1, 12, 0, tzinfo=UTC)
    [coming] = endings({"Events": [preempt(NotBefore="Tue, 01 Sep 2026 12:00:25 GMT")]})
    [begun] = endings({"Events": [preempt(NotBefore="")]})
    assert (coming.left(now), begun.left(now)) == (25.0, 30.0)


async def test_a_second_reason_only_shortens_the_time() -> None:
    drain = Drain()
    assert drain.left() == float("inf")
    drain.begin("first", within=10.0)
    drain.begin("second", within=100.0)
    assert drain.left() <= 10.0
    drain.begin("third", within=0.0)
    assert (drain.left(), drain.why) == (0.0, "first")
