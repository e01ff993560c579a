"""The emulator's own AMQP 1.0 codec: what it writes it reads, as other libraries do, and hostile bytes end in Malformed."""

from __future__ import annotations

import struct
from typing import Any
from uuid import UUID

import pytest
from azure.servicebus._pyamqp import _decode as theirs
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fakes.servicebus import frames, values
from tests.fakes.servicebus.broker import make
from tests.fakes.servicebus.connection import Connection
from tests.fakes.servicebus.frames import Attach, Begin, Close, Flow, Frame, Open, Stream, Transfer, encode_frame
from tests.fakes.servicebus.messages import Kept, sections
from tests.fakes.servicebus.queues import QueueOptions
from tests.fakes.servicebus.values import Array, Described, Malformed, Symbol, UInt, ULong, decode, encode

INTEGERS = {
    values.UByte: (0, 2**8),
    values.UShort: (0, 2**16),
    UInt: (0, 2**32),
    ULong: (0, 2**64),
    values.Byte: (-(2**7), 2**7),
    values.Short: (-(2**15), 2**15),
    values.Int: (-(2**31), 2**31),
    int: (-(2**63), 2**63),
    values.Timestamp: (-(2**63), 2**63),
}
ASCII = st.text(st.characters(max_codepoint=127), max_size=300)
HASHABLE = st.one_of(
    st.none(),
    st.booleans(),
    *(st.integers(low, high - 1).map(kind) for kind, (low, high) in INTEGERS.items()),
    st.floats(allow_nan=False),
    st.floats(width=32, allow_nan=False).map(values.Float),
    st.binary(max_size=300),
    st.text(max_size=300),
    ASCII.map(Symbol),
    st.uuids(),
    st.sampled_from([4, 8, 16]).flatmap(lambda size: st.binary(min_size=size, max_size=size)).map(values.Decimal),
    st.characters(codec="utf-8").map(values.Char),
)
VALUES = st.recursive(
    HASHABLE,
    lambda inner: st.one_of(
        st.lists(inner, max_size=5),
        st.dictionaries(HASHABLE, inner, max_size=5),
        st.lists(ASCII.map(Symbol), min_size=1, max_size=5).map(Array),
        st.lists(st.lists(inner, max_size=3), min_size=1, max_size=3).map(Array),
        st.builds(Described, ASCII.map(Symbol), inner),
        st.builds(
            lambda tag, each: Array(Described(tag, one) for one in each), st.just(ULong(7)), st.lists(st.text(), min_size=1)
        ),
    ),
    max_leaves=12,
)


def exact(value: Any) -> Any:
    """The value with its types, for a comparison that tells 1 from True and a Symbol from a str."""
    if isinstance(value, Described):
        return ("described", exact(value.descriptor), exact(value.value))
    if isinstance(value, list | tuple):
        return (type(value), [exact(each) for each in value])
    if isinstance(value, dict):
        return (dict, [(exact(key), exact(each)) for key, each in value.items()])
    return (type(value), value)


@settings(max_examples=150, deadline=None)
@given(VALUES)
def test_what_is_written_is_read(value: Any) -> None:
    assert exact(decode(encode(value))) == exact(value)


@pytest.mark.parametrize(
    ("value", "data"),
    [
        (None, "40"),
        (True, "41"),
        (UInt(0), "43"),
        (ULong(0), "44"),
        ([], "45"),
        (ULong(0x10), "5310"),
        (UInt(256), "7000000100"),
        (-1, "55ff"),
        (2**40, "810000010000000000"),
        ("hi", "a1026869"),
        (Symbol("a"), "a30161"),
        (b"x" * 256, "b000000100" + "78" * 256),
        (UUID(int=1), "98" + "0" * 31 + "1"),
        ([True, "a"], "c0050241a10161"),
        ({"a": None}, "c10502a1016140"),
        (Described(ULong(0x24), []), "00532445"),
        (Array([Symbol("a"), Symbol("b")]), "e00c02b300000001610000000162"),
    ],
)
def test_the_encodings_are_those_of_the_specification(value: Any, data: str) -> None:
    assert encode(value).hex() == data
    assert exact(decode(bytes.fromhex(data))) == exact(value)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.one_of(st.text(max_size=300), st.binary(max_size=300), st.integers(-(2**63), 2**63 - 1), st.uuids()), max_size=300
    )
)
def test_the_sdk_reads_what_we_write(listed: list[Any]) -> None:
    data = encode([*listed, {"key": listed}])
    rest, read = theirs._DECODE_BY_CONSTRUCTOR[data[0]](memoryview(data)[1:])
    plain = [each.encode() if isinstance(each, str) else each for each in listed]
    assert not rest
    assert read == [*plain, {b"key": plain}]


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=200))
def test_no_bytes_break_the_reader(data: bytes) -> None:
    try:
        value = decode(data)
    except Malformed:
        return
    assert exact(decode(encode(value))) == exact(value) or value != value or "nan" in repr(value)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xd0\xff\xff\xff\xff\xff\xff\xff\xff",
        b"\xd0\x00\x00\x00\x08\xff\xff\xff\xff\x40\x40\x40\x40",
        b"\xf0\x00\x00\x00\x05\xff\xff\xff\xff\x40",
        b"\xf0\x00\x00\x00\x09\x00\x00\xff\xff\xf0" + b"\x00\x00\x00\x00",
        b"\xc1\x03\x01\x40\x40",
        b"\xc1\x03\x02\x45\x40",
        b"\xc0\x03\x01\x40\x40",
        b"\xb1\xff\xff\xff\xff",
        b"\xa1\x01\xff",
        b"\xa3\x01\xc3",
        b"\x56\x02",
        b"\x01",
        b"\x00" * 5000,
        b"\xc0\x02\x01" * 60 + b"\x40",
        b"".join(b"\xd0" + struct.pack(">II", 4 + 9 * depth, 1) for depth in range(200, 0, -1)) + b"\x45",
        b"\x40\x40",
    ],
)
def test_bombs_and_cut_values_are_malformed(data: bytes) -> None:
    with pytest.raises(Malformed):
        decode(data)


FRAMES = [
    Open(container_id="c", hostname="h", max_frame_size=512, idle_time_out=1000, properties={Symbol("product"): "x"}),
    Begin(remote_channel=1, next_outgoing_id=2, incoming_window=3, outgoing_window=4),
    Attach(name="n", handle=1, role=True, source=Described(ULong(0x28), ["q"]), initial_delivery_count=0),
    Flow(handle=0, link_credit=5, delivery_count=0, drain=True),
    Transfer(handle=0, delivery_id=1, delivery_tag=b"t", settled=False, more=True),
    Close(error=frames.error("amqp:not-found", "no")),
    frames.SaslInit(mechanism="PLAIN", initial_response=b"\0a\0b"),
    None,
]


@pytest.mark.parametrize("cut", [1, 3, 1000])
def test_frames_come_back_however_they_are_cut(cut: int) -> None:
    data = (
        frames.SASL
        + frames.AMQP
        + b"".join(encode_frame(n, each, b"payload") if each else encode_frame(n, None) for n, each in enumerate(FRAMES))
    )
    stream = Stream()
    found = [each for at in range(0, len(data), cut) for each in stream.feed(data[at : at + cut])]
    assert found[:2] == [frames.SASL, frames.AMQP]
    assert found[2:] == [Frame(n, each, b"payload" if each else b"") for n, each in enumerate(FRAMES)]


@settings(max_examples=40, deadline=None)
@given(st.sampled_from([each for each in FRAMES if each]), st.data())
def test_the_sdk_reads_our_frames(performative: frames.Performative, data: st.DataObject) -> None:
    payload = data.draw(st.binary(max_size=100))
    code, fields = theirs.decode_frame(memoryview(encode_frame(1, performative, payload))[8:])
    assert code == performative.CODE
    if performative.CODE == Transfer.CODE:
        assert bytes(fields[-1]) == payload


@pytest.mark.parametrize(
    "frame",
    [
        b"\x00\x00\x00\x07\x02\x00\x00\x00",
        b"\x7f\xff\xff\xff\x02\x00\x00\x00",
        b"\x00\x00\x00\x08\x01\x00\x00\x00",
        b"\x00\x00\x00\x08\xff\x00\x00\x00",
        b"\x00\x00\x00\x0c\x02\x00\x00\x00\x00\x53\x99\x45",
        b"\x00\x00\x00\x0c\x02\x00\x00\x00\x00\x53\x12\x45",
        b"\x00\x00\x00\x0b\x02\x00\x00\x00\x00\x53\x10",
        b"\x00\x00\x00\x0f\x02\x00\x00\x00\x00\x53\x10\xc0\x02\x01\x41",
    ],
)
def test_what_is_no_frame_is_malformed(frame: bytes) -> None:
    with pytest.raises(Malformed):
        list(Stream().feed(frame + b"\0" * 8))


def greeted() -> Connection:
    """A connection with a session, ready for anything."""
    connection = Connection(make(lambda: 0.0, {"q": QueueOptions(), "s": QueueOptions(sessions=True)}, {}))
    connection.receive(frames.AMQP + encode_frame(0, Open(container_id="c")) + encode_frame(0, Begin(incoming_window=10)))
    assert not connection.done
    return connection


def last(connection: Connection) -> frames.Performative | None:
    found = [each for each in Stream().feed(bytes(connection.out)) if isinstance(each, Frame)]
    return found[-1].performative


NUMBERS = ("handle", "first", "last", "delivery_id", "link_credit", "snd_settle_mode", "message_format")
ANYTHING = ("source", "target", "state", "properties", "error")


def senseless(kind: type[frames.Performative]) -> st.SearchStrategy[frames.Performative]:
    """Well-formed, and nothing more."""
    known = kind.__dataclass_fields__
    drawn: dict[str, st.SearchStrategy[Any]] = {name: st.integers(0, 3) for name in NUMBERS if name in known}
    drawn |= {name: VALUES for name in ANYTHING if name in known}
    if kind is Attach:
        ends = st.sampled_from(["q", "s", "$cbs", "q/$management", "none"])
        filters = st.one_of(VALUES, st.just({Symbol("com.microsoft:session-filter"): None}))
        source = st.builds(lambda end, found: Described(ULong(0x28), [end, *[None] * 6, found]), ends, filters)
        target = st.builds(lambda end: Described(ULong(0x29), [end]), ends)
        drawn |= {"name": st.just("l"), "role": st.booleans(), "source": st.one_of(source, VALUES), "target": target}
    return st.builds(kind, **drawn)


PERFORMATIVES = st.one_of(*map(senseless, frames.KINDS.values()))
PAYLOADS = st.one_of(
    st.binary(max_size=60),
    st.builds(lambda code, value: encode(Described(ULong(code), value)), st.integers(0x70, 0x78), VALUES),
)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(PERFORMATIVES, PAYLOADS), max_size=6))
def test_no_frames_break_a_connection(said: list[tuple[frames.Performative, bytes]]) -> None:
    """Well-formed frames with senseless contents, in senseless order."""
    connection = greeted()
    for performative, payload in said:
        connection.receive(encode_frame(0, performative, payload))
        connection.broker.tick()


@settings(max_examples=100, deadline=None)
@given(st.lists(st.binary(max_size=100), max_size=5), st.booleans())
def test_no_bytes_break_a_connection(chunks: list[bytes], on_a_session: bool) -> None:
    connection = greeted() if on_a_session else Connection(make(lambda: 0.0, {}, {}))
    for chunk in chunks:
        connection.receive(chunk)
        connection.broker.tick()


def test_malformed_bytes_end_the_connection_with_a_reason() -> None:
    connection = greeted()
    connection.receive(b"\x00\x00\x00\x09\x02\x00\x00\x00\x01")
    assert connection.done
    closed = last(connection)
    assert isinstance(closed, Close)
    assert closed.error.value[0] == "amqp:decode-error"


def test_a_message_keeps_its_sections() -> None:
    body = encode(Described(ULong(0x75), b"body")) + encode(Described(ULong(0x78), {"foot": 1}))
    properties: list[Any] = ["id", None, None, None, None, None, None, None, None, None, "session"]
    raw = encode(Described(ULong(0x73), properties)) + encode(Described(ULong(0x74), {"a": 1})) + body
    kept = Kept.read(raw)
    assert (kept.id, kept.session, kept.application, kept.body) == ("id", "session", {"a": 1}, body)
    assert [code for code, _, _ in sections(kept.write())] == [0x70, 0x72, 0x73, 0x74, 0x75, 0x78]
