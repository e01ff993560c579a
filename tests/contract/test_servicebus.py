"""What only Service Bus can suffer: broken connections between two steps, foreign messages, missing queues and rights."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
import pytest_asyncio
from azure.core.exceptions import ClientAuthenticationError
from azure.servicebus import ServiceBusMessage
from azure.servicebus import exceptions as sdk
from azure.servicebus.aio import ServiceBusClient

from fusion.adapters.servicebus.connections import Connections
from fusion.adapters.servicebus.messages import meaning
from fusion.adapters.servicebus.queue import QUEUES, ServiceBusQueue
from fusion.errors import FusionError, PermanentError, TransientError, UserError
from fusion.ports import Locked, LockLost, Message, Priority
from tests.fakes.servicebus.bus import DROP, DROP_AFTER, QueueOptions, ServiceBus
from tests.fakes.servicebus.leaks import abort_leftovers, broken_connections

EVENT, NAME = Priority.EVENT, QUEUES[Priority.EVENT]
DEAD = f"{NAME}/$deadletterqueue"
in_one_loop = pytest.mark.asyncio(loop_scope="module")
"""Closing a connection takes the SDK most of a second, so that these tests share a queue; each has sessions of its own."""


@pytest.fixture(scope="module")
def bus() -> ServiceBus:
    options = QueueOptions(sessions=True, duplicate_window=604_800)
    return ServiceBus(queues={**dict.fromkeys(QUEUES.values(), options), "plain": QueueOptions()})


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def queue(bus: ServiceBus) -> AsyncIterator[ServiceBusQueue]:
    with bus:
        async with ServiceBusQueue(bus.connection_string, patience=5.0, linger=0.2) as made:
            yield made
        await abort_leftovers(bus.port)


def message(id: str, **body: str) -> Message:
    return Message(id=id, session=id.partition("/")[0], priority=EVENT, body=body)


async def take(queue: ServiceBusQueue, wait: float = 5.0) -> Locked:
    locked = await queue.receive(EVENT, wait=wait)
    assert locked is not None
    return locked


@in_one_loop
async def test_giving_back_twice_after_a_crash_between_its_steps_leaves_one_copy(
    bus: ServiceBus, queue: ServiceBusQueue
) -> None:
    await queue.send(message("crash", text="x"))
    soon = datetime.now(UTC) + timedelta(seconds=0.5)
    with broken_connections():
        first = await take(queue)
        bus.fault(NAME, "settle", DROP)
        with pytest.raises(LockLost):
            await queue.defer(first, until=soon)
        again = await take(queue)
        assert again.message == first.message
        await queue.defer(again, until=soon)
    assert [each.id for each in bus.messages(NAME)] == ["crash/a1"]
    copy = await take(queue)
    assert (copy.message, copy.attempt, copy.enqueued) == (first.message, 2, first.enqueued)
    await queue.complete(copy)
    assert bus.messages(NAME) == []


@in_one_loop
async def test_what_was_kept_and_not_acknowledged_is_kept_once(bus: ServiceBus, queue: ServiceBusQueue) -> None:
    with broken_connections():
        for when in (DROP, DROP_AFTER):
            bus.fault(NAME, "send", when)
            await queue.send(message(f"sent/{when}"))
    for when in (DROP, DROP_AFTER):
        locked = await take(queue)
        assert locked.message.id == f"sent/{when}"
        await queue.complete(locked)
    assert bus.messages(NAME) == []


@in_one_loop
async def test_a_connection_that_breaks_gives_its_message_back(bus: ServiceBus, queue: ServiceBusQueue) -> None:
    await queue.send(message("broken"))
    with broken_connections():
        locked = await take(queue)
        bus.drop_connections()
        with pytest.raises(LockLost):
            await queue.complete(locked)
        again = await take(queue)
        assert again.message.id == "broken"
        await queue.complete(again)


@in_one_loop
async def test_an_outage_and_a_busy_service_are_worth_another_try(bus: ServiceBus, queue: ServiceBusQueue) -> None:
    with broken_connections():
        with bus.outage():
            with pytest.raises(TransientError):
                await queue.send(message("outage"))
            with pytest.raises(TransientError):
                await queue.receive(EVENT, wait=0.2)
        await queue.send(message("outage"))
        bus.fault(NAME, "attach", "com.microsoft:server-busy")
        with pytest.raises(TransientError, match="cannot serve"):
            await queue.receive(EVENT, wait=0.2)
        locked = await take(queue)
        bus.fault(NAME, "renew-session-lock", "com.microsoft:server-busy")
        with pytest.raises(TransientError) as busy:
            await queue.renew(locked)
        assert not isinstance(busy.value, LockLost), "it is still held"
        await queue.complete(await queue.renew(locked))


@in_one_loop
async def test_a_renewal_that_is_cancelled_loses_nothing(bus: ServiceBus, queue: ServiceBusQueue) -> None:
    await queue.send(message("cancelled"))
    locked = await take(queue)
    renewing = asyncio.create_task(queue.renew(locked))
    await asyncio.sleep(0)
    renewing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await renewing
    await queue.complete(locked)
    assert bus.messages(NAME) == []


@in_one_loop
async def test_a_cancelled_receiver_holds_nothing(bus: ServiceBus, queue: ServiceBusQueue) -> None:
    waiting = asyncio.create_task(queue.receive(EVENT, wait=30))
    await asyncio.sleep(0.3)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    await queue.send(message("after"))
    await queue.complete(await take(queue))


@in_one_loop
async def test_names_longer_than_service_bus_takes_come_back_whole(bus: ServiceBus, queue: ServiceBusQueue) -> None:
    long = Message(id="d" * 200, session="o" * 39 + "/" + "n" * 100 + "#1234567", body={"half": "\ud800"})
    await queue.send(long)
    await queue.send(long)
    locked = await take(queue)
    await queue.defer(locked, until=datetime.now(UTC))
    again = await take(queue)
    assert (again.message, again.attempt) == (long, 2)
    await queue.complete(again)
    assert bus.messages(NAME) == []


@in_one_loop
async def test_what_somebody_else_sent_is_set_aside(bus: ServiceBus, queue: ServiceBusQueue) -> None:
    bodies: tuple[str | bytes, ...] = ("hello", b"\xff", '{"id": 1}', "[" * 100_000)
    theirs = [
        ServiceBusMessage(body, message_id=f"foreign-{number}", session_id="foreign") for number, body in enumerate(bodies)
    ]
    async with ServiceBusClient.from_connection_string(bus.connection_string) as client:
        await client.get_queue_sender(NAME).send_messages(theirs)
    await queue.send(message("foreign"))
    locked = await take(queue, wait=240)
    assert locked.message.id == "foreign"
    await queue.complete(locked)
    letters = {each.message.id: each.reason for each in await queue.list()}
    assert letters == {f"foreign-{number}": "Unreadable" for number in range(4)}
    for id in reversed(letters):
        await queue.drop(id)
    assert bus.dead_letters(NAME) == []


@in_one_loop
async def test_replaying_again_after_a_crash_between_its_steps_leaves_one(bus: ServiceBus, queue: ServiceBusQueue) -> None:
    await queue.send(message("replayed"))
    await queue.dead_letter(await take(queue), reason="r" * 9_000, detail="d" * 9_000)
    bus.fault(DEAD, "settle", "com.microsoft:message-lock-lost")
    with pytest.raises(TransientError):
        await queue.replay("replayed")
    bus.expire_locks(DEAD)
    assert await queue.replay("replayed") == "replayed/r1"
    assert bus.dead_letters(NAME) == []
    assert len(bus.messages(NAME)) == 1
    locked = await take(queue)
    assert (locked.message.id, locked.attempt) == ("replayed/r1", 1)
    await queue.complete(locked)


@in_one_loop
async def test_a_session_is_free_for_others_soon_after_its_message_ended(bus: ServiceBus, queue: ServiceBusQueue) -> None:
    async with ServiceBusQueue(bus.connection_string) as other:
        await queue.send(message("shared/1"))
        await queue.complete(await take(queue))
        await queue.send(message("shared/2"))
        locked = await take(other)
        assert locked.message.id == "shared/2"
        await other.complete(locked)


@in_one_loop
async def test_missing_queues_and_rights_are_named(bus: ServiceBus, queue: ServiceBusQueue) -> None:
    names = {Priority.COMMAND: "nowhere", Priority.EVENT: NAME, Priority.SCHEDULED: "plain"}
    async with ServiceBusQueue(bus.connection_string, queues=names, patience=5.0) as wrong:
        with pytest.raises(UserError, match=r"has no queue 'nowhere'.*FUSION_SERVICEBUS"):
            await wrong.send(Message(id="1", session="s", priority=Priority.COMMAND, body={}))
        with pytest.raises(UserError, match="has no queue 'nowhere'"):
            await wrong.receive(Priority.COMMAND, wait=0.1)
        with pytest.raises(UserError, match=r"'plain'.*sessions"):
            await wrong.receive(Priority.SCHEDULED, wait=0.1)
        bus.fault(NAME, "attach", "amqp:unauthorized-access")
        with pytest.raises(UserError, match="Azure Service Bus Data Receiver"):
            await wrong.receive(EVENT, wait=0.1)


@pytest.mark.parametrize(
    ("error", "kind", "words"),
    [
        (ClientAuthenticationError("no identity"), UserError, "Data Sender"),
        (sdk.ServiceBusAuthenticationError(message="x"), UserError, "FUSION_SERVICEBUS"),
        (sdk.MessageSizeExceededError(), PermanentError, "larger"),
        (sdk.ServiceBusQuotaExceededError(), TransientError, "cannot serve"),
        (OSError("unreachable"), TransientError, "unreachable"),
        (
            sdk.ServiceBusConnectionError(message="Failed to initiate: [Errno -2] Name or service not known Error"),
            TransientError,
            "now (no host of that name is known here: see FUSION_SERVICEBUS).",
        ),
    ],
)
def test_errors_of_the_sdk_mean_something_to_those_who_must_act(error: Exception, kind: type[FusionError], words: str) -> None:
    meant = meaning(error, host="h", queue="q")
    assert type(meant) is kind
    assert words in str(meant)


@pytest.mark.parametrize(
    "connection", ["", "two words", "Endpoint=sb://h", "Endpoint=;SharedAccessKeyName=a;SharedAccessKey=b"]
)
async def test_a_connection_that_is_none_is_refused_at_once(connection: str) -> None:
    with pytest.raises(UserError, match="FUSION_SERVICEBUS"):
        ServiceBusQueue(connection)


async def test_a_queue_that_was_never_used_closes() -> None:
    await ServiceBusQueue("sb://name.servicebus.windows.net/").close()


def test_importing_it_loads_nothing_of_azure() -> None:
    code = "import sys, fusion.adapters.servicebus.queue; sys.exit(any(name.startswith('azure') for name in sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], timeout=60).returncode == 0


async def test_what_never_ends_does_not_keep_anybody_from_closing() -> None:
    away = Connections("nobody.servicebus.windows.net", QUEUES, None, 1.0)
    given_up = asyncio.create_task(away.unbroken(asyncio.Event().wait()))
    await asyncio.sleep(0)
    given_up.cancel()
    await asyncio.wait_for(away.close(patience=0.01), 30)
