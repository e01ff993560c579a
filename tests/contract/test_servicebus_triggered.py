"""Messages whose lock somebody else holds: copies that come later or are set aside, once however often that is tried."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

pytest.importorskip("azure.functions")

from azure.functions.servicebus import ServiceBusMessage as Delivered

from fusion.adapters.servicebus.messages import ATTEMPTS, DEFERRALS, ENQUEUED, outgoing
from fusion.adapters.servicebus.queue import QUEUES, ServiceBusQueue
from fusion.adapters.servicebus.triggered import Triggered
from fusion.errors import TransientError
from fusion.ports import Message, Priority
from tests.fakes.servicebus.bus import QueueOptions, ServiceBus

MESSAGE = Message(id="d1", session="o/n#1", body={"text": "ü"})
ENQUEUED_AT = datetime(2026, 10, 1, 12, tzinfo=UTC)


@pytest.fixture
def bus() -> Iterator[ServiceBus]:
    options = QueueOptions(sessions=True, duplicate_window=604_800)
    with ServiceBus(queues=dict.fromkeys(QUEUES.values(), options)) as running:
        yield running


def delivered(message: Message = MESSAGE, *, deliveries: int = 1, **properties: object) -> Delivered:
    """As the Functions host hands it over."""
    body = b"".join(outgoing(message).body)  # type: ignore[arg-type]
    return Delivered(
        body=body,
        message_id=message.id,
        delivery_count=deliveries,
        application_properties=properties,
        user_properties=properties,
        enqueued_time_utc=ENQUEUED_AT,
    )


async def test_a_delivery_is_read_with_its_attempt(bus: ServiceBus) -> None:
    async with Triggered(bus.connection_string) as desk:
        first = desk.read(delivered())
        assert first is not None
        assert (first.message, first.attempt, first.enqueued) == (MESSAGE, 1, ENQUEUED_AT)
        earlier = ENQUEUED_AT - timedelta(hours=1)
        again = desk.read(delivered(deliveries=2, **{ATTEMPTS: 3, DEFERRALS: 2, ENQUEUED: earlier.isoformat()}))
        assert again is not None
        assert (again.attempt, again.enqueued) == (5, earlier)
        assert desk.read(Delivered(body=b"{}", message_id="x", user_properties={}, application_properties={})) is None


@pytest.mark.slow
async def test_later_is_one_copy_that_carries_the_attempt_on(bus: ServiceBus) -> None:
    async with Triggered(bus.connection_string) as desk, ServiceBusQueue(bus.connection_string) as queue:
        for deliveries in (1, 2):
            # The second time: the process died before the host heard that the first had returned.
            locked = desk.read(delivered(deliveries=deliveries))
            assert locked is not None
            await desk.defer(locked, until=datetime.now(UTC))
        came = await queue.receive(Priority.EVENT, wait=240)
        assert came is not None
        assert (came.message, came.attempt, came.enqueued) == (MESSAGE, 2, ENQUEUED_AT)
        await queue.complete(came)
        assert bus.messages("fusion-event") == []


@pytest.mark.slow
async def test_set_aside_is_one_dead_letter_with_its_reason(bus: ServiceBus) -> None:
    async with Triggered(bus.connection_string) as desk, ServiceBusQueue(bus.connection_string) as queue:
        locked = desk.read(delivered(deliveries=3))
        assert locked is not None
        await desk.dead_letter(locked, reason="Gone", detail="It is no more.")
        await desk.dead_letter(locked, reason="Gone", detail="It is no more.")
        [letter] = await queue.list()
        assert (letter.message, letter.reason, letter.detail, letter.attempts) == (MESSAGE, "Gone", "It is no more.", 3)
        assert bus.messages("fusion-event") == []


@pytest.mark.slow
async def test_a_copy_that_was_left_behind_is_set_aside_and_not_sent_again(bus: ServiceBus) -> None:
    async with Triggered(bus.connection_string) as desk, ServiceBusQueue(bus.connection_string) as queue:
        locked = desk.read(delivered())
        assert locked is not None
        # A process that died between sending and setting aside.
        bus.fault("fusion-event", "settle", "amqp:internal-error", times=5)
        with pytest.raises(TransientError):
            await desk.dead_letter(locked, reason="Gone", detail="It is no more.")
        bus.broker.faults.clear()
        await desk.dead_letter(locked, reason="Gone", detail="It is no more.")
        assert [letter.reason for letter in await queue.list()] == ["Gone"]
        assert bus.messages("fusion-event") == []
