"""Jobs and results on Azure Service Bus: one queue for each class, and one for the results.

What the queues must be (infrastructure makes them): `inference-person`, `-pull`, `-again`, `-scheduled` and `-backfill`, and
`inference-results`; no sessions, no partitions, duplicate detection with a window of a day or more, a lock of a minute or more,
ten deliveries at most (the worker itself sets a job aside after five).

Which queue to take from is decided by `picking`, by the age of the oldest message of each, which is peeked at, twice a second
at most while there is work. Peeking shows also what others hold, so that a queue that then gives nothing is left alone for a
second. Within a queue jobs come in the order in which they were sent: fairness between repositories is only that of the
classes, for Service Bus gives out no message by name. While nothing waits, the queues are looked at every quarter of a second,
and up to every two seconds when it lasts.

A job is given back as a copy that comes later under an id of its own, and the original is completed: Service Bus has no abandon
with a delay. A crash between the two leaves both; the second finds the first one's answer.

Each receiver is a connection of its own, used by one coroutine at a time. One that failed is never used again, for the SDK
would open another link under it, on which what was received before would be settled under the numbers of other messages; what
it held counts as lost and comes again.

Source: learn.microsoft.com/azure/service-bus-messaging (message-browsing, message-transfers-locks-settlement,
duplicate-detection).
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Protocol

from gpu_worker.azure import away
from gpu_worker.contract import Answer, Urgency
from gpu_worker.namespace import GIVEN, LONGEST_ID, Namespace, fitting
from gpu_worker.picking import pick
from gpu_worker.protocols import Held

if TYPE_CHECKING:
    from azure.servicebus import ServiceBusReceivedMessage
    from azure.servicebus.aio import ServiceBusReceiver

QUEUES: Mapping[Urgency, str] = {urgency: f"inference-{urgency.value}" for urgency in Urgency}
RESULTS = "inference-results"
DELIVERIES = "fusion-deliveries"
"""Application property: deliveries of the copies before this one that count."""
COPIES = "fusion-copies"
"""Application property: how many copies were before this one."""

PEEKED = 32
"""Messages of one look."""
LOOKS = 4
"""Looks into one queue at most, past those that this worker holds."""
SOONEST, LATEST = 0.25, 2.0
"""Seconds between two looks at empty queues."""
YOUNG = 0.5
"""Seconds for which what was seen in the queues is gone by."""
QUIET = 1.0
"""Seconds for which a queue that gave nothing is left alone."""
LONGEST_REASON = 4_000


class _Lost(ConnectionError):
    """The lock is gone, or the receiver that held it."""


@dataclass(eq=False)
class _Seat:
    """A receiver of one class's queue."""

    urgency: Urgency
    receiver: ServiceBusReceiver
    busy: asyncio.Lock = field(default_factory=asyncio.Lock)
    broken: bool = False
    held: dict[int, float] = field(default_factory=dict)
    """Sequence numbers of what it holds, and until when, in seconds since 1970."""

    def hold(self, number: int | None, until: datetime) -> None:
        """Until then, nobody else has the message."""
        self.held[number or 0] = until.timestamp()


@dataclass(frozen=True, slots=True, kw_only=True)
class BusHeld:
    """A job that this worker holds."""

    body: bytes
    token: str
    delivery: int
    until: datetime
    copies: int
    seat: _Seat
    received: ServiceBusReceivedMessage


class ServiceBusJobs:
    """The queue of jobs, for one event loop."""

    def __init__(
        self, namespace: Namespace, *, queues: Mapping[Urgency, str] = QUEUES, clock: Callable[[], float] = time.time
    ) -> None:
        self._namespace = namespace
        self._clock = clock
        self._queues = queues
        self._seats: dict[Urgency, _Seat] = {}
        self._quiet: dict[Urgency, float] = {}
        self._held: dict[str, BusHeld] = {}
        self._seen: dict[Urgency, list[float]] = {}
        self._looked = float("-inf")
        self._turn = 0
        self._pause = SOONEST

    async def receive(self, wait: float) -> BusHeld | None:
        """The job to do next, locked; None after `wait` seconds without one. Raises ConnectionError."""
        end = time.monotonic() + wait
        while True:
            if held := await self._namespace.unbroken(self._take()):
                self._pause = SOONEST
                return held
            left = end - time.monotonic()
            if left <= 0:
                return None
            await asyncio.sleep(min(self._pause, left))
            self._pause = min(self._pause * 1.5, LATEST)

    async def renew(self, held: Held) -> BusHeld | None:
        """Hold it longer; None when the lock is lost. Raises ConnectionError."""
        return await self._namespace.unbroken(self._renew(held))

    async def complete(self, held: Held) -> bool:
        """It is done. False when the lock is lost. Raises ConnectionError."""
        return await self._namespace.unbroken(self._complete(held))

    async def give_back(self, held: Held, *, delay: float, blameless: bool = False) -> bool:
        """Let it come again after `delay` seconds. False when the lock is lost. Raises ConnectionError."""
        return await self._namespace.unbroken(self._give_back(held, delay, blameless))

    async def dead_letter(self, held: Held, reason: str, detail: str) -> bool:
        """Set it aside for a person. False when the lock is lost. Raises ConnectionError."""
        return await self._namespace.unbroken(self._dead_letter(held, reason, detail))

    async def close(self) -> None:
        """End the receivers; what is still held comes again when its lock runs out."""
        for seat in list(self._seats.values()):
            self._retire(seat)

    async def _take(self) -> BusHeld | None:
        await self._look()
        while heads := [(urgency.value, "", since[0]) for urgency, since in self._seen.items() if since]:
            urgency = Urgency(heads[pick(heads, {}, self._turn, self._clock())][0])
            if held := await self._receive(urgency):
                self._turn += 1
                self._seen[urgency].pop(0)
                return held
            # Others hold what was seen.
            self._seen[urgency] = []
            self._quiet[urgency] = time.monotonic() + QUIET
        return None

    async def _look(self) -> None:
        """Peek at the queues, unless what was seen there is young and not all taken."""
        now = time.monotonic()
        if now - self._looked < YOUNG and any(self._seen.values()):
            return
        classes = [urgency for urgency in self._queues if self._quiet.get(urgency, 0.0) <= now]
        found = await asyncio.gather(*(self._waiting(urgency) for urgency in classes), return_exceptions=True)
        if errors := [each for each in found if isinstance(each, BaseException)]:
            raise errors[0]
        self._looked = now
        self._seen = {each: since for each, since in zip(classes, found, strict=True) if isinstance(since, list)}

    async def _waiting(self, urgency: Urgency) -> list[float]:
        """Since when messages wait that could be taken, oldest first: some of them, if there are any."""
        from azure.servicebus import ServiceBusMessageState

        seat, now = self._seat(urgency), self._clock()
        number, since = 1, list[float]()
        async with seat.busy:
            for _ in range(LOOKS):
                with self._careful(seat):
                    seen = await seat.receiver.peek_messages(PEEKED, sequence_number=number)
                since += [
                    each.enqueued_time_utc.timestamp() if each.enqueued_time_utc else 0.0
                    for each in seen
                    if each.state is ServiceBusMessageState.ACTIVE and seat.held.get(each.sequence_number or 0, 0.0) <= now
                ]
                if since or len(seen) < PEEKED:
                    break
                number = (seen[-1].sequence_number or 0) + 1
        return since

    async def _receive(self, urgency: Urgency) -> BusHeld | None:
        seat = self._seat(urgency)
        async with seat.busy:
            with self._careful(seat):
                received = await seat.receiver.receive_messages(1, max_wait_time=GIVEN)
        return self._hold(seat, received[0]) if received else None

    def _hold(self, seat: _Seat, received: ServiceBusReceivedMessage) -> BusHeld:
        beside = {_text(name): value for name, value in (received.application_properties or {}).items()}
        held = BusHeld(
            body=_body(received),
            token=str(received.lock_token),
            delivery=_number(beside.get(DELIVERIES)) + (received.delivery_count or 0) + 1,
            until=received.locked_until_utc or datetime.now(UTC),
            copies=_number(beside.get(COPIES)),
            seat=seat,
            received=received,
        )
        seat.hold(received.sequence_number, held.until)
        self._held[held.token] = held
        return held

    async def _renew(self, held: Held) -> BusHeld | None:
        known = self._held.get(held.token)
        if known is None:
            return None
        async with known.seat.busy:
            try:
                with self._careful(known.seat):
                    until = await known.seat.receiver.renew_message_lock(known.received)
            except _Lost:
                self._forget(known)
                return None
        renewed = replace(known, until=until)
        known.seat.hold(known.received.sequence_number, until)
        self._held[held.token] = renewed
        return renewed

    async def _complete(self, held: Held) -> bool:
        return await self._settle(held, lambda known: known.seat.receiver.complete_message(known.received))

    async def _dead_letter(self, held: Held, reason: str, detail: str) -> bool:
        return await self._settle(
            held,
            lambda known: known.seat.receiver.dead_letter_message(
                known.received, reason=reason[:LONGEST_REASON], error_description=detail[:LONGEST_REASON]
            ),
        )

    async def _give_back(self, held: Held, delay: float, blameless: bool) -> bool:
        # Only who holds it may send the copy.
        known = await self._renew(held)
        if known is None:
            return False
        suffix = f"/a{known.copies + 1}"
        original = str(known.received.message_id or known.token).removesuffix(f"/a{known.copies}")
        await self._namespace.send(
            self._queues[known.seat.urgency],
            known.body,
            id=fitting(original, LONGEST_ID - len(suffix)) + suffix,
            properties={DELIVERIES: known.delivery - blameless, COPIES: known.copies + 1},
            at=datetime.fromtimestamp(self._clock() + delay, UTC) if delay > 0 else None,
        )
        return await self._complete(known)

    async def _settle(self, held: Held, step: Callable[[BusHeld], Awaitable[None]]) -> bool:
        known = self._held.get(held.token)
        if known is None:
            return False
        async with known.seat.busy:
            try:
                with self._careful(known.seat):
                    await step(known)
            except _Lost:
                return False
            finally:
                # Whatever happened to the step: its receiver is healthy and the job ended, or neither can be used again.
                self._forget(known)
        return True

    def _forget(self, known: BusHeld) -> None:
        """It is held no more."""
        self._held.pop(known.token, None)
        known.seat.held.pop(known.received.sequence_number or 0, None)

    def _seat(self, urgency: Urgency) -> _Seat:
        seat = self._seats.get(urgency)
        if seat is None:
            seat = self._seats[urgency] = _Seat(urgency, self._namespace.receiver(self._queues[urgency]))
        return seat

    def _retire(self, seat: _Seat) -> None:
        seat.broken = True
        if self._seats.get(seat.urgency) is seat:
            del self._seats[seat.urgency]
            self._namespace.discard(seat.receiver)

    @contextmanager
    def _careful(self, seat: _Seat) -> Iterator[None]:
        """Every error of the SDK becomes _Lost, or a ConnectionError after which the receiver is not used again."""
        from azure.servicebus import exceptions as sdk

        if seat.broken:
            raise _Lost("The connection to Service Bus broke.")
        try:
            with away("Service Bus"):
                yield
        except ConnectionError as error:
            gone = (sdk.MessageLockLostError, sdk.MessageNotFoundError, sdk.MessageAlreadySettled)
            if isinstance(error.__cause__, gone):
                raise _Lost from error
            self._retire(seat)
            raise


class Answers(Protocol):
    """Remembers for some days which jobs were answered, and by which result (`blob.BlobAnswers`)."""

    async def find(self, job: str) -> str | None:
        """The digest of the job's result. Raises ConnectionError."""
        ...

    async def record(self, job: str, digest: str) -> str:
        """Note it; returns the digest that counts, which is the first that was noted. Raises ConnectionError."""
        ...


class ServiceBusResults:
    """Where results go: noted with the answers first, then told on the queue, whose duplicate detection drops a second one."""

    def __init__(self, namespace: Namespace, answers: Answers, *, queue: str = RESULTS) -> None:
        self._namespace = namespace
        self._answers = answers
        self._queue = queue

    async def answered(self, job: str) -> str | None:
        """The digest of the result that was delivered for the job. Raises ConnectionError."""
        return await self._answers.find(job)

    async def deliver(self, job: str, run: str, event: str, digest: str) -> str:
        """Tell it; returns the digest that counts, which is the first. Raises ConnectionError."""
        first = await self._answers.record(job, digest)
        body = Answer(job=job, run=run, event=event, result=first).model_dump_json().encode()
        await self._namespace.unbroken(self._namespace.send(self._queue, body, id=job))
        return first


def _body(received: ServiceBusReceivedMessage) -> bytes:
    """Its bytes; none for a body of another kind, which is no job of Fusion's."""
    try:
        return b"".join(received.body)
    except TypeError:
        return b""


def _text(value: Any) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def _number(value: Any) -> int:
    return value if isinstance(value, int) and value > 0 else 0
