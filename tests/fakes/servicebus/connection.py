"""One AMQP 1.0 connection, without any I/O: bytes in, bytes out."""

from __future__ import annotations

from typing import Any

from tests.fakes.servicebus import frames
from tests.fakes.servicebus.broker import CBS, DROP_AFTER, MANAGEMENT, Broker, Dropped
from tests.fakes.servicebus.frames import Attach, Begin, Close, Detach, Disposition, End, Flow, Frame, Open, Transfer
from tests.fakes.servicebus.links import Inbound, Link, Outbound, Replies
from tests.fakes.servicebus.management import answer
from tests.fakes.servicebus.messages import State
from tests.fakes.servicebus.queues import Queue, Refused, Unheld
from tests.fakes.servicebus.values import Described, Malformed, ULong

WINDOW = 65_535
MOST_LINKS = 256
ACCEPTED, REJECTED, RELEASED, MODIFIED = 0x24, 0x25, 0x26, 0x27


class Connection:
    """Takes what a client sends (`receive`) and collects what to send it (`out`); `done` when it is to be closed."""

    def __init__(self, broker: Broker) -> None:
        self.broker = broker
        self.out = bytearray()
        self.done = False
        self._stream = frames.Stream()
        self._channels: dict[int, Session] = {}
        self._largest = 512
        self._opened = False

    def receive(self, data: bytes) -> None:
        """Act on bytes. Whatever they are, it returns; malformed ones end the connection."""
        try:
            for each in self._stream.feed(data):
                if self.done:
                    return
                self._take(each)
        except Malformed as malformed:
            self.close("amqp:decode-error", str(malformed))
        except Dropped:
            self.cut()

    def close(self, condition: str, description: str) -> None:
        """Tell the client why, and end."""
        if self._opened and not self.done:
            self.send(0, Close(error=frames.error(condition, description)))
        self._end()

    def cut(self) -> None:
        """End without a word; what was not sent yet is lost."""
        self.out.clear()
        self._end()

    def lost(self) -> None:
        """The client is gone."""
        self._end()

    def _end(self) -> None:
        self.done = True
        for channel in self._channels.values():
            channel.end()
        self._channels.clear()

    def send(self, channel: int, performative: frames.Performative | None, payload: bytes = b"") -> None:
        """Queue a frame for sending."""
        self.out += frames.encode_frame(channel, performative, payload)

    @property
    def room(self) -> int:
        """Bytes of a frame that the client takes."""
        return self._largest

    def _take(self, each: bytes | Frame) -> None:
        if isinstance(each, bytes):
            if each not in (frames.SASL, frames.AMQP):
                raise Malformed("that is another protocol")
            self.out += each
            if each == frames.SASL:
                offered = frames.symbols("ANONYMOUS", "MSSBCBS", "PLAIN", "EXTERNAL")
                self.send(0, frames.SaslMechanisms(mechanisms=offered))
            return
        said = each.performative
        if said is None:
            # Whoever asks for signs of life gets them.
            self.send(0, None)
        elif isinstance(said, frames.SaslInit):
            # Whoever comes is let in: this is a double on loopback, and tokens are not checked either.
            self.send(0, frames.SaslOutcome(code=0))
        elif isinstance(said, Open):
            self._largest = max(512, min(said.max_frame_size, 65_536))
            self._opened = True
            self.send(0, Open(container_id="emulator", max_frame_size=65_536, channel_max=255))
        elif isinstance(said, Close):
            self.send(0, Close())
            self._end()
        elif isinstance(said, Begin):
            self._begin(each.channel, said)
        elif isinstance(said, End):
            if channel := self._channels.pop(each.channel, None):
                channel.end()
            self.send(each.channel, End())
        elif channel := self._channels.get(each.channel):
            channel.take(said, each.payload)
        else:
            raise Malformed("a frame came on a channel without a session")

    def _begin(self, channel: int, begin: Begin) -> None:
        if not self._opened or channel > 255 or channel in self._channels:
            raise Malformed("a session began where none can")
        self._channels[channel] = Session(self, channel, begin)
        answer = Begin(
            remote_channel=channel, next_outgoing_id=1, incoming_window=WINDOW, outgoing_window=WINDOW, handle_max=255
        )
        self.send(channel, answer)


class Session:
    """One AMQP session: its links, and the window of its transfers."""

    def __init__(self, connection: Connection, channel: int, begin: Begin) -> None:
        self.broker = connection.broker
        self.next_incoming = begin.next_outgoing_id
        self._connection = connection
        self._channel = channel
        self._next_outgoing = 1
        self._next_delivery = 1
        self._window = begin.incoming_window
        self._links: dict[int, Link] = {}

    def end(self) -> None:
        """Its links are gone."""
        for link in list(self._links.values()):
            self._forget(link)

    def _forget(self, link: Link) -> None:
        self._links.pop(link.handle, None)
        if isinstance(link, Outbound):
            self.broker.leave(link)

    def send(self, performative: frames.Performative) -> None:
        """Send a frame on the channel."""
        self._connection.send(self._channel, performative)

    def flow(self, **fields: Any) -> Flow:
        """A flow with the session's fields filled in."""
        return Flow(
            next_incoming_id=self.next_incoming,
            incoming_window=WINDOW,
            next_outgoing_id=self._next_outgoing,
            outgoing_window=WINDOW,
            **fields,
        )

    def transfer(self, link: Link, tag: bytes, payload: bytes, *, settled: bool) -> int | None:
        """Send a message in as many frames as it takes; None when the client's window does not hold them."""
        room = self._connection.room - 128
        parts = [payload[at : at + room] for at in range(0, len(payload), room)] or [b""]
        if len(parts) > self._window:
            return None
        id, self._next_delivery = self._next_delivery, self._next_delivery + 1
        for number, part in enumerate(parts):
            head: dict[str, Any] = (
                {"delivery_id": id, "delivery_tag": tag, "message_format": 0, "settled": settled} if number == 0 else {}
            )
            more = number < len(parts) - 1
            self._connection.send(self._channel, Transfer(handle=link.handle, more=more, **head), part)
        self._window -= len(parts)
        self._next_outgoing += len(parts)
        return id

    def take(self, said: frames.Performative, payload: bytes) -> None:
        """Act on a frame. Raises Malformed or Dropped."""
        if isinstance(said, Attach):
            self._attach(said)
        elif isinstance(said, Flow):
            self._flow(said)
        elif isinstance(said, Disposition):
            self._disposition(said)
        elif isinstance(said, Detach):
            self._detach(said)
        elif isinstance(said, Transfer):
            self._incoming(said, payload)
        else:
            raise Malformed("a frame came that a session does not take")

    def _attach(self, attach: Attach) -> None:
        if attach.handle in self._links or len(self._links) >= MOST_LINKS:
            raise Malformed("a link uses a handle that is not free")
        probe = Link(self, attach)
        service = probe.path == CBS or probe.path.endswith(MANAGEMENT)
        kind = (Replies if service else Outbound) if attach.role else Inbound
        link = self._links[attach.handle] = kind(self, attach)
        try:
            if not service:
                self.broker.knows(link.path)
                self.broker.fault(link.path, "attach")
            elif link.path != CBS:
                self.broker.knows(link.path.removesuffix(MANAGEMENT))
            if isinstance(link, Outbound):
                link.begin()
            else:
                link.answer()
            if isinstance(link, Inbound):
                link.grant()
        except Refused as refused:
            # The specification's null terminus, on the client's side of a sender; a receiver with one swallows the error.
            link.answer(**({} if attach.role else {"target": None}))
            Link.refuse(link, refused)

    def _flow(self, flow: Flow) -> None:
        seen = 1 if flow.next_incoming_id is None else flow.next_incoming_id
        self._window = max(0, min(seen + flow.incoming_window - self._next_outgoing, 0xFFFFFFFF))
        if flow.handle is not None and isinstance(link := self._links.get(flow.handle), Outbound):
            link.flowed(flow)
        if flow.echo:
            self.send(self.flow())

    def _detach(self, detach: Detach) -> None:
        link = self._links.get(detach.handle)
        if link is None:
            return
        self._forget(link)
        if link.open:
            self.send(Detach(handle=link.handle, closed=detach.closed))

    def _incoming(self, transfer: Transfer, payload: bytes) -> None:
        link = self._links.get(transfer.handle)
        if not isinstance(link, Inbound):
            raise Malformed("a transfer came on no link")
        self.next_incoming = (self.next_incoming + 1) & 0xFFFFFFFF
        whole = link.take(transfer, payload)
        if whole is None:
            return
        first, message = whole
        if link.path == CBS or link.path.endswith(MANAGEMENT):
            link.settle(first, Described(ULong(ACCEPTED), []))
            reply = answer(self.broker, link.path, message)
            for each in self._links.values():
                if isinstance(each, Replies) and each.path == link.path:
                    each.reply(reply)
                    break
            return
        try:
            fault = self.broker.fault(link.path, "send")
            self.broker.accept(link.path, message, first.message_format or 0)
        except Refused as refused:
            link.settle(first, _rejected(refused))
            return
        if fault and fault.condition == DROP_AFTER:
            raise Dropped
        link.settle(first, Described(ULong(ACCEPTED), []))

    def _disposition(self, said: Disposition) -> None:
        last = said.first if said.last is None else said.last
        if not said.role or not isinstance(said.state, Described):
            return
        for link in list(self._links.values()):
            if isinstance(link, Outbound):
                for id in [each for each in link.unsettled if said.first <= each <= last]:
                    self._settle(link, id, said)

    def _settle(self, link: Outbound, id: int, said: Disposition) -> None:
        message, token = link.unsettled.pop(id)
        queue = self.broker.queue(link.path)
        echo = said.state
        fault = None
        try:
            fault = self.broker.fault(link.path, "settle")
            if message.token != token or message.until <= self.broker.clock():
                raise Unheld
            self._apply(queue, message, said.state)
            if echo.descriptor == REJECTED:
                # With an error in it, the SDK takes the echo for a refusal.
                echo = Described(ULong(REJECTED), [])
        except Refused as refused:
            echo = _rejected(refused)
        if fault and fault.condition == DROP_AFTER:
            raise Dropped
        if not said.settled:
            self.send(Disposition(role=False, first=id, last=id, settled=True, state=echo))

    def _apply(self, queue: Queue, message: Any, state: Described) -> None:
        now = self.broker.clock()
        fields = state.value if isinstance(state.value, list) else []
        if state.descriptor == ACCEPTED:
            queue.complete(message)
        elif state.descriptor == RELEASED:
            queue.release(message, now, failed=False)
        elif state.descriptor == MODIFIED:
            defer = len(fields) > 1 and fields[1] is True
            queue.release(message, now, failed=True, state=State.DEFERRED if defer else State.ACTIVE)
        elif state.descriptor == REJECTED:
            error = fields[0].value if fields and isinstance(fields[0], Described) else []
            info = error[2] if isinstance(error, list) and len(error) > 2 and isinstance(error[2], dict) else {}
            queue.set_aside(message, now, info.get("DeadLetterReason"), info.get("DeadLetterErrorDescription"))
        else:
            raise Malformed("a delivery was given a state that is none")


def _rejected(refused: Refused) -> Described:
    return Described(ULong(REJECTED), [frames.error(refused.condition, refused.description)])
