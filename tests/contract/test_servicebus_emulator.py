"""The emulator of Service Bus, as the real SDK sees it: what the service's documentation promises."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any

import pytest
import pytest_asyncio
from azure.servicebus import NEXT_AVAILABLE_SESSION, ServiceBusMessage, ServiceBusReceiveMode, ServiceBusSubQueue
from azure.servicebus import exceptions as sdk
from azure.servicebus.aio import AutoLockRenewer, ServiceBusClient

from tests.fakes.servicebus.bus import DROP, DROP_AFTER, QueueOptions, ServiceBus
from tests.fakes.servicebus.leaks import abort_leftovers, broken_connections

pytestmark = pytest.mark.asyncio(loop_scope="module")

QUEUES = {
    "jobs": QueueOptions(max_deliveries=3),
    "dup": QueueOptions(duplicate_window=60),
    "sess": QueueOptions(sessions=True),
    "ttl": QueueOptions(ttl=5, dead_letter_expired=True),
}
TOPICS = {"events": {"a": QueueOptions(), "b": QueueOptions()}}


@dataclass
class Rig:
    """The bus, the SDK's client, and handlers that are kept: closing one takes the SDK most of a second."""

    bus: ServiceBus
    handlers: dict[tuple[Any, ...], Any] = field(default_factory=dict)
    ahead: float = 0.0

    @cached_property
    def client(self) -> ServiceBusClient:
        return ServiceBusClient.from_connection_string(self.bus.connection_string, retry_total=1, retry_backoff_factor=0.1)

    def sender(self, queue: str) -> Any:
        key = ("send", queue)
        if key not in self.handlers:
            self.handlers[key] = self.client.get_queue_sender(queue)
        return self.handlers[key]

    def receiver(self, queue: str, **options: Any) -> Any:
        key = ("receive", queue, *options.items())
        if key not in self.handlers:
            self.handlers[key] = self.client.get_queue_receiver(queue, **options)
        return self.handlers[key]

    async def pass_time(self, seconds: float) -> None:
        self.ahead += seconds
        await asyncio.sleep(0.1)

    async def close(self, *handlers: Any) -> None:
        await asyncio.gather(*(each.close() for each in handlers or self.handlers.values()))
        if not handlers:
            self.handlers.clear()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shared() -> AsyncIterator[Rig]:
    bus = ServiceBus(queues=QUEUES, topics=TOPICS, clock=lambda: time.time() + rig.ahead)
    with bus:
        rig = Rig(bus)
        yield rig
        await rig.close()
        await rig.client.close()
        await abort_leftovers(bus.port)


@pytest_asyncio.fixture(loop_scope="module")
async def rig(shared: Rig) -> Rig:
    shared.bus.clear()
    return shared


async def take(receiver: Any, count: int = 1, wait: float = 5.0) -> list[Any]:
    found: list[Any] = []
    while len(found) < count and (more := await receiver.receive_messages(count - len(found), max_wait_time=wait)):
        found += more
    return found


async def one(receiver: Any) -> Any:
    [message] = await take(receiver)
    return message


async def test_send_receive_complete(rig: Rig) -> None:
    sent = ServiceBusMessage(
        "hi",
        message_id="m1",
        subject="sub",
        application_properties={"a": 1, "b": "x"},
        correlation_id="c",
        content_type="application/json",
    )
    await rig.sender("jobs").send_messages(sent)
    receiver = rig.receiver("jobs")
    message = await one(receiver)
    assert (str(message), message.message_id, message.subject, message.correlation_id) == ("hi", "m1", "sub", "c")
    assert message.application_properties == {b"a": 1, b"b": b"x"}
    assert message.delivery_count == 0
    assert message.locked_until_utc > datetime.now(UTC)
    await receiver.complete_message(message)
    assert rig.bus.messages("jobs") == []


async def test_batch(rig: Rig) -> None:
    sender, receiver = rig.sender("jobs"), rig.receiver("jobs")
    await sender.send_messages([ServiceBusMessage(f"b{number}") for number in range(20)])
    batch = await sender.create_message_batch()
    batch.add_message(ServiceBusMessage("one"))
    await sender.send_messages(batch)
    found = await take(receiver, 21)
    assert [str(each) for each in found] == [*(f"b{number}" for number in range(20)), "one"]
    for each in found:
        await receiver.complete_message(each)


async def test_renew(rig: Rig) -> None:
    await rig.sender("jobs").send_messages(ServiceBusMessage("lock"))
    receiver = rig.receiver("jobs")
    message = await one(receiver)
    before = message.locked_until_utc
    await rig.pass_time(40)
    assert await receiver.renew_message_lock(message) > before
    await rig.pass_time(40)
    await receiver.complete_message(message)


async def test_lock_lost(rig: Rig) -> None:
    await rig.sender("jobs").send_messages(ServiceBusMessage("lost"))
    receiver = rig.receiver("jobs")
    message = await one(receiver)
    await rig.pass_time(61)
    with pytest.raises(sdk.MessageLockLostError):
        await receiver.complete_message(message)
    again = await one(receiver)
    assert again.delivery_count == 1
    await receiver.complete_message(again)


async def test_service_side_lock_lost(rig: Rig) -> None:
    await rig.sender("jobs").send_messages(ServiceBusMessage("lost"))
    receiver = rig.receiver("jobs")
    message = await one(receiver)
    rig.bus.fault("jobs", "settle", "com.microsoft:message-lock-lost")
    with pytest.raises(sdk.MessageLockLostError):
        await receiver.complete_message(message)
    assert len(rig.bus.messages("jobs")) == 1


async def test_abandon_maxdelivery_dlq(rig: Rig) -> None:
    await rig.sender("jobs").send_messages(ServiceBusMessage("poison"))
    receiver = rig.receiver("jobs")
    for count in range(3):
        message = await one(receiver)
        assert message.delivery_count == count
        await receiver.abandon_message(message)
    dead = await one(grave := rig.receiver("jobs", sub_queue=ServiceBusSubQueue.DEAD_LETTER))
    assert (dead.dead_letter_reason, dead.dead_letter_source) == ("MaxDeliveryCountExceeded", "jobs")
    await grave.complete_message(dead)
    assert rig.bus.dead_letters("jobs") == []


async def test_deadletter(rig: Rig) -> None:
    await rig.sender("jobs").send_messages(ServiceBusMessage("dl"))
    receiver, grave = rig.receiver("jobs"), rig.receiver("jobs", sub_queue=ServiceBusSubQueue.DEAD_LETTER)
    await receiver.dead_letter_message(await one(receiver), reason="bad", error_description="why")
    dead = await one(grave)
    assert (dead.dead_letter_reason, dead.dead_letter_error_description) == ("bad", "why")
    await grave.complete_message(dead)


async def test_defer(rig: Rig) -> None:
    await rig.sender("jobs").send_messages(ServiceBusMessage("df"))
    receiver = rig.receiver("jobs")
    message = await one(receiver)
    await receiver.defer_message(message)
    [deferred] = await receiver.receive_deferred_messages(message.sequence_number)
    assert str(deferred) == "df"
    await receiver.renew_message_lock(deferred)
    await receiver.complete_message(deferred)
    assert rig.bus.messages("jobs") == []


async def test_peek_schedule_cancel(rig: Rig) -> None:
    sender, receiver = rig.sender("jobs"), rig.receiver("jobs")
    soon = datetime.now(UTC) + timedelta(seconds=rig.ahead + 60)
    await sender.schedule_messages(ServiceBusMessage("s1"), soon)
    numbers = await sender.schedule_messages([ServiceBusMessage("s2"), ServiceBusMessage("s3")], soon)
    await sender.cancel_scheduled_messages(numbers)
    await sender.send_messages(ServiceBusMessage("s4", scheduled_enqueue_time_utc=soon + timedelta(seconds=60)))
    peeked = await receiver.peek_messages(10)
    assert [(str(each), each.state.name) for each in peeked] == [("s1", "SCHEDULED"), ("s4", "SCHEDULED")]
    for text in ("s1", "s4"):
        await rig.pass_time(61)
        message = await one(receiver)
        assert str(message) == text
        await receiver.complete_message(message)


async def test_duplicate_detection(rig: Rig) -> None:
    sender, receiver = rig.sender("dup"), rig.receiver("dup")
    for number in range(3):
        await sender.send_messages(ServiceBusMessage(f"d{number}", message_id="same"))
    await sender.send_messages([ServiceBusMessage("e", message_id="same"), ServiceBusMessage("f", message_id="f")])
    assert [str(each) for each in await take(receiver, 2)] == ["d0", "f"]
    assert len(rig.bus.messages("dup")) == 2
    await rig.pass_time(61)
    await sender.send_messages(ServiceBusMessage("later", message_id="same"))
    assert len(rig.bus.messages("dup")) == 3


async def test_receive_and_delete(rig: Rig) -> None:
    await rig.sender("dup").send_messages(ServiceBusMessage("rd"))
    receiver = rig.client.get_queue_receiver("dup", receive_mode=ServiceBusReceiveMode.RECEIVE_AND_DELETE)
    assert str(await one(receiver)) == "rd"
    assert rig.bus.messages("dup") == []
    await receiver.close()


async def test_ttl_dlq(rig: Rig) -> None:
    await rig.sender("ttl").send_messages(ServiceBusMessage("t"))
    await rig.pass_time(6)
    [dead] = rig.bus.dead_letters("ttl")
    assert dead.application["DeadLetterReason"] == "TTLExpiredException"


async def test_topic(rig: Rig) -> None:
    async with rig.client.get_topic_sender("events") as sender:
        await sender.send_messages(ServiceBusMessage("ev"))
    async with rig.client.get_subscription_receiver("events", "a") as receiver:
        message = await one(receiver)
        assert str(message) == "ev"
        await receiver.complete_message(message)
    assert [len(rig.bus.messages(f"events/subscriptions/{name}")) for name in "ab"] == [0, 1]


async def test_sessions(rig: Rig) -> None:
    for number in range(4):
        await rig.sender("sess").send_messages(ServiceBusMessage(f"x{number}", session_id=f"S{number % 2}"))
    receiver = rig.client.get_queue_receiver("sess", session_id="S1")
    first = await one(receiver)
    session, before = receiver.session, receiver.session.locked_until_utc
    await session.set_state(b"st")
    assert await session.get_state() == b"st" == rig.bus.state("sess", "S1")
    await rig.pass_time(1)
    assert await session.renew_lock() > before
    rival = rig.client.get_queue_receiver("sess", session_id="S1")
    with pytest.raises(sdk.SessionCannotBeLockedError):
        await rival.receive_messages(max_wait_time=5)
    await receiver.complete_message(first)
    second = await one(receiver)
    assert [str(first), str(second)] == ["x1", "x3"]
    await receiver.complete_message(second)

    free = rig.client.get_queue_receiver("sess", session_id=NEXT_AVAILABLE_SESSION)
    assert str(await one(free)) == "x0"
    assert free.session.session_id == "S0"
    none = rig.client.get_queue_receiver("sess", session_id=NEXT_AVAILABLE_SESSION, max_wait_time=0.1)
    with pytest.raises(sdk.OperationTimeoutError):
        await none.receive_messages(max_wait_time=5)
    await rig.close(receiver, rival, free, none)


async def test_a_session_lock_that_expires_is_taken_away(rig: Rig) -> None:
    await rig.sender("sess").send_messages(ServiceBusMessage("x", session_id="A"))
    late = rig.client.get_queue_receiver("sess", session_id="A")
    message = await one(late)
    rig.bus.expire_locks("sess")
    next_one = rig.client.get_queue_receiver("sess", session_id=NEXT_AVAILABLE_SESSION)
    again = await one(next_one)
    assert again.delivery_count == 1
    with pytest.raises(sdk.ServiceBusError):
        await late.complete_message(message)
    await next_one.complete_message(again)
    assert rig.bus.messages("sess") == []
    await rig.close(late, next_one)


async def test_errors(rig: Rig) -> None:
    unknown, plain = rig.client.get_queue_sender("nope"), rig.client.get_queue_receiver("sess")
    with pytest.raises(sdk.MessagingEntityNotFoundError):
        await unknown.send_messages(ServiceBusMessage("x"))
    with pytest.raises(sdk.ServiceBusError, match="requires sessions"):
        await plain.receive_messages(max_wait_time=5)
    with pytest.raises(sdk.ServiceBusError, match="set a session id"):
        await rig.sender("sess").send_messages(ServiceBusMessage("nosid"))
    rig.bus.fault("jobs", "send", "com.microsoft:server-busy")
    await rig.sender("jobs").send_messages(ServiceBusMessage("retried"))
    rig.bus.fault("jobs", "send", "com.microsoft:server-busy", times=2)
    with pytest.raises(sdk.ServiceBusServerBusyError):
        await rig.sender("jobs").send_messages(ServiceBusMessage("given up"))
    assert len(rig.bus.messages("jobs")) == 1
    await rig.close(unknown, plain)


async def test_aio(rig: Rig) -> None:
    """The SDK renews locks in the background."""
    await rig.sender("sess").send_messages(ServiceBusMessage("as", session_id="A"))
    async with AutoLockRenewer() as renewer, rig.client.get_queue_receiver("sess", session_id="A") as receiver:
        message = await one(receiver)
        before = receiver.session.locked_until_utc
        renewer.register(receiver, receiver.session, max_lock_renewal_duration=300)
        await rig.pass_time(1)
        await receiver.session.renew_lock()
        assert receiver.session.locked_until_utc > before
        await receiver.dead_letter_message(message, reason="r")
    assert [each.application["DeadLetterReason"] for each in rig.bus.dead_letters("sess")] == ["r"]


async def test_competing_crash(rig: Rig) -> None:
    """A lock without a session outlives its connection, and then the message comes again."""
    with broken_connections():
        await rig.sender("jobs").send_messages(ServiceBusMessage("crash"))
        assert str(await one(rig.receiver("jobs"))) == "crash"
        rig.bus.drop_connections()
        assert rig.bus.messages("jobs")[0].state == "locked"
        await rig.pass_time(61)
        again = await one(rig.receiver("jobs"))
        assert (str(again), again.delivery_count) == ("crash", 1)
        await rig.receiver("jobs").complete_message(again)
        await rig.close()


async def test_throughput(rig: Rig) -> None:
    """Many messages through the credit and the window of one link."""
    count = 1500
    await rig.sender("dup").send_messages([ServiceBusMessage(b"x" * 400) for _ in range(count)])
    assert len(rig.bus.messages("dup")) == count
    receiver = rig.receiver("dup", prefetch_count=200)
    assert len(await take(receiver, 300)) == 300


async def test_a_message_larger_than_a_frame(rig: Rig) -> None:
    text = "é" * 150_000
    await rig.sender("jobs").send_messages(ServiceBusMessage(text))
    message = await one(rig.receiver("jobs"))
    assert str(message) == text
    await rig.receiver("jobs").complete_message(message)


@pytest.mark.parametrize("when", [DROP, DROP_AFTER])
async def test_a_connection_that_drops_while_sending(rig: Rig, when: str) -> None:
    """The SDK sends again; duplicate detection sees to it that there is one, though the first was kept."""
    rig.bus.fault("dup", "send", when)
    with broken_connections():
        await rig.sender("dup").send_messages(ServiceBusMessage("x", message_id=when))
    assert len(rig.bus.messages("dup")) == 1


async def test_what_it_holds_outlives_an_outage_and_a_restart() -> None:
    bus = ServiceBus(queues={"q": QueueOptions()})
    with broken_connections(), bus:
        port = bus.port
        async with ServiceBusClient.from_connection_string(bus.connection_string, retry_total=0) as client:
            sender = client.get_queue_sender("q")
            await sender.send_messages(ServiceBusMessage("kept"))
            with bus.outage(), pytest.raises(sdk.ServiceBusError):
                await sender.send_messages(ServiceBusMessage("refused"))
            await sender.send_messages(ServiceBusMessage("kept, too"))
        await abort_leftovers(port)
    with bus:
        assert bus.port == port
        assert len(bus.messages("q")) == 2
