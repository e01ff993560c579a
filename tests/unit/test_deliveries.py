"""What every host answers to a delivery."""

from __future__ import annotations

import asyncio
import json
from datetime import datetime

import pytest

from fusion import events
from fusion.adapters.memory.queue import MemoryQueue
from fusion.adapters.memory.records import ManualClock
from fusion.deliveries import Answer, take
from fusion.errors import TransientError
from fusion.ports import Message, Priority
from fusion.ports.telemetry import OFF, Telemetry
from fusion.telemetry.context import parse
from tests.fakes.spans import Kept, id_of, trace_of

SECRET = b"a-secret-of-thirty-two-characters"
COMMENT = {
    "action": "created",
    "repository": {"full_name": "octo/shop", "id": 1, "owner": {"login": "octo"}},
    "installation": {"id": 3},
    "sender": {"login": "mona", "id": 2, "type": "User"},
    "issue": {"number": 12, "pull_request": {}},
    "comment": {"id": 9, "body": "/fusion help", "user": {"login": "mona", "id": 2, "type": "User"}},
}


class Broken(MemoryQueue):
    """A queue that is down, or never answers."""

    def __init__(self, *, mute: bool) -> None:
        super().__init__(ManualClock())
        self.mute = mute

    async def send(self, message: Message, *, at: datetime | None = None) -> None:
        if self.mute:
            await asyncio.sleep(60)
        raise TransientError("down")


async def ask(queue: MemoryQueue, event: str = "issue_comment", *, telemetry: Telemetry = OFF, **headers: str) -> Answer:
    body = json.dumps(COMMENT).encode()
    given = {
        "Content-Type": "application/json",
        "X-GitHub-Event": event,
        "X-GitHub-Delivery": "d1",
        "X-Hub-Signature-256": events.sign(SECRET, body),
        **headers,
    }
    return await take([SECRET], given, body, queue=queue, patience=0.05, telemetry=telemetry)


async def test_accepted_is_kept_first() -> None:
    queue = MemoryQueue(ManualClock())
    answer = await ask(queue)
    assert (answer.status, answer.body) == (202, {"answer": "accepted", "delivery": "d1"})
    kept = await queue.receive(Priority.COMMAND, wait=0)
    assert kept is not None
    assert (kept.message.id, kept.message.session) == ("d1", "octo/shop#12")


@pytest.mark.parametrize(
    ("headers", "status", "word"),
    [
        ({"event": "star"}, 200, "ignored"),
        ({"X-Hub-Signature-256": ""}, 401, "refused"),
        ({"X-Hub-Signature-256": "sha256=" + "0" * 64}, 401, "refused"),
        ({"X-GitHub-Delivery": "no id"}, 400, "refused"),
    ],
)
async def test_everything_else_is_not(headers: dict[str, str], status: int, word: str) -> None:
    queue = MemoryQueue(ManualClock())
    answer = await ask(queue, **headers)
    assert (answer.status, answer.body["answer"]) == (status, word)
    assert all([await queue.receive(priority, wait=0) is None for priority in Priority])


async def test_a_body_that_is_too_large() -> None:
    answer = await take([SECRET], {}, bytes(events.LIMIT + 1), queue=MemoryQueue(ManualClock()))
    assert answer.status == 413


@pytest.mark.parametrize("mute", [False, True])
async def test_what_cannot_be_kept_in_time_is_asked_for_again(mute: bool) -> None:
    answer = await ask(Broken(mute=mute))
    assert (answer.status, answer.headers) == (503, {"Retry-After": "30"})


async def test_a_delivery_and_its_redelivery_are_one_trace() -> None:
    kept, queue = Kept(), MemoryQueue(ManualClock())
    for _ in range(2):
        assert (await ask(queue, telemetry=kept.telemetry)).status == 202
    first, second = kept.spans
    assert (trace_of(first), first.parent) == (trace_of(second), None)
    assert id_of(first) != id_of(second)
    locked = await queue.receive(Priority.COMMAND, wait=0)
    assert locked is not None
    place = parse(locked.message.trace)
    assert place is not None
    assert int(place.span, 16) == id_of(first)
    assert await ask(queue, "ping", telemetry=kept.telemetry) is not None
    assert len(kept.spans) == 2, "what asks for nothing leaves no trace"


@pytest.mark.parametrize("said", ["00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "x" * 60_000])
async def test_a_place_in_a_trace_that_a_delivery_brings_is_not_believed(said: str) -> None:
    """GitHub signs a delivery's body and none of its headers: whoever repeats one could put it into any trace."""
    kept, queue = Kept(), MemoryQueue(ManualClock())
    brought = {"traceparent": said, "tracestate": f"a={said}", "baggage": f"b={said}"}
    assert (await ask(queue, telemetry=kept.telemetry, **brought)).status == 202
    assert (await ask(queue, telemetry=kept.telemetry)).status == 202
    hostile, plain = kept.spans
    assert hostile.parent is None
    assert trace_of(hostile) == trace_of(plain)
    assert said not in hostile.to_json()
    locked = await queue.receive(Priority.COMMAND, wait=0)
    assert locked is not None
    assert said not in locked.message.model_dump_json()


async def test_a_delivery_that_cannot_be_kept_is_a_failed_step() -> None:
    kept = Kept()
    assert (await ask(Broken(mute=False), telemetry=kept.telemetry)).status == 503
    assert kept.one("webhook").status.description == "TransientError"
