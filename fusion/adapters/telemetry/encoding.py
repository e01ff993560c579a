"""Spans as OTLP's protobuf, written out by hand: a third of what the library's message objects take.

https://github.com/open-telemetry/opentelemetry-proto: collector/trace/v1/trace_service.proto, trace/v1/trace.proto and
common/v1/common.proto. The numbers of fields stand there; they never change.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType

from fusion import __version__
from fusion.ports.telemetry import Kind, Record, Value

_KINDS: Mapping[Kind, bytes] = MappingProxyType(
    {
        "internal": bytes((6 << 3, 1)),
        "server": bytes((6 << 3, 2)),
        "client": bytes((6 << 3, 3)),
        "producer": bytes((6 << 3, 4)),
        "consumer": bytes((6 << 3, 5)),
    }
)
_TIMES = struct.Struct("<BQBQ").pack
_DOUBLE = struct.Struct("<Bd").pack
_ERROR = bytes((3 << 3, 2))
"""Of a status: its code."""
_INT64 = 2**63
_SHORT = 100
"""Characters of a value that is worth keeping as it is written: the same come again and again."""


def request(spans: Sequence[Record], about: Mapping[str, str]) -> bytes:
    """An ExportTraceServiceRequest; `about`: the resource that told them."""
    resource = b"".join(_field(1, _attribute(name, value)) for name, value in about.items())
    scope = _field(1, _text(1, "fusion") + _text(2, __version__))
    told = b"".join([scope, *(_field(2, _span(span)) for span in spans)])
    return _field(1, _field(1, resource) + _field(2, told))


def _span(span: Record) -> bytes:
    parts = [
        _field(1, bytes.fromhex(span.trace)),
        _field(2, bytes.fromhex(span.id)),
        _named(span.name),
        _KINDS[span.kind],
        _TIMES(7 << 3 | 1, span.start, 8 << 3 | 1, span.end),
        *(_field(9, _attribute(name, value)) for name, value in span.attributes.items()),
    ]
    if span.parent:
        parts.append(_field(4, bytes.fromhex(span.parent)))
    if span.failure:
        parts.append(_field(15, _text(2, span.failure) + _ERROR))
    return b"".join(parts)


@lru_cache(maxsize=1024)
def _named(name: str) -> bytes:
    return _text(5, name)


def _attribute(name: str, value: Value) -> bytes:
    """A KeyValue."""
    if isinstance(value, str) and len(value) > _SHORT:
        return _pair(name, value)
    return _known(name, value)


def _pair(name: str, value: Value) -> bytes:
    return _text(1, name) + _field(2, _value(value))


_known = lru_cache(maxsize=4096, typed=True)(_pair)


def _value(value: object) -> bytes:
    """An AnyValue; what no span should hold is told by its kind, so that one mistake loses no other's span."""
    match value:
        case str():
            return _text(1, value)
        case bool():
            return bytes((2 << 3, value))
        case int() if -_INT64 <= value < _INT64:
            return bytes((3 << 3,)) + _varint(value % 2**64)
        case float():
            return _DOUBLE(4 << 3 | 1, value)
        case tuple() | list():
            return _field(5, b"".join(_field(1, _value(part)) for part in value))
    return _text(1, type(value).__name__)


def _text(number: int, text: str) -> bytes:
    """Without half surrogate pairs, for which the whole batch would be refused."""
    return _field(number, text.encode(errors="replace"))


def _field(number: int, content: bytes) -> bytes:
    """A field of a length."""
    size = len(content)
    return (bytes((number << 3 | 2, size)) if size < 128 else bytes((number << 3 | 2,)) + _varint(size)) + content


def _varint(number: int) -> bytes:
    written = bytearray()
    while number > 127:
        written.append(number & 127 | 128)
        number >>= 7
    written.append(number)
    return bytes(written)
