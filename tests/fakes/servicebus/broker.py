"""What all connections share: the queues, who waits for their messages, and the faults that tests inject. No I/O."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import unquote, urlparse

from tests.fakes.servicebus.messages import BATCH, Kept, data
from tests.fakes.servicebus.queues import Queue, QueueOptions, Refused

CBS, MANAGEMENT = "$cbs", "/$management"
DROP = "drop"
"""Instead of a condition: the connection is cut before the operation has done anything."""
DROP_AFTER = "drop-after"
"""Instead of a condition: the connection is cut when the operation is done and before it is answered."""


class Dropped(Exception):
    """The connection shall be cut."""


@dataclass
class Fault:
    """Something that goes wrong the next `times` times."""

    queue: str
    operation: str
    """`attach`, `send`, `settle`, or an operation of `$management` without its prefix (`renew-session-lock`)."""
    condition: str
    """AMQP error condition to answer with, DROP or DROP_AFTER."""
    times: int = 1


class Receiver(Protocol):
    """A link that messages go out on."""

    credit: int
    drain: bool
    session: str | None

    def deliver(self, message: Kept) -> bool:
        """Send it; False when the session's window is full."""
        ...

    def acquired(self, session: str, until: float) -> None:
        """The session that the link waited for is its own now."""
        ...

    def drained(self) -> None:
        """There is nothing more to send."""
        ...

    def refuse(self, refused: Refused) -> None:
        """End the link with an error."""
        ...


@dataclass(eq=False)
class Consumer:
    """A receiver of a queue."""

    queue: Queue
    link: Receiver
    settled: bool
    """Messages leave the queue when they are delivered."""


@dataclass
class Broker:
    """Queues by name in lower case; topics by name, each with the names of its subscriptions' queues."""

    clock: Callable[[], float]
    queues: dict[str, Queue] = field(default_factory=dict)
    topics: dict[str, list[str]] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    consumers: list[Consumer] = field(default_factory=list)
    waiting: list[tuple[Consumer, float]] = field(default_factory=list)
    """Receivers that asked for the next session that is free, and until when they wait."""

    def add(self, name: str, options: QueueOptions) -> None:
        """Make a queue, with its dead letters."""
        made = Queue.make(name, options)
        self.queues[name.lower()] = made
        if made.dead:
            self.queues[made.dead.name.lower()] = made.dead

    def queue(self, path: str) -> Queue:
        """The queue of that path. Raises Refused."""
        try:
            return self.queues[path]
        except KeyError:
            raise Refused("amqp:not-found", f"The messaging entity '{path}' could not be found.") from None

    def knows(self, path: str) -> None:
        """Raises Refused when there is neither a queue nor a topic of that path."""
        if path not in self.topics:
            self.queue(path)

    def fault(self, path: str, operation: str) -> Fault | None:
        """The fault that this operation meets, used up by one. Raises Refused, or Dropped when it comes before the effect."""
        met = next((each for each in self.faults if each.queue == path and each.operation == operation), None)
        if met is None:
            return None
        met.times -= 1
        if met.times <= 0:
            self.faults.remove(met)
        if met.condition == DROP:
            raise Dropped
        if met.condition != DROP_AFTER:
            raise Refused(met.condition, "A fault that the test asked for.")
        return met

    def accept(self, path: str, raw: bytes, message_format: int = 0) -> list[int]:
        """Keep a message, or a batch of them; returns sequence numbers. Raises Refused or Malformed."""
        messages = [Kept.read(each) for each in (data(raw) if message_format == BATCH else [raw])]
        return [self._put(name, message) for message in messages for name in self.topics.get(path, [path])]

    def _put(self, name: str, message: Kept) -> int:
        # Each subscription changes its own copy.
        copy = Kept(
            properties=list(message.properties),
            application=dict(message.application),
            annotations=dict(message.annotations),
            body=message.body,
            ttl=message.ttl,
            due=message.due,
        )
        return self.queue(name).put(copy, self.clock())

    def consume(self, consumer: Consumer, session: str | None, patience: float) -> None:
        """Attach a receiver of a session queue: to that session, or within `patience` to the next free one. Raises Refused."""
        if session is None:
            self.waiting.append((consumer, self.clock() + patience))
        elif not self._seat(consumer, session):
            raise Refused("com.microsoft:session-cannot-be-locked", f"The session '{session}' is locked by another receiver.")

    def _seat(self, consumer: Consumer, session: str | None) -> bool:
        if (got := consumer.queue.acquire(consumer.link, session, self.clock())) is None:
            return False
        self.consumers.append(consumer)
        consumer.link.acquired(got, consumer.queue.session(got).until)
        return True

    def leave(self, link: Receiver) -> None:
        """A receiver went away. Its session is free; a lock without a session lasts until it expires, as in the service."""
        self.waiting = [each for each in self.waiting if each[0].link is not link]
        for consumer in [each for each in self.consumers if each.link is link]:
            self.consumers.remove(consumer)
            if link.session is not None and consumer.queue.session(link.session).owner is link:
                consumer.queue.let_go(link.session, self.clock(), failed=False)

    def dispatch(self) -> None:
        """Give waiting receivers their sessions, and receivers with credit their messages."""
        for waiter in list(self.waiting):
            if self._seat(waiter[0], None):
                self.waiting.remove(waiter)
        for consumer in list(self.consumers):
            self._feed(consumer)

    def _feed(self, consumer: Consumer) -> None:
        link, queue = consumer.link, consumer.queue
        while link.credit > 0 and (message := queue.next(link.session)):
            queue.lock(message, self.clock())
            if not link.deliver(message):
                queue.release(message, self.clock(), failed=False)
                return
            if consumer.settled:
                queue.complete(message)
        if link.drain:
            link.drained()

    def tick(self) -> None:
        """Do what time asks for, then dispatch."""
        now = self.clock()
        for queue in list(self.queues.values()):
            queue.tick(now)
            for session in queue.expired_sessions(now):
                owner = queue.session(session).owner
                queue.let_go(session, now, failed=True)
                for consumer in [each for each in self.consumers if each.link is owner]:
                    self.consumers.remove(consumer)
                    lost = Refused("com.microsoft:session-lock-lost", f"The lock of the session '{session}' has expired.")
                    consumer.link.refuse(lost)
        for waiter in [each for each in self.waiting if each[1] <= now]:
            self.waiting.remove(waiter)
            waiter[0].link.refuse(Refused("com.microsoft:timeout", "No session became available in time."))
        self.dispatch()


def path_of(address: Any) -> str:
    """The path of a link's address, in lower case: the SDK sends whole URLs."""
    if not isinstance(address, str):
        return ""
    try:
        path = urlparse(address).path if "://" in address else address
    except ValueError:
        return ""
    return unquote(path).strip("/").lower()


def make(
    clock: Callable[[], float], queues: Mapping[str, QueueOptions], topics: Mapping[str, Mapping[str, QueueOptions]]
) -> Broker:
    """A broker with these queues, and topics with these subscriptions."""
    broker = Broker(clock)
    for name, options in queues.items():
        broker.add(name, options)
    for topic, subscriptions in topics.items():
        broker.topics[topic.lower()] = [f"{topic}/subscriptions/{name}".lower() for name in subscriptions]
        for name, options in subscriptions.items():
            broker.add(f"{topic}/subscriptions/{name}", options)
    return broker
