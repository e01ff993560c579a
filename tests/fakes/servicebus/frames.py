"""AMQP 1.0's frames and performatives (OASIS AMQP 1.0, parts 2 and 5.3)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from typing import Any, ClassVar

from tests.fakes.servicebus.values import Array, Described, Malformed, Reader, Symbol, UByte, UInt, ULong, UShort, encode

AMQP = b"AMQP\x00\x01\x00\x00"
SASL = b"AMQP\x03\x01\x00\x00"
LARGEST = 1 << 20
"""Bytes of a frame that are accepted."""


def _number(kind: type[int] = UInt, default: int | None = None) -> Any:
    return field(default=default, metadata={"reads": int, "writes": kind})


def _text() -> Any:
    return field(default=None, metadata={"reads": str, "writes": str})


def _binary() -> Any:
    return field(default=None, metadata={"reads": bytes, "writes": bytes})


def _flag() -> Any:
    return field(default=False, metadata={"reads": bool, "writes": bool})


@dataclass(kw_only=True)
class Performative:
    """What a frame tells the other side; fields in the order of the specification, None where left out."""

    CODE: ClassVar[int] = 0


@dataclass(kw_only=True)
class Open(Performative):
    """Begins the connection."""

    CODE: ClassVar[int] = 0x10
    container_id: str | None = _text()
    hostname: str | None = _text()
    max_frame_size: int = _number(default=0xFFFFFFFF)
    channel_max: int = _number(UShort, 65535)
    idle_time_out: int | None = _number()
    outgoing_locales: Any = None
    incoming_locales: Any = None
    offered_capabilities: Any = None
    desired_capabilities: Any = None
    properties: Any = None


@dataclass(kw_only=True)
class Begin(Performative):
    """Begins a session."""

    CODE: ClassVar[int] = 0x11
    remote_channel: int | None = _number(UShort)
    next_outgoing_id: int = _number(default=0)
    incoming_window: int = _number(default=0)
    outgoing_window: int = _number(default=0)
    handle_max: int = _number(default=0xFFFFFFFF)
    offered_capabilities: Any = None
    desired_capabilities: Any = None
    properties: Any = None


@dataclass(kw_only=True)
class Attach(Performative):
    """Attaches a link. `role` False: its sender; True: its receiver."""

    CODE: ClassVar[int] = 0x12
    name: str = _text()
    handle: int = _number(default=0)
    role: bool = _flag()
    snd_settle_mode: int = _number(UByte, 2)
    rcv_settle_mode: int = _number(UByte, 0)
    source: Any = None
    target: Any = None
    unsettled: Any = None
    incomplete_unsettled: bool = _flag()
    initial_delivery_count: int | None = _number()
    max_message_size: int | None = _number(ULong)
    offered_capabilities: Any = None
    desired_capabilities: Any = None
    properties: Any = None


@dataclass(kw_only=True)
class Flow(Performative):
    """Window of the session and, with a handle, credit of a link."""

    CODE: ClassVar[int] = 0x13
    next_incoming_id: int | None = _number()
    incoming_window: int = _number(default=0)
    next_outgoing_id: int = _number(default=0)
    outgoing_window: int = _number(default=0)
    handle: int | None = _number()
    delivery_count: int | None = _number()
    link_credit: int | None = _number()
    available: int | None = _number()
    drain: bool = _flag()
    echo: bool = _flag()
    properties: Any = None


@dataclass(kw_only=True)
class Transfer(Performative):
    """A message, or a part of it when `more` follows."""

    CODE: ClassVar[int] = 0x14
    handle: int = _number(default=0)
    delivery_id: int | None = _number()
    delivery_tag: bytes | None = _binary()
    message_format: int | None = _number()
    settled: bool | None = _flag()
    more: bool = _flag()
    rcv_settle_mode: int | None = _number(UByte)
    state: Any = None
    resume: bool = _flag()
    aborted: bool = _flag()
    batchable: bool = _flag()


@dataclass(kw_only=True)
class Disposition(Performative):
    """What became of deliveries `first` to `last`. `role` as in Attach."""

    CODE: ClassVar[int] = 0x15
    role: bool = _flag()
    first: int = _number(default=0)
    last: int | None = _number()
    settled: bool = _flag()
    state: Any = None
    batchable: bool = _flag()


@dataclass(kw_only=True)
class Detach(Performative):
    """Ends a link, for good when `closed`."""

    CODE: ClassVar[int] = 0x16
    handle: int = _number(default=0)
    closed: bool = _flag()
    error: Any = None


@dataclass(kw_only=True)
class End(Performative):
    """Ends a session."""

    CODE: ClassVar[int] = 0x17
    error: Any = None


@dataclass(kw_only=True)
class Close(Performative):
    """Ends the connection."""

    CODE: ClassVar[int] = 0x18
    error: Any = None


@dataclass(kw_only=True)
class SaslMechanisms(Performative):
    """What the server offers."""

    CODE: ClassVar[int] = 0x40
    mechanisms: Any = None


@dataclass(kw_only=True)
class SaslInit(Performative):
    """What the client chose."""

    CODE: ClassVar[int] = 0x41
    mechanism: str | None = _text()
    initial_response: bytes | None = _binary()
    hostname: str | None = _text()


@dataclass(kw_only=True)
class SaslOutcome(Performative):
    """0: signed in; 1: refused."""

    CODE: ClassVar[int] = 0x44
    code: int = _number(UByte, 0)
    additional_data: bytes | None = _binary()


KINDS: dict[int, type[Performative]] = {
    kind.CODE: kind
    for kind in (Open, Begin, Attach, Flow, Transfer, Disposition, Detach, End, Close, SaslMechanisms, SaslInit, SaslOutcome)
}


@dataclass(frozen=True, slots=True)
class Frame:
    """A frame of a channel; `performative` None keeps the connection alive and tells nothing else."""

    channel: int
    performative: Performative | None
    payload: bytes = b""


def encode_frame(channel: int, performative: Performative | None, payload: bytes = b"") -> bytes:
    """The frame, of SASL's type when the performative is SASL's."""
    body = b"" if performative is None else encode(Described(ULong(performative.CODE), _values(performative))) + payload
    kind = 1 if performative is not None and performative.CODE >= 0x40 else 0
    return (len(body) + 8).to_bytes(4, "big") + bytes([2, kind]) + channel.to_bytes(2, "big") + body


def _values(performative: Performative) -> list[Any]:
    values: list[Any] = []
    for each in fields(performative):
        value, kind = getattr(performative, each.name), each.metadata.get("writes")
        values.append(value if value is None or kind is None or isinstance(value, kind) else kind(value))
    while values and values[-1] is None:
        values.pop()
    return values


def decode_frame(data: bytes) -> Frame:
    """The frame that the bytes are. Raises Malformed."""
    offset = data[4] * 4
    if offset < 8 or offset > len(data):
        raise Malformed("a frame's header is no header")
    channel = int.from_bytes(data[6:8], "big")
    if offset == len(data):
        return Frame(channel, None)
    reader = Reader(data, offset)
    body = reader.value()
    kind = KINDS.get(body.descriptor) if isinstance(body, Described) and isinstance(body.descriptor, ULong) else None
    if kind is None or not isinstance(body.value, list):
        raise Malformed("a frame holds no performative")
    return Frame(channel, _performative(kind, body.value), data[reader.at :])


def _performative(kind: type[Performative], values: list[Any]) -> Performative:
    known = fields(kind)
    if len(values) > len(known):
        raise Malformed(f"{kind.__name__} has too many fields")
    given = {each.name: value for each, value in zip(known, values, strict=False) if value is not None}
    for each in known:
        value, reads = given.get(each.name), each.metadata.get("reads", object)
        wrong = value is not None and (not isinstance(value, reads) or (reads is int and isinstance(value, bool)))
        if wrong or (value is None and each.name == "name"):
            raise Malformed(f"{kind.__name__}.{each.name} is not what it should be")
    return kind(**given)


class Stream:
    """Cuts what comes over a connection into protocol headers (bytes) and frames."""

    def __init__(self, largest: int = LARGEST) -> None:
        self._largest = largest
        self._kept = bytearray()

    def feed(self, data: bytes) -> Iterator[bytes | Frame]:
        """What is complete by now. Raises Malformed, after which the connection is of no more use."""
        self._kept += data
        while len(self._kept) >= 8:
            if self._kept[:4] == b"AMQP":
                yield self._cut(8)
                continue
            size = int.from_bytes(self._kept[:4], "big")
            if size < 8 or size > self._largest:
                raise Malformed(f"a frame of {size} bytes")
            if len(self._kept) < size:
                return
            yield decode_frame(self._cut(size))

    def _cut(self, size: int) -> bytes:
        data = bytes(self._kept[:size])
        del self._kept[:size]
        return data


def error(condition: str, description: str) -> Described:
    """An AMQP error (2.8.14). The SDK hangs on a rejected message whose error has no info."""
    return Described(ULong(0x1D), [Symbol(condition), description, {Symbol("tracking-id"): "emulator"}])


def symbols(*names: str) -> Array:
    """An array of symbols."""
    return Array(Symbol(name) for name in names)
