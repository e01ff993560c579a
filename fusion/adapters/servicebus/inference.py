"""Jobs to the inference worker on Azure Service Bus, and its results back.

Each class of jobs is a queue of its own, `inference-person` to `inference-backfill`; results come back on
`inference-results`. What the queues must be (infrastructure makes them; nothing here does): no sessions, no partitions,
duplicate detection with a window of a day or more, a lock of a minute or more, ten deliveries at most. The worker chooses
between the classes, by urgency and age; within a class, jobs come in the order in which they were sent, so that fairness
between repositories is only that of the classes.

A job's message is its JSON under its own id (`gpu-worker/contract/job.schema.json`). A result's is
`gpu-worker/contract/answer.schema.json`. One that could not be passed on comes again as a scheduled copy, and after twenty
tries is set aside.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from fusion.adapters.servicebus.connections import Connections, sdk_errors
from fusion.adapters.servicebus.dead_jobs import DeadJobs
from fusion.adapters.servicebus.messages import ATTEMPTS, LONGEST_ID, LONGEST_REASON, OnTheWire, arrived, fitting
from fusion.adapters.servicebus.queues import QUEUES, InferenceQueue
from fusion.model import InferenceJob, Urgency
from fusion.ports import Answered, DeadJob

if TYPE_CHECKING:
    from azure.core.credentials_async import AsyncTokenCredential
    from azure.servicebus import ServiceBusMessage, ServiceBusReceivedMessage
    from azure.servicebus.aio import ServiceBusReceiver


TRIES = 20
"""After so many, a result that cannot be passed on is set aside."""
AGAIN, LONGEST = 2.0, 300.0
"""Seconds until a result that could not be passed on comes again: after the first try, doubling, at most."""
PEEKED = 100
COUNTED = 500
"""Jobs of a class that are counted; more make no difference to whoever asks."""
LONGEST_WAIT = 1.0
"""Seconds that a receiver waits in one go."""
SHORTEST_WAIT = 0.1
"""Seconds: the SDK takes no wait for a wait without end."""
NEEDS = "without sessions and with duplicate detection"
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")


@dataclass(eq=False)
class _Seat:
    """A receiver, for one coroutine at a time."""

    queue: InferenceQueue
    receiver: ServiceBusReceiver
    busy: asyncio.Lock = field(default_factory=asyncio.Lock)
    open: bool = False


@dataclass(frozen=True, slots=True)
class _Held:
    """A result that was received, and the receiver that holds its lock."""

    seat: _Seat
    received: ServiceBusReceivedMessage


class ServiceBusInference:
    """The worker's queues in a Service Bus namespace, for one event loop. The arguments are those of `ServiceBusQueue`;
    `fresh`: seconds for which a count of waiting jobs is used again.

    Every method raises TransientError while the service is away, and UserError when a queue is not there or may not be used.
    """

    def __init__(
        self,
        connection: str,
        *,
        queues: Mapping[InferenceQueue, str] = QUEUES,
        credential: AsyncTokenCredential | None = None,
        patience: float = 30.0,
        fresh: float = 2.0,
    ) -> None:
        self._fresh = fresh
        self._connections = Connections(connection, queues, credential, patience, needs=NEEDS)
        self._seats: dict[InferenceQueue, _Seat] = {}
        self._counting = asyncio.Lock()
        self._counted: tuple[float, Mapping[Urgency, int]] = (float("-inf"), {})

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """End all connections; the next use opens them again."""
        for queue in list(self._seats):
            self._retire(queue)
        await self._connections.close()

    async def submit(self, job: InferenceJob, *, at: datetime | None = None) -> None:
        """Enqueue it in its class, to be taken not before `at`; Service Bus drops a duplicate by its id."""
        from azure.servicebus import ServiceBusMessage

        wire = ServiceBusMessage(
            job.model_dump_json().encode(),
            message_id=fitting(job.id),
            content_type="application/json",
            subject=job.urgency.value,
            application_properties={"repository": job.repository[:1_000]},
        )
        if at is not None:
            wire.scheduled_enqueue_time_utc = at.astimezone(UTC)
        self._counted = (float("-inf"), {})
        await self._connections.put(InferenceQueue(job.urgency.value), wire)

    async def depth(self) -> Mapping[Urgency, int]:
        """Jobs that wait or are being worked on, by class, up to 500: Service Bus tells no exact figure to whoever may only
        listen.
        """
        async with self._counting:
            at, counted = self._counted
            if asyncio.get_running_loop().time() - at >= self._fresh:
                counts = await asyncio.gather(*(self._connections.unbroken(self._count(each)) for each in Urgency))
                counted = dict(zip(Urgency, counts, strict=True))
                self._counted = (asyncio.get_running_loop().time(), counted)
        return counted

    async def under_way(self) -> None:
        """Nobody knows: `depth` counts what is being worked on, too."""

    async def withdraw(self, run: str) -> None:
        """Service Bus gives out no message by its content: the jobs stay until their time is over."""

    async def dead(self, *, limit: int = 100) -> Sequence[DeadJob]:
        """Jobs that workers, or Service Bus itself, set aside, of all classes, oldest first."""
        return await DeadJobs(self._connections).list(limit)

    async def discard(self, id: str) -> None:
        """Forget a job that was set aside. Raises UserError if there is none."""
        await DeadJobs(self._connections).discard(id)

    async def _count(self, urgency: Urgency) -> int:
        from azure.servicebus import ServiceBusMessageState

        queue = InferenceQueue(urgency.value)
        count, number = 0, 1
        async with self._sitting(self._seat(queue)) as receiver:
            while count < COUNTED:
                seen = await receiver.peek_messages(PEEKED, sequence_number=number)
                count += sum(each.state is ServiceBusMessageState.ACTIVE for each in seen)
                if len(seen) < PEEKED:
                    break
                number = (seen[-1].sequence_number or 0) + 1
        return min(count, COUNTED)

    @asynccontextmanager
    async def result(self, *, wait: float, prefix: str = "") -> AsyncIterator[Answered | None]:
        """The next result, or None after `wait` seconds. Leaving the block settles it; with an error, it comes again later.

        Service Bus cannot choose: with a `prefix`, a result of another run is given back at once, and counts as none.
        """
        held = await self._next(wait)
        answered = answered_in(held.received) if held else None
        if held and answered is None:
            await self._connections.unbroken(self._bury(held, "Unreadable", "The body is no result of a worker's."))
        elif held and answered and not answered.run.startswith(prefix):
            await self._connections.unbroken(self._later(held, answered))
            answered = None
        if held is None or answered is None:
            yield None
            return
        try:
            yield answered
        except BaseException:
            await self._connections.unbroken(self._later(held, answered))
            raise
        await self._connections.unbroken(self._complete(held))

    async def _next(self, wait: float) -> _Held | None:
        """In short waits: one that is cancelled goes on to its end, and whoever closes waits for it."""
        end = asyncio.get_running_loop().time() + wait
        while True:
            left = end - asyncio.get_running_loop().time()
            if found := await self._connections.unbroken(self._receive(min(max(left, SHORTEST_WAIT), LONGEST_WAIT))):
                return found
            if left <= LONGEST_WAIT:
                return None

    async def _receive(self, wait: float) -> _Held | None:
        async with self._sitting(seat := self._seat(InferenceQueue.RESULTS)) as receiver:
            if not seat.open:
                # Opening takes its time; that of a receive is only for a message to come.
                await receiver.peek_messages(1)
                seat.open = True
            received = await receiver.receive_messages(1, max_wait_time=wait)
        return _Held(seat, received[0]) if received else None

    async def _complete(self, held: _Held) -> None:
        """A lock that is gone does no harm: the run is told once more, and knows what it was told."""
        async with self._sitting(held.seat) as receiver:
            await receiver.complete_message(held.received)

    async def _bury(self, held: _Held, reason: str, detail: str) -> None:
        async with self._sitting(held.seat) as receiver:
            await receiver.dead_letter_message(held.received, reason=reason, error_description=detail[:LONGEST_REASON])

    async def _later(self, held: _Held, answered: Answered) -> None:
        """A copy that comes later; the same copy, when it was made before."""
        if answered.attempt >= TRIES:
            await self._bury(held, "NobodyToTell", f"It could not be passed on {TRIES} times.")
            return
        await self._connections.put(InferenceQueue.RESULTS, again(held.received, answered))
        await self._complete(held)

    def _seat(self, queue: InferenceQueue) -> _Seat:
        if queue not in self._seats:
            self._seats[queue] = _Seat(queue, self._connections.plain(queue))
        return self._seats[queue]

    @asynccontextmanager
    async def _sitting(self, seat: _Seat) -> AsyncIterator[ServiceBusReceiver]:
        """The receiver, for one coroutine at a time.

        One that failed is not used again, for the SDK would open another link under it, on which what was received before
        would be settled under the numbers of other messages.
        """
        async with seat.busy, self._connections.errors(seat.queue):
            if self._seats.get(seat.queue) is not seat:
                raise ConnectionError("the connection broke")
            try:
                yield seat.receiver
            except sdk_errors():
                self._retire(seat.queue)
                raise

    def _retire(self, queue: InferenceQueue) -> None:
        if seat := self._seats.pop(queue, None):
            self._connections.discard(seat.receiver)


def again(received: OnTheWire, answered: Answered) -> ServiceBusMessage:
    """The copy in which a result comes again; it has the same id when it was made before."""
    from azure.servicebus import ServiceBusMessage

    suffix = f"/a{answered.attempt}"
    wire = ServiceBusMessage(
        b"".join(received.body),
        message_id=fitting(answered.job, LONGEST_ID - len(suffix)) + suffix,
        content_type="application/json",
        application_properties={ATTEMPTS: answered.attempt},
    )
    pause = min(AGAIN * 2 ** (answered.attempt - 1), LONGEST)
    wire.scheduled_enqueue_time_utc = datetime.now(UTC) + timedelta(seconds=pause)
    return wire


def answered_in(received: OnTheWire) -> Answered | None:
    """The result that a message tells of, or None when somebody else wrote it."""
    try:
        value: Any = json.loads(b"".join(received.body))
    except (TypeError, ValueError, RecursionError):
        return None
    names = ("run", "event", "result", "job")
    if not isinstance(value, dict) or not all(isinstance(value.get(name), str) for name in names):
        return None
    if not _DIGEST.fullmatch(value["result"]):
        return None
    return Answered(**{name: value[name] for name in names}, attempt=arrived(received).attempt)
