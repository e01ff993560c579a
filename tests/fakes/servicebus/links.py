"""The links of a connection: into a queue, out of a queue, and to the request-response nodes."""

from __future__ import annotations

from typing import Any, Protocol

from tests.fakes.servicebus.broker import Broker, Consumer, path_of
from tests.fakes.servicebus.frames import Attach, Detach, Disposition, Flow, Performative, Transfer, error
from tests.fakes.servicebus.messages import Kept
from tests.fakes.servicebus.queues import Refused
from tests.fakes.servicebus.values import Described, Malformed, Symbol, ULong

CREDIT = 1000
LARGEST = 1 << 20
"""Bytes of a message."""
EPOCH = 621_355_968_000_000_000
"""1970 in .NET's ticks of 100 nanoseconds."""
SESSION_FILTER = "com.microsoft:session-filter"


class Channel(Protocol):
    """The AMQP session that links live in."""

    broker: Broker
    next_incoming: int

    def send(self, performative: Performative) -> None:
        """Send a frame on the channel."""
        ...

    def transfer(self, link: Link, tag: bytes, payload: bytes, *, settled: bool) -> int | None:
        """Send a message; its delivery id, or None when the window is full."""
        ...

    def flow(self, **fields: Any) -> Flow:
        """A flow with the session's fields filled in."""
        ...


def terminus(value: Any, size: int) -> Described | None:
    """A source (11 fields) or target (7) with all its fields: the SDK takes them apart by position. Raises Malformed."""
    if value is None:
        return None
    if not isinstance(value, Described) or not isinstance(value.value, list) or len(value.value) > size:
        raise Malformed("a link has a terminus that is none")
    return Described(value.descriptor, value.value + [None] * (size - len(value.value)))


class Link:
    """What all links have. `ours` is the handle that we send with; it equals the client's."""

    def __init__(self, channel: Channel, attach: Attach) -> None:
        self.channel = channel
        self.handle = attach.handle
        self.attach = attach
        self.source, self.target = terminus(attach.source, 11), terminus(attach.target, 7)
        end = self.source if attach.role else self.target
        self.path = path_of(end.value[0]) if end else ""
        self.open = True
        self.credit = 0
        self.drain = False
        self.delivered = 0
        self.session: str | None = None

    def answer(self, **fields: Any) -> None:
        """Attach our end."""
        fields = {"source": self.source, "target": self.target} | fields
        self.channel.send(
            Attach(
                name=self.attach.name,
                handle=self.handle,
                role=not self.attach.role,
                snd_settle_mode=self.attach.snd_settle_mode,
                rcv_settle_mode=self.attach.rcv_settle_mode,
                initial_delivery_count=0 if self.attach.role else None,
                max_message_size=LARGEST,
                **fields,
            )
        )

    def refuse(self, refused: Refused) -> None:
        """End the link with an error; one that waited is attached first, for the SDK takes no error without that."""
        if self.open:
            self.open = False
            self.channel.send(Detach(handle=self.handle, closed=True, error=error(refused.condition, refused.description)))


class Inbound(Link):
    """Messages from the client: into a queue, or requests."""

    def __init__(self, channel: Channel, attach: Attach) -> None:
        super().__init__(channel, attach)
        self._parts = bytearray()
        self._first: Transfer | None = None

    def grant(self) -> None:
        """Let the client send."""
        self.credit = CREDIT
        self.channel.send(self.channel.flow(handle=self.handle, delivery_count=self.delivered, link_credit=CREDIT))

    def take(self, transfer: Transfer, payload: bytes) -> tuple[Transfer, bytes] | None:
        """The first frame and the whole message when it is complete. Raises Malformed."""
        first = self._first or transfer
        self._parts += payload
        if len(self._parts) > LARGEST * 2:
            raise Malformed("a message is too large")
        if transfer.more and not transfer.aborted:
            self._first = first
            return None
        message, self._parts, self._first = bytes(self._parts), bytearray(), None
        self.delivered += 1
        self.credit -= 1
        if self.credit < CREDIT // 2:
            self.grant()
        if first.delivery_id is None:
            raise Malformed("a transfer has no delivery id")
        return None if transfer.aborted else (first, message)

    def settle(self, first: Transfer, state: Described) -> None:
        """Tell the client what became of its message."""
        if not first.settled and first.delivery_id is not None:
            end = first.delivery_id
            self.channel.send(Disposition(role=True, first=end, last=end, settled=True, state=state))


class Replies(Link):
    """Answers to the client's requests."""

    def reply(self, payload: bytes) -> None:
        """Send an answer."""
        self.channel.transfer(self, self.delivered.to_bytes(4, "big"), payload, settled=True)
        self.delivered += 1


class Outbound(Link):
    """Messages of a queue to the client."""

    def __init__(self, channel: Channel, attach: Attach) -> None:
        super().__init__(channel, attach)
        self.unsettled: dict[int, tuple[Kept, Any]] = {}
        """By delivery id: the message, and the token it was locked with."""

    def begin(self) -> None:
        """Attach to the queue; with a session queue, when there is a session. Raises Refused or Malformed."""
        broker = self.channel.broker
        queue = broker.queue(self.path)
        filters = self.source.value[7] if self.source else None
        filters = filters if isinstance(filters, dict) else {}
        wants = SESSION_FILTER in filters
        if wants != queue.options.sessions:
            raise Refused(
                "amqp:not-allowed",
                f"The queue '{self.path}' requires sessions: a receiver without a session cannot read it."
                if queue.options.sessions
                else f"The queue '{self.path}' has no sessions: a receiver with one cannot read it.",
            )
        consumer = Consumer(queue, self, settled=self.attach.snd_settle_mode == 1)
        if not wants:
            self.answer()
            broker.consumers.append(consumer)
            return
        session = filters[SESSION_FILTER]
        session = session.value if isinstance(session, Described) else session
        properties = self.attach.properties if isinstance(self.attach.properties, dict) else {}
        patience = properties.get("com.microsoft:timeout", 60_000)
        if not isinstance(session, str | None) or not isinstance(patience, int):
            raise Malformed("a session filter is none")
        broker.consume(consumer, session, patience / 1000)

    def acquired(self, session: str, until: float) -> None:
        """Attach to the session that was found."""
        self.session = session
        source = self.source or Described(ULong(0x28), [None] * 11)
        values = list(source.value)
        values[7] = {Symbol(SESSION_FILTER): session}
        self.answer(
            source=Described(source.descriptor, values),
            properties={Symbol("com.microsoft:locked-until-utc"): int(until * 10_000_000) + EPOCH},
        )

    def refuse(self, refused: Refused) -> None:
        """End the link with an error."""
        if self.open and self.session is None and self.channel.broker.queue(self.path).options.sessions:
            self.answer()
        super().refuse(refused)

    def flowed(self, flow: Flow) -> None:
        """The client gave credit."""
        if flow.link_credit is not None:
            self.credit = (flow.delivery_count or 0) + flow.link_credit - self.delivered
        self.drain = flow.drain

    def deliver(self, message: Kept) -> bool:
        """Send a locked message; its lock token is the delivery's tag."""
        if message.token is None:
            return False
        settled = self.attach.snd_settle_mode == 1
        id = self.channel.transfer(self, message.token.bytes_le, message.write(), settled=settled)
        if id is None:
            return False
        self.delivered += 1
        self.credit -= 1
        if not settled:
            self.unsettled[id] = (message, message.token)
        return True

    def drained(self) -> None:
        """Use up the credit."""
        self.delivered += max(self.credit, 0)
        self.credit, self.drain = 0, False
        self.channel.send(
            self.channel.flow(handle=self.handle, delivery_count=self.delivered, link_credit=0, available=0, drain=True)
        )
