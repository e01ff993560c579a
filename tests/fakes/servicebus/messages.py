"""Messages as the bus keeps them: AMQP 1.0's sections (OASIS AMQP 1.0, part 3.2), the body never looked into."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from uuid import UUID

from tests.fakes.servicebus.values import Described, Int, Malformed, Reader, Symbol, Timestamp, UInt, ULong, encode

HEADER, ANNOTATIONS, PROPERTIES, APPLICATION, DATA, FOOTER = 0x70, 0x72, 0x73, 0x74, 0x75, 0x78
BATCH = 0x80013700
"""Message format of a transfer whose data sections are messages of their own."""
LATEST = 253_402_300_800
"""The year 10000, in seconds since 1970."""
ENQUEUED, SCHEDULED = Symbol("x-opt-enqueued-time"), Symbol("x-opt-scheduled-enqueue-time")
SEQUENCE, FIRST_SEQUENCE = Symbol("x-opt-sequence-number"), Symbol("x-opt-enqueue-sequence-number")
LOCKED_UNTIL, STATE = Symbol("x-opt-locked-until"), Symbol("x-opt-message-state")
DEAD_LETTER_SOURCE = Symbol("x-opt-deadletter-source")


class State(StrEnum):
    """Where a message stands."""

    ACTIVE = "active"
    LOCKED = "locked"
    DEFERRED = "deferred"
    SCHEDULED = "scheduled"


def sections(raw: bytes) -> list[tuple[int, Any, bytes]]:
    """Code, value and bytes of each section. Raises Malformed."""
    found = []
    reader = Reader(raw)
    while reader.left:
        start = reader.at
        section = reader.value()
        code = section.descriptor if isinstance(section, Described) else None
        if not isinstance(code, ULong) or not HEADER <= code <= FOOTER:
            raise Malformed("a message holds what is no section")
        found.append((int(code), section.value, raw[start : reader.at]))
    return found


@dataclass(kw_only=True)
class Kept:
    """A message in a queue. Times are in seconds since 1970."""

    properties: list[Any] = field(default_factory=list)
    """The fields of AMQP's properties section, in its order."""
    application: dict[Any, Any] = field(default_factory=dict)
    annotations: dict[Any, Any] = field(default_factory=dict)
    body: bytes = b""
    """The body's sections and the footer, encoded."""
    ttl: float | None = None
    sequence: int = 0
    enqueued: float = 0.0
    state: State = State.ACTIVE
    due: float = 0.0
    deliveries: int = 0
    """Deliveries that ended without an end."""
    token: UUID | None = None
    until: float = 0.0

    @property
    def id(self) -> Any:
        """The message id, or None."""
        return self._property(0)

    @property
    def session(self) -> str | None:
        """The session id (AMQP's group-id), or None."""
        session = self._property(10)
        return session if isinstance(session, str) else None

    def _property(self, index: int) -> Any:
        return self.properties[index] if len(self.properties) > index else None

    @classmethod
    def read(cls, raw: bytes) -> Kept:
        """The message that the bytes are; `due` is set when it asks to be scheduled. Raises Malformed."""
        found: dict[int, Any] = {}
        body = b""
        for code, value, data in sections(raw):
            if code >= DATA:
                body += data
            else:
                found[code] = value
        header = _of(list, found.get(HEADER, []))
        message = cls(
            properties=_of(list, found.get(PROPERTIES, [])),
            application=_of(dict, found.get(APPLICATION, {})),
            annotations=_of(dict, found.get(ANNOTATIONS, {})),
            body=body,
        )
        if len(header) > 2 and header[2]:
            message.ttl = _of(UInt, header[2]) / 1000
        if (due := message.annotations.pop(SCHEDULED, None)) is not None:
            message.due = _of(Timestamp, due) / 1000
        if not isinstance(message.id, str | int | bytes | UUID | None) or not isinstance(message._property(10), str | None):
            raise Malformed("a message's id or session is none")
        if abs(message.due) > LATEST:
            raise Malformed("a message is scheduled for no time")
        return message

    def write(self) -> bytes:
        """The message as a receiver gets it."""
        annotations = self.annotations | {
            ENQUEUED: Timestamp(self.enqueued * 1000),
            SEQUENCE: self.sequence,
            FIRST_SEQUENCE: self.sequence,
            STATE: Int({State.DEFERRED: 1, State.SCHEDULED: 2}.get(self.state, 0)),
        }
        if self.until:
            annotations[LOCKED_UNTIL] = Timestamp(self.until * 1000)
        if self.due and self.state is State.SCHEDULED:
            annotations[SCHEDULED] = Timestamp(self.due * 1000)
        header = [True, None, UInt(self.ttl * 1000) if self.ttl else None, None, UInt(self.deliveries)]
        return (
            _section(HEADER, header)
            + _section(ANNOTATIONS, annotations)
            + (_section(PROPERTIES, self.properties) if self.properties else b"")
            + (_section(APPLICATION, self.application) if self.application else b"")
            + self.body
        )


def data(raw: bytes) -> list[bytes]:
    """The contents of the data sections. Raises Malformed."""
    return [_of(bytes, value) for code, value, _ in sections(raw) if code == DATA]


def _of(kind: type, value: Any) -> Any:
    if not isinstance(value, kind):
        raise Malformed("a section holds what it cannot hold")
    return value


def _section(code: int, value: Any) -> bytes:
    return encode(Described(ULong(code), value))
